"""The same question under other choices: each part of the protocol's analysis changed by itself, and the answer beside it.

Every choice is the trial as it was recorded with another `protocol.analysis`, fitted by the marginal engine, so that all of
them together take a fraction of a second. Rows of families that this engine does not have come from outside.

It must not import PyMC, and knows nothing of pages.
"""

import copy
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nof1.analyze.effects import Effect, Pair, effect_from_draws, effect_from_mixture, pairs
from nof1.analyze.exposure import Array
from nof1.analyze.marginal import ROUNDS, MarginalFit, fit_marginal
from nof1.analyze.terms import night_of_period, terms
from nof1.errors import InputError, Nof1Warning, RefusalError
from nof1.plan.analysis import Analysis, Estimand
from nof1.plan.fields import PAUSE
from nof1.plan.protocol import Protocol
from nof1.record.trial import Trial

AS_PLANNED = "as planned"
DROPPED_NIGHTS = 2  # at the start of every period; fewer where periods are short
_TOLD = ("mean", "sd", "interval", "p_better", "p_benefit", "p_small", "p_harm", "verdict")


@dataclass(frozen=True)
class Alternative:
    """Another choice for one part of the analysis: its name, the name in a plain sentence, the analysis itself."""

    choice: str
    what: str
    analysis: Analysis


