"""One row of an export: its night, its values, the cells that are not taken, and how it is shown if it is rejected."""

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple

from nof1.cells import brief, cleaned, listed
from nof1.errors import InputError
from nof1.record.diary.entry import number_text
from nof1.record.importing.aggregate import Gathered
from nof1.record.importing.cell_values import CellReader, OutsideError
from nof1.record.importing.food_log import FoodLog
from nof1.record.importing.reading import Reading, Target
from nof1.record.importing.rejected import NEEDS_REVIEW, Shown
from nof1.record.importing.scales import Scale, plain_word, scale_for
from nof1.record.opening.opened import MAX_CELL, Row
from nof1.record.sources.source import Export
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.missing import MISSING_NUMBERS
from nof1.record.values.moments import leaves_year_open
from nof1.record.values.nights import (
    Belongs,
    DatedBy,
    DateOrder,
    Moment,
    Nights,
    joined,
    moment_reader,
    night_of,
    parse_moment,
)
from nof1.record.values.numbers import number_reader

_SHOWN_LETTERS = 2000  # of a cell, in rejected.csv
LOOK = f"look at the row, then take the {NEEDS_REVIEW} before its night away"
_EVENING = f"put the date of the evening there, not of the morning after, and no {NEEDS_REVIEW} before it"
_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd", "serial")
_NOTATIONS = (number_reader(decimal_comma=False), number_reader(decimal_comma=True))
_NO_STRAYS: Mapping[str, tuple[str, date]] = {}
_Nights = dict[
    tuple[str, str, Belongs], tuple[date, Moment]
]  # what was found of a date's text, its zone and what it tells
_LONGEST = 2 * 24 * 60  # minutes; a longer sleep is a slip


class RowError(Exception):
    """Why one row is rejected; and what is to be done before its cells may be taken as rejected.csv shows them."""

    def __init__(self, reason: str, doubt: str = "") -> None:
        super().__init__(reason)
        self.doubt = doubt


class Bad(NamedTuple):
    """A cell that is not taken: why, what it says, and the number that it is, where it is one outside of what it can be."""

    target: Target
    reason: str
    text: str
    number: float | None = None


# Fields that speak of another night than their row: why they are not taken, and which night it is.
_Strays = Mapping[str, tuple[str, date]]
# What a row holds: its night, its moment, its values, the cells that are not taken, and those of another night.
Found = tuple[date, Moment, list[tuple[Target, float | str]], Sequence[Bad], _Strays]


