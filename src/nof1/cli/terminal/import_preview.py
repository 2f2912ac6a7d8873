"""What an import would do, shown before it is taken: which column goes where, the first nights, what is rejected, how it adds up."""

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from nof1.cells import brief, listed
from nof1.cli.terminal.console import as_flags, console, show
from nof1.plan.protocol.protocol import Protocol

if TYPE_CHECKING:
    from nof1.record.importing.food_log import ToldApart
    from nof1.record.importing.importer import Import

_SHOWN = 5  # nights of the preview
_WIDEST = 24  # letters of a cell in the preview
_PROBLEMS = 8  # rejected rows of the preview
_NAMES = 12  # columns that are not taken
_TAKEN = {"planned": "as planned", "none": "nothing", "unknown": "not known"}
_FIRST = {"dmy": "day", "mdy": "month"}
_FIFTH_FOURTH = {"dmy": "5 April 2026", "mdy": "4 May 2026"}


def preview(protocol: Protocol, plan: "Import", since: str) -> None:
    """Show it; `since` is the day on which the map was saved, "" if it was not."""
    export = plan.export
    show(f"{export.name}: {export.title}.", style="bold")
    for note in export.notes:
        show(f"  {as_flags(note)}")
    show(f"What goes where{f' (as on {since})' if since else ''}:")
    from nof1.record.diary.entry import columns

    for field, column in plan.column_map.items():
        kind = "" if field in columns(protocol) else _kind(field)
        clock = export.clock_beside(plan.column_map) if field == "night" else ""
        beside = f", with the time from {clock!r}" if clock else ""
        show(
            f"  {field}{kind}: from {column!r}{_asks(plan, column)}{beside}{_unit(plan, field)}{_scale(plan, field)}{_rule(plan, field, column)}{_spoken(plan, field, column)}"
        )
    if unused := [column for column in plan.unused if column not in plan.words]:
        show(f"  left out: {listed(unused, _NAMES)}")
    for column, text in plan.words.items():
        show(
            f"  left out, because it holds no numbers that can be read: {brief(column)}, such as {brief(text, _WIDEST)!r}"
        )
    for told in plan.apart:
        show(_no_food(told))
    for line in _taken_for(plan):
        show(line)
    show(_dating(plan))
    if plan.order in _FIRST:
        show(_notation(plan))
    _show_nights(plan)
    for one in plan.missed:
        show(
            f"Told together: on the nights {one.start} to {one.end} nothing was recorded; what was taken: {_TAKEN[one.taken]}."
        )
    _show_rejected(plan)
    show(_accounting(plan))


def _kind(field: str) -> str:
    """What a field is that is no column of the diary."""
    from nof1.record.diary.events import is_event_name

    return ", said of a side effect" if is_event_name(field) else ", a secondary outcome"


def _unit(plan: "Import", field: str) -> str:
    """In which unit its numbers were read, and kept, where they are of one."""
    read = plan.units.get(field)
    if read is None or read.kept is None or (read.unit is None and not read.kept.name):
        return ""
    kept = read.kept.name
    unit = read.unit.name if read.unit is not None else kept if read.factor is not None else ""
    if not unit:
        return f", each value in the unit beside it, kept in {kept}"
    own = f", but where a value has its own ({plan.own_units[field]!r})" if field in plan.own_units else ""
    return f", in {unit}{own}" if unit == kept else f", in {unit}{own}, kept in {kept or 'plain numbers'}"


def _no_food(told: "ToldApart") -> str:
    """What was told apart as a supplement, and how to say that it is food all the same."""
    low, high = (f"{amount:.6g}" for amount in told.amounts)
    held = f"{low} mg" if low == high else f"{low} to {high} mg"
    each = " each" if told.rows > 1 and low == high else ""
    name = shlex.quote(told.name)
    return (
        f"  No food, so not in {' or '.join(told.fields)}: {told.name!r} ({rows_text(told.rows)}, {held}{each}). "
        f"If it is food all the same: --food {name}"
    )


def _rule(plan: "Import", field: str, column: str) -> str:
    """By which rule several values of a night became one, where there were several."""
    if not plan.several or field == "night":
        return ""
    if field not in plan.units:  # words
        return " (put together)"
    merge = plan.export.column(column).merge or plan.reading.several
    words = {"union": "overlaps counted once", "device": "of the device with the most", "sum": "added up"}
    return f" ({words.get(merge, merge)})" if merge else ""


def _taken_for(plan: "Import") -> Iterator[str]:
    """Whose rows are taken, and what else was taken for something that the file does not say outright."""
    if plan.others:
        yield (
            f"Whose rows: those of {brief(plan.reading.person or '')!r} in {brief(plan.reading.person_column or '')!r}. "
            f"Left out: {_counted(plan.others, 'row')}."
        )
    if plan.missing:
        yield f"Taken for missing, like a blank: {_counted(plan.missing, 'cell')}."
    if plan.cut:
        text, day = plan.cut
        yield f"Years are not written in full: {brief(text)} is read as {day}, near the trial's own nights."


