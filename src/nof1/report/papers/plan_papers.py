"""The papers of a plan as PDF: protocol, sheet for the doctor, consent, data sheet, booklet, packing sheet, shuffling recipe. The same bytes for the same input.

Only the packing sheet, which goes to the helper, knows a concealed order; every other one is a function of the
protocol and the nights of its periods.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from nof1.language import ENGLISH, phrase, spoken
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.draw import count_orders
from nof1.plan.orders.seal import shown_order
from nof1.plan.protocol.protocol import Protocol
from nof1.report.papers import analysis, randomization, treatment
from nof1.report.papers import method as paper_method
from nof1.report.papers import protocol as paper_protocol
from nof1.report.papers.adverse_events import adverse_events_words
from nof1.report.papers.booklet import booklet_words
from nof1.report.papers.consent import consent_words
from nof1.report.papers.data_sheet import data_sheet_words
from nof1.report.papers.packs import packing_words, recipe_words
from nof1.report.papers.parts import Room
from nof1.report.papers.pre_visit import pre_visit_words
from nof1.report.typesetting.typeset import LARGE, LONG, Paper, render, sheet_of
from nof1.subject import spoken_of

MAX_PROTOCOL_PAGES = 4
_SIZE, _SMALLER = 10.0, 9.2  # of the text of the other papers, in points
# Sizes of the text in points, and whether rows are set close: the first that makes it one page, else the last.
_A_LITTLE_SMALLER = ((_SIZE, False), (_SMALLER, False), (_SIZE, False))
_ON_ONE_PAGE = ((_SIZE, False), (9.5, False), (9.0, False), (8.5, False), (8.5, True), (9.0, False))
_LONG = 34  # letters of a word that no language has: other languages than English have long ones, and hyphenate them
_WIDE = Room(text=700, label=60, rows=60)
# Sizes of the text in points, and how much is told, of the first page and of the pages behind it: each is the first that fits.
_FIRST = (
    (10.0, _WIDE),
    (9.5, _WIDE),
    (9.0, _WIDE),
    (8.5, _WIDE),
    (8.5, Room(text=700, label=60, rows=44)),
    (8.5, Room(text=300, label=45, rows=36)),
    (8.5, Room(text=300, label=45, rows=28)),
    (8.5, Room(text=150, label=36, rows=18, tight=True)),
    (8.5, Room(text=50, label=16, rows=6, tight=True)),
    (9.0, _WIDE),  # where many findings need more than a page, nothing is gained by cutting
)
_BEHIND = (
    (10.0, _WIDE),
    (9.5, _WIDE),
    (9.0, _WIDE),
    (8.5, _WIDE),
    (8.5, Room(text=300, label=45, rows=30)),
    (8.5, Room(text=150, label=36, rows=18, tight=True)),
    (8.5, Room(text=80, label=24, rows=12, tight=True)),
    (8.5, Room(text=50, label=16, rows=6, tight=True)),
)
_IN_LARGE_PRINT = ((LARGE, Room(text=700, label=60, rows=200)),)


@spoken_of
def protocol_pdf(
    protocol: Protocol,
    order: Order,
    *,
    amendments: Sequence[Amendment] = (),
    precision: Sequence[str] = (),
    looks: Sequence[str] = (),
    paper: Paper = "a4",
    large_print: bool = False,
) -> bytes:
    """protocol.pdf: everything decided beforehand, in plain words, on four pages at most.

    There is one more where the screen finds more than a page holds, and as many as it takes in large print.
    The first page has what a person looks for: what is taken and when, when to stop, what the safety screen found, the calendar. Long
    texts of a person are cut with an ellipsis; they stand whole in protocol.toml.

    Parameters
    ----------
    order : Order
        As it is lived, pauses included; of a concealed trial it is told without its arms.
    amendments : sequence of Amendment
    precision : sequence of str
        Sentences on what the design is expected to show.
    looks : sequence of str
        Sentences on what the rule for looks before the last night would do.
    paper : str
        "a4" or "letter".
    large_print : bool
        Letters of 16 points.

    Raises
    ------
    InputError
        If the trial was adopted, the order does not fit the protocol, or there is no such paper.
    """
    attempts = protocol_attempts(
        protocol, order, amendments=amendments, precision=precision, looks=looks, large_print=large_print
    )
    return _typeset("protocol.typ", attempts, paper, large_print=large_print)


def protocol_attempts(
    protocol: Protocol,
    order: Order,
    *,
    amendments: Sequence[Amendment] = (),
    precision: Sequence[str] = (),
    looks: Sequence[str] = (),
    large_print: bool = False,
) -> Iterator[dict[str, Any]]:
    """The words of protocol.pdf, each time with less room needed; as `protocol_pdf`."""
    order = shown_order(protocol, order)
    orders = count_orders(protocol)
    first = [
        {"size": size, "sections": _first_page(protocol, order, room, amendments)}
        for size, room in (_IN_LARGE_PRINT if large_print else _FIRST)
    ]

    for size, room in _IN_LARGE_PRINT if large_print else _BEHIND:
        sections = [
            paper_protocol.why(protocol, room),
            paper_protocol.design(protocol, room),
            paper_protocol.person(protocol, room),
            treatment.adhering(protocol, room),
            paper_method.measures(protocol, room),
            paper_method.size(protocol, precision, orders, room),
            randomization.drawing(protocol, order, room, orders),
            paper_protocol.identity(protocol, room),
            analysis.analysis(protocol, room),
            paper_method.harms(protocol, looks),
            paper_method.ethics(protocol, amendments, room),
        ]
        head = paper_protocol.head(protocol, order, room)
        yield head | {"size": size, "pages": MAX_PROTOCOL_PAGES, "first": first, "sections": sections}


def _first_page(protocol: Protocol, order: Order, room: Room, amendments: Sequence[Amendment]) -> list[dict[str, Any]]:
    """What a person looks for, whatever they look for next."""
    return [
        treatment.taken(protocol, room, amendments),
        treatment.stopping(),
        paper_protocol.screened(protocol, room),
        paper_protocol.calendar(protocol, order, room),
    ]


@spoken_of
def booklet_pdf(protocol: Protocol, order: Order, *, paper: Paper = "a4", large_print: bool = False) -> bytes:
    """booklet.pdf: a diary to print, one row a night, with the stop rules on its first page.

    Parameters
    ----------
    order : Order
        As it is lived, pauses included; of a concealed trial it is told without its arms.
    paper : str
        "a4" or "letter".
    large_print : bool
        Letters of 16 points.

    Raises
    ------
    InputError
        If the trial was adopted, the order does not fit the protocol, or there is no such paper.
    """
    words = booklet_words(protocol, shown_order(protocol, order), large_print=large_print)
    size = LARGE if large_print else _SIZE
    return _typeset("booklet.typ", [words | {"size": size}], paper, large_print=large_print)


@spoken_of
def pre_visit_pdf(
    protocol: Protocol, order: Order, *, paper: Paper = "a4", large_print: bool = False, planned: bool = True
) -> bytes:
    """pre-visit.pdf: one page for the doctor before the first evening, with boxes for values and the agreement.

    On more pages where findings and medicines need them, and in large print.

    Parameters
    ----------
    order : Order
        As it is lived, pauses included; nothing but its first and last night is told.
    paper : str
        "a4" or "letter".
    large_print : bool
        Letters of 16 points.
    planned : bool
        Whether there is a protocol that its foot can name; a plan that waits for the agreement has none yet.

    Raises
    ------
    InputError
        If the trial was adopted, the order does not fit the protocol, or there is no such paper.
    """
    words = pre_visit_words(protocol, shown_order(protocol, order), planned=planned)
    return _sheet(words, paper, large_print=large_print, sizes=_ON_ONE_PAGE)


@spoken_of
def consent_pdf(protocol: Protocol, *, paper: Paper = "a4", large_print: bool = False) -> bytes:
    """consent.pdf: what somebody reads and signs before the first evening, worded for research or for self-care.

    Parameters
    ----------
    paper : str
        "a4" or "letter".
    large_print : bool
        Letters of 16 points.

    Raises
    ------
    InputError
        If there is no such paper.
    """
    return _sheet(consent_words(protocol), paper, large_print=large_print)


@spoken_of
def data_sheet_pdf(protocol: Protocol, *, paper: Paper = "a4", large_print: bool = False) -> bytes:
    """data-sheet.pdf: what of the trial is kept where, who can read it, how it is deleted.

    Parameters
    ----------
    paper : str
        "a4" or "letter".
    large_print : bool
        Letters of 16 points.

    Raises
    ------
    InputError
        If there is no such paper.
    """
    return _sheet(data_sheet_words(protocol), paper, large_print=large_print)


@spoken_of
def adverse_events_pdf(protocol: Protocol, *, paper: Paper = "a4", large_print: bool = False) -> bytes:
    """adverse-events.pdf: a form for one adverse event, which asks what `nof1 log` records of a side effect.

    Parameters
    ----------
    paper : str
        "a4" or "letter".
    large_print : bool
        Letters of 16 points.

    Raises
    ------
    InputError
        If there is no such paper.
    """
    return _sheet(adverse_events_words(protocol), paper, large_print=large_print, sizes=_ON_ONE_PAGE)


@spoken_of
def packing_sheet_pdf(
    protocol: Protocol,
    arms: Sequence[str],
    *,
    commitment: str = "",
    mark: str = "",
    planned: date | None = None,
    anew: Order | None = None,
    paper: Paper = "a4",
    large_print: bool = False,
) -> bytes:
    """packing-sheet.pdf for the helper: what goes into every pack. Never for the trial folder.

    Parameters
    ----------
    arms : sequence of str
        Name of the arm of each period, as the sealed order holds them.
    commitment : str
        To the order, as seal.json holds it: with it the sheet has a place for marks of the journal.
    mark, planned : str, date
        The journal's mark on the day of planning.
    anew : Order, optional
        What is left of the order, with its arms and doses, where packs are made again since the dose has changed: the sheet is of those.
    paper : str
        "a4" or "letter".
    large_print : bool
        Letters of 16 points.

    Raises
    ------
    InputError
        If the order is not with a helper, it is not one that the design allows, or there is no such paper.
    """
    words = packing_words(protocol, arms, commitment=commitment, mark=mark, planned=planned, anew=anew)
    return _sheet(words, paper, large_print=large_print)


@spoken_of
def shuffling_recipe_pdf(protocol: Protocol, *, paper: Paper = "a4", large_print: bool = False) -> bytes:
    """shuffling-recipe.pdf: how one person alone makes packs that nobody can tell apart.

    Parameters
    ----------
    paper : str
        "a4" or "letter".
    large_print : bool
        Letters of 16 points.

    Raises
    ------
    InputError
        If the order is not left to shuffled packs, or there is no such paper.
    """
    return _sheet(recipe_words(protocol), paper, large_print=large_print)


def _sheet(
    words: dict[str, Any], paper: Paper, *, large_print: bool, sizes: Sequence[tuple[float, bool]] = _A_LITTLE_SMALLER
) -> bytes:
    """On one page if a slightly smaller print makes it so, else on as many as it takes."""
    sizes = ((LARGE, False),) if large_print else sizes
    return _typeset(
        "sheet.typ", [words | {"size": size, "close": close} for size, close in sizes], paper, large_print=large_print
    )


_PAGE = phrase("page {page} of {pages}")


def _typeset(template: str, attempts: Iterable[dict[str, Any]], paper: Paper, *, large_print: bool) -> bytes:
    return render(template, on_paper(attempts, paper, large_print=large_print), long=longest())


def longest() -> int:
    """Letters of a word from which on it can be broken, in the spoken language."""
    return LONG if spoken().code == ENGLISH else _LONG


def on_paper(attempts: Iterable[dict[str, Any]], paper: Paper, *, large_print: bool) -> Iterator[dict[str, Any]]:
    """The words of a paper with what all papers share: language, paper, how pages are numbered."""
    language = spoken()
    shared = {
        "language": language.code,
        "page": language.template(_PAGE, None, None),
        "paper": sheet_of(paper),
        "large": large_print,
    }
    return (shared | words for words in attempts)
