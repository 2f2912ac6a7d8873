"""The house itself: targets, sample data, the map of the code, and that nothing reaches for the network."""

import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from known import SAMPLE

from nof1 import Trial, fit, report

ROOT = Path(__file__).parents[1]


def test_make_alone_lists_the_targets():
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, env=os.environ | {"MAKEFLAGS": ""})
    assert done.returncode == 0
    for target in ("setup", "setup-dev", "demo", "test", "lint", "bench"):
        assert re.search(rf"make {target}\s+\w", done.stdout)


@pytest.mark.slow
def test_the_sample_trials_are_what_the_script_makes(tmp_path):
    for name in ("simulate.py", "answers.toml"):
        shutil.copy(SAMPLE / name, tmp_path)
    subprocess.run([sys.executable, "simulate.py"], cwd=tmp_path, check=True, capture_output=True)
    for trial in ("helps", "worsens", "cant-tell"):
        for name in ("protocol.toml", "order.csv", "diary.csv"):
            assert (tmp_path / trial / name).read_bytes() == (SAMPLE / trial / name).read_bytes()
    table = "simulated-sleep-diary.csv"
    assert (tmp_path / table).read_bytes() == (SAMPLE / table).read_bytes()


@pytest.mark.parametrize("name", ["helps", "worsens", "cant-tell"])
def test_the_sample_trials_say_that_they_are_simulated(name):
    trial = Trial.load(SAMPLE / name)
    assert trial.protocol.simulated
    assert trial.protocol.title.startswith("Simulated")
    assert trial.missing_nights
    assert any(entry.side_effects for entry in trial.entries)
    assert any(entry.dose_mg == 0 and trial.order.period_of(entry.night).arm == "magnesium" for entry in trial.entries)
    assert any(entry.outcome == 0 for entry in trial.entries)


def test_the_map_of_the_code_is_the_tree():
    """Whole paths: two files of one name in two folders are two lines."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    mapped, folder = [], ""
    for line in text.split("```")[1].splitlines():
        words = line.split()
        if line.startswith("src/"):
            folder, *words = words
        if words and all(re.fullmatch(r"\w+\.py", word) for word in words):
            mapped += [folder + word for word in words]
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "src" / "nof1").rglob("*.py")]
    assert sorted(mapped) == sorted(name for name in files if not name.rpartition("/")[2].startswith("_"))


def test_every_path_that_the_architecture_names_is_there():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[2]
    named = re.findall(r"`((?:\w+/)+[\w.-]*)`", text)
    assert len(named) > 30
    assert [name for name in named if not any((home / name).exists() for home in (ROOT, ROOT / "src" / "nof1"))] == []


def test_the_whole_road_works_without_a_network(monkeypatch, tmp_path):
    def refuse(*arguments, **options):
        raise AssertionError("something reached for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    shutil.copytree(SAMPLE / "helps", tmp_path / "trial")
    result = fit(Trial.load(tmp_path / "trial"), engine="marginal")
    result.save(tmp_path / "trial", now=datetime(2026, 5, 1, 8, tzinfo=UTC))
    assert report.summary(result, tmp_path / "summary.pdf").stat().st_size > 10_000


@pytest.mark.slow
def test_an_installed_package_brings_its_data(tmp_path):
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        inside = set(wheel.namelist())
    assert {
        "nof1/py.typed",
        "nof1/analyze/results.schema.json",
        "nof1/report/typesetting/summary.typ",
        "nof1/plan/templates/magnesium-rls.toml",
        "nof1/facts/dose.toml",
        "nof1/sample/helps/diary.csv",
        "nof1/sample/simulated-sleep-diary.csv",
    } <= inside


def test_no_test_of_a_page_waits_in_a_way_that_the_page_forbids():
    """Playwright's wait_for_function makes a program from text, which fails where it has to look twice: tests/browsing.py waits."""
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    assert [path.name for path in tests if ".wait_for_function(" in path.read_text(encoding="utf-8")] == []
