"""A dose that an amendment changed: from when, how such a night counts, and the answer where it counts as the first dose did."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from nof1.language import say, say_some, sentences, spoken
from nof1.report.words.effect import change, span
from nof1.report.words.phrases import verdict_words

if TYPE_CHECKING:
    from nof1.analyze.results import Result
    from nof1.plan.design.order import Order
    from nof1.record.trial import Trial


def changed_doses(order: "Order", arm: str) -> list[tuple[date, float]]:
    """First evening and mg of each dose of an arm that was planned after the first one; none where nobody changed it."""
    found: list[tuple[date, float]] = []
    for period in order.periods:
        if period.arm == arm and period.dose_mg is not None and (not found or found[-1][1] != period.dose_mg):
            found.append((period.start, period.dose_mg))
    return found


def doses_of(trial: "Trial", arm: str) -> Sequence[float]:
    """The planned doses of an arm on its nights, each once, in the order of the evenings; none where no dose is stated."""
    first = trial.protocol.arm(arm).dose_mg
    if first is None:
        return []
    own = [period for period in trial.order.periods if period.arm == arm]
    return list(dict.fromkeys(first if period.dose_mg is None else period.dose_mg for period in own)) or [first]


def dose_sentences(result: "Result") -> list[str]:
    """How nights with another dose count, and the answer of the main comparison with every dose as the first; none where no dose changed."""
    trial = result.trial
    if not trial.doses_changed:
        return []
    told = [_counts(trial, arm.name) for arm in trial.protocol.active_arms if changed_doses(trial.order, arm.name)]
    return [sentences([*told, _as_the_first(result)])]


def _counts(trial: "Trial", arm: str) -> str:
    """How a night with the last of the changed doses counts."""
    one, doses = trial.protocol.arm(arm), changed_doses(trial.order, arm)
    if trial.protocol.analysis.dose == "taken":
        return say(
            "Each night counts with the dose that was logged, as a share of the first planned dose of {arm}, {first:g} mg.",
            arm=one.title,
            first=one.dose_mg,
        )
    return say_some(
        len(doses),
        "The dose of {arm} was changed: a night with {doses} counts as {shares} of one with {first:g} mg, since the effect is taken to be in "
        "proportion to the dose. Fully built up means with {first:g} mg.",
        "The dose of {arm} was changed {count} times: nights with {doses} count as {shares} of one with {first:g} mg, since the effect is taken "
        "to be in proportion to the dose. Fully built up means with {first:g} mg.",
        arm=one.title,
        first=one.dose_mg,
        doses=_in_a_row([say("{mg:g} mg", mg=mg) for _, mg in doses]),
        shares=_in_a_row([spoken().number(f"{mg / (one.dose_mg or mg):.2g}") for _, mg in doses]),
    )


def _in_a_row(told: Sequence[str]) -> str:
    return ", ".join(told)


def _as_the_first(result: "Result") -> str:
    rows = result.record.sensitivity or ()
    main = result.lead[0]
    row = next((one for one in rows if one.choice == "every dose as the first" and one.arm == main.arm), None)
    if row is None or row.over_nights is None or row.verdict is None:
        return ""
    numbers, outcome = row.over_nights, result.trial.protocol.outcome
    return say(
        'With every dose counted as the first, the difference over these nights is estimated at {size} ({span}), and the verdict is "{verdict}".',
        size=change(main.measure, outcome, numbers.mean, numbers.interval),
        span=span(main.measure, outcome, *numbers.interval),
        verdict=verdict_words(row.verdict),
    )
