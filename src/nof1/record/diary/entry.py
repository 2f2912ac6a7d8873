"""What is recorded of one night: its columns, its text form, and what each value must be.

Knows the protocol (which columns, which scale, which nights); must not know the arms' order, a file or any result.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from nof1.cells import cleaned, csv_text, shielded
from nof1.errors import InputError
from nof1.plan.protocol.nightly import beside, recorded_of
from nof1.plan.protocol.parts import Outcome
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.recorded import NO, Recorded
from nof1.record.values.answers import read_recorded
from nof1.record.values.measures import find_measure

MAX_TEXT = 2000
MAX_DOSE_MG = 5000.0
SIDE_EFFECT_SEPARATOR = ";"
TEXT_COLUMNS = ("side_effects", "guess", "note")  # of every diary; `text_columns` has those of one trial
NO_GUESS = "can't tell"  # a guess, too: it says that the person did not know


@dataclass(frozen=True)
class Entry:
    """What was recorded of one night; None and empty text mean that it was not recorded.

    `night` is the calendar date of the evening; `outcome` is in points, `dose_mg` in elemental mg taken. Where the order
    is concealed the person does not know the dose, and a bath has none in mg: `taken` is the share of the evening's pack
    or bath instead, 1 for all of it. `guess` is the arm that the person believes the period was on, `confidence` how sure they are, from 0 to 100. `recorded` has what is beside the model, as text:
    a clock time such as "22:30", a choice, "yes" or "no", a number, words.
    """

    night: date
    outcome: float | None = None
    dose_mg: float | None = None
    taken: float | None = None
    side_effects: tuple[str, ...] = ()
    guess: str = ""
    confidence: float | None = None
    covariates: Mapping[str, float | None] = field(default_factory=lambda: MappingProxyType({}))
    recorded: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    note: str = ""


def columns(protocol: Protocol) -> tuple[str, ...]:
    """Columns of diary.csv, in order."""
    return (
        "night",
        protocol.outcome.name,
        dose_column(protocol),
        "side_effects",
        "guess",
        "confidence",
        *protocol.analysis.covariates,
        *(one.name for one in beside(protocol)),
        "note",
    )


def text_columns(protocol: Protocol) -> tuple[str, ...]:
    """Columns that hold no numbers for a model, but what stands in them as text."""
    return (*TEXT_COLUMNS, *(one.name for one in beside(protocol)))


def dose_column(protocol: Protocol) -> str:
    """The column that says what was taken: mg, or the share of a pack whose content the person does not know, or of a bath."""
    return "taken" if protocol.by_share else "dose_mg"


def guesses(protocol: Protocol) -> tuple[str, ...]:
    """What can be guessed at the end of a period: an arm, or that one cannot tell."""
    return (*(arm.name for arm in protocol.arms), NO_GUESS)


def empty_diary(protocol: Protocol) -> str:
    """A diary with its header and no night."""
    return to_csv(protocol, ())


def to_csv(protocol: Protocol, entries: Iterable[Entry]) -> str:
    """diary.csv, nights in calendar order."""
    rows = (row_of(protocol, entry).values() for entry in sorted(entries, key=lambda entry: entry.night))
    return csv_text([shielded(cell) for cell in cells] for cells in (columns(protocol), *rows))


def row_of(protocol: Protocol, entry: Entry) -> dict[str, str]:
    """A night's values as text, by column; "" for what was not recorded."""
    cells = (
        entry.night.isoformat(),
        number_text(entry.outcome),
        number_text(entry.taken if protocol.by_share else entry.dose_mg),
        f"{SIDE_EFFECT_SEPARATOR} ".join(entry.side_effects),
        entry.guess,
        number_text(entry.confidence),
        *(number_text(entry.covariates.get(name)) for name in protocol.analysis.covariates),
        *(entry.recorded.get(one.name, "") for one in beside(protocol)),
        entry.note,
    )
    return dict(zip(columns(protocol), cells, strict=True))


