"""Stage one of a cohort: what one person's nights say of their effect, with the prior divided out.

The marginal engine gives the effect's posterior as an exact mixture, sum_s w_s Normal(m_s, v_s), under the prior
Normal(0, tau). Given theta_s prior times likelihood is normal, so

    L(beta) = sum_s w_s N(beta; m_s, v_s) / N(beta; 0, tau^2)

is a sum of normal shapes with precisions 1 / v_s - 1 / tau^2. It is kept as logarithms on a grid. Nothing here knows
another person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.checks.other_explanations import other_explanations
from nof1.analyze.engines.marginal import ROUNDS, MarginalFit, fit_marginals
from nof1.analyze.engines.pair_effects import mixture_rows
from nof1.analyze.model.data import ModelData, build_model_data
from nof1.analyze.model.effects import pairs
from nof1.analyze.model.standardize import MEASURES
from nof1.analyze.reasons import refused
from nof1.errors import InputError, Nof1Error, RefusalError
from nof1.plan.design.kinds import Adopted
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import grouping_answers
from nof1.record.trial import Trial

REACH = 8.0  # the grid goes this many ranges of the outcome's scale to either side
POINTS = 161
_ALONE = ("mean", "sd", "interval", "p_better", "p_benefit", "p_small", "p_harm", "verdict")

Field = str | float | bool


@dataclass(frozen=True, eq=False)
class PersonPair:
    """One person's effect of one arm against the reference.

    Attributes
    ----------
    arm, reference : str
    outcome, measure, better : str
        Name of the outcome, what the effect is ("difference in points"), "lower" or "higher".
    scale : (float, float)
        Ends of the outcome's scale.
    threshold : float or None
        Smallest change worth having; None where nobody stated one.
    estimand : str
        "full": the effect at full exposure, which is what people share.
    effect_sd : float
        Sd of the person's own prior, which `alone` has and `log_likelihood` has not.
    grid, log_likelihood : array, shape (G,)
        Effects in points, dense where the nights speak, and the log likelihood there; its largest value is 0.
    alone : mapping
        Mean, sd, interval and chances of the full effect from this person's nights and prior alone, and the verdict by the rule of
        their own protocol.
    fields : mapping
        Of the arm and the protocol, for subgroups: form, dose_mg, product, placebo, design, period_nights, the family, and
        the answers to the safety screen by the question's id.
    unit : str
        Of the outcome; "" for points.
    labels : (str, str)
        What the person calls arm and reference of an adopted table; "" where they are called by their names.
    explanations : tuple of str
        Where the verdict is for the worse, the kinds of what else could explain it; empty for any other verdict.
    """

    arm: str
    reference: str
    outcome: str
    measure: str
    better: str
    scale: tuple[float, float]
    threshold: float | None
    estimand: str
    effect_sd: float
    grid: Array
    log_likelihood: Array
    alone: Mapping[str, Any]
    fields: Mapping[str, Field]
    unit: str = ""
    labels: tuple[str, str] = ("", "")
    explanations: tuple[str, ...] = ()

    @property
    def span(self) -> float:
        """Range of the outcome's scale, in points."""
        return self.scale[1] - self.scale[0]

    def to_dict(self) -> dict[str, Any]:
        """Plain values; `from_dict` gives back an equal object."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        alone = {name: list(value) if isinstance(value, tuple) else value for name, value in self.alone.items()}
        return plain | {
            "scale": list(self.scale),
            "labels": list(self.labels),
            "explanations": list(self.explanations),
            "grid": self.grid.tolist(),
            "log_likelihood": self.log_likelihood.tolist(),
            "alone": alone,
            "fields": dict(self.fields),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """From what `to_dict` gave.

        Raises
        ------
        InputError
            If it is something else.
        """
        try:
            low, high = (float(end) for end in content["scale"])
            grid, logs = (np.array(content[name], dtype=float) for name in ("grid", "log_likelihood"))
            alone = {name: content["alone"][name] for name in _ALONE}
            alone["interval"] = tuple(float(end) for end in alone["interval"])
            fields = dict(content["fields"])
            rest = {
                name: str(content[name]) for name in ("arm", "reference", "outcome", "measure", "better", "estimand")
            }
            rest["unit"] = str(content.get("unit", ""))
            of_arm, of_reference = (str(label) for label in content.get("labels", ("", "")))
            explanations = tuple(str(kind) for kind in content.get("explanations", ()))
            stated, effect_sd = content["threshold"], float(content["effect_sd"])
            threshold = None if stated is None else float(stated)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"This is no person of a cohort: {error!r}. Analyze the trial again.") from None
        if grid.shape != (POINTS,) or logs.shape != (POINTS,) or not np.isfinite([grid, logs]).all():
            raise InputError("This is no person of a cohort: its likelihood is damaged. Analyze the trial again.")
        return cls(
            scale=(low, high),
            threshold=threshold,
            effect_sd=effect_sd,
            grid=grid,
            log_likelihood=logs,
            alone=alone,
            fields=fields,
            labels=(of_arm, of_reference),
            explanations=explanations,
            **rest,
        )


@dataclass(frozen=True, eq=False)
class Person:
    """What one trial gives to a cohort.

    Attributes
    ----------
    name : str
    pairs : tuple of PersonPair
        Every active arm against the reference.
    protocol_sha256, diary_sha256 : str
    nights : int
        Nights that inform the model.
    simulated : bool
        Whether the data are made up.
    edition : int
        Of model, priors and rule, as the protocol says.
    adopted, days : bool
        Whether the nights were taken over from a table, and whether they are days.
    """

    name: str
    pairs: tuple[PersonPair, ...]
    protocol_sha256: str
    diary_sha256: str
    nights: int
    simulated: bool = False
    edition: int = 2
    adopted: bool = False
    days: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain values; `from_dict` gives back an equal object."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"pairs": [pair.to_dict() for pair in self.pairs]}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """From what `to_dict` gave.

        Raises
        ------
        InputError
            If it is something else.
        """
        try:
            texts = {name: str(content[name]) for name in ("name", "protocol_sha256", "diary_sha256")}
            found = tuple(PersonPair.from_dict(pair) for pair in content["pairs"])
            nights, simulated, edition = int(content["nights"]), bool(content["simulated"]), int(content["edition"])
            adopted, days = bool(content.get("adopted")), bool(content.get("days"))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"This is no person of a cohort: {error!r}. Analyze the trial again.") from None
        return cls(
            pairs=found,
            nights=nights,
            simulated=simulated,
            edition=edition,
            adopted=adopted,
            days=days,
            **texts,
        )


def person(trial: Trial, *, name: str, seed: int = 1) -> Person:
    """What one trial says of its effects: alone, and as likelihoods that can be pooled.

    Parameters
    ----------
    trial : Trial
    name : str
        How the person is called in the cohort.
    seed : int
        Of the marginal engine's proposals.

    Raises
    ------
    RefusalError
        If the family is not "normal", or the nights cannot answer.
    """
    (found,) = people({name: trial}, seed=seed)
    if isinstance(found, Nof1Error):
        raise found
    return found


def people(trials: Mapping[str, Trial], *, seed: int = 1) -> list[Person | Nof1Error]:
    """What several trials say, each by itself: quicker together, since they are fitted in batches.

    Parameters
    ----------
    trials : mapping of names to Trial
    seed : int
        As in `person`.

    Returns
    -------
    list of Person or Nof1Error
        In the order of the trials; an error where one cannot be analyzed.
    """
    taken = [_terms(trial) for trial in trials.values()]
    fitted = iter(fit_marginals([data for data in taken if isinstance(data, ModelData)], seed=seed, rounds=ROUNDS))
    out: list[Person | Nof1Error] = []
    for (name, trial), data in zip(trials.items(), taken, strict=True):
        fit = data if isinstance(data, Nof1Error) else next(fitted)
        if isinstance(fit, Nof1Error):
            out.append(fit)
        else:
            found = person_of(trial.protocol, fit, name=name, diary_sha256=trial.diary_sha256)
            out.append(replace(found, pairs=tuple(_explained(trial, pair) for pair in found.pairs)))
    return out


def _explained(trial: Trial, pair: PersonPair) -> PersonPair:
    """With what else could explain a verdict for the worse."""
    told = other_explanations(trial, arm=pair.arm, reference=pair.reference, verdict=pair.alone["verdict"])
    return pair if told is None else replace(pair, explanations=told.kinds)


def _terms(trial: Trial) -> ModelData | Nof1Error:
    try:
        refuse_unpoolable(trial.protocol)
        return build_model_data(trial)
    except Nof1Error as refusal:
        return refusal


def person_of(protocol: Protocol, fitted: MarginalFit, *, name: str, diary_sha256: str) -> Person:
    """What a fitted trial says of its effects; see `person`.

    Parameters
    ----------
    protocol : Protocol
    fitted : MarginalFit
        Of the family "normal".
    name, diary_sha256 : str
    """
    found = []
    for k, (pair, judged) in enumerate(zip(pairs(protocol), mixture_rows(protocol, fitted), strict=True)):
        if pair.reference != protocol.reference:  # arm against arm: no independent prior to divide out
            continue
        grid, logs = effect_likelihood(
            fitted, k, protocol.priors.effect_sd, protocol.outcome.high - protocol.outcome.low
        )
        alone = judged.full.to_dict() | {"verdict": judged.verdict}
        found.append(
            PersonPair(
                arm=pair.arm,
                reference=pair.reference,
                outcome=protocol.outcome.name,
                measure=MEASURES[protocol.analysis.family],
                better=protocol.outcome.better,
                scale=(protocol.outcome.low, protocol.outcome.high),
                threshold=protocol.outcome.threshold,
                estimand="full",
                effect_sd=protocol.priors.effect_sd,
                grid=grid,
                log_likelihood=logs,
                alone={key: tuple(alone[key]) if key == "interval" else alone[key] for key in _ALONE},
                fields=fields_of(protocol, pair.arm),
                unit=protocol.outcome.unit or "",
                labels=("", "")
                if protocol.randomized
                else (protocol.arm(pair.arm).label, protocol.arm(pair.reference).label),
            )
        )
    return Person(
        name,
        tuple(found),
        protocol.sha256(),
        diary_sha256,
        fitted.model.data.n,
        protocol.simulated,
        protocol.schema_version,
        adopted=not protocol.randomized,
        days=protocol.nights_are == "days",
    )


def refuse_unpoolable(protocol: Protocol) -> None:
    """Refuse a trial whose effect is not the coefficient of a normal model.

    Raises
    ------
    RefusalError
    """
    if protocol.analysis.family != "normal":
        raise refused(RefusalError, "family not pooled", family=protocol.analysis.family)


def fields_of(protocol: Protocol, arm: str) -> dict[str, Field]:
    """What subgroups can be formed by: of the arm, the design and the safety screen. `product` is what a person typed."""
    chosen = protocol.arm(arm)
    out: dict[str, Field] = {"placebo": protocol.arm(protocol.reference).placebo, "design": protocol.design.kind}
    out |= {name: value for name in ("form", "dose_mg", "product") if (value := getattr(chosen, name))}
    if not isinstance(protocol.design, Adopted):
        out["period_nights"] = float(protocol.period_nights(arm))
    return out | grouping_answers(protocol.safety)


def effect_likelihood(fitted: MarginalFit, k: int, effect_sd: float, span: float) -> tuple[Array, Array]:
    """Log likelihood of the k-th arm's effect against the reference, all else integrated out under its priors.

    Parameters
    ----------
    fitted : MarginalFit
    k : int
        Number of the active arm.
    effect_sd : float
        Sd of the prior that the fit had, in points.
    span : float
        Range of the outcome's scale, in points.

    Returns
    -------
    grid, log_likelihood : arrays, shape (G,)
        In points, and in natural logarithms with largest value 0.
    """
    vector = np.zeros(fitted.effect_mean.shape[1])
    vector[k] = 1.0
    mean, sd = fitted.contrast(vector)
    variance = sd**2
    precision = np.maximum(1 / variance - 1 / effect_sd**2, 0.0)
    slope = mean / variance
    height = np.log(fitted.weights) - 0.5 * np.log(variance) - 0.5 * mean * slope
    typical = float(fitted.weights @ precision)
    grid = effect_grid(float(fitted.weights @ slope) / max(typical, 1e-12), 1 / np.sqrt(max(typical, 1e-12)), span)
    terms_of_grid = np.column_stack([np.ones_like(grid), grid, -0.5 * grid**2])
    logs = terms_of_grid @ np.stack([height, slope, precision])  # (G, S), by far the largest array here
    top = logs.max(axis=1)
    logs -= top[:, None]
    total = np.log(np.exp(logs, out=logs).sum(axis=1)) + top
    return grid, total - total.max()


def effect_grid(centre: float, spread: float, span: float) -> Array:
    """Effects from -8 to 8 ranges of the scale at least, dense about `centre`, with steps that grow with the distance.

    Parameters
    ----------
    centre, spread : float
        Of the likelihood, in points.
    span : float
        Range of the outcome's scale, in points.
    """
    middle = float(np.clip(centre, -span, span))
    width = float(np.clip(spread, 1e-5 * span, span))
    end = np.arcsinh((REACH * span + abs(middle)) / width)
    out: Array = middle + width * np.sinh(np.linspace(-end, end, POINTS))
    return out
