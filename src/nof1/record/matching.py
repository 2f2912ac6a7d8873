"""Rows of an export matched to nights: every row is taken, merged into another, or rejected with its reason.

Knows the protocol's nights and scales; must not know the diary's content, the order of arms, or how anything is written.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from nof1.cells import brief, cleaned, listed
from nof1.errors import InputError
from nof1.plan.protocol import Protocol
from nof1.record.entry import number_text
from nof1.record.measures import find_measure
from nof1.record.nights import Belongs, DatedBy, DateOrder, Moment, moment_reader, night_of
from nof1.record.numbers import flag_or_number, number_reader
from nof1.record.reading import Reading, Target, settled, targets
from nof1.record.secondary import check_measure
from nof1.record.sources.opened import MAX_CELL, Row
from nof1.record.sources.source import Export
from nof1.record.uniting import Gathered
from nof1.record.unsettled import Unsettled


@dataclass
class Rejected:
    """Rows that were not taken, with one reason. `lines` is "17", "2-513" or several of these."""

    lines: str
    rows: int
    reason: str
    night: str
    values: Mapping[str, str]


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
    """

    rows: int = 0
    blank: int = 0
    nights: dict[date, Gathered] = field(default_factory=dict)
    rejected: list["Rejected"] = field(default_factory=list)
    shifted: int = 0


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
    Unsettled
        If only the person can say how the file is to be read.
    InputError
        If the file is damaged or a column does not fit.
    """
    when = column_map["night"]
    made = targets(export, column_map, protocol, reading)
    order, comma = settled(export, made, reading, when)
    book = _Book(Matched(), [target.field for target in made], runs)
    take = _Taker(export, made, protocol, reading, order, comma, when)
    for row in export.rows():
        book.matched.rows += 1
        line = row.line
        try:
            found = take.row(row)
            if found is None:
                book.matched.blank += 1
                continue
            night, moment, values = found
            night = take.by_number(row, night, moment, first)
            if night < first or night > last:
                book.outside(line, night, first, last, partial(take.shown, row))
                continue
            if night > latest:
                book.early(line, night, latest, partial(take.shown, row))
                continue
            interval = take.interval(row, moment, values)
        except _RowError as problem:
            book.reject(line, str(problem), take.shown(row))
            continue
        book.matched.shifted += night != moment.day
        gathered = book.matched.nights.get(night)
        if gathered is None:
            gathered = book.matched.nights[night] = Gathered()
        take.gather(gathered, row, interval, values)
    book.close()
    return book.matched


_EARLY_LISTED = 3  # rows of a night that is not over, told one by one
_LONGEST = 2 * 24 * 60  # minutes; a longer sleep is a slip


class _RowError(Exception):
    """Why one row is rejected."""


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
    ) -> None:
        self.targets = made
        self.when = export.place(when)
        self.until = export.place(export.until) if export.until else -1
        self.device = export.place(export.device) if export.device else -1
        self.zone_column = export.place(export.zone_column) if export.zone_column else -1
        self.width = len(export.columns)
        self.dated_by: DatedBy = reading.dated_by or export.dated_by or "evening"
        self.moment: Callable[..., Moment] = moment_reader(order, reading.zone)
        self.number = number_reader(comma)
        self.comma = comma
        day = export.day_number if reading.day_number is None else reading.day_number
        self.day_number = export.place(day) if day else -1
        if day and export.column(day).role in ("private", "treatment"):
            raise InputError(
                f"The column {brief(day)!r} is no count of days. Name another one, or leave --day-number out."
            )
        self.trust = reading.trust
        outcome = protocol.outcome
        self.unflagged = {outcome.name, "dose_mg", "confidence"}  # where yes is no number
        self.checks: dict[str, Callable[[float], str]] = {target.field: _measure_check(target.field) for target in made}
        self.checks |= {outcome.name: _outcome_check(protocol)}
        self.nights: dict[tuple[str, str, Belongs], tuple[date, Moment]] = {}
        self.last_day_number = ""

    def row(self, row: Row) -> tuple[date, Moment, list[tuple[Target, float | str]]] | None:
        """Night, moment and values of a row; None if it holds nothing that is taken."""
        cells = row.cells
        if len(cells) < self.width:
            cells = [*cells, *[""] * (self.width - len(cells))]
        elif len(cells) > self.width and any(cells[self.width :]):
            raise _RowError("there are more values than columns")
        given = [target for target in self.targets if cells[target.place]]
        if not given:
            return None
        night, moment = self._night(cells, given[0].belongs)
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
            number = self.number(text)
        except ValueError as problem:
            try:
                if target.field in self.unflagged:
                    raise
                number = flag_or_number(text, decimal_comma=self.comma)
            except ValueError:
                raise _RowError(f"{target.field}: {problem}") from None
        if number is None:
            return None
        number *= target.factor
        wrong = self.checks[target.field](number)
        if wrong:
            raise _RowError(wrong)
        return number

    def _night(self, cells: Iterable[str], belongs: Belongs) -> tuple[date, Moment]:
        cells = list(cells) if not isinstance(cells, list) else cells
        text = cells[self.when]
        zone = cells[self.zone_column] if self.zone_column >= 0 else ""
        key = (text, zone, belongs)
        known = self.nights.get(key)
        if known is not None:
            return known
        if not text:
            raise _RowError("there is no date")
        try:
            moment = self.moment(text, zone)
            night = night_of(moment, self.dated_by, belongs)
        except Unsettled:
            raise
        except (ValueError, InputError) as problem:
            raise _RowError(str(problem)) from None
        if len(self.nights) > 50_000:
            self.nights.clear()
        self.nights[key] = night, moment
        return night, moment

    def by_number(self, row: Row, night: date, moment: Moment, first: date) -> date:
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
        expected = (moment.day - first).days + 1
        if number == expected:
            return night
        if self.trust is None:
            raise Unsettled(
                f"Line {row.line}: the file counts this as day {listed([text[:20]])}, and {moment.day} is day {expected} from {first}. "
                "Say which to go by: --trust date, --trust day, or --trust neither (such rows are rejected).",
                option="trust",
                choices=("date", "day", "neither"),
            )
        if self.trust == "day" and number == int(number) and 1 <= number <= 100_000:
            return first + timedelta(days=int(number) - 1)
        raise _RowError(
            f"the file counts this as day {listed([text[:20]])}, and {moment.day} is day {expected} from {first}; one of the two is wrong"
        )

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

    def shown(self, row: Row) -> dict[str, str]:
        """A rejected row's cells for rejected.csv: as the diary writes them where they can be read, else as they are."""
        cells = [*row.cells, *[""] * max(0, self.width - len(row.cells))]
        shown = {"night": cleaned(cells[self.when][:200])}
        with suppress(_RowError, Unsettled):
            shown["night"] = str(self._night(cells, self.targets[0].belongs if self.targets else "night")[0])
        for target in self.targets:
            text = cells[target.place]
            if not target.text:
                with suppress(ValueError, OverflowError):
                    number = self.number(text)
                    text = "" if number is None else number_text(number * target.factor)
            shown[target.field] = cleaned(text[:2000])
        return shown


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


