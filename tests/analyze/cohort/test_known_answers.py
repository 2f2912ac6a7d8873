"""Cohorts whose truth is known: three sample trials, and a thousand simulated people."""

from datetime import date

import numpy as np
import pytest
from known import SAMPLE
from scipy.special import ndtr

from nof1 import Protocol, Trial, draw_order, fit_cohort
from nof1.analyze.cohort.fit import pool
from nof1.analyze.cohort.likelihood import person_of
from nof1.analyze.engines.marginal import ROUNDS, MarginalFit, fit_marginals
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.replicate import terms_or_refusal
from nof1.analyze.simulation.simulate import Calendar, Truth, unbounded_nights
from nof1.plan.protocol.template import load_template, merge

TRUE = {"helps": -2.6, "worsens": 2.8, "cant-tell": -0.3}  # data/sample/README.md
MEAN, SPREAD = -1.2, 0.9
COUNT = 1000


def test_the_sample_trials_together_keep_their_own_answers():
    """Three people as unlike as these pull each other by little, and nobody is told to be alike."""
    cohort = fit_cohort({name: Trial.load(SAMPLE / name) for name in TRUE})
    people = cohort.people.set_index("name")
    for name, truth in TRUE.items():
        assert people.loc[name, "pooled_lower"] < truth < people.loc[name, "pooled_upper"]
        assert people.loc[name, "lower"] < truth < people.loc[name, "upper"]
    assert people["pooled_mean"].idxmin() == "helps"
    assert people["pooled_mean"].idxmax() == "worsens"
    effects = np.array(list(TRUE.values()))
    assert cohort.mean["interval"][0] < effects.mean() < cohort.mean["interval"][1]
    assert cohort.spread["interval"][0] < effects.std(ddof=1) < cohort.spread["interval"][1]
    for told in (cohort.share_benefit, cohort.share_harmed):  # one of the three each
        assert told["interval"][0] < 1 / 3 < told["interval"][1]


@pytest.fixture(scope="module")
def thousand():
    """Effects, and the cohort of the people who have them: 24 nights each, in an order of their own, all else as the priors have it."""
    rng = np.random.default_rng(11)
    effects = rng.normal(MEAN, SPREAD, COUNT)
    plan = {
        "simulated": True,
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "design": {"start": date(2026, 1, 5), "blocks": 3, "period_nights": 4, "run_in_nights": 0, "seed": 1},
    }
    protocol = Protocol.build(merge(load_template("magnesium-rls"), plan))
    lived = []
    for number, effect in enumerate(effects):
        calendar = Calendar.from_order(protocol, draw_order(protocol, seed=number))
        own = np.random.default_rng([12, number])
        truth = Truth(**Nuisance(protocol).draw(own), effects={"magnesium": effect}, missing=0.05)
        nights = unbounded_nights(protocol, calendar, truth, own)
        lived.append(terms_or_refusal(protocol, calendar, nights))
    found = fit_marginals(lived, seed=1, rounds=ROUNDS)
    answered = [number for number, fit in enumerate(found) if isinstance(fit, MarginalFit)]
    people = [person_of(protocol, found[number], name=f"{number}", diary_sha256="") for number in answered]
    return effects[answered], pool(people)


@pytest.mark.slow
def test_a_thousand_people_tell_the_known_mean_spread_and_shares(thousand):
    effects, cohort = thousand
    assert len(cohort.people) > 0.99 * COUNT
    shares = ndtr((-1 - MEAN) / SPREAD), ndtr((MEAN - 1) / SPREAD)
    told = (cohort.mean, cohort.spread, cohort.share_benefit, cohort.share_harmed)
    for summary, truth, narrow in zip(told, (MEAN, SPREAD, *shares), (0.25, 0.35, 0.15, 0.03), strict=True):
        low, high = summary["interval"]
        assert low < truth < high
        assert high - low < narrow
    low, high = cohort.next_person["interval"]
    assert np.mean((effects > low) & (effects < high)) == pytest.approx(0.95, abs=0.025)


@pytest.mark.slow
def test_a_thousand_people_s_own_intervals_hold_their_effects(thousand):
    effects, cohort = thousand
    people = cohort.people
    held = ((people["pooled_lower"] < effects) & (effects < people["pooled_upper"])).mean()
    assert held == pytest.approx(0.95, abs=0.025)
    assert (people["pooled_upper"] - people["pooled_lower"]).mean() < 0.75 * (people["upper"] - people["lower"]).mean()
    assert np.abs(people["pooled_mean"] - effects).mean() < 0.8 * np.abs(people["mean"] - effects).mean()