def _counted(counts: Mapping[str, int], what: str) -> str:
    """Texts of the file, each with how often it is there."""
    return listed([f"{name} ({count:,} {what}{'' if count == 1 else 's'})" for name, count in counts.items()], _NAMES)


def _spoken(plan: "Import", field: str, column: str) -> str:
    """Whether the answers of a column speak of another day than their own."""
    before = field != "night" and plan.export.column(column).belongs == "day before"
    return " (asks about the day or night before)" if before else ""


def _asks(plan: "Import", column: str) -> str:
    """The question that a column holds answers to, where its name does not tell."""
    asks = plan.export.column(column).asks
    return f" ({brief(asks, 100)})" if asks else ""


def _scale(plan: "Import", field: str) -> str:
    """Which number each word was read as, where the person said so."""
    from nof1.record.importing.scales import scale_for

    scale = scale_for(plan.reading.scales, field)
    if not scale or field not in plan.units:
        return ""
    return f", words as {', '.join(f'{brief(word, 30)}={number:g}' for word, number in scale.items())}"


def _dating(plan: "Import") -> str:
    dated_by = plan.reading.dated_by or plan.export.dated_by or "evening"
    if dated_by == "morning":
        of_days = " What was done on a day stays on that day." if plan.export.asks_dating else ""
        return f"Dates are mornings: each row belongs to the evening before.{of_days}"
    shifted = f" {rows_text(plan.shifted)} from after midnight to the evening before." if plan.shifted else ""
    if dated_by == "day":
        return f"Dates are days: each row belongs to the night that begins that evening.{shifted}"
    doubt = "" if plan.export.dated_by else " If they are mornings: --dated-by morning."
    return f"Dates are evenings: each row belongs to the night that begins then.{shifted}{doubt}"


def _notation(plan: "Import") -> str:
    """In which order dates of three numbers were read, and what said so."""
    other = next(order for order in _FIRST if order != plan.order)
    said = ", as for an earlier file" if not plan.reading.date_order and plan.order == plan.reading.usual_order else ""
    return (
        f"Dates such as 05/04/2026 are read {_FIRST[plan.order]} first{said}: {_FIFTH_FOURTH[plan.order]}. "
        f"If not: --date-order {other}."
    )


def _show_nights(plan: "Import") -> None:
    from rich.table import Table

    if not plan.changes:
        return
    fields = [field for field in plan.column_map if field != "night"]
    shown = {
        field: [brief(change.cells.get(field, ""), _WIDEST) for change in plan.changes[:_SHOWN]] for field in fields
    }
    # As many columns as fit beside each other; a terminal that breaks every line shows nothing.
    room, fit = console().width - 10, 0
    for field in fields:
        room -= 2 + max(map(len, (field, *shown[field])))
        if room < 0 and fit:
            break
        fit += 1
    table = Table(box=None, pad_edge=False)
    for name in ("night", *fields[:fit]):
        table.add_column(name, overflow="fold")
    for place, change in enumerate(plan.changes[:_SHOWN]):
        table.add_row(str(change.night), *(shown[field][place] for field in fields[:fit]))
    console().print(table)
    if fit < len(fields):
        show(f"  … and beside them {listed(fields[fit:], _NAMES)}")
    if len(plan.changes) > _SHOWN:
        show(f"  … and {len(plan.changes) - _SHOWN} more nights")


def _show_rejected(plan: "Import") -> None:
    values = [row for row in plan.rejected if not row.rows]
    for title, rows in (
        ("Rejected:", [row for row in plan.rejected if row.rows]),
        (f"Without {values_text(plan.values_rejected)}, of rows that are taken:", values),
    ):
        if rows:
            show(title)
        for row in rows[:_PROBLEMS]:
            place = (
                "line"
                if row.rows == 1 or row.lines.rpartition("!")[2].isdecimal()
                else f"{row.rows} rows, lines"
                if row.rows
                else "lines"
            )
            show(f"  {place} {row.lines}: {row.reason}")
        if len(rows) > _PROBLEMS:
            show(f"  … and {len(rows) - _PROBLEMS} more")


def _accounting(plan: "Import") -> str:
    reasons = [
        f"{count} {what}"
        for count, what in (
            (plan.several, "with another of their night"),
            (plan.same, "recorded already"),
            (plan.blank, "with nothing to take"),
            (sum(plan.others.values()), "of other people"),
        )
        if count
    ]
    why = f" ({', '.join(reasons)})" if reasons else ""
    return (
        f"{rows_text(plan.rows)} read = {plan.taken} taken + {plan.merged} merged{why} + {plan.rows_rejected} rejected."
    )


def values_text(count: int) -> str:
    """A number of values, in words."""
    return f"{count:,} value{'' if count == 1 else 's'}"


def rows_text(count: int) -> str:
    """A number of rows, in words."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def nights_text(count: int) -> str:
    """A number of nights, in words."""
    return f"{count:,} night{'' if count == 1 else 's'}"