@dataclass
class _Book:
    """Keeps the rejected rows: one by one, and runs of rows outside the trial as one."""

    matched: Matched
    fields: list[str]
    runs: bool = True
    listed: int = 5000  # rejected rows kept one by one; further ones of one kind are kept as a run
    early_rows: int = 0
    run: Rejected | None = None
    run_from: int = 0
    run_to: int = 0
    run_nights: tuple[date, date] | None = None

    def outside(self, line: int, night: date, first: date, last: date, shown: Callable[[], Mapping[str, str]]) -> None:
        side = "before the first night" if night < first else "after the last night"
        reason = f"{side} of the trial, {first if night < first else last}"
        if not self.runs:
            self.reject(line, reason, shown())
            return
        self._extend(line, reason)
        low, high = self.run_nights or (night, night)
        self.run_nights = min(low, night), max(high, night)

    def early(self, line: int, night: date, latest: date, shown: Callable[[], Mapping[str, str]]) -> None:
        """A row of a night that is not over; a file that is read today may have thousands of them."""
        self.early_rows += 1
        if self.early_rows <= _EARLY_LISTED or not self.runs:
            self.reject(line, f"the night {night} is not over yet; check the date", shown())
        else:
            self._extend(line, f"after the last night that is over, {latest}")

    def reject(self, line: int, reason: str, shown: Mapping[str, str]) -> None:
        if self.runs and len(self.matched.rejected) >= self.listed:
            self._extend(line, "like the rejected rows before it; mend those and import the file again")
            return
        self._close_run()
        self.matched.rejected.append(
            Rejected(str(line), 1, reason, shown["night"], {name: shown.get(name, "") for name in self.fields})
        )

    def _extend(self, line: int, reason: str) -> None:
        if self.run is None or self.run.reason != reason:
            self._close_run()
            self.run = Rejected("", 0, reason, "", {})
            self.run_from, self.run_nights = line, None
        self.run.rows += 1
        self.run_to = line

    def _close_run(self) -> None:
        if self.run is None:
            return
        self.run.lines = str(self.run_from) if self.run_from == self.run_to else f"{self.run_from}-{self.run_to}"
        if self.run_nights is not None:
            low, high = self.run_nights
            self.run.night = str(low) if low == high else f"{low} to {high}"
        self.matched.rejected.append(self.run)
        self.run = None

    def close(self) -> None:
        self._close_run()
