"""How a result shows itself: the verdict, the numbers of its record, and what failed."""

from dataclasses import replace
from html import unescape

import pytest
from fitted import fitted
from records import predictive, statistic, with_checks, with_main

from nof1.analyze.checks.computation import Check, CrossCheck, Sampling

NASTY = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def result():
    return fitted("helps", sensitivity=False)


def test_it_says_what_the_record_says(result):
    numbers = result.lead[0].leading
    low, high = (f"{end:+.2f}".replace("-", "−") for end in numbers.interval)
    for shown in (repr(result), unescape(result._repr_html_())):
        assert "magnesium against off" in shown
        assert result.lead[0].verdict in shown
        assert f"{numbers.mean:.2f} over these nights".replace("-", "−") in shown
        assert f"{low} to {high}" in shown
        assert f"{100 * numbers.p_benefit:.0f} %" in shown
        assert "no check of the computation failed" in shown
        assert "simulated: no person recorded these nights" in shown
    assert len(repr(result).splitlines()) <= 10


def test_plain_means_stand_beside_both_effects(result):
    frame = result.trial.frame
    rated = frame.loc[(frame["period"] > 0) & frame["severity"].notna()].groupby("arm")["severity"]
    mean, nights = rated.mean(), rated.size()
    full, factor = result.lead[0].full, result.lead[0].build_up.factor
    low, high = (f"{end:+.2f}".replace("-", "−") for end in full.interval)
    for shown in (repr(result), unescape(result._repr_html_())):
        for arm in ("off", "magnesium"):
            assert f"{arm} {mean[arm]:.2f} on {nights[arm]} nights" in shown
        assert f"{full.mean:.2f} at full exposure".replace("-", "−") in shown
        assert f"{low} to {high}" in shown
        assert f"in full {factor:.1f} times as much as over these nights" in shown
        assert f"{100 * full.p_benefit:.0f} %" in shown
    assert f"{100 * full.p_benefit:.0f}" != f"{100 * result.lead[0].over_nights.p_benefit:.0f}"


def test_a_record_without_plain_means_shows_none(result):
    old = replace(result, record=replace(result.record, arms={}))
    for shown in (repr(old), old._repr_html_()):
        assert "plain means" not in shown


def test_chances_are_never_told_as_certain(result):
    numbers = result.lead[0].leading
    assert numbers.p_better > 0.99
    assert numbers.p_harm < 0.01
    for shown in (repr(result), unescape(result._repr_html_())):
        assert "> 99 %" in shown
        assert "< 1 %" in shown
        assert "100 %" not in shown


def test_what_failed_is_told(result):
    failed = with_checks(
        result,
        sampling=Sampling(False, True),
        cross_check=CrossCheck(False, 0.4, 0.06),
        predictive=predictive(statistic("spread", 5.0, 3.5, (3.0, 4.0), 0.0, arm=NASTY)),
        weights=Check(None),
    )
    for shown in (repr(failed), failed._repr_html_()):
        assert "no check of the computation failed" not in shown
        assert "Two separate computations differ. Do not rely on this result." in shown
        assert "The sampler did not settle. Do not rely on this result." in shown
        assert "look at" in shown
        assert "New nights from the model differ from the recorded ones." in shown
        assert "weights" not in shown
    assert "<script" not in failed._repr_html_()


def test_it_names_the_effect_that_leads(result):
    """Over these nights; in the first edition the full one, which is not spoken of where nothing builds up."""
    nights, full = result.lead[0].over_nights.mean, result.lead[0].full.mean
    first = with_main(result, estimand="full", build_up=None)
    assert f"{full:.2f}" != f"{nights:.2f}"
    for shown, mean, estimand in ((result, nights, "over these nights"), (first, full, "at full exposure")):
        assert f"{mean:.2f} {estimand}".replace("-", "−") in repr(shown)
        assert f"{mean:.2f} {estimand}".replace("-", "−") in shown._repr_html_()
    trial = result.trial
    analysis = trial.protocol.analysis.model_copy(update={"carryover": "none"})
    plain = replace(first, trial=replace(trial, protocol=trial.protocol.model_copy(update={"analysis": analysis})))
    for shown in (repr(plain), plain._repr_html_()):
        assert f"{full:.2f}".replace("-", "−") in shown
        assert "full exposure" not in shown


def test_nothing_that_a_person_wrote_is_markup(result):
    trial = result.trial
    nasty = replace(result, trial=replace(trial, protocol=trial.protocol.model_copy(update={"title": NASTY})))
    assert "<script" not in nasty._repr_html_()
    assert NASTY in unescape(nasty._repr_html_())
    assert "://" not in nasty._repr_html_()
