"""The reporting guidelines that protocol and results follow by content, as `report/guidelines.toml` holds them. Knows no trial."""

from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any, Literal

from nof1.language import phrase, say

Which = Literal["protocol", "results"]

_FOLLOWED = phrase(
    "The items follow {extension} ({extension_source}) with {statement} ({statement_source}), in nof1's own words; "
    "nof1 report --checklist says where each of them stands."
)


@cache
def guideline(which: Which) -> dict[str, Any]:
    """Names, sources and items of the guidelines of a paper."""
    content: dict[str, Any] = loads((files("nof1.report") / "guidelines.toml").read_text(encoding="utf-8"))
    row: dict[str, Any] = content[which]
    return row


def followed(which: Which) -> str:
    """Which guidelines a paper follows.

    Examples
    --------
    >>> followed("results")[:40]
    'The items follow CENT 2015 (BMJ 2015;350'
    """
    row = guideline(which)
    return say(
        _FOLLOWED, **{name: row[name] for name in ("extension", "extension_source", "statement", "statement_source")}
    )
