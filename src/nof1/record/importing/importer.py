"""Taking nights from an export into a trial: what would be taken is worked out first, shown, and then taken together.

Every row read is taken, merged (said already, one of several of its night, or nothing in it that is asked for) or rejected
with its reason; the counts add up, in the ledger too. The file itself is kept byte for byte.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from nof1.errors import InputError
from nof1.files import sha256_file
from nof1.plan.orders.amendments import AMENDMENTS_FILE
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry, columns, number_text, row_of
from nof1.record.diary.events import EVENTS_FILE, is_event_name, new_grade, read_events
from nof1.record.diary.secondary import MEASURES_FILE, check_measure, read_measures
from nof1.record.diary.table import DIARY_FILE, last_evening, read_diary
from nof1.record.diary.writing import Change, ConflictError, merged
from nof1.record.importing.aggregate import aggregated, line_ranges, off_whole
from nof1.record.importing.column_units import ColumnUnit, said_unit
from nof1.record.importing.food_log import ToldApart
from nof1.record.importing.ledger import (
    IMPORTS_FOLDER,
    LEDGER_FILE,
    MENDED,
)
from nof1.record.importing.left_values import Failed, entries, one_a_line, values_of, without_failing
from nof1.record.importing.mapping import refuse_other_trial, same_name
from nof1.record.importing.matching import Matched, match
from nof1.record.importing.missed_nights import told_missed
from nof1.record.importing.reading import Reading, Target, targets
from nof1.record.importing.rejected import (
    REJECTED_FILE,
    Rejected,
    RejectedRow,
)
from nof1.record.importing.scales import scale_for
from nof1.record.sources.hints import holds_arms, holds_doses
from nof1.record.sources.source import Export, Missed
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.nights import DateOrder


class StaleError(InputError):
    """The trial is another one than an import was planned with; it can be planned again."""


@dataclass(frozen=True)
class Import:
    """What taking a file would do. Nothing is written yet.

    Attributes
    ----------
    export : Export
    column_map : mapping of str to str
        Column of the diary or measure, to the file's column.
    reading : Reading
    changes : tuple of Change
        Values to take, by night.
    rows, taken : int
        Rows read; rows that bring a night something new (the first of each night).
    several, same, blank : int
        Rows merged: with another of their night, because they say what is recorded already, because they hold nothing that
        is asked for.
    others : mapping of str to int
        Rows of other people than the one who is meant, by their names in the file; they are merged, too.
    missing : mapping of str to int
        What stood for a missing value, but for blanks, and in how many cells.
    cut : (str, date) or None
        A date that does not write its year in full, and what it was read as.
    rejected : tuple of RejectedRow
        Rows that are not taken, and, with no `rows`, values without which a row is taken.
    shifted : int
        Rows that belong to the evening before their date.
    order : DateOrder
        In which order dates of three numbers were read.
    values_rejected : int
        Values that rows are taken without.
    words : dict of str to str
        Columns that nobody asked for and of which no cell could be read, with one of the cells; nothing is taken from them.
    units : dict of str to ColumnUnit
        In which unit the columns were read, by diary column or measure.
    own_units : dict of str to str
        Fields with cells in another unit than the column's, with one of them.
    sha256 : str
        Of the file.
    state : str
        Tells whether the trial is still the one it was planned with.
    apart : tuple of ToldApart
        A food log's rows that are no food.
    unknown : tuple of str
        Names that were said of rows that are not there.
    missed : tuple of Missed
        Nights to tell of together, each counted as a row.
    beside : frozenset of date
        Nights of the file's own rows.
    """

    export: Export
    column_map: Mapping[str, str]
    reading: Reading
    changes: tuple[Change, ...]
    rows: int
    taken: int
    several: int
    same: int
    blank: int
    rejected: tuple[RejectedRow, ...]
    shifted: int
    order: DateOrder
    sha256: str
    state: str
    others: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    cut: tuple[str, date] | None = None
    values_rejected: int = 0
    words: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, ColumnUnit] = field(default_factory=dict)
    own_units: Mapping[str, str] = field(default_factory=dict)
    apart: tuple[ToldApart, ...] = ()
    unknown: tuple[str, ...] = ()
    missed: tuple[Missed, ...] = ()
    beside: frozenset[date] = frozenset()

    @property
    def merged(self) -> int:
        """Rows merged, for whichever of the four reasons."""
        return self.several + self.same + self.blank + sum(self.others.values())

    @property
    def rows_rejected(self) -> int:
        """Rows rejected."""
        return sum(row.rows for row in self.rejected)

    @property
    def unused(self) -> tuple[str, ...]:
        """The file's columns that nothing is taken from."""
        used = {*self.column_map.values(), self.export.clock_beside(self.column_map), self.reading.person_column}
        return tuple(column for column in self.export.header if column and column not in used)

    def counts(self) -> dict[str, int]:
        """Rows read, taken, merged and rejected; the last three add up to the first."""
        return {"rows": self.rows, "taken": self.taken, "merged": self.merged, "rejected": self.rows_rejected}


