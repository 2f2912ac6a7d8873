"""Every command and every Python line of the README and of docs/, in the order of their page, in an empty folder.

`text` and `toml` blocks are output or contents of files and are not run; output that follows a command is what it prints.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from known import SAMPLE

from nof1 import Trial, fit

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RUN, SHOWN = {"sh", "python"}, {"text", "toml"}
FENCE = re.compile(r"^(`{3,}|~{3,})([^\n]*)\n(.*?)^\1[ \t]*$", flags=re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    language: str
    code: str
    follows: bool  # whether nothing but blank lines stands before it and the block above


def blocks(text):
    found, end = [], None
    for fence in FENCE.finditer(text):
        follows = end is not None and not text[end : fence.start()].strip()
        found.append(Block(fence[2].strip(), fence[3], follows))
        end = fence.end()
    return found


def unknown(text):
    """What would not be run and is not known as something that need not be."""
    directives = ("{include}", "{toctree}")
    fenced = [block.language for block in blocks(text) if block.language not in RUN | SHOWN]
    rest = FENCE.sub("", text)
    indented = re.findall(r"(?:^|\n)[ \t]*\n((?: {4}|\t)[^\n]+)", rest)
    return (
        [language for language in fenced if not language.startswith(directives)]
        + indented
        + re.findall(r"^ *```.*", rest, re.M)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_block_is_in_a_language_that_is_not_known_here(page):
    assert unknown(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "```bash\nls\n```\n",
        "```\nls\n```\n",
        "```Python\nx\n```\n",
        "A\n\n    nof1 plan\n",
        "- a\n  ```sh\n  ls\n  ```\n",
        "~~~ruby\nx\n~~~\n",
    ],
)
def test_such_a_block_is_found(text):
    assert unknown(text)


def test_what_is_known_is_let_through():
    assert unknown("```sh\nls\n```\n\n```text\n    a\n\n    b\n```\n\n- a\n\n```{include} x\n```\n") == []


def in_blocks():
    return [page for page in PAGES if any(block.language in RUN for block in blocks(page.read_text(encoding="utf-8")))]


@pytest.fixture
def given(tmp_path):
    """A function that lays down what a page says is there already."""

    def give(page):
        if page.stem == "README":  # it says "in a checkout"
            shutil.copytree(SAMPLE, tmp_path / "data" / "sample")
        if page.stem == "statistics":
            trial = Trial.load(SAMPLE / "helps")
            trial.write(tmp_path / "sample-trial")
            fit(trial, engine="marginal", sensitivity=False).save(tmp_path / "sample-trial")

    return give


@pytest.mark.slow
@pytest.mark.road
@pytest.mark.clock
@pytest.mark.parametrize("page", in_blocks(), ids=lambda page: page.stem)
def test_every_command_and_python_line_runs(page, given, tmp_path, monkeypatch):
    from matplotlib import pyplot as plt

    given(page)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    printed = None
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.language == "python":
            exec(compile(block.code, str(page), "exec"), names)
        elif block.language == "sh":
            printed = run(block.code)
        elif block.follows and printed is not None:
            assert " ".join(block.code.split()) in " ".join(printed.split())
        if block.language != "sh":
            printed = None
    plt.close("all")


def run(code):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash", "-e", "-c", code], env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_pages_have_the_blocks_that_a_reader_needs():
    bare = {"index", "intended-purpose"}  # which have nothing to run
    assert {page.stem for page in in_blocks()} == {page.stem for page in PAGES} - bare
    readme = blocks((ROOT / "README.md").read_text(encoding="utf-8"))
    assert sum(len(block.code.splitlines()) for block in readme if block.language == "sh") >= 12
    (python,) = [block.code for block in readme if block.language == "python"]
    assert len([line for line in python.splitlines() if line and not line.startswith("import")]) <= 10


def test_commands_of_make_that_the_readme_names_are_there():
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)(?=`| {4})", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert {"demo", "test", "docs"} <= named <= targets
