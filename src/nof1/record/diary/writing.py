"""The one place where recorded values change: checked, written together with the audit trail, nothing ever overwritten unseen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from nof1.clock import local_now
from nof1.commit import Content, Copy, commit, locked
from nof1.errors import InputError
from nof1.plan.protocol.nightly import beside
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.recorded import NO, YES
from nof1.record.diary.entry import Entry, check_entry, columns, number_text, parse_entry, parse_number, row_of, to_csv
from nof1.record.diary.events import (
    EVENTS_FILE,
    can_be_graded,
    event_name,
    events_csv,
    events_of,
    gradable_word,
    grade,
    is_event_name,
    parted,
    read_events,
)
from nof1.record.diary.journal import FOUND, Line, journal_bytes, stamp, with_files
from nof1.record.diary.secondary import MEASURES_FILE, check_measure, measure_name, measures_csv, read_measures
from nof1.record.diary.table import DIARY_FILE, last_evening, read_diary, refuse_if_locked

MAX_REASON = 500
# Files that the person may change, or that are a convenience: no hash of them is kept.
FOR_MENDING = ("rejected.csv", "imports/maps.json")


class ConflictError(InputError):
    """A value is recorded already, and it is another one. `recorded` and `given` hold the texts by column."""

    def __init__(self, message: str, night: date, recorded: Mapping[str, str], given: Mapping[str, str]) -> None:
        super().__init__(message)
        self.night, self.recorded, self.given = night, recorded, given


@dataclass(frozen=True)
class Change:
    """Values of one night, as text by column of the diary, name of a measure or of a side effect's grade; "" clears a value.

    `seen` are the recorded values that the person was shown: of a correction only these are replaced. None where nothing was
    shown, and whatever is recorded is to be replaced.
    """

    night: date
    cells: Mapping[str, str]
    seen: Mapping[str, str] | None = None

    def may_replace(self, name: str, recorded: str) -> bool:
        """Whether this value may give way to the one of the change, in a correction."""
        return self.seen is None or self.seen.get(name, "") == recorded


def record(
    folder: str | Path,
    protocol: Protocol,
    changes: Iterable[Change],
    *,
    by: str,
    now: datetime | None = None,
    reason: str = "",
    correct: bool = False,
    also: Callable[[], Mapping[str, Content]] | None = None,
) -> tuple[Line, ...]:
    """Write values of nights: all of them or none, one writer at a time, each with a line in the journal.

    Parameters
    ----------
    changes : iterable of Change
        What is not recorded yet is filled in; the same value again changes nothing.
    by : str
        What writes, such as "log".
    now : datetime, optional
        Aware; goes on record. The clock's when it is written if not given.
    correct : bool
        Whether a recorded value may be replaced or cleared, as far as the change has `seen` it; the old one stays in the journal.
    also : callable, optional
        Gives further files to write together with these; called with the folder locked. Copies come first, and the journal
        says nothing of them.

    Returns
    -------
    tuple of Line
        The journal's new lines; none if nothing changed.

    Raises
    ------
    ConflictError
        If another value is recorded and must not be replaced.
    InputError
        If a value does not fit, or the diary is locked. Nothing is changed then.
    """
    folder = Path(folder)
    with locked(folder):
        now = now or local_now()
        refuse_if_locked(folder)
        until = last_evening(folder, protocol)
        recorded = {entry.night: entry for entry in read_diary(folder, protocol)}
        measures, grades = read_measures(folder), read_events(folder)
        journal = journal_bytes(folder)
        found = [] if journal else lines_of(protocol, recorded.values(), measures, grades, by=FOUND, now=now)
        lines: list[Line] = []
        for change in changes:
            diary = {name: text for name, text in change.cells.items() if name in columns(protocol)}
            others = {name: text for name, text in change.cells.items() if name not in diary}
            written = []
            if diary:
                entry = _changed(protocol, recorded.get(change.night), change, diary, correct=correct, until=until)
                written += _differences(protocol, recorded.get(change.night), entry)
                recorded[change.night] = entry
            entry = recorded.get(change.night, Entry(change.night))
            for name, text in others.items():
                if is_event_name(name):
                    written += _set_grade(grades, entry, change, name, text, correct=correct)
                else:
                    written += _set_measure(protocol, measures, change, name, text, correct=correct)
            written += _without_side_effect(grades, entry)
            lines += [Line(stamp(now), by, str(change.night), *cell, reason) for cell in written]
        further = dict(also()) if also is not None else {}
        contents: dict[str, Content] = {name: told for name, told in further.items() if isinstance(told, Copy)}
        if lines:
            contents[DIARY_FILE] = to_csv(protocol, recorded.values())
            if measures or (folder / MEASURES_FILE).is_file():
                contents[MEASURES_FILE] = measures_csv(measures)
            if grades or (folder / EVENTS_FILE).is_file():
                contents[EVENTS_FILE] = events_csv(events_of(grades))
        ledger = {name: told for name, told in further.items() if not isinstance(told, Copy)}
        contents |= {name: ledger.pop(name) for name in FOR_MENDING if name in ledger}
        contents |= with_files(folder, ledger, by=by, now=now, first=[*found, *lines] if lines else ())
        if contents:
            commit(folder, contents)
    return tuple(lines)


def add_entries(
    folder: str | Path, protocol: Protocol, new: Iterable[Entry], *, by: str = "python", now: datetime | None = None
) -> None:
    """Add whole nights to the diary.

    Raises
    ------
    InputError
        If a night is recorded already, a value does not fit, or the diary is locked; nothing is changed then.
    """
    new = list(new)
    taken = {entry.night for entry in read_diary(folder, protocol)}
    until = last_evening(folder, protocol)
    for entry in new:
        check_entry(protocol, entry, where=f"night {entry.night}", until=until)
        if entry.night in taken:
            raise _refusal(folder, protocol, entry.night)
        taken.add(entry.night)
    changes = [
        Change(entry.night, {name: text for name, text in row_of(protocol, entry).items() if name != "night" and text})
        for entry in new
    ]
    record(folder, protocol, changes, by=by, now=now)


def _refusal(folder: str | Path, protocol: Protocol, night: date) -> InputError:
    return InputError(
        f"The night {night} is recorded already. Nothing was changed. "
        f"To correct it: nof1 log {folder} --night {night} --correct --set {protocol.outcome.name}=…"
    )


def merged(
    protocol: Protocol,
    known: Entry | None,
    night: date,
    cells: Mapping[str, str],
    *,
    until: date | None = None,
) -> Entry:
    """A night with values added to those that are known.

    Raises
    ------
    ConflictError
        If another value is known.
    InputError
        If a value does not fit.
    """
    return _changed(protocol, known, Change(night, cells), cells, correct=False, until=until)


def _changed(
    protocol: Protocol,
    known: Entry | None,
    change: Change,
    cells: Mapping[str, str],
    *,
    correct: bool,
    until: date | None,
) -> Entry:
    """A night with these values of a change; with `correct` they replace what it may."""
    night, where = change.night, f"night {change.night}"
    before = row_of(protocol, known or Entry(night))
    values = before | {name: text for name, text in cells.items() if name != "night"}
    if correct and not values["guess"].strip():
        values["confidence"] = ""
    for one in beside(protocol):
        # What was asked only because of a yes goes with it.
        if correct and one.only_if and cells.get(one.only_if, YES).strip().casefold() in (NO, ""):
            values[one.name] = ""
    entry = parse_entry(protocol, values, where=where, until=until)
    after = row_of(protocol, entry)
    other = [
        name
        for name in values
        if before[name] and after[name] != before[name] and not (correct and change.may_replace(name, before[name]))
    ]
    if other:
        told = ", ".join(f"{name} {before[name]}" for name in other)
        raise ConflictError(
            f"{where}: recorded already is {told}; given was {', '.join(after[name] or 'nothing' for name in other)}.",
            night,
            {name: before[name] for name in other},
            {name: after[name] for name in other},
        )
    return entry


def _differences(protocol: Protocol, known: Entry | None, entry: Entry) -> list[tuple[str, str, str]]:
    before, after = row_of(protocol, known or Entry(entry.night)), row_of(protocol, entry)
    return [(name, before[name], after[name]) for name in after if before[name] != after[name]]


def _set_measure(
    protocol: Protocol, measures: dict[tuple[date, str], float], change: Change, name: str, text: str, *, correct: bool
) -> list[tuple[str, str, str]]:
    night, where = change.night, f"night {change.night}"
    name = measure_name(name, where=where)
    value = check_measure(name, parse_number(text, name, where=where), where=where, protocol=protocol)
    before, after = number_text(measures.get((night, name))), number_text(value)
    if before == after:
        return []
    if before and not (correct and change.may_replace(name, before)):
        raise ConflictError(
            f"{where}: recorded already is {name} {before}; given was {after or 'nothing'}.",
            night,
            {name: before},
            {name: after},
        )
    if value is None:
        del measures[night, name]
    else:
        measures[night, name] = value
    return [(name, before, after)]


def _set_grade(
    grades: dict[tuple[date, str], str], entry: Entry, change: Change, name: str, text: str, *, correct: bool
) -> list[tuple[str, str, str]]:
    night, where = change.night, f"night {change.night}"
    what, field = parted(name)
    after = grade(field, text, where=where)
    known = {word.casefold() for word in can_be_graded(entry)}
    if not after and what.strip().casefold() not in known:
        return []  # it went with its side effect
    name = event_name(gradable_word(entry, what, where=where), field)
    before = grades.get((night, name), "")
    if before == after:
        return []
    if before and not (correct and change.may_replace(name, before)):
        raise ConflictError(
            f"{where}: recorded already is {name} {before}; given was {after or 'nothing'}.",
            night,
            {name: before},
            {name: after},
        )
    if after:
        grades[night, name] = after
    else:
        del grades[night, name]
    return [(name, before, after)]


def _without_side_effect(grades: dict[tuple[date, str], str], entry: Entry) -> list[tuple[str, str, str]]:
    """Grades of what the night no longer holds go with it; the journal keeps them."""
    here = [name for night, name in grades if night == entry.night]
    words = can_be_graded(entry) if here else ()
    gone = [name for name in here if parted(name)[0] not in words]
    return [(name, grades.pop((entry.night, name)), "") for name in gone]


def lines_of(
    protocol: Protocol,
    entries: Iterable[Entry],
    measures: Mapping[tuple[date, str], float],
    grades: Mapping[tuple[date, str], str],
    *,
    by: str,
    now: datetime,
) -> list[Line]:
    """Lines for all that is there when a journal begins, so that it tells the whole."""
    lines = [
        Line(stamp(now), by, str(entry.night), name, "", text)
        for entry in entries
        for name, text in row_of(protocol, entry).items()
        if name != "night" and text
    ]
    others = {key: number_text(value) for key, value in measures.items()} | dict(grades)
    return lines + [Line(stamp(now), by, str(night), name, "", text) for (night, name), text in others.items()]
