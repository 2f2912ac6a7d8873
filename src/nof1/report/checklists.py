"""checklist.pdf: what reporting guidelines ask of protocol and results, and on which page and under which words it stands, or why not.

The papers are laid out for it as they are printed: a row names only what is on them. What is asked for is in `guidelines.toml`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nof1.analyze.results import Result
from nof1.commit import locked
from nof1.errors import InputError
from nof1.files import is_file, write_atomic
from nof1.language import ENGLISH, phrase, say, sentences, speaking
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import Amendment, load_amendments
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.conduct import Conduct
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.protocol import Protocol
from nof1.record.result_files import RESULTS_FILE, RESULTS_FOLDER
from nof1.report.papers.folder import false_alarms, precision
from nof1.report.papers.plan_papers import longest, on_paper, protocol_attempts
from nof1.report.results.summary import LONG_WORD, summary_attempts, summary_file
from nof1.report.typesetting.typeset import LARGE, Paper, pages_of_headings, render
from nof1.report.words.guidelines import Which, guideline
from nof1.report.words.phrases import NO_ADVICE, clip, sentence
from nof1.report.words.unscreened import marked_foot
from nof1.subject import spoken_of

_SIZE = 9.5
_TITLE = 140  # letters of a trial's title
_TOP = {
    "title": phrase("page 1, title"),
    "abstract": phrase("page 1, summary below the title"),
    "first page": phrase("page 1, the whole of it"),
}
_HEADINGS: dict[Which, str] = {
    "protocol": phrase("The protocol: {extension} with {statement}"),
    "results": phrase("The results: {extension} with {statement}"),
}


@dataclass(frozen=True)
class Place:
    """A section of a paper as it is printed: page on which it begins, heading, labels of its paragraphs."""

    page: int
    heading: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One thing that is asked for: its numbers in both guidelines, what it is, and where it stands."""

    extension: str
    statement: str
    item: str
    where: str


def checklist(folder: str | Path, *, language: str = ENGLISH, paper: Paper = "a4", large_print: bool = False) -> Path:
    """Write checklist.pdf into a trial's folder: what guidelines ask of its protocol and, once analyzed, of its results, and where it stands.

    Parameters
    ----------
    language, paper, large_print
        As in `summary`; the pages that it names are those of papers printed so.

    Raises
    ------
    InputError
        If the folder is no trial folder, its results belong to other data, or it was adopted and has no results.

    Examples
    --------
    >>> nof1.report.checklist(analyzed, language="de").name
    'checklist-de.pdf'
    """
    folder = Path(folder)
    protocol = Protocol.load(folder)
    result = Result.load(folder) if is_file(folder / RESULTS_FOLDER / RESULTS_FILE) else None
    if result is None and not protocol.randomized:
        raise InputError(
            "This trial was adopted, so it has no protocol to print, and it has no results yet: there is nothing to hold against a "
            "checklist. Analyze it first: nof1 analyze DIR"
        )
    with speaking(language):
        planned = _planned(folder, protocol, paper=paper, large_print=large_print) if protocol.randomized else None
        words = _words(protocol, planned, result, language=language, paper=paper, large_print=large_print)
        attempts = on_paper([words], paper, large_print=large_print)
        content = render("checklist.typ", attempts, long=longest())
    name = summary_file(language=language, paper=paper, large_print=large_print).replace("summary", "checklist", 1)
    with locked(folder):
        write_atomic(folder / name, content)
    return folder / name


def _planned(folder: Path, protocol: Protocol, *, paper: Paper, large_print: bool) -> tuple[Place, ...]:
    """The protocol's sections; of a concealed trial without its arms, as its papers are."""
    order, amendments = load_schedule(folder, protocol), load_amendments(folder)
    return protocol_places(protocol, order, amendments, paper=paper, large_print=large_print)


