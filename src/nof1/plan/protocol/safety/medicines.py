"""Medicines as people write them: what kind of medicine a name is, so that nobody answers twice.

The names stand in `facts/medicines.toml`. A name that nobody knows counts as another medicine by mouth, which has hours of its own.
"""

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from nof1 import facts
from nof1.plan.protocol.safety.answers import Answer, questions

OTHER = "other_medicines"
_MAGNESIUM = "recent_magnesium"
_NOT_BY_MOUTH = "not_by_mouth"
_BY_MOUTH = "by_mouth"  # "gel capsules" are swallowed
_WAYS = frozenset({_NOT_BY_MOUTH, _BY_MOUTH})
_ANY = "*"
_SEVERAL = re.compile(r"[+&/]|\b(?:and|und|with|mit)\b", re.IGNORECASE)
_ONE_SLIP, _TWO_SLIPS = 6, 10  # letters of a name from which one, or two, may be wrong


@lru_cache(maxsize=1024)
def groups_of(name: str) -> tuple[str, ...]:
    """The questions of the screen that a medicine answers with yes, by its words; none if it is not taken by mouth and of no group.

    Examples
    --------
    >>> groups_of("Gabapentine 600 mg"), groups_of("rotigotine patch"), groups_of("a new tablet")
    (('absorption_medicines',), ('dopamine',), ('other_medicines',))
    >>> groups_of("ciprofloxacin eye drops")  # never meets magnesium in the gut
    ()
    """
    rows = _rows_named(name)
    # Of two medicines in one name nobody knows which is swallowed.
    met = frozenset() if by_mouth(name) or _SEVERAL.search(name) else _in_the_gut()
    found = tuple(question.id for question in questions() if question.id in rows - met and question.id != OTHER)
    return found or ((OTHER,) if by_mouth(name) and re.search(r"[^\W\d_]", name) else ())


def holds_magnesium(name: str) -> bool:
    """Whether it is a product with magnesium that is swallowed.

    Examples
    --------
    >>> holds_magnesium("Magnesiumcitrat 300"), holds_magnesium("magnesium spray"), holds_magnesium("digoxin")
    (True, False, False)
    """
    return _MAGNESIUM in groups_of(name) and by_mouth(name)


def by_mouth(name: str) -> bool:
    """Whether nothing says that it is taken another way.

    Examples
    --------
    >>> by_mouth("sertraline 50 mg"), by_mouth("insulin")
    (True, False)
    """
    return _BY_MOUTH in _rows_named(name) or _NOT_BY_MOUTH not in _rows_named(name)


def answered_by(names: Iterable[str]) -> dict[str, bool]:
    """Answers to the questions on medicines, of somebody who takes these and no others.

    Examples
    --------
    >>> [id_ for id_, yes in answered_by(["digoxin", "furosemide 40"]).items() if yes]
    ['digoxin', 'losing_medicines']
    """
    taken = {group for name in names for group in groups_of(name)}
    return {question.id: question.id in taken for question in questions() if question.group == "medicine"}


def with_medicines(answers: Mapping[str, Answer], names: Iterable[str]) -> dict[str, Answer]:
    """Answers with a yes wherever a medicine that is named answers a question; what was answered "no" or "not known" gives way to it.

    Examples
    --------
    >>> with_medicines({"digoxin": False}, ["digoxin"])
    {'digoxin': True}
    """
    taken = {group for name in names for group in groups_of(name)}
    return dict(answers) | dict.fromkeys(sorted(taken), True)


@lru_cache(maxsize=1024)
def _rows_named(name: str) -> frozenset[str]:
    """The rows that have a name of these words: as they are written, or else nearly so."""
    words = _words(name)
    exact = {row for known, row in _known() if all(any(_fits(word, part) for word in words) for part in known)}
    if exact - _WAYS:
        return frozenset(exact)
    near = {row for known, row in _known() if all(any(_nearly(word, part) for word in words) for part in known)}
    return frozenset(exact | near)


@cache
def _in_the_gut() -> frozenset[str]:
    """Rows that are about what meets magnesium in the gut, and nothing else."""
    rows = facts.load("safety")
    elsewhere = {id_ for row in rows for id_ in (*row.get("all_of", ()), *row.get("any_of", ()))}
    return frozenset(row["id"] for row in rows if row["level"] == "apart") - elsewhere


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W\d_]+", text.casefold()))


def _fits(word: str, name: str) -> bool:
    return fnmatchcase(word, name) if _ANY in name else word == name


@cache
def _known() -> tuple[tuple[tuple[str, ...], str], ...]:
    return tuple(
        (tuple(name.casefold().split()), row["row"]) for row in facts.load("medicines") for name in row["names"]
    )


def _nearly(word: str, name: str) -> bool:
    """Whether a word is a name but for a slip; short names are too near to others."""
    if _ANY in name:
        return _fits(word, name)
    slips = 0 if len(name) < _ONE_SLIP else 1 if len(name) < _TWO_SLIPS else 2
    if word[:1] != name[:1] or abs(len(word) - len(name)) > slips:
        return word == name
    return _distance(word, name) <= slips


def _distance(one: str, other: str) -> int:
    """How many letters are to be added, left out, changed or swapped with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, there in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == there:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
