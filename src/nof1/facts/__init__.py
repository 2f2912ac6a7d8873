"""Sourced facts as TOML: every number the software knows carries where it comes from and how sure it is.

One file per table. Knows nothing of protocols, nights or people.
"""

import tomllib
from copy import deepcopy
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from nof1.errors import InputError

# S = read in a retrieved text, D = derived by arithmetic or reasoning, M = from memory and not checked.
Certainty = Literal["S", "D", "M"]


@cache
def names() -> tuple[str, ...]:
    """Names of the facts files, in alphabetical order."""
    entries = (entry.name for entry in files("nof1.facts").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in entries if name.endswith(".toml")))


def load(name: str) -> list[dict[str, Any]]:
    """Rows of a facts file, each with at least `id`, `text`, `source` and `certainty`; a copy of the caller's own.

    Raises
    ------
    InputError
        If there is no such file.
    """
    if name not in names():
        raise InputError(f"There is no facts file {name!r}. Choose one of: {', '.join(names())}.")
    return deepcopy(_rows(name))


def fact(fact_id: str) -> dict[str, Any]:
    """The row with this id, whichever file it is in; a copy of the caller's own.

    Raises
    ------
    InputError
        If no file holds such a row.
    """
    rows = _by_id()
    if fact_id not in rows:
        near = get_close_matches(str(fact_id), rows, n=3)
        hint = f"Close to it: {', '.join(near)}." if near else f"Look in these files: {', '.join(names())}."
        raise InputError(f"There is no fact {fact_id!r}. {hint}")
    return deepcopy(rows[fact_id])


def shown_as_fact(row: dict[str, Any]) -> bool:
    """Whether a row may be told as a fact: not if it was written from memory and never checked."""
    return row["certainty"] in ("S", "D")


@cache
def _rows(name: str) -> list[dict[str, Any]]:
    content = tomllib.loads((files("nof1.facts") / f"{name}.toml").read_text(encoding="utf-8"))
    return list(content["fact"])


@cache
def _by_id() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for name in names() for row in _rows(name)}
