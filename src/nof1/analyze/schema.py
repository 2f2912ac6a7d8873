"""What results.json holds, as types: one record of an analysis, one reader, one writer.

`results.schema.json` beside this file is its JSON Schema. Files of schema 1 are read and brought up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from nof1.analyze.checks.blinding import Blinding
from nof1.analyze.checks.computation import Check, CrossCheck, Sampling
from nof1.analyze.checks.model_checks import LeftOut, ModelCheck, Predictive, PriorSensitivity
from nof1.analyze.checks.over_time import OverTime
from nof1.analyze.checks.randomization_test import NotTested, RandomizationTest
from nof1.analyze.checks.sensitivity import WIDER, Choice
from nof1.analyze.describe import Adherence, Harms, Nights, PeriodSummary
from nof1.analyze.engines.choose import EngineName
from nof1.analyze.engines.pair_effects import FurtherMeasure
from nof1.analyze.engines.posterior import Parameter
from nof1.analyze.model.effects import Effect
from nof1.analyze.reasons import as_told
from nof1.analyze.simulation.forecast import Forecast
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.loading import Unsealing
from nof1.plan.protocol.analysis import Estimand
from nof1.plan.protocol.family import Family
from nof1.record.looks import Look

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA: Final = 2
SCHEMAS = (1, SCHEMA)  # that can be read


@dataclass(frozen=True)
class MarginalRun:
    """How the marginal engine did: seconds, Pareto k of its weights, effective number of draws, draws that were kept.

    The last is None in files that did not say it.
    """

    seconds: float
    pareto_k: float
    ess: float
    draws: int | None = None


@dataclass(frozen=True)
class NutsRun:
    """How the sampler did; `parts` are the seconds of its parts, `draws` those of each chain.

    Chains and draws are None in files that did not say them.
    """

    seconds: float
    parts: dict[str, float]
    rhat_max: float
    ess_min: float
    divergences: int
    target_accept: float
    chains: int | None = None
    draws: int | None = None


@dataclass(frozen=True)
class Engines:
    """Which engines ran."""

    nuts: NutsRun | None = None
    marginal: MarginalRun | None = None


@dataclass(frozen=True)
class PairEffect:
    """The effect of one arm against another, by one engine.

    Attributes
    ----------
    estimand : {"full", "as-lived"}
        The one that the protocol names.
    measure : str
        What the numbers are, such as "difference in points".
    full, as_lived : Effect
        At full exposure; and averaged over the treated nights.
    further : tuple of FurtherMeasure
        Ratios and the like, at full exposure.
    forecast : Forecast or None
        What more blocks would probably say; None where the verdict is settled, and for an engine that does not lead.
    """

    arm: str
    reference: str
    engine: EngineName
    estimand: Estimand
    measure: str
    interval_kind: str
    level: float
    threshold: float
    better: Literal["lower", "higher"]
    full: Effect
    as_lived: Effect
    further: tuple[FurtherMeasure, ...] = ()
    forecast: Forecast | None = None

    def on(self, estimand: Estimand) -> Effect:
        """The effect on one of both estimands."""
        return self.full if estimand == "full" else self.as_lived

    @property
    def named(self) -> Effect:
        """The effect on the estimand that the protocol names."""
        return self.on(self.estimand)


@dataclass(frozen=True)
class Checks:
    """The checks that were made, None for those that were not."""

    sampling: Sampling | None = None
    predictive: Predictive | None = None
    left_out: LeftOut | None = None
    prior: PriorSensitivity | None = None
    cross_check: CrossCheck | None = None
    weights: Check | None = None

    def made(self) -> dict[str, Check]:
        """Those that were made, by name."""
        by_name = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: check for name, check in by_name.items() if check is not None}

    def failed(self, *, model: bool) -> dict[str, Check]:
        """Those that were not passed, by name: of the model, or of the computation."""
        return {
            name: check
            for name, check in self.made().items()
            if check.passed is False and isinstance(check, ModelCheck) == model
        }


@dataclass(frozen=True)
class Exposure:
    """Largest mean exposure of any night to each active arm, and what counts as nearly full."""

    highest: dict[str, float]
    nearly_full: float


@dataclass(frozen=True)
class ResultsRecord:
    """Everything that an analysis found, as results.json holds it.

    Attributes
    ----------
    nof1 : str
        The version that wrote it; `versions` are those of the libraries.
    protocol_sha256, diary_sha256, posterior_sha256 : str
        Hashes of what it belongs to; the last is "" until the result is saved.
    priors : dict of str to float
        That were used.
    planned_priors : dict of str to float
        The protocol's, for those that others were used in place of: empty in an analysis as planned.
    amendments : tuple of Amendment
        Changes after the draw.
    periods, adherence, harms, blinding
        What was recorded, counted without a model; adherence and harms by arm.
    effects : tuple of PairEffect
        Every pair of arms, the main comparison first, of the leading engine and then of the second one.
    sensitivity : tuple of Choice or None
        The same question under other choices; None where it was not asked.
    parameters : dict of str to Parameter
    randomization_tests : tuple of RandomizationTest or NotTested
        One for each pair of arms.
    looks : tuple of Look
        Looks before the last night.
    """

    nof1: str
    protocol_sha256: str
    diary_sha256: str
    simulated: bool
    randomized: bool
    family: Family
    seed: int
    priors: dict[str, float]
    nights: Nights
    amendments: tuple[Amendment, ...]
    unsealing: Unsealing | None
    periods: tuple[PeriodSummary, ...]
    adherence: dict[str, Adherence]
    harms: dict[str, Harms]
    blinding: Blinding
    engines: Engines
    effects: tuple[PairEffect, ...]
    checks: Checks
    sensitivity: tuple[Choice, ...] | None
    exposure: Exposure
    over_time: OverTime
    parameters: dict[str, Parameter]
    randomization_tests: tuple[RandomizationTest | NotTested, ...]
    versions: dict[str, str]
    looks: tuple[Look, ...] = ()
    posterior_sha256: str = ""
    planned_priors: dict[str, float] = field(default_factory=dict)
    schema: Literal[2] = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as they stand in results.json."""
        content: dict[str, Any] = plain(self)
        return content


