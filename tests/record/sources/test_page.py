"""The example in docs/adding-a-source.md runs, and the page names every part of the interface that a source fills in."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from nof1.record.sources.source import Column, Export

PAGE = (Path(__file__).parents[3] / "docs" / "adding-a-source.md").read_text(encoding="utf-8")


def test_the_example_runs(tmp_path):
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    done = subprocess.run([sys.executable, "-W", "error", "example.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


PARTS = {entry.name for kind in (Column, Export) for entry in fields(kind)}
GIVEN = {"source", "title", "path", "name"}  # by KEY, TITLE, the file and its header


@pytest.mark.parametrize("part", sorted(PARTS - GIVEN))
def test_every_part_is_told(part):
    assert re.search(rf"`{part}`", PAGE)
