"""Text alternatives of the pictures, for readers who do not see them: what each shows, in a few sentences."""

from collections.abc import Callable, Mapping
from typing import Any

from nof1.analyze.results import Result
from nof1.errors import InputError
from nof1.language import Said, listed, say, say_some
from nof1.record.trial import Trial
from nof1.report.words_effect import measure_of, units


def describe(trial: Trial, result: Result) -> dict[str, str]:
    """Text alternatives of the pictures by name; a picture that cannot be drawn of this result has none."""
    out = {}
    for name, tell in _PICTURES.items():
        try:
            out[name] = str(tell(trial, result))
        except InputError:
            continue
    return out


def _nights(trial: Trial, result: Result) -> Said:
    return say(
        "Dot for each of {nights} nights in {periods} periods; {missing} Mean {outcome}: {by_arm}.",
        nights=trial.protocol.nights,
        periods=len({period.number for period in trial.order.periods}),
        missing=say_some(len(trial.missing_nights), "{count} night missing.", "{count} nights missing."),
        outcome=trial.protocol.outcome.title,
        by_arm=_by_arm(trial),
    )


def _by_arm(trial: Trial) -> Said:
    means = trial.frame.groupby("arm")[trial.protocol.outcome.name].mean()
    return listed([say("{mean:number} on {arm}", mean=means[arm.name], arm=arm.name) for arm in trial.protocol.arms])


def _numbers(result: Result, numbers: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Mean, ends of the interval and unit of an effect, as they are told."""
    told = units(measure_of(entry), result.trial.protocol.outcome)
    low, high = (told.factor * end for end in numbers["interval"])
    return {"mean": told.factor * numbers["mean"], "low": low, "high": high, "unit": told.axis}


def _effect(trial: Trial, result: Result) -> Said:
    main = result.lead[0]
    factor = units(measure_of(main), trial.protocol.outcome).factor
    return say(
        "Posterior of the change with {arm} against {reference}: mean {mean:number}, interval {low:number} to {high:number} "
        "{unit}; changes within {threshold:g} are too small to matter.",
        arm=main["arm"],
        reference=main["reference"],
        threshold=factor * trial.protocol.outcome.threshold,
        **_numbers(result, result.leading(main)[1], main),
    )


def _periods(trial: Trial, result: Result) -> Said:
    return say("Mean of every period by arm; over all nights {by_arm}.", by_arm=_by_arm(trial))


_PICTURES: dict[str, Callable[[Trial, Result], Said]] = {
    "nights": _nights,
    "effect": _effect,
    "periods": _periods,
}
