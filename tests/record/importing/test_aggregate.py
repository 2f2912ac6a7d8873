"""Several readings of one night: each rule by its definition, intervals that overlap, and line numbers told in short."""

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.importing.aggregate import Gathered, aggregated, line_ranges, off_whole, one_of_several
from nof1.record.importing.reading import Target
from nof1.record.values.ambiguous import AmbiguousInput

VALUES = st.lists(st.integers(-100, 100).map(float), min_size=1, max_size=8)
RULES = {
    "last": lambda values: values[-1],
    "first": lambda values: values[0],
    "max": max,
    "min": min,
    "sum": sum,
    "mean": lambda values: sum(values) / len(values),
}


def target(field="severity", *, merge=None, text=False, whole=False):
    return Target(
        field=field, column=field.title(), place=0, factor=1.0, text=text, merge=merge, belongs="night", whole=whole
    )


def night(**numbers):
    return Gathered(numbers={name: array("d", values) for name, values in numbers.items()})


@given(VALUES, st.sampled_from(sorted(RULES)))
def test_each_rule_is_what_its_name_says(values, rule):
    assert one_of_several(values, rule) == pytest.approx(RULES[rule](values))
    found = aggregated(night(severity=values), [target()], rule)
    assert float(found["severity"]) == pytest.approx(RULES[rule](values), rel=1e-5)


def test_a_column_s_own_rule_goes_before_the_one_that_was_said():
    gathered = night(severity=[4, 8], steps=[100, 50])
    assert aggregated(gathered, [target(), target("steps", merge="sum")], "last") == {"severity": "8", "steps": "150"}


def test_equal_values_need_no_rule_but_are_added_up_where_they_are_summed():
    gathered = night(severity=[4, 4], steps=[0, 0, 0], caffeine_mg=[80, 80])
    made = [target(), target("steps"), target("caffeine_mg", merge="sum")]
    assert aggregated(gathered, made, None) == {"severity": "4", "steps": "0", "caffeine_mg": "160"}
    with pytest.raises(AmbiguousInput, match="'Severity' has several different values for one night"):
        aggregated(night(severity=[4, 5]), [target()], None)


def test_what_a_night_has_nothing_of_is_left_out():
    assert aggregated(Gathered(), [target(), target("note", text=True)], None) == {}
    assert aggregated(night(severity=[4]), [target(), target("steps")], None) == {"severity": "4"}


@pytest.mark.parametrize("rule", ["sum", "mean"])
def test_values_that_are_too_large_together_are_refused(rule):
    with pytest.raises(InputError, match="too large for a number"):
        aggregated(night(severity=[1e308, 1.7e308]), [target()], rule)


def test_a_sum_of_tenths_has_no_crumbs():
    assert one_of_several([0.1] * 3, "sum") == 0.3


INTERVALS = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), min_size=1, max_size=12)


@given(INTERVALS, st.randoms(use_true_random=False))
def test_minutes_that_several_intervals_share_count_once_in_any_order(intervals, random):
    minutes = {minute for begin, length in intervals for minute in range(begin, begin + length)}
    random.shuffle(intervals)
    gathered = Gathered(
        numbers={"sleep_minutes": array("d", [begin for begin, _ in intervals])},
        ends={"sleep_minutes": array("d", [begin + length for begin, length in intervals])},
    )
    assert aggregated(gathered, [target("sleep_minutes", merge="union")], None) == {"sleep_minutes": f"{len(minutes)}"}


def test_a_mean_that_is_off_the_whole_numbers_is_told_by_its_first_values():
    whole = target(whole=True)
    six, seven = [1, 2, 3, 4, 5, 7], [1, 2, 3, 4, 5, 7, 8]
    assert off_whole(night(severity=six), [whole], "mean").startswith(
        "severity: the mean of 1, 2, 3, 4, 5, 7 is 3.66667, no whole number"
    )
    assert "the mean of 1, 2, 3, 4, 5, 7, … is 4.28571," in off_whole(night(severity=seven), [whole], "mean")


@pytest.mark.parametrize(
    ("values", "rule", "whole"),
    [
        ([4, 6], "mean", True),
        ([4, 5], "last", True),
        ([4, 5], None, True),
        ([4, 5], "mean", False),
        ([4.5], "mean", True),
    ],
)
def test_what_becomes_a_whole_number_or_need_not_is_not_refused_as_a_mean(values, rule, whole):
    assert off_whole(night(severity=values), [target(whole=whole)], rule) == ""
    assert off_whole(Gathered(), [target(whole=whole)], rule) == ""


def test_the_columns_of_a_night_are_looked_at_each_for_its_own_mean():
    made = [target("steps"), target(whole=True, merge="mean")]
    told = off_whole(night(steps=[1, 2], severity=[4, 5]), made, None)
    assert (
        told
        == "severity: the mean of 4, 5 is 4.5, no whole number; take the last, first, max or min of several instead"
    )


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], ""),
        ([7], "7"),
        ([2, 3], "2-3"),
        ([2, 3, 4, 5, 9], "2-5, 9"),
        ([2, 4, 6], "2, 4, 6"),
        ([9, 2, 3], "9, 2-3"),
        ([3, 2], "3, 2"),
        ([2, 3, 8, 9, 10, 20], "2-3, 8-10, 20"),
        (range(2, 42, 2), ", ".join(map(str, range(2, 42, 2)))),
        (range(2, 44, 2), "2-42"),
        ([50, *range(2, 44, 2)], "2-50"),
    ],
)
def test_line_numbers_are_told_as_runs(lines, told):
    assert line_ranges(lines) == told


@given(st.sets(st.integers(2, 60)), st.integers(1, 40))
def test_the_runs_of_lines_are_the_lines(lines, most):
    told = line_ranges(sorted(lines), most)
    found = set()
    for run in filter(None, told.split(", ")):
        first, _, last = run.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    assert told.count(",") < most
    assert found >= lines
    if len(line_ranges(sorted(lines), math.inf).split(", ")) <= most:
        assert found == lines
