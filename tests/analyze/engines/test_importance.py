"""Pareto-smoothed weights against ArviZ's own."""

import numpy as np
import pytest

from nof1.analyze.engines.importance import pareto_weights


@pytest.mark.parametrize("degrees", [1, 3, 5, 30])
@pytest.mark.parametrize("count", [50, 224, 226, 1536, 4000])
def test_weights_and_k_are_arviz_s(degrees, count):
    from arviz_stats.base import array_stats

    x = np.random.default_rng(count + degrees).standard_t(degrees, count)
    log_ratios = (
        np.minimum(0.4 * np.abs(x), 30) if degrees < 4 else 0.5 * (degrees + 1) * np.log1p(x**2 / degrees) - 0.5 * x**2
    )
    weights, pareto_k = pareto_weights(log_ratios)
    smoothed, expected = array_stats.psislw(-log_ratios)
    smoothed = np.exp(smoothed - smoothed.max())
    np.testing.assert_allclose(weights, smoothed / smoothed.sum(), rtol=1e-9, atol=1e-15)
    assert pareto_k == pytest.approx(float(expected), rel=1e-9)


def test_points_without_density_have_no_weight():
    log_ratios = np.r_[np.random.default_rng(0).normal(size=200), -np.inf, np.nan]
    weights, pareto_k = pareto_weights(log_ratios)
    assert np.array_equal(weights[-2:], [0, 0])
    assert weights.sum() == pytest.approx(1)
    assert pareto_k < 0.7


def test_too_few_points_are_not_trusted():
    weights, pareto_k = pareto_weights(np.r_[np.zeros(10), np.full(500, -np.inf)])
    assert pareto_k == np.inf
    assert not weights.any()
