"""From everybody who was there to those in the numbers, in sentences: how many came how far, and why others are not in it.

Takes a `Funnel`; knows no folder.
"""

from typing import TYPE_CHECKING

from nof1.language import commas, phrase, say, say_some, sentences

if TYPE_CHECKING:
    from nof1.analyze.cohort.funnel import Funnel, Kind

_LETTERS = 420  # of the names that are told for a reason
KINDS: "dict[Kind, str]" = {
    "dates": phrase("dates or day numbers that cannot be read or contradict each other"),
    "rows": phrase("several rows of one night"),
    "arms": phrase("arms that contradict each other or are not clear"),
    "one arm": phrase("nights on one arm only"),
    "gaps": phrase("nobody said what days without a row were"),
    "values": phrase("a value that cannot be read or is off the scale"),
    "order": phrase("an order that does not fit the design that was named"),
    "unclear": phrase("rows that only they can explain"),
    "few nights": phrase("too few nights"),
    "no variation": phrase("nights without any variation"),
    "files": phrase("files that are missing, damaged or cannot be read"),
    "twin": phrase("the same nights as somebody else"),
    "fault": phrase("a fault of nof1, which should be reported"),
    "no answer": phrase("nights that the analysis has no answer for"),
    "other question": phrase("another comparison, outcome or scale than most"),
    "field missing": phrase("without the field whose groups are compared"),
}


def funnel_rows(funnel: "Funnel") -> list[list[str]]:
    """Each step, and how many people came so far."""
    finished = say("not known") if funnel.finished is None else f"{funnel.finished:,}"
    return [
        [say("in the table") if funnel.tables else say("in the folders"), f"{funnel.people:,}"],
        [say("started: recorded a night with the outcome"), f"{funnel.started:,}"],
        [say("finished: recorded to the planned end"), finished],
        [say("analysed"), f"{funnel.analysed:,}"],
        [say("in these numbers"), f"{funnel.pooled:,}"],
    ]


def funnel_sentence(funnel: "Funnel") -> str:
    """The same in a sentence."""
    places = {"people": funnel.people, "started": funnel.started, "analysed": funnel.analysed, "pooled": funnel.pooled}
    if funnel.finished is None:
        return say(
            "People: {people:,} in all, {started:,} of them started, {analysed:,} were analysed, {pooled:,} are in these numbers.",
            **places,
        )
    return say(
        "People: {people:,} in all, {started:,} of them started, {finished:,} finished, {analysed:,} were analysed, {pooled:,} are in these "
        "numbers.",
        finished=funnel.finished,
        **places,
    )


def unknown_sentence(funnel: "Funnel") -> str:
    """Of whom it is not known whether they finished, and what would tell; empty where it is known of all."""
    if not funnel.unplanned:
        return ""
    unknown = say_some(
        funnel.unplanned,
        "Of {count:,} person who started it is not known whether they finished.",
        "Of {count:,} people who started it is not known whether they finished.",
    )
    nowhere = funnel.finished is None and bool(funnel.tables)
    return sentences([unknown, say("A table does not tell how many nights were planned.") if nowhere else ""])


def rows_sentence(funnel: "Funnel") -> str:
    """Rows of the table that are nobody's, or no night."""
    return sentences(
        [
            say_some(
                funnel.nobody,
                "{count:,} row of the table names nobody and was not taken.",
                "{count:,} rows of the table name nobody and were not taken.",
            )
            if funnel.nobody
            else "",
            say_some(
                funnel.empty,
                "{count:,} row holds neither a date nor the outcome and was taken for no night.",
                "{count:,} rows hold neither a date nor the outcome and were taken for no nights.",
            )
            if funnel.empty
            else "",
        ]
    )


def refused_rows(funnel: "Funnel") -> list[list[str]]:
    """Of each kind of reason what it is, how many people, and who."""
    return [[say(KINDS[kind]), f"{len(who):,}", _named(who)] for kind, who in funnel.by_kind.items()]


def refused_sentence(funnel: "Funnel") -> str:
    """The kinds of reasons with their counts; empty where nobody is left out."""
    if not funnel.refused:
        return ""
    kinds: list[str] = [
        say("{kind} ({count:,})", kind=say(KINDS[kind]), count=len(who)) for kind, who in funnel.by_kind.items()
    ]
    return say_some(
        len(funnel.refused),
        "{count:,} person is not in these numbers: {kinds}.",
        "{count:,} people are not in these numbers: {kinds}.",
        kinds=commas(kinds),
    )


def _named(people: list[str]) -> str:
    """As many names as there is room for, and how many more."""
    told: list[str] = []
    for name in people:
        if told and len(commas([*told, name])) > _LETTERS:
            break
        told.append(name)
    more = len(people) - len(told)
    names = commas(told)
    return say("{names} and {count:,} more, in problems.csv", names=names, count=more) if more else names
