"""The checks of the model: quiet where the model made the nights, loud where it did not."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from families import make_protocol, make_terms, prior_nights

from nof1.analyze.checks.model_checks import as_recorded, left_out_check, predictive_check, statistics
from nof1.analyze.engines.inference_data import complete_tree, leave_one_out_tree
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.posterior import marginal_draws

PLAIN = {"trend": False, "period_effects": False, "start_up": False, "block_effects": False, "carryover": "none"}


def night(day):
    return date(2026, 1, 5) + timedelta(days=day)


def checked(data, *, whole=False):
    posterior = marginal_draws(data, fit_marginal(data, seed=1), seed=1)
    tree = complete_tree(data, posterior, None, seed=1)
    return (
        predictive_check(data, tree, whole=whole),
        left_out_check(data, leave_one_out_tree(data, posterior, seed=1), night),
    )


def nights_of(y, **analysis):
    data = make_terms(make_protocol("normal", blocks=5, period_nights=4, **(PLAIN | analysis)), missing=0)
    return replace(data, y=y(data))


@pytest.fixture(scope="module")
def ordinary():
    def y(data):
        rng = np.random.default_rng(3)
        return 5 - 1.5 * data.treated[data.day, 0] + rng.normal(0, 1.2, data.n)

    return nights_of(y)


def test_nights_of_the_model_pass_every_check(ordinary):
    predictive, left_out = checked(ordinary)
    assert predictive.passed, predictive
    assert left_out.passed, left_out
    assert not any(row.strong for row in left_out.influential)
    assert left_out.pareto_k_max < 0.7
    assert len(left_out.pit) == ordinary.n


def test_a_wild_night_is_seen_by_name(ordinary):
    y = ordinary.y.copy()
    y[-6] += 14.0
    predictive, left_out = checked(replace(ordinary, y=y))
    told = left_out.influential[0]
    assert told.night == night(int(ordinary.day[-6]))
    assert told.outcome == pytest.approx(y[-6])
    assert told.pit > 0.99
    assert told.pareto_k > 0.7
    assert next(row.p for row in predictive.statistics if row.name == "largest jump between nights") < 0.2


def test_a_night_that_weights_cannot_leave_out_is_fitted_anew(ordinary):
    y = ordinary.y.copy()
    y[-6] += 14.0
    data = replace(ordinary, y=y)
    told = checked(data)[1].influential[0]
    with_it, without = (
        marginal_draws(one, fit_marginal(one, seed=9), seed=9)["effect"] for one in (data, data.without(data.n - 6))
    )
    expected = abs(float(with_it.mean() - without.mean())) / float(with_it.std())
    assert told.shift_sd == pytest.approx(expected, abs=0.06)


def test_nights_without_the_scatter_of_a_normal_are_not_even():
    """All noise in one night of ten: most nights are far less surprising than a normal distribution says."""

    def y(data):
        rng = np.random.default_rng(1)
        return (
            5 + 0.05 * rng.normal(size=data.n) + np.where(np.arange(data.n) % 10 == 3, rng.choice([-4, 4], data.n), 0)
        )

    _, left_out = checked(nights_of(y))
    assert left_out.p_uniform < 0.01
    assert not left_out.passed
    assert not left_out.uniform


def test_neighbours_that_the_model_takes_for_strangers_are_seen():
    def y(data):
        rng = np.random.default_rng(5)
        out = np.zeros(data.n)
        for i in range(1, data.n):
            out[i] = 0.95 * out[i - 1] + 0.3 * rng.normal()
        return 5 + out

    predictive, _ = checked(nights_of(y, autocorrelation=False))
    assert not predictive.passed
    assert "correlation of neighbouring nights" in [row.name for row in predictive.statistics if row.odd]


def test_statistics_are_what_they_say():
    data = make_terms(make_protocol("rating", **PLAIN), missing=0.1)
    _, nights = prior_nights(data, seed=2)
    y = nights[0].y
    of = statistics(data, whole=True)
    on = data.treated[data.day, 0]
    assert of["spread", "magnesium"](y) == pytest.approx(np.std(y[on]))
    assert of["share at the floor", None](y) == pytest.approx(np.mean(y[~on] == 0))
    pairs = [(i, i + 1) for i in range(data.n - 1) if data.day[i + 1] == data.day[i] + 1]
    one, two = np.array([[y[a], y[b]] for a, b in pairs]).T
    assert of["correlation of neighbouring nights", None](y) == pytest.approx(np.corrcoef(one, two)[0, 1])
    assert of["largest jump between nights", None](y) == max(abs(y[b] - y[a]) for a, b in pairs)


def test_new_nights_are_told_as_the_diary_would_hold_them():
    data = make_terms(make_protocol("rating"))
    assert as_recorded(data, np.array([-1.2, 3.4, 12.0]), whole=True).tolist() == [0, 3, 10]
    assert as_recorded(data, np.array([-1.2, 3.4]), whole=False).tolist() == [-1.2, 3.4]
