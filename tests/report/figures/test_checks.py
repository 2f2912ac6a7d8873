from datetime import date

import numpy as np
import pandas as pd
import pytest
import records
from families import make_protocol, make_terms, make_trial, prior_nights
from fitted import fitted
from known import two_arms
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from nof1 import InputError, Protocol, Trial, fit, plots, report
from nof1.analyze.checks.computation import CrossCheck
from nof1.analyze.checks.randomization_test import randomization_tests
from nof1.analyze.reasons import as_told
from nof1.report.figures.orders import differences
from nof1.report.words.sensitivity import sensitivity_sentences

PIT = list(np.linspace(0.01, 0.99, 83))


def axes():
    return Figure(figsize=(7, 3)).add_subplot()


def texts(ax):
    return [text.get_text() for text in ax.texts]


def ticks(ax):
    return [tick.get_text() for tick in ax.get_yticklabels()]


def marks(ax, marker):
    return [
        tuple(float(value[0]) for value in line.get_data())
        for line in ax.lines
        if line.get_marker() == marker and len(line.get_xdata()) == 1
    ]


def checked(result=None, **checks):
    """The result as if it had been sampled, too: with other numbers, and with the checks of the model."""
    result = result or fitted("helps")
    made = {
        "cross_check": records.agreeing(),
        "predictive": records.predictive(
            records.statistic("spread", 1.5, 1.4, (1.0, 2.0), 0.4, arm="mg at $5 or $6"),
            records.statistic("share at the floor", 0.9, 0.2, (0.1, 0.3), 0.001, arm="mg at $5"),
            records.statistic("largest jump between nights", 2.0, 2.0, (2.0, 2.0), 0.5),
        ),
        "left_out": records.left_out(
            PIT,
            (date(2026, 1, 19), 7.0, 0.29, PIT[10]),
            (date(2026, 2, 1), 2.0, 0.11, PIT[40]),
        ),
        "prior_weight": records.prior_weight({(arm.name, "off"): 0.42 for arm in result.trial.protocol.active_arms}),
    }
    tests = randomization_tests(result.trial, seed=result.record.seed)
    return records.changed(records.sampled(result, -0.25, **made | checks), randomization_tests=tests)


CHECKED = checked()


def three_arms():
    frame = pd.DataFrame({"day": range(1, 31), "arm": ["off", "a", "b"] * 10, "y": [3, 5, 4, 6, 2] * 6})
    return fit(
        Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower"),
        engine="marginal",
    )


# --- two computations


