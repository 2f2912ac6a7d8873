"""Tests against a copy of the source, each run in a forked child: what is imported from other packages is imported once."""

import gc
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 2.0  # seconds of a test; a longer one is left out
# Every option of the project's own that matters here is given: `addopts` of pyproject.toml is for people.
OPTIONS = [
    "-q",
    "-x",
    "-n",
    "0",
    "-p",
    "no:cacheprovider",
    "--import-mode=importlib",
    "-o",
    "addopts=",
    "-m",
    "not slow",
]
# Modules that a parent has imported are not rewritten for asserts again; that is a warning, and warnings are errors.
OPTIONS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `passed`, or what failed first; `seconds` of the processor."""

    passed: bool
    killer: str
    seconds: float
    tests: dict[str, float] = field(default_factory=dict)
    modules: tuple[str, ...] = ()


class _Watch:
    """Times every test, runs quick ones first and leaves long ones out, and keeps what failed first."""

    def __init__(self, known: dict[str, float]) -> None:
        self.known, self.seconds, self.failed = known, {}, ""

    def pytest_configure(self, config: pytest.Config) -> None:
        _quiet_hypothesis()  # after conftest.py has chosen a profile, and before tests are imported

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        if self.known:
            kept = [item for item in items if self.known.get(item.nodeid, 0) <= LONGEST]
            items[:] = sorted(kept, key=lambda item: self.known.get(item.nodeid, 0))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        begin = time.process_time()
        _limit(5 + 5 * self.known.get(item.nodeid, 60))  # a loop without an end is one test's
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.process_time() - begin

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


class Bench:
    """A copy of `src` in which one file after another is changed, and the tests that are run against it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "data").symlink_to(ROOT / "data")

    def run(self, tests: Sequence[str], *, known: dict[str, float] | None = None, limit: float = 600) -> Outcome:
        """Run tests until one fails. `limit`: seconds of the processor; a run that needs more has failed."""
        told = self.folder / "outcome.json"
        told.unlink(missing_ok=True)
        begin = time.monotonic()
        child = os.fork()
        if child == 0:
            self._in_child(tests, known or {}, limit, told)
        status = _wait(child, begin + 6 * limit + 60)
        if status is None or not told.exists():
            return Outcome(False, "time limit" if status is None or os.WIFSIGNALED(status) else "pytest", limit)
        return Outcome(**json.loads(told.read_text()))

    def _in_child(self, tests: Sequence[str], known: dict[str, float], limit: float, told: Path) -> None:
        code = 1
        try:
            os.setsid()
            with (self.folder / "output.txt").open("w") as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            _limit(limit)
            os.chdir(ROOT)
            sys.path.insert(0, str(self.folder / "src"))
            os.environ["PYTHONPATH"] = str(self.folder / "src")
            watch = _Watch(known)
            begin = time.process_time()
            code = int(pytest.main([*OPTIONS, *tests], plugins=[watch]))
            self._tell(told, code, watch, time.process_time() - begin)
        finally:
            os._exit(code)

    def _tell(self, told: Path, code: int, watch: _Watch, seconds: float) -> None:
        import nof1

        if not Path(nof1.__file__).is_relative_to(self.folder):
            raise RuntimeError(f"The tests ran against {nof1.__file__}, not against the copy.")
        # Whatever ends a run that ends well without the mutant is the mutant's doing, a failed import too.
        outcome = {
            "passed": code == 0,
            "killer": watch.failed or ("" if code == 0 else "import"),
            "seconds": seconds,
            "tests": watch.seconds,
            "modules": [name for name, module in list(sys.modules.items()) if _elsewhere(module)] if code == 0 else [],
        }
        told.write_text(json.dumps(outcome))


def _limit(seconds: float) -> None:
    """End this process when it has used so many more seconds of the processor, however busy the machine is."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, resource.RLIM_INFINITY))


def _quiet_hypothesis() -> None:
    """The same examples in every run, and the first failure is enough."""
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    checks = list(hypothesis.HealthCheck)
    hypothesis.settings.register_profile(
        "mutate", derandomize=True, database=None, deadline=None, phases=phases, suppress_health_check=checks
    )
    hypothesis.settings.load_profile("mutate")


def _elsewhere(module: Any) -> bool:
    path = getattr(module, "__file__", None) or ""
    return "site-packages" in path


def preload(modules: Sequence[str]) -> None:
    """Import what tests import from other packages, so that a forked child has it."""
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception:  # it may want to be imported by another one first; a child does that
            continue
    gc.freeze()  # pytest collects garbage at every end; what is here stays anyway


def _wait(child: int, until: float) -> int | None:
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None
