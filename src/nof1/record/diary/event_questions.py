"""What is asked of a side effect that is to be graded, as plain data. Asks nothing itself; knows no arm and no order."""

from collections.abc import Iterable
from datetime import date

from nof1 import facts
from nof1.language import phrase, say
from nof1.record.diary.entry import Entry
from nof1.record.diary.events import GRADES, Event, can_be_graded, event_name
from nof1.record.diary.question import Choice, Question

_ASKED = {
    "severity": phrase("How bad was it: {what}?"),
    "serious": phrase("Was it serious: {what}?"),
    "action": phrase("What was done about it: {what}?"),
    "outcome": phrase("How did it end: {what}?"),
    "cause": phrase("Do you think that it came from what you took: {what}?"),
    "doctor": phrase("And what does a doctor or pharmacist think of it: {what}?"),
}
_HELP = {
    "severity": phrase("A number of the list, for the worst of it; Enter to leave it open."),
    "serious": phrase("A number of the list; Enter to leave it open."),
    "action": phrase("A number of the list, the last that holds; Enter to leave it open."),
    "outcome": phrase("A number of the list. If it goes on, enter the night again when it is over."),
    "cause": phrase(
        "A number of the list; Enter to leave it open. Answer it as you see it now, without opening an order."
    ),
    "doctor": phrase("A number of the list; Enter if nobody was asked."),
}
SERIOUS = phrase(
    "{what} is recorded as serious. Tell a doctor about it now, and take no further dose before. nof1 gives no medical advice."
)
MOST_SHOWN = 60  # letters of a side effect in a question


def event_questions(what: str) -> tuple[Question, ...]:
    """The questions about one side effect, in the order to be asked, in the spoken language.

    Examples
    --------
    >>> [question.field for question in event_questions("headache")][:2]
    ['headache: severity', 'headache: serious']
    """
    return tuple(_question(what, field) for field in GRADES)


def _question(what: str, field: str) -> Question:
    asks = say(_ASKED[field], what=short(what))
    return Question(
        field=event_name(what, field),
        text=asks,
        asks=asks,
        kind="choice",
        help=say(_HELP[field]),
        about=" ".join(words for words in grading_words(field)),
        choices=tuple(Choice(code, say(words)) for code, words in GRADES[field].items()),
    )


def short(what: str) -> str:
    """A side effect as it stands in a question or a line.

    >>> short("a headache"), len(short("very long " * 30))
    ('a headache', 60)
    """
    return what if len(what) <= MOST_SHOWN else f"{what[: MOST_SHOWN - 1]}…"


def is_serious(code: str) -> bool:
    """Whether what was said of the seriousness makes it serious; nothing said does not.

    >>> is_serious("hospital"), is_serious("no"), is_serious("")
    (True, False, False)
    """
    return code not in ("", "no")


def grading_words(field: str) -> list[str]:
    """What the grades of a column mean, a sentence each with its source; empty where that goes without saying.

    Examples
    --------
    >>> grading_words("severity")[0][:19]
    'Mild: easily borne,'
    """
    rows = [row for row in facts.load("grading") if row["about"] == field and facts.shown_as_fact(row)]
    return [say("{text} ({source}).", text=_capital(say(row["text"])), source=say(row["source"])) for row in rows]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def to_grade(entry: Entry, events: Iterable[Event]) -> tuple[str, ...]:
    """What of a night is to be graded: what it holds, without what goes on from an earlier night and was graded there.

    Examples
    --------
    >>> night = Entry(date(2026, 1, 6), side_effects=("headache", "nausea"))
    >>> to_grade(night, [Event(date(2026, 1, 5), "Headache", severity="mild")])
    ('nausea',)
    """
    going_on = {one.what.casefold() for one in events if one.night < entry.night and one.goes_on}
    return tuple(what for what in can_be_graded(entry) if what.casefold() not in going_on)


def still_open(events: Iterable[Event], *, before: date) -> tuple[Event, ...]:
    """Events of earlier nights that were not over when they were graded."""
    return tuple(one for one in events if one.night < before and one.goes_on)
