"""Families beside a separate program: mean and sd of the effect, found there by importance sampling from the priors alone.

12 nights in four periods of three, the eighth missing, in a listed order, by the first edition's model and priors; the effect is on the
family's scale.
"""

from math import hypot

import numpy as np
import pandas as pd
import pytest
from known import of_edition, silent

from nof1 import Trial
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.nuts import Effort, compile_nuts, mcse, sample_nuts
from nof1.analyze.model.data import build_model_data

MISSING = 7  # counted from 0
# Low and high end, ratings (that of the missing night is no part of them), and the reference: mean ± its Monte Carlo error, and sd.
REFERENCES = {
    "rating": (0, 10, (6, 7, 5, 4, 4, 3, 6, 8, 5, 2, 4, 4), -1.216, 0.032, 1.503),
    "count": (0, 30, (3, 5, 2, 1, 0, 2, 4, 6, 3, 1, 2, 0), -0.527, 0.007, 0.606),
    "binary": (0, 1, (1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1, 0), -0.710, 0.007, 1.35),
    "ordinal": (0, 3, (2, 3, 2, 1, 0, 1, 3, 3, 1, 0, 1, 1), -0.527, 0.035, 1.317),
    "student": (0, 10, (6, 7, 5, 4, 4, 3, 6, 8, 5, 2, 4, 9), -0.397, 0.007, 1.712),
    "duration": (0, 120, (40, 55, 30, 20, 18, 25, 50, 70, 35, 15, 22, 20), -0.268, 0.007, 0.540),
}
# Its own error must not be what decides: these two were two errors off with fewer draws.
EFFORTS = {"binary": Effort(1000, 8000, 0.97), "duration": Effort(1000, 8000, 0.97)}


def nights_of(family):
    low, high, ratings, *_ = REFERENCES[family]
    outcome = [None if i == MISSING else float(value) for i, value in enumerate(ratings)]
    frame = pd.DataFrame({"day": np.arange(1, 13), "arm": np.tile(np.repeat(["off", "mg"], 3), 2), "y": outcome})
    trial = Trial.from_frame(
        frame,
        outcome="y",
        arm="arm",
        day="day",
        reference="off",
        low=low,
        high=high,
        better="lower",
        threshold=0.1 * (high - low),
        carryover="exponential",
        analysis={"family": family},
    )
    return build_model_data(of_edition(trial, 1))


@pytest.mark.slow
@pytest.mark.parametrize("family", REFERENCES)
def test_nuts_meets_the_reference(family):
    *_, mean, error, sd = REFERENCES[family]
    compiled = compile_nuts(nights_of(family), progress=silent)
    effort = EFFORTS.get(family, Effort(1000, 3000, 0.97))
    draws = sample_nuts(compiled, seed=12, progress=silent, efforts=[effort]).tree["posterior"]["effect"]
    draws = draws.to_numpy()[..., 0]
    assert draws.mean() == pytest.approx(mean, abs=3 * hypot(error, mcse(draws, "mean", None)))
    # The reference's sd is rounded, and its error is about that of its mean.
    assert draws.std() == pytest.approx(sd, abs=3 * hypot(error, mcse(draws, "sd", None)) + 0.005)


def test_the_marginal_engine_meets_the_reference_of_durations():
    *_, mean, error, sd = REFERENCES["duration"]
    found = fit_marginal(nights_of("duration"), seed=12)
    centre = found.weights @ found.effect_mean[:, 0]
    of_theta = found.effect_root[:, 0, 0] ** -2.0
    spread = np.sqrt(found.weights @ (of_theta + (found.effect_mean[:, 0] - centre) ** 2))
    assert centre == pytest.approx(mean, abs=3 * error)
    assert spread == pytest.approx(sd, abs=3 * error)
