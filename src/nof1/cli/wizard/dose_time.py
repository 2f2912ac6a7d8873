"""The evening's dose in the day: a time that is far enough from the medicines, or one that the person keeps, knowing."""

from nof1.cli.wizard.medicines import MEDICINES, medicines_of
from nof1.cli.wizard.parse import NO, YES, clock, yes_no
from nof1.cli.wizard.step import Raw, Step, Talk, Told, Turn, at
from nof1.language import phrase
from nof1.plan.orders.dose_times import collision_sentence, free_times, times_sentence
from nof1.plan.protocol.safety.collisions import Collision, collisions_of
from nof1.plan.protocol.safety.screen import Safety

_USUAL = "21:30"


def dose_time_steps(part: Told[str]) -> tuple[Step, ...]:
    """The time, and what it collides with."""
    return (
        Step(
            id="dose_time",
            part=part,
            question=phrase("At what time will you take the dose?"),
            help=phrase(
                "The same time each evening keeps the nights alike. The calendar file reminds you. What is proposed is far enough from "
                "the medicines that you named."
            ),
            parse=clock,
            default=proposed_time,
            later=lambda talk: proposed_time(talk) == _USUAL and not _collisions({**talk.raw, "dose_time": _USUAL}),
            rests_on=(MEDICINES,),
            gives=at("conduct.dose_time"),
        ),
        Step(
            id="collides",
            part=part,
            body=_near,
            question=phrase("Keep this time, knowing that?"),
            help=phrase(
                "y keeps the time; the protocol says what collides and that you know of it, with the date. n asks for the time again. A "
                "pharmacist can say how to time them."
            ),
            parse=yes_no,
            condition=lambda raw: bool(_collisions(raw)),
            rests_on=("dose_time", MEDICINES),
            turn=lambda answer, _: Turn(changes={"dose_time": None}) if answer == NO else None,
            gives=lambda answer: {"acknowledge": True} if answer == YES else None,
            keys=phrase("y yes   n another time"),
        ),
    )


def proposed_time(talk: Talk) -> str:
    """The usual time, or the nearest one that is far enough from the medicines named."""
    free = free_times(_safety(talk.raw), _USUAL)
    return free[0] if free else _USUAL


def _safety(raw: Raw) -> Safety:
    return Safety(medicines=medicines_of(raw))


def _collisions(raw: Raw) -> tuple[Collision, ...]:
    return collisions_of(_safety(raw), raw["dose_time"]) if "dose_time" in raw else ()


def _near(talk: Talk) -> str:
    lines = [collision_sentence(one) for one in _collisions(talk.raw)]
    return "\n".join([*lines, times_sentence(_safety(talk.raw), talk.raw["dose_time"])])
