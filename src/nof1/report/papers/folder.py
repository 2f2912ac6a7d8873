"""The papers of a plan, written into its folder."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

from nof1.analyze.simulation.precision import expected_width
from nof1.commit import locked
from nof1.errors import InputError, Nof1Warning
from nof1.files import write_atomic
from nof1.language import ENGLISH, languages, say, speaking, spoken
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import Amendment, load_amendments
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.report.papers.adverse_events import ADVERSE_EVENTS
from nof1.report.papers.as_left import language_and_paper, write_paper
from nof1.report.papers.calendar import CALENDAR_FILE, calendar, language_of, printed_on, revision_and_link
from nof1.report.papers.consent import CONSENT
from nof1.report.papers.data_sheet import DATA_SHEET
from nof1.report.papers.plan_papers import (
    adverse_events_pdf,
    booklet_pdf,
    consent_pdf,
    data_sheet_pdf,
    packing_sheet_pdf,
    pre_visit_pdf,
    protocol_pdf,
    shuffling_recipe_pdf,
)
from nof1.report.papers.pre_visit import PRE_VISIT
from nof1.report.papers.spreadsheet import diary_xlsx
from nof1.report.typesetting.typeset import Paper

PROTOCOL, BOOKLET, RECIPE = "protocol.pdf", "booklet.pdf", "shuffling-recipe.pdf"


def write_papers(
    folder: Path,
    protocol: Protocol,
    order: Order,
    *,
    amendments: Sequence[Amendment] = (),
    paper: Paper | None = None,
    large_print: bool | None = None,
) -> None:
    """Write protocol.pdf, pre-visit.pdf, consent.pdf, data-sheet.pdf, adverse-events.pdf, booklet.pdf, calendar.ics, diary.xlsx and, for shuffled packs, the recipe, in the language of those that are there.

    None of them depends on an order that is concealed.

    Parameters
    ----------
    paper, large_print
        "a4" or "letter"; whether all letters have 16 points. As those that are there if not given.
    """
    kept, was_large = kept_print(folder)
    own = Print(kept_language(folder), paper or kept, was_large if large_print is None else large_print)
    if paper is None:
        _tell_assumed(folder, own)
    for name, content in _papers(protocol, order, amendments, own).items():
        write_paper(folder / name, content)
    with speaking(own.language):
        write_calendar(
            folder,
            protocol,
            order,
            revision=len(amendments),
            paper=own.paper,
            large_print=own.large,
        )
        write_paper(folder / "diary.xlsx", diary_xlsx(protocol, order))
    for other in _printed_beside(folder):
        for name, content in _papers(protocol, order, amendments, other).items():
            write_paper(folder / other.named(name, own), content)


@dataclass(frozen=True)
class Print:
    """A language, a paper and whether all letters have 16 points."""

    language: str
    paper: Paper
    large: bool

    def named(self, name: str, own: "Print") -> str:
        """What a file is called beside the folder's own: booklet-de-letter-large.pdf, with what differs from those.

        Examples
        --------
        >>> Print("de", "a4", True).named("booklet.pdf", Print("en", "a4", False))
        'booklet-de-large.pdf'
        """
        parts = [
            (self.language, self.language != own.language),
            (self.paper, self.paper != own.paper),
            ("large" if self.large else "ordinary", self.large != own.large),
        ]
        stem, _, ending = name.rpartition(".")
        return "-".join([stem, *(part for part, differs in parts if differs)]) + f".{ending}"


def print_papers(
    folder: str | Path, *, language: str = ENGLISH, paper: Paper = "a4", large_print: bool = False
) -> tuple[Path, ...]:
    """Write the papers of a trial folder in another language or print, beside those that are there: booklet-de-large.pdf.

    They are protocol.pdf, pre-visit.pdf, consent.pdf, data-sheet.pdf, adverse-events.pdf, booklet.pdf and, for shuffled packs, the recipe. None of them depends
    on an order that is concealed. A change of the trial renews them with the folder's own, which stay as they are.

    Parameters
    ----------
    language : str
        "en" or "de".
    paper : str
        "a4" or "letter".
    large_print : bool
        Whether all letters have 16 points.

    Raises
    ------
    InputError
        If the folder is no trial folder, the trial was adopted, or there is no such language or paper.

    Examples
    --------
    >>> import nof1
    >>> [path.name for path in nof1.report.print_papers(folder, language="de")][-1]
    'booklet-de.pdf'
    """
    folder = Path(folder)
    protocol = Protocol.load(folder)
    if not protocol.randomized:
        raise InputError("This trial was adopted, so it has no papers to print.")
    order, amendments = load_schedule(folder, protocol), load_amendments(folder)
    asked, own = Print(language, paper, large_print), Print(kept_language(folder), *kept_print(folder))
    made = {asked.named(name, own): content for name, content in _papers(protocol, order, amendments, asked).items()}
    with locked(folder):
        _tell_assumed(folder, own)
        for name, content in made.items():
            write_paper(folder / name, content)
    return tuple(folder / name for name in made)


def _printed_beside(folder: Path) -> list[Print]:
    """In which other languages and prints there are papers, by the names of the protocols."""
    own = Print(kept_language(folder), *kept_print(folder))
    all_of_them = (
        Print(code, paper, large) for code in languages() for paper in get_args(Paper) for large in (False, True)
    )
    return [one for one in all_of_them if one != own and (folder / one.named(PROTOCOL, own)).is_file()]


def _papers(protocol: Protocol, order: Order, amendments: Sequence[Amendment], printed: Print) -> dict[str, bytes]:
    """Every paper by its name, in this language and print."""
    how: dict[str, Any] = {"paper": printed.paper, "large_print": printed.large}
    with speaking(printed.language):
        told: dict[str, Any] = {"precision": precision(protocol), "looks": false_alarms(protocol)}
        planned = order.whole.at_first_doses()  # these two tell the plan, and the protocol what was changed of it
        papers = {
            PROTOCOL: protocol_pdf(protocol, planned, amendments=amendments, **how, **told),
            PRE_VISIT: pre_visit_pdf(protocol, planned, **how),
            CONSENT: consent_pdf(protocol, **how),
            DATA_SHEET: data_sheet_pdf(protocol, **how),
            ADVERSE_EVENTS: adverse_events_pdf(protocol, **how),
            BOOKLET: booklet_pdf(protocol, order, **how),
        }
        if protocol.concealed == "alone":
            papers[RECIPE] = shuffling_recipe_pdf(protocol, **how)
    return papers


def kept_language(folder: Path) -> str:
    """The language that the papers of a trial folder are in, as calendar.ics says, or where that is gone protocol.pdf; the spoken one without either."""
    path = folder / CALENDAR_FILE
    if path.is_file():
        return language_of(path.read_bytes())
    found = _of_protocol(folder)
    return spoken().code if found is None or found[0] not in languages() else found[0]


def kept_print(folder: Path) -> tuple[Paper, bool]:
    """The paper of the papers of a trial folder and whether they are in large print, as calendar.ics says; A4 in ordinary letters where there is none.

    Where it is gone protocol.pdf tells on which paper.
    """
    path = folder / CALENDAR_FILE
    if path.is_file():
        return printed_on(path.read_bytes())
    found = _of_protocol(folder)
    return ("letter" if found is not None and found[1] else "a4"), False


def _of_protocol(folder: Path) -> tuple[str, bool] | None:
    """Language of protocol.pdf and whether it is on Letter; None where there is none that tells."""
    path = folder / PROTOCOL
    return language_and_paper(path.read_bytes()) if path.is_file() else None


def _tell_assumed(folder: Path, own: "Print") -> None:
    """Where papers are there and the file is gone that says how they were printed: that it is, and what is taken for so."""
    if (folder / CALENDAR_FILE).is_file() or not (folder / PROTOCOL).is_file():
        return
    warnings.warn(
        f"{CALENDAR_FILE} of {folder} is missing, which says how the papers were printed. Taken for so: language {own.language}, paper "
        f"{own.paper}, {'large' if own.large else 'ordinary'} print. Otherwise: nof1 report {folder} --papers --language … --large-print",
        Nof1Warning,
        stacklevel=2,
    )


def packing_sheet_like(
    folder: Path,
    protocol: Protocol,
    arms: Sequence[str],
    *,
    commitment: str,
    mark: str,
    planned: date | None,
    anew: Order,
) -> bytes:
    """The sheet of packs that are made again with another dose, in the language and print of the papers of a trial folder."""
    own = Print(kept_language(folder), *kept_print(folder))
    with speaking(own.language):
        return packing_sheet_pdf(
            protocol,
            arms,
            commitment=commitment,
            mark=mark,
            planned=planned,
            anew=anew,
            paper=own.paper,
            large_print=own.large,
        )


def write_calendar(
    folder: Path,
    protocol: Protocol,
    order: Order,
    *,
    revision: int,
    link: str | None = None,
    paper: Paper | None = None,
    large_print: bool | None = None,
) -> None:
    """Write calendar.ics, in its language; where it changes, its entries get a higher revision, so that a calendar that has them takes the new ones.

    Parameters
    ----------
    revision : int
        Number of amendments; it is higher if the calendar was changed for another reason, too.
    link : str, optional
        Where its entries lead, such as the address of `nof1 serve`. What an earlier calendar said if not given; none leads to a file,
        which a phone cannot open.
    paper, large_print
        How the papers beside it are printed; what an earlier calendar said if not given.
    """
    path = folder / CALENDAR_FILE
    old = path.read_bytes() if path.is_file() else b""
    before, kept = revision_and_link(old)
    on, large = printed_on(old)
    printed: dict[str, Any] = {"paper": paper or on, "large_print": large if large_print is None else large_print}
    if link is None:
        link = kept
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
