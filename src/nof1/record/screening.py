"""Before an order is drawn: the safety screen is answered, and no dose time collides with a medicine, or the person says that they know.

What an answers file says in short is written out here; what is missing is refused by name.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from nof1.errors import InputError
from nof1.language import say, sentences
from nof1.plan.orders.dose_times import collision_sentence, collisions, proposed_times, times_sentence
from nof1.plan.orders.evening_dose import takes_any
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.answers import UNKNOWN, questions
from nof1.plan.protocol.safety.medicines import answered_by, groups_of
from nof1.plan.protocol.safety.screen import Acknowledged, Safety, missing

_EVER = "dopamine"  # asks of medicines of before, too, so that a list of those of today cannot answer no


def filled_screen(content: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values of a plan with `unscreened = true` put where the protocol keeps it, and what the list of medicines answers.

    A list of medicines, an empty one too, answers the questions on medicines, except what was taken before.

    Raises
    ------
    InputError
        If an answer says no to a medicine that the list names.
    """
    filled = dict(content)
    flag = filled.pop("unscreened", None)
    if flag is not None:
        safety = filled.get("safety", {})
        filled["safety"] = {**safety, "unscreened": flag} if isinstance(safety, Mapping) else safety
    safety = filled.get("safety")
    names = _names(safety.get("medicines")) if isinstance(safety, Mapping) else None
    if not isinstance(safety, Mapping) or names is None:
        return filled
    said = safety.get("answers", {})
    if not isinstance(said, Mapping):
        return filled
    _refuse_contradiction(said, names)
    told = {id_: yes for id_, yes in answered_by(names).items() if yes or id_ != _EVER}
    return filled | {"safety": {**safety, "answers": told | dict(said)}}


def said_so(value: Any, what: str) -> bool:
    """A truth value of an answers file.

    Raises
    ------
    InputError
        If it is none.
    """
    if not isinstance(value, bool):
        raise InputError(f"{what} must be true or false (it is {value!r}).")
    return value


def _names(medicines: Any) -> list[str] | None:
    """Names in a list of medicines; None where it is none, which is refused elsewhere."""
    if not isinstance(medicines, list | tuple):
        return None
    names = [one.get("name") if isinstance(one, Mapping) else getattr(one, "name", None) for one in medicines]
    return [name for name in names if isinstance(name, str)] if all(isinstance(name, str) for name in names) else None


def _refuse_contradiction(said: Mapping[str, Any], names: list[str]) -> None:
    for name in names:
        for group in groups_of(name):
            if said.get(group) is False:
                raise InputError(
                    f"safety: {group} is answered with false, and the medicines name {name!r}. Correct one of the two."
                )


def screened(protocol: Protocol, today: date, *, unscreened: bool = False, acknowledge: bool = False) -> Protocol:
    """The protocol as it may be drawn, with what the person acknowledges today.

    Raises
    ------
    InputError
        If a question that can lead to stop has no answer and nobody said to go on without, if an answer cannot be, such as a year of
        birth for an age or a day to come, or if a medicine collides with the dose and nobody said that they know.
    """
    safety = protocol.safety or Safety()
    _refuse_impossible(safety, today)
    if unscreened and not safety.unscreened:
        safety = safety.model_copy(update={"unscreened": True})
    if not protocol.simulated and takes_any(protocol) and (protocol.of_magnesium or safety.answers):
        _refuse_unanswered(safety)
    near = [found for found in collisions(protocol) if not found.acknowledged]
    if near and not acknowledge:
        raise InputError(
            sentences(
                [
                    *(collision_sentence(found) for found in near),
                    times_sentence(protocol.safety, protocol.conduct.dose_time),
                    say("Take one of them with dose_time=, or ask a pharmacist.") if proposed_times(protocol) else "",
                    say(
                        "To go on as it is, say that you know of it with acknowledge=True; it is recorded with its date and stands in "
                        "the protocol."
                    ),
                ]
            )
        )
    known = tuple(
        Acknowledged(medicine=one.medicine.name, time=one.time, dose_time=one.dose_time, date=today) for one in near
    )
    safety = safety.model_copy(update={"acknowledged": (*safety.acknowledged, *known)}) if known else safety
    return protocol if safety == (protocol.safety or Safety()) else protocol.model_copy(update={"safety": safety})


def _refuse_impossible(safety: Safety, today: date) -> None:
    for question in questions():
        answer = safety.answers.get(question.id)
        if isinstance(answer, float) and question.most is not None and answer > question.most:
            raise InputError(
                say(
                    "safety.answers: {question} is {answer:.10g}, and more than {most:g} cannot be. Correct it.",
                    question=question.id,
                    answer=answer,
                    most=question.most,
                )
            )
        if question.kind == "day" and isinstance(answer, str) and answer != UNKNOWN:
            _refuse_to_come(f"safety.answers.{question.id}", date.fromisoformat(answer), today)
    if safety.agreement is not None:
        _refuse_to_come("safety.agreement.date", safety.agreement.date, today)


def _refuse_to_come(key: str, day: date, today: date) -> None:
    if day > today:
        raise InputError(say("{key} is {day}, a day to come. Correct it.", key=key, day=day.isoformat()))


def _refuse_unanswered(safety: Safety) -> None:
    left = [question.id for question in missing(safety)]
    if not left and safety.unscreened:
        raise InputError(
            say("The safety screen is answered, and the plan says that it is not: leave unscreened=True out.")
        )
    if left and not safety.unscreened:
        raise InputError(
            say(
                "The safety screen comes before the draw, and these questions of it have no answer: {left}. "
                "'nof1 plan DIR' asks them on a terminal. In an answers file they stand in [safety.answers], each with true, false, a "
                'number or "unknown", and your medicines with their times of day in [[safety.medicines]]; medicines = [] says that you '
                "take none. To plan without the screen, say so with unscreened=True; every page then says it, too.",
                left=", ".join(left),
            )
        )