def plan_import(
    folder: str | Path,
    protocol: Protocol,
    export: Export,
    column_map: Mapping[str, str],
    reading: Reading | None = None,
    *,
    latest: date,
    asked: Collection[str] | None = None,
    ask_words: bool = False,
) -> Import:
    """What would be taken from a file.

    Parameters
    ----------
    latest : date
        The last night that is over; later ones are rejected.
    asked : collection of str, optional
        What the person named of the map; all of it if not given. A column that nobody named and that holds no numbers is left out.
    ask_words : bool
        Whether words in a column that was named, and in the outcome's, are asked about; otherwise they are rejected.

    Raises
    ------
    AmbiguousInput
        If only the person can say how the file is to be read.
    InputError
        If the file is damaged or of another trial, or a column names the treatment of a concealed trial.
    """
    refuse_other_trial(export, protocol)
    export = export.dated_from(column_map["night"])
    reading = reading or Reading()
    state, before, sha256 = trial_state(Path(folder)), _signature(export), sha256_file(export.path)
    last = last_evening(folder, protocol)
    column_map, matched, words = _matched(
        export,
        column_map,
        protocol,
        reading,
        column_map if asked is None else asked,
        last=last,
        latest=latest,
        ask_words=ask_words,
    )
    made = targets(export, column_map, protocol, reading)
    _refuse_hints(export, protocol, column_map, matched, made, reading)
    known = {entry.night: entry for entry in read_diary(folder, protocol)}
    measures, grades = read_measures(folder), read_events(folder)
    changes: list[Change] = []
    failed: list[Failed] = []
    taken = several = same = 0
    for night, gathered in sorted(matched.nights.items()):
        count = len(gathered.lines)
        cells: dict[str, str] = {}
        try:
            cells = aggregated(gathered, made, reading.several)
            if off := off_whole(gathered, made, reading.several):
                raise InputError(off)
            new, reasons = without_failing(
                cells,
                protocol.outcome.name,
                partial(_new_cells, protocol, known.get(night), measures, grades, night, last),
            )
        except AmbiguousInput:
            raise
        except InputError as problem:
            told = Rejected(line_ranges(gathered.lines), count, _reason(problem, night), str(night), cells)
            failed.append(Failed(told, gathered.lines))
            continue
        if reasons:
            why = "; ".join(_reason(reason, night) for reason in reasons.values())
            told = Rejected(line_ranges(gathered.lines), 0, why, str(night), {name: cells[name] for name in reasons})
            failed.append(Failed(told, gathered.lines))
        if new:
            changes.append(Change(night, new))
            taken += 1
            several += count - 1
        else:
            same += count
    told_apart = entries(failed, export.rows, matched.show, mended=export.source == MENDED)
    missed = told_missed(folder, protocol, export, matched.nights.keys(), latest=latest, after=matched.rows)
    rejected = one_a_line([*matched.rejected, *told_apart, *missed.rejected])
    if _signature(export) != before:
        raise changed_file(export)
    name = export.name
    sheet = f"{export.sheet}!" if export.sheet else ""
    return Import(
        export=export,
        column_map=dict(column_map),
        reading=matched.whose.settled(reading),
        changes=tuple(changes),
        rows=matched.rows + len(export.missed),
        taken=taken + len(missed.new),
        several=several,
        same=same + missed.same,
        blank=matched.blank,
        rejected=tuple(
            RejectedRow(name, sha256, f"{sheet}{row.lines}", row.rows, row.reason, row.night, row.values)
            for row in rejected
        ),
        shifted=matched.shifted,
        order=matched.order,
        sha256=sha256,
        state=state,
        others=dict(matched.whose.others),
        missing=dict(matched.missing),
        cut=matched.cut,
        values_rejected=values_of(rejected) + matched.further,
        words=words,
        units={target.field: target.unit for target in made if not target.text},
        own_units=matched.own_units,
        apart=matched.apart,
        unknown=matched.unknown,
        missed=missed.new,
        beside=frozenset(matched.nights),
    )


