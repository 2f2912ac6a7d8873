"""Diary, measures and graded side effects held against the journal, and the journal against its own checksums: each value that differs is named.

Knows no order and no result.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path

from nof1.cells import unshielded
from nof1.errors import InputError, Nof1Error
from nof1.files import read_bytes
from nof1.plan.design.order import ORDER_FILE
from nof1.plan.protocol.protocol import Protocol
from nof1.record.checking.findings import SHOWN, Finding, resaved
from nof1.record.diary.entry import (
    TEXT_COLUMNS,
    Entry,
    columns,
    number_text,
    parse_entry,
    parse_night,
    parse_number,
    row_of,
    text_columns,
)
from nof1.record.diary.entry import to_csv as diary_csv
from nof1.record.diary.events import COLUMNS as EVENT_COLUMNS
from nof1.record.diary.events import EVENTS_FILE, Event, cells_of, events_csv, gradable_word, is_event_name, parse_event
from nof1.record.diary.journal import BY_HAND, HEAD_FILE, JOURNAL_FILE, PLAN, Line, audited, ends_as_written, replayed
from nof1.record.diary.secondary import COLUMNS as MEASURE_COLUMNS
from nof1.record.diary.secondary import MEASURES_FILE, check_measure, measure_name, measures_csv
from nof1.record.diary.table import DIARY_FILE, last_evening
from nof1.record.values.measures import find_measure

Key = tuple[str, str]  # night and column
_TAKE_OUT = "Take it out, or keep it with --accept REASON."
_KEEP = "Put it back, or keep it with --accept REASON."


@dataclass
class Rows:
    """A file of values as it was read: canonical text of each value, and what does not fit."""

    name: str
    columns: tuple[str, ...] = ()  # of the diary
    values: dict[Key, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)  # night to line
    bad: set[str] = field(default_factory=set)  # nights with a row that does not fit
    findings: list[Finding] = field(default_factory=list)
    whole: bool = True  # read to its end
    canonical: str | None = None  # as nof1 writes it

    def refuse(self, text: str, line: int | None = None, *, end: bool = False) -> None:
        """Name what does not fit; `end` if nothing after it could be read."""
        self.findings.append(Finding("problem", self.name.removesuffix(".csv"), text, self.name, line))
        self.whole = self.whole and not end


@dataclass(frozen=True)
class Journal:
    """The journal as far as it could be read: each line, where it begins, whether its checksum fits."""

    lines: tuple[tuple[Line, int, bool], ...]
    damage: str  # why it could not be read to its end
    there: bool
    head: bool  # whether the checksum of its last line is on record
    cut: bool  # whether it ends with another line

    @property
    def sound(self) -> bool:
        """Whether values can be held against it."""
        return self.there and not self.damage

    @property
    def planned(self) -> bool:
        """Whether it was begun with the plan, so that it knows of every file."""
        return bool(self.lines) and self.lines[0][0].by == PLAN

    def standing(self) -> dict[Key, str]:
        """What its lines leave."""
        return replayed(line for line, _, _ in self.lines)


@dataclass(frozen=True)
class Difference:
    """A value that is another one in the file than in the journal; "" where there is none."""

    night: str
    column: str
    journal: str
    present: str


def read_whole_journal(folder: Path) -> Journal:
    """All lines that can be read, and what stopped the reading."""
    lines: list[tuple[Line, int, bool]] = []
    damage = ""
    there = (folder / JOURNAL_FILE).exists()
    head = (folder / HEAD_FILE).exists()
    try:
        for line in audited(folder):
            lines.append(line)  # noqa: PERF402 - what came before an error is kept
    except Nof1Error as problem:
        damage = str(problem)
    if there and not damage and not lines:
        damage = f"{JOURNAL_FILE} holds no line: removed by hand. Restore it from a copy."
    cut = not damage and not ends_as_written(folder)
    return Journal(tuple(lines), damage, there, head=head, cut=cut)


def check_journal(journal: Journal) -> Iterator[Finding]:
    """Lines whose checksum or old value does not fit."""
    if not journal.there and journal.head:
        text = f"{JOURNAL_FILE} is gone: removed by hand. Restore it from a copy; without it, changes of values by hand cannot be found."
        yield Finding("problem", "journal", text, JOURNAL_FILE)
        return
    if not journal.there:
        text = f"There is no {JOURNAL_FILE}, so changes of values by hand cannot be found. It begins with the next night you record."
        yield Finding("note", "journal", text, JOURNAL_FILE)
        return
    if journal.damage:
        yield Finding("problem", "journal", journal.damage, JOURNAL_FILE)
    elif journal.cut:
        text = f"{JOURNAL_FILE} does not end with the line that nof1 wrote last: lines were cut off or put in by hand. Restore it from a copy."
        yield Finding("problem", "journal", text, JOURNAL_FILE)
    elif not journal.head:
        text = f"{HEAD_FILE} is not there, so lines cut off the end of {JOURNAL_FILE} cannot be found. It comes back with the next night you record."
        yield Finding("note", "journal", text, HEAD_FILE)
    wrong = [(number, at) for number, (_, at, sound) in enumerate(journal.lines) if not sound]
    for _, run in groupby(enumerate(wrong), key=lambda pair: pair[1][0] - pair[0]):
        places = [at for _, (_, at) in run]
        first, last = places[0], places[-1]
        which = f"line {first} does" if first == last else f"lines {first} to {last} do"
        text = f"{JOURNAL_FILE}, {which} not fit what stands before: changed, removed before it or put in by hand. Restore the file from a copy."
        yield Finding("problem", "journal", text, JOURNAL_FILE, first)
    for _, number in broken(journal):
        line, at, _ = journal.lines[number]
        what = f"night {line.night}: {line.column}" if line.night else line.column
        way = "Restore the file from a copy." if not line.night else "Keep it with --accept REASON."
        stood = _short(line.column, line.old) if line.night else _brief(line.old)
        text = f"{JOURNAL_FILE}, line {at}, {what} was {stood}, which nof1 had not written: changed by hand before {line.entered}. {way}"
        yield Finding("problem", "journal", text, JOURNAL_FILE, at)
    accepted = {key for key, _ in _accepted(journal)}
    if accepted:
        text = f"{len(accepted)} values were changed by hand and put on record later; {JOURNAL_FILE} says why."
        yield Finding("ok", "journal", text, JOURNAL_FILE)
    if journal.there and not journal.planned and journal.lines:
        text = f"{JOURNAL_FILE} begins on {journal.lines[0][0].entered[:10]}; what was changed before that day cannot be found."
        yield Finding("note", "journal", text, JOURNAL_FILE)


def _accepted(journal: Journal) -> list[tuple[Key, int]]:
    """What was put on record as changed by hand, with the number of its line."""
    return [((line.night, line.column), i) for i, (line, _, _) in enumerate(journal.lines) if line.by == BY_HAND]


def broken(journal: Journal) -> list[tuple[Key, int]]:
    """Lines whose old value is not what the lines before left, unless that was put on record later."""
    accepted = dict(_accepted(journal))  # the last of each
    standing: dict[Key, str] = {}
    found: list[tuple[Key, int]] = []
    for number, (line, _, _) in enumerate(journal.lines):
        key = (line.night, line.column)
        # Of files the journal need not have known before: what was drawn is proved by the seed, and older trials had none.
        unknown = not line.night and key not in standing and (not journal.planned or line.column == ORDER_FILE)
        if line.old != standing.get(key, "") and not unknown and accepted.get(key, -1) <= number:
            found.append((key, number))
        standing[key] = line.new
    return found


def read_values(folder: Path, protocol: Protocol | None) -> tuple[Rows, Rows, Rows]:
    """Diary, measures and graded side effects, row by row: a row that does not fit hides none of the others."""
    diary, measures, events = Rows(DIARY_FILE), Rows(MEASURES_FILE), Rows(EVENTS_FILE)
    if protocol is None:
        diary.whole = measures.whole = events.whole = False
        return diary, measures, events
    _read_diary(folder, protocol, diary)
    if (folder / MEASURES_FILE).exists():
        _read_measures(folder, protocol, measures)
    if (folder / EVENTS_FILE).exists():
        _read_events(folder, protocol, diary, events)
    return diary, measures, events


def _rows(folder: Path, rows: Rows, headers: tuple[tuple[str, ...], ...]) -> Iterator[tuple[dict[str, str], int]]:
    """The rows of a table with the lines at which they begin; those that are too short or too long are named and left out."""
    try:
        reader = csv.reader(io.StringIO(read_bytes(folder / rows.name).decode("utf-8-sig"), newline=""), strict=True)
        header = tuple(next(reader, ()))
        if header not in headers:
            text = f"{rows.name} must have the columns {', '.join(headers[0])}. Restore it from a copy."
            rows.refuse(text, 1, end=True)
            return
        begin = reader.line_num + 1
        for row in reader:
            if len(row) == len(header):
                yield dict(zip(header, row, strict=True)), begin
            else:
                text = (
                    f"{rows.name}, line {begin}: there are {len(row)} values instead of {len(header)}. Mend that line."
                )
                rows.refuse(text, begin)
                rows.bad.add(row[0].strip() if row else "")
            begin = reader.line_num + 1
    except (UnicodeDecodeError, csv.Error) as error:
        rows.refuse(f"{rows.name} is damaged ({error}). Restore it from a copy.", end=True)
    except InputError as problem:
        rows.refuse(str(problem), end=True)


def _read_diary(folder: Path, protocol: Protocol, rows: Rows) -> None:
    try:
        until = last_evening(folder, protocol)
    except InputError:
        until = date.max  # the amendments are damaged and named as such
    known = rows.columns = columns(protocol)
    worded = text_columns(protocol)
    entries: list[Entry] = []
    for cells, line in _rows(folder, rows, (known, tuple(name for name in known if name != "confidence"))):
        where = f"{DIARY_FILE}, line {line}"
        texts = {name: unshielded(cell) if name in worded else cell for name, cell in cells.items()}
        night = cells["night"].strip()
        try:
            night = parse_night(night, where=where).isoformat()
            entry = parse_entry(protocol, texts, where=where, until=until)
            texts = row_of(protocol, entry)
        except InputError as problem:
            rows.refuse(str(problem), line)
            rows.bad.add(night)
        else:
            entries.append(entry)
        if night in rows.places:
            text = f"{where}: the night {night} is there twice, first on line {rows.places[night]}. Keep the right row and remove the other."
            rows.refuse(text, line)
            rows.bad.add(night)
            continue
        rows.places[night] = line
        rows.values |= {(night, name): text.strip() for name, text in texts.items() if name != "night" and text.strip()}
    if not rows.findings:
        rows.canonical = diary_csv(protocol, entries)
        _note_layout(folder, rows)


def _read_measures(folder: Path, protocol: Protocol, rows: Rows) -> None:
    numbers: dict[tuple[date, str], float] = {}
    for cells, line in _rows(folder, rows, (MEASURE_COLUMNS,)):
        where = f"{MEASURES_FILE}, line {line}"
        night = cells["night"].strip()
        try:
            day = parse_night(night, where=where)
            night = day.isoformat()
            name = measure_name(cells["measure"], where=where)
            value = check_measure(name, parse_number(cells["value"], name, where=where), where=where, protocol=protocol)
            if value is None:
                raise InputError(f"{where}: there is no value. Remove that line or fill it in.")
            if (day, name) in numbers:
                raise InputError(f"{where}: {name} of the night {night} is there twice. Remove the wrong one.")
            measure = find_measure(name)
            unit = measure.unit if measure else ""
            if cells["unit"] != unit:
                raise InputError(
                    f"{where}: the unit of {name} is {cells['unit'][:SHOWN]!r}, nof1 wrote {unit!r}: changed by hand. Put it back."
                )
        except InputError as problem:
            rows.refuse(str(problem), line)
            rows.bad.add(night)
        else:
            numbers[day, name] = value
        rows.places.setdefault(night, line)
        rows.values.setdefault((night, cells["measure"].strip()), _canonical_number(cells["value"]))
    if not rows.findings:
        rows.canonical = measures_csv(numbers)
        _note_layout(folder, rows)


def _read_events(folder: Path, protocol: Protocol, diary: Rows, rows: Rows) -> None:
    events: list[Event] = []
    for cells, line in _rows(folder, rows, (EVENT_COLUMNS,)):
        where, night = f"{EVENTS_FILE}, line {line}", cells["night"].strip()
        try:
            event = parse_event(cells, where=where)
            night = event.night.isoformat()
            if any((one.night, one.what) == (event.night, event.what) for one in events):
                raise InputError(f"{where}: {event.what!r} of the night {night} is there twice. Remove the wrong one.")
            if night not in diary.bad:
                words = {name: diary.values.get((night, name), "") for name in ("side_effects", "note")}
                gradable_word(parse_entry(protocol, {"night": night} | words, where=where), event.what, where=where)
        except InputError as problem:
            rows.refuse(str(problem), line)
            rows.bad.add(night)
        else:
            events.append(event)
            rows.values |= {(night, name): text for (_, name), text in cells_of([event]).items()}
        rows.places.setdefault(night, line)
    if not rows.findings:
        rows.canonical = events_csv(events)
        _note_layout(folder, rows)


def _canonical_number(text: str) -> str:
    try:
        return number_text(parse_number(text, "value", where=""))
    except InputError:
        return text.strip()


def _note_layout(folder: Path, rows: Rows) -> None:
    """Note a file that says what nof1 wrote, in another layout; rows without any value say nothing."""
    if rows.canonical is not None and read_bytes(folder / rows.name) != rows.canonical.encode():
        rows.findings.append(resaved(rows.name))


def expected_in(rows: Rows, journal: Journal, diary: Rows) -> dict[Key, str]:
    """What the journal says must stand in this file: columns of the diary, grades of side effects, and measures, which are all else."""

    def home(column: str) -> str:
        if column in diary.columns:
            return DIARY_FILE
        return EVENTS_FILE if is_event_name(column) else MEASURES_FILE

    return {key: text for key, text in journal.standing().items() if key[0] and home(key[1]) == rows.name}


def differences_of(rows: Rows, expected: Mapping[Key, str]) -> list[Difference]:
    """Values that are not as the journal says, in calendar order."""
    keys = sorted(expected.keys() | rows.values.keys())
    pairs = ((key, expected.get(key, ""), rows.values.get(key, "")) for key in keys)
    return [Difference(*key, one, other) for key, one, other in pairs if one != other]


def check_values(diary: Rows, measures: Rows, events: Rows, journal: Journal, *, known: bool) -> Iterator[Finding]:
    """What does not fit in diary, measures and graded side effects, and each value that is not as the journal says."""
    for rows in (diary, measures, events):
        yield from rows.findings
    if not (known and journal.sound):
        return
    for rows in (diary, measures, events):
        if not rows.whole:
            continue
        expected = expected_in(rows, journal, diary)
        differences = differences_of(rows, expected)
        for night, group in groupby(differences, key=lambda one: one.night):
            yield from _changed(rows, night, list(group))
        if not differences and not rows.bad and rows.values:
            text = f"{rows.name}: {len(rows.values)} values are as nof1 wrote them."
            yield Finding("ok", rows.name.removesuffix(".csv"), text, rows.name)


def _changed(rows: Rows, night: str, differences: list[Difference]) -> Iterator[Finding]:
    """The differences of one night; a night that is there or gone as a whole is one."""
    what, line = rows.name.removesuffix(".csv"), rows.places.get(night)
    where = f"{rows.name}, night {night}"
    if line is None:
        told = ", ".join(f"{one.column} {_short(one.column, one.journal)}" for one in differences)
        yield Finding("problem", what, f"{where} is gone; nof1 wrote {told}: removed by hand. {_KEEP}", rows.name)
    elif not any(one.journal for one in differences) and len(differences) == sum(
        key[0] == night for key in rows.values
    ):
        told = ", ".join(f"{one.column} {_short(one.column, one.present)}" for one in differences)
        text = f"{where}: {told} is in no line of {JOURNAL_FILE}: added by hand. {_TAKE_OUT}"
        yield Finding("problem", what, text, rows.name, line)
    else:
        for one in differences:
            if not one.present:
                told = f"{one.column} is gone, nof1 wrote {_short(one.column, one.journal)}: removed by hand. {_KEEP}"
            elif not one.journal:
                told = f"{one.column} {_short(one.column, one.present)} is in no line of {JOURNAL_FILE}: added by hand. {_TAKE_OUT}"
            else:
                told = f"{one.column} is {_short(one.column, one.present)}, nof1 wrote {_short(one.column, one.journal)}: changed by hand. {_KEEP}"
            yield Finding("problem", what, f"{where}: {told}", rows.name, line)


def _short(column: str, text: str) -> str:
    """A value for a message; words in quotes."""
    text = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return repr(text) if column in TEXT_COLUMNS else text or "nothing"


def _brief(sha256: str) -> str:
    return f"the one with the hash {sha256[:12]}…" if sha256 else "not there"