def plain(value: Any) -> Any:
    """Values as JSON has them: dataclasses as tables, tuples as lists, dates as ISO text."""
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Look):
        return value.to_dict()
    if isinstance(value, Unsealing | Amendment):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def reader() -> "TypeAdapter[ResultsRecord]":
    """What reads a record from plain values, and knows its JSON Schema."""
    from pydantic import ConfigDict, TypeAdapter, with_config

    return TypeAdapter(with_config(ConfigDict(extra="forbid"))(ResultsRecord))


def from_dict(content: Mapping[str, Any], amendments: Sequence[Amendment] = ()) -> ResultsRecord:
    """The record that results.json holds, of schema 2 or of schema 1.

    Parameters
    ----------
    content : mapping
    amendments : sequence of Amendment
        Of the trial: schema 1 holds them in sentences alone, and none is ever taken back.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it is damaged, or of another schema.
    """
    if content["schema"] == 1:
        content = _from_schema_1(content) | {"amendments": amendments}
    return reader().validate_python(content)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of results.json: the record and its own hash."""
    schema = reader().json_schema()
    schema["title"] = "results.json of nof1, schema 2"
    schema["required"] = [one.name for one in fields(ResultsRecord)]
    schema["properties"] |= {"results_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


# --- schema 1, in which a number could stand in several places, and what was said in sentences: these are made anew


def _from_schema_1(content: Mapping[str, Any]) -> dict[str, Any]:
    out = {name: value for name, value in content.items() if name != "sentences"} | {"schema": SCHEMA}
    of_pair = {one.name for one in fields(PairEffect)}
    out["effects"] = [
        {name: value for name, value in entry.items() if name in of_pair} | {"forecast": _forecast(entry)}
        for entry in content["effects"]
    ]
    if content.get("sensitivity") is not None:
        out["sensitivity"] = [_choice(row, content["priors"]["effect_sd"]) for row in content["sensitivity"]]
    over_time = _refused(content["over_time"])
    out["over_time"] = over_time | {
        "rows": [_without(row, "change", "early", "late", "sentence") for row in over_time["rows"]]
    }
    out["blinding"] = _without(content["blinding"], "sentence")
    out["harms"] = {arm: _without(row, "side_effects") for arm, row in content["harms"].items()}
    out["checks"] = {name: _check(check) for name, check in content["checks"].items()}
    test = dict(out.pop("randomization_test"))
    first, others = test, test.pop("pairs", [])
    if "refused" in test:
        first = {key: content["effects"][0][key] for key in ("arm", "reference")} | test
    out["randomization_tests"] = [
        _without(one, "sentence") | {"interval": one.get("interval") or [None, None]} if "p" in one else _refused(one)
        for one in (first, *others)
    ]
    return out


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _refused(row: Mapping[str, Any]) -> dict[str, Any]:
    """Of a refusal there is the text alone: it stays as it is."""
    reason = row.get("refused")
    return dict(row) if reason is None else dict(row) | {"refused": as_told(reason)}


def _choice(row: Mapping[str, Any], effect_sd: float) -> dict[str, Any]:
    of_choice = {one.name for one in fields(Choice)}
    out = _refused({name: value for name, value in row.items() if name in of_choice})
    name = out["choice"]
    if name.endswith("dropped"):  # "first night dropped", "first 2 nights dropped"
        return out | {"choice": "nights dropped", "value": int(name.split()[1]) if "nights" in name else 1}
    return out | {"value": WIDER[name] * effect_sd} if name in WIDER else out


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    out = _without(check, "kind", "sentence")
    if check["passed"] is None:
        _, _, why = check["sentence"].partition(". ")
        return out | {"refused": as_told(why)}
    if "statistics" in out:
        return out | {"statistics": [_statistic(row) for row in out["statistics"].values()]}
    if "influential" in out:  # named by their dates, or as "night 12"
        nights = [row["night"].removeprefix("night ") for row in out["influential"]]
        named = [int(night) if night.isdecimal() else night for night in nights]
        rows = zip(out["influential"], named, strict=True)
        return out | {"influential": [dict(row) | {"night": night} for row, night in rows]}
    return out


def _statistic(row: Mapping[str, Any]) -> dict[str, Any]:
    """Named as "spread without treatment", "spread on magnesium"."""
    name, _, arm = row["name"].removesuffix(" without treatment").partition(" on ")
    return dict(row) | {"name": name, "arm": arm or None}


def _forecast(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    told = entry.get("forecast")
    if told is None:
        return None

    def row(one: Mapping[str, Any]) -> dict[str, Any]:
        chances = one["chances"]
        return {name: value for name, value in one.items() if name != "chances"} | {
            "helps": chances["helps"],
            "worsens": chances["worsens"],
            "no_difference": chances["no difference that matters"],
        }

    finishing = told["finishing"]
    return dict(told) | {
        "finishing": None if finishing is None else row(finishing),
        "rows": [row(one) for one in told["rows"]],
    }
