"""A process that changes a folder is killed anywhere: nothing is torn, nothing acknowledged is lost, nothing is left behind.

`make calibrate` kills a thousand; these are a sample of each kind.
"""

import os
import sys
from pathlib import Path

import pytest

if os.name != "posix":
    pytest.skip("needs fork and SIGKILL", allow_module_level=True)
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import kills
from reliability.killed_works import MODES, PLANTED

WHOLLY = ["log", "plan", "plan here", "missed", "stop", "dose", "pause", "new packs"]  # a step each is cheap
SOME = [mode for mode in kills.MODES if mode not in WHOLLY]


def test_what_is_killed_by_the_thousand_is_all_that_can_be_killed():
    assert set(kills.MODES) == {*MODES, "serve"}
    assert set(kills.PLANTED) == set(PLANTED)
    assert sum(steps + times for _, steps, times in kills.MODES.values()) > 1000


@pytest.mark.slow
@pytest.mark.parametrize("mode", WHOLLY)
def test_killed_at_any_operation_on_a_file_nothing_is_torn_lost_or_left(mode):
    found = kills.killed(mode, "step", 3000, 1)
    assert found["failures"] == []
    assert found["finished"] == 1
    assert found["killed"] > 20  # each of them another point
    assert found["old"] > 3
    assert found["new"] > 1  # it counts before all of it is in place


@pytest.mark.slow
@pytest.mark.parametrize("mode", SOME)
def test_killed_at_some_operations_nothing_is_torn_lost_or_left(mode):
    found = kills.killed(mode, "step", 16, 1)
    assert found["failures"] == []
    assert found["killed"] > 10
    assert found["old"]
    assert found["new"]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["log", "import", "pause"])
def test_killed_at_a_random_moment_nothing_is_torn_lost_or_left(mode):
    found = kills.killed(mode, "time", 60, 1)
    assert found["failures"] == []
    assert found["killed"] > 10


@pytest.mark.slow
@pytest.mark.parametrize("mode", PLANTED)
def test_a_fault_that_is_planted_is_found(mode):
    assert kills.killed(mode, "step", kills.PLANTED[mode][1], 1)["failures"]
