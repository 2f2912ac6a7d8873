"""What sentences are about, and how they are worded for it: nights or days, planned or taken over from a table.

English follows by rule: the same template with other words. What comes out is a sentence of its own, which other languages translate like
any other (`scripts/extract_words.py` collects it). Only templates go through here, never what a person wrote.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Subject:
    """What sentences are about.

    Attributes
    ----------
    days : bool
        Whether what was recorded are days: sentences say so where they would say nights.
    adopted : bool
        Whether it was taken over from a table: then nobody planned, rated or said anything beforehand that the table does not hold, and
        every text of the protocol is a person's.
    unit : str
        What stands behind the outcome's numbers instead of "points"; "" for points.
    labels : tuple of (str, str)
        Arms by their names, and what they are called where there is little room; names that are not among them are said as they are.
    other : bool
        Whether something else than magnesium was planned: then no sentence speaks of it.
    """

    days: bool = False
    adopted: bool = False
    unit: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    other: bool = False


# Words of a planned trial that would say more of a table than anybody did. Longer ones first.
_ADOPTED = {
    " beforehand": "",
    "This page reports what one person recorded": "This page reports what a table holds",
    "planned and carried out": "carried out",
    "or plan with": "or adopt it with",
    "another verdict than planned": "another verdict",
    "against the plan": "against the first choice",
    "log every night from now on, and see": "see",
    "what was taken may": "which arm it was may",
    "from the first dose": "from the first night",
    "nobody planned to rate": "nobody meant to record",
    "This trial was planned with": "This trial was taken over with",
    "was planned by the rule": "goes by the rule",
    "were planned by the rule": "go by the rule",
    "What was planned": "What was stated",
    "as planned": "as stated",
    "share of planned dose": "exposure, share of full",
    "Dose of every night as a share of the planned one": "Exposure of every night as a share of full",
    "dose planned": "dose stated",
    "planned dose": "stated dose",
    "more than planned": "more than stated",
    "in the diary": "in the table",
    "ratings": "values",
    "rating": "value",
    "rated": "recorded",
}
_DAYS = {
    "Friday and Saturday nights differ": "Fridays and Saturdays differ",
    "an evening": "a day",
    "nightly": "daily",
    "nights": "days",
    "night": "day",
    "evenings": "days",
    "evening": "day",
}
# What is said of magnesium, or of a supplement, where something else is tried. Longer ones first.
_OTHER = {
    "Any magnesium supplement?": "Any of it all the same?",
    "Any magnesium, in a bath, on the skin or by mouth?": "Any of it all the same?",
    "How much magnesium did you take?": "How much did you take?",
    "Magnesium taken (mg, or n)": "Taken (mg, or n)",
    "dose_mg: elemental magnesium taken": "dose_mg: what was taken",
    " Doses are elemental magnesium.": "",
    " Doses by mouth are elemental magnesium; a bath, or what goes on the skin, has no mg by mouth.": "",
    "with magnesium taken": "with some taken",
    "nights off magnesium": "nights without it",
    "mg magnesium": "mg",
    " of elemental magnesium": "",
    " elemental magnesium": "",
    "elemental magnesium": "dose",
    "SmPCs of magnesium medicines": "product information of other medicines",
    "Sanomedica, safety assessment of magnesium": "a safety assessment of something else",
    "take no more of the supplement": "leave off what is tried",
    "stop the supplement": "stop what is tried",
}
# Places, and what stands in quotation marks or is typed, stay as they are.
_KEPT = r'\{[^{}]*\}|`[^`]*`|"[^"]*"'

_SUBJECT: ContextVar[Subject | None] = ContextVar("subject", default=None)
_USUAL = Subject()


def subject() -> Subject:
    """What is spoken of at the moment; a trial of nights that nof1 planned unless `about` says otherwise."""
    return _SUBJECT.get() or _USUAL


@contextmanager
def about(spoken_of: Subject) -> "Iterator[Subject]":
    """Speak of this for a while.

    Examples
    --------
    >>> from nof1.language import say
    >>> from nof1.subject import Subject, about
    >>> with about(Subject(days=True)):
    ...     print(say("{count} nights, {title}", count=3, title="my nights"))
    3 days, my nights
    """
    token = _SUBJECT.set(spoken_of)
    try:
        yield spoken_of
    finally:
        _SUBJECT.reset(token)


def subject_of(thing: Any) -> Subject:
    """What sentences about this are about: it has a `subject`, as a protocol has, or a `protocol`, or a `trial`; else what is spoken of.

    Of several it is what all of them are: days only where each is of days.
    """
    if isinstance(thing, Mapping | list | tuple):
        each = [subject_of(one) for one in (thing.values() if isinstance(thing, Mapping) else thing)]
        if not each:
            return subject()
        return Subject(
            days=all(one.days for one in each),
            adopted=all(one.adopted for one in each),
            unit=each[0].unit if len({one.unit for one in each}) == 1 else "",
            labels=each[0].labels if len({one.labels for one in each}) == 1 else (),
            other=all(one.other for one in each),
        )
    for name in ("trial", "protocol"):
        thing = getattr(thing, name, thing)
    found = getattr(thing, "subject", None)
    return found if isinstance(found, Subject) else subject()


def spoken_of[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Let a function speak of its first argument (`subject_of`), or of its `protocol` where it is given one."""

    @wraps(function)
    def told(*arguments: P.args, **options: P.kwargs) -> R:
        first = next(iter((*arguments, *options.values())), None)
        with about(subject_of(options.get("protocol") or first)):
            return function(*arguments, **options)

    return told


def worded(template: str, spoken_of: Subject | None = None) -> str:
    """The template as it is said of this, or of what is spoken of at the moment.

    Examples
    --------
    >>> worded("{nights} nights rated, as planned", Subject(days=True, adopted=True))
    '{nights} days recorded, as stated'
    """
    told = spoken_of or subject()
    return _worded(template, days=told.days, adopted=told.adopted, other=told.other)


@cache
def _worded(template: str, *, days: bool, adopted: bool, other: bool) -> str:
    if other:
        for said, instead in _OTHER.items():
            template = template.replace(said, instead)
    if adopted:
        template = _replaced(template, _ADOPTED)
    return _replaced(template, _DAYS) if days else template


def _replaced(template: str, words: Mapping[str, str]) -> str:
    """The template with other words, each with the capital that the old one had."""
    lowered = {word.lower(): other for word, other in words.items()}
    listed = "|".join((r"\b" if word[0].isalpha() else "") + re.escape(word) + r"\b" for word in words)

    def other(found: re.Match[str]) -> str:
        text = found.group()
        word = lowered.get(text.lower(), text)
        return word[:1].upper() + word[1:] if text[:1].isupper() else word

    return re.sub(f"{_KEPT}|{listed}", other, template, flags=re.IGNORECASE)
