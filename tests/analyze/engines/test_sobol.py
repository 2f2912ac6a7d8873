import numpy as np
import pytest

from nof1.analyze.engines.sobol import MOST_DIMENSIONS, sobol


@pytest.mark.parametrize("d", range(1, MOST_DIMENSIONS + 1))
def test_points_are_scipy_s(d):
    from scipy.stats import qmc

    expected = qmc.Sobol(d, scramble=False, bits=30).random(1024)
    np.testing.assert_allclose(sobol(d, 1024), expected + 0.5 / 2**30, atol=1e-12)


def test_shifted_points_are_as_even_as_they_were():
    """Of 256 points one in every box of width 1/256, in each dimension, whatever the shift."""
    for seed in range(5):
        points = sobol(5, 256, np.random.default_rng(seed))
        assert all(len(set(np.floor(256 * column))) == 256 for column in points.T)
    assert not np.array_equal(sobol(2, 8, np.random.default_rng(1)), sobol(2, 8, np.random.default_rng(2)))
    assert np.all((points > 0) & (points < 1))
