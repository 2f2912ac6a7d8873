import numpy as np
import pandas as pd
import pytest
from fitted import fitted
from matplotlib.figure import Figure

from nof1 import InputError, Trial, fit, plots
from nof1.report.figures.autocorrelation import correlation_apart, lags, pairs_apart


def test_only_nights_exactly_so_far_apart_are_pairs():
    day = np.array([0, 1, 2, 5, 6, 9])
    assert pairs_apart(day, 1).tolist() == [[0, 1], [1, 2], [3, 4]]
    assert pairs_apart(day, 3).tolist() == [[2, 3], [4, 5]]
    assert pairs_apart(day, 8).tolist() == [[1, 5]]
    assert pairs_apart(day, 20).tolist() == []


def test_the_correlation_of_a_long_autoregression_is_phi_to_the_lag():
    rng = np.random.default_rng(2)
    series = np.zeros(60_000)
    for i, step in enumerate(rng.standard_normal(len(series) - 1), start=1):
        series[i] = 0.6 * series[i - 1] + step
    day = np.flatnonzero(rng.random(len(series)) > 0.2)
    found = [correlation_apart(series[day], pairs_apart(day, lag)) for lag in (1, 2, 3)]
    np.testing.assert_allclose(found, [0.6, 0.36, 0.216], atol=0.02)


def test_every_lag_has_its_dot_and_the_band_is_that_of_the_model():
    ax = plots.autocorrelation(fitted("helps", sensitivity=False), ax=Figure(figsize=(7, 3)).add_subplot())
    found = lags(fitted("helps", sensitivity=False))
    dots = {
        float(x): float(y)
        for line in ax.lines
        if line.get_marker() in "oD"
        for x, y in zip(*line.get_data(), strict=True)
    }
    assert dots == pytest.approx(dict(zip(map(float, found.days), found.found, strict=True)))
    phi = float(fitted("helps", sensitivity=False).posterior["posterior"]["phi"].mean())
    assert found.middle[0] == pytest.approx(phi, abs=0.12)
    assert found.found[0] == pytest.approx(phi, abs=0.15)
    assert abs(found.middle[-1]) < 0.1
    assert np.all((found.low < found.middle) & (found.middle < found.high))
    assert "days apart" in ax.get_xlabel()


def test_the_same_result_gives_the_same_band():
    np.testing.assert_array_equal(
        lags(fitted("helps", sensitivity=False)).low, lags(fitted("helps", sensitivity=False)).low
    )


def test_dots_outside_the_band_are_filled_diamonds(monkeypatch):
    found = lags(fitted("helps", sensitivity=False))
    far = found.found.copy()
    far[2] = found.high[2] + 0.2
    monkeypatch.setattr(
        "nof1.report.figures.autocorrelation.lags",
        lambda _: type(found)(found.days, found.pairs, far, found.low, found.middle, found.high),
    )
    ax = plots.autocorrelation(fitted("helps", sensitivity=False), ax=Figure().add_subplot())
    diamonds = next(line for line in ax.lines if line.get_marker() == "D")
    assert list(diamonds.get_xdata()) == [3]


def test_too_few_nights_are_refused():
    frame = pd.DataFrame({"day": range(1, 9), "arm": ["off", "on"] * 4, "y": [3, 5, 4, 6, 2, 5, 3, 6]})
    trial = Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower")
    with pytest.raises(InputError, match="Too few nights"):
        plots.autocorrelation(fit(trial, engine="marginal", sensitivity=False))
