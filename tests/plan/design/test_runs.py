"""Sequences with a run limit: the count is exact, and every number up to it gives another sequence."""

import itertools
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1.plan.design.runs import Runs, longest_run

COUNTS = [
    (1,), (3,), (1, 1), (2, 2), (3, 2), (2, 3), (4, 4), (5, 1), (1, 5), (5, 4),
    (1, 1, 1), (2, 2, 2), (3, 2, 2), (2, 2, 3), (4, 1, 1), (3, 3, 3),
    (2, 2, 2, 2), (3, 2, 1, 1), (1, 3, 1, 2), (2, 2, 2, 1, 1),
]  # fmt: skip


def rows_with(counts):
    """All rows that hold arm i counts[i] times."""
    if not any(counts):
        yield ()
        return
    for arm, left in enumerate(counts):
        if left:
            rest = (*counts[:arm], left - 1, *counts[arm + 1 :])
            yield from ((arm, *row) for row in rows_with(rest))


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
@pytest.mark.parametrize("counts", COUNTS, ids=str)
def test_count_numbers_and_enumeration_are_those_of_a_search(counts, limit):
    rows = set(rows_with(counts))
    found = {row for row in rows if longest_run(row) <= limit}
    runs = Runs(counts, limit)
    assert runs.count == len(found)
    assert {runs.unrank(number) for number in range(runs.count)} == found
    assert list(runs) == sorted(found)
    assert {row for row in rows if row in runs} == found


@pytest.mark.parametrize(("row", "longest"), [((), 0), ((1,), 1), ((1, 1, 2, 1), 2), ((0, 1, 1, 1, 0, 0), 3)], ids=str)
def test_the_longest_run_is_the_longest_stretch_of_one_arm(row, longest):
    assert longest_run(row) == longest


@pytest.mark.parametrize("row", [(0, 1, 0), (0, 0, 1, 1, 0), (0, 1, 0, 2), (0, 0, 0, 1)], ids=str)
def test_what_has_other_counts_or_longer_runs_is_not_among_them(row):
    assert (0, 1, 1, 0) in Runs((2, 2), 2)
    assert row not in Runs((2, 2), 2)


def counted_night_by_night(counts, limit):
    """The number of sequences by adding one period after the other: another road than the one taken in the package."""

    @cache
    def ways(left, last, run):
        if not any(left):
            return 1
        return sum(
            ways((*left[:arm], n - 1, *left[arm + 1 :]), arm, run + 1 if arm == last else 1)
            for arm, n in enumerate(left)
            if n and (arm != last or run < limit)
        )

    return ways(tuple(counts), -1, 0)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize(
    "counts", [(30, 30), (31, 28), (12, 12, 12), (13, 12, 12), (6, 6, 6, 5), (4, 4, 4, 4, 4)], ids=str
)
def test_the_count_is_exact_where_no_search_could_reach(counts, limit):
    assert Runs(counts, limit).count == counted_night_by_night(counts, limit)


@st.composite
def some_runs(draw):
    arms = draw(st.integers(2, 5))
    least = draw(st.integers(2, 60 // arms))
    more = draw(st.integers(0, arms - 1))
    return Runs([least + (arm < more) for arm in range(arms)], draw(st.integers(1, 5)))


@settings(max_examples=60)
@given(data=st.data())
def test_each_number_gives_a_sequence_of_its_own(data):
    runs = data.draw(some_runs())
    number, other = (data.draw(st.integers(0, runs.count - 1)) for _ in range(2))
    assert runs.unrank(number) in runs
    assert (runs.unrank(number) == runs.unrank(other)) == (number == other)


@settings(max_examples=30)
@given(runs=some_runs())
def test_the_enumeration_begins_at_once_and_in_order(runs):
    first = list(itertools.islice(runs, 20))
    assert len(first) == min(20, runs.count)
    assert first == sorted(set(first))
    assert all(row in runs for row in first)


@pytest.mark.parametrize("counts", [(200, 200), (134, 133, 133), (60,) * 5], ids=str)
def test_hundreds_of_periods_are_numbered_to_the_last(counts):
    runs = Runs(counts, 3)
    rows = {runs.unrank(number) for number in (0, runs.count // 3, runs.count - 1)}
    assert len(rows) == 3
    assert all(row in runs for row in rows)


@pytest.mark.parametrize("counts", [(500, 500), (200,) * 5], ids=str)
def test_a_thousand_periods_can_be_enumerated(counts):
    runs = Runs(counts, 2)
    first = list(itertools.islice(runs, 3))
    assert len(set(first)) == 3
    assert all(row in runs for row in first)
