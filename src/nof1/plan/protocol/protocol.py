"""The protocol: what is decided before the first night, as one frozen object, one TOML file and one hash.

It must not know the order that was drawn, nor any night.
"""

import hashlib
import itertools
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import ConfigDict, Field, ValidationError, model_validator

from nof1.cells import brief
from nof1.errors import InputError
from nof1.files import is_file, read_bytes, write_atomic
from nof1.plan.design.fields import Frozen, Text, column_name
from nof1.plan.design.interim import check_interim
from nof1.plan.design.kinds import (
    MAX_NIGHTS,
    Adopted,
    Balanced,
    Concealment,
    Design,
    Gaps,
    Listed,
)
from nof1.plan.design.sequences import sequences_of
from nof1.plan.design.stated import StatedOrders, refuse_other_arms
from nof1.plan.protocol.analysis import Analysis, Priors
from nof1.plan.protocol.conduct import NOTHING_STATED, Conduct
from nof1.plan.protocol.editions import SECOND_ALONE, SECOND_PRIORS, WITH_BLOCKS, edition_filled, priors_filled
from nof1.plan.protocol.explain import explain, parse_toml
from nof1.plan.protocol.family import WITHOUT_UNIT, Ends, family_refusal
from nof1.plan.protocol.instruments import IMPRESSION, Instruments
from nof1.plan.protocol.parts import Arm, Outcome, short_labels
from nof1.plan.protocol.safety.screen import Safety, needs_agreement, screen
from nof1.shown import Row, Table, as_html, as_text
from nof1.subject import Subject

PROTOCOL_FILE = "protocol.toml"
_HEADER = "# What was decided before the first night. Its hash is printed on every page; changes afterwards are amendments.\n\n"
_ADOPTED_HEADER = (
    "# What was said of a table when it was taken over: nothing else is assumed. Its hash is printed on every page.\n\n"
)

SIMULATED = "simulated: no person recorded these nights"
ASK_THRESHOLD = "none stated; say which change matters to you (threshold), without looking at the answer"
_KNOWN_TO = {"open": "known to everybody", "helper": "sealed with a helper", "alone": "known to nobody, shuffled packs"}


