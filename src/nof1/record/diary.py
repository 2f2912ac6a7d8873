"""The diary: one row per night in diary.csv, each checked, none lost.

Knows the protocol (which columns, which scale, which nights); must not know the arms' order or any result.
"""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

from nof1.errors import InputError
from nof1.files import locked, read_bytes, write_atomic
from nof1.plan.amendments import load_amendments, pauses
from nof1.plan.loading import UNSEALING_FILE
from nof1.plan.protocol import Outcome, Protocol

DIARY_FILE = "diary.csv"
MAX_TEXT = 2000
MAX_DOSE_MG = 5000.0
SIDE_EFFECT_SEPARATOR = ";"
NO_GUESS = "can't tell"  # a guess, too: it says that the person did not know


@dataclass(frozen=True)
class Entry:
    """What was recorded of one night; None and empty text mean that it was not recorded.

    `night` is the calendar date of the evening; `outcome` is in points, `dose_mg` in elemental mg taken. Where the order
    is concealed the person does not know the dose, and `taken` is the share of the evening's pack instead, 1 for all
    of it. `guess` is the arm that the person believes the period was on, `confidence` how sure they are, from 0 to 100.
    """

    night: date
    outcome: float | None = None
    dose_mg: float | None = None
    taken: float | None = None
    side_effects: tuple[str, ...] = ()
    guess: str = ""
    confidence: float | None = None
    covariates: Mapping[str, float | None] = field(default_factory=lambda: MappingProxyType({}))
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
        "note",
    )


def dose_column(protocol: Protocol) -> str:
    """The column that says what was taken: mg, or the share of a pack whose content the person does not know."""
    return "dose_mg" if protocol.concealed == "open" else "taken"


def guesses(protocol: Protocol) -> tuple[str, ...]:
    """What can be guessed at the end of a period: an arm, or that one cannot tell."""
    return (*(arm.name for arm in protocol.arms), NO_GUESS)


def empty_diary(protocol: Protocol) -> str:
    """A diary with its header and no night."""
    return to_csv(protocol, ())


def to_csv(protocol: Protocol, entries: Iterable[Entry]) -> str:
    """diary.csv, nights in calendar order."""
    rows = (
        (
            entry.night.isoformat(),
            _number_text(entry.outcome),
            _number_text(entry.dose_mg if protocol.concealed == "open" else entry.taken),
            f"{SIDE_EFFECT_SEPARATOR} ".join(entry.side_effects),
            entry.guess,
            _number_text(entry.confidence),
            *(_number_text(entry.covariates.get(name)) for name in protocol.analysis.covariates),
            entry.note,
        )
        for entry in sorted(entries, key=lambda entry: entry.night)
    )
    return "".join(_line(cells) for cells in (columns(protocol), *rows))


def _line(cells: Sequence[str]) -> str:
    """One row of CSV. The writer is told that rows end in CR LF, so that it quotes a lone CR, and is then overruled."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(cells)
    return stream.getvalue()[:-2] + "\n"


def _number_text(value: float | None) -> str:
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
            {name: parse_number(values.get(name, ""), name, where=where) for name in protocol.analysis.covariates}
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
    if (entry.taken if protocol.concealed == "open" else entry.dose_mg) is not None:
        known, other = dose_column(protocol), "taken" if protocol.concealed == "open" else "dose_mg"
        raise InputError(f"{where}: {other} is not recorded in this trial, which has {known} instead.")
    if entry.taken is not None and not 0 <= entry.taken <= 2:
        raise InputError(
            f"{where}: taken {entry.taken:g} is not between 0 and 2. Write 1 for the whole pack, 0.5 for half of it, 0 for none."
        )
    if entry.confidence is not None and not (entry.guess and 0 <= entry.confidence <= 100):
        raise InputError(
            f"{where}: confidence {entry.confidence:g} must be from 0 (a blind guess) to 100 (certain), and goes with a guess."
        )
    for name, value in entry.covariates.items():
        if value is not None and not math.isfinite(value):
            raise InputError(f"{where}: {name} {value} is no number. Leave it empty if it is not known.")


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
    if len(text) > MAX_TEXT:
        raise InputError(f"{where}: {name} has {len(text)} characters; at most {MAX_TEXT} are kept. Shorten it.")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise InputError(f"{where}: {name} holds an unreadable character. Remove it.")
    return text.strip()


def read_diary(folder: str | Path, protocol: Protocol) -> tuple[Entry, ...]:
    """All recorded nights of a trial folder, in calendar order.

    Raises
    ------
    InputError
        If the file is missing or damaged, a value does not fit, or a night is there twice.
    """
    path = Path(folder) / DIARY_FILE
    return parse_diary(read_bytes(path), protocol, where=str(path), until=last_evening(folder, protocol))


def last_evening(folder: str | Path, protocol: Protocol) -> date:
    """The last evening of the trial, pauses included."""
    return protocol.end + timedelta(days=sum(pause.nights for pause in pauses(load_amendments(folder))))


def refuse_if_locked(folder: Path) -> None:
    """Refuse a change after a concealed order was opened.

    Raises
    ------
    InputError
        If it was.
    """
    if (folder / UNSEALING_FILE).is_file():
        raise InputError(
            f"The diary of {folder} was locked when the order was opened, so that nobody can change nights in the light of it. "
            "Nothing was changed."
        )


def parse_diary(content: bytes, protocol: Protocol, *, where: str, until: date | None = None) -> tuple[Entry, ...]:
    """The nights in the bytes of a diary.csv; see `read_diary`."""
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = next(reader, [])
        known = columns(protocol)
        if tuple(header) not in (
            known,
            tuple(name for name in known if name != "confidence"),
        ):  # from before guesses had one
            raise InputError(f"{where} must have the columns {', '.join(columns(protocol))}. Restore it from a copy.")
        entries: dict[date, Entry] = {}
        for row in reader:
            line = f"{where}, line {reader.line_num}"
            if len(row) != len(header):
                raise InputError(f"{line}: there are {len(row)} values instead of {len(header)}. Mend that line.")
            entry = parse_entry(protocol, dict(zip(header, row, strict=True)), where=line, until=until)
            if entry.night in entries:
                raise InputError(
                    f"{line}: the night {entry.night} is there twice. Keep the right row and remove the other."
                )
            entries[entry.night] = entry
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{where} is damaged ({error}). Restore it from a copy.") from None
    return tuple(sorted(entries.values(), key=lambda entry: entry.night))


def add_entries(folder: str | Path, protocol: Protocol, new: Iterable[Entry]) -> None:
    """Add nights to the diary: all of them or none, one writer at a time.

    Raises
    ------
    InputError
        If a night is recorded already, or the diary is locked; nothing is changed then.
    """
    folder = Path(folder)
    with locked(folder):
        refuse_if_locked(folder)
        until = last_evening(folder, protocol)
        recorded = {entry.night: entry for entry in read_diary(folder, protocol)}
        for entry in new:
            check_entry(protocol, entry, where=f"night {entry.night}", until=until)
            if entry.night in recorded:
                raise InputError(
                    f"The night {entry.night} is recorded already "
                    f"({protocol.outcome.name} {_number_text(recorded[entry.night].outcome) or 'missing'}). Nothing was changed. "
                    f"To correct it, open {folder / DIARY_FILE} and change that line."
                )
            recorded[entry.night] = entry
        write_atomic(folder / DIARY_FILE, to_csv(protocol, recorded.values()))
