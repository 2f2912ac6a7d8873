"""Nights cut into what was drawn at once, and the first thing that contradicts what a person states."""

import pytest
from elsewhere import stated_trial

from nof1.errors import InputError
from nof1.plan.orders.stated_periods import drawn_periods, seems_longer

CONTRADICTED = [
    ("max-run:2", (0, 1, 1, 1, 0), r"\(max-run:2\): 'citrate' comes 3 times in a row \(2026-03-03 to 2026-03-05\), and at most 2 are stated\."),
    ("blocks:2", (0, 1, 1, 1), r"block 2 \(2026-03-04 to 2026-03-05\) holds 'citrate' 2 times, and each arm comes once to a block\."),
    ("blocks:4", (0, 1, 0, 0), r"block 1 \(2026-03-02 to 2026-03-05\) holds 'off' 3 times, and each arm comes 2 times to a block\."),
    ("blocks:2", (0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1), r"block 1 \(2026-03-02 to 2026-03-03\).*If periods of 2 nights were drawn, say blocks:2,nights=2\."),
    ("pairs:2", (0, 0, 1, 1, 1, 0), r"period 3 \(2026-03-06 to 2026-03-07\) holds both 'citrate' and 'off', on 2026-03-07\."),
    ("pairs:1", (0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0), r"holds 'off' 2 times.*say pairs:3\."),
    ("pairs:2", (0, 0, 1, 1, 1, 1, 1, 1), r"pair 2 \(2026-03-06 to 2026-03-09\) holds 'citrate' 2 times, and each arm comes once to a pair\."),
    ("mirrored", (0, 1, 0, 1), r"in the mirror of the periods before it 2026-03-04 would be on 'citrate', and is on 'off'\."),
    ("mirrored", (0, 0, 1, 1), r"the block of 2026-03-02 to 2026-03-03 holds 'off' 2 times"),
    ("alternating", (0, 1, 1, 0), r"2026-03-04 would be on 'off' in turn, and is on 'citrate'\."),
    ("alternating", (0, 0, 1, 1), r"holds 'off' 2 times"),
    ("phases:ABA,min=2", (0, 0, 1, 1), r"there are 2 phases, and 3 are stated\."),
    ("phases:AB,min=2", (0, 0, 1, 1, 0, 0), r"there are 3 phases, and 2 are stated\."),
    ("phases:AB,min=3", (0, 0, 1, 1, 1), r"phase 1 \(2026-03-02 to 2026-03-03\) is 2 long, and at least 3 is stated\."),
]  # fmt: skip


@pytest.mark.parametrize(("drawn", "own", "message"), CONTRADICTED)
def test_the_first_contradiction_is_named(drawn, own, message):
    with pytest.raises(InputError, match=message):
        stated_trial(own, range(len(own)), drawn)


def test_an_order_that_is_not_listed_is_held_against_the_nearest():
    with pytest.raises(InputError, match=r"not listed; the nearest, number 2, has 'citrate' on 2026-03-05, and there it was 'off'\."):  # fmt: skip
        stated_trial((0, 1, 1, 0), range(4), "orders:x", orders=["BBAA", "ABBB"])
    with pytest.raises(InputError, match=r"the listed orders have 3 periods, and there are 4\."):
        stated_trial((0, 1, 1, 0), range(4), "orders:x", orders=["ABB"])


def test_periods_are_what_was_drawn_at_once_and_the_last_may_be_shorter():
    trial = stated_trial((0, 0, 0, 1, 1, 1, 0), range(7), "any,nights=3")
    found = drawn_periods(trial.protocol, trial.protocol.stated, trial.order)
    assert (found.arms, found.first) == ((0, 1, 0), (0, 3, 6, 7))
    assert found.of_night.tolist() == [0, 0, 0, 1, 1, 1, 2]


def test_stretches_that_look_like_whole_periods_are_noticed():
    def seen(own, drawn="any"):
        trial = stated_trial(own, range(len(own)), drawn)
        return seems_longer(trial.protocol, trial.protocol.stated, trial.order)

    assert seen((0, 0, 1, 1, 0, 0, 0, 0, 1)) == 2
    assert seen((0, 0, 1, 1, 0, 1)) is None
    assert seen((0, 0, 1, 1)) is None  # two stretches tell nothing
    assert seen((0, 0, 1, 1, 0, 0), "any,nights=2") is None
