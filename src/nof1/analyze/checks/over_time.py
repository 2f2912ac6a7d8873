"""The effect over time: whether it was the same on the first days as on the last.

One more fit of the marginal engine, with an interaction beta_k g_t: the mean of a night holds x_{k,t} (effect_k + change_k g_t),
g from -1/2 on the first planned day to +1/2 on the last. A constant effect can hide early benefit and later harm.

It must not import PyMC, and knows nothing of pages.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from nof1.analyze.checks.sensitivity import leading_estimands
from nof1.analyze.engines.marginal import MarginalFit, fit_marginal
from nof1.analyze.model.data import Terms
from nof1.analyze.model.effects import INTERVAL_KIND, LEVEL, Effect, Pair, effect_from_mixture, pairs, verdict_words
from nof1.errors import RefusalError
from nof1.language import phrase, say, sentences
from nof1.plan.protocol.analysis import Estimand
from nof1.plan.protocol.protocol import Protocol

# Whether the effect was the same throughout, by the certainty that the protocol fixed for verdicts.
Course = Literal["steady", "better later", "worse later", "can't tell yet"]
ESTIMANDS: tuple[Estimand, ...] = ("full", "as-lived")
_FIRST, _LAST = -0.5, 0.5  # time g on the first and the last planned day
_OF_CHANGE = ("mean", "sd", "interval", "p_better", "p_benefit", "p_small", "p_harm", "mcse_mean", "mcse_sd")

_SENTENCES: dict[Course, str] = {
    "steady": phrase("The effect of {arm} was about the same from the first days to the last."),
    "better later": phrase(
        "The effect of {arm} was not the same throughout: it was better on the last days than on the first."
    ),
    "worse later": phrase(
        "The effect of {arm} was not the same throughout: it was worse on the last days than on the first."
    ),
    "can't tell yet": phrase(
        "These nights can't tell yet whether the effect of {arm} changed between the first days and the last."
    ),
}


def effect_over_time(
    protocol: Protocol, data: Terms, *, seed: int, leading: Sequence[Estimand] | None = None
) -> dict[str, Any]:
    """How each effect changed from the first planned day to the last.

    Parameters
    ----------
    protocol : Protocol
    data : Terms
        Of the trial as planned.
    seed : int
        Of the marginal engine.
    leading : sequence of {"full", "as-lived"}, optional
        The estimand that pages lead with, one for each of `pairs(protocol)`. If not given: the one that the protocol
        names, and as lived where exposure stayed short of full.

    Returns
    -------
    dict
        "refused" (None, or why the engine could not answer), "pareto_k", "certainty", "interval_kind", "level" and "rows",
        one for each pair of arms: "arm", "reference", "estimand", "course" (one of `Course`), "crosses" (benefit at one
        end, harm at the other), "verdicts_differ", "sentence"; then "change", "early" and "late" on the leading estimand,
        and all three again under "full" and "as_lived". "early" and "late" are effects on the first and on the last
        planned day, as `Effect.to_dict`; "change" is late minus early with "p_positive". "As lived" takes the mean
        exposure of an arm's nights for both ends.
    """
    told: dict[str, Any] = {
        "refused": None,
        "pareto_k": None,
        "certainty": protocol.analysis.certainty,
        "interval_kind": INTERVAL_KIND,
        "level": LEVEL,
        "rows": [],
    }
    if data.family != "normal":
        return told | {
            "refused": say(
                'An effect that changes over time is estimated for the family "normal", not for "{family}".',
                family=data.family,
            )
        }
    try:
        fitted = fit_marginal(replace(data, over_time=True), seed=seed)
    except RefusalError as refusal:
        return told | {"refused": refusal.told}
    compared = pairs(protocol)
    leads = leading or leading_estimands(protocol, fitted.highest_exposure)
    rows = [_row(protocol, fitted, pair, estimand) for pair, estimand in zip(compared, leads, strict=True)]
    return told | {"pareto_k": fitted.pareto_k, "rows": rows}


def _row(protocol: Protocol, fitted: MarginalFit, pair: Pair, estimand: Estimand) -> dict[str, Any]:
    effects = {name: _by_time(protocol, fitted, pair, as_lived=name == "as-lived") for name in ESTIMANDS}
    change, early, late = effects[estimand]
    course = _course(protocol.analysis.certainty, change)
    crosses = any(
        one.p_better >= protocol.analysis.certainty and 1 - other.p_better >= protocol.analysis.certainty
        for one, other in ((early, late), (late, early))
    )
    differ = early.verdict != late.verdict
    return {
        "arm": pair.arm,
        "reference": pair.reference,
        "estimand": estimand,
        "course": course,
        "crosses": crosses,
        "verdicts_differ": differ,
        "sentence": _sentence(protocol, pair, course, early, late, crosses=crosses),
        **_plain(protocol, *effects[estimand]),
        "full": _plain(protocol, *effects["full"]),
        "as_lived": _plain(protocol, *effects["as-lived"]),
    }


def _by_time(protocol: Protocol, fitted: MarginalFit, pair: Pair, *, as_lived: bool) -> tuple[Effect, Effect, Effect]:
    """Change over the trial, effect on the first planned day, effect on the last."""
    spread = np.sqrt(2 * (fitted.sigma**2 + fitted.omega**2))
    unit = np.array(pair.vector)
    change, early, late = (
        effect_from_mixture(protocol, fitted.weights, *fitted.contrast(vector, as_lived=as_lived), spread)
        for vector in (np.r_[0 * unit, unit], np.r_[unit, _FIRST * unit], np.r_[unit, _LAST * unit])
    )
    return change, early, late


def _course(certainty: float, change: Effect) -> Course:
    if change.p_small >= certainty:
        return "steady"
    if change.p_better >= certainty:
        return "better later"
    if 1 - change.p_better >= certainty:
        return "worse later"
    return "can't tell yet"


def _plain(protocol: Protocol, change: Effect, early: Effect, late: Effect) -> dict[str, Any]:
    """Plain values for results.json. Of a change no verdict is given: it is no effect."""
    content = change.to_dict()
    p_positive = change.p_better if protocol.outcome.better == "higher" else 1 - change.p_better
    of_change = {name: content[name] for name in _OF_CHANGE} | {"p_positive": p_positive}
    return {"change": of_change, "early": early.to_dict(), "late": late.to_dict()}


def _sentence(protocol: Protocol, pair: Pair, course: Course, early: Effect, late: Effect, *, crosses: bool) -> str:
    """What the course was, and whether the ends alone would lead to different verdicts."""
    arm = protocol.arm(pair.arm).title
    if pair.reference != protocol.reference:
        arm = say("{arm} instead of {reference}", arm=arm, reference=protocol.arm(pair.reference).title)
    told: list[str] = [say(_SENTENCES[course], arm=arm)]
    if crosses and early.p_better > late.p_better:
        told.append(say("Early benefit and later harm can cancel: the effect over all nights hides both."))
    elif crosses:
        told.append(say("Early harm and later benefit can cancel: the effect over all nights hides both."))
    first, last = verdict_words(early.verdict), verdict_words(late.verdict)
    if early.verdict == late.verdict:
        template = phrase('The verdict would be the same on the first days and on the last: "{first}".')
    elif course == "can't tell yet":
        template = phrase(
            'The verdict on the first days alone would be "{first}", on the last days "{last}", which may be chance.'
        )
    else:
        template = phrase('The verdict on the first days alone would be "{first}", on the last days "{last}".')
    return sentences([*told, say(template, first=first, last=last)])
