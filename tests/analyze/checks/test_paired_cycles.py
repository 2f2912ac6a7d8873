"""The paired-cycle interval, against blocks worked out by hand."""

import numpy as np
import pytest
from families import arms_of, make_protocol, make_trial
from known import two_arms
from scipy import stats

from nof1.analyze.checks.paired_cycles import paired_cycles


def blocks_of(off, on, **options):
    """A trial whose periods have these means: one number for each block, or nan for a period without a rated night."""
    protocol = make_protocol("normal", blocks=len(off), period_nights=2, **options)
    arm, period = arms_of(protocol)
    block = (period - 1) // 2
    mean = np.where(arm == "off", np.array(off)[block], np.array(on)[block])
    spread = np.tile([-0.5, 0.5], len(arm) // 2)  # two nights of a period are half a point to either side of its mean
    return make_trial(protocol, np.where(period == 0, 10.0, mean + spread))


def test_a_t_interval_of_the_differences_by_hand():
    # Differences -1, -2, -3: mean -2, sd 1, standard error 1 / sqrt(3); the 97.5 % point of t with 2 degrees is 4.3027.
    (found,) = paired_cycles(blocks_of([6, 6, 6], [5, 4, 3]))
    assert (found.arm, found.reference, found.blocks) == ("magnesium", "off", 3)
    assert found.differences == pytest.approx((-1, -2, -3))
    assert found.mean == pytest.approx(-2)
    assert found.interval == pytest.approx((-2 - 4.3027 / np.sqrt(3), -2 + 4.3027 / np.sqrt(3)), abs=1e-4)
    assert type(found.mean) is type(found.interval[0]) is type(found.differences[0]) is float


def test_it_is_the_paired_t_test_of_block_means():
    rng = np.random.default_rng(3)
    off, on = rng.uniform(3, 7, (2, 6))
    (found,) = paired_cycles(blocks_of(off, on))
    interval = stats.ttest_rel(on, off).confidence_interval(0.95)
    assert found.interval == pytest.approx((interval.low, interval.high))


def test_a_block_with_one_arm_alone_does_not_count_and_run_in_nights_neither():
    (found,) = paired_cycles(blocks_of([6, 6, np.nan, 6], [5, 4, 1, 3]))
    assert found.differences == pytest.approx((-1, -2, -3))


def test_discarded_nights_are_left_out():
    (found,) = paired_cycles(blocks_of([6, 6, 6], [5, 4, 3], carryover="discard:1"))
    assert found.differences == pytest.approx((-1, -2, -3))  # the second night is half a point above in both arms
    (all_nights,) = paired_cycles(blocks_of([6, 6, 6], [5, 4, 3]))
    assert all_nights.differences == found.differences


def test_one_block_has_no_interval_and_equal_differences_have_none():
    (one,) = paired_cycles(blocks_of([6, np.nan], [5, 4]))
    assert (one.refused.code, one.blocks, one.mean, one.interval) == ("too few blocks", 1, -1, None)
    (alike,) = paired_cycles(blocks_of([6, 6, 6], [4, 4, 4]))
    assert (alike.refused.code, alike.mean, alike.interval) == ("blocks alike", -2, None)


def test_other_designs_are_refused_for_every_pair():
    (found,) = paired_cycles(two_arms())
    assert (found.refused.code, found.mean) == ("no blocks of two", None)
    protocol = make_protocol("normal", arms=("off", "magnesium", "iron"))
    three = paired_cycles(make_trial(protocol, np.arange(len(arms_of(protocol)[0])) % 7.0))
    assert [(one.arm, one.reference) for one in three] == [("magnesium", "off"), ("iron", "off"), ("iron", "magnesium")]
    assert {one.refused.code for one in three} == {"no blocks of two"}
