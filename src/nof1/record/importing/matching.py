"""Rows of an export matched to nights: every row is taken, merged into another, or rejected with its reason.

Knows the protocol's nights and scales; must not know the diary's content, the order of arms, or how anything is written.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from nof1.cells import brief, cleaned, listed
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import number_text
from nof1.record.diary.secondary import check_measure
from nof1.record.importing.aggregate import Gathered
from nof1.record.importing.reading import Reading, Target, settled, targets
from nof1.record.importing.rejected import NEEDS_REVIEW, Book, Rejected, Shown
from nof1.record.sources.opened import MAX_CELL, Row
from nof1.record.sources.source import Export
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.measures import find_measure
from nof1.record.values.nights import Belongs, DatedBy, DateOrder, Moment, joined, moment_reader, night_of, parse_moment
from nof1.record.values.numbers import flag_or_number, number_reader


@dataclass
class Matched:
    """All rows of a file, matched.

    Attributes
    ----------
    rows : int
        Rows read.
    blank : int
        Rows with nothing in the columns that are taken.
    nights : dict of date to Gathered
    rejected : list of Rejected
    shifted : int
        Rows that belong to the evening before their date.
    order : DateOrder
        In which order dates of three numbers were read.
    show : callable
        A row of the file as rejected.csv shows it.
    """

    show: Callable[[Row], Shown]
    rows: int = 0
    blank: int = 0
    nights: dict[date, Gathered] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    shifted: int = 0
    order: DateOrder = "ymd"


def match(
    export: Export,
    column_map: Mapping[str, str],
    protocol: Protocol,
    reading: Reading,
    *,
    first: date,
    last: date,
    latest: date,
    runs: bool = True,
) -> Matched:
    """Read a whole file, row by row, into nights. Memory grows with nights and rejected rows, hardly with the file.

    Parameters
    ----------
    column_map : mapping of str to str
        Column of the diary or name of a measure, to the file's column; "night" gives the date.
    first, last : date
        First and last evening of the trial; other nights are rejected.
    latest : date
        The last night that is over.
    runs : bool
        Whether many rejected rows of one kind are kept as one; otherwise each is kept with its values.

    Raises
    ------
    AmbiguousInput
        If only the person can say how the file is to be read.
    InputError
        If the file is damaged or a column does not fit.
    """
    when = column_map["night"]
    made = targets(export, column_map, protocol, reading)
    order, comma = settled(export, made, reading, when)
    take = _Taker(export, made, protocol, reading, order, comma, when, first, export.clock_beside(column_map))
    matched = Matched(take.shown, order=order)
    book = Book(matched.rejected, [target.field for target in made], runs)
    for row in export.rows():
        matched.rows += 1
        line = row.line
        try:
            found = take.row(row)
            if found is None:
                matched.blank += 1
                continue
            night, moment, values = found
            if night < first or night > last:
                book.outside(line, night, first, last, partial(take.shown, row))
                continue
            if night > latest:
                book.early(line, night, latest, partial(take.shown, row))
                continue
            interval = take.interval(row, moment, values)
        except _RowError as problem:
            book.reject(line, str(problem), take.shown(row), problem.doubt)
            continue
        matched.shifted += night != moment.day
        gathered = matched.nights.get(night)
        if gathered is None:
            gathered = matched.nights[night] = Gathered()
        take.gather(gathered, row, interval, values)
    book.close()
    return matched


_SHOWN_LETTERS = 2000  # of a cell, in rejected.csv
_LOOK = f"look at the row, then take the {NEEDS_REVIEW} before its night away"
_EVENING = f"put the date of the evening there, not of the morning after, and no {NEEDS_REVIEW} before it"
_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd", "serial")
_NOTATIONS = (number_reader(decimal_comma=False), number_reader(decimal_comma=True))
_LONGEST = 2 * 24 * 60  # minutes; a longer sleep is a slip


class _RowError(Exception):
    """Why one row is rejected; and what is to be done before its cells may be taken as rejected.csv shows them."""

    def __init__(self, reason: str, doubt: str = "") -> None:
        super().__init__(reason)
        self.doubt = doubt


class _Taker:
    """Turns rows into values; everything that is the same for all rows is worked out once."""

    def __init__(
        self,
        export: Export,
        made: tuple[Target, ...],
        protocol: Protocol,
        reading: Reading,
        order: DateOrder,
        comma: bool,
        when: str,
        first: date,
        clock: str,
    ) -> None:
        self.targets = made
        self.first = first
        self.when = export.place(when)
        self.clock = export.place(clock) if clock else -1
        self.until = export.place(export.until) if export.until else -1
        self.device = export.place(export.device) if export.device else -1
        self.zone_column = export.place(export.zone_column) if export.zone_column else -1
        self.reason = export.place(export.reason) if export.reason else -1
        self.width = len(export.columns)
        self.dated_by: DatedBy = reading.dated_by or export.dated_by or "evening"
        self.moment: Callable[..., Moment] = moment_reader(order, reading.zone)
        self.number = number_reader(comma)
        self.comma = comma
        day = export.day_number if reading.day_number is None else reading.day_number
        self.day_number = export.place(day) if day else -1
        if day and export.column(day).role in ("private", "treatment"):
            raise InputError(
                f"The column {brief(day)!r} is no count of days. Name another one, or leave day_number= out."
            )
        self.trust = reading.trust
        outcome = protocol.outcome
        measures = {target.field: measure for target in made if (measure := find_measure(target.field))}
        # Where yes and no are no numbers: sleep of 0 minutes. Of an amount, no is 0 and yes does not say how much.
        self.amounts = {name for name, measure in measures.items() if measure.amount}
        self.unflagged = {outcome.name, "dose_mg", "confidence"} | {
            name for name, measure in measures.items() if not measure.flag and not measure.amount
        }
        self.checks: dict[str, Callable[[float], str]] = {target.field: _measure_check(target.field) for target in made}
        self.checks |= {outcome.name: _outcome_check(protocol)}
        self.nights: dict[tuple[str, str, Belongs], tuple[date, Moment]] = {}

    def row(self, row: Row) -> tuple[date, Moment, list[tuple[Target, float | str]]] | None:
        """Night, moment and values of a row; None if it holds nothing that is taken."""
        cells = row.cells
        if len(cells) < self.width:
            cells = [*cells, *[""] * (self.width - len(cells))]
        if self.reason >= 0 and cells[self.when].startswith(NEEDS_REVIEW):
            raise _RowError(cells[self.reason] or _LOOK)
        if len(cells) > self.width and any(cells[self.width :]):
            raise _RowError("there are more values than columns", _LOOK)
        given = [target for target in self.targets if cells[target.place]]
        if not given:
            return None
        night, moment = self._night(cells, _belongs(given))
        night = self._by_number(row, night, moment)
        values: list[tuple[Target, float | str]] = []
        for target in given:
            text = cells[target.place]
            if len(text) > MAX_CELL:
                raise _RowError(f"{target.field} has {len(text):,} letters; at most {MAX_CELL:,} are read")
            if target.text:
                values.append((target, cleaned(text)))
            else:
                number = self._number(target, text)
                if number is not None:
                    values.append((target, number))
        return (night, moment, values) if values else None

    def _number(self, target: Target, text: str) -> float | None:
        try:
            number = self._value(target, text)
        except ValueError as problem:
            raise _RowError(f"{target.field}: {problem}") from None
        wrong = self.checks[target.field](number) if number is not None else ""
        if wrong:
            raise _RowError(wrong)
        return number

    def _value(self, target: Target, text: str) -> float | None:
        """The number that a cell holds, in the unit kept, or that its yes or no is."""
        try:
            number = self.number(text)
        except ValueError:
            if target.field in self.unflagged:
                raise
            number = flag_or_number(text, decimal_comma=self.comma)
            if number and target.field in self.amounts:
                raise
        return None if number is None else number * target.factor

    def _night(self, cells: Sequence[str], belongs: Belongs) -> tuple[date, Moment]:
        text = cells[self.when]
        if self.clock >= 0:
            try:
                text = joined(text, cells[self.clock])
            except ValueError as problem:
                raise _RowError(str(problem)) from None
        zone = cells[self.zone_column] if self.zone_column >= 0 else ""
        key = (text, zone, belongs)
        known = self.nights.get(key)
        if known is not None:
            return known
        try:
            if not text:
                raise ValueError("there is no date")
            moment = self.moment(text, zone)
            night = night_of(moment, self.dated_by, belongs)
        except AmbiguousInput:
            raise
        except (ValueError, InputError) as problem:
            morning = self.dated_by == "morning"
            raise _RowError(str(problem), _EVENING if morning else _LOOK if _is_a_date(text) else "") from None
        if len(self.nights) > 50_000:
            self.nights.clear()
        self.nights[key] = night, moment
        return night, moment

    def _by_number(self, row: Row, night: date, moment: Moment) -> date:
        """The night by the file's own count of days, held against the calendar."""
        if self.day_number < 0 or self.day_number >= len(row.cells) or self.trust == "date":
            return night
        text = row.cells[self.day_number]
        try:
            number = self.number(text)
        except ValueError:
            number = -1.0
        if number is None:
            return night
        expected = (moment.day - self.first).days + 1
        if number == expected:
            return night
        contradiction = (
            f"the file counts this as day {listed([text[:20]])}, and {moment.day} is day {expected} from {self.first}"
        )
        if self.trust is None:
            raise AmbiguousInput(
                f"Line {row.line}: {contradiction}. "
                "Say which to go by: trust='date', trust='day', or trust='neither' (such rows are rejected).",
                option="trust",
                choices=("date", "day", "neither"),
            )
        if self.trust == "day" and number == int(number) and 1 <= number <= 100_000:
            return self.first + timedelta(days=int(number) - 1)
        raise _RowError(f"{contradiction}; one of the two is wrong", _LOOK)

    def gather(
        self,
        gathered: Gathered,
        row: Row,
        interval: tuple[float, float] | None,
        values: Iterable[tuple[Target, float | str]],
    ) -> None:
        """Add a row's values to its night."""
        gathered.lines.append(row.line)
        for target, value in values:
            name = target.field
            if isinstance(value, str):
                gathered.texts.setdefault(name, []).append(value)
            elif target.merge == "device":
                device = row.cells[self.device] if 0 <= self.device < len(row.cells) else ""
                sums = gathered.devices.setdefault(name, {})
                sums[device] = sums.get(device, 0.0) + value
            elif interval is not None and target.merge == "union":
                begin, end = interval
                gathered.numbers.setdefault(name, array("d")).append(begin)
                gathered.ends.setdefault(name, array("d")).append(end)
            else:
                gathered.numbers.setdefault(name, array("d")).append(value)

    def interval(
        self, row: Row, moment: Moment, values: Iterable[tuple[Target, float | str]]
    ) -> tuple[float, float] | None:
        """Minutes since the year 1 at which a row's interval begins and ends, where one of its values is counted so."""
        if self.until < 0 or not any(target.merge == "union" for target, _ in values):
            return None
        try:
            end = self.moment(row.cells[self.until], row.cells[self.zone_column] if self.zone_column >= 0 else "")
        except (ValueError, IndexError) as problem:
            raise _RowError(f"the end of the interval cannot be read: {problem}") from None
        begin_minute, end_minute = _minute(moment), _minute(end)
        if not 0 <= end_minute - begin_minute <= _LONGEST:
            raise _RowError("the interval ends before it begins, or lasts longer than two days")
        return begin_minute, end_minute

    def shown(self, row: Row) -> Shown:
        """A rejected row's cells for rejected.csv: as the diary writes them where they can be read, else as they are."""
        cells = [*row.cells, *[""] * max(0, self.width - len(row.cells))]
        clock = cells[self.clock] if self.clock >= 0 else ""
        night, doubt = cleaned(f"{cells[self.when][:200]} {clock[:200]}".strip()), ""
        with suppress(AmbiguousInput):
            try:
                found, moment = self._night(cells, _belongs([target for target in self.targets if cells[target.place]]))
                night = str(found)
                night = str(self._by_number(row, found, moment))
            except _RowError as problem:
                doubt = problem.doubt
        values = {}
        for target in self.targets:
            text, as_it_was = self._cell(target, cells)
            values[target.field] = cleaned(text[:_SHOWN_LETTERS])
            if not as_it_was or len(text) > _SHOWN_LETTERS:
                doubt = doubt or _LOOK
        return Shown(night, values, doubt)

    def _cell(self, target: Target, cells: Sequence[str]) -> tuple[str, bool]:
        """A cell of a rejected row, and whether it says there what it said in the file."""
        text = cells[target.place]
        if target.text or not text:
            return text, True
        if target.merge == "union" and self.until >= 0:  # the cell only marks what the interval is
            return f"{cells[self.when]} to {cells[self.until]}", False
        try:
            shown = number_text(self._value(target, text))
        except (ValueError, OverflowError):
            return text, not _is_a_number(text)
        return shown, target.merge != "device"


