"""Every command and every Python line of the README, in order, in an empty folder."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from known import SHARED

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language, part):
    return re.findall(rf"^```{language}\n(.*?)^```", part, flags=re.MULTILINE | re.DOTALL)


def run(line, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(line, shell=True, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_road_in_a_terminal_and_in_python(tmp_path):
    before, _, after = README.partition("## A table you already have")
    lines = [line for block in blocks("sh", before) for line in block.splitlines()]
    assert len(lines) >= 9
    for line in lines:
        run(line, tmp_path)
    assert (tmp_path / "sample-trial" / "results" / "summary.pdf").stat().st_size > 10_000
    (code,) = blocks("python", after)
    (tmp_path / "readme.py").write_text(code, encoding="utf-8")
    assert "same answer" in run("python -W error::UserWarning readme.py", tmp_path)


def test_the_melatonin_example_says_what_the_readme_says(tmp_path):
    daily = SHARED / "melatonin" / "miura_ema_70day_daily.csv"
    if not daily.is_file():
        pytest.skip("The melatonin data lies beside the project and is not here.")
    shutil.copy(daily, tmp_path)
    part = README.partition("## A table you already have")[2].partition("## In Python")[0]
    said = " ".join(run(line, tmp_path) for line in blocks("sh", part)[0].splitlines())
    shown = re.findall(r"^    (.+)$", part, flags=re.MULTILINE)
    assert " ".join(" ".join(shown).split()) in " ".join(said.split())


@pytest.mark.parametrize("page", ["planning", "sealed-trials", "recording", "importing", "adding-a-source"])
def test_every_command_and_python_line_of_the_docs_runs(tmp_path, page):
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    found = re.findall(r"^```(sh|python)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    assert found
    for i, (language, block) in enumerate(found):
        if language == "sh":
            (tmp_path / f"{i}.sh").write_text("set -e\n" + block, encoding="utf-8")
            run(f"bash {i}.sh", tmp_path)
        else:
            (tmp_path / f"{i}.py").write_text(block, encoding="utf-8")
            run(f"python -W error::UserWarning {i}.py", tmp_path)
