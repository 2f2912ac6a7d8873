"""The house itself: set-up, lock file, sample data, the map of the code, and that nothing reaches for the network."""

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from known import SAMPLE

from nof1 import Trial, fit, report

ROOT = Path(__file__).parents[1]
TOOLS = ("sh", "rm", "mktemp", "grep", "tail", "cat")


@pytest.fixture
def setup(tmp_path):
    """A function that runs the set-up with nothing but a few tools and a made-up Python."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in TOOLS:
        (programs / tool).symlink_to(shutil.which(tool))

    def run(python):
        path = programs / "python3"
        path.write_text(f"#!/bin/sh\n{python}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        command = ["sh", str(ROOT / "scripts" / "setup.sh"), str(tmp_path / "venv")]
        return subprocess.run(command, cwd=ROOT, env={"PATH": str(programs)}, capture_output=True, text=True)

    return run


def test_an_old_python_is_refused_in_plain_words(setup, tmp_path):
    done = setup('if [ "$1" = --version ]; then echo "Python 3.9.1"; else exit 1; fi')
    assert done.returncode == 1
    assert "nof1 needs Python 3.12 or newer" in done.stderr
    assert "Found: Python 3.9.1" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_absent_network_is_told_in_plain_words(setup, tmp_path):
    inner = tmp_path / "venv" / "bin"
    inner.mkdir(parents=True)
    (inner / "python").write_text(
        '#!/bin/sh\ncase "$*" in *pip*) echo "Temporary failure in name resolution" >&2; exit 1;; *--version*) echo Python;; esac\n'
    )
    (inner / "python").chmod(0o755)
    done = setup("exit 0")
    assert done.returncode == 1
    assert "The first set-up needs the network" in done.stderr


def test_make_alone_lists_the_targets():
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, env=os.environ | {"MAKEFLAGS": ""})
    assert done.returncode == 0
    for target in ("setup", "demo", "test", "lint", "bench"):
        assert re.search(rf"make {target}\s+\w", done.stdout)


def test_the_lock_file_has_hashes_and_no_address():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    pinned = re.findall(r"^[a-z0-9][\w.\[\]-]*==", text, flags=re.MULTILINE)
    assert len(pinned) > 100
    assert text.count("--hash=sha256:") >= len(pinned)


def test_the_sample_trials_are_what_the_script_makes(tmp_path):
    for name in ("simulate.py", "answers.toml"):
        shutil.copy(SAMPLE / name, tmp_path)
    subprocess.run([sys.executable, "simulate.py"], cwd=tmp_path, check=True, capture_output=True)
    for trial in ("helps", "worsens", "cant-tell"):
        for name in ("protocol.toml", "order.csv", "diary.csv"):
            assert (tmp_path / trial / name).read_bytes() == (SAMPLE / trial / name).read_bytes()


@pytest.mark.parametrize("name", ["helps", "worsens", "cant-tell"])
def test_the_sample_trials_say_that_they_are_simulated(name):
    trial = Trial.load(SAMPLE / name)
    assert trial.protocol.simulated
    assert trial.protocol.title.startswith("Simulated")
    assert trial.missing_nights
    assert any(entry.side_effects for entry in trial.entries)
    assert any(entry.dose_mg == 0 and trial.order.period_of(entry.night).arm == "magnesium" for entry in trial.entries)
    assert any(entry.outcome == 0 for entry in trial.entries)


def test_the_map_of_the_code_names_every_file():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    files = [path.name for path in (ROOT / "src" / "nof1").rglob("*.py") if not path.name.startswith("_")]
    assert [name for name in files if name not in text and name not in CLI] == []


CLI = {path.name for path in (ROOT / "src" / "nof1" / "cli").glob("*.py")}


def test_the_whole_road_works_without_a_network(monkeypatch, tmp_path):
    def refuse(*arguments, **options):
        raise AssertionError("something reached for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    shutil.copytree(SAMPLE / "helps", tmp_path / "trial")
    result = fit(Trial.load(tmp_path / "trial"), engine="marginal")
    result.save(tmp_path / "trial")
    assert report.summary(result, tmp_path / "summary.pdf").stat().st_size > 10_000


def test_an_installed_package_brings_its_data(tmp_path):
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        inside = set(wheel.namelist())
    assert {
        "nof1/py.typed",
        "nof1/report/summary.typ",
        "nof1/plan/templates/magnesium-rls.toml",
        "nof1/facts/dose.toml",
        "nof1/sample/helps/diary.csv",
    } <= inside