class Protocol(Frozen):
    """Everything decided beforehand, validated and frozen.

    Attributes
    ----------
    title, question : str
        In the person's own words.
    outcome : Outcome
    arms : tuple of Arm
        Two or more.
    reference : str
        Name of the arm the others are compared with. Run-in nights are spent on it and it has no exposure.
    design : RandomizedBlocks, Balanced, MirroredPairs, Alternating, Listed or Adopted
    analysis : Analysis
    conduct : Conduct
        Of an adopted trial nothing is stated unless the file states it.
    instruments : tuple of Instrument or None
        Scores taken once at the end of each period; a name such as "irls" stands for one that nof1 knows. None for none.
    safety : Safety or None
        Answers to the safety screen; None if nobody was asked.
    schema_version : {1, 2}
        "schema" in the file: the edition of model, priors and rule. A trial that was planned by the first keeps it.
    simulated : bool
        True for made-up data; printed wherever the trial is shown.

    Raises
    ------
    pydantic.ValidationError
        From the constructor. `Protocol.parse` and `Protocol.load` raise InputError with one message instead.

    Examples
    --------
    >>> protocol = nof1.Protocol.load(folder)
    >>> protocol.reference, protocol.periods, protocol.concealed
    ('off', 12, 'open')
    """

    schema_version: Literal[1, 2] = Field(default=2, alias="schema")
    title: Annotated[Text, Field(min_length=1)]
    question: Text = ""
    simulated: bool = False
    reference: str
    outcome: Outcome
    arms: Annotated[tuple[Arm, ...], Field(min_length=2, max_length=12)]
    design: Design
    analysis: Analysis
    conduct: Conduct = Conduct()
    instruments: Instruments | None = None
    safety: Safety | None = None

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _fill_defaults(cls, data: Any) -> Any:
        """Write the defaults of the edition out, so that the file states every number that was decided."""
        if not isinstance(data, dict):
            return data
        edition = data.get("schema", data.get("schema_version", 2))
        fields = data.get("analysis", {})
        fields = fields.model_dump() if isinstance(fields, Analysis) else fields
        if edition not in (1, 2) or not isinstance(fields, dict):
            return data
        priors = priors_filled(data.get("outcome"), fields, edition)
        fields = fields | edition_filled(data.get("design"), fields, edition)
        unstated = {} if "conduct" in data or not _is_adopted(data.get("design")) else {"conduct": NOTHING_STATED}
        return data | {"analysis": fields | ({} if priors is None else {"priors": priors})} | unstated

    @model_validator(mode="after")
    def _parts_fit(self) -> "Protocol":
        names = [arm.name for arm in self.arms]
        if len({name.casefold() for name in names}) < len(names):
            raise ValueError(f"two arms have the same name: {', '.join(names)}")
        if self.reference not in names:
            raise ValueError(f"reference {self.reference!r} is not one of the arms: {', '.join(names)}")
        columns = (self.outcome.name, *self.analysis.covariates)
        for column in columns:
            column_name(column)
        if len({column.casefold() for column in columns}) < len(columns):
            raise ValueError(f"the outcome and the covariates need different names: {', '.join(columns)}")
        if self.safety is not None and self.safety.agreement is None and needs_agreement(screen(self.safety)):
            stops = "; ".join(finding.text for finding in screen(self.safety) if finding.level == "stop")
            raise ValueError(
                f"safety: {stops} Without a clinician's agreement this trial cannot be planned. Talk to a doctor; if they agree, "
                "record it as safety.agreement with clinician and date"
            )
        refusal = family_refusal(self.analysis.family, Ends(self.outcome.low, self.outcome.high, self.outcome.whole))
        if refusal is not None:
            raise ValueError(f"analysis: {refusal}")
        if self.analysis.dose == "taken" and any(not arm.dose_mg for arm in self.active_arms):
            raise ValueError('dose = "taken" needs a dose_mg above 0 for every arm but the reference')
        if isinstance(self.design, Adopted) and any(arm.route != "mouth" for arm in self.arms):
            raise ValueError("arms: route is for planned trials, whose diary asks for it; leave it out")
        if self.outcome.unit is not None:
            self._unit_fits()
        self._design_fits(names)
        self._edition_fits()
        self._instruments_fit(columns)
        if self.analysis.interim is not None:
            check_interim(self.analysis.interim, self.design, names, self.analysis.certainty)
        if self.nights > MAX_NIGHTS:
            raise ValueError(f"the trial would last {self.nights} nights; at most {MAX_NIGHTS} are allowed")
        if self.nights > (date.max - self.start).days:
            raise ValueError(f"the trial would start on {self.start} and end after the last date there is")
        return self

    def _unit_fits(self) -> None:
        """Hold a unit against what the outcome is, and who may have one."""
        if not isinstance(self.design, Adopted):
            raise ValueError("outcome: unit is for adopted trials; what is planned is rated in points: leave unit out")
        if self.analysis.family in WITHOUT_UNIT:
            raise ValueError(
                f'outcome: an outcome of the family "{self.analysis.family}" has no unit ({WITHOUT_UNIT[self.analysis.family]}); '
                "leave unit out, or choose another family"
            )

    def _instruments_fit(self, columns: Sequence[str]) -> None:
        """Hold instruments against the trial that asks for them and the columns of its diary."""
        names = [one.name.casefold() for one in self.instruments or ()]
        if not names:
            return
        if self.schema_version == 1 or isinstance(self.design, Adopted):
            raise ValueError(
                "instruments are asked in trials that nof1 plans, with schema = 2; leave instruments out, and import their scores"
            )
        taken = {*(column.casefold() for column in columns), IMPRESSION}
        twice = [name for at, name in enumerate(names) if name in taken or name in names[:at]]
        if twice:
            raise ValueError(
                f"instruments: {twice[0]!r} is the name of something else that is recorded, or there twice"
            )

    def _edition_fits(self) -> None:
        """Hold what one edition alone has against the edition."""
        analysis, priors = self.analysis, self.priors
        if self.schema_version == 1:
            there = [name for name in SECOND_ALONE if getattr(analysis, name) is not None]
            there += [f"priors.{name}" for name in SECOND_PRIORS if getattr(priors, name) is not None]
            there += ["design.block_periods"] if self.block_periods and isinstance(self.design, Adopted) else []
            if there:
                raise ValueError(f"analysis: schema = 1 has no {there[0]}; write schema = 2, or leave it out")
        elif analysis.estimand is not None:
            raise ValueError(
                "analysis: schema = 2 has no estimand: its rule looks at the effect over these nights and at the one once fully "
                "built up, and pages lead with the first; leave estimand out"
            )
        if self.outcome.threshold is None and self.randomized:
            raise ValueError("outcome: threshold is missing; add the smallest change worth having, in points")
        if self.outcome.threshold is None and self.schema_version == 1:
            raise ValueError("outcome: threshold is missing; schema = 1 needs it")
        if analysis.certainty_full is not None and analysis.certainty_full > analysis.certainty:
            raise ValueError(
                f"analysis: certainty_full ({analysis.certainty_full:g}) must not be above certainty ({analysis.certainty:g})"
            )
        if analysis.block_effects and self.block_periods is None:
            raise ValueError(
                "analysis: block_effects needs blocks that hold every arm, and this design has none; leave block_effects out"
                + (", or say how many periods make a block" if isinstance(self.design, Adopted) else "")
            )

    def _design_fits(self, names: list[str]) -> None:
        """Hold the design against the arms."""
        design = self.design
        if isinstance(design, Adopted):
            if design.drawn is not None:
                refuse_other_arms(design.drawn, names, design.nights)
            return
        if isinstance(design.period_nights, dict) and set(design.period_nights) != set(names):
            raise ValueError(f"design.period_nights must have one number for each arm: {', '.join(names)}")
        shortest = min(self.period_nights(name) for name in names)
        if self.analysis.discarded_nights >= shortest:
            raise ValueError(f"carryover {self.analysis.carryover!r} leaves no night of a {shortest}-night period")
        if design.washout_nights and self.arm(self.reference).dose_mg:
            raise ValueError(
                f"washout nights are without any dose, but the reference {self.reference!r} has one, and nights without it "
                "would be counted as nights with it; add an arm without a dose as the reference, or leave washout_nights out"
            )
        if design.concealed == "alone" and isinstance(design, Balanced | Listed):
            raise ValueError(
                f'concealed = "alone" needs orders that shuffled packs can make; a {design.kind} order cannot be shuffled by hand. '
                'The nearest kind that can is "randomized-blocks"'
            )
        if isinstance(design, Balanced) and design.periods < 2 * len(names):
            raise ValueError(
                f"{design.periods} periods are too few for {len(names)} arms: with one period an arm, its effect cannot be "
                f"told from a good or a bad week; plan at least {2 * len(names)}"
            )
        if isinstance(design, Listed):
            sequences_of(design, names)  # refuses unknown arms
            self._every_order_can_answer(design, names)
        if len({self._nights_of(times) for times in self._times()}) > 1:
            raise ValueError(
                "with periods of different lengths every order must hold each arm equally often, or the trial's length would depend on the draw"
            )

    def _every_order_can_answer(self, design: Listed, names: list[str]) -> None:
        for order in design.orders:
            absent = [name for name in names if name not in order]
            if absent:
                raise ValueError(
                    f"the order {', '.join(order)} has no period on {absent[0]!r}; every order needs each arm"
                )
            if len(order) == len(names):
                raise ValueError(
                    f"the order {', '.join(order)} has one period an arm: an effect could not be told from a good or a bad week; "
                    f"the nearest that can: {', '.join(order + order[::-1])}"
                )

    def _times(self) -> list[dict[str, int]]:
        """How often each arm comes, for every way in which the allowed orders differ in that."""
        names = [arm.name for arm in self.arms]
        match self.design:
            case Adopted():
                return []
            case Listed(orders=orders):
                return [{name: order.count(name) for name in names} for order in orders]
            case Balanced(periods=periods):
                least, more = divmod(periods, len(names))
                extra = itertools.combinations(names, more)
                return [{name: least + (name in chosen) for name in names} for chosen in extra]
            case design:
                periods = sequences_of(design, names).periods
                return [dict.fromkeys(names, periods // len(names))]

    def _nights_of(self, times: dict[str, int]) -> int:
        return sum(count * self.period_nights(name) for name, count in times.items())

    @property
    def priors(self) -> Priors:
        """The priors, defaults written out."""
        assert self.analysis.priors is not None  # filled in by _fill_defaults
        return self.analysis.priors

    @property
    def threshold(self) -> float:
        """The smallest change worth having, in points, for what cannot do without; see `Outcome.threshold`.

        Examples
        --------
        >>> trial.protocol.threshold
        1.0
        """
        assert self.outcome.threshold is not None
        return self.outcome.threshold

    @property
    def block_periods(self) -> int | None:
        """How many periods make a block that holds every arm; None where the design has no such blocks.

        Examples
        --------
        >>> trial.protocol.block_periods
        2
        """
        if isinstance(self.design, Adopted):
            return self.design.block_periods
        return len(self.arms) if isinstance(self.design, WITH_BLOCKS) else None

    @property
    def active_arms(self) -> tuple[Arm, ...]:
        """Every arm but the reference, in the protocol's order."""
        return tuple(arm for arm in self.arms if arm.name != self.reference)

    def arm(self, name: str) -> Arm:
        """The arm called `name`.

        Examples
        --------
        >>> trial.protocol.arm("magnesium").dose_mg
        200.0
        """
        return next(arm for arm in self.arms if arm.name == name)

    def period_nights(self, arm: str) -> int:
        """Nights of a period on an arm, without washout; of an adopted trial 0, since its periods differ.

        Examples
        --------
        >>> trial.protocol.period_nights("magnesium")
        7
        """
        if isinstance(self.design, Adopted):
            return 0
        nights = self.design.period_nights
        return nights[arm] if isinstance(nights, dict) else nights

    @property
    def periods(self) -> int:
        """Number of planned periods, the run-in left out; 0 for an adopted trial."""
        return sum(self._times()[0].values()) if not isinstance(self.design, Adopted) else 0

    @property
    def concealed(self) -> Concealment:
        """Who knows the order, as "open", "helper" or "alone"."""
        return "open" if isinstance(self.design, Adopted) else self.design.concealed

    @property
    def nights(self) -> int:
        """Number of planned nights, run-in and washout included."""
        if isinstance(self.design, Adopted):
            return self.design.nights
        between = self.design.washout_nights * (self.periods - 1)
        return self.design.run_in_nights + self._nights_of(self._times()[0]) + between

    @property
    def start(self) -> date:
        """Date of the first evening."""
        return self.design.start

    @property
    def end(self) -> date:
        """Date of the last evening."""
        return self.start + timedelta(days=self.nights - 1)

    @property
    def by_share(self) -> bool:
        """Whether nights hold the share of what was planned instead of mg: of a hidden order, and where an arm is no dose by mouth.

        Examples
        --------
        >>> trial.protocol.by_share
        False
        """
        return self.concealed != "open" or any(arm.route != "mouth" for arm in self.arms)

    @property
    def randomized(self) -> bool:
        """Whether nof1 drew the order."""
        return not isinstance(self.design, Adopted)

    @property
    def stated(self) -> StatedOrders | None:
        """Which orders could have been drawn elsewhere, as the person states it; None where nof1 drew, or nothing was stated.

        Examples
        --------
        >>> trial.protocol.stated is None
        True
        """
        return self.design.drawn if isinstance(self.design, Adopted) else None

    @property
    def gaps(self) -> Gaps | None:
        """What days without a row were, of an adopted table (`Adopted.gaps`); None of a drawn design, which has none.

        Examples
        --------
        >>> trial.protocol.gaps is None
        True
        """
        return self.design.gaps if isinstance(self.design, Adopted) else None

    @property
    def dated(self) -> bool:
        """Whether the dates are real; adopted nights may have had day numbers only."""
        return not isinstance(self.design, Adopted) or self.design.dated

    @property
    def nights_are(self) -> Literal["nights", "days"]:
        """What one observation is called; adopted tables may hold days."""
        return (self.design.nights_are or "nights") if isinstance(self.design, Adopted) else "nights"

    @property
    def subject(self) -> Subject:
        """What sentences about this trial are about, for `nof1.subject.about`."""
        adopted = not self.randomized
        labels = short_labels(self.arms) if adopted else ()
        return Subject(days=self.nights_are == "days", adopted=adopted, unit=self.outcome.unit or "", labels=labels)

    def __repr__(self) -> str:
        return _as_text(self)

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return _as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain values as they stand in the TOML file; dates as ISO text.

        Examples
        --------
        >>> trial.protocol.to_dict()["reference"]
        'off'
        """
        unstated = not self.randomized and self.conduct == NOTHING_STATED
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"conduct"} if unstated else None)

    def sha256(self) -> str:
        """Hash of the canonical form: sorted keys, no spaces, UTF-8 JSON. Layout and comments of the file do not count.

        Examples
        --------
        >>> len(trial.protocol.sha256())
        64
        """
        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_toml(self) -> str:
        """The protocol as TOML; `Protocol.parse` gives back an equal object.

        Examples
        --------
        >>> trial.protocol.to_toml().splitlines()[2]
        'schema = 2'
        """
        content = self.to_dict()
        content["design"]["start"] = self.design.start
        return (_HEADER if self.randomized else _ADOPTED_HEADER) + tomli_w.dumps(content)

    def save(self, path: Path) -> None:
        """Write the TOML file, whole or not at all.

        Examples
        --------
        >>> trial.protocol.save(folder / "copy.toml")
        >>> nof1.Protocol.parse((folder / "copy.toml").read_text()) == trial.protocol
        True
        """
        write_atomic(path, self.to_toml())

    @classmethod
    def parse(cls, text: str, *, where: str = "the protocol") -> "Protocol":
        """Read a protocol from TOML text.

        Raises
        ------
        InputError
            If the text is no TOML or the values do not make a protocol; `where` names the source in the message.

        Examples
        --------
        >>> nof1.Protocol.parse(trial.protocol.to_toml()) == trial.protocol
        True
        """
        return cls.build(parse_toml(text, where=where), where=where)

    @classmethod
    def build(cls, content: dict[str, Any], *, where: str = "the protocol") -> "Protocol":
        """Make a protocol from plain values, with one clear message if they do not fit.

        Raises
        ------
        InputError
            If the values do not make a protocol.

        Examples
        --------
        >>> nof1.Protocol.build(trial.protocol.to_dict()) == trial.protocol
        True
        """
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            raise InputError(explain(error, where)) from None

    @classmethod
    def load(cls, folder: str | Path) -> "Protocol":
        """Read the protocol of a trial folder.

        Raises
        ------
        InputError
            If the folder is no trial folder or its protocol is damaged.

        Examples
        --------
        >>> nof1.Protocol.load(folder) == trial.protocol
        True
        """
        path = Path(folder) / PROTOCOL_FILE
        if not is_file(path):
            raise InputError(
                f"{folder} is no trial folder: it holds no {PROTOCOL_FILE}. "
                "Give the folder that 'nof1 plan' or 'nof1 adopt' made, or make one with 'nof1 plan'."
            )
        try:
            text = read_bytes(path).decode("utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{path} is damaged: it is not UTF-8 text. Restore it from a copy.") from None
        return cls.parse(text, where=str(path))


def _is_adopted(design: Any) -> bool:
    """Whether plain values, or a design, are those of adopted nights."""
    return isinstance(design, Adopted) or (isinstance(design, dict) and design.get("kind") == "adopted")


def _as_text(protocol: Protocol) -> str:
    """A few lines: arms, outcome, threshold, design, hash."""
    active = ", ".join(_arm(arm) for arm in protocol.active_arms)
    arms = [("arms", f"{active} against {_arm(protocol.arm(protocol.reference))}")]
    return as_text(f"Protocol {brief(protocol.title, 100)!r}", [*arms, *_rows(protocol)])


def _as_html(protocol: Protocol) -> str:
    """The same as a table, with one row for each arm."""
    doses = protocol.randomized or any(arm.form or arm.dose_mg is not None for arm in protocol.arms)
    cells = [
        (arm.name, arm.title, *((arm.form or "–", _dose(arm)) if doses else ()), _reference(protocol, arm))
        for arm in protocol.arms
    ]
    table = Table(("arm", "called", *(("form", "dose an evening") if doses else ()), "reference"), cells)
    return as_html(f"Protocol: {protocol.title}", _rows(protocol), table)


def _reference(protocol: Protocol, arm: Arm) -> str:
    return "yes" if arm.name == protocol.reference else ""


def _rows(protocol: Protocol) -> list[Row]:
    outcome = protocol.outcome
    rows = [("question", brief(protocol.question, 100))] if protocol.question else []
    rows += [
        (
            "outcome",
            f"{outcome.title}, {outcome.low:g} to {_with_unit(outcome, outcome.high)}, {outcome.better} is better",
        ),
        ("threshold", _threshold(outcome)),
        ("design", _design(protocol)),
        (protocol.nights_are, _nights(protocol)),
        ("hash", protocol.sha256()[:16]),
    ]
    return [*rows, ("data", SIMULATED)] if protocol.simulated else rows


def _threshold(outcome: Outcome) -> str:
    if outcome.threshold is None:
        return ASK_THRESHOLD
    return f"{_with_unit(outcome, outcome.threshold)}, the smallest change worth having"


def _with_unit(outcome: Outcome, value: float) -> str:
    return f"{value:g} {outcome.unit}" if outcome.unit else f"{value:g}"


def _design(protocol: Protocol) -> str:
    design = protocol.design
    if isinstance(design, Adopted):
        return (
            f"adopted: drawn elsewhere, as stated: {design.drawn}"
            if design.drawn
            else "adopted: the order was not drawn by nof1"
        )
    nights = design.period_nights
    if isinstance(nights, dict):
        length = ", ".join(f"{count} on {arm}" for arm, count in nights.items())
        periods = f"{protocol.periods} periods, nights of one: {length}"
    else:
        periods = f"{protocol.periods} periods of {nights} {'night' if nights == 1 else 'nights'}"
    return f"{design.kind}, {periods}, order {_KNOWN_TO[protocol.concealed]}"


def _nights(protocol: Protocol) -> str:
    dates = f", {protocol.start} to {protocol.end}" if protocol.dated else ""
    return f"{protocol.nights}{dates}"


def _arm(arm: Arm) -> str:
    how = f"{arm.dose_mg:g} mg" if arm.dose_mg else {"bath": "bath", "skin": "on the skin"}.get(arm.route, "")
    what = " ".join(part for part in (arm.form, how) if part)
    return f"{arm.name} ({what})" if what else arm.name


def _dose(arm: Arm) -> str:
    if arm.route != "mouth":
        return "bath" if arm.route == "bath" else "on the skin"
    if arm.dose_mg is None:
        return "–"
    return f"{arm.dose_mg:g} mg elemental" if arm.dose_mg else "none"
