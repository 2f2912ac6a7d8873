"""Questions of the safety screen: its findings at once, and a clinician's agreement where one says stop.

Age first, medicines once with their times, then what applies from short lists. The questions and what they lead to stand in
`nof1.plan.protocol.safety`; nothing here recommends anything.
"""

from datetime import date, timedelta
from functools import lru_cache
from math import inf
from typing import Any

from nof1 import facts
from nof1.cli.wizard.answers import limit_lines, needs_doctor, over_the_limit, too_much
from nof1.cli.wizard.groups import answers_in, group_step
from nof1.cli.wizard.medicines import MEDICINES, medicines_of, medicines_step
from nof1.cli.wizard.medicines import NONE as NONE_TAKEN
from nof1.cli.wizard.parse import (
    LONG,
    LOW,
    NO,
    SHORT,
    UNKNOWN,
    YES,
    day,
    day_or_unknown,
    number_or_unknown,
    words,
    yes_no,
    yes_no_unknown,
)
from nof1.cli.wizard.step import Parse, Raw, Step, Talk, Told, Turn, at, at_if_any
from nof1.errors import InputError
from nof1.language import phrase, say
from nof1.plan.protocol.safety.answers import Answer
from nof1.plan.protocol.safety.collisions import hours_apart
from nof1.plan.protocol.safety.medicines import groups_of
from nof1.plan.protocol.safety.screen import (
    Answers,
    Finding,
    Question,
    Safety,
    finding_line,
    is_asked,
    needs_agreement,
    other_magnesium_mg,
    questions,
    screen,
)

PART = phrase("Safety: short questions on you and your medicines")
AGREEMENT = ("agreed", "clinician", "agreed-on", "agreed-words")
_OTHER = "other_magnesium_mg"
_BY_ID = {question.id: question for question in questions()}
_EVER = "dopamine"  # asks of medicines of before, too, so that naming none today does not answer it
_APART = tuple(
    one for one in questions() if one.group == "medicine" and one.id in hours_apart() and one.id != "other_medicines"
)
_MORE = tuple(one for one in questions() if one.group == "medicine" and one not in _APART and one.id != _EVER)
# Those that alone lead to stop are asked one by one.
_STOPS_ALONE = frozenset(row["id"] for row in facts.load("safety") if row["level"] == "stop" and "question" in row)
_ILLNESS = tuple(one for one in questions() if one.group == "illness" and one.id in _STOPS_ALONE)
_STATE = tuple(
    one for one in questions() if one.group in ("illness", "state") or one.id == _EVER if one.id not in _STOPS_ALONE
)
# What is asked further only where it is known or taken.
_KNOWN = tuple(_BY_ID[id_] for id_ in ("ferritin", "transferrin_saturation", _OTHER))
_KNOWN_STEP = "safety-known"
# Lists that are answered together, by the id of their step.
LISTS = {"safety-apart": _APART, "safety-more": _MORE, "safety-state": _STATE}
_ALONE = tuple(one for one in questions() if not any(one in listed for listed in LISTS.values()))


def key(question: Question) -> str:
    """Id of the step that asks it."""
    return _KEYS[question.id]


_KEYS = {one.id: f"safety-{one.id}" for one in questions()}
_KEYS |= {one.id: id_ for id_, listed in LISTS.items() for one in listed}
STEP_IDS = (MEDICINES, _KNOWN_STEP, *dict.fromkeys(key(question) for question in questions()))


def given(raw: Raw) -> Safety:
    """What was answered so far."""
    return _given(tuple((id_, raw[id_]) for id_ in STEP_IDS if id_ in raw))


