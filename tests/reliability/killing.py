"""Work that is killed on its way, and what is left of it: children of a warm process die of a real SIGKILL, and the next call looks.

Knows nothing of what is done; that stands in `killed_works.py`, `killed_sealed.py` and `killed_server.py`.
"""

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from nof1.commit import LOCK_NAME

# What a process does to a file before it goes on; between two of them nothing on the disk changes but a file's content.
PATIENCE = 60  # seconds
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "shutil.rmtree"}
MOST_STEPS = 3000

Acknowledge = Callable[[str], None]


@dataclass
class Tally:
    """What was found: children that were killed and that came through, whether the killed work counted, and every failure in words."""

    killed: int = 0
    finished: int = 0
    old: int = 0
    new: int = 0
    failures: list[str] = field(default_factory=list)


class Work:
    """Something that nof1 does to files. A mode of the killer is a class of this kind."""

    places: tuple[Path, ...] = ()  # folders that are put back before each child; nothing may be left in them
    took = 0.0  # seconds of the last attempt in which it could be killed

    def do(self, acknowledge: Acknowledge) -> None:
        """What the child does; it says through `acknowledge` what a person would take for recorded."""
        raise NotImplementedError

    def look(self, accepted: list[str]) -> bool:
        """Go on as the next call would, and say whether what was killed counts; refuses what is torn or lost by an error."""
        raise NotImplementedError

    def attempt(self, step: int | None, seconds: float | None) -> tuple[list[str], int]:
        """A child that dies at a step or after a time: what it acknowledged, and its exit status as subprocess has it."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            child(lambda: self.do(lambda text: os.write(writing, f"{text}\n".encode())), step)
        os.close(writing)
        began = time.perf_counter()
        with killed_after(pid, seconds), os.fdopen(reading) as stream:
            accepted = stream.read().split("\n")[:-1]
            _, status = os.waitpid(pid, 0)
        self.took = time.perf_counter() - began
        return accepted, os.waitstatus_to_exitcode(status)


class killed_after:  # noqa: N801 - reads as what it does
    """While it lasts, a process is killed after some seconds, by an alarm and not by a thread: this process forks."""

    def __init__(self, pid: int, seconds: float | None) -> None:
        self.pid, self.seconds = pid, seconds

    def __enter__(self) -> None:
        if self.seconds is not None:
            signal.signal(signal.SIGALRM, self._kill)
            signal.setitimer(signal.ITIMER_REAL, max(self.seconds, 1e-6))

    def _kill(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Steps:
    """Dies at the nth operation on a file."""

    def __init__(self, step: int | None) -> None:
        self.left, self.counting = step, True
        if step is not None:
            sys.addaudithook(self._seen)

    def _seen(self, event: str, _: tuple) -> None:
        if self.counting and event in STEPS and self.left is not None:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def child(work: Callable[[], None], step: int | None) -> None:
    """Never returns, and never hangs for good: what waits for a thread that the fork left behind is ended, and that is a failure."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(PATIENCE)
    Steps(step)
    try:
        work()
        os._exit(0)
    except BaseException as error:
        os.write(2, f"{error!r}\n".encode())
        os._exit(1)


def kills(work: Work, how: str, count: int, seed: int) -> Tally:
    """Kill `count` children.

    Parameters
    ----------
    how : {"step", "time"}
        At the first, second, … operation on a file, until one comes through; where `count` would end before that, at as many places
        of all of them, evenly. Or after a time that chance chooses, within what the work takes.
    """
    tally, chance = Tally(), random.Random(seed)
    original = {place: _content(place) for place in work.places}
    accepted, status = work.attempt(None, None)
    pace = work.took
    assert status == 0, f"the work failed by itself, with {status}"
    assert work.look(accepted), "what came through does not count"
    allowed = {place: names(place) for place in work.places}
    for number in _steps(work, original, count) if how == "step" else range(1, count + 1):
        for place, content in original.items():
            _put_back(place, content)
        step, seconds = (number, None) if how == "step" else (None, chance.uniform(0, pace))
        try:
            accepted, status = work.attempt(step, seconds)
            tally.killed += status == -signal.SIGKILL
            tally.finished += status == 0
            if status == 0:  # the first is the slowest, since nothing is warm
                pace = min(pace, work.took)
            assert status in (0, -signal.SIGKILL), f"it failed by itself, with {status}"
            counts = work.look(accepted)
            left = {place: names(place) - allowed[place] - set(original[place] or ()) for place in work.places}
            assert not any(left.values()), "left behind: " + ", ".join(sorted(set().union(*left.values())))
        except Exception as error:
            where = f"operation {number}" if how == "step" else f"{1000 * (seconds or 0):.0f} ms"
            tally.failures.append(f"at {where}: {error if isinstance(error, AssertionError) else repr(error)}")
        else:
            tally.new += counts
            tally.old += not counts
    return tally


def _steps(work: Work, original: dict[Path, dict[str, bytes] | None], count: int) -> list[int]:
    """The operations at which children die: all there are and one more, or `count` of them."""

    def through(step: int) -> bool:
        for place, content in original.items():
            _put_back(place, content)
        return work.attempt(step, None)[1] == 0

    low, high = 0, 16
    while not through(high):
        low, high = high, 2 * high
        assert high <= MOST_STEPS, f"still not through after {low} operations"
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if through(middle) else (middle, high)
    if count >= high:
        return list(range(1, high + 1))
    return sorted({round(1 + place * (high - 1) / max(count - 1, 1)) for place in range(count)})


def names(place: Path) -> set[str]:
    """All files and folders below a folder, but for the empty lock, which stays: one that is removed is no lock for who waits for it."""
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.name != LOCK_NAME}


def _content(place: Path) -> dict[str, bytes] | None:
    if not place.is_dir():
        return None
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def _put_back(place: Path, content: dict[str, bytes] | None) -> None:
    shutil.rmtree(place, ignore_errors=True)
    if content is None:
        return
    place.mkdir(parents=True)
    for name, told in content.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(told)
