"""The safety screen: questions before the start, and what the answers lead to.

Everything medical is in `facts/safety.toml`; here it is only asked, checked and sorted.
Findings state a fact, its source and whom to ask. Nothing here recommends magnesium or a dose, and nothing here knows
the protocol, the order or a night.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PlainSerializer, PlainValidator

from nof1 import facts
from nof1.facts import Certainty
from nof1.language import phrase, say
from nof1.plan.design.fields import Day, Frozen, Text, as_number

Level = Literal["stop", "ask", "apart", "note"]
Kind = Literal["yes-no", "number"]

# In order of weight; findings are shown in this order.
LEVELS: tuple[Level, ...] = get_args(Level)
NO_ADVICE = phrase(
    "nof1 gives no medical advice. Talk to a doctor or pharmacist before you start, change or stop anything."
)
_LINES: Mapping[Level, str] = {
    "stop": phrase("Stop: {text} ({source})"),
    "ask": phrase("Ask first: {text} ({source})"),
    "apart": phrase("Keep apart: {text} ({source})"),
    "note": phrase("Note: {text} ({source})"),
}


@dataclass(frozen=True)
class Question:
    """A question of the screen, in English; `unit` is "" for yes or no."""

    id: str
    text: str
    kind: Kind
    why: str
    source: str
    unit: str = ""

    @property
    def help(self) -> str:
        """Why it is asked and by what source, in the spoken language."""
        return say("{why} Source: {source}.", why=say(self.why), source=say(self.source))


@dataclass(frozen=True)
class Finding:
    """What an answer or a dose leads to. `id` is that of the fact it rests on; "own" is a limit of nof1's own, which is none."""

    id: str
    level: Level
    text: str
    source: str
    certainty: Certainty | Literal["own"]


class Answers(Mapping[str, bool | float]):
    """Answers by the question's id, in the order of the questions. Cannot be changed, and can be hashed and copied."""

    def __init__(self, values: Mapping[str, bool | float]) -> None:
        self._values = dict(values)

    def __getitem__(self, question: str) -> bool | float:
        return self._values[question]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return repr(self._values)


@cache
def questions() -> tuple[Question, ...]:
    """The questions of the screen, in the order to be asked."""
    return tuple(
        Question(
            id=row["id"],
            text=row["question"],
            kind=row["kind"],
            why=row["help"],
            source=row["source"],
            unit=row.get("unit", ""),
        )
        for row in facts.load("safety")
    )


def _checked_answers(value: Any) -> Answers:
    """Known questions only, each with its own kind of answer."""
    if not isinstance(value, Mapping):
        raise ValueError(f"must be a table of questions and answers (it is {value!r})")
    known = {question.id: question for question in questions()}
    unknown = [str(key) for key in value if key not in known]
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is no question of the safety screen; allowed are: {', '.join(known)}")
    return Answers({id_: _checked_answer(known[id_], value[id_]) for id_ in known if id_ in value})


def _checked_answer(question: Question, value: Any) -> bool | float:
    if question.kind == "yes-no":
        if not isinstance(value, bool):
            raise ValueError(
                f"{question.id} must be true or false (it is {value!r}); leave it out if it is not answered"
            )
        return value
    number = as_number(value)
    if not isinstance(number, float) or not math.isfinite(number) or number < 0:
        raise ValueError(
            f"{question.id} must be a number of 0 or more, in {question.unit} (it is {value!r}); "
            "leave it out if it is not answered"
        )
    return number


_CheckedAnswers = Annotated[Mapping[str, bool | float], PlainValidator(_checked_answers), PlainSerializer(dict)]


class Agreement(Frozen):
    """A clinician's agreement to go on in spite of a stop finding: who, when, and what was said."""

    clinician: Annotated[Text, Field(min_length=1)]
    date: Day
    words: Text = ""


class Safety(Frozen):
    """The answers to the screen as the protocol keeps them.

    Attributes
    ----------
    answers : mapping of str to bool or float
        By the question's id: true or false, or a number in the question's unit. A question that is not there was not
        answered; see `unanswered`.
    agreement : Agreement or None
        A clinician's agreement, needed where a finding says stop.
    """

    answers: _CheckedAnswers = Answers({})
    agreement: Agreement | None = None


def unanswered(safety: Safety | None) -> tuple[Question, ...]:
    """The questions without an answer; all of them if there was no screen."""
    given = safety.answers if safety is not None else {}
    return tuple(question for question in questions() if question.id not in given)


def screen(safety: Safety | None) -> tuple[Finding, ...]:
    """What the answers lead to: stop first, then ask, apart, note.

    A yes, or a number above 0, leads to the finding of its question; a question without an answer leads to none, so
    show `unanswered` beside them.
    """
    if safety is None:
        return ()
    found = [
        finding_of(row, row["level"], say(row["text"])) for row in facts.load("safety") if safety.answers.get(row["id"])
    ]
    return tuple(sorted(found, key=lambda finding: LEVELS.index(finding.level)))


def needs_agreement(findings: Iterable[Finding]) -> bool:
    """Whether a clinician's agreement has to be recorded before going on: with any stop finding."""
    return any(finding.level == "stop" for finding in findings)


def finding_line(finding: Finding) -> str:
    """A finding on one line, such as "Keep apart: ... (product information, emc 2678)"."""
    return say(_LINES[finding.level], text=finding.text, source=say(finding.source))


def finding_of(row: Mapping[str, Any], level: Level, text: str) -> Finding:
    """The finding of a row of the facts."""
    return Finding(id=row["id"], level=level, text=text, source=row["source"], certainty=row["certainty"])