@lru_cache(maxsize=256)
def _given(answered: tuple[tuple[str, str], ...]) -> Safety:
    """Kept, since every condition of every step asks for it."""
    raw = dict(answered)
    told: dict[str, Answer] = {}
    for id_, listed in LISTS.items():
        told |= answers_in(raw[id_], listed) if id_ in raw else {}
    if raw.get(MEDICINES) == NONE_TAKEN:
        told |= _no_medicine()
    told |= _not_known(raw[_KNOWN_STEP]) if _KNOWN_STEP in raw else {}
    told |= {one.id: _value(one, raw[key(one)]) for one in _ALONE if key(one) in raw}
    return Safety(answers=Answers(told), medicines=medicines_of(raw))


def _no_medicine() -> dict[str, Answer]:
    """Who takes no medicine has answered the lists of them."""
    return {one.id: False for one in (*_APART, *_MORE)}


def _not_known(kept: str) -> dict[str, Answer]:
    """Blood values that were never measured, and no magnesium from other products; what is ticked has a question of its own."""
    ticked = answers_in(kept, _KNOWN)
    out: dict[str, Answer] = {id_: UNKNOWN for id_ in ("ferritin", "transferrin_saturation") if ticked[id_] is not True}
    if ticked[_OTHER] is not True:
        out[_OTHER] = UNKNOWN if ticked[_OTHER] == UNKNOWN else 0.0
    return out


def _ticked(raw: Raw, id_: str) -> bool:
    return _KNOWN_STEP in raw and answers_in(raw[_KNOWN_STEP], _KNOWN)[id_] is True


def screened(raw: Raw) -> tuple[Finding, ...]:
    """What the answers so far lead to."""
    return screen(given(raw))


def other_mg(raw: Raw) -> float:
    """Magnesium from other products; 0 if that is not known."""
    return other_magnesium_mg(given(raw))


def confirm_dose(raw: Raw) -> bool:
    """Whether the planned doses alone are above an upper level."""
    return bool(over_the_limit(raw))


def flags(talk: Talk) -> str:
    """What is to be said of the doses, with sources."""
    return "\n".join(limit_lines(talk.raw, other_mg(talk.raw)))


def back_to_the_amounts(answer: str, _: Talk) -> Turn | None:
    """A no takes the amounts back, so that they are asked again."""
    return Turn(changes={"amount-first": None, "amount-second": None}) if answer == NO else None


def _number(id_: str) -> Parse:
    question = _BY_ID[id_]
    return number_or_unknown(question.most or inf, low=question.kind == "lab")


def safety_steps() -> tuple[Step, ...]:
    """The screen's questions in their order; agreement is asked right after the last one that can say stop."""
    return (
        _alone("age", _number("age"), phrase("d don't know")),
        *(_alone(one.id) for one in _ILLNESS),
        medicines_step(PART, lambda talk: _new_lines(talk, MEDICINES), _no_medicine),
        _known_step(),
        _alone("ferritin", _number("ferritin"), phrase("l low, no number   d don't know, never measured")),
        _alone("ferritin_on", _MEASURED, phrase("d don't know")),
        _alone(
            "transferrin_saturation",
            _number("transferrin_saturation"),
            phrase("l low, no number   d don't know, never measured"),
        ),
        _alone("transferrin_saturation_on", _MEASURED, phrase("d don't know")),
        _alone(_OTHER, _number(_OTHER), phrase("d don't know")),
        _list("safety-apart", phrase("Which of these do you take? Numbers with commas, 0 for none."), (MEDICINES,)),
        _list("safety-more", phrase("And which of these? Numbers with commas, 0 for none."), (MEDICINES,)),
        _list("safety-state", phrase("Is any of these true of you? Numbers with commas, 0 for none."), (MEDICINES,)),
        _alone("augmentation"),
        _alone("pulse_symptoms"),
        _alone("kidney_measured"),
        *_agreement(),
        _total(),
    )


