"""The papers of a plan, written into its folder. Of the diary page it knows the place alone."""

from collections.abc import Sequence
from pathlib import Path

from nof1.analyze.simulation.precision import expected_width
from nof1.files import write_atomic
from nof1.language import say, speaking, spoken
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import Amendment
from nof1.plan.protocol.protocol import Protocol
from nof1.report.papers.calendar import CALENDAR_FILE, calendar, language_of, revision_and_link
from nof1.report.papers.plan_papers import booklet_pdf, protocol_pdf, shuffling_recipe_pdf
from nof1.report.papers.spreadsheet import diary_xlsx

RECIPE = "shuffling-recipe.pdf"


def write_papers(
    folder: Path, protocol: Protocol, order: Order, *, page: Path, amendments: Sequence[Amendment] = ()
) -> None:
    """Write protocol.pdf, booklet.pdf, calendar.ics, diary.xlsx and, for shuffled packs, the recipe, in the language of those that are there.

    None of them depends on an order that is concealed.

    Parameters
    ----------
    page : Path
        Where diary.html will be when all is written.
    """
    with speaking(kept_language(folder)):
        told = {"precision": precision(protocol), "looks": false_alarms(protocol)}
        write_atomic(folder / "protocol.pdf", protocol_pdf(protocol, order, amendments=amendments, **told))
        write_atomic(folder / "booklet.pdf", booklet_pdf(protocol, order))
        write_calendar(folder, protocol, order, revision=len(amendments), page=page)
        write_atomic(folder / "diary.xlsx", diary_xlsx(protocol, order))
        if protocol.concealed == "alone":
            write_atomic(folder / RECIPE, shuffling_recipe_pdf(protocol))


def kept_language(folder: Path) -> str:
    """The language that the papers of a trial folder are in, as calendar.ics says; the spoken one where there is none."""
    path = folder / CALENDAR_FILE
    return language_of(path.read_bytes()) if path.is_file() else spoken().code


def write_calendar(
    folder: Path, protocol: Protocol, order: Order, *, revision: int, page: Path, link: str | None = None
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
    """
    path = folder / CALENDAR_FILE
    old = path.read_bytes() if path.is_file() else b""
    before, kept = revision_and_link(old)
    if link is None:
        link = kept if kept.startswith("http") else page.as_uri()
    with speaking(kept_language(folder)):
        content = calendar(protocol, order, revision=max(revision, before), link=link)
        if old and content != old:
            content = calendar(protocol, order, revision=max(revision, before + 1), link=link)
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
