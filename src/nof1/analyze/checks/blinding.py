"""Whether it could be told what was taken: the guesses at the end of periods, held against the order.

Of an adopted table every night with a guess counts: there each dose was guessed.

Counts without a model; knows the diary and the opened order, and no outcome of any night.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from nof1.analyze.checks.rates import Interval, balance_interval
from nof1.errors import InputError
from nof1.plan.design.kinds import Concealment
from nof1.plan.design.order import RUN_IN
from nof1.plan.protocol.noticed import NOTICED, asks_noticed
from nof1.record.diary.entry import NO_GUESS, Entry
from nof1.record.trial import Trial

TELLING = 0.2  # an index within it, on either side of 0, is usually read as that of a person who is blind
Reading = Literal["noticed", "opposite", "no sign"]


def blinding_index(correct: int, incorrect: int, dont_know: int, *, arms: int = 2) -> tuple[float, Interval]:
    """Bang's blinding index of one arm, and its 95 % equal-tailed interval.

    With two arms: (correct - incorrect) / all, "don't know" among all (Bang, Ni & Davis 2004, Controlled Clinical Trials 25:143);
    1 where every guess is right, -1 where each names the other arm, 0 where right and wrong are equally many or nobody
    can tell. With k arms a blind guess is right once in k, so a wrong one weighs 1 / (k - 1):
    (correct - incorrect / (k - 1)) / all is 0 for guesses left to chance, 1 where every guess is right, and
    -1 / (k - 1) where none is. It equals (P(correct | guessed) - 1/k) / (1 - 1/k) times the share of guesses that name an arm.

    The interval is that of a Dirichlet posterior with 1/2 for each answer there is, the k - 1 wrong ones together, so that
    it is centred on chance before the first guess; with two arms Dirichlet(1/2, 1/2, 1/2). Bang's own is a normal
    approximation, which has no width at all where 3 of 3 guesses are right. Guesses count as if independent; those of one person,
    who learns from period to period, are not quite.

    Parameters
    ----------
    correct, incorrect, dont_know : int
        Guesses; 1 or more together.
    arms : int
        Number of arms to choose from, 2 or more.

    Raises
    ------
    InputError
        If there is no guess, a count is negative, or there are fewer than two arms.
    """
    if arms < 2:
        raise InputError(f"{arms} arm leaves nothing to guess; there must be 2 or more.")
    weight = 1 / (arms - 1)
    index = (correct - weight * incorrect) / max(correct + incorrect + dont_know, 1)
    return index, balance_interval(correct, incorrect, dont_know, weight=weight, no_prior=(arms - 1) / 2)


def reading(index: float, interval: Interval) -> Reading:
    """How an index is usually read: beyond 0.2 on either side, with an interval that leaves out 0, or no sign of either.

    With six arms or more an index cannot fall below -0.2, so that none reads as opposite.
    """
    if index > TELLING and interval[0] > 0:
        return "noticed"
    if index < -TELLING and interval[1] < 0:
        return "opposite"
    return "no sign"


@dataclass(frozen=True)
class Guesses:
    """What was guessed at the end of an arm's periods, or of an adopted table on its nights.

    Attributes
    ----------
    guesses : int
        All answers: `correct`, `incorrect` and `dont_know`.
    unanswered : int
        Periods that are over without an answer; of an adopted table nights with an outcome and without one.
    index, interval : float, (float, float)
        Bang's index; None where there is no answer. `reading` says how it is usually read.
    mean_confidence : float or None
        0 to 100.
    """

    guesses: int
    correct: int
    incorrect: int
    dont_know: int
    unanswered: int
    index: float | None
    interval: Interval | None
    reading: Reading | None
    mean_confidence: float | None


@dataclass(frozen=True)
class Blinding:
    """The guesses of a trial: who knew the order, the number of arms, and what was guessed by arm.

    `by_arm` is empty where nobody was asked or nothing was guessed; `left_out` has the numbers of unblinded periods whose guess does
    not count. `noticed` has, by arm, on how many nights something told what was in the pack, by its number in
    `nof1.plan.protocol.noticed.SIGNS`; None where that was not asked.
    """

    concealed: Concealment
    arms: int
    by_arm: dict[str, Guesses]
    left_out: tuple[int, ...]
    noticed: dict[str, dict[int, int]] | None = None


def describe_blinding(trial: Trial) -> Blinding:
    """The guesses by arm.

    The last guess of a period counts; of an adopted table every guess. A period that was unblinded in an emergency is left out,
    unless its guess was given before that day.
    """
    protocol = trial.protocol
    arms = len(protocol.arms)
    if not protocol.randomized:
        return Blinding("open", arms, _of_a_table(trial), ())
    if protocol.concealed == "open":
        return Blinding("open", arms, {}, ())
    guessed, left_out = _guesses(trial)
    by_arm = _by_arm(trial, guessed, left_out) if guessed else {}
    return Blinding(protocol.concealed, arms, by_arm, tuple(left_out), _noticed(trial))


def _noticed(trial: Trial) -> dict[str, dict[int, int]] | None:
    """Nights on which something told what was taken, by arm and by what it was; None where that was not asked."""
    if not asks_noticed(trial.protocol):
        return None
    found: dict[str, dict[int, int]] = {}
    for arm in trial.protocol.arms:
        nights = {n for one in trial.order.periods if one.arm == arm.name and one.number != RUN_IN for n in one.dates}
        marks = Counter(
            int(value) for (night, name), value in trial.measures.items() if name == NOTICED and night in nights
        )
        found[arm.name] = dict(sorted(marks.items()))
    return found


def _periods(trial: Trial) -> dict[int, tuple[str, date]]:
    """Arm and last evening of each concealed period, by its number; a pause may split one."""
    return {
        period.number: (str(period.arm), period.end)
        for period in trial.order.periods
        if period.on_trial and period.number != RUN_IN
    }


def _guesses(trial: Trial) -> tuple[dict[int, Entry], list[int]]:
    """The entry with the last guess of each period, and the unblinded periods of which none counts."""
    number_of = {night: period.number for period in trial.order.periods for night in period.dates}
    opened: dict[int, date] = {}
    for amendment in trial.amendments:
        if amendment.period is not None:
            day = amendment.entered.date()
            opened[amendment.period] = min(day, opened.get(amendment.period, day))
    found: dict[int, Entry] = {}
    for entry in sorted(trial.entries, key=lambda entry: entry.night):
        number = number_of[entry.night]
        asked = entry.night + timedelta(
            days=1
        )  # the morning after; on the day of the opening it may have come after it
        if entry.guess and number != RUN_IN and (number not in opened or asked < opened[number]):
            found[number] = entry
    return found, sorted(number for number in opened if number not in found)


def _of_a_table(trial: Trial) -> dict[str, Guesses]:
    """By arm every guess of an adopted table; none where it holds none."""
    if not any(entry.guess for entry in trial.entries):
        return {}
    arm_of = {night: period.arm for period in trial.order.periods for night in period.dates}
    out: dict[str, Guesses] = {}
    for arm in trial.protocol.arms:
        entries = [entry for entry in trial.entries if arm_of[entry.night] == arm.name]
        answers = [entry for entry in entries if entry.guess]
        unanswered = sum(not entry.guess and entry.outcome is not None for entry in entries)
        out[arm.name] = _counted(trial, arm.name, answers, unanswered)
    return out


def _by_arm(trial: Trial, guessed: Mapping[int, Entry], left_out: list[int]) -> dict[str, Guesses]:
    periods = _periods(trial)
    last = max(entry.night for entry in trial.entries)
    out: dict[str, Guesses] = {}
    for arm in trial.protocol.arms:
        numbers = [number for number, (name, _) in periods.items() if name == arm.name]
        unanswered = sum(
            number not in guessed and number not in left_out and periods[number][1] <= last for number in numbers
        )
        answers = [guessed[number] for number in numbers if number in guessed]
        out[arm.name] = _counted(trial, arm.name, answers, unanswered)
    return out


def _counted(trial: Trial, arm: str, answers: Sequence[Entry], unanswered: int) -> Guesses:
    """The guesses on an arm, and what they come to."""
    arms = len(trial.protocol.arms)
    correct = sum(entry.guess == arm for entry in answers)
    dont_know = sum(entry.guess == NO_GUESS for entry in answers)
    incorrect = len(answers) - correct - dont_know
    sure = [entry.confidence for entry in answers if entry.confidence is not None]
    index = interval = None
    if answers:
        index, interval = blinding_index(correct, incorrect, dont_know, arms=arms)
    return Guesses(
        guesses=len(answers),
        correct=correct,
        incorrect=incorrect,
        dont_know=dont_know,
        unanswered=unanswered,
        index=index,
        interval=interval,
        reading=None if index is None or interval is None else reading(index, interval),
        mean_confidence=float(np.mean(sure)) if sure else None,
    )