def _belongs(given: Iterable[Target]) -> Belongs:
    """To what a row belongs. A rating or sleep decides for what stands beside it; words go along with numbers."""
    kinds = {target.belongs for target in given if not target.text}
    return "day" if kinds == {"day"} else "night"


def _is_a_date(text: str) -> bool:
    """Whether a text that is no date in its file could be read as one in rejected.csv."""
    for order in _ORDERS:
        try:
            parse_moment(text, order, where="")
        except AmbiguousInput:
            return True
        except InputError:
            continue
        return True
    return False


def _is_a_number(text: str) -> bool:
    """Whether a text that is no number in its file could be read as one in rejected.csv."""
    for read in _NOTATIONS:
        with suppress(ValueError):
            read(text)
            return True
    return False


def _minute(moment: Moment) -> float:
    """Minutes since the year 1: of UTC where the offset is known, so that a change of the clocks adds no hour."""
    clock = moment.clock
    minute = moment.day.toordinal() * 1440 + (clock.hour * 60 + clock.minute + clock.second / 60 if clock else 0.0)
    return minute - (moment.offset.total_seconds() / 60 if moment.offset else 0.0)


def _outcome_check(protocol: Protocol) -> Callable[[float], str]:
    outcome = protocol.outcome

    def check(value: float) -> str:
        if not outcome.low <= value <= outcome.high:
            return f"{outcome.name} {value:g} is outside its scale, {outcome.low:g} to {outcome.high:g}"
        if outcome.whole and value != int(value):
            return f"{outcome.name} {value:g} must be a whole number from {outcome.low:g} to {outcome.high:g}"
        return ""

    return check


def _measure_check(name: str) -> Callable[[float], str]:
    """A value's own bounds; those of the diary's other columns are held once a night."""
    measure = find_measure(name)

    def check(value: float) -> str:
        if measure is not None and measure.name == name:
            try:
                check_measure(name, value, where="the value")
            except InputError as problem:
                return str(problem)
        return ""

    return check
