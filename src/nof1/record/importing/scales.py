"""Words that stand for numbers, such as a mood from "awful" to "rad": which number each of them is, only the person can say.

A column of words is asked about where somebody wants numbers of it; no order of words is ever taken for known.
"""

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from nof1.cells import brief
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.importing.reading import Reading, Target
from nof1.record.opening.opened import Row
from nof1.record.sources.hints import holds_arms
from nof1.record.sources.source import Export
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.measures import find_measure
from nof1.record.values.numbers import flag_or_number, number_reader

ALL = ""  # the key of a scale that is for every column of words
MAX_WORDS = 30  # of a column, for its words to be a scale
LONGEST_WORD = 60
LOOKED = 20_000  # rows in which the first cell that tells is looked for
_NUMBER = r"\s*(?P<number>[+-]?[0-9]+(?:\.[0-9]+)?)\s*(?:,|$)"
_A_NUMBER = re.compile(_NUMBER)
_PAIR = re.compile(rf"\s*(?P<word>[^\s,=][^=]*?)\s*={_NUMBER}")

Scale = Mapping[str, float]
Given = Mapping[str, Scale | str] | str


def read_scales(given: Given | None) -> dict[str, dict[str, float]]:
    """Scales as they are kept: by the diary's column or the measure, each word in its plain form with its number.

    Parameters
    ----------
    given : mapping of str to mapping or str, or str
        By column; a text such as "good=4, bad=2" is a scale, too. A text alone is for every column of words.

    Raises
    ------
    InputError
        If a scale has no words, a word has two numbers, or a text cannot be read.

    Examples
    --------
    >>> read_scales({"mood": "Good=4, bad = 2"})
    {'mood': {'good': 4.0, 'bad': 2.0}}
    """
    by_field = {ALL: given} if isinstance(given, str) else dict(given or {})
    return {str(field): _scale(scale) for field, scale in by_field.items()}


def scale_option(text: str) -> tuple[str, str]:
    """The column and the scale of an option such as "mood=good=4,bad=2"; without a column it is for every column of words.

    >>> scale_option("mood=good=4,bad=2"), scale_option("good=4,bad=2")
    (('mood', 'good=4,bad=2'), ('', 'good=4,bad=2'))
    """
    field, _, rest = text.partition("=")
    return (field.strip(), rest) if "=" in rest and not _A_NUMBER.match(rest) else (ALL, text)


def _scale(given: Scale | str) -> dict[str, float]:
    found: dict[str, float] = {}
    for word, number in _pairs(given) if isinstance(given, str) else given.items():
        plain = plain_word(str(word))
        if not plain or isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
            raise _unreadable(f"{word}={number}")
        if found.setdefault(plain, float(number)) != number:
            raise InputError(f"The scale has two numbers for {brief(str(word))!r}. Give each word one.")
    if not found:
        raise _unreadable(given if isinstance(given, str) else "")
    return found


def _pairs(text: str) -> Iterable[tuple[str, float]]:
    place = 0
    while place < len(text):
        match = _PAIR.match(text, place)
        if match is None or (match.end() == len(text) and text[-1:] == ","):
            raise _unreadable(text)
        yield match["word"], float(match["number"])
        place = match.end()


def _unreadable(text: str) -> InputError:
    return InputError(
        f"The scale {brief(text)!r} must look like 'good=4, bad=2': a word, its number, and a comma before the next."
    )


def plain_word(text: str) -> str:
    """A word as it is compared: without capitals and surplus spaces."""
    return " ".join(text.split()).casefold()


def scale_for(scales: Mapping[str, Scale], field: str) -> Scale:
    """The scale of a column, its own or the one for every column of words; none where there is neither."""
    return scales.get(field) or scales.get(ALL) or {}


def refuse_stray_scales(names: Iterable[str], fields: Sequence[str]) -> None:
    """Refuse a scale that was said of something that nothing is taken into.

    Raises
    ------
    InputError
        If there is one.
    """
    for name in names:
        if name != ALL and name not in fields:
            raise InputError(
                f"A scale was said of {name!r}, and nothing is taken into it. Scales can be said of: {', '.join(fields) or 'nothing'}."
            )


