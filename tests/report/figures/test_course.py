from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fitted import fitted
from known import two_arms
from matplotlib.figure import Figure
from records import changed

from nof1 import InputError, Trial, fit, plots
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.exposure import exposure
from nof1.analyze.reasons import as_told
from nof1.language import speaking


def axes(size=(7, 3)):
    return Figure(figsize=size, layout="constrained").add_subplot()


def test_the_effect_over_time_has_both_ends_and_the_band():
    ax = plots.over_time(fitted("helps", sensitivity=False), ax=axes())
    told = fitted("helps", sensitivity=False).record.over_time.rows[0]
    row, (first, last) = told.leading, told.nights
    bars = [(line.get_xdata()[0], *line.get_ydata()) for line in ax.lines if line.get_linewidth() == 2.6]
    assert bars == [(first, *row.early.interval), (last, *row.late.interval)]
    line = next(line for line in ax.lines if line.get_linewidth() == 1.8)
    assert list(line.get_ydata()) == [row.early.mean, row.late.mean]
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (band.y0, band.y1) == pytest.approx((-1, 1))
    assert ax.get_title().startswith("from first to last: 0.28 (")
    assert "(points, ↓ better)" in ax.get_ylabel()
    low, high = ax.get_ylim()
    assert low < min(row.early.interval[0], -1)
    assert high > max(row.late.interval[1], 1)


def test_an_effect_over_time_that_was_refused_has_the_reason():
    result = fitted("helps", sensitivity=False)
    refused = replace(result.record.over_time, refused=as_told("It is for another family."), rows=())
    with pytest.raises(InputError, match="for another family"):
        plots.over_time(changed(result, over_time=refused))


def test_exposure_is_the_posterior_mean_of_every_day_within_its_band():
    ax = plots.exposure(fitted("helps", sensitivity=False), ax=axes())
    data = build_model_data(fitted("helps", sensitivity=False).trial)
    half_life = fitted("helps", sensitivity=False).posterior["posterior"]["half_life"].to_numpy().ravel()
    wanted = exposure(data.doses, half_life).mean(axis=0)[:, 0]
    curve = next(line for line in ax.lines if line.get_label() == "magnesium").get_data()
    np.testing.assert_array_equal(curve[0], np.arange(1, len(wanted) + 1))
    np.testing.assert_allclose(curve[1], wanted, atol=0.02)
    corners = ax.collections[0].get_paths()[0].vertices
    for night in (20, 40, 50):
        ends = corners[np.isclose(corners[:, 0], night), 1]
        assert ends.min() < curve[1][night - 1] < ends.max()
    assert "doses" in [tick.get_text() for tick in ax.get_yticklabels()]
    assert "days" in ax.get_title()


def test_doses_are_drawn_on_their_nights_alone():
    ax = plots.exposure(fitted("helps", sensitivity=False), ax=axes())
    corners = ax.collections[1].get_paths()[0].vertices
    foot = corners[:, 1].min()
    data = build_model_data(fitted("helps", sensitivity=False).trial)
    for night, dose in enumerate(data.doses[:, 0], start=1):
        there = corners[np.abs(corners[:, 0] - night) < 0.6, 1].max() > foot + 1e-9
        assert there or dose == 0
    area = 0.5 * abs(np.sum(corners[:, 0] * np.roll(corners[:, 1], -1) - corners[:, 1] * np.roll(corners[:, 0], -1)))
    assert area == pytest.approx(0.13 * data.doses.sum(), rel=1e-6)


def test_without_carryover_the_doses_are_the_curve():
    result = fit(two_arms(), engine="marginal", sensitivity=False)
    ax = plots.exposure(result, ax=axes())
    steps = next(line for line in ax.lines if line.get_label() == "2")
    assert steps.get_drawstyle() == "steps-mid"
    np.testing.assert_array_equal(steps.get_ydata(), np.repeat([0, 1, 0, 1], 7))
    assert len(ax.collections) == 0
    assert ax.get_ylabel() == "exposure, share of full"


def test_several_arms_have_their_names_on_their_curves():
    frame = pd.DataFrame({"day": range(1, 31), "arm": ["off", "a", "b"] * 10, "y": [3, 5, 4, 6, 2] * 6})
    options = {"outcome": "y", "arm": "arm", "day": "day", "reference": "off", "low": 0, "high": 10, "better": "lower"}
    result = fit(Trial.from_frame(frame, **options, carryover="exponential"), engine="marginal", sensitivity=False)
    ax = plots.exposure(result, ax=axes())
    assert {"a", "b"} <= {text.get_text() for text in ax.texts}
    styles = {(line.get_color(), str(line.get_linestyle())) for line in ax.lines if line.get_label() in ("a", "b")}
    assert len({colour for colour, _ in styles}) == len({style for _, style in styles}) == 2


def test_german_axes_have_a_decimal_comma():
    def ticks(ax):
        ax.set_ylim(-1.3, 1.3)
        ax.figure.canvas.draw()
        return " ".join(tick.get_text() for tick in ax.get_yticklabels())

    english = plots.over_time(fitted("helps", sensitivity=False), ax=axes())
    with speaking("de"):
        german = plots.over_time(fitted("helps", sensitivity=False), ax=axes())
        assert "0,28" in german.get_title()
    assert "." in ticks(english)
    told = ticks(german)  # drawn after the language was spoken
    assert "," in told
    assert "." not in told
