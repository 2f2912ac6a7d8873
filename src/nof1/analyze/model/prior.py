"""The priors of every parameter in one place: their sd, their log density, and draws from them.

Says nothing of likelihoods; `nof1.analyze.engines.pymc_model` states the same priors for PyMC. It must not import PyMC.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, gammainc, gammaincc, gammaincinv, gammaln

from nof1.analyze.arrays import Array
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws, cut_points

LEAST_DEGREES = (
    1.0  # of the student family: with fewer, whole-number outcomes can leave no posterior (see `augmented_nights`)
)
_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Prior:
    """One parameter's prior.

    Attributes
    ----------
    sd : float or array
        Its standard deviation.
    log_density : callable
        Of values of any shape, value by value.
    draw : callable
        Takes a random generator and a number S, gives S draws.
    shape : tuple of int
        Of one draw.
    """

    sd: float | Array
    log_density: Callable[[Array], Array]
    draw: Callable[[np.random.Generator, int], Array]
    shape: tuple[int, ...] = ()


def priors_of(data: ModelData) -> dict[str, Prior]:
    """The priors of the parameters that this model has, by the names that its posterior uses.

    Offsets of periods and blocks are not among them: they belong to the model of the nights, periods with omega as their
    parameter, blocks with a known sd.
    """
    priors = data.priors
    arms, covariates = len(data.arms), len(data.covariate_names)
    out = {
        "level": _normal(priors.level_mean, priors.level_sd),
        "effect": _normal(0.0, priors.effect_sd, (arms,)),
    }
    if data.trend:
        out["trend"] = _normal(0.0, priors.trend_sd)
    if data.start_up:
        out["start_up"] = _normal(0.0, priors.own("start_up_sd"))
    if covariates:
        out["covariate_effect"] = _normal(0.0, priors.covariate_sd / data.covariate_sd, (covariates,))
    if data.period_effects:
        out["omega"] = _half_normal(priors.period_scale)
    if data.has_spread:
        out["sigma"] = _half_normal(priors.noise_scale)
    if data.autocorrelation:
        out["phi"] = _correlation(priors.autocorrelation_a, priors.autocorrelation_b)
    if data.exponential:
        out["half_life"] = _log_normal(priors.half_life_median, priors.half_life_log_sd)
    match data.family:
        case "student":
            out["degrees"] = _gamma_above(priors.own("degrees_shape"), priors.own("degrees_rate"), LEAST_DEGREES)
        case "count":
            out["overdispersion"] = _half_normal(priors.own("overdispersion_scale"))
        case "ordinal":
            gaps = int(data.high - data.low) - 1
            out["gap"] = _log_normal(priors.own("gap_median"), priors.own("gap_log_sd"), (gaps,))
    return out


def draw_prior(data: ModelData, count: int, rng: np.random.Generator) -> Draws:
    """Draws of all parameters from their priors, and of the nights' states where these are not observed."""
    from nof1.analyze.model.autoregression import paths

    drawn = {name: prior.draw(rng, count) for name, prior in priors_of(data).items()}
    zero = np.zeros(count)
    omega = drawn.get("omega", zero)
    block_sd = data.priors.own("block_sd") if data.block_numbers else 0.0
    draws = Draws(
        level=drawn["level"],
        sigma=drawn.get("sigma", zero),
        phi=drawn.get("phi", zero),
        omega=omega,
        half_life=drawn.get("half_life"),
        trend=drawn.get("trend", zero),
        start_up=drawn.get("start_up", zero),
        covariate_effect=drawn.get("covariate_effect", np.zeros((count, 0))),
        effect=drawn["effect"],
        period_offset=omega[:, None] * rng.standard_normal((count, len(data.period_numbers))),
        block_offset=block_sd * rng.standard_normal((count, len(data.block_numbers))),
        degrees=drawn.get("degrees"),
        overdispersion=drawn.get("overdispersion"),
        cuts=cut_points(drawn["gap"]) if "gap" in drawn else None,
    )
    if data.family in ("normal", "student", "duration"):
        return draws
    values = vars(draws) | {"state": paths(data, draws, rng)}
    return Draws(**values)


def _normal(mean: float, sd: float | Array, shape: tuple[int, ...] = ()) -> Prior:
    return Prior(
        sd,
        lambda x: np.asarray(-0.5 * ((x - mean) / sd) ** 2 - np.log(sd) - 0.5 * _LOG_2PI),
        lambda rng, count: mean + sd * rng.standard_normal((count, *shape)),
        shape,
    )


def _half_normal(scale: float) -> Prior:
    return Prior(
        scale * float(np.sqrt(1 - 2 / np.pi)),
        lambda x: np.asarray(0.5 * np.log(2 / np.pi) - np.log(scale) - 0.5 * (x / scale) ** 2),
        lambda rng, count: scale * np.abs(rng.standard_normal(count)),
    )


def _correlation(a: float, b: float) -> Prior:
    """(phi + 1) / 2 ~ Beta(a, b)."""
    return Prior(
        2 * float(np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))),
        lambda x: np.asarray((a - 1) * np.log((1 + x) / 2) + (b - 1) * np.log((1 - x) / 2) - betaln(a, b) - np.log(2)),
        lambda rng, count: 2 * rng.beta(a, b, count) - 1,
    )


def _log_normal(median: float, log_sd: float, shape: tuple[int, ...] = ()) -> Prior:
    variance = log_sd**2
    return Prior(
        median * float(np.sqrt((np.exp(variance) - 1) * np.exp(variance))),
        lambda x: np.asarray(-0.5 * (np.log(x / median) / log_sd) ** 2 - np.log(x) - np.log(log_sd) - 0.5 * _LOG_2PI),
        lambda rng, count: median * np.exp(log_sd * rng.standard_normal((count, *shape))),
        shape,
    )


def _gamma_above(shape: float, rate: float, least: float) -> Prior:
    """A gamma distribution cut off below `least`."""
    below = float(gammainc(shape, rate * least))

    def moment(k: int) -> float:
        whole = float(np.exp(gammaln(shape + k) - gammaln(shape))) / rate**k
        return whole * float(gammaincc(shape + k, rate * least)) / (1 - below)

    return Prior(
        float(np.sqrt(moment(2) - moment(1) ** 2)),
        lambda x: np.asarray(
            shape * np.log(rate) - gammaln(shape) + (shape - 1) * np.log(x) - rate * x - np.log1p(-below)
        ),
        lambda rng, count: np.asarray(gammaincinv(shape, below + (1 - below) * rng.random(count)) / rate),
    )
