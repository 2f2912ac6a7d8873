"""The sequences of every kind of design: as many as a search finds, each with a number of its own, no other ones."""

import itertools
from collections import Counter

import pytest
from brute import ARM_NAMES, SMALL, name_of, search

from nof1.plan.design.sequences import BalancedRuns, others_of, sequences_of, smallest_p_of

ids = {"argnames": ("kind", "arms", "design"), "argvalues": SMALL, "ids": name_of}


@pytest.fixture(scope="session")
def sequences(planned):
    """A function that gives the sequences of a small design."""
    return lambda kind, arms, design: sequences_of(planned(kind, arms, **design).design, ARM_NAMES[:arms])


@pytest.mark.parametrize(**ids)
def test_count_numbers_and_enumeration_are_those_of_a_search(sequences, kind, arms, design):
    allowed, found = sequences(kind, arms, design), search(kind, arms, **design)
    assert found
    assert allowed.count == len(found)
    assert {allowed.unrank(number) for number in range(allowed.count)} == found
    enumerated = list(allowed)
    assert len(enumerated) == len(found)
    assert set(enumerated) == found


@pytest.mark.parametrize(**ids)
def test_no_other_row_of_arms_is_allowed(sequences, kind, arms, design):
    allowed, found = sequences(kind, arms, design), search(kind, arms, **design)
    rows = itertools.product(range(arms), repeat=allowed.periods)
    assert all((row in allowed) == (row in found) for row in rows)
    some = next(iter(found))
    for other in (some[:-1], (*some, 0), (), (arms, *some[1:])):
        assert other not in allowed


@pytest.mark.parametrize(**ids)
def test_a_block_is_what_holds_each_arm_once(sequences, kind, arms, design):
    allowed = sequences(kind, arms, design)
    blocks = allowed.blocks()
    assert len(blocks) == allowed.periods
    if kind in ("balanced", "listed"):
        assert set(blocks) == {0}
        return
    assert sorted(set(blocks)) == list(range(1, allowed.periods // arms + 1))
    for row in allowed:
        for block in set(blocks):
            assert sorted(arm for arm, of in zip(row, blocks, strict=True) if of == block) == list(range(arms))


@pytest.mark.parametrize(("kind", "arms", "design"), [one for one in SMALL if one[0] == "mirrored-pairs"], ids=name_of)
def test_the_second_half_of_each_pair_is_the_mirror_of_the_first(sequences, kind, arms, design):
    for row in sequences(kind, arms, design):
        for pair in itertools.batched(row, 2 * arms):
            assert pair[arms:] == pair[arms - 1 :: -1]


@pytest.mark.parametrize("arms", [2, 3, 4])
def test_alternating_can_begin_with_every_arm(sequences, arms):
    assert {row[0] for row in sequences("alternating", arms, {"blocks": 2})} == set(range(arms))


@pytest.mark.parametrize(
    ("kind", "arms", "design"),
    [one for one in SMALL if one[0] in ("randomized-blocks", "mirrored-pairs", "alternating")],
    ids=name_of,
)
def test_bundles_are_the_periods_that_get_the_same_arm(sequences, kind, arms, design):
    """What is shuffled by hand: every way to give the bundles of each unit to the arms is an allowed order."""
    allowed = sequences(kind, arms, design)
    bundles = allowed.bundles()
    places = [number for unit in bundles for bundle in unit for number in bundle]
    assert sorted(places) == list(range(1, allowed.periods + 1))
    shuffled = set()
    for choice in itertools.product(itertools.permutations(range(arms)), repeat=len(bundles)):
        by_period = {
            number: arm
            for unit, permuted in zip(bundles, choice, strict=True)
            for bundle, arm in zip(unit, permuted, strict=True)
            for number in bundle
        }
        shuffled.add(tuple(by_period[number] for number in range(1, allowed.periods + 1)))
    assert shuffled == set(allowed)


def test_a_listed_order_of_unknown_arms_is_refused(planned):
    design = planned("listed", 2, orders=[["off", "citrate", "off"], ["citrate", "off", "off"]]).design
    with pytest.raises(ValueError, match="orders name the arm 'citrate'; the arms are: off, oxide"):
        sequences_of(design, ["off", "oxide"])


# Rows of arms (arm 1 against arm 0, arm 2 stands aside), and the least p worked out by hand.
LEAST = {
    "one order": ([(0, 1)], 1),
    "two mirror images": ([(0, 1), (1, 0)], 1),
    "two that are no mirror images": ([(0, 1, 1), (1, 0, 1)], 1 / 2),
    "nothing to compare": ([(0, 0), (0, 2)], 1),
    "one without the arm counts as a tie": ([(0, 0, 0), (0, 1, 1), (1, 0, 1)], 2 / 3),
    "another arm elsewhere": ([(0, 1, 2, 2), (0, 1, 2, 3), (1, 2, 0, 3)], 1),
    "two that leave another arm where it is": ([(1, 0, 2, 1), (0, 1, 2, 1), (2, 1, 1, 0)], 1 / 2),
    "fewer ties with more periods": ([(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 1)], 1 / 3),
}


@pytest.mark.parametrize(("rows", "least"), LEAST.values(), ids=LEAST)
def test_the_least_p_is_the_share_of_the_order_that_ties_with_fewest(rows, least):
    assert smallest_p_of(rows, 1, 0) == pytest.approx(least)


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize(
    ("arms", "periods"), [(2, 7), (2, 10), (3, 6), (3, 7), (3, 8), (3, 9), (3, 10), (4, 8), (4, 9)]
)
def test_the_least_p_of_a_balanced_order_is_that_of_the_fullest_class(arms, periods, limit):
    runs = BalancedRuns(arms, periods, limit)
    if runs.count > 60_000:
        pytest.skip("too many to look at one by one")
    for arm, reference in ((1, 0), (0, arms - 1)):
        fullest = max(Counter(others_of(row, arm, reference) for row in runs).values())
        assert runs.smallest_p(arm, reference) == pytest.approx(2 / fullest)


@pytest.mark.parametrize(**ids)
def test_the_least_p_of_every_kind_is_that_of_looking_at_each(sequences, kind, arms, design):
    """Of arms whose periods are alike, which is what is taken if nothing else is said."""
    allowed = sequences(kind, arms, design)
    for arm, reference in {(1, 0), (0, arms - 1)}:
        exact = smallest_p_of(list(allowed), arm, reference)
        assert allowed.smallest_p(arm, reference) == pytest.approx(exact)
        assert allowed.smallest_p(arm, reference, alike=True) == pytest.approx(exact)


@pytest.mark.parametrize(
    ("kind", "arms", "design"), [one for one in SMALL if one[2].get("periods", 0) % one[1] == 0], ids=name_of
)
def test_where_periods_differ_in_length_no_two_sequences_tie_at_best(sequences, kind, arms, design):
    """So the bound is one over the number of sequences that are compared, exactly where all arms come once to a block."""
    allowed = sequences(kind, arms, design)
    for arm in range(1, arms):
        fullest = max(Counter(others_of(row, arm, 0) for row in allowed).values())
        bound = allowed.smallest_p(arm, 0, alike=False)
        assert bound <= 1 / fullest
        if kind not in ("balanced", "listed") or (kind == "balanced" and arms == 2):
            assert bound == pytest.approx(1 / fullest)
