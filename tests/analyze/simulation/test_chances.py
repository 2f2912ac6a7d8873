"""What a plan would say, of so many made-up trials."""

import pytest

from nof1.analyze.simulation.chances import chances
from nof1.analyze.simulation.power import power
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge

TRIALS = 40


def planned(**more):
    content = merge(load_template("magnesium-rls"), {"design": {"start": "2026-01-05", "seed": 1, "blocks": 4}})
    content["arms"][1] |= {"dose_mg": 200}
    return Protocol.build(merge(content, more))


def test_the_counts_are_those_of_nof1_power():
    """The same trials, counted by another function: a table of shares."""
    protocol = planned()
    found = chances(protocol, trials=TRIALS, seed=3)
    table = power(protocol, trials=5 * TRIALS, seed=3, neighbours=False, workers=1).table.set_index("effect")
    assert found.points == 2.0
    assert found.says == round(TRIALS * table.loc[-2.0, "helps"])
    assert found.leans == round(TRIALS * table.loc[-2.0, "leans_better"])
    assert found.says_nothing == round(TRIALS * (table.loc[0.0, "no_difference"] + table.loc[0.0, "no_quick"]))
    assert found.mistaken == round(TRIALS * table.loc[0.0, "wrong"])


def test_better_is_higher_where_the_outcome_says_so():
    found = chances(planned(outcome={"better": "higher"}), trials=TRIALS)
    assert found.says + found.leans > TRIALS / 3


@pytest.mark.parametrize(("threshold", "points"), [(1, 2.0), (3, 5.0), (7, 7.0)])
def test_no_effect_larger_than_half_the_scale_is_tried_unless_the_threshold_is(threshold, points):
    assert chances(planned(outcome={"threshold": threshold}), trials=20).points == points


def test_an_outcome_without_points_is_refused():
    with pytest.raises(InputError, match="only outcomes in points"):
        chances(planned(analysis={"family": "ordinal"}), trials=20)
