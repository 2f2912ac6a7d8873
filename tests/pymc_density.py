"""Draws of the priors under the names of the PyMC model, and its densities there without compiling."""

from dataclasses import replace

import numpy as np
from families import make_protocol, make_terms, prior_nights
from pytensor.compile.mode import Mode

from nof1.analyze.engines.inference_data import latent_states
from nof1.analyze.engines.pymc_model import latent_ratings
from nof1.analyze.model.draws import linear_predictor

PLAIN = Mode(linker="py", optimizer="fast_compile")


def one_of(family, *, seed=5, arms=("off", "citrate", "oxide"), data=None, **analysis):
    """One draw of the priors with nights from it (on these nights if given), and its values under the names of the PyMC model."""
    data = make_terms(make_protocol(family, arms=arms, **analysis)) if data is None else data
    draws, nights = prior_nights(data, seed=seed)
    data = nights[0]
    values = {"level": draws.level[0], "effect": draws.effect[0], "covariate_effect": draws.covariate_effect[0]}
    for name in ("trend", "start_up", "block_offset", "sigma", "omega", "half_life", "degrees", "overdispersion"):
        of = getattr(draws, name)
        values |= {} if of is None else {name: of[0]}
    values |= {"phi_unit": (draws.phi[0] + 1) / 2, "period_raw": draws.period_offset[0] / max(draws.omega[0], 1e-9)}
    rng = np.random.default_rng(seed)
    if family == "ordinal":
        values["gap"] = np.diff(draws.cuts[0])
    if family == "rating":
        values["place"] = rng.uniform(0.05, 0.95, data.n)
        state = latent_ratings(data, values["place"]) - linear_predictor(data, draws)
        draws = replace(draws, state=state)
    elif draws.state is not None:
        values["step"] = rng.standard_normal(data.n)
        draws = replace(draws, state=latent_states(data, draws.sigma, draws.phi, values["step"][None]))
    return data, draws, values


def as_pymc_wants(model, values):
    point = {}
    for variable in model.free_RVs:
        transform = model.rvs_to_transforms[variable]
        value = np.asarray(values[variable.name], dtype=float)
        name = model.rvs_to_values[variable].name
        point[name] = value if transform is None else transform.forward(value, *variable.owner.inputs).eval()
    return point


def pymc_log_density(model, variables, values):
    return float(model.compile_logp(vars=variables, jacobian=False, mode=PLAIN)(as_pymc_wants(model, values)))
