"""The rule: every branch, in its order, and what no branch may do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.analyze.model.effects import SETTLED
from nof1.analyze.model.verdict import (
    Certainty,
    Region,
    Regions,
    decide,
    decide_first_edition,
    enough_nights,
    region,
)

ASKED = Certainty(claim=0.9, full=0.8)
UNSURE = region(0.5, 0.5)
SURE = region(0.95, 0.5)
FROM_THE_PRIOR = region(0.95, 0.85)  # odds rise from 5.7 to 19: by 3.4 alone
SURE_AT_80 = region(0.85, 0.5)


def regions(benefit=UNSURE, harm=UNSURE, full_small=UNSURE, nights_small=UNSURE):
    return Regions(full_benefit=benefit, full_harm=harm, full_small=full_small, nights_small=nights_small)


@pytest.mark.parametrize(
    ("found", "p_better", "verdict"),
    [
        (regions(benefit=SURE), 0.99, "helps"),
        (regions(harm=SURE), 0.01, "worsens"),
        # Small over these nights, and once fully built up at the lower certainty.
        (regions(nights_small=SURE, full_small=SURE_AT_80), 0.5, "no difference that matters"),
        (regions(nights_small=SURE, full_small=SURE), 0.97, "no difference that matters"),
        (regions(nights_small=SURE), 0.5, "no quick difference"),
        (regions(nights_small=SURE, full_small=region(0.85, 0.80)), 0.5, "no quick difference"),  # F by the prior alone
        # Small once built up is not enough, nor is being small over these nights at the lower certainty.
        (regions(full_small=SURE), 0.5, "can't tell yet"),
        (regions(nights_small=SURE_AT_80, full_small=SURE), 0.5, "can't tell yet"),
        # What the prior said alone is no claim.
        (regions(benefit=FROM_THE_PRIOR), 0.99, "leans better"),
        (regions(harm=FROM_THE_PRIOR), 0.01, "leans worse"),
        (regions(nights_small=FROM_THE_PRIOR, full_small=FROM_THE_PRIOR), 0.5, "can't tell yet"),
        (regions(nights_small=region(1.0, 0.9995), full_small=region(1.0, 0.9995)), 0.5, "can't tell yet"),
        # The ends of the leaning.
        (regions(), 0.90, "leans better"),
        (regions(), 0.10, "leans worse"),
        (regions(), 0.89, "can't tell yet"),
        (regions(), 0.11, "can't tell yet"),
        # The first line that holds.
        (regions(benefit=SURE, nights_small=SURE, full_small=SURE), 0.99, "helps"),
    ],
)
def test_every_branch_in_its_order(found, p_better, verdict):
    assert decide(ASKED, enough=True, p_better=p_better, regions=found) == verdict


def test_without_enough_nights_or_a_threshold_nothing_is_settled():
    everything = regions(benefit=SURE, harm=SURE, full_small=SURE, nights_small=SURE)
    for p_better, verdict in ((0.95, "leans better"), (0.05, "leans worse"), (0.5, "can't tell yet")):
        assert decide(ASKED, enough=False, p_better=p_better, regions=everything) == verdict
        assert decide(ASKED, enough=True, p_better=p_better, regions=None) == verdict


@pytest.mark.parametrize(
    ("arms", "changes", "enough"),
    [
        ([(2, 6), (2, 6)], 2, True),
        ([(2, 6), (2, 5)], 3, False),
        ([(1, 60), (2, 60)], 2, False),
        ([(1, 28), (1, 28)], 1, False),  # one switch
        ([(2, 28), (2, 28)], 1, False),  # one switch, in two periods each
        ([(2, 2), (2, 2)], 3, False),  # four nights
    ],
)
def test_both_arms_need_two_periods_six_nights_and_more_than_one_change(arms, changes, enough):
    assert enough_nights(arms, changes) is enough


def test_what_is_no_question_is_never_settled():
    for prior, question, settled in (
        (0.97, True, True),
        (0.97, False, False),
        (0.9989, True, True),
        (0.9991, True, False),
    ):
        assert region(1 - 1e-9, prior, question=question).settled(0.9) is settled


def test_a_factor_of_exactly_what_is_asked_settles():
    assert region(0.9, 0.5).bayes_factor == pytest.approx(9)
    assert Region(0.9, 0.5, 9.0).settled(0.9)
    assert not Region(0.9, 0.5, 8.99).settled(0.9)
    assert not Region(0.8999, 0.5, 99.0).settled(0.9)


def test_odds_of_draws_are_finite():
    assert region(1.0, 0.5, draws=3999).bayes_factor == pytest.approx(3999.5 / 0.5)
    assert region(0.0, 0.5, draws=3999).bayes_factor == pytest.approx(0.5 / 3999.5)


def test_the_published_odds_of_the_small_region():
    """STATISTICS.md: P 0.955 over these nights would pass without the Bayes factor."""
    small = region(21.1 / 22.1, 5.61 / 6.61)
    assert small.posterior > 0.9
    assert small.bayes_factor == pytest.approx(21.1 / 5.61, rel=0.01)
    assert not small.settled(0.9)


@given(
    st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 0.999), st.floats(0.001, 0.999)
)
def test_the_prior_alone_never_settles_anything(benefit, small, nights, p_better, prior, other):
    """Chances after the nights that are those before them are no claim, whatever they are."""
    alone = regions(
        benefit=region(benefit, benefit), full_small=region(small, small), nights_small=region(nights, nights)
    )
    assert decide(ASKED, enough=True, p_better=p_better, regions=alone) not in SETTLED


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.51, 0.99), st.floats(0.001, 0.999))
def test_better_and_worse_are_mirror_images(p_better, chance, certainty, prior):
    asked = Certainty(certainty, min(certainty, 0.8))
    found = regions(benefit=region(chance, prior), harm=region(1 - chance, 1 - prior))
    mirrored = regions(benefit=found.full_harm, harm=found.full_benefit)
    mirror = {"helps": "worsens", "worsens": "helps", "leans better": "leans worse", "leans worse": "leans better"}
    one = decide(asked, enough=True, p_better=p_better, regions=found)
    other = decide(asked, enough=True, p_better=1 - p_better, regions=mirrored)
    both = found.full_benefit.settled(certainty) and found.full_harm.settled(certainty)
    at_both_ends = p_better == 1 - p_better
    if not both and not at_both_ends and 1 - (1 - p_better) == p_better:
        assert other == mirror.get(one, one)


@pytest.mark.parametrize(
    ("chances", "verdict"),
    [
        ({"p_better": 0.99, "p_benefit": 0.9, "p_small": 0.1, "p_harm": 0.0}, "helps"),
        ({"p_better": 0.01, "p_benefit": 0.0, "p_small": 0.1, "p_harm": 0.9}, "worsens"),
        ({"p_better": 0.5, "p_benefit": 0.05, "p_small": 0.9, "p_harm": 0.05}, "no difference that matters"),
        ({"p_better": 0.9, "p_benefit": 0.5, "p_small": 0.5, "p_harm": 0.0}, "leans better"),
        ({"p_better": 0.1, "p_benefit": 0.0, "p_small": 0.5, "p_harm": 0.5}, "leans worse"),
        ({"p_better": 0.6, "p_benefit": 0.5, "p_small": 0.3, "p_harm": 0.2}, "can't tell yet"),
        ({"p_better": 0.899, "p_benefit": 0.899, "p_small": 0.101, "p_harm": 0.0}, "can't tell yet"),
    ],
)
def test_the_first_edition_keeps_its_rule(chances, verdict):
    assert decide_first_edition(0.9, **chances) == verdict