def number_text(value: float | None) -> str:
    """A number as the diary writes it: without a needless .0, "" for None."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def parse_entry(protocol: Protocol, values: Mapping[str, str], *, where: str, until: date | None = None) -> Entry:
    """One night from text values, checked against the protocol.

    Parameters
    ----------
    values : mapping of column name to text
        Missing columns count as not recorded; unknown ones are refused.
    where : str
        Named in messages, such as "diary.csv, line 7".
    until : date, optional
        The last evening, where pauses have moved it beyond the protocol's.

    Raises
    ------
    InputError
        If a value is not what its column needs.
    """
    unknown = [name for name in values if name not in columns(protocol)]
    if unknown:
        raise InputError(
            f"{where}: {unknown[0]!r} is not recorded in this trial. Known are: {', '.join(columns(protocol))}."
        )
    entry = Entry(
        night=parse_night(values.get("night", ""), where=where),
        outcome=parse_number(values.get(protocol.outcome.name, ""), protocol.outcome.name, where=where),
        dose_mg=parse_number(values.get("dose_mg", ""), "dose_mg", where=where),
        taken=parse_number(values.get("taken", ""), "taken", where=where),
        side_effects=_parse_side_effects(values.get("side_effects", ""), where=where),
        guess=_parse_guess(protocol, values.get("guess", ""), where=where),
        confidence=parse_number(values.get("confidence", ""), "confidence", where=where),
        covariates=MappingProxyType(
            {name: _parse_covariate(values.get(name, ""), name, where=where) for name in protocol.analysis.covariates}
        ),
        recorded=MappingProxyType(
            {one.name: _parse_recorded(one, values.get(one.name, ""), where=where) for one in beside(protocol)}
        ),
        note=_parse_text(values.get("note", ""), "note", where=where),
    )
    check_entry(protocol, entry, where=where, until=until)
    return entry


def check_entry(protocol: Protocol, entry: Entry, *, where: str, until: date | None = None) -> None:
    """Hold a night against the protocol; values are never clipped or rescaled.

    `until` is the last evening, where pauses have moved it beyond the protocol's.

    Raises
    ------
    InputError
        If the night is outside the trial, or a value is off its scale or no finite number.
    """
    until = until or protocol.end
    if not protocol.start <= entry.night <= until:
        raise InputError(
            f"{where}: {entry.night} is not a night of this trial, which runs from {protocol.start} to {until}."
        )
    _check_outcome(protocol.outcome, entry.outcome, where=where)
    if entry.dose_mg is not None and not 0 <= entry.dose_mg <= MAX_DOSE_MG:
        raise InputError(
            f"{where}: dose_mg {entry.dose_mg:g} is not between 0 and {MAX_DOSE_MG:g} mg. Write the elemental mg taken that evening."
        )
    if (entry.dose_mg if protocol.by_share else entry.taken) is not None:
        known, other = dose_column(protocol), "dose_mg" if protocol.by_share else "taken"
        raise InputError(f"{where}: {other} is not recorded in this trial, which has {known} instead.")
    if entry.taken is not None and not 0 <= entry.taken <= 2:
        raise InputError(
            f"{where}: taken {entry.taken:g} is not between 0 and 2. Write 1 for all of it, 0.5 for half of it, 0 for none."
        )
    if entry.confidence is not None and not (entry.guess and 0 <= entry.confidence <= 100):
        raise InputError(
            f"{where}: confidence {entry.confidence:g} must be from 0 (a blind guess) to 100 (certain), and goes with a guess."
        )
    for name, value in entry.covariates.items():
        if value is not None and not math.isfinite(value):
            raise InputError(f"{where}: {name} {value} is no number. Leave it empty if it is not known.")
        one = recorded_of(protocol, name)
        if one is not None and value is not None:
            _parse_recorded(one, number_text(value), where=where)  # refuses what it cannot be
    for one in beside(protocol):
        text = entry.recorded.get(one.name, "")
        if _parse_recorded(one, text, where=where) != text:
            raise InputError(
                f"{where}: {one.name} {text[:40]!r} is written as {_parse_recorded(one, text, where=where)!r}."
            )
        if text and one.only_if and entry.recorded.get(one.only_if) == NO:
            raise InputError(f"{where}: {one.name} goes with {one.only_if} yes, and that is no.")


def parse_night(text: str, *, where: str) -> date:
    """An ISO date, the calendar date of the evening."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"{where}: {text.strip()[:40]!r} is no date of the form 2026-11-23.") from None


