"""How a trial shows itself: the nights as they were recorded, and nothing of a sealed order."""

from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest

from nof1 import Trial
from nof1.errors import Nof1Error
from nof1.plan.orders.draw import draw_order
from nof1.record.unsealing import unseal

NASTY = "<script>alert('x')</script>"


def test_it_says_what_was_recorded(trial_folder):
    trial = Trial.load(trial_folder)
    nights = trial.frame.groupby("arm")["severity"]
    for shown in (repr(trial), trial._repr_html_()):
        assert "5 of 14 recorded, 1 missing, 8 after the last entry" in shown
        for arm in ("off", "magnesium"):
            assert f"{nights.mean()[arm]:.2f}" in shown
    for arm in ("off", "magnesium"):
        assert f"{nights.count()[arm]} of {(trial.frame['arm'] == arm).sum()} nights" in repr(trial)


def test_the_nights_of_an_arm_leave_out_washout_and_pauses(make_protocol):
    protocol = make_protocol(design={"washout_nights": 2})
    trial = Trial(protocol, draw_order(protocol), ())
    assert "0 of 20 recorded" in repr(trial)
    assert "on magnesium  0 of 6 nights, mean –" in repr(trial)
    assert "washout" not in trial._repr_html_()


def test_nothing_that_a_person_wrote_is_markup(trial_folder):
    trial = Trial.load(trial_folder)
    outcome = trial.protocol.outcome.model_copy(update={"label": NASTY})
    html = replace(trial, protocol=trial.protocol.model_copy(update={"title": NASTY, "outcome": outcome}))._repr_html_()
    assert "<script" not in html
    assert unescape(html).count(NASTY) == 2
    assert "://" not in html


def test_a_sealed_order_cannot_show(sealed_trial):
    """There is no trial without its order, and what there is does not depend on the order."""
    shown = set()
    for seed in range(4):
        sealed = sealed_trial(seed=seed, name=f"trial-{seed}")
        with pytest.raises(Nof1Error, match="sealed") as refusal:
            Trial.load(sealed.folder)
        shown.add(
            (str(refusal.value).replace(str(sealed.folder), ""), repr(sealed.protocol), sealed.protocol._repr_html_())
        )
    assert len(shown) == 1


def test_an_opened_trial_shows_its_arms(sealed_trial):
    sealed = sealed_trial(ratings="465735")
    unseal(sealed.folder, sealed.helper, now=datetime(2026, 1, 11, 9, tzinfo=UTC))
    trial = Trial.load(sealed.folder)
    for shown in (repr(trial), trial._repr_html_()):
        assert "2026-01-11, with" in shown
        assert "still to come" in shown
        assert "citrate" in shown
