"""How a result shows itself: the verdict, the numbers of its record, and what failed."""

from dataclasses import replace
from html import unescape

import pytest
from fitted import fitted
from records import predictive, statistic, with_checks, with_exposure

from nof1.analyze.checks.computation import Check, CrossCheck, Sampling

NASTY = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def result():
    return fitted("helps", sensitivity=False)


def test_it_says_what_the_record_says(result):
    numbers = result.leading(result.lead[0])
    low, high = (f"{end:+.2f}".replace("-", "−") for end in numbers.interval)
    for shown in (repr(result), unescape(result._repr_html_())):
        assert "magnesium against off" in shown
        assert numbers.verdict in shown
        assert f"{numbers.mean:.2f} at full exposure".replace("-", "−") in shown
        assert f"{low} to {high}" in shown
        assert f"{100 * numbers.p_benefit:.0f} %" in shown
        assert "no check of the computation failed" in shown
        assert "simulated: no person recorded these nights" in shown
    assert len(repr(result).splitlines()) < 10


def test_chances_are_never_told_as_certain(result):
    numbers = result.leading(result.lead[0])
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


def test_it_leads_with_the_effect_as_lived_where_exposure_fell_short(result):
    short = with_exposure(result, magnesium=0.5)
    lived = result.lead[0].as_lived.mean
    assert f"{lived:.2f} as lived".replace("-", "−") in repr(short)
    assert f"{lived:.2f} as lived".replace("-", "−") in short._repr_html_()


def test_without_build_up_there_is_no_full_exposure_to_speak_of(result):
    trial = result.trial
    analysis = trial.protocol.analysis.model_copy(update={"carryover": "none"})
    plain = replace(result, trial=replace(trial, protocol=trial.protocol.model_copy(update={"analysis": analysis})))
    assert "full exposure" not in repr(plain)
    assert "full exposure" not in plain._repr_html_()


def test_nothing_that_a_person_wrote_is_markup(result):
    trial = result.trial
    nasty = replace(result, trial=replace(trial, protocol=trial.protocol.model_copy(update={"title": NASTY})))
    assert "<script" not in nasty._repr_html_()
    assert NASTY in unescape(nasty._repr_html_())
    assert "://" not in nasty._repr_html_()
