"""One clock for the whole suite: what nof1, the processes that tests start and the browser take for now, and which tests look at it.

Each test begins at MOMENT, and time goes on from there. A test that looks at the clock has the mark `clock`, or it fails:
so `scripts/odd_hours.sh`, which runs those with the mark at odd moments, runs all of them.
"""

import atexit
import os
import shutil
import sys
import tempfile
import time
from datetime import date, datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from clock_in_children.sitecustomize import HERE, LOOKED, SHIFT, shift

import nof1.clock

ZONE = os.environ.get("NOF1_TEST_ZONE", "UTC")
os.environ["TZ"] = ZONE
if hasattr(time, "tzset"):
    time.tzset()
MOMENT = datetime.fromisoformat(os.environ.get("NOF1_TEST_NOW", "2026-09-17T09:30:00")).astimezone()
if MOMENT.utcoffset() != MOMENT.astimezone(ZoneInfo(ZONE)).utcoffset():
    sys.exit(f"This system does not know the zone {ZONE}: install its time zones (the package tzdata).")

UNMARKED = (
    "This test looks at the clock: give it the mark 'clock' (pytest.mark.clock), so that it also runs at odd moments; "
    "or give what it calls a moment of its own."
)

_files = Path(tempfile.mkdtemp(prefix="nof1-clock-"))  # a process that looks leaves a file here
_files.chmod(0o777)  # also one of another user
atexit.register(shutil.rmtree, _files, ignore_errors=True)
_numbers = count()
_looks = []  # those of this process
_looking_fixtures = set()


def move_to(moment: datetime) -> None:
    """Set the clock. A moment without a zone is one of the suite's."""
    os.environ[SHIFT] = str(moment.timestamp() - time.time())  # noqa: TID251 - this is the clock


def now() -> datetime:
    """The moment that nof1 has, here and in every process."""
    return nof1.clock.local_now()


def today() -> date:
    """The date that nof1 has."""
    return now().date()


def _begin() -> None:
    _looks.clear()
    os.environ[LOOKED] = str(_files / str(next(_numbers)))
    move_to(MOMENT)


def _looked() -> bool:
    return bool(_looks) or Path(os.environ[LOOKED]).exists()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    """What is made once for many tests is made at MOMENT, and where it looked at the clock, all of these tests did."""
    if fixturedef.scope == "function":
        return (yield)
    before = _looks.copy(), os.environ[LOOKED], os.environ[SHIFT]
    _begin()
    try:
        return (yield)
    finally:
        if _looked():
            _looking_fixtures.add(fixturedef)
        _looks[:], os.environ[LOOKED], os.environ[SHIFT] = before


@pytest.fixture(autouse=True)
def one_clock(request):
    """Every test begins at MOMENT; one that looks at the clock without saying so fails."""
    _begin()
    yield
    if request.node.get_closest_marker("clock"):
        return
    definitions = request.node._fixtureinfo.name2fixturedefs
    shared = {one for name in request.fixturenames for one in definitions.get(name, ())} & _looking_fixtures
    if _looked() or shared:
        pytest.fail(UNMARKED, pytrace=False)


shift(nof1.clock, lambda: _looks.append(True))
if HERE not in os.environ.get("PYTHONPATH", "").split(os.pathsep):
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [HERE, os.environ.get("PYTHONPATH")]))
_begin()