class RowReader:
    """Turns rows into values; everything that is the same for all rows is worked out once."""

    def __init__(
        self,
        export: Export,
        made: tuple[Target, ...],
        read: CellReader,
        foods: FoodLog,
        words: Collection[str],
        outcome: str,
        reading: Reading,
        order: DateOrder,
        when: str,
        near: Nights,
        clock: str,
    ) -> None:
        self.targets = made
        self.read = read
        self.outcome = outcome
        self.main = _belongs(made, outcome)
        self.asked = any(target.belongs == "day before" for target in made)
        self.dates_open = (reading.dated_by or export.dated_by) is None
        self.foods = foods
        self.near = near
        self.first = near[0]
        self.missing: Counter[str] = Counter()
        self.looked = [
            (target, target.place, words if target.text else _missing_beside(scale_for(reading.scales, target.field)))
            for target in made
        ]
        self.used = {when, clock, export.until, export.device, export.zone_column, *(target.column for target in made)}
        self.when = export.place(when)
        self.clock = export.place(clock) if clock else -1
        self.until = export.place(export.until) if export.until else -1
        self.device = export.place(export.device) if export.device else -1
        self.zone_column = export.place(export.zone_column) if export.zone_column else -1
        self.reason = export.place(export.reason) if export.reason else -1
        self.width = len(export.columns)
        self.dated_by: DatedBy = reading.dated_by or export.dated_by or "evening"
        self.moment: Callable[..., Moment] = moment_reader(order, reading.zone, near=near)
        day = export.day_number if reading.day_number is None else reading.day_number
        self.day_number = export.place(day) if day else -1
        if day and export.column(day).role in ("private", "treatment"):
            raise InputError(
                f"The column {brief(day)!r} is no count of days. Name another one, or leave day_number= out."
            )
        self.trust = reading.trust
        self.nights: _Nights = {}
        self.others: _Nights = {}  # of rows that are only looked at, and may be another person's

    def row(self, row: Row) -> Found | None:
        """Night, moment and values of a row, and the cells of it that are not taken; None if it holds nothing."""
        cells = row.cells
        if len(cells) < self.width:
            cells = [*cells, *[""] * (self.width - len(cells))]
        if self.reason >= 0 and cells[self.when].startswith(NEEDS_REVIEW):
            raise RowError(cells[self.reason] or LOOK)
        if len(cells) > self.width and any(cells[self.width :]):
            raise RowError("there are more values than columns", LOOK)
        given: Sequence[Target] = [target for target, place, missing in self.looked if cells[place] not in missing]
        if len(given) < len(self.looked):
            self._count_missing(cells)
            if not given:
                return None
            main = _belongs(given, self.outcome)
        else:
            main = self.main
        night, moment = self._night(cells, main)
        night = self._by_number(row, night, moment)
        strays = _NO_STRAYS
        if self.asked and (before := [target for target in given if target.belongs == "day before"]):
            self._refuse_open_dates(before[0], moment)
            strays = self._strays(cells, night, before) if main != "day before" else strays
            given = [target for target in given if target.field not in strays]
        if self.foods.looks:
            given = self.foods.food(cells, given, night)
        values: list[tuple[Target, float | str]] = []
        bad: list[Bad] = []
        for target in given:
            text = cells[target.place]
            if len(text) > MAX_CELL:
                reason = f"{target.field} has {len(text):,} letters; at most {MAX_CELL:,} are read"
                bad.append(Bad(target, reason, brief(text)))
            elif target.text:
                values.append((target, cleaned(text)))
            else:
                try:
                    number = self.read.value(target, text, row.line)
                except AmbiguousInput:
                    raise
                except OutsideError as problem:
                    bad.append(Bad(target, str(problem), text, problem.number))
                except ValueError as problem:
                    bad.append(Bad(target, f"{target.field}: {problem}", text))
                else:
                    if number is not None:
                        values.append((target, number))
        return (night, moment, values, bad, strays) if values or bad or strays else None

    def _refuse_open_dates(self, target: Target, moment: Moment) -> None:
        """Ask what a date without clock time means that stands beside an answer about the day or night before."""
        if moment.clock is None and self.dates_open:
            raise AmbiguousInput(
                f"{brief(target.column)!r} asks about the day or night before, and its dates have no time. Say what they are: dated_by='morning' "
                "(of the morning after the night) or dated_by='evening' (of the evening on which it began).",
                option="dated-by",
                choices=("morning", "evening"),
            )

    def _strays(self, cells: Sequence[str], night: date, before: Iterable[Target]) -> dict[str, tuple[str, date]]:
        """Answers about the day before in a row that is of another night, each with its reason and that night."""
        other, _ = self._night(cells, "day before")
        if other == night:
            return {}
        reason = f"speaks of the day before, and its row is of the night {night}; import rejected.csv to take it for the night {other}"
        return {target.field: (f"{target.field}: {reason}", other) for target in before}

    def _count_missing(self, cells: Sequence[str]) -> None:
        """Count what stands for a missing value and is no blank."""
        for _, place, missing in self.looked:
            if cells[place] and cells[place] in missing:
                self.missing[cells[place]] += 1

    def night_of(self, row: Row) -> date | None:
        """The night of a row by its date, None where it has none."""
        cells = [*row.cells, *[""] * (self.width - len(row.cells))]
        try:
            return self._night(cells, "night", self.others)[0]
        except RowError:
            return None

    def cut(self) -> tuple[str, date] | None:
        """A date that does not write its year in full, and what it was read as, where a row of the person has one."""
        texts = ((text, moment.day) for (text, _, _), (_, moment) in self.nights.items() if not text[:4].isdecimal())
        return next(((text, day) for text, day in texts if leaves_year_open(text)), None)

    def _night(self, cells: Sequence[str], belongs: Belongs, nights: _Nights | None = None) -> tuple[date, Moment]:
        """The night of a row, kept in mind among `nights`: those of the rows that are taken if not given."""
        nights = self.nights if nights is None else nights
        text = cells[self.when]
        if self.clock >= 0:
            try:
                text = joined(text, cells[self.clock])
            except ValueError as problem:
                raise RowError(str(problem)) from None
        zone = cells[self.zone_column] if self.zone_column >= 0 else ""
        key = (text, zone, belongs)
        known = nights.get(key)
        if known is not None:
            return known
        try:
            if text in MISSING_NUMBERS:
                raise ValueError("there is no date")
            moment = self.moment(text, zone)
            night = night_of(moment, self.dated_by, belongs)
        except AmbiguousInput:
            raise
        except (ValueError, InputError) as problem:
            morning = self.dated_by == "morning"
            raise RowError(str(problem), _EVENING if morning else LOOK if _is_a_date(text, self.near) else "") from None
        if len(nights) > 50_000:
            nights.clear()
        nights[key] = night, moment
        return night, moment

    def _by_number(self, row: Row, night: date, moment: Moment) -> date:
        """The night by the file's own count of days, held against the calendar."""
        if self.day_number < 0 or self.day_number >= len(row.cells) or self.trust == "date":
            return night
        text = row.cells[self.day_number]
        try:
            number = self.read.plain(text)
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
        raise RowError(f"{contradiction}; one of the two is wrong", LOOK)

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
            elif target.merge is None:
                numbers = gathered.numbers.get(name)
                if numbers is None:
                    numbers = gathered.numbers[name] = array("d")
                numbers.append(value)
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
            raise RowError(f"the end of the interval cannot be read: {problem}") from None
        begin_minute, end_minute = _minute(moment), _minute(end)
        if not 0 <= end_minute - begin_minute <= _LONGEST:
            raise RowError("the interval ends before it begins, or lasts longer than two days")
        return begin_minute, end_minute

    def shown(self, row: Row, fields: Collection[str] = ()) -> Shown:
        """A rejected row's cells for rejected.csv, or some of them: as the diary writes them where they can be read, else as they are."""
        cells = [*row.cells, *[""] * max(0, self.width - len(row.cells))]
        clock = cells[self.clock] if self.clock >= 0 else ""
        night, doubt = cleaned(f"{cells[self.when][:200]} {clock[:200]}".strip()), ""
        with suppress(AmbiguousInput):
            try:
                given = [target for target, place, missing in self.looked if cells[place] not in missing]
                found, moment = self._night(cells, _belongs(given, self.outcome), self.others)
                night = str(found)
                night = str(self._by_number(row, found, moment))
            except RowError as problem:
                doubt = problem.doubt
        values = {}
        for target in self.foods.food(cells, self.targets):
            if fields and target.field not in fields:
                continue
            text, as_it_was = self._cell(target, cells, row.line)
            # Of signs that nobody can see their names are shown.
            values[target.field] = cleaned(text[:_SHOWN_LETTERS]) or (repr(text[:_SHOWN_LETTERS]) if text else "")
            if not as_it_was or len(text) > _SHOWN_LETTERS:
                doubt = doubt or LOOK
        return Shown(night, values, doubt)

    def _cell(self, target: Target, cells: Sequence[str], line: int) -> tuple[str, bool]:
        """A cell of a rejected row, and whether it says there what it said in the file."""
        text = cells[target.place]
        if target.text or not text:
            return text, True
        if target.merge == "union" and self.until >= 0:  # the cell only marks what the interval is
            return f"{cells[self.when]} to {cells[self.until]}", False
        try:
            shown = number_text(self.read.value(target, text, line, bounded=False))
        except AmbiguousInput:
            raise
        except (ValueError, OverflowError):
            return text, not _is_a_number(cleaned(text))
        return shown, target.merge != "device"


def _missing_beside(scale: Scale) -> Collection[str]:
    """What stands for a missing number; "none" does not where it is a word of the scale."""
    return {text for text in MISSING_NUMBERS if plain_word(text) not in scale} if scale else MISSING_NUMBERS


def _belongs(given: Iterable[Target], outcome: str) -> Belongs:
    """To what a row belongs. The rating, or else sleep, decides for what stands beside it; words go along with numbers."""
    kinds = {target.field: target.belongs for target in given if not target.text}
    if outcome in kinds:
        return kinds[outcome]
    order: tuple[Belongs, ...] = ("night", "day before", "day")
    return next((kind for kind in order if kind in kinds.values()), "night")


def _is_a_date(text: str, near: Nights) -> bool:
    """Whether a text that is no date in its file could be read as one in rejected.csv."""
    for order in _ORDERS:
        try:
            parse_moment(text, order, near=near, where="")
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
