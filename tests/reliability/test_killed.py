"""A process that logs or imports is stopped anywhere: the diary is the old one or the new one, and no accepted night is lost."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from nof1.plan.orders.draw import draw_order
from nof1.record.diary.entry import parse_entry
from nof1.record.trial import Trial

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")
TABLE = "night,severity,note\n" + "".join(
    f"2026-01-{day:02},{'99' if day == 27 else day % 10},x\n" for day in range(20, 29)
)


@pytest.fixture
def folder(tmp_path, make_protocol):
    """A trial of 50 nights, six of them recorded, with a table beside it of which one row is to be rejected."""
    protocol = make_protocol(design={"blocks": 8})
    rows = [{"night": f"2026-01-{5 + i:02}", "severity": str(i)} for i in range(6)]
    entries = tuple(parse_entry(protocol, row, where="fixture") for row in rows)
    Trial(protocol, draw_order(protocol), entries).write(tmp_path / "trial")
    (tmp_path / "table.csv").write_text(TABLE)
    assert protocol.end > date(2026, 1, 29)
    return tmp_path / "trial"


def killed(mode, folder, how, count, seed=0):
    script = Path(__file__).parent / "killer.py"
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), mode, str(folder), how, str(count), str(seed)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["log", "import"])
def test_a_process_that_dies_at_any_operation_on_a_file_tears_nothing(folder, mode):
    outcomes = killed(mode, folder, "step", 2000)
    assert outcomes["finished"] == 1
    assert outcomes["stopped"] > 30  # each of them another point
    assert outcomes["old"] > 3
    assert outcomes["new"] > 3  # it counts before it is in place


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["missed", "stop", "dose"])
def test_what_is_told_of_several_nights_is_told_of_all_or_none(folder, mode):
    outcomes = killed(mode, folder, "step", 2000)
    assert outcomes["finished"] == 1
    assert outcomes["stopped"] > 5
    assert outcomes["old"] > 3
    assert outcomes["new"] > 1


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["log", "import"])
def test_a_process_killed_at_a_random_moment_tears_nothing(folder, mode):
    outcomes = killed(mode, folder, "time", 200, seed=1)
    assert outcomes["stopped"] > 100
