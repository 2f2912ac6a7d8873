"""Every picture against the one that was looked at. `make images` draws them again; look at what it changes."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import records
from cohorts import made_cohort
from fitted import fitted
from known import SAMPLE
from matplotlib.figure import Figure

from nof1 import Trial, plots
from nof1.analyze.checks.randomization_test import randomization_tests
from nof1.analyze.simulation.alternatives import THIS
from nof1.analyze.simulation.power import Power

pytestmark = pytest.mark.slow

# Small, with letters: drawn anew, not one pixel differs; the tolerance is for other builds of the letters' library.
compared = pytest.mark.mpl_image_compare(
    baseline_dir="baseline", style="default", tolerance=1, savefig_kwargs={"dpi": 50}, remove_text=False
)


def drawn(draw, size=(7.0, 3.0)):
    figure = Figure(figsize=size, layout="constrained")
    draw(figure.add_subplot())
    return figure


@pytest.fixture(scope="module")
def trial():
    return Trial.load(SAMPLE / "helps")


@pytest.fixture(scope="module")
def result():
    return fitted("helps")


@pytest.fixture(scope="module")
def unsure():
    return fitted("cant-tell", sensitivity=False)


@pytest.fixture(scope="module")
def checked(result):
    """The result with entries such as a sampled one has: its numbers are made up and fixed."""
    sampled = records.sampled(
        result,
        -0.25,
        predictive=records.predictive(
            records.statistic("spread", 1.5, 1.4, (1.0, 2.0), 0.4),
            records.statistic("share at the floor", 0.9, 0.2, (0.1, 0.3), 0.001, arm="magnesium"),
            records.statistic("largest jump between nights", 4.0, 4.2, (3.0, 7.0), 0.5),
        ),
        left_out=records.left_out(np.linspace(0.01, 0.99, 83) ** 1.2, (date(2026, 1, 19), 7.0, 0.29, 0.7)),
        prior=records.prior(["magnesium"]),
    )
    tests = randomization_tests(result.trial, seed=result.record.seed)
    return records.changed(sampled, randomization_tests=tests)


@compared
def test_schedule(trial):
    return drawn(lambda ax: plots.schedule(trial, ax=ax), (7.4, 2.45))


@compared
def test_schedule_sealed(planned):
    protocol = planned("randomized-blocks", concealed="helper", period_nights=4, run_in_nights=3, blocks=3)
    return drawn(lambda ax: plots.schedule(protocol, ax=ax), (7.4, 1.6))


@compared
def test_schedule_of_three_arms_with_washout(planned):
    protocol = planned("randomized-blocks", 3, period_nights=5, run_in_nights=3, washout_nights=2, blocks=2)
    return drawn(lambda ax: plots.schedule(protocol, ax=ax), (7.4, 2.45))


@compared
def test_nights(trial):
    return drawn(lambda ax: plots.nights(trial, ax=ax), (7.4, 2.45))


@compared
def test_period_means(trial):
    return drawn(lambda ax: plots.period_means(trial, ax=ax), (3.4, 2.4))


@compared
def test_effect(result):
    return drawn(lambda ax: plots.effect(result, ax=ax), (3.9, 2.4))


@compared
def test_probabilities(unsure):
    return drawn(lambda ax: plots.probabilities(unsure, ax=ax), (3.5, 2.4))


@compared
def test_over_time(result):
    return drawn(lambda ax: plots.over_time(result, ax=ax), (5.0, 2.6))


@compared
def test_exposure(result):
    return drawn(lambda ax: plots.exposure(result, ax=ax))


@compared
def test_autocorrelation(result):
    return drawn(lambda ax: plots.autocorrelation(result, ax=ax))


@compared
def test_prior_posterior(checked):
    return drawn(lambda ax: plots.prior_posterior(checked, ax=ax))


@compared
def test_sensitivity(result):
    return drawn(lambda ax: plots.sensitivity(result, ax=ax), (7.2, 3.6))


@compared
def test_predictive(checked):
    return drawn(lambda ax: plots.predictive(checked, ax=ax), (7.0, 2.0))


@compared
def test_left_out(checked, monkeypatch):
    # The band is simulated without a seed of its own; here it has a known width.
    def band(pit, *_):
        points = np.linspace(0, 1, 99)
        share = np.mean(np.array(pit)[:, None] <= points, axis=0)
        wide = 0.3 * np.sqrt(points * (1 - points))
        return points, share, points - wide, points + wide

    monkeypatch.setattr("arviz_stats.ecdf_utils.ecdf_pit", band)
    return drawn(lambda ax: plots.left_out(checked, ax=ax), (5.5, 3.4))


@compared
def test_randomization(checked):
    return drawn(lambda ax: plots.randomization(checked, ax=ax), (5.5, 3.0))


@compared
def test_engines(checked):
    return drawn(lambda ax: plots.engines(checked, ax=ax), (6.5, 2.2))


@compared
def test_power(make_protocol):
    protocol = make_protocol()
    rows = [
        (14, 4, 3, 0.62, 4.1, THIS),
        (26, 8, 3, 0.83, 2.9, "more blocks"),
        (30, 4, 7, 0.71, float("nan"), "longer periods"),
    ]
    designs = pd.DataFrame(rows, columns=["nights", "periods", "period_nights", "right", "width", "change"])
    designs = designs.assign(right_mcse=0.02, design=[f"{row[1]} periods" for row in rows])
    made = Power.__new__(Power)
    object.__setattr__(made, "protocol", protocol)
    object.__setattr__(made, "designs", designs)
    object.__setattr__(made, "settings", {"goal": 0.8})
    return drawn(lambda ax: plots.power(made, ax=ax), (7.0, 2.3))


@compared
def test_cohort(result, unsure):
    worse = fitted("worsens", sensitivity=False)
    people = {"first person": result, "second person": worse, "third person": unsure}
    return drawn(lambda ax: plots.cohort(people, ax=ax), (7.0, 2.4))


@compared
def test_cohort_of_ten():
    return drawn(lambda ax: plots.cohort(made_cohort(10), ax=ax), (7.0, 4.4))


@compared
def test_cohort_of_a_hundred():
    return drawn(lambda ax: plots.cohort(made_cohort(100), ax=ax), (7.0, 5.6))


@compared
def test_cohort_of_ten_thousand():
    # The picture does not know that these are a thousand people ten times.
    cohort = made_cohort(1000, better="higher")
    people = pd.concat([cohort.people] * 10, ignore_index=True)
    return drawn(lambda ax: plots.cohort(replace(cohort, people=people), ax=ax), (7.0, 4.4))
