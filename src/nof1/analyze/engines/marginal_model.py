"""The density of one trial's model: that of a batch of one trial (`marginal_batch`).

It must not import PyMC, and does not know how theta is sampled.
"""

from collections.abc import Mapping
from functools import cached_property

from nof1.analyze.arrays import Array
from nof1.analyze.engines.factors import Factors
from nof1.analyze.engines.marginal_batch import ALL_TRIALS, ModelBatch
from nof1.analyze.engines.marginal_numbers import TrialNumbers


class MarginalModel(TrialNumbers):
    """Log density of theta for one trial, for many theta at once."""

    @cached_property
    def _alone(self) -> ModelBatch:
        return ModelBatch([self])

    @property
    def chunk(self) -> int:
        """How many theta to evaluate at a time."""
        return self._alone.chunk

    def log_prior(self, theta: Array, natural: Mapping[str, Array]) -> Array:
        """Log prior density of theta, shape (S, d), in its own coordinates."""
        of_one = {name: values[None] for name, values in natural.items()}
        prior: Array = self._alone.log_prior(theta[None], of_one, ALL_TRIALS)[0]
        return prior

    def log_density(self, theta: Array) -> Array:
        """Log density of the nights and each theta, with all its constants: (S, d) to (S,)."""
        return self.density_and_root(theta)[0]

    def density_and_root(self, theta: Array) -> tuple[Array, Array]:
        """Log density of nights and theta, and the root of `Factors`, which is all that the effects need."""
        value, root = self._alone.density_and_root(theta[None], ALL_TRIALS)
        return value[0], root[0]

    def evaluate(self, theta: Array) -> tuple[Array, Factors]:
        """Log density of nights and theta, shape (S, d), and the factors that lead to the coefficients."""
        value, factors = self._alone.evaluate(theta[None], ALL_TRIALS)
        return value[0], factors.take(0)
