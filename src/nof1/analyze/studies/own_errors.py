"""How sharp one person's own nights make their effect, before any night: by the trial's own model, without simulating an outcome.

In the normal model the variance of an effect, given theta = (phi, sigma, omega, half-life), does not depend on the outcomes.
"""

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.simulation.nuisance import NAMES, Nuisance
from nof1.analyze.simulation.precision import full_effect_sd, lattice, some_nights
from nof1.errors import RefusalError
from nof1.plan.protocol.protocol import Protocol

SILENT = 1e-9  # share of what is known of the effect, below which the nights add nothing to its prior
_ORDERS = 8


def own_variances(protocol: Protocol, nuisance: Nuisance, *, missing: float, seed: int, draws: int = 128) -> Array:
    """Variance of a person's estimate of the first active arm's full effect, without the prior of that effect.

    Parameters
    ----------
    protocol : Protocol
        With a design that nof1 draws.
    nuisance : Nuisance
        Of which people's theta is taken, on a lattice of quasi-random points.
    missing : float
        Share of nights without an entry.
    seed : int
    draws : int
        Points of theta; a multiple of 8.

    Returns
    -------
    array, shape (draws,)
        In squared points; infinite where the nights say nothing, as where an arm is never recorded.
    """
    rng = np.random.default_rng(seed)
    natural = nuisance.from_unit(lattice(draws, len(NAMES), rng))
    out = []
    for i in range(_ORDERS):
        theta = {name: values[i::_ORDERS] for name, values in natural.items()}
        try:
            data = some_nights(protocol, missing, rng)
        except RefusalError:
            out.append(np.full(len(theta["sigma"]), np.inf))
            continue
        sd = full_effect_sd(protocol, data, theta)
        precision = sd**-2 - protocol.priors.effect_sd**-2
        silent = precision <= SILENT * sd**-2
        out.append(np.where(silent, np.inf, 1 / np.where(silent, 1.0, precision)))
    return np.concatenate(out)
