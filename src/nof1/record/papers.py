"""The papers of a trial folder: written when it is planned, and anew when the plan has changed.

How a paper is made is not known here. They are asked for through `nof1` itself, the one place that knows all rooms.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import nof1
from nof1.errors import Nof1Error
from nof1.files import write_atomic
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import Amendment, load_amendments
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol

Paper = Literal["a4", "letter"]
PACKING_SHEET = "packing-sheet.pdf"


def write_papers(
    folder: Path,
    protocol: Protocol,
    order: Order,
    *,
    amendments: Sequence[Amendment] = (),
    paper: Paper | None = None,
    large_print: bool | None = None,
) -> None:
    """Write protocol.pdf, pre-visit.pdf, consent.pdf, data-sheet.pdf, adverse-events.pdf, booklet.pdf, diary.html, calendar.ics, diary.xlsx and, for shuffled packs, the recipe.

    None of them depends on an order that is concealed.

    Parameters
    ----------
    paper, large_print
        "a4" or "letter"; whether all letters have 16 points. As those that are there if not given.
    """
    nof1.report.write_papers(
        folder,
        protocol,
        order,
        amendments=amendments,
        paper=paper,
        large_print=large_print,
    )
    _write_page(folder, protocol, order)


def write_packing_sheet(
    helper: Path,
    protocol: Protocol,
    arms: Sequence[str],
    *,
    commitment: str,
    mark: str,
    planned: date | None,
    paper: Paper = "a4",
    large_print: bool = False,
) -> Path:
    """Write packing-sheet.pdf, which tells the order, into the helper's folder; with the commitment to it and the journal's first mark.

    Says where it is.
    """
    content = nof1.report.packing_sheet_pdf(
        protocol, arms, commitment=commitment, mark=mark, planned=planned, paper=paper, large_print=large_print
    )
    write_atomic(helper / PACKING_SHEET, content)
    return helper / PACKING_SHEET


def write_new_packing_sheet(
    helper: Path,
    folder: Path,
    protocol: Protocol,
    arms: Sequence[str],
    *,
    commitment: str,
    mark: str,
    planned: date | None,
    anew: Order,
) -> Path:
    """Write the sheet of packs that are made again with another dose beside the first, in the language and print of the trial's papers.

    It holds the commitment and the journal's first mark again: with the new sheet in hand nobody looks at the first one any more.
    `anew` is what is left of the order. Says where it is.
    """
    path = helper / f"packing-sheet-from-{anew.start}.pdf"
    content = nof1.report.packing_sheet_like(
        folder, protocol, arms, commitment=commitment, mark=mark, planned=planned, anew=anew
    )
    write_atomic(path, content)
    return path


def sheet_for_doctor(protocol: Protocol, order: Order, *, paper: Paper, large_print: bool) -> bytes:
    """pre-visit.pdf of a plan that is not there yet, since a doctor has to agree to it first."""
    return nof1.report.pre_visit_pdf(protocol, order, paper=paper, large_print=large_print, planned=False)


def renew_papers(folder: Path) -> None:
    """Write the papers anew; calendars take the higher revision for an update.

    Raises
    ------
    Nof1Error
        If they cannot be written. What made them change is on record all the same.
    """
    protocol = Protocol.load(folder)
    try:
        write_papers(folder, protocol, load_schedule(folder, protocol), amendments=load_amendments(folder))
    except Nof1Error as error:
        reason = str(error).replace(" Nothing was changed.", "")
        raise Nof1Error(
            f"It is on record, so do not enter it again; but the papers could not be written anew. {reason} The next amendment renews them, too."
        ) from error


def diary_page(folder: str | Path, *, link: str | None = None) -> Path:
    """Write diary.html, the diary as one page for a phone or a computer, and say where it is.

    Parameters
    ----------
    link : str, optional
        Where the reminders of calendar.ics lead from now on, such as the address of `nof1 serve`; it is written anew then.

    Raises
    ------
    InputError
        If the folder is no trial folder, or the trial was adopted.

    Examples
    --------
    >>> import nof1
    >>> nof1.record.diary_page(folder).name
    'diary.html'
    """
    folder = Path(folder)
    protocol = Protocol.load(folder)
    order = load_schedule(folder, protocol)
    if link is not None:
        revision = len(load_amendments(folder))
        nof1.report.write_calendar(folder, protocol, order, revision=revision, link=link)
    return _write_page(folder, protocol, order)


def _write_page(folder: Path, protocol: Protocol, order: Order) -> Path:
    path = folder / nof1.bedside.PAGE_FILE
    write_atomic(path, nof1.bedside.diary_page(protocol, order))
    return path
