"""Instruments whose score is taken once at the end of each period: those of instruments.toml, and a person's own.

A score alone is taken; no question of any instrument is part of nof1. Knows no protocol, which holds instruments, and no night.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.plan.design.fields import Column, Finite, Frozen, Text, Whole, spelled_out
from nof1.plan.protocol.explain import explain, parse_toml

IMPRESSION = "impression_of_change"  # asked beside them, see `nof1.plan.protocol.period_ends`
MOST = 12  # each is one more question on one morning


@dataclass(frozen=True)
class Note:
    """What is known of an instrument, with its source and the day on which that was read."""

    kind: Literal["form", "licence", "change"]
    text: str
    source: str
    where: str
    read: date


class Instrument(Frozen):
    """A score that is taken at the end of each period.

    Attributes
    ----------
    name : str
        As it stands in measures.csv.
    title : str
    low, high : float
        The ends of the score.
    better : {"lower", "higher"}
    whole : bool
        Whether the score is a whole number.
    recall_days : int or None
        How many days its form asks about; None where that is not known.
    """

    name: Column
    title: Annotated[Text, Field(min_length=1, max_length=60)]
    low: Finite
    high: Finite
    better: Literal["lower", "higher"] = "lower"
    whole: bool = True
    recall_days: Annotated[Whole, Field(ge=1, le=366)] | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> "Instrument":
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        known = next((row for row in _content() if row["name"] == self.name.casefold()), None)
        if known is not None and (known["low"], known["high"], known["better"]) != (self.low, self.high, self.better):
            raise ValueError(
                f"{self.name!r} is an instrument that nof1 knows, from {known['low']:g} to {known['high']:g}, "
                f"{known['better']} is better; give another name to another score"
            )
        return self

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is known of it; nothing of a person's own.

        Examples
        --------
        >>> [note.kind for note in find_instruments("irls")[0].notes]
        ['form', 'licence', 'change', 'change']
        """
        return _notes().get(self.name, ())


@cache
def _content() -> list[dict[str, Any]]:
    text = (files("nof1.plan.protocol") / "instruments.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["instrument"])


@cache
def _notes() -> Mapping[str, tuple[Note, ...]]:
    return {row["name"]: tuple(Note(**note) for note in row["note"]) for row in _content()}


@cache
def _groups() -> Mapping[str, tuple[str, ...]]:
    """Names of the scores by what a person asks for: one of them, or a group such as the six of the RLS-6."""
    groups: dict[str, tuple[str, ...]] = {}
    for row in _content():
        for asked in {row["name"], row.get("group", row["name"])}:
            groups[asked] = (*groups.get(asked, ()), row["name"])
    return groups


@cache
def _known() -> Mapping[str, Instrument]:
    return {
        row["name"]: Instrument(**{key: value for key, value in row.items() if key not in ("note", "group")})
        for row in _content()
    }


def known_instruments() -> tuple[Instrument, ...]:
    """Every score that nof1 knows.

    Examples
    --------
    >>> [one.name for one in known_instruments()][:2]
    ['irls', 'isi']
    """
    return tuple(_known().values())


def find_instruments(name: str) -> tuple[Instrument, ...]:
    """The scores that a name stands for: one, or those of a group.

    Raises
    ------
    InputError
        If nof1 knows none of that name.

    Examples
    --------
    >>> len(find_instruments("rls6"))
    6
    """
    found = _groups().get(name.strip().casefold())
    if found is None:
        asked = sorted({row.get("group", row["name"]) for row in _content()})
        raise InputError(
            f"There is no instrument {name[:40]!r} here; there is: {', '.join(asked)}. Of another one give a TOML file with name, title, low and high."
        )
    return tuple(_known()[one] for one in found)


def asked_instruments(text: str) -> tuple[Instrument, ...]:
    """What `nof1 plan --instrument` asks for: a name that nof1 knows, or a TOML file with an instrument of one's own.

    Raises
    ------
    InputError
        If there is no such instrument, or the file is not what it should be.
    """
    if not text.casefold().endswith(".toml"):
        return find_instruments(text)
    try:
        content = parse_toml(read_bytes(Path(text)).decode("utf-8"), where=text)
    except UnicodeDecodeError:
        raise InputError(f"{text} is damaged: it is not UTF-8 text. Restore it from a copy.") from None
    try:
        return (Instrument.model_validate(content),)
    except ValidationError as problem:
        raise InputError(explain(problem, text)) from None


# What a protocol holds: every instrument in full, so that its file says what was decided; None for none.
Instruments = Annotated[
    tuple[Instrument, ...], BeforeValidator(spelled_out(find_instruments)), Field(min_length=1, max_length=MOST)
]
