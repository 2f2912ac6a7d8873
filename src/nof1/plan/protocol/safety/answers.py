"""Answers to the safety screen as they are kept: one for each question, each of its own kind, and "I don't know" is one of them.

Knows what may be answered, not what an answer leads to.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import PlainSerializer, PlainValidator

from nof1 import facts
from nof1.language import say
from nof1.plan.design.fields import as_number

# yes-no; number: an amount of 0 or more; lab: a value of a blood test, or that it was low; day: when it was measured.
Kind = Literal["yes-no", "number", "lab", "day"]
Answer = bool | float | str
UNKNOWN = "unknown"  # the person does not know, or it was never measured
LOW = "low"  # the person was told so, without the number


@dataclass(frozen=True)
class Question:
    """A question of the screen, in English; `unit` is "" for yes or no.

    `short` is what a list of several calls it. A number above `most` is a slip, such as a year of birth for an age. `retired` ones stand in protocols of before and are asked no more.
    """

    id: str
    text: str
    kind: Kind
    why: str
    source: str
    unit: str = ""
    short: str = ""
    group: str = ""
    most: float | None = None
    retired: bool = False

    @property
    def help(self) -> str:
        """Why it is asked and by what source, in the spoken language."""
        return say("{why} Source: {source}.", why=say(self.why), source=say(self.source))


class Answers(Mapping[str, Answer]):
    """Answers by the question's id, in the order of the questions. Cannot be changed, and can be hashed and copied."""

    def __init__(self, values: Mapping[str, Answer]) -> None:
        self._values = dict(values)

    def __getitem__(self, question: str) -> Answer:
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
def known_questions() -> tuple[Question, ...]:
    """Every question that an answer may stand for, those that are asked no more among them."""
    return tuple(
        Question(
            id=row["id"],
            text=row["question"],
            kind=row["kind"],
            why=row["help"],
            source=row["source"],
            unit=row.get("unit", ""),
            short=row.get("short", ""),
            group=row.get("group", ""),
            most=row.get("most"),
            retired=row.get("retired", False),
        )
        for row in facts.load("safety")
        if "question" in row
    )


@cache
def questions() -> tuple[Question, ...]:
    """The questions of the screen, in the order to be asked."""
    return tuple(question for question in known_questions() if not question.retired)


def _checked_answers(value: Any) -> Answers:
    """Known questions only, each with its own kind of answer."""
    if not isinstance(value, Mapping):
        raise ValueError(f"must be a table of questions and answers (it is {value!r})")
    known = {question.id: question for question in known_questions()}
    unknown = [str(key) for key in value if key not in known]
    if unknown:
        allowed = ", ".join(question.id for question in questions())
        raise ValueError(f"{', '.join(unknown)} is no question of the safety screen; allowed are: {allowed}")
    return Answers({id_: _checked_answer(known[id_], value[id_]) for id_ in known if id_ in value})


def _checked_answer(question: Question, value: Any) -> Answer:
    if isinstance(value, str) and value == UNKNOWN:
        return UNKNOWN
    if question.kind == "yes-no":
        if not isinstance(value, bool):
            raise ValueError(
                f'{question.id} must be true or false, or "{UNKNOWN}" (it is {value!r}); leave it out if it is not answered'
            )
        return value
    if question.kind == "day":
        return _checked_day(question, value)
    if question.kind == "lab" and isinstance(value, str) and value == LOW:
        return LOW
    number = as_number(value)
    if not isinstance(number, float) or not math.isfinite(number) or number < 0:
        low = f', "{LOW}"' if question.kind == "lab" else ""
        raise ValueError(
            f'{question.id} must be a number of 0 or more, in {question.unit}{low}, or "{UNKNOWN}" (it is {value!r}); '
            "leave it out if it is not answered"
        )
    return number


def _checked_day(question: Question, value: Any) -> str:
    try:
        if isinstance(value, date):
            return value.isoformat()[:10]
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise ValueError(
            f'{question.id} must be a date such as 2026-11-23, or "{UNKNOWN}" (it is {value!r}); leave it out if it is not answered'
        ) from None


CheckedAnswers = Annotated[Mapping[str, Answer], PlainValidator(_checked_answers), PlainSerializer(dict)]
