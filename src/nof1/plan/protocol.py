"""The protocol: what is decided before the first night, as one frozen object, one TOML file and one hash.

It must not know the order that was drawn, nor any night.
"""

import hashlib
import json
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import ConfigDict, Field, ValidationError, model_validator

from nof1.errors import InputError
from nof1.files import read_bytes, write_atomic
from nof1.plan.analysis import Analysis, Priors
from nof1.plan.design import MAX_NIGHTS, Adopted, Design, RandomizedBlocks
from nof1.plan.fields import Column, Finite, Frozen, Name, Positive, Text, as_number, column_name

PROTOCOL_FILE = "protocol.toml"
_HEADER = "# What was decided before the first night. Its hash is printed on every page; changes afterwards are amendments.\n\n"


class Outcome(Frozen):
    """What is rated each night.

    `low` and `high` are the ends of the scale and `threshold` the smallest change worth having, all in points.
    `whole` says that only whole numbers are used.
    """

    name: Column
    label: Text = ""
    low: Finite
    high: Finite
    better: Literal["lower", "higher"]
    threshold: Positive
    whole: bool = False

    @model_validator(mode="after")
    def _scale_is_sound(self) -> "Outcome":
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        if self.threshold >= self.high - self.low:
            raise ValueError(
                f"threshold ({self.threshold:g}) must be smaller than the scale ({self.high - self.low:g} points)"
            )
        return self

    @property
    def title(self) -> str:
        """The label, or the name where there is none."""
        return self.label or self.name


