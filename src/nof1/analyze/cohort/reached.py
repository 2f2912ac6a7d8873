"""How far a person came in their trial: whether they began, how many nights, and whether they finished what was planned."""

from dataclasses import dataclass

from nof1.record.trial import Trial


@dataclass(frozen=True)
class Reached:
    """How far somebody came.

    Attributes
    ----------
    night : int
        The last night with an outcome, counted from 1 over all planned nights; 0 if there is none.
    finished : bool or None
        Whether a night of the last planned period has an outcome, of a trial that nobody stopped. None of nights that were taken over
        from a table, which does not say how many were planned.
    """

    night: int
    finished: bool | None

    @property
    def started(self) -> bool:
        """Whether there is a night with an outcome."""
        return self.night > 0

    def against(self, planned: int | None) -> bool | None:
        """Whether they finished, where so many nights were planned; as the trial's own plan has it without."""
        return self.finished if planned is None or self.finished is not None else self.night >= planned


def reached(trial: Trial) -> Reached:
    """How far a trial came."""
    numbers = {night: number for number, night in enumerate(_nights(trial), start=1)}
    rated = [entry.night for entry in trial.entries if entry.outcome is not None]
    last = max((numbers.get(night, 0) for night in rated), default=0)
    if not trial.protocol.randomized:
        return Reached(last, None)
    final = max((period for period in trial.order.periods if period.on_trial), key=lambda period: period.end)
    reached_it = any(final.start <= night <= final.end for night in rated)
    return Reached(last, reached_it and not trial.order.left)


def _nights(trial: Trial) -> list[object]:
    return [night for period in trial.order.periods for night in period.dates]
