"""What results.json holds, as types: one record of an analysis, one reader, one writer.

`results.schema.json` beside this file is its JSON Schema. Files of schema 1 and 2 are read and brought up (`old_schemas`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from nof1.analyze.at_period_ends import AtPeriodEnd
from nof1.analyze.checks.beside_by_arm import BesideByArm
from nof1.analyze.checks.blinding import Blinding
from nof1.analyze.checks.computation import Check, CrossCheck, Sampling
from nof1.analyze.checks.covariate_by_arm import CovariateByArm
from nof1.analyze.checks.model_checks import LeftOut, ModelCheck, Predictive, PriorSensitivity
from nof1.analyze.checks.other_explanations import OtherExplanations
from nof1.analyze.checks.over_time import OverTime
from nof1.analyze.checks.paired_cycles import PairedCycles
from nof1.analyze.checks.prior_weight import PriorWeight
from nof1.analyze.checks.quantities import Patterns
from nof1.analyze.checks.randomization_test import NotTested, RandomizationTest
from nof1.analyze.checks.sensitivity import Choice
from nof1.analyze.checks.tipping import TippingPoint
from nof1.analyze.describe import Adherence, Harms, Nights, PeriodSummary
from nof1.analyze.engines.choose import EngineName
from nof1.analyze.engines.pair_effects import FurtherMeasure
from nof1.analyze.engines.posterior import Parameter
from nof1.analyze.graded import GradedSideEffects
from nof1.analyze.model.arm_nights import ArmNights
from nof1.analyze.model.judgement import JudgedPair
from nof1.analyze.old_schemas import brought_up
from nof1.analyze.reasons import Reason
from nof1.analyze.simulation.forecast import Forecast
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.loading import Unsealing
from nof1.plan.protocol.family import Family
from nof1.record.diary.on_record import Doubt
from nof1.record.looks import Look

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA: Final = 3
SCHEMAS = (1, 2, SCHEMA)  # that can be read


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


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two arms, the engine that compared them, and what its numbers are.

    Attributes
    ----------
    measure : str
        What the numbers are, such as "difference in points".
    threshold : float or None
        Smallest change worth having; None where none was stated.
    """

    arm: str
    reference: str
    engine: EngineName
    measure: str
    interval_kind: str
    level: float
    threshold: float | None
    better: Literal["lower", "higher"]


@dataclass(frozen=True, kw_only=True)
class PairEffect(JudgedPair, Compared):
    """The effect of one arm against another, by one engine (`Compared`), and what is said of it (`JudgedPair`).

    Attributes
    ----------
    further : tuple of FurtherMeasure
        Ratios and the like, at full exposure.
    forecast : Forecast or None
        What more blocks would probably say; None where the verdict is settled, and for an engine that does not lead.
    """

    further: tuple[FurtherMeasure, ...] = ()
    forecast: Forecast | None = None


@dataclass(frozen=True)
class Checks:
    """The checks that were made, None for those that were not; `prior` is of older versions, `prior_weight` in its place now."""

    sampling: Sampling | None = None
    predictive: Predictive | None = None
    patterns: Patterns | None = None
    left_out: LeftOut | None = None
    prior: PriorSensitivity | None = None
    prior_weight: PriorWeight | None = None
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
class Covariates:
    """The covariates against the arms, and the answer without those that follow one.

    Attributes
    ----------
    rows : tuple of CovariateByArm
        Each covariate with each pair of arms.
    without : tuple of PairEffect
        Every pair of arms, the main comparison first, as planned but without the covariates that follow an arm; empty where none does.
    refused : Reason or None
        Why there is no answer without them.
    """

    rows: tuple[CovariateByArm, ...]
    without: tuple[PairEffect, ...] = ()
    refused: Reason | None = None

    @property
    def following(self) -> tuple[str, ...]:
        """Names of those that follow an arm."""
        return tuple(dict.fromkeys(row.covariate for row in self.rows if row.follows))


@dataclass(frozen=True)
class TakenOut:
    """Nights that a pause took out after they had been recorded, and the answer with them.

    Attributes
    ----------
    nights : int
        Those that have an outcome.
    kept : tuple of PairEffect
        Every pair of arms, the main comparison first, as planned but with those nights on the arms that they were lived on.
    refused : Reason or None
        Why there is no such answer.
    """

    nights: int
    kept: tuple[PairEffect, ...] = ()
    refused: Reason | None = None


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
    edition : {1, 2}
        Of model, priors and rule, as the protocol says: a trial that was planned by the first is analyzed by it.
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
    tipping : tuple of TippingPoint
        What would take the sign from each pair's effect: missing nights, or hope.
    paired_cycles : tuple of PairedCycles
        The arms compared block by block, without a model.
    arms : dict of str to ArmNights
        Periods, rated nights and plain mean of each arm.
    covariates : Covariates or None
        Whether covariates follow the arms; None in an analysis without any, and in files that did not say.
    other_explanations : tuple of OtherExplanations
        For each pair of arms of which one came out worse, what else could explain it; empty in files that did not say.
    at_period_ends : tuple of AtPeriodEnd
        Instruments and the impression of change by period, as recorded; no model takes them.
    graded : GradedSideEffects
        Side effects and how they were graded; empty where none was, and in files that did not say.
    beside_by_arm : tuple of BesideByArm
        What was recorded each morning beside the model, by arm; no model adjusts for it.
    taken_out : TakenOut or None
        The answer with nights that were taken out after they had been recorded; None where there are none.
    doubts : tuple of str
        Why it cannot be known whether a concealed order was opened before, such as "journal cut".
    """

    nof1: str
    protocol_sha256: str
    diary_sha256: str
    simulated: bool
    randomized: bool
    family: Family
    edition: Literal[1, 2]
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
    tipping: tuple[TippingPoint, ...] = ()
    paired_cycles: tuple[PairedCycles, ...] = ()
    arms: dict[str, ArmNights] = field(default_factory=dict)
    covariates: Covariates | None = None
    other_explanations: tuple[OtherExplanations, ...] = ()
    at_period_ends: tuple[AtPeriodEnd, ...] = ()
    graded: GradedSideEffects = field(default_factory=GradedSideEffects)
    beside_by_arm: tuple[BesideByArm, ...] = ()
    taken_out: TakenOut | None = None
    doubts: tuple[Doubt, ...] = ()
    schema: Literal[3] = SCHEMA

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
    """The record that results.json holds, of this schema or an older one.

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
    if content["schema"] != SCHEMA:
        content = brought_up(content, amendments)
    return reader().validate_python(content)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of results.json: the record and its own hash."""
    schema = reader().json_schema()
    schema["title"] = "results.json of nof1, schema 3"
    schema["required"] = [one.name for one in fields(ResultsRecord)]
    schema["properties"] |= {"results_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