@spoken_of
def _words(
    protocol: Protocol,
    planned: tuple[Place, ...] | None,
    result: Result | None,
    *,
    language: str,
    paper: Paper,
    large_print: bool,
) -> dict[str, Any]:
    papers: dict[Which, tuple[Place, ...]] = {}
    if planned is not None:
        papers["protocol"] = planned
    if result is not None:
        papers["results"] = results_places(result, language=language, paper=paper, large_print=large_print)
    return {
        "title": say("Reporting checklist: {title}", title=clip(ours(protocol.title), _TITLE)),
        "intro": sentences(
            [
                say(
                    "What guidelines for reporting ask for is told in nof1's own words; the numbers are those of their items."
                ),
                say(
                    "A page is the one on which the section begins, in papers printed in this language, on this paper and in letters of "
                    "this size."
                ),
                *(_sources(which) for which in papers),
                *(say(guideline(which)["numbers"]) for which in papers if "numbers" in guideline(which)),
            ]
        ),
        "sections": [
            {
                "heading": say(_HEADINGS[which], **_names(which)),
                "header": [*_names(which).values(), say("what is asked for"), say("where it stands, or why not")],
                "rows": [
                    [row.extension, row.statement, row.item, row.where] for row in rows(which, places, protocol.conduct)
                ],
            }
            for which, places in papers.items()
        ],
        "foot": marked_foot(protocol, say("nof1 protocol, hash {hash}", hash=protocol.sha256()[:16])),
        "no_advice": say(NO_ADVICE),
        "size": LARGE if large_print else _SIZE,
    }


def _names(which: Which) -> dict[str, str]:
    row = guideline(which)
    return {name: row[name] for name in ("extension", "statement")}


def _sources(which: Which) -> str:
    row = guideline(which)
    return say(
        "{extension}: {extension_source}; {statement}: {statement_source}.",
        **{k: v for k, v in row.items() if k.startswith(("extension", "statement"))},
    )


def protocol_places(
    protocol: Protocol,
    order: Order,
    amendments: Sequence[Amendment] = (),
    *,
    paper: Paper = "a4",
    large_print: bool = False,
) -> tuple[Place, ...]:
    """The sections of protocol.pdf as `nof1 plan` prints it, in the spoken language."""
    attempts = list(
        protocol_attempts(
            protocol,
            order,
            amendments=amendments,
            precision=precision(protocol),
            looks=false_alarms(protocol),
            large_print=large_print,
        )
    )
    pages = pages_of_headings("protocol.typ", on_paper(attempts, paper, large_print=large_print), long=longest())
    return _places([*attempts[0]["first"][0]["sections"], *attempts[0]["sections"]], pages)


def results_places(
    result: Result, *, language: str = ENGLISH, paper: Paper = "a4", large_print: bool = False
) -> tuple[Place, ...]:
    """The sections behind the first page of summary.pdf, in the spoken language."""
    attempts, drawn = summary_attempts(result, language=language, paper=paper, large_print=large_print)
    return _places(attempts[0]["sections"], pages_of_headings("summary.typ", attempts, drawn, long=LONG_WORD))


def _places(sections: Sequence[Mapping[str, Any]], pages: Sequence[int]) -> tuple[Place, ...]:
    """Sections are the last headings of a paper; what stands before them is its first page."""
    return tuple(
        Place(page, section["heading"], tuple(part["label"] for part in section["parts"] if "label" in part))
        for section, page in zip(sections, pages[-len(sections) :], strict=True)
    )


def rows(which: Which, places: Sequence[Place], conduct: Conduct) -> list[Row]:
    """A row for each thing that is asked for, in the spoken language; it names only what is among `places`."""
    stated = conduct.stated()
    told = []
    for one in guideline(which)["items"]:
        found = [*(say(_TOP[name]) for name in one["at"] if name in _TOP), *_found(one["at"], places)]
        missing = say("not stated there") if found and "asks" in one and not stated[one["asks"]] else ""
        there = "; ".join(filter(None, (*found, missing)))
        why = say(one["why"]) if "why" in one else ""
        where = sentences([sentence(there[:1].upper() + there[1:]) if there else "", why]) or say(
            "It is not on the pages."
        )
        told.append(Row(one["extension"], one["statement"], say(one["item"]), where))
    return told


def _found(at: Iterable[str], places: Sequence[Place]) -> list[str]:
    """Page and section of each name that is there, labels of one section together."""
    names = [say(name) for name in at if name not in _TOP]
    told = []
    for place in places:
        labels = [label for label in place.labels if label in names]
        if labels:
            told.append(
                say(
                    "page {page}, {section}: {labels}", page=place.page, section=place.heading, labels=", ".join(labels)
                )
            )
        elif place.heading in names:
            told.append(say("page {page}, {section}", page=place.page, section=place.heading))
    return told