def _matched(
    export: Export,
    column_map: Mapping[str, str],
    protocol: Protocol,
    reading: Reading,
    asked: Collection[str],
    *,
    last: date,
    latest: date,
    ask_words: bool,
) -> tuple[Mapping[str, str], Matched, dict[str, str]]:
    """The file matched to nights without the columns that nobody asked for and that hold words: the map, what was found, those columns."""
    words: dict[str, str] = {}
    while True:
        matched = match(
            export,
            column_map,
            protocol,
            reading,
            first=protocol.start,
            last=last,
            latest=latest,
            runs=export.source != MENDED,
            worded=asked if ask_words else None,
        )
        needed = {"night", protocol.outcome.name, *asked}
        left = {
            name: text
            for name, text in matched.unread.items()
            if name not in needed and name not in reading.scales and not said_unit(reading.units, name)
        }
        others = {name: column for name, column in column_map.items() if name not in left}
        if not left or export.source == MENDED or others.keys() == {"night"}:
            return column_map, matched, words
        words |= {column_map[name]: text for name, text in left.items()}
        column_map = others


def _reason(problem: object, night: date) -> str:
    return str(problem).removeprefix(f"night {night}: ").rstrip(".")


def _signature(export: Export) -> tuple[int, int, int]:
    """What tells whether the file is still the one that was looked at."""
    found = export.path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def changed_file(export: Export) -> InputError:
    """What is said of a file that is no longer the one that was looked at."""
    return InputError(f"{export.name} changed while it was being read. Nothing was taken; import it again.")


def trial_state(folder: Path) -> str:
    """What tells whether the trial's own files are still those with which an import was planned."""
    names = (DIARY_FILE, MEASURES_FILE, EVENTS_FILE, AMENDMENTS_FILE, f"{IMPORTS_FOLDER}/{LEDGER_FILE}", REJECTED_FILE)
    return "".join(sha256_file(folder / name) if (folder / name).is_file() else "-" for name in names)


def _new_cells(
    protocol: Protocol,
    known: Entry | None,
    measures: Mapping[tuple[date, str], float],
    grades: Mapping[tuple[date, str], str],
    night: date,
    last: date,
    cells: Mapping[str, str],
) -> dict[str, str]:
    """The values that the trial does not have yet.

    Raises
    ------
    ConflictError
        If it has other ones.
    InputError
        If a value does not fit.
    """
    before = row_of(protocol, known or Entry(night))
    diary = {
        name: _as_recorded(text, before[name]) for name, text in cells.items() if name in columns(protocol) and text
    }
    new: dict[str, str] = {}
    entry = known or Entry(night)
    if diary:
        entry = merged(protocol, known, night, diary, until=last)
        after = row_of(protocol, entry)
        new |= {name: after[name] for name in diary if after[name] != before[name]}
    for name, text in cells.items():
        if name in diary or not text:
            continue
        if is_event_name(name):
            new |= new_grade(entry, grades, name, text)
            continue
        # Several together can be more than each may be.
        check_measure(name, float(text), where=f"night {night}", protocol=protocol)
        recorded = number_text(measures.get((night, name)))
        if recorded and _as_recorded(text, recorded) != recorded:
            raise ConflictError(
                f"recorded already is {name} {recorded}; given was {text}.", night, {name: recorded}, {name: text}
            )
        if not recorded:
            new[name] = text
    return new


def _as_recorded(text: str, recorded: str) -> str:
    """A number as it is on record, where they differ by no more than how numbers in other units were rounded before."""
    try:
        return recorded if text != recorded and math.isclose(float(text), float(recorded), rel_tol=1e-11) else text
    except ValueError:
        return text


def _refuse_hints(
    export: Export,
    protocol: Protocol,
    column_map: Mapping[str, str],
    matched: Matched,
    made: Sequence[Target],
    reading: Reading,
) -> None:
    """Refuse a column that holds the names of the arms or their doses, where the order is concealed."""
    if protocol.concealed == "open":
        return
    told = [column_map["night"]] if holds_arms(protocol, [row.night for row in matched.rejected]) else []
    for target in made:
        own = target.field in columns(protocol) and same_name(target.column, target.field)
        known = own or export.column(target.column).measure  # the column says itself what its numbers are
        cells = [*_cells_of(target.field, matched), *scale_for(reading.scales, target.field)]
        if target.field != "guess" and (
            holds_arms(protocol, cells) or (not known and not target.text and holds_doses(protocol, cells))
        ):
            told.append(target.column)
    if told:
        raise InputError(
            f"The column {told[0]!r} of {export.name} names the treatment, by an arm or by its dose, and the order of this "
            "trial is concealed. Leave it out."
        )


def _cells_of(field: str, matched: Matched) -> list[str]:
    """What a file's column holds, taken or rejected; but for intervals, which are counted."""
    cells = [row.values.get(field, "") for row in matched.rejected]
    for gathered in matched.nights.values():
        cells += gathered.texts.get(field, ())
        if field not in gathered.ends:
            numbers = (*gathered.numbers.get(field, ()), *gathered.devices.get(field, {}).values())
            cells += map(number_text, numbers)
    return cells