def _known_step() -> Step:
    """Which blood values are known, and whether more magnesium is taken: only what is ticked is asked further."""
    return group_step(
        id_=_KNOWN_STEP,
        part=PART,
        question=phrase("Do you know a blood value, or take more magnesium? Numbers with commas, 0 for none."),
        listed=_KNOWN,
        help_=phrase("What is ticked is asked for next. A blood value that is not ticked counts as not known."),
        after=lambda _, talk: _new_lines(talk, _KNOWN_STEP),
        gives=lambda answer: {"safety": {"answers": _not_known(answer)}},
    )


_MEASURED = day_or_unknown(lambda talk: talk.today - timedelta(days=7300), lambda talk: talk.today)


def _value(question: Question, answer: str) -> Answer:
    if question.kind == "yes-no":
        return UNKNOWN if answer == UNKNOWN else answer == YES
    return answer if answer in (UNKNOWN, LOW) or question.kind == "day" else float(answer)


def _list(id_: str, question: str, rests_on: tuple[str, ...] = ()) -> Step:
    listed = LISTS[id_]
    ids = {one.id for one in listed}

    def named(raw: Raw) -> frozenset[str]:
        return frozenset(group for one in medicines_of(raw) for group in groups_of(one.name) if group in ids)

    return group_step(
        id_=id_,
        part=PART,
        question=question,
        listed=listed,
        help_=phrase(
            "Each of the list, why it is asked, and by what source. Where you do not know, type d and its number."
        ),
        named=named,
        after=lambda _, talk: _new_lines(talk, id_),
        rests_on=rests_on,
        condition=lambda raw: id_ == "safety-state" or raw.get(MEDICINES, NONE_TAKEN) != NONE_TAKEN,
    )


def _alone(id_: str, parse: Parse = yes_no_unknown, keys: str = phrase("y yes   n no   d don't know")) -> Step:
    question = _BY_ID[id_]

    def gives(answer: str) -> dict[str, Any]:
        return {"safety": {"answers": {question.id: _value(question, answer)}}}

    return Step(
        id=key(question),
        part=PART,
        question=lambda _: say(question.text),
        help=lambda _: question.help,
        parse=parse,
        gives=gives,
        condition=lambda raw: (
            is_asked(question.id, given({k: v for k, v in raw.items() if k != key(question)}).answers)
            and (question not in _KNOWN or _ticked(raw, question.id))
        ),
        after=lambda _, talk: _new_lines(talk, key(question)),
        keys=keys,
    )


def _new_lines(talk: Talk, step: str) -> list[str]:
    """Findings that were not there before this answer."""
    before = screened({id_: answer for id_, answer in talk.raw.items() if id_ != step})
    return [finding_line(one) for one in screened(talk.raw) if one not in before]


_STOPS = tuple(
    id_
    for id_ in STEP_IDS
    if not id_.startswith((_KNOWN_STEP, "safety-ferritin", "safety-transferrin", f"safety-{_OTHER}"))
)
# What a doctor's agreement is to; another answer asks for it again.
_AGREED_TO = (*_STOPS, "amount-first", "amount-second", f"safety-{_OTHER}")


def _stopped(raw: Raw) -> bool:
    return needs_agreement(screened(raw)) or needs_doctor(raw, other_mg(raw))


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
            part=PART,
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
            part=PART,
            question=phrase("Who has agreed? (name of the doctor)"),
            help=_because(phrase("{why} The name lets whoever reads the protocol ask.")),
            parse=words(SHORT, needed=True),
            condition=_stopped,
            rests_on=_AGREED_TO,
            gives=at("safety.agreement.clinician"),
        ),
        Step(
            id="agreed-on",
            part=PART,
            question=phrase("On which day?"),
            help=_because(phrase("{why} A date such as 2026-11-23, or yesterday.")),
            parse=day(lambda talk: talk.today - timedelta(days=3650), lambda talk: talk.today),
            condition=_stopped,
            rests_on=_AGREED_TO,
            gives=at("safety.agreement.date", date.fromisoformat),
        ),
        Step(
            id="agreed-words",
            part=PART,
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
        part=PART,
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
