"""Sourced facts as TOML: every limit the software knows carries where it comes from and how sure it is."""

import tomllib
from importlib.resources import files
from typing import Any


def load(name: str) -> list[dict[str, Any]]:
    """Rows of a facts file, each with its `source` and `certainty`."""
    content = tomllib.loads((files("nof1.facts") / f"{name}.toml").read_text(encoding="utf-8"))
    return list(content["fact"])
