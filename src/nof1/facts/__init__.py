"""Sourced facts as TOML: every number the software knows carries where it comes from, when that was read and how sure it is.

One file per table; `topics.toml` says which tables are told together, `review.toml` who has reviewed them. Knows nothing of protocols, nights
or people.
"""

import tomllib
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from nof1.errors import InputError

# S = read in a retrieved text, D = derived by arithmetic or reasoning, M = from memory and not checked: told nowhere.
Certainty = Literal["S", "D", "M"]


@dataclass(frozen=True)
class Topic:
    """Facts that are told together, under a title in English; `files` hold them."""

    id: str
    title: str
    about: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Reviewer:
    """A clinician who has reviewed the facts, the safety screen and the stop rules."""

    name: str
    profession: str
    date: date


@cache
def names() -> tuple[str, ...]:
    """Names of the facts files, in alphabetical order: those that hold rows of facts."""
    entries = (entry.name for entry in files("nof1.facts").iterdir())
    tables = sorted(name.removesuffix(".toml") for name in entries if name.endswith(".toml"))
    return tuple(name for name in tables if "fact" in _content(name))


def load(name: str) -> list[dict[str, Any]]:
    """Rows of a facts file, each with at least `id`, `text`, `source`, `certainty` and `read`; a copy of the caller's own.

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
def topics() -> tuple[Topic, ...]:
    """What there is to tell, in the order in which it is told."""
    found = (
        Topic(row["id"], row["title"], row["about"], tuple(name for name in row["files"] if name in names()))
        for row in _content("topics")["topic"]
    )
    return tuple(topic for topic in found if topic.files)


def untold() -> tuple[str, ...]:
    """Files with rows that are told nowhere, since they say nothing medical."""
    return tuple(name for name in _content("topics")["untold"] if name in names())


def topic(topic_id: str) -> Topic:
    """The topic with this id, in any case.

    Raises
    ------
    InputError
        If there is none.
    """
    known = {one.id: one for one in topics()}
    wanted = str(topic_id).strip().casefold()
    if wanted not in known:
        near = get_close_matches(wanted, known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise InputError(f"There is no topic {topic_id!r}. {hint}Choose one of: {', '.join(known)}.")
    return known[wanted]


def about(one: Topic) -> list[dict[str, Any]]:
    """The rows of a topic that may be told as facts."""
    return [row for name in one.files for row in load(name) if shown_as_fact(row)]


@cache
def reviewers() -> tuple[Reviewer, ...]:
    """Who has reviewed the facts as a clinician; nobody as long as `review.toml` names nobody."""
    rows = _content("review").get("reviewer", [])
    return tuple(Reviewer(row["name"], row["profession"], row["date"]) for row in rows)


@cache
def _content(name: str) -> dict[str, Any]:
    return tomllib.loads((files("nof1.facts") / f"{name}.toml").read_text(encoding="utf-8"))


def _rows(name: str) -> list[dict[str, Any]]:
    return list(_content(name)["fact"])


@cache
def _by_id() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for name in names() for row in _rows(name)}