def parse_number(text: str, name: str, *, where: str) -> float | None:
    """A number with a decimal point, or None for empty text."""
    text = text.strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise InputError(
            f"{where}: {name} {text[:40]!r} is no number. Write it like 4 or 4.5, or leave it empty."
        ) from None
    if not math.isfinite(value) or "_" in text:
        raise InputError(f"{where}: {name} {text[:40]!r} is no number. Write it like 4 or 4.5, or leave it empty.")
    return value


def _parse_covariate(text: str, name: str, *, where: str) -> float | None:
    """A number; yes and no are 1 and 0, but of what is measured in a unit, where no amount is 0."""
    measure = find_measure(name)
    words = {"no": "0", "n": "0"} if measure is None or measure.flag or measure.amount else {}
    if measure is None or measure.flag:
        words |= {"yes": "1", "y": "1"}
    return parse_number(words.get(text.strip().casefold(), text), name, where=where)


def _parse_recorded(one: Recorded, text: str, *, where: str) -> str:
    try:
        return read_recorded(one, _parse_text(text, one.name, where=where))
    except ValueError as problem:
        raise InputError(f"{where}: {one.name} {problem}. Leave it empty if it is not known.") from None


def _check_outcome(outcome: Outcome, value: float | None, *, where: str) -> None:
    if value is None:
        return
    if not outcome.low <= value <= outcome.high:
        raise InputError(
            f"{where}: {outcome.name} {value:g} is outside its scale, {outcome.low:g} to {outcome.high:g}."
        )
    if outcome.whole and value != int(value):
        raise InputError(
            f"{where}: {outcome.name} {value:g} must be a whole number from {outcome.low:g} to {outcome.high:g}."
        )


def _parse_side_effects(text: str, *, where: str) -> tuple[str, ...]:
    text = _parse_text(text, "side_effects", where=where)
    return tuple(part.strip() for part in text.split(SIDE_EFFECT_SEPARATOR) if part.strip())


def _parse_guess(protocol: Protocol, text: str, *, where: str) -> str:
    """The guessed arm by its name, however it was written."""
    text = _parse_text(text, "guess", where=where)
    if not text:
        return ""
    labels = [arm.label.casefold() for arm in protocol.arms]
    known = {arm.label.casefold(): arm.name for arm in protocol.arms if labels.count(arm.label.casefold()) == 1}
    known |= {guess.casefold(): guess for guess in guesses(protocol)}
    written = text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if written not in known:
        raise InputError(f"{where}: guess {text[:40]!r} is not one of: {', '.join(guesses(protocol))}.")
    return known[written]


def _parse_text(text: str, name: str, *, where: str) -> str:
    return kept_text(text, what=f"{where}: {name}")


def kept_text(text: str, *, what: str, most: int = MAX_TEXT) -> str:
    """A person's words as they are kept, without what nobody can see; `what` begins the message.

    Raises
    ------
    InputError
        If it is too long, or holds what no text can hold.
    """
    if len(text) > most:
        raise InputError(f"{what} has {len(text)} characters; at most {most} are kept. Shorten it.")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise InputError(f"{what} holds an unreadable character. Remove it.")
    return cleaned(text).strip()