def sensitivity(
    trial: Trial,
    *,
    seed: int,
    leading: Sequence[Estimand] | None = None,
    planned: MarginalFit | None = None,
    further: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    """The main analysis and every alternative to it, for every pair of arms.

    Parameters
    ----------
    trial : Trial
        Of the normal family.
    seed : int
        Of the marginal engine.
    leading : sequence of {"full", "as-lived"}, optional
        The estimand that pages lead with, one for each of `pairs(trial.protocol)`. If not given: the one that the protocol
        names, and as lived where exposure stayed short of full.
    planned : MarginalFit, optional
        The main analysis, if it was fitted already.
    further : sequence of mappings
        Rows of other engines, made with `rows_of_draws` or `rows_of_refusal`; appended.

    Returns
    -------
    list of dict
        The analysis as planned first, then one choice after the other, each with one row for each pair of arms. Keys:
        "choice", "what" (in plain words), "arm", "reference", "estimand", "mean", "sd", "interval", "p_better", "p_benefit",
        "p_small", "p_harm", "verdict" (on the leading estimand), "engine", "refused" (None or the reason; the numbers are
        None then), "full" and "as_lived" (both estimands, as `Effect.to_dict`, or None). Where a choice's own
        exposure stays short of full its row speaks of the effect as lived, since its full effect is an extrapolation.

    Raises
    ------
    RefusalError
        If the trial is of another family.
    """
    protocol = trial.protocol
    family: str = protocol.analysis.family
    if family != "normal":
        raise RefusalError(f"Other choices are compared for the family 'normal' alone, and this trial's is {family!r}.")
    first = Alternative(AS_PLANNED, "the analysis as planned", protocol.analysis)
    tried = [(first, planned or _fitted(trial, first, seed))]
    tried += [(alternative, _fitted(trial, alternative, seed)) for alternative in alternatives(trial)]
    main = tried[0][1]
    if leading is None:
        leading = _named(protocol) if isinstance(main, str) else leading_estimands(protocol, main)
    rows: list[dict[str, Any]] = []
    for alternative, fitted in tried:
        if isinstance(fitted, str):
            rows += rows_of_refusal(protocol, alternative.choice, alternative.what, fitted, leading=leading)
            continue
        both = [_effects(protocol, fitted, pair) for pair in pairs(protocol)]
        own = _as_lived_if_short(protocol, fitted, leading)
        rows += _rows(protocol, alternative.choice, alternative.what, both, own, "marginal")
    return [*rows, *(dict(row) for row in further)]


def alternatives(trial: Trial) -> tuple[Alternative, ...]:
    """The other choices for a trial, each with one part of the analysis changed; parts that are off are put in."""
    analysis, priors = trial.protocol.analysis, trial.protocol.priors
    found: list[tuple[str, str, dict[str, Any]]] = []
    if analysis.carryover != "none":
        found.append(("no carryover", "full effect from the first dose, none after the last", {"carryover": "none"}))
    if analysis.carryover != "exponential":
        found.append(("carryover", "gradual build-up and wash-out", {"carryover": "exponential"}))
    dropped = 0 if analysis.discarded_nights else _nights_to_drop(trial)
    if dropped:
        nights = "night" if dropped == 1 else f"{dropped} nights"
        found.append(
            (
                f"first {nights} dropped",
                f"without the first {nights} of every period, and with no carryover after them",
                {"carryover": f"discard:{dropped}"},
            )
        )
    for part, name, what in (
        ("trend", "trend", "drift over the whole trial"),
        ("period_effects", "period effect", "differences between periods for other reasons"),
    ):
        there = getattr(analysis, part)
        found.append(
            (f"no {name}", f"no {what}", {part: False}) if there else (f"with a {name}", f"a {what}", {part: True})
        )
    found.append(
        ("independent errors", "neighbouring nights no more alike than others", {"autocorrelation": False})
        if analysis.autocorrelation
        else ("similar neighbours", "neighbouring nights may be alike (AR(1))", {"autocorrelation": True})
    )
    if _doses_differ(trial):
        other = "taken" if analysis.dose == "assigned" else "assigned"
        words = {
            "taken": "each night counts with the dose logged",
            "assigned": "each night counts with the dose planned",
        }
        found.append((f"dose as {other}", words[other], {"dose": other}))
    for name, factor in (("twice", 2.0), ("half", 0.5)):
        sd = factor * priors.effect_sd
        wide = priors.model_copy(update={"effect_sd": sd})
        found.append((f"prior {name} as wide", f"effects expected {name} as large, sd {sd:g} points", {"priors": wide}))
    return tuple(Alternative(name, what, analysis.model_copy(update=update)) for name, what, update in found)


def rows_of_draws(
    protocol: Protocol,
    choice: str,
    what: str,
    effects: Mapping[Estimand, Array],
    night_spread: Array,
    mcse: Callable[[Array, str, float | None], float],
    *,
    engine: str,
    leading: Sequence[Estimand] | None = None,
) -> list[dict[str, Any]]:
    """Rows of `sensitivity` from draws, one for each pair of arms.

    Parameters
    ----------
    protocol : Protocol
    choice, what : str
        Name of the choice, and the same in plain words.
    effects : mapping of "full" and "as-lived" to arrays, shape (chains, draws, K)
        Effect of each active arm against the reference, in points.
    night_spread : array, shape (chains, draws)
        Sd of the difference of two random nights apart from the effect.
    mcse : callable
        As `effects.effect_from_draws` takes it.
    engine : str
        Name of the engine that drew them.
    leading : sequence of {"full", "as-lived"}, optional
        One for each pair; the estimand that the protocol names if not given.
    """
    both = [
        {
            name: effect_from_draws(protocol, draws @ np.array(pair.vector), night_spread, mcse)
            for name, draws in effects.items()
        }
        for pair in pairs(protocol)
    ]
    return _rows(protocol, choice, what, both, leading or _named(protocol), engine)


def rows_of_refusal(
    protocol: Protocol,
    choice: str,
    what: str,
    reason: str,
    *,
    engine: str = "marginal",
    leading: Sequence[Estimand] | None = None,
) -> list[dict[str, Any]]:
    """Rows of `sensitivity` for a choice that cannot be computed, with the reason; one for each pair of arms."""
    return [
        {"choice": choice, "what": what, "arm": pair.arm, "reference": pair.reference, "estimand": estimand}
        | dict.fromkeys(_TOLD)
        | {"engine": engine, "refused": reason, "full": None, "as_lived": None}
        for pair, estimand in zip(pairs(protocol), leading or _named(protocol), strict=True)
    ]


def leading_estimands(protocol: Protocol, fitted: MarginalFit) -> list[Estimand]:
    """What pages lead with for each pair of arms, by this fit: the rule of `Result.leading`."""
    return _as_lived_if_short(protocol, fitted, _named(protocol))


def compare(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Which choices change the verdict of one pair of arms, and which moves the estimate most.

    Parameters
    ----------
    rows : sequence of mappings
        Of `sensitivity`, for one pair; the first is the analysis as planned.

    Returns
    -------
    dict
        "verdict" as planned (None if that was refused), "others" (number of other choices that gave an answer),
        "changed" (rows with another verdict), "refused" (rows without an answer), "most" (row with the largest shift of
        the mean, or None), "shift" (that shift, in points).
    """
    main, *others = rows
    answered = [row for row in others if row["refused"] is None]
    told: dict[str, Any] = {
        "verdict": main["verdict"],
        "others": len(answered),
        "changed": [],
        "refused": [row for row in others if row["refused"] is not None],
        "most": None,
        "shift": None,
    }
    if main["refused"] is not None or not answered:
        return told
    most = max(answered, key=lambda row: abs(row["mean"] - main["mean"]))
    changed = [row for row in answered if row["verdict"] != main["verdict"]]
    return told | {"changed": changed, "most": most, "shift": most["mean"] - main["mean"]}


def of_pair(rows: Sequence[Mapping[str, Any]], pair: tuple[str, str] | None = None) -> list[Mapping[str, Any]]:
    """The rows of one pair (arm, reference), in their order; of the first pair if none is named.

    Raises
    ------
    InputError
        If there is no row of that pair.
    """
    wanted = pair or ((rows[0]["arm"], rows[0]["reference"]) if rows else None)
    found = [row for row in rows if (row["arm"], row["reference"]) == wanted]
    if not found:
        told = sorted({f"{row['arm']} against {row['reference']}" for row in rows})
        raise InputError(
            f"There is no row for {wanted!r}. Choose one of: {', '.join(told) or 'none, the list is empty'}."
        )
    return found


def _fitted(trial: Trial, alternative: Alternative, seed: int) -> MarginalFit | str:
    """The fit under an alternative, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Nof1Warning)  # the main analysis has said it
            return fit_marginal(terms(_replanned(trial, alternative.analysis)), seed=seed, rounds=ROUNDS)
    except (RefusalError, InputError) as refusal:
        return str(refusal)


def _replanned(trial: Trial, analysis: Analysis) -> Trial:
    """The trial with another analysis: not built anew, since no check of nights or order looks at what is changed here.

    The copy has the table of nights, too, which takes longer to make than a fit.
    """
    _ = trial.frame  # made once, before it is copied
    other = copy.copy(trial)
    object.__setattr__(other, "protocol", trial.protocol.model_copy(update={"analysis": analysis}))
    return other


def _effects(protocol: Protocol, fitted: MarginalFit, pair: Pair) -> dict[Estimand, Effect]:
    spread = np.sqrt(2 * (fitted.sigma**2 + fitted.omega**2))
    vector = np.array(pair.vector)
    full = effect_from_mixture(protocol, fitted.weights, *fitted.contrast(vector), spread)
    of_arms = vector != 0
    if np.all(fitted.treated_exposure[:, of_arms] == 1.0):  # every dose taken and nothing builds up: one estimand
        return {"full": full, "as-lived": full}
    lived = effect_from_mixture(protocol, fitted.weights, *fitted.contrast(vector, as_lived=True), spread)
    return {"full": full, "as-lived": lived}


def _rows(
    protocol: Protocol,
    choice: str,
    what: str,
    both: Sequence[Mapping[Estimand, Effect]],
    estimands: Sequence[Estimand],
    engine: str,
) -> list[dict[str, Any]]:
    rows = []
    for pair, effects, estimand in zip(pairs(protocol), both, estimands, strict=True):
        full, lived = effects["full"].to_dict(), effects["as-lived"].to_dict()
        numbers = full if estimand == "full" else lived
        rows.append(
            {"choice": choice, "what": what, "arm": pair.arm, "reference": pair.reference, "estimand": estimand}
            | {name: numbers[name] for name in _TOLD}
            | {"engine": engine, "refused": None, "full": full, "as_lived": lived}
        )
    return rows


def _named(protocol: Protocol) -> list[Estimand]:
    return [protocol.analysis.estimand] * len(pairs(protocol))


def _as_lived_if_short(protocol: Protocol, fitted: MarginalFit, estimands: Sequence[Estimand]) -> list[Estimand]:
    """The estimands, as lived where an arm of the pair never came near to full exposure."""
    from nof1.analyze.fit import NEARLY_FULL  # late: fit imports this file

    short = fitted.highest_exposure < NEARLY_FULL
    return [
        "as-lived" if np.any(short[np.array(pair.vector) != 0]) else estimand
        for pair, estimand in zip(pairs(protocol), estimands, strict=True)
    ]


def _nights_to_drop(trial: Trial) -> int:
    """How many nights can be dropped at the start of every period so that none of them is left empty."""
    frame = trial.frame
    period, arm = frame["period"].to_numpy(dtype=int), frame["arm"].to_numpy()
    night = night_of_period(period, arm)
    on_trial = np.isin(arm, [known.name for known in trial.protocol.arms]) & (period > 0)
    longest = [int(night[on_trial & (period == number)].max()) for number in np.unique(period[on_trial])]
    return min(DROPPED_NIGHTS, *longest) if longest else 0


def _doses_differ(trial: Trial) -> bool:
    """Whether doses were logged, all arms have one to compare with, and some night was not as planned."""
    protocol = trial.protocol
    if any(not arm.dose_mg for arm in protocol.active_arms) or protocol.arm(protocol.reference).dose_mg:
        return False
    planned_doses = {arm.name: arm.dose_mg or 0.0 for arm in protocol.arms}
    frame = trial.frame
    taken, arm = frame["dose_mg"].to_numpy(dtype=float), frame["arm"].to_numpy()
    planned = np.array([planned_doses.get(name, 0.0) for name in arm])
    known = ~np.isnan(taken) & (arm != PAUSE)
    return bool(np.any(taken[known] != planned[known]))
