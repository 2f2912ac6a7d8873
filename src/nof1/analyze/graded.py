"""Side effects that were graded, with the arm of their night. Counts nothing and compares nothing: a grade is somebody's judgement."""

from dataclasses import dataclass
from datetime import date

from nof1.record.diary.events import can_be_graded
from nof1.record.trial import Trial


@dataclass(frozen=True)
class Graded:
    """A side effect and what was said of it, by the codes of events.csv; "" for what was not said.

    `day` counts from 1; `night` is None where dates are not real; `arm` may be "washout" or "pause".
    """

    day: int
    night: date | None
    arm: str | None
    what: str
    severity: str
    serious: str
    action: str
    outcome: str
    cause: str
    doctor: str


@dataclass(frozen=True)
class GradedSideEffects:
    """The side effects that were graded, in calendar order, and the names of those that never were."""

    events: tuple[Graded, ...] = ()
    never: tuple[str, ...] = ()


def graded_side_effects(trial: Trial) -> GradedSideEffects:
    """What was graded; all of it is empty where nothing was.

    Examples
    --------
    >>> graded_side_effects(trial)
    GradedSideEffects(events=(), never=())
    """
    if not trial.events:
        return GradedSideEffects()
    arms = {night: period.arm for period in trial.order.periods for night in period.dates}
    days = {night: day for day, night in enumerate(arms, start=1)}
    rows = tuple(
        Graded(
            day=days[event.night],
            night=event.night if trial.protocol.dated else None,
            arm=arms[event.night],
            what=event.what,
            severity=event.severity,
            serious=event.serious,
            action=event.action,
            outcome=event.outcome,
            cause=event.cause,
            doctor=event.doctor,
        )
        for event in trial.events
    )
    graded = {event.what.casefold() for event in trial.events}
    never: dict[str, str] = {}
    for entry in sorted(trial.entries, key=lambda entry: entry.night):
        for what in can_be_graded(entry):
            if what.casefold() not in graded:
                never.setdefault(what.casefold(), what)
    return GradedSideEffects(rows, tuple(never.values()))
