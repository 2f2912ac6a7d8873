"""The papers of a plan, written into its folder. Of the diary page it knows the place alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nof1.analyze.simulation.precision import expected_width
from nof1.files import write_atomic
from nof1.language import say, speaking, spoken
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import Amendment
from nof1.plan.protocol.protocol import Protocol
from nof1.report.papers.adverse_events import ADVERSE_EVENTS
from nof1.report.papers.calendar import CALENDAR_FILE, calendar, language_of, printed_on, revision_and_link
from nof1.report.papers.consent import CONSENT
from nof1.report.papers.data_sheet import DATA_SHEET
from nof1.report.papers.plan_papers import (
    adverse_events_pdf,
    booklet_pdf,
    consent_pdf,
    data_sheet_pdf,
    pre_visit_pdf,
    protocol_pdf,
    shuffling_recipe_pdf,
)
from nof1.report.papers.pre_visit import PRE_VISIT
from nof1.report.papers.spreadsheet import diary_xlsx
from nof1.report.typesetting.typeset import Paper

RECIPE = "shuffling-recipe.pdf"


def write_papers(
    folder: Path,
    protocol: Protocol,
    order: Order,
    *,
    page: Path,
    amendments: Sequence[Amendment] = (),
    paper: Paper | None = None,
    large_print: bool | None = None,
) -> None:
    """Write protocol.pdf, pre-visit.pdf, consent.pdf, data-sheet.pdf, adverse-events.pdf, booklet.pdf, calendar.ics, diary.xlsx and, for shuffled packs, the recipe, in the language of those that are there.

    None of them depends on an order that is concealed.

    Parameters
    ----------
    page : Path
        Where diary.html will be when all is written.
    paper, large_print
        "a4" or "letter"; whether all letters have 16 points. As those that are there if not given.
    """
    kept, was_large = kept_print(folder)
    paper, large_print = paper or kept, was_large if large_print is None else large_print
    with speaking(kept_language(folder)):
        told = {"precision": precision(protocol), "looks": false_alarms(protocol)}
        content = protocol_pdf(protocol, order, amendments=amendments, paper=paper, large_print=large_print, **told)
        write_atomic(folder / "protocol.pdf", content)
        write_atomic(folder / PRE_VISIT, pre_visit_pdf(protocol, order, paper=paper, large_print=large_print))
        write_atomic(folder / CONSENT, consent_pdf(protocol, paper=paper, large_print=large_print))
        write_atomic(folder / DATA_SHEET, data_sheet_pdf(protocol, paper=paper, large_print=large_print))
        write_atomic(folder / ADVERSE_EVENTS, adverse_events_pdf(protocol, paper=paper, large_print=large_print))
        write_atomic(folder / "booklet.pdf", booklet_pdf(protocol, order, paper=paper, large_print=large_print))
        write_calendar(
            folder, protocol, order, revision=len(amendments), page=page, paper=paper, large_print=large_print
        )
        write_atomic(folder / "diary.xlsx", diary_xlsx(protocol, order))
        if protocol.concealed == "alone":
            write_atomic(folder / RECIPE, shuffling_recipe_pdf(protocol, paper=paper, large_print=large_print))


def kept_language(folder: Path) -> str:
    """The language that the papers of a trial folder are in, as calendar.ics says; the spoken one where there is none."""
    path = folder / CALENDAR_FILE
    return language_of(path.read_bytes()) if path.is_file() else spoken().code


def kept_print(folder: Path) -> tuple[Paper, bool]:
    """The paper of the papers of a trial folder and whether they are in large print, as calendar.ics says; A4 in ordinary letters where there is none."""
    path = folder / CALENDAR_FILE
    return printed_on(path.read_bytes() if path.is_file() else b"")


def write_calendar(
    folder: Path,
    protocol: Protocol,
    order: Order,
    *,
    revision: int,
    page: Path,
    link: str | None = None,
    paper: Paper | None = None,
    large_print: bool | None = None,
) -> None:
    """Write calendar.ics, in its language; where it changes, its entries get a higher revision, so that a calendar that has them takes the new ones.

    Parameters
    ----------
    revision : int
        Number of amendments; it is higher if the calendar was changed for another reason, too.
    page : Path
        Where diary.html is, or will be.
    link : str, optional
        Where its entries lead. What an earlier calendar said if not given, unless that was the folder's own diary.html, which may have
        moved.
    paper, large_print
        How the papers beside it are printed; what an earlier calendar said if not given.
    """
    path = folder / CALENDAR_FILE
    old = path.read_bytes() if path.is_file() else b""
    before, kept = revision_and_link(old)
    on, large = printed_on(old)
    printed: dict[str, Any] = {"paper": paper or on, "large_print": large if large_print is None else large_print}
    if link is None:
        link = kept if kept.startswith("http") else page.as_uri()
    with speaking(kept_language(folder)):
        content = calendar(protocol, order, revision=max(revision, before), link=link, **printed)
        if old and content != old:
            content = calendar(protocol, order, revision=max(revision, before + 1), link=link, **printed)
    write_atomic(path, content)


def precision(protocol: Protocol) -> list[str]:
    """What the design is expected to show, worked out from the priors before any night."""
    if protocol.analysis.scale != "points":
        return []
    width = expected_width(protocol)
    return [
        say(
            "The 95 % interval of the effect is expected to be about {width:.1f} points wide, with one night in twenty missing (worked "
            "out from the priors; 'nof1 power' simulates it).",
            width=width,
        )
    ]


def false_alarms(protocol: Protocol) -> list[str]:
    """How often the rule for looks before the last night would claim what is not there; nothing where there is no rule."""
    if protocol.analysis.interim is None:
        return []
    from nof1.analyze.simulation.interim import simulate_looks  # pandas, and most plans have no such rule
    from nof1.report.words.looks import false_alarm_sentence

    return [false_alarm_sentence(simulate_looks(protocol, trials=200, effects=()))]
