"""The one clock of the suite: it is the same in every process, and nobody looks at it, or at the machine's, unseen."""

import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import clock
import pytest

TESTS = Path(__file__).parent
ASK = "from nof1.clock import local_now; print(local_now().isoformat())"
# Where tests may see the machine's clock, and where these words stand.
CLOCKS = {TESTS / "clock.py", TESTS / "clock_in_children" / "sitecustomize.py", Path(__file__)}


def asked():
    """What a process of its own takes for now."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", ASK], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return datetime.fromisoformat(done.stdout.strip())


@pytest.mark.clock
def test_a_test_begins_at_the_moment_of_the_suite_and_time_goes_on():
    first = clock.now()
    assert clock.MOMENT <= first < clock.MOMENT + timedelta(seconds=30)
    assert clock.now() > first


@pytest.mark.clock
@pytest.mark.parametrize("years", [0, -10, 10])
def test_a_process_has_the_clock_of_the_test_that_starts_it(years):
    moment = clock.MOMENT + timedelta(days=365 * years)
    clock.move_to(moment)
    before, there, after = clock.now(), asked(), clock.now()
    assert moment <= before <= there <= after
    assert there.utcoffset() == there.astimezone().utcoffset()


def test_a_process_still_runs_the_sitecustomize_that_the_clock_s_hides(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("print('of the system')")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(tmp_path)])}
    done = subprocess.run([sys.executable, "-c", "print('begun')"], env=environment, capture_output=True, text=True)
    assert (done.stdout.split("\n"), done.stderr) == (["of the system", "begun", ""], "")


SUITE = """
import subprocess, sys
import clock, pytest
from nof1.clock import local_now

@pytest.fixture(scope="module")
def looks():
    return local_now()

@pytest.fixture(scope="module")
def does_not():
    return 1

@pytest.mark.parametrize("time", [1, 2])  # the second time, what is shared is there already
class TestUnmarked:
    def test_here(self, time):
        local_now()

    def test_in_another_process(self, time):
        subprocess.run([sys.executable, "-c", "from nof1.clock import local_now; local_now()"], check=True)

    def test_asked_by_the_test_itself(self, time):
        clock.today()

    def test_through_what_is_shared(self, time, looks):
        pass

    def test_not_at_all(self, time, does_not):
        subprocess.run([sys.executable, "-c", "import nof1.clock"], check=True)

@pytest.mark.clock
class TestMarked(TestUnmarked):
    pass
"""


def test_who_looks_at_the_clock_without_the_mark_fails(tmp_path):
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {TESTS}\nmarkers = clock\n")
    (tmp_path / "conftest.py").write_text("from clock import one_clock, pytest_fixture_setup")
    (tmp_path / "test_suite.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-q", "-rE", "-p", "no:cacheprovider", "--tb=no", "test_suite.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    failed = re.findall(r"^ERROR test_suite.py::(\w+)::test_(\w+)\[\d\]", done.stdout, flags=re.MULTILINE)
    looking = ["here", "in_another_process", "asked_by_the_test_itself", "through_what_is_shared"]
    assert sorted(failed) == sorted(("TestUnmarked", name) for name in looking for _ in range(2)), done.stdout
    assert "20 passed, 8 errors" in done.stdout
    assert "pytest.mark.clock" in clock.UNMARKED


def test_no_test_sees_the_machine_s_clock():
    """The linter says so of Python (TID251 in pyproject.toml); here it is also looked for in what is given to others to run."""
    machine = re.compile(r"date\.today\(|datetime\.now\(|time\.time\(\)|time_ns\(\)|Date\.now\(")
    found = [
        f"{path.relative_to(TESTS)}, line {number}"
        for path in sorted(TESTS.rglob("*.py"))
        if path not in CLOCKS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if machine.search(line)
    ]
    assert found == []
