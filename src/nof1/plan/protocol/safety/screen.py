"""The safety screen: what is kept of it, and what the answers lead to.

Everything medical is in `facts/safety.toml`; here it is only checked and sorted.
Findings state a fact, its source and whom to ask. Nothing here recommends magnesium or a dose, and nothing here knows
the protocol, the order or a night.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from nof1 import facts
from nof1.facts import Certainty
from nof1.language import phrase, say
from nof1.plan.design.fields import Clock, Day, Frozen, Text
from nof1.plan.protocol.safety.answers import LOW, UNKNOWN, Answer, Answers, CheckedAnswers, Question, questions
from nof1.plan.protocol.safety.medicines import holds_magnesium, with_medicines

__all__ = [
    "LEVELS",
    "NO_ADVICE",
    "UNSCREENED",
    "Acknowledged",
    "Agreement",
    "Answers",
    "Finding",
    "Level",
    "Medicine",
    "Question",
    "Safety",
    "finding_line",
    "finding_of",
    "given",
    "grouping_answers",
    "is_asked",
    "missing",
    "needs_agreement",
    "other_magnesium_mg",
    "questions",
    "required",
    "screen",
    "unanswered",
    "went_without",
]

Level = Literal["stop", "ask", "apart", "note"]

# In order of weight; findings are shown in this order.
LEVELS: tuple[Level, ...] = get_args(Level)
NO_ADVICE = phrase(
    "nof1 gives no medical advice. Talk to a doctor or pharmacist before you start, change or stop anything."
)
UNSCREENED = phrase("Planned without the safety screen: nobody asked about illnesses, medicines, kidneys or iron.")
_LINES: Mapping[Level, str] = {
    "stop": phrase("Stop: {text} ({source})"),
    "ask": phrase("Ask first: {text} ({source})"),
    "apart": phrase("Keep apart: {text} ({source})"),
    "note": phrase("Note: {text} ({source})"),
}
_NOT_KNOWN = phrase('Not known: {question} What is not known is no "no". Ask a doctor first.')


@dataclass(frozen=True)
class Finding:
    """What an answer or a dose leads to. `id` is that of the fact it rests on; "own" is a limit of nof1's own, which is none."""

    id: str
    level: Level
    text: str
    source: str
    certainty: Certainty | Literal["own"]


class Medicine(Frozen):
    """A medicine or supplement that the person takes, in their own words, with its local clock times of each day.

    Without times it was not said when, or it is taken as needed.
    """

    name: Annotated[Text, Field(min_length=1)]
    times: tuple[Clock, ...] = ()


class Acknowledged(Frozen):
    """A collision of a medicine's time with the dose's that the person goes on with: which, since when, and why."""

    medicine: Text
    time: Clock
    dose_time: Clock
    date: Day
    words: Text = ""


class Agreement(Frozen):
    """A clinician's agreement to go on in spite of a stop finding: who, when, and what was said."""

    clinician: Annotated[Text, Field(min_length=1)]
    date: Day
    words: Text = ""


