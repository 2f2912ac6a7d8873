"""The stopping rule: what it may be, where its looks are in the calendar, and that protocols without one stay what they were."""

from datetime import date

import pytest
from known import SAMPLE, two_arms

from nof1.errors import InputError
from nof1.plan.design.interim import PlannedLook, planned_looks
from nof1.plan.design.order import Pause
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol

RULE = {"after_blocks": [1, 3], "certainty": 0.95}
BLOCKS = {"blocks": 4, "run_in_nights": 0}


@pytest.fixture
def ruled(make_protocol):
    """A function that makes four blocks of two periods of three nights, from 5 to 28 January 2026, with a rule."""
    return lambda rule=RULE, **changes: make_protocol(design=BLOCKS, analysis={"interim": rule}, **changes)


def test_a_protocol_with_a_rule_comes_back_from_its_file(ruled):
    protocol = ruled()
    again = Protocol.parse(protocol.to_toml())
    assert again == protocol
    assert again.sha256() == protocol.sha256()
    assert again.analysis.interim.after == (1, 3)
    assert "[analysis.interim]" in protocol.to_toml()


def test_the_rule_is_part_of_the_hash_and_its_absence_is_not(ruled, make_protocol):
    hashes = {
        ruled().sha256(),
        ruled(RULE | {"certainty": 0.96}).sha256(),
        ruled(RULE | {"after_blocks": [1]}).sha256(),
    }
    without = make_protocol(design=BLOCKS)
    assert len(hashes | {without.sha256()}) == 4
    assert "interim" not in without.to_toml()


@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        ("helps", "30784346246733f247d3fbeeb9bc0629e6273285ab3759a2508fb98edbbe5d39"),
        ("worsens", "935ea837d1d0542c9a8994fa41185322a65b93174579cc620ff32ee5536c3763"),
        ("cant-tell", "cb4986d3d388a530c21d1a06170d142189574cea07bdafe8488e4b6e9426c189"),
    ],
)
def test_protocols_of_the_first_edition_without_a_rule_keep_their_hash(name, sha256):
    """The sample trials' plans as the first edition made them, with its defaults written out."""
    content = Protocol.load(SAMPLE / name).to_dict() | {"schema": 1, "analysis": {}}
    assert Protocol.build(content).sha256() == sha256


@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        ("helps", "17c70e18d82c383cda870e0437d64a86d374093a227217c23f918fa852536fff"),
        ("worsens", "fc74544b49732611184734b1df1a09c49e2da9a69a48e5d3abed3288466f43f2"),
        ("cant-tell", "e749e7daed6b3956ed07b6ad58f083ce448a7581df6d0cc2b03a0aa49f0fdd7d"),
        ("floor", "e79e4e5d97b26fa7ac25393d9e87cc11a5ab83e466bdf9b8ccd403472eeaf27a"),
    ],
)
def test_protocols_without_a_rule_keep_their_hash(name, sha256):
    assert Protocol.load(SAMPLE / name).sha256() == sha256


REFUSED = {
    "after the last block": ({"after_blocks": [2, 4], "certainty": 0.95}, "after 4 of 4 blocks the trial is over"),
    "not increasing": (
        {"after_blocks": [2, 1], "certainty": 0.95},
        r"after_blocks: \[2, 1\] must increase; write \[1, 2\]",
    ),
    "twice": ({"after_blocks": [2, 2], "certainty": 0.95}, r"must increase; write \[2\]"),
    "none": ({"after_blocks": [], "certainty": 0.95}, "after_blocks: must have at least 1 entry"),
    "zero": ({"after_blocks": [0], "certainty": 0.95}, "must be greater than or equal to 1"),
    "a part of a block": ({"after_blocks": [1.5], "certainty": 0.95}, "must be a whole number"),
    "periods of a design with blocks": (
        {"after_periods": [2], "certainty": 0.95},
        "give after_blocks, not after_periods",
    ),
    "both": ({"after_blocks": [1], "after_periods": [2], "certainty": 0.95}, "give either after_blocks or"),
    "neither": ({"certainty": 0.95}, "give either after_blocks or"),
    "less sure than the end": (
        {"after_blocks": [1], "certainty": 0.85},
        r"certainty \(0.85\) must be at least .* \(0.9\)",
    ),
    "sure for certain": ({"after_blocks": [1], "certainty": 1}, "certainty: must be less than 1"),
    "no certainty": ({"after_blocks": [1]}, "certainty: is missing"),
    "another field": ({"after_blocks": [1], "certainty": 0.95, "alpha": 1}, "alpha: is not known"),
}


@pytest.mark.parametrize(("rule", "message"), REFUSED.values(), ids=REFUSED)
def test_a_rule_that_cannot_be_is_refused_by_name(ruled, rule, message):
    with pytest.raises(InputError, match=message) as refusal:
        ruled(rule)
    assert "interim" in str(refusal.value)


def test_a_rule_as_sure_as_the_end_is_allowed(ruled):
    assert ruled(RULE | {"certainty": 0.9}).analysis.interim.certainty == 0.9


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_a_concealed_order_has_no_looks(planned, concealed):
    with pytest.raises(InputError, match="once a concealed order is open the nights that follow are not concealed"):
        planned("randomized-blocks", blocks=4, concealed=concealed, analysis={"interim": RULE})


def test_adopted_nights_have_no_looks():
    content = two_arms().protocol.to_dict()
    content["analysis"]["interim"] = {"after_periods": [2], "certainty": 0.95}
    with pytest.raises(InputError, match="taken over from a table, so no look can come before the last"):
        Protocol.build(content)


def test_designs_without_blocks_count_periods(planned):
    rule = {"after_periods": [2, 4], "certainty": 0.95}
    protocol = planned("balanced", periods=6, analysis={"interim": rule})
    assert [look.after for look in planned_looks(protocol.analysis.interim, draw_order(protocol))] == [2, 4]
    for wrong, message in (
        ({"after_blocks": [2]}, 'kind "balanced" has no blocks; give after_periods'),
        ({"after_periods": [6]}, "after 6 of 6 periods the trial is over"),
        ({"after_periods": [1, 4]}, "after 1 period not every one of 2 arms has been there"),
    ):
        with pytest.raises(InputError, match=message):
            planned("balanced", periods=6, analysis={"interim": wrong | {"certainty": 0.95}})


def test_looks_lie_at_the_ends_of_blocks(ruled):
    protocol = ruled()
    first, second = planned_looks(protocol.analysis.interim, draw_order(protocol))
    assert first == PlannedLook(1, date(2026, 1, 10), date(2026, 1, 10))
    assert second == PlannedLook(3, date(2026, 1, 22), date(2026, 1, 22))


def test_washout_after_a_block_still_belongs_to_its_look_and_pauses_move_it(make_protocol):
    protocol = make_protocol(design=BLOCKS | {"washout_nights": 2}, analysis={"interim": RULE})
    rule, order = protocol.analysis.interim, draw_order(protocol)
    assert planned_looks(rule, order)[0] == PlannedLook(1, date(2026, 1, 12), date(2026, 1, 14))
    within = order.with_pauses([Pause(date(2026, 1, 6), 4)])
    assert planned_looks(rule, within)[0] == PlannedLook(1, date(2026, 1, 16), date(2026, 1, 18))
    after = order.with_pauses([Pause(date(2026, 1, 15), 5)])
    assert planned_looks(rule, after)[0] == PlannedLook(1, date(2026, 1, 12), date(2026, 1, 19))
