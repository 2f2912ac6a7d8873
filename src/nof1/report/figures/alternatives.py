"""Text alternatives of the pictures, for readers who do not see them: what each shows, in a few sentences."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.effects import LEVEL, TAILS, Effect
from nof1.analyze.results import Result
from nof1.analyze.schema import PairEffect
from nof1.errors import InputError
from nof1.language import listed, say, say_some, sentences
from nof1.plan.design.order import RUN_IN
from nof1.plan.protocol.own_words import ours
from nof1.record.trial import Trial
from nof1.report.figures.autocorrelation import lags
from nof1.report.figures.chances import labels
from nof1.report.figures.checks import both_engines
from nof1.report.figures.course import course_of, exposure_curves
from nof1.report.figures.model import made
from nof1.report.figures.orders import p_words, test_of
from nof1.report.figures.sensitivity import rows_of
from nof1.report.words.checks import check_sentence, quantity
from nof1.report.words.effect import units
from nof1.report.words.phrases import verdict_words
from nof1.report.words.sensitivity import choice_name

_MOST = 24  # periods that one sentence lists


def describe(trial: Trial, result: Result) -> dict[str, str]:
    """Text alternatives of the pictures by name; a picture that cannot be drawn of this result has none.

    Examples
    --------
    >>> nof1.plots.describe(trial, result)["nights"].partition(";")[0]
    'Dot for each of 91 nights in 13 periods'
    """
    out = {}
    for name, tell in _PICTURES.items():
        try:
            out[name] = str(tell(trial, result))
        except InputError:
            continue
    return out


def _nights(trial: Trial, result: Result) -> str:
    return say(
        "Dot for each of {nights} nights in {periods} periods; {missing} Mean {outcome}: {by_arm}.",
        nights=trial.protocol.nights,
        periods=len({period.number for period in trial.order.periods}),
        missing=say_some(len(trial.missing_nights), "{count} night missing.", "{count} nights missing."),
        outcome=trial.protocol.outcome.title,
        by_arm=_by_arm(trial),
    )


def _by_arm(trial: Trial) -> str:
    means = trial.frame.groupby("arm")[trial.protocol.outcome.name].mean()
    told: list[str] = [
        say("{mean:number} on {arm}", mean=means[arm.name], arm=ours(arm.name)) for arm in trial.protocol.arms
    ]
    return listed(told)


def _first(parts: list[str]) -> str:
    """A list that a person can hear out: the first of a long one, and how many there are more."""
    if len(parts) <= _MOST + 1:
        return listed(parts)
    return listed([*parts[:_MOST], say("{count} more", count=len(parts) - _MOST)])


def _numbers(result: Result, numbers: Effect, entry: PairEffect) -> dict[str, Any]:
    """Mean, ends of the interval and unit of an effect, as they are told."""
    told = units(entry.measure, result.trial.protocol.outcome)
    low, high = (told.factor * end for end in numbers.interval)
    return {"mean": told.factor * numbers.mean, "low": low, "high": high, "unit": told.axis}


def _effect(trial: Trial, result: Result) -> str:
    main = result.lead[0]
    factor = units(main.measure, trial.protocol.outcome).factor
    return say(
        "Posterior of the change with {arm} against {reference}: mean {mean:number}, interval {low:number} to {high:number} "
        "{unit}; changes within {threshold:g} are too small to matter.",
        arm=main.arm,
        reference=main.reference,
        threshold=factor * trial.protocol.outcome.threshold,
        **_numbers(result, result.leading(main), main),
    )


def _periods(trial: Trial, result: Result) -> str:
    return say("Mean of every period by arm; over all nights {by_arm}.", by_arm=_by_arm(trial))


def _probabilities(trial: Trial, result: Result) -> str:
    main = result.lead[0]
    first, second, third = labels(result, main)
    return say(
        "A hundred icons for the change with {arm} against {reference}. {first}; {second}; {third}.",
        arm=main.arm,
        reference=main.reference,
        first=first[:1].upper() + first[1:],
        second=second,
        third=third,
    )


def _schedule(trial: Trial, result: Result) -> str:
    order = trial.order
    arms: list[str] = [
        say("{number}: {arm}", number=period.number, arm=ours(str(period.arm)))
        for period in order.periods
        if period.on_trial and period.number != RUN_IN
    ]
    told = say_some(
        order.nights,
        "Calendar of {count} night. Periods in order: {arms}.",
        "Calendar of {count} nights. Periods in order: {arms}.",
        arms=_first(arms),
    )
    run_in = sum(period.nights for period in order.periods if period.number == RUN_IN and period.on_trial)
    if not run_in:
        return told
    return sentences(
        [told, say_some(run_in, "Before them {count} run-in night.", "Before them {count} run-in nights.")]
    )


def _exposure(trial: Trial, result: Result) -> str:
    data = build_model_data(trial)
    curves, half_life = exposure_curves(result, data)
    highest: list[str] = [
        say("{percent:.0f} % on {arm}", percent=100 * share, arm=ours(name))
        for name, share in zip(data.arms, curves[1].max(axis=0), strict=True)
    ]
    if half_life is None:
        return say(
            "Dose of every night as a share of the planned one; the highest: {highest}.", highest=listed(highest)
        )
    low, high = (float(end) for end in np.quantile(half_life, TAILS))
    return say(
        "Exposure of every night as a share of full, with its interval, and the doses below. It rises on nights with a dose and "
        "falls on others, by half in {mean:number} days ({low:number} to {high:number}); the highest: {highest}.",
        mean=float(half_life.mean()),
        low=low,
        high=high,
        highest=listed(highest),
    )


def _over_time(trial: Trial, result: Result) -> str:
    row, told = course_of(result)
    places = {
        f"{name}_{part}": told.factor * value
        for name, end in (("early", row.leading.early), ("late", row.leading.late))
        for part, value in zip(("mean", "low", "high"), (end.mean, *end.interval), strict=True)
    }
    return say(
        "Line from the effect on the first planned day, {early_mean:number} ({early_low:number} to {early_high:number}), to that on "
        "the last, {late_mean:number} ({late_low:number} to {late_high:number}) {unit}.",
        unit=told.axis,
        **places,
    )


def _sensitivity(trial: Trial, result: Result) -> str:
    rows, _ = rows_of(result, None, None)
    told = [
        say("{choice}: no answer", choice=choice_name(row))
        if row.leading is None
        else say(
            "{choice}: {mean:number}, {verdict}",
            choice=choice_name(row),
            mean=row.leading.mean,
            verdict=verdict_words(row.leading.verdict),
        )
        for row in rows
    ]
    return say("A line with mean, interval and verdict for each choice. {rows}.", rows="; ".join(told))


def _engines(trial: Trial, result: Result) -> str:
    by_engine = both_engines(result)
    first, second = (_numbers(result, by_engine[name][0].full, by_engine[name][0]) for name in ("nuts", "marginal"))
    return say(
        "Means and intervals of two computations beside each other. Full effect of {arm} against {reference}, sampled: {mean:number} "
        "({low:number} to {high:number}); quick: {mean2:number} ({low2:number} to {high2:number}) {unit}.",
        arm=by_engine["nuts"][0].arm,
        reference=by_engine["nuts"][0].reference,
        **first,
        **{f"{name}2": value for name, value in second.items() if name != "unit"},
    )


def _randomization(trial: Trial, result: Result) -> str:
    test = test_of(result)
    told = {"value": test.statistic, "p": p_words(test.p)}
    if test.exact:
        return say(
            "Histogram of the differences that all {orders:,} possible orders would have given; the recorded one is {value:number}. "
            "The share at least as far from zero is {p}.",
            orders=test.orders,
            **told,
        )
    return say(
        "Histogram of the differences that {orders:,} orders drawn at random would have given; the recorded one is {value:number}. "
        "The share at least as far from zero is {p}.",
        orders=test.draws,
        **told,
    )


def _prior_posterior(trial: Trial, result: Result) -> str:
    effect = result.posterior["posterior"].to_dataset()["effect"]
    arms: list[str] = [
        say(
            "{arm} {mean:number}, standard deviation {sd:number}",
            arm=ours(arm.name),
            mean=float(effect.sel(arm=arm.name).mean()),
            sd=float(effect.sel(arm=arm.name).std()),
        )
        for arm in trial.protocol.active_arms
    ]
    return say(
        "Effects on the model's scale before the nights, mean 0 and standard deviation {sd:number}, and after them: {arms}.",
        sd=result.record.priors["effect_sd"],
        arms=listed(arms),
    )


def _predictive(trial: Trial, result: Result) -> str:
    rows = [
        say(
            "{what}: recorded {observed:number}, new nights {low:number} to {high:number}",
            what=quantity(row),
            observed=row.observed,
            low=row.interval[0],
            high=row.interval[1],
        )
        for row in made(result.record.checks.predictive).statistics
    ]
    return say("Recorded values against new nights from the model. {rows}.", rows="; ".join(rows))


def _left_out(trial: Trial, result: Result) -> str:
    check = made(result.record.checks.left_out)
    shape = say(
        "Line of {nights} nights, each at the probability that the others give it, with the band of a model that fits.",
        nights=len(check.pit),
    )
    return sentences([shape, check_sentence(result.record.engines, check)])


def _autocorrelation(trial: Trial, result: Result) -> str:
    found = lags(result)
    outside = int(np.sum((found.found < found.low) | (found.found > found.high)))
    return say(
        "Autocorrelation of nights {first} to {last} days apart; {first} apart {value:number}, new nights from the model "
        "{low:number} to {high:number}. {outside} of {all} dots lie outside the {level:g} % band.",
        first=int(found.days[0]),
        last=int(found.days[-1]),
        value=float(found.found[0]),
        low=float(found.low[0]),
        high=float(found.high[0]),
        outside=outside,
        all=len(found.days),
        level=100 * LEVEL,
    )


_PICTURES: dict[str, Callable[[Trial, Result], str]] = {
    "nights": _nights,
    "effect": _effect,
    "periods": _periods,
    "probabilities": _probabilities,
    "schedule": _schedule,
    "exposure": _exposure,
    "over_time": _over_time,
    "sensitivity": _sensitivity,
    "engines": _engines,
    "randomization": _randomization,
    "prior_posterior": _prior_posterior,
    "predictive": _predictive,
    "left_out": _left_out,
    "autocorrelation": _autocorrelation,
}
