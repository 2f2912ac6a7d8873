"""Draws of the model's parameters as plain arrays: what the families' computations need, whichever engine drew them.

It must not import PyMC.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.model.data import NO_BLOCK, ModelData
from nof1.analyze.model.exposure import exposure_by_day

if TYPE_CHECKING:
    import xarray as xr

_AT_A_TIME = 500  # draws, so that arrays of draws by nights by nodes stay small


@dataclass(frozen=True)
class Draws:
    """S draws of everything that the model holds.

    Attributes
    ----------
    level, sigma, phi, omega : array, shape (S,)
        Zero (phi, omega, and sigma of a family without spread between nights) where the model has no such part.
    half_life : array, shape (S,), or None
    trend, start_up : array, shape (S,)
        Zero where the model has no such part.
    covariate_effect : array, shape (S, J)
    effect : array, shape (S, K)
        At full exposure, on the family's scale.
    period_offset : array, shape (S, P)
        Of each period beside its block's.
    block_offset : array, shape (S, B)
    state : array, shape (S, n), or None
        Deviation of every recorded night from its mean, where it is not observed: rating, ordinal, count, binary.
    degrees, overdispersion : array, shape (S,), or None
        Of the student and the count family.
    cuts : array, shape (S, levels - 1), or None
        Cut points of the ordinal family, the first of them 0.
    """

    level: Array
    sigma: Array
    phi: Array
    omega: Array
    half_life: Array | None
    trend: Array
    start_up: Array
    covariate_effect: Array
    effect: Array
    period_offset: Array
    block_offset: Array
    state: Array | None = None
    degrees: Array | None = None
    overdispersion: Array | None = None
    cuts: Array | None = None

    def __len__(self) -> int:
        return len(self.level)

    def part(self, chosen: Any) -> "Draws":
        """Some of the draws, by an index or a slice."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: of[chosen] for name, of in values.items() if of is not None})

    def in_parts(self) -> Iterator["Draws"]:
        """All of them, a few hundred at a time."""
        return (self.part(slice(i, i + _AT_A_TIME)) for i in range(0, len(self), _AT_A_TIME))


def draws_of(data: ModelData, posterior: "xr.Dataset") -> Draws:
    """Every draw of a posterior, chain after chain."""
    values: Mapping[str, Any] = {
        str(name): _by_draw(of.transpose("chain", "draw", ...).to_numpy()) for name, of in posterior.data_vars.items()
    }
    size = posterior.sizes["chain"] * posterior.sizes["draw"]

    def get(name: str, *shape: int) -> Array:
        there: Array = values[name] if name in values else np.zeros((size, *shape))
        return there

    return Draws(
        level=get("level"),
        sigma=get("sigma"),
        phi=get("phi"),
        omega=get("omega"),
        half_life=get("half_life") if data.exponential else None,
        trend=get("trend"),
        start_up=get("start_up"),
        covariate_effect=get("covariate_effect", len(data.covariate_names)),
        effect=get("effect", len(data.arms)),
        period_offset=get("period_offset", len(data.period_numbers)),
        block_offset=get("block_offset", len(data.block_numbers)),
        state=values.get("state"),
        degrees=values.get("degrees"),
        overdispersion=values.get("overdispersion"),
        cuts=cut_points(values["gap"]) if "gap" in values else None,
    )


def _by_draw(values: Array) -> Array:
    """Chain after chain, (chains, draws, ...) to (S, ...)."""
    return np.asarray(values, dtype=float).reshape(-1, *values.shape[2:])


def cut_points(gap: Array) -> Array:
    """Cut points from the distances between neighbours, shape (S, levels - 2) to (S, levels - 1); the first is 0."""
    return np.concatenate([np.zeros((len(gap), 1)), np.cumsum(gap, axis=1)], axis=1)


def exposures(data: ModelData, draws: Draws) -> Array:
    """Exposure of the recorded nights to each arm, shape (S, n, K), or (1, n, K) where it is the dose itself."""
    if draws.half_life is None:
        return data.doses[None, data.dose_day]
    return np.moveaxis(exposure_by_day(data.doses, draws.half_life)[data.dose_day], -1, 0)


def without_treatment(data: ModelData, draws: Draws) -> Array:
    """Mean of every recorded night had it been off treatment, on the family's scale, shape (S, n)."""
    out = draws.level[:, None] + draws.trend[:, None] * data.time + draws.start_up[:, None] * data.fading
    if data.covariate_names:
        out = out + draws.covariate_effect @ data.covariates.T
    if data.block_numbers:
        out = out + np.where(data.block == NO_BLOCK, 0.0, draws.block_offset[:, data.block])
    if data.period_effects:
        out = out + draws.period_offset[:, data.period]
    return out


def linear_predictor(data: ModelData, draws: Draws) -> Array:
    """Mean of every recorded night on the family's scale, shape (S, n)."""
    treated: Array = np.einsum(
        "snk,sk->sn", np.broadcast_to(exposures(data, draws), (len(draws), data.n, len(data.arms))), draws.effect
    )
    return without_treatment(data, draws) + treated