def ask_scales(
    export: Export,
    made: Iterable[Target],
    protocol: Protocol,
    reading: Reading,
    asked: Collection[str],
    rows: Callable[[], Iterable[Row]],
) -> None:
    """Ask for the scale of a column that holds words, where somebody wants numbers of it.

    Parameters
    ----------
    rows : callable
        Gives the rows of the person who is meant; the words of others say nothing of this one's.
    protocol : Protocol
        Its outcome is asked about in any case.
    asked : collection of str
        Fields that the person has named.

    Raises
    ------
    AmbiguousInput
        If there is such a column; its option is "scale", and the choices are the field and the words.
    InputError
        If its words are the arms of a trial whose order is concealed.
    """
    outcome = protocol.outcome.name
    wanted = [
        target
        for target in made
        if not target.text
        and target.field in (outcome, *asked)
        and target.merge not in ("union", "device")
        and not scale_for(reading.scales, target.field)
    ]
    for target in _begin_with_words(rows, wanted, outcome):
        words = _words(rows, target, outcome)
        if words and protocol.concealed != "open" and holds_arms(protocol, words):
            raise InputError(
                f"The column {target.column!r} of {export.name} names the treatment, and the order of this trial is concealed. Leave it out."
            )
        if words:
            raise _question(export, target, words)


def _begin_with_words(rows: Callable[[], Iterable[Row]], wanted: Sequence[Target], outcome: str) -> list[Target]:
    """The columns of which the first cell that tells is a word. In most files the first row settles it."""
    open_ones, found = list(wanted), []
    for number, row in enumerate(rows() if wanted else ()):
        if not open_ones or number == LOOKED:
            break
        for target in tuple(open_ones):
            text = row.cells[target.place] if target.place < len(row.cells) else ""
            kind = _kind(text, flags=_takes_flags(target.field, outcome))
            if kind != "nothing":
                open_ones.remove(target)
                found += [target] if kind == "word" else []
    return found


def _words(rows: Callable[[], Iterable[Row]], target: Target, outcome: str) -> list[str]:
    """All words of a column, in the order of the file; none where it holds a number, too, or more words than a scale has."""
    words: dict[str, str] = {}
    none = ""
    for row in rows():
        text = row.cells[target.place] if target.place < len(row.cells) else ""
        kind = _kind(text, flags=_takes_flags(target.field, outcome))
        if kind == "number" or len(words) > MAX_WORDS or len(text) > LONGEST_WORD:
            return []
        if kind == "word":
            words.setdefault(plain_word(text), " ".join(text.split()))
        elif plain_word(text) == "none":
            none = " ".join(text.split())  # nothing beside numbers; beside words it is one of them
    return [*([none] if none else []), *words.values()]


_READ = number_reader(decimal_comma=False)


def _kind(text: str, *, flags: bool) -> str:
    """What a cell holds: "nothing", a "word", or else something with a figure in it, which is a "number" or meant to be one."""
    try:
        return "nothing" if (flag_or_number(text) if flags else _READ(text)) is None else "number"
    except ValueError:
        return "number" if any(letter.isdigit() for letter in text) else "word"


def _takes_flags(field: str, outcome: str) -> bool:
    """Whether yes and no are numbers already, as for whether other medicines were changed."""
    measure = find_measure(field)
    return field not in (outcome, "dose_mg", "confidence") and (measure is None or measure.flag or measure.amount)


def _question(export: Export, target: Target, words: Sequence[str]) -> AmbiguousInput:
    shown = [brief(word, LONGEST_WORD) for word in words]
    scale = ", ".join(f"{word}=?" for word in shown)
    return AmbiguousInput(
        f"{export.name}: {brief(target.column)!r} holds words, not numbers: {', '.join(shown)}. Say which number each of them is, "
        f"in place of each question mark: scales={{{target.field!r}: {scale!r}}}",
        option="scale",
        choices=(target.field, *shown),
    )
