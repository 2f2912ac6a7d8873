"""What an import would do, shown before it is taken: which column goes where, the first nights, what is rejected, how it adds up."""

from typing import TYPE_CHECKING

from nof1.cells import brief, listed
from nof1.cli.terminal.console import as_flags, console, show
from nof1.plan.protocol.protocol import Protocol

if TYPE_CHECKING:
    from nof1.record.importing.importer import Import

_SHOWN = 5  # nights of the preview
_WIDEST = 24  # letters of a cell in the preview
_PROBLEMS = 8  # rejected rows of the preview
_NAMES = 12  # columns that are not taken
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
        kind = "" if field in columns(protocol) else ", a secondary outcome"
        clock = export.clock_beside(plan.column_map) if field == "night" else ""
        beside = f", with the time from {clock!r}" if clock else ""
        show(f"  {field}{kind}: from {column!r}{beside}{_rule(plan, field, column)}")
    if plan.unused:
        show(f"  left out: {listed(plan.unused, _NAMES)}")
    show(_dating(plan))
    if plan.order in _FIRST:
        show(_notation(plan))
    _show_nights(plan)
    _show_rejected(plan)
    show(_accounting(plan))


def _rule(plan: "Import", field: str, column: str) -> str:
    """By which rule several values of a night became one, where there were several."""
    from nof1.record.diary.entry import TEXT_COLUMNS

    if not plan.several or field == "night":
        return ""
    if field in TEXT_COLUMNS:
        return " (put together)"
    merge = plan.export.column(column).merge or plan.reading.several
    words = {"union": "overlaps counted once", "device": "of the device with the most", "sum": "added up"}
    return f" ({words.get(merge, merge)})" if merge else ""


def _dating(plan: "Import") -> str:
    dated_by = plan.reading.dated_by or plan.export.dated_by or "evening"
    if dated_by == "morning":
        return "Dates are mornings: each row belongs to the evening before."
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
    if not plan.rejected:
        return
    show("Rejected:")
    for row in plan.rejected[:_PROBLEMS]:
        place = "line" if row.rows == 1 else f"{row.rows} rows, lines"
        show(f"  {place} {row.lines}: {row.reason}")
    if len(plan.rejected) > _PROBLEMS:
        show(f"  … and {len(plan.rejected) - _PROBLEMS} more")


def _accounting(plan: "Import") -> str:
    reasons = [
        f"{count} {what}"
        for count, what in (
            (plan.several, "with another of their night"),
            (plan.same, "recorded already"),
            (plan.blank, "with nothing to take"),
        )
        if count
    ]
    why = f" ({', '.join(reasons)})" if reasons else ""
    return (
        f"{rows_text(plan.rows)} read = {plan.taken} taken + {plan.merged} merged{why} + {plan.rows_rejected} rejected."
    )


def rows_text(count: int) -> str:
    """A number of rows, in words."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def nights_text(count: int) -> str:
    """A number of nights, in words."""
    return f"{count:,} night{'' if count == 1 else 's'}"
