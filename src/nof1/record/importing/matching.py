"""Rows of an export matched to nights: every row is taken, merged into another, or rejected with its reason.

Knows the protocol's nights and scales; must not know the diary's content, the order of arms, or how anything is written.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from nof1.plan.protocol.protocol import Protocol
from nof1.record.importing.aggregate import Gathered
from nof1.record.importing.cell_values import Beyond, CellReader
from nof1.record.importing.food_log import FoodLog, ToldApart
from nof1.record.importing.persons import Watch, settle_person
from nof1.record.importing.reading import Reading, settled, targets
from nof1.record.importing.rejected import Book, Rejected, Shown
from nof1.record.importing.row_reader import LOOK, Bad, RowError, RowReader
from nof1.record.importing.scales import ask_scales
from nof1.record.importing.whose import Whose, WhoseError, watch_of, whose
from nof1.record.opening.opened import Row
from nof1.record.sources.source import Export
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.missing import MISSING_WORDS, is_missing
from nof1.record.values.nights import (
    DateOrder,
)


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
    further : int
        Values without which rows are taken, beyond those that `rejected` tells one by one.
    unread : dict of str to str
        Fields of which not one cell could be read, with the first of the texts.
    own_units : dict of str to str
        Fields with cells in another unit than the column's, with one of them.
    whose : Whose
        Whose rows were taken, and how many there are of others.
    missing : counter of str
        What stood for a missing value, but for blanks, and how often.
    cut : (str, date) or None
        A date that does not write its year in full, and what it was read as.
    show : callable
        A row of the file as rejected.csv shows it.
    apart : tuple of ToldApart
        A food log's rows that are no food.
    unknown : tuple of str
        Names that the person said of rows that are not there.
    """

    show: Callable[[Row], Shown]
    whose: Whose
    missing: Counter[str]
    rows: int = 0
    blank: int = 0
    nights: dict[date, Gathered] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    shifted: int = 0
    order: DateOrder = "ymd"
    further: int = 0
    unread: dict[str, str] = field(default_factory=dict)
    own_units: dict[str, str] = field(default_factory=dict)
    cut: tuple[str, date] | None = None
    apart: tuple[ToldApart, ...] = ()
    unknown: tuple[str, ...] = ()


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
    worded: Collection[str] | None = None,
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
    worded : collection of str, optional
        Fields whose words are asked about, beside the outcome's; nothing is asked of words if not given.

    Notes
    -----
    Whose rows are taken is settled before anything else is asked of what rows hold, and what is asked or shown then is of that
    person's rows. How dates and decimals are written is of the program that wrote the file, as the unit of a column is of its
    header: there every row counts, since what one leaves open another settles.

    Raises
    ------
    AmbiguousInput
        If only the person can say how the file is to be read.
    InputError
        If the file is damaged or a column does not fit.
    """
    when = column_map["night"]
    made = targets(export, column_map, protocol, reading)
    near, outcome = (first, last), protocol.outcome.name
    order, comma = settled(export, made, reading, when, near)
    cells = CellReader(export, made, protocol, comma, reading.scales)
    foods = FoodLog(export, made, protocol, reading, read=cells, nights=(first, min(last, latest)))
    words = MISSING_WORDS - {text for arm in protocol.arms for text in (arm.name, arm.label) if text}
    take = RowReader(
        export, made, cells, foods, words, outcome, reading, order, when, near, export.clock_beside(column_map)
    )
    known = whose(export, reading, when, take.night_of)
    watch = watch_of(export, reading, known, take.used) if outcome in column_map else None
    matched = Matched(take.shown, known, take.missing, order=order)
    beyond: dict[str, Beyond] = {}
    try:
        if worded is not None:
            ask_scales(export, made, protocol, reading, worded, partial(known.rows, export))
        _take_rows(
            matched,
            export,
            take,
            watch,
            Book(matched.rejected, [target.field for target in made], runs),
            beyond,
            nights=(first, last, latest),
        )
    except AmbiguousInput:
        # Rows of several people may be told apart by what they hold, which is known after the last row. Whose are meant comes first.
        if outcome in column_map:
            _ask_whose(export, reading, known, take, near, export.place(column_map[outcome]))
        raise
    matched.apart = foods.told()
    matched.unknown = tuple(foods.unknown((*reading.supplement, *reading.food)))
    matched.cut = take.cut()
    cells.refuse_doubts(made, {night: gathered.numbers for night, gathered in matched.nights.items()}, beyond)
    for one in [name for name in matched.unread if any(gathered.holds(name) for gathered in matched.nights.values())]:
        del matched.unread[one]
    matched.own_units = cells.own_units
    return matched


def _take_rows(
    matched: Matched,
    export: Export,
    take: RowReader,
    watch: Watch | None,
    book: Book,
    beyond: dict[str, Beyond],
    *,
    nights: tuple[date, date, date],
) -> None:
    """Give each row its night; `nights` are the trial's first and last, and the last one that is over."""
    (first, last, latest), known, outcome = nights, matched.whose, take.outcome
    for row in export.rows():
        matched.rows += 1
        line = row.line
        try:
            if known.place >= 0 and not known.takes(row.cells):
                continue
            found = take.row(row)
            if found is None:
                matched.blank += 1
                continue
            night, moment, values, bad, strays = found
            if night < first or night > last:
                book.outside(line, night, first, last, partial(take.shown, row))
                continue
            if night > latest:
                book.early(line, night, latest, partial(take.shown, row))
                continue
            if bad:
                _note_bad(matched, beyond, night, bad)
                # What cannot be read beside it costs nobody a rating; one that cannot be read is mended with its whole row.
                if not values or any(one.target.field == outcome for one in bad):
                    raise RowError("; ".join(one.reason for one in bad))
            interval = take.interval(row, moment, values) if take.until >= 0 else None
        except RowError as problem:
            book.reject(line, str(problem), take.shown(row), problem.doubt)
            continue
        except WhoseError as problem:
            book.reject(line, str(problem), take.shown(row), LOOK)
            continue
        if watch is not None and any(target.field == outcome for target, _ in values):
            watch.add(row.cells, night)
            watch = None if watch.idle else watch
        matched.shifted += night != moment.day
        gathered = matched.nights.get(night)
        if gathered is None:
            gathered = matched.nights[night] = Gathered()
        take.gather(gathered, row, interval, values)
        if bad:
            reasons = {one.target.field: one.reason for one in bad}
            book.values(line, reasons, take.shown(row, reasons))
        for name, (reason, other) in strays.items() if strays else ():
            book.values(line, {name: reason}, replace(take.shown(row, (name,)), night=str(other)))
    book.close()
    book.close()
    matched.further = book.further_values
    if watch is not None:
        settle_person(watch.people(), None, where=export.name)


def _ask_whose(
    export: Export, reading: Reading, known: Whose, take: RowReader, near: tuple[date, date], rating: int
) -> None:
    """Ask whose rows are meant, where nights have rows of several people side by side; `rating` is the outcome's place."""
    watch = watch_of(export, reading, known, take.used)
    for row in export.rows() if watch is not None else ():
        if watch is None or watch.idle:
            return
        night = take.night_of(row)
        if (
            night is not None
            and near[0] <= night <= near[1]
            and not is_missing("".join(row.cells[rating : rating + 1]))
        ):
            watch.add(row.cells, night)
    if watch is not None:
        settle_person(watch.people(), None, where=export.name)


def _note_bad(matched: Matched, beyond: dict[str, Beyond], night: date, bad: Iterable[Bad]) -> None:
    """Keep in mind which columns have cells that cannot be read, and numbers outside of what they can be."""
    for one in bad:
        if one.number is None:
            matched.unread.setdefault(one.target.field, one.text)
        else:
            beyond.setdefault(one.target.field, Beyond(one.number, night)).count += 1
