"""Questions of the safety screen: its findings at once, and a clinician's agreement where one says stop.

The questions and what they lead to stand in `nof1.plan.protocol.safety.screen`; nothing here recommends anything.
"""

from datetime import date, timedelta
from typing import Any

from nof1 import facts
from nof1.cli.wizard.answers import limit_lines, needs_doctor, over_the_limit, too_much
from nof1.cli.wizard.parse import (
    LONG,
    NO,
    SHORT,
    SKIP,
    YES,
    day,
    number_or_skip,
    words,
    yes_no,
    yes_no_skip,
)
from nof1.cli.wizard.step import Raw, Step, Talk, Told, Turn, at, at_if_any
from nof1.errors import InputError
from nof1.language import phrase, say
from nof1.plan.protocol.safety.screen import Answers, Finding, Question, Safety, finding_line, questions, screen


def _part(_: Talk) -> str:
    return say("Safety: {count} short questions", count=len(questions()))


AGREEMENT = ("agreed", "clinician", "agreed-on", "agreed-words")
_OTHER = "other_magnesium_mg"
_STOPS = tuple(f"safety-{row['id']}" for row in facts.load("safety") if row["level"] == "stop")
# What a doctor's agreement is to; another answer asks for it again.
_AGREED_TO = (*_STOPS, "amount-first", "amount-second", f"safety-{_OTHER}")


def key(question: Question) -> str:
    """Id of the step that asks it."""
    return f"safety-{question.id}"


def screened(raw: Raw) -> tuple[Finding, ...]:
    """What the answers so far lead to."""
    given = {one.id: _value(one, raw[key(one)]) for one in questions() if key(one) in raw}
    return screen(Safety(answers=Answers({id_: value for id_, value in given.items() if value is not None})))


def other_mg(raw: Raw) -> float:
    """Magnesium from other products; 0 if that is not known."""
    answer = raw.get(f"safety-{_OTHER}", SKIP)
    return 0.0 if answer == SKIP else float(answer)


def confirm_dose(raw: Raw) -> bool:
    """Whether the planned doses alone are above an upper level."""
    return bool(over_the_limit(raw))


def flags(talk: Talk) -> str:
    """What is to be said of the doses, with sources."""
    return "\n".join(limit_lines(talk.raw, other_mg(talk.raw)))


def back_to_the_amounts(answer: str, _: Talk) -> Turn | None:
    """A no takes the amounts back, so that they are asked again."""
    return Turn(changes={"amount-first": None, "amount-second": None}) if answer == NO else None


def safety_steps() -> tuple[Step, ...]:
    """The screen's questions in their order; agreement is asked right after the last one that can say stop."""
    asked = [_ask(question) for question in questions()]
    last_stop = max(i for i, step in enumerate(asked) if step.id in _STOPS) + 1
    return (*asked[:last_stop], *_agreement(), *asked[last_stop:], _total())


def _value(question: Question, answer: str) -> bool | float | None:
    if answer == SKIP:
        return None
    return answer == YES if question.kind == "yes-no" else float(answer)


def _ask(question: Question) -> Step:
    def gives(answer: str) -> dict[str, Any]:
        value = _value(question, answer)
        return {"safety": {"answers": {} if value is None else {question.id: value}}}

    yes = question.kind == "yes-no"
    answers = (
        phrase("y yes, n no, s leaves it open; the protocol then says that it was not answered.")
        if yes
        else phrase("A number in mg, 0 for none, s leaves it open.")
    )
    return Step(
        id=key(question),
        part=_part,
        question=lambda _: say(question.text),
        help=lambda _: f"{question.help}\n{say(answers)}",
        parse=yes_no_skip if yes else number_or_skip(5000),
        gives=gives,
        after=lambda answer, _: [finding_line(one) for one in screened({key(question): answer})],
        keys=phrase("y yes   n no   s leave open") if yes else phrase("s leave open"),
    )


def _stopped(raw: Raw) -> bool:
    return any(raw.get(id_) == YES for id_ in _STOPS) or needs_doctor(raw, other_mg(raw))


_WHY = phrase(
    "Something above says stop: not without a doctor. A trial goes on only if a doctor who knows about it has agreed; who and when is "
    "kept in the protocol."
)


def _because(template: str) -> Told[str]:
    return lambda _: say(template, why=say(_WHY))


def _agreement() -> tuple[Step, ...]:
    return (
        Step(
            id="agreed",
            part=_part,
            question=phrase("Has a doctor agreed to this trial, knowing what you answered above?"),
            help=_because(
                phrase("{why} With n your answers are saved, and you can go on after you have talked to one.")
            ),
            parse=yes_no,
            condition=_stopped,
            rests_on=_AGREED_TO,
            turn=_no_agreement,
            keys=phrase("y yes   n no"),
        ),
        Step(
            id="clinician",
            part=_part,
            question=phrase("Who has agreed? (name of the doctor)"),
            help=_because(phrase("{why} The name lets whoever reads the protocol ask.")),
            parse=words(SHORT, needed=True),
            condition=_stopped,
            rests_on=_AGREED_TO,
            gives=at("safety.agreement.clinician"),
        ),
        Step(
            id="agreed-on",
            part=_part,
            question=phrase("On which day?"),
            help=_because(phrase("{why} A date such as 2026-11-23, or yesterday.")),
            parse=day(lambda talk: talk.today - timedelta(days=3650), lambda talk: talk.today),
            condition=_stopped,
            rests_on=_AGREED_TO,
            gives=at("safety.agreement.date", date.fromisoformat),
        ),
        Step(
            id="agreed-words",
            part=_part,
            question=phrase("What did the doctor say? (may be left empty)"),
            help=_because(phrase("{why} Their words or yours, such as a limit or a blood test to be done.")),
            parse=words(LONG),
            default="",
            condition=_stopped,
            rests_on=_AGREED_TO,
            gives=at_if_any("safety.agreement.words"),
        ),
    )


def _no_agreement(answer: str, _: Talk) -> Turn | None:
    if answer != NO:
        return None
    return Turn(
        leave=phrase(
            "So nothing is planned now. Show the lines above to the doctor who treats you; a pharmacist can help with questions on "
            "medicines. If the doctor agrees, you can go on from here and say who it was."
        )
    )


def _parse_total(text: str, talk: Talk) -> str:
    """Yes is no answer to more than nof1 plans."""
    answer = yes_no(text, talk)
    if answer == YES and too_much(talk.raw, other_mg(talk.raw)):
        raise InputError(
            say(
                "nof1 plans no trial with so much: that is a limit of its own. Type n and lower the amounts, or q to leave, and ask a "
                "doctor or pharmacist."
            )
        )
    return answer


def _total() -> Step:
    return Step(
        id="total-agreed",
        part=_part,
        body=flags,
        question=phrase("Go on with these doses?"),
        help=phrase(
            "Together with your other products the doses are above an upper level, which the bodies in brackets have "
            "set. nof1 suggests no dose: ask a doctor or pharmacist. n takes you back to the amounts."
        ),
        parse=_parse_total,
        condition=lambda raw: over_the_limit(raw, other_mg(raw)) != over_the_limit(raw),
        rests_on=("amount-first", "amount-second", f"safety-{_OTHER}"),
        turn=back_to_the_amounts,
        keys=phrase("y yes   n change the amounts"),
    )