def test_both_computations_have_their_mean_and_interval_in_every_row():
    ax = plots.engines(CHECKED, ax=axes())
    (quick,) = fitted("helps").lead
    wanted = [(quick.full.mean, 0), (quick.over_nights.mean, 1)]
    np.testing.assert_allclose(marks(ax, "s"), [(mean, row + 0.15) for mean, row in wanted])
    np.testing.assert_allclose(marks(ax, "o"), [(mean - 0.25, row - 0.15) for mean, row in wanted])
    drawn = [list(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 2.0]
    np.testing.assert_allclose(drawn, 2 * [quick.full.interval, quick.over_nights.interval])
    assert ticks(ax) == ["magnesium against\noff, fully built up", "magnesium against\noff, over these nights"]
    assert "(points)" in ax.get_xlabel()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["sampled (PyMC)", "quick (marginal engine)"]


@pytest.mark.slow
def test_every_pair_of_three_arms_has_both_its_rows():
    ax = plots.engines(checked(three_arms()), ax=axes())
    assert len(marks(ax, "o")) == len(marks(ax, "s")) == 6
    assert ticks(ax)[4:] == ["b against\na, fully built up", "b against\na, over these nights"]


def test_one_computation_alone_is_refused():
    with pytest.raises(InputError, match="only the quick engine ran"):
        plots.engines(fitted("helps"))


def test_the_reason_is_that_of_the_second_computation():
    alone = records.changed(CHECKED, effects=tuple(one for one in CHECKED.record.effects if one.engine == "nuts"))
    reason = CrossCheck(None, refused=as_told("There were too few nights."))
    with pytest.raises(InputError, match="too few nights"):
        plots.engines(records.with_checks(alone, cross_check=reason))


# --- predictive


def test_recorded_values_lie_on_their_own_scaled_line():
    ax = plots.predictive(CHECKED, ax=axes())
    assert marks(ax, "o") == [(0.0, 0.0), (0.0, 2.0)]  # the middle of 1 to 2; and no length at all
    assert marks(ax, "D") == [(1.75, 1.0)]  # 0.9 is far beyond 0.1 to 0.3: at the edge, filled
    assert "1.5 (1.0 to 2.0)" in texts(ax)
    odd = next(text for text in ax.texts if text.get_text() == "0.90 (0.10 to 0.30)")
    assert odd.get_fontweight() == "bold"
    assert ticks(ax) == [
        r"spread on mg at \$5 or \$6",
        r"share at the floor on mg at \$5",
        "largest jump between nights",
    ]


# --- left out


def line_of(ax):
    return next(line for line in ax.lines if line.get_drawstyle() == "steps-post").get_data()


def test_the_line_is_the_share_less_the_probability_and_nights_are_named():
    ax = plots.left_out(CHECKED, ax=axes())
    x, y = line_of(ax)
    np.testing.assert_allclose(y[1:-1], [np.mean(np.array(PIT) <= point) - point for point in x[1:-1]])
    assert marks(ax, "s") == [pytest.approx((PIT[10], 11 / 83 - PIT[10]))]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "2026-01-19: 7 (moves the answer 0.29 sd)" in legend
    assert "95 % band" in legend


def outside(values):
    """Whether the line leaves the band."""
    ax = plots.left_out(checked(left_out=records.left_out(values)), ax=axes())
    x, y = line_of(ax)
    corners = ax.collections[0].get_paths()[0].vertices
    low, high = (
        np.array([extreme(corners[np.isclose(corners[:, 0], at), 1]) for at in x]) for extreme in (np.min, np.max)
    )
    return bool(np.any((y < low - 1e-9) | (y > high + 1e-9)))


@pytest.mark.slow
def test_the_band_holds_nights_that_are_as_they_should_be_and_no_others():
    rng = np.random.default_rng(1)
    left = sum(outside(rng.random(40)) for _ in range(12))
    assert left <= 3  # 5 in 100 are expected to: 4 or more of 12 have a chance of 2 in 1,000
    assert outside(rng.beta(5, 5, 80))
    assert outside(rng.random(80) ** 2)


# --- prior and posterior


def test_prior_and_posterior_are_densities_on_one_scale():
    ax = plots.prior_posterior(CHECKED, ax=axes())
    sd = fitted("helps").trial.protocol.priors.effect_sd
    x, before = next(line for line in ax.lines if line.get_label() == "before").get_data()
    np.testing.assert_allclose(before / before.max(), np.exp(-0.5 * (x / sd) ** 2), atol=1e-6)
    shape = ax.collections[0].get_paths()[0].vertices
    draws = fitted("helps").posterior["posterior"]["effect"].to_numpy().ravel()
    peak = shape[np.argmax(shape[:, 1]), 0]
    assert abs(peak - np.median(draws)) < 0.5 * draws.std()
    # Two densities on one scale have the same area.
    along, up = shape.T
    area = 0.5 * abs(np.sum(along * np.roll(up, -1) - up * np.roll(along, -1)))
    assert area == pytest.approx(np.trapezoid(before, x), rel=0.02)
    assert "prior\n42 %" in texts(ax)
    assert "how much of what is known about it is the prior" in ax.get_xlabel()


def test_a_result_of_an_older_version_has_its_power_scaling_numbers():
    older = records.with_checks(CHECKED, prior=records.prior(["magnesium"]), prior_weight=None)
    ax = plots.prior_posterior(older, ax=axes())
    assert "prior 0.14\nnights 0.09" in texts(ax)
    assert "limit of the prior 0.05" in ax.get_xlabel()


@pytest.mark.slow
def test_every_active_arm_has_its_own_densities_and_no_numbers_where_there_was_no_check():
    result = three_arms()
    ax = plots.prior_posterior(result, ax=axes())
    assert len(ax.collections) == 2
    assert ticks(ax) == ["a", "b"]
    shares = [one.share for one in result.record.checks.prior_weight.shares[:2]]
    assert texts(ax) == [f"prior\n{100 * share:.0f} %" for share in shares]
    ax = plots.prior_posterior(records.with_checks(result, prior_weight=None), ax=axes())
    assert texts(ax) == []
    assert "at the right" not in ax.get_xlabel()


# --- randomization


def test_the_histogram_has_every_order_and_its_dark_share_is_p():
    ax = plots.randomization(CHECKED, ax=axes())
    test = CHECKED.record.randomization_tests[0]
    heights = {True: 0.0, False: 0.0}
    for bar in ax.patches:
        heights[to_rgb(bar.get_facecolor()[:3]) == to_rgb("#CFCFCF")] += bar.get_height()
    assert sum(heights.values()) == test.orders == 64
    assert heights[False] / 64 == pytest.approx(test.p)
    lines = [float(line.get_xdata()[0]) for line in ax.lines]
    assert lines == pytest.approx([test.statistic, -test.statistic])
    assert ax.get_title() == f"p = {test.p:.2g}, from 64 possible orders"


def test_the_orders_drawn_are_those_of_the_test(monkeypatch):
    monkeypatch.setattr("nof1.analyze.checks.randomization_test.MAX_ENUMERATED", 10)
    result = checked()
    test = result.record.randomization_tests[0]
    found = differences(result.trial, test, seed=result.record.seed)
    assert len(found.value) == test.draws
    hits = np.sum(np.abs(found.value) >= abs(test.statistic) - 1e-9)
    assert (1 + hits) / (1 + test.draws) == pytest.approx(test.p)
    assert "orders drawn of 64" in plots.randomization(result, ax=axes()).get_title()


def test_a_trial_that_was_not_drawn_has_the_reason():
    with pytest.raises(InputError, match="was not drawn by"):
        plots.randomization(checked(fit(two_arms(), engine="marginal", sensitivity=False)))


# --- the sheet


def sheet_text(figure):
    found = [text.get_text() for ax in figure.axes for text in ax.texts]
    for part in figure.subfigs:
        found += [text.get_text() for text in (part._suptitle, part._supxlabel) if text is not None]
    return " | ".join(found).replace("\n", " ")


def test_the_sheet_has_six_pictures_with_their_sentences():
    figure = plots.checks(CHECKED)
    figure.canvas.draw()
    told = sheet_text(figure)
    assert len(figure.axes) == 6
    for check in ("cross_check", "prior_weight", "left_out"):
        assert report.sentence(CHECKED, CHECKED.record.checks.made()[check]) in told
    assert report.sentence(CHECKED, CHECKED.record.randomization_tests[0]) in told
    assert sensitivity_sentences(CHECKED.record.sensitivity)[0].replace("$", r"\$") in told
    forest = figure.axes[1]
    assert len(ticks(forest)) == len(CHECKED.record.sensitivity)
    assert r"in one respect (share at the floor on mg at \$5: recorded 0.9" in told


def test_the_sheet_of_the_quick_engine_says_what_it_has_not():
    figure = plots.checks(fitted("helps"))
    figure.canvas.draw()
    told = sheet_text(figure)
    assert told.count("Not computed by the quick engine.") == 2
    assert "only the quick engine ran" in told
    assert "weights are sound" in told


def test_a_reason_is_written_once():
    told = sheet_text(plots.checks(checked(fit(two_arms(), engine="marginal", sensitivity=False))))
    assert told.count("was not drawn by") == 1
    assert "There are no other choices to show" in told


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_other_families_are_drawn_in_their_own_units(better):
    protocol = make_protocol("duration", better=better)
    content = protocol.to_dict()
    content["outcome"]["label"] = "time awake (min)"
    protocol = Protocol.build(content)
    _, (nights,) = prior_nights(make_terms(protocol, missing=0), seed=4)
    result = fit(make_trial(protocol, np.clip(nights.outcome, 1, 600)), engine="marginal", sensitivity=False)
    ax = plots.effect(result, ax=axes())
    assert ax.get_xlabel() == "change in time awake (min) (minutes)"
    # The density is on the scale of the interval.
    shape = ax.collections[0].get_paths()[0].vertices
    low, high = result.lead[0].leading.interval
    assert shape[:, 0].min() < low < high < shape[:, 0].max()
    assert np.ptp(shape[:, 0]) < 6 * (high - low)
    assert "(minutes 0–600" in plots.nights(result.trial, ax=axes()).get_ylabel()
    assert "log ratio" in plots.prior_posterior(result, ax=axes()).get_xlabel()


@pytest.mark.slow
def test_the_sheet_is_the_same_every_time_and_in_both_languages():
    from nof1.report.results.summary import checks_figure

    first = checks_figure(fitted("helps"))
    assert first.startswith(b"<?xml")
    assert first == checks_figure(fitted("helps"))
    assert first != checks_figure(fitted("helps"), language="de")
