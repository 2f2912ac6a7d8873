from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fitted import fitted
from known import SAMPLE, nightly, two_arms
from matplotlib.figure import Figure
from records import with_main

from nof1 import Protocol, Trial, fit
from nof1.report import plots

HELPS = Trial.load(SAMPLE / "helps")


def axes():
    return Figure(figsize=(7, 3)).add_subplot()


def texts(ax):
    return [text.get_text() for text in ax.texts]


def points(ax, marker=None):
    """All points drawn as markers."""
    lines = [
        line for line in ax.lines if line.get_linestyle() == "None" and (marker is None or line.get_marker() == marker)
    ]
    return np.concatenate([np.column_stack(line.get_data()).astype(float) for line in lines])


def test_nights_shows_every_night_and_every_missing_one():
    ax = plots.nights(HELPS, ax=axes())
    crosses = points(ax, "x")
    assert len(crosses) == len(HELPS.missing_nights)
    shown = points(ax, "o")
    shown = shown[~np.isnan(shown[:, 1])]
    frame = HELPS.frame.dropna(subset="severity")
    np.testing.assert_array_equal(shown[np.argsort(shown[:, 0])], frame[["day", "severity"]].to_numpy(dtype=float))
    assert set(crosses[:, 0]) == set(HELPS.frame["day"][HELPS.frame["severity"].isna()])
    assert ax.get_xlabel() == "night of the trial"
    assert "points 0–10, ↓ better" in ax.get_ylabel()
    assert "run-in" in texts(ax)


def test_the_band_of_the_nights_is_the_threshold_around_the_reference():
    ax = plots.nights(HELPS, ax=axes())
    band = next(patch for patch in ax.patches if patch.get_facecolor()[:3] == pytest.approx((0xEF / 255,) * 3))
    low, high = band.get_extents().transformed(ax.transData.inverted()).intervaly
    frame = HELPS.frame[HELPS.frame["period"] > 0]
    middle = frame.loc[frame["arm"] == "off", "severity"].mean()
    assert (low, high) == pytest.approx((middle - 1, middle + 1))
    assert "grey: within 1 point of the mean on off" in texts(ax)


def test_simulated_data_say_so_on_every_picture():
    result = fitted("helps")
    for ax in (plots.nights(HELPS, ax=axes()), plots.effect(result, ax=axes()), plots.period_means(HELPS, ax=axes())):
        assert "simulated" in texts(ax)
    assert "simulated" not in texts(plots.nights(two_arms(), ax=axes()))


def test_effect_shows_band_interval_and_which_way_is_better():
    result = fitted("helps")
    ax = plots.effect(result, ax=axes())
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((-1, 1))
    interval = next(line for line in ax.lines if line.get_linewidth() == 2.6)
    assert list(interval.get_xdata()) == pytest.approx(result.lead[0].leading.interval)
    assert texts(ax)[:2] == ["← better", "worse →"]


def test_both_effects_are_shown_each_with_its_interval_and_the_leading_one_bold():
    result = with_main(fitted("helps"), estimand="over-nights")
    ax, main = plots.effect(result, ax=axes()), result.lead[0]
    bars = {line.get_linewidth(): list(line.get_xdata()) for line in ax.lines if line.get_linewidth() in (2.6, 1.3)}
    assert bars[2.6] == pytest.approx(main.over_nights.interval)
    assert bars[1.3] == pytest.approx(main.full.interval)
    assert {"over these nights", "once fully built up"} <= set(texts(ax))
    told = plots.describe(result.trial, result)["effect"]
    assert told.index("over these nights mean") < told.index("once fully built up mean")


def test_without_build_up_or_threshold_there_is_one_interval_and_no_band():
    content = two_arms().protocol.to_dict()
    del content["outcome"]["threshold"]
    trial = replace(two_arms(), protocol=Protocol.build(content))
    ax = plots.effect(fit(trial, engine="marginal", sensitivity=False), ax=axes())
    assert [line.get_linewidth() for line in ax.lines].count(2.6) == 1
    assert not {"once fully built up", "too small\nto matter"} & set(texts(ax))
    assert not [
        patch for patch in plots.nights(trial, ax=axes()).patches if patch.get_facecolor()[:3] == (0xEF / 255,) * 3
    ]


def test_missing_nights_have_a_strip_of_their_own_below_the_scale():
    ax = plots.nights(HELPS, ax=axes())
    bottom, _ = ax.spines["left"].get_bounds()
    assert bottom < 0  # a rating of 0 is above it
    assert (points(ax, "x")[:, 1] < bottom).all()
    assert min(ax.get_yticks()) >= bottom


@pytest.mark.slow
def test_higher_is_better_turns_the_arrows_around():
    ax = plots.effect(fit(nightly(), engine="marginal"), ax=axes())
    assert texts(ax)[:2] == ["← worse", "better →"]


def test_period_means_are_the_means_and_blocks_are_joined():
    ax = plots.period_means(HELPS, ax=axes())
    means = HELPS.frame[HELPS.frame["period"] > 0].groupby("period")["severity"].mean()
    np.testing.assert_allclose(np.sort(points(ax)[:, 1]), np.sort(means))
    assert len([line for line in ax.lines if line.get_label().startswith("block")]) == 6


@pytest.mark.slow
def test_three_arms_have_a_density_each():
    frame = pd.DataFrame({"day": range(1, 31), "arm": ["off", "a", "b"] * 10, "y": [3, 5, 4, 6, 2] * 6})
    trial = Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower")
    ax = plots.effect(fit(trial, engine="marginal"), ax=axes())
    assert {"a against off", "b against off", "b against a"} <= set(texts(ax))
    styles = plots.arm_styles(trial.protocol)
    assert len(set(styles.values())) == 3


def test_a_dollar_sign_is_no_mathematics():
    frame = pd.DataFrame({"day": range(1, 9), "arm": ["$a_b$", "off"] * 4, "y": range(8)})
    frame["arm"] = frame["arm"].replace("$a_b$", "a_b")
    trial = Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower")
    content = trial.protocol.to_dict()
    content["outcome"]["label"] = r"cost $x^2$ \frac"
    ax = plots.nights(Trial(type(trial.protocol).build(content), trial.order, trial.entries), ax=axes())
    assert r"\$x^2\$" in ax.get_ylabel()
    ax.figure.canvas.draw()