class Arm(Frozen):
    """One of the things compared. `dose_mg` is elemental mg an evening, 0 for an arm without."""

    name: Name
    label: Text = ""
    form: Text = ""
    dose_mg: Annotated[Finite, Field(ge=0, le=5000)] | None = None

    @property
    def title(self) -> str:
        """The label, or the name where there is none."""
        return self.label or self.name


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
    design : RandomizedBlocks or Adopted
    analysis : Analysis
    simulated : bool
        True for made-up data; printed wherever the trial is shown.

    Raises
    ------
    pydantic.ValidationError
        From the constructor. `Protocol.parse` and `Protocol.load` raise InputError with one message instead.
    """

    schema_version: Literal[1] = Field(default=1, alias="schema")
    title: Annotated[Text, Field(min_length=1)]
    question: Text = ""
    simulated: bool = False
    reference: str
    outcome: Outcome
    arms: Annotated[tuple[Arm, ...], Field(min_length=2, max_length=12)]
    design: Design
    analysis: Analysis

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _fill_priors(cls, data: Any) -> Any:
        """Write the default priors out, so that the file states every number that was decided."""
        if not isinstance(data, dict) or not isinstance(data.get("outcome"), dict | Outcome):
            return data
        outcome, analysis = data["outcome"], data.get("analysis", {})
        ends = (
            (outcome.low, outcome.high) if isinstance(outcome, Outcome) else (outcome.get("low"), outcome.get("high"))
        )
        try:
            low, high = (as_number(end) for end in ends)
        except ValueError:
            return data
        if not (isinstance(low, float) and isinstance(high, float) and low < high):
            return data
        fields = analysis.model_dump() if isinstance(analysis, Analysis) else analysis
        if not isinstance(fields, dict):
            return data
        chosen = fields.get("priors")
        chosen = {} if chosen is None else chosen.model_dump() if isinstance(chosen, Priors) else chosen
        if not isinstance(chosen, dict):
            return data
        return data | {"analysis": fields | {"priors": Priors.defaults(low, high) | chosen}}

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
        if self.analysis.dose == "taken" and any(not arm.dose_mg for arm in self.active_arms):
            raise ValueError('dose = "taken" needs a dose_mg above 0 for every arm but the reference')
        if self.nights > MAX_NIGHTS:
            raise ValueError(f"the trial would last {self.nights} nights; at most {MAX_NIGHTS} are allowed")
        if self.nights > (date.max - self.start).days:
            raise ValueError(f"the trial would start on {self.start} and end after the last date there is")
        if isinstance(self.design, RandomizedBlocks) and self.analysis.discarded_nights >= self.design.period_nights:
            raise ValueError(
                f"carryover {self.analysis.carryover!r} leaves no night of a {self.design.period_nights}-night period"
            )
        return self

    @property
    def priors(self) -> Priors:
        """The priors, defaults written out."""
        assert self.analysis.priors is not None  # filled in by _fill_priors
        return self.analysis.priors

    @property
    def active_arms(self) -> tuple[Arm, ...]:
        """Every arm but the reference, in the protocol's order."""
        return tuple(arm for arm in self.arms if arm.name != self.reference)

    def arm(self, name: str) -> Arm:
        """The arm called `name`."""
        return next(arm for arm in self.arms if arm.name == name)

    @property
    def nights(self) -> int:
        """Number of planned nights, run-in included."""
        if isinstance(self.design, Adopted):
            return self.design.nights
        return self.design.run_in_nights + self.design.blocks * len(self.arms) * self.design.period_nights

    @property
    def start(self) -> date:
        """Date of the first evening."""
        return self.design.start

    @property
    def end(self) -> date:
        """Date of the last evening."""
        return self.start + timedelta(days=self.nights - 1)

    @property
    def randomized(self) -> bool:
        """Whether nof1 drew the order."""
        return isinstance(self.design, RandomizedBlocks)

    @property
    def dated(self) -> bool:
        """Whether the dates are real; adopted nights may have had day numbers only."""
        return not isinstance(self.design, Adopted) or self.design.dated

    def to_dict(self) -> dict[str, Any]:
        """Plain values as they stand in the TOML file; dates as ISO text."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def sha256(self) -> str:
        """Hash of the canonical form: sorted keys, no spaces, UTF-8 JSON. Layout and comments of the file do not count."""
        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_toml(self) -> str:
        """The protocol as TOML; `Protocol.parse` gives back an equal object."""
        content = self.to_dict()
        content["design"]["start"] = self.design.start
        return _HEADER + tomli_w.dumps(content)

    def save(self, path: Path) -> None:
        """Write the TOML file, whole or not at all."""
        write_atomic(path, self.to_toml())

    @classmethod
    def parse(cls, text: str, *, where: str = "the protocol") -> "Protocol":
        """Read a protocol from TOML text.

        Raises
        ------
        InputError
            If the text is no TOML or the values do not make a protocol; `where` names the source in the message.
        """
        return cls.build(parse_toml(text, where=where), where=where)

    @classmethod
    def build(cls, content: dict[str, Any], *, where: str = "the protocol") -> "Protocol":
        """Make a protocol from plain values, with one clear message if they do not fit.

        Raises
        ------
        InputError
            If the values do not make a protocol.
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
        """
        path = Path(folder) / PROTOCOL_FILE
        if not path.is_file():
            raise InputError(
                f"{folder} is no trial folder: it holds no {PROTOCOL_FILE}. "
                "Give the folder that 'nof1 plan' or 'nof1 adopt' made, or make one with 'nof1 plan'."
            )
        try:
            text = read_bytes(path).decode("utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{path} is damaged: it is not UTF-8 text. Restore it from a copy.") from None
        return cls.parse(text, where=str(path))


def parse_toml(text: str, *, where: str) -> dict[str, Any]:
    """TOML text as plain values.

    Raises
    ------
    InputError
        If the text is no TOML; the message holds the line.
    """
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(
            f"{where} is not valid TOML: {error}. Mend that place, or restore the file from a copy."
        ) from None


def explain(error: ValidationError, where: str) -> str:
    """Turn pydantic's findings into one message a person can act on."""
    findings = []
    items = error.errors(include_url=False)
    # A list whose parts are wrong is also said to be too short; only the parts are to be mended.
    items = [item for item in items if item["type"] != "too_short" or len(items) == 1]
    for item in items[:5]:
        place = ".".join(str(part) for part in item["loc"] if part not in ("randomized-blocks", "adopted"))
        text = item["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        if item["type"] == "extra_forbidden":
            text = "is not known; check the spelling or remove it"
        elif item["type"] == "missing":
            text = "is missing; add it"
        elif item["type"] not in ("value_error",):
            text = f"{text[0].lower()}{text[1:]} (it is {_short(item.get('input'))})"
        findings.append(f"{place}: {text}" if place else text)
    more = len(items) - len(findings)
    return f"{where} has a mistake: " + "; ".join(findings) + (f"; and {more} more" if more > 0 else "") + "."


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
