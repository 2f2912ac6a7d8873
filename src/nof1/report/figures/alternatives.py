"""Text alternatives of the pictures, for readers who do not see them: what each shows, in a few sentences."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nof1.analyze.checks.sensitivity import Choice
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.effects import LEVEL, TAILS, Effect
from nof1.analyze.results import Result
from nof1.analyze.schema import PairEffect
from nof1.errors import InputError
from nof1.language import clauses, listed, say, say_some, sentences
from nof1.plan.design.order import RUN_IN
from nof1.plan.protocol.own_words import called
from nof1.record.trial import Trial
from nof1.report.figures.autocorrelation import lags
from nof1.report.figures.chances import labels
from nof1.report.figures.checks import both_engines
from nof1.report.figures.course import course_of, exposure_curves
from nof1.report.figures.effect import NAMES, shows_both
from nof1.report.figures.model import made
from nof1.report.figures.orders import p_words, test_of
from nof1.report.figures.sensitivity import rows_of
from nof1.report.words import ranges
from nof1.report.words.checks import check_sentence, quantity
from nof1.report.words.effect import units
from nof1.report.words.phrases import verdict_words
from nof1.report.words.sensitivity import bayes_factor_words, choice_name
from nof1.subject import spoken_of

_MOST = 24  # periods that one sentence lists


@spoken_of
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
        nights=len(trial.planned_nights),
        periods=len({period.number for period in trial.order.periods if period.counts}),
        missing=say_some(len(trial.missing_nights), "{count} night missing.", "{count} nights missing."),
        outcome=trial.protocol.outcome.title,
        by_arm=_by_arm(trial),
    )


def _by_arm(trial: Trial) -> str:
    means = trial.frame.groupby("arm")[trial.protocol.outcome.name].mean()
    told: list[str] = [
        say("{mean:number} on {arm}", mean=means[arm.name], arm=called(arm.name)) for arm in trial.protocol.arms
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
    span = ranges.plain(*(told.factor * end for end in numbers.interval))
    return {"mean": told.factor * numbers.mean, "span": span, "unit": told.axis}


def _effect(trial: Trial, result: Result) -> str:
    main = result.lead[0]
    built_up = [] if not shows_both(result) else [main.full if main.estimand == "over-nights" else main.over_nights]
    told = [_named(result, main, numbers) for numbers in (main.leading, *built_up)]
    shown = say(
        "Posterior of the change with {arm} against {reference}: {effects} {unit}.",
        arm=called(main.arm),
        reference=called(main.reference),
        effects=clauses(told),
        unit=units(main.measure, trial.protocol.outcome).axis,
    )
    if main.threshold is None:
        return shown
    factor = units(main.measure, trial.protocol.outcome).factor
    return sentences(
        [shown, say("Changes within {threshold:g} are too small to matter.", threshold=factor * main.threshold)]
    )


def _named(result: Result, main: PairEffect, numbers: Effect) -> str:
    """An effect by its name, with mean and interval."""
    return say(
        "{name} mean {mean:number}, interval {span}",
        name=say(NAMES["full" if numbers is main.full else "over-nights"]),
        **{name: value for name, value in _numbers(result, numbers, main).items() if name != "unit"},
    )


def _periods(trial: Trial, result: Result) -> str:
    return say("Mean of every period by arm; over all nights {by_arm}.", by_arm=_by_arm(trial))


def _probabilities(trial: Trial, result: Result) -> str:
    main = result.lead[0]
    if main.threshold is None:
        raise InputError(say("No smallest change that matters was stated, so there are no chances by it."))
    first, second, third = labels(result, main)
    return say(
        "A hundred icons for the change with {arm} against {reference}. {first}; {second}; {third}.",
        arm=called(main.arm),
        reference=called(main.reference),
        first=first[:1].upper() + first[1:],
        second=second,
        third=third,
    )


def _schedule(trial: Trial, result: Result) -> str:
    order = trial.order
    arms: list[str] = [
        say("{number}: {arm}", number=period.number, arm=called(str(period.arm)))
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
        say("{percent:.0f} % on {arm}", percent=100 * share, arm=called(name))
        for name, share in zip(data.arms, curves[1].max(axis=0), strict=True)
    ]
    if half_life is None:
        return say(
            "Dose of every night as a share of the planned one; the highest: {highest}.", highest=listed(highest)
        )
    return say(
        "Exposure of every night as a share of full, with its interval, and the doses below. It rises on nights with a dose and "
        "falls on others, by half in {mean:number} days ({span}); the highest: {highest}.",
        mean=float(half_life.mean()),
        span=ranges.plain(*(float(end) for end in np.quantile(half_life, TAILS))),
        highest=listed(highest),
    )


def _over_time(trial: Trial, result: Result) -> str:
    row, told = course_of(result)
    early, late = (
        say(
            "{mean:number} ({span})",
            mean=told.factor * end.mean,
            span=ranges.plain(*(told.factor * limit for limit in end.interval)),
        )
        for end in (row.leading.early, row.leading.late)
    )
    return say(
        "Line from the effect on the first night it was taken, {early}, to that on the last, {late} {unit}.",
        early=early,
        late=late,
        unit=told.axis,
    )


def _sensitivity(trial: Trial, result: Result) -> str:
    rows, _ = rows_of(result, None, None)
    return say("A line with mean, interval and verdict for each choice. {rows}.", rows="; ".join(map(_choice, rows)))


def _choice(row: Choice) -> str:
    """A line of the picture of other choices, and how well the nights agree with it where that is known."""
    name = choice_name(row)
    if row.leading is None or row.verdict is None:
        return say("{choice}: no answer", choice=name)
    told = say(
        "{choice}: {mean:number}, {verdict}", choice=name, mean=row.leading.mean, verdict=verdict_words(row.verdict)
    )
    if row.log_bayes_factor is None:
        return told
    odds = bayes_factor_words(row)
    if row.spoken_against:
        return say("{told}, in grey, Bayes factor {odds}: the nights speak against it", told=told, odds=odds)
    return say("{told}, Bayes factor {odds}", told=told, odds=odds)


def _engines(trial: Trial, result: Result) -> str:
    by_engine = both_engines(result)
    first, second = (_numbers(result, by_engine[name][0].full, by_engine[name][0]) for name in ("nuts", "marginal"))
    return say(
        "Means and intervals of two computations beside each other. Full effect of {arm} against {reference}, sampled: {mean:number} "
        "({span}); quick: {mean2:number} ({span2}) {unit}.",
        arm=called(by_engine["nuts"][0].arm),
        reference=called(by_engine["nuts"][0].reference),
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
            arm=called(arm.name),
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
            "{what}: recorded {observed:number}, new nights {span}",
            what=quantity(row),
            observed=row.observed,
            span=ranges.plain(*row.interval),
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
        "{span}. {outside} of {all} dots lie outside the {level:g} % band.",
        first=int(found.days[0]),
        last=int(found.days[-1]),
        value=float(found.found[0]),
        span=ranges.plain(float(found.low[0]), float(found.high[0])),
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
