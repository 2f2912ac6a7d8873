"""Everybody alone, before they are pooled: whose answer is there already is not analysed again, unless it is not whole."""

from datetime import UTC, datetime

import pytest
from cohorts import write_people

from nof1.analyze.cohort.cache import ResultsCache
from nof1.analyze.cohort.run import analyze_people
from nof1.record.folders import find_trials

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def again(tmp_path, make_protocol):
    """A function that analyses three people once more, with what was kept changed by a function before."""
    trials = find_trials([write_people(tmp_path / "people", make_protocol, 3, blocks=2, period_nights=3)])

    def analyze(change=None):
        with ResultsCache(tmp_path / "finished.sqlite") as finished:
            if change is not None:
                keys = [one.key(seed=1) for one in trials]
                finished.keep({key: change(told) for key, told in finished.find(keys).items()})
            return analyze_people(trials, finished, now=NOW)

    return analyze


def without(name):
    return lambda told: {key: value for key, value in told.items() if key != name}


NOT_WHOLE = {
    "of a build without editions": without("edition"),
    "no person": lambda _: {"schema": 0},
    "a list": lambda told: [told],
    "pairs are a number": lambda told: told | {"pairs": 5},
    "no verdict": lambda told: told | {"pairs": [told["pairs"][0] | {"alone": {"mean": 1.0}}]},
}


@pytest.mark.parametrize("change", NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_what_was_kept_and_is_not_whole_is_computed_anew(again, change):
    first = again()
    assert (first.computed, first.taken_over) == (3, 0)
    second = again(change)
    assert (second.computed, second.taken_over, second.problems) == (3, 0, ())
    assert [one.to_dict() for one in second.people] == [one.to_dict() for one in first.people]
    third = again()
    assert (third.computed, third.taken_over) == (0, 3)
    assert [one.to_dict() for one in third.people] == [one.to_dict() for one in first.people]