class Safety(Frozen):
    """The answers to the screen as the protocol keeps them.

    Attributes
    ----------
    answers : mapping of str to bool, float or str
        By the question's id: true or false, a number in the question's unit, "low" or a date where the question takes them,
        or "unknown" where the person does not know. A question that is not there was not answered; see `unanswered`.
    medicines : tuple of Medicine
    acknowledged : tuple of Acknowledged
        Collisions of clock times that the person knows of.
    agreement : Agreement or None
        A clinician's agreement, needed where a finding says stop.
    unscreened : bool
        True where the person goes on without the screen; said on every page.
    """

    answers: CheckedAnswers = Answers({})
    medicines: tuple[Medicine, ...] = ()
    acknowledged: tuple[Acknowledged, ...] = ()
    agreement: Agreement | None = None
    unscreened: Annotated[bool, Field(strict=True)] = False

    @model_serializer(mode="wrap")
    def _without_defaults(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what protocols of before did not have, so that their files and hashes stay what they were."""
        return {name: value for name, value in handler(self).items() if name not in _SINCE or value}


_OTHER_MG = "other_magnesium_mg"
_SINCE = ("medicines", "acknowledged", "unscreened")


def given(safety: Safety | None) -> dict[str, Answer]:
    """The answers, a yes wherever a medicine that is named answers a question, and what is not known after all.

    Examples
    --------
    >>> given(Safety(medicines=(Medicine(name="digoxin 0.25"),)))
    {'digoxin': True}
    """
    if safety is None:
        return {}
    names = [one.name for one in safety.medicines]
    told = with_medicines(safety.answers, names)
    # Who takes a product with magnesium gets some of it, however that question was answered or left.
    if not told.get(_OTHER_MG) and any(holds_magnesium(name) for name in names):
        told[_OTHER_MG] = UNKNOWN
    return told


def unanswered(safety: Safety | None) -> tuple[Question, ...]:
    """The questions without an answer that these answers lead to; all of them if there was no screen."""
    told = given(safety)
    return tuple(question for question in questions() if question.id not in told and is_asked(question.id, told))


def screen(safety: Safety | None) -> tuple[Finding, ...]:
    """What the answers lead to: stop first, then ask, apart, note.

    A question without an answer leads to nothing, so show `unanswered` beside them; "unknown" leads to *ask first*.
    """
    if safety is None:
        return ()
    told = given(safety)
    found = [finding for row in _rows().values() if (finding := _found(row, told)) is not None]
    return tuple(sorted(found, key=lambda finding: LEVELS.index(finding.level)))


def required(answers: Mapping[str, Answer]) -> tuple[Question, ...]:
    """The questions that must be answered before an order is drawn: those that can lead to stop, with what they rest on."""
    needed: set[str] = set()
    for row in _rows().values():
        if row["level"] == "stop" or row.get("required"):
            needed |= {row["id"], *row.get("asked_with", ()), *row.get("all_of", ()), *row.get("any_of", ())}
    return tuple(question for question in questions() if question.id in needed and is_asked(question.id, answers))


def missing(safety: Safety | None) -> tuple[Question, ...]:
    """Those of the required questions that have no answer.

    Examples
    --------
    >>> "age" in {question.id for question in missing(None)}
    True
    """
    told = given(safety)
    return tuple(question for question in required(told) if question.id not in told)


def went_without(safety: Safety | None) -> bool:
    """Whether somebody chose to plan without the screen; of old and adopted trials nobody did.

    Examples
    --------
    >>> went_without(None), went_without(Safety(unscreened=True))
    (False, True)
    """
    return safety is not None and safety.unscreened


def other_magnesium_mg(safety: Safety | None) -> float:
    """Elemental mg a day from other products; 0 where it is not known, which the findings say.

    Examples
    --------
    >>> other_magnesium_mg(Safety(answers={"other_magnesium_mg": 120}))
    120.0
    """
    answer = safety.answers.get(_OTHER_MG, 0.0) if safety is not None else 0.0
    return answer if isinstance(answer, float) else 0.0


def grouping_answers(safety: Safety | None) -> dict[str, bool | float]:
    """Answers that people can be grouped by: what is known, with iron as one answer (low, or never measured).

    Examples
    --------
    >>> grouping_answers(Safety(answers={"ferritin": 20, "pregnant": "unknown"}))
    {'ferritin': 20.0, 'iron_unknown': True}
    """
    if safety is None:
        return {}
    told = given(safety)
    known = {id_: answer for id_, answer in told.items() if not isinstance(answer, str)}
    if "ferritin" in told and "iron_unknown" not in known:
        rows = [_rows()[id_] for id_ in ("ferritin", "transferrin_saturation")]
        known["iron_unknown"] = told["ferritin"] == UNKNOWN or any(
            told.get(row["id"], UNKNOWN) != UNKNOWN and _leads(row, told[row["id"]]) for row in rows
        )
    return known


def needs_agreement(findings: Iterable[Finding]) -> bool:
    """Whether a clinician's agreement has to be recorded before going on: with any stop finding."""
    return any(finding.level == "stop" for finding in findings)


def finding_line(finding: Finding) -> str:
    """A finding on one line, such as "Keep apart: ... (product information, emc 2678)"."""
    return say(_LINES[finding.level], text=finding.text, source=say(finding.source))


def finding_of(row: Mapping[str, Any], level: Level, text: str) -> Finding:
    """The finding of a row of the facts."""
    return Finding(id=row["id"], level=level, text=text, source=row["source"], certainty=row["certainty"])


# --- from a row and the answers to a finding


@cache
def _rows() -> Mapping[str, Mapping[str, Any]]:
    """The rows by their id, read once: they are asked for at every answer."""
    return {row["id"]: row for row in facts.load("safety")}


def is_asked(question: str, answers: Mapping[str, Answer]) -> bool:
    """Whether these answers lead to a question: some are asked of those alone whom another answer concerns.

    Examples
    --------
    >>> is_asked("augmentation", {"dopamine": False}), is_asked("kidney_measured", {"age": 70.0})
    (False, True)
    """
    row = _rows()[question]
    if "from_age" in row:
        age = answers.get("age")
        return age == UNKNOWN or (isinstance(age, float) and age >= row["from_age"])
    never = (None, False, UNKNOWN) if row["kind"] == "day" else (None, False)
    return all(answers.get(other) not in never for other in row.get("asked_with", ()))


def _found(row: Mapping[str, Any], answers: Mapping[str, Answer]) -> Finding | None:
    if "question" not in row:
        return finding_of(row, row["level"], say(row["text"])) if _together(row, answers) else None
    answer = answers.get(row["id"])
    if answer is None or not is_asked(row["id"], answers):
        return None
    if answer == UNKNOWN and row["kind"] != "day":
        text = say(row["unknown"]) if "unknown" in row else say(_NOT_KNOWN, question=say(row["question"]))
        return finding_of(row, row.get("unknown_level", "ask"), text)
    return finding_of(row, row["level"], say(row["text"])) if _leads(row, answer) else None


def _together(row: Mapping[str, Any], answers: Mapping[str, Answer]) -> bool:
    """Whether all of some answers, and any of others, are yes."""
    some = row.get("any_of", ())
    return all(answers.get(id_) is True for id_ in row["all_of"]) and (
        not some or any(answers.get(id_) is True for id_ in some)
    )


def _leads(row: Mapping[str, Any], answer: Answer) -> bool:
    """Whether an answer that is known leads to the finding of its question."""
    if row["kind"] == "yes-no":
        return answer is not row.get("sound", False)
    if row["kind"] == "day":
        return False
    if answer == LOW:
        return True
    value = float(answer)
    limits = (
        ("below", value < row.get("below", 0)),
        ("at_most", value <= row.get("at_most", 0)),
        ("above", value > row.get("above", 0)),
    )
    return any(name in row and beyond for name, beyond in limits)
