"""What is wrong with what a person wrote, in one message. Knows no protocol."""

import tomllib
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from nof1.cells import brief
from nof1.errors import InputError
from nof1.plan.design.kinds import KINDS


def parse_toml(text: str, *, where: str) -> dict[str, Any]:
    """TOML text as plain values.

    Raises
    ------
    InputError
        If the text is no TOML; the message holds the line.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a plain ValueError
        raise InputError(
            f"{where} is not valid TOML: {brief(str(error), 200)}. Mend that place, or restore the file from a copy."
        ) from None


# Parts of a place that name a kind of value rather than a field.
_NOT_PLACES = frozenset({*KINDS, "int", "dict[str,int]", "[key]"})


def explain(error: ValidationError, where: str) -> str:
    """Turn pydantic's findings into one message a person can act on."""
    findings = []
    items = error.errors(include_url=False)
    # A list whose parts are wrong is also said to be too short; only the parts are to be mended.
    items = [item for item in items if item["type"] != "too_short" or len(items) == 1]
    # Many places of one list with the same mistake are told once.
    alike = {
        (*(part for part in item["loc"] if not isinstance(part, int)), item["type"], item["msg"]): item
        for item in items[::-1]
    }
    items = [item for item in items if any(item is first for first in alike.values())]
    for item in items[:5]:
        place = ".".join(brief(str(part)) for part in _places(item["loc"]))
        text = item["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        if item["type"] not in ("value_error", "assertion_error"):
            text = _plainly(item)
        findings.append(f"{place}: {text}" if place else text)
    more = len(items) - len(findings)
    return f"{where} has a mistake: " + "; ".join(findings) + (f"; and {more} more" if more > 0 else "") + "."


def _places(found: tuple[int | str, ...]) -> Iterator[int | str]:
    """The fields on the way to what is wrong; what follows "drawn" is a kind of value, too, by the name of a field elsewhere."""
    for before, part in zip(("", *found), found, strict=False):
        if part not in _NOT_PLACES and before != "drawn":
            yield part


# What pydantic finds, in words for people; the fields in braces are its own.
_WORDS = {
    "extra_forbidden": "is not known; check the spelling or remove it",
    "missing": "is missing; add it",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be greater than or equal to {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be less than or equal to {le}",
    "finite_number": "must be a finite number",
    "literal_error": "must be {expected}",
    "union_tag_invalid": "kind must be one of {expected_tags}",
    "union_tag_not_found": "needs a kind",
    "string_pattern_mismatch": "does not have the right form",
}
_KINDS_OF_VALUE = (
    ("string", "must be text"),
    ("bool", "must be true or false"),
    ("int", "must be a whole number"),
    ("float", "must be a number"),
    ("datetime", "must be a date with a time, such as 2026-11-23T08:00:00+01:00"),
    ("timezone", "must be a date with a time and its zone, such as 2026-11-23T08:00:00+01:00"),
    ("date", "must be a date such as 2026-11-23"),
    ("tuple", "must be a list"),
    ("list", "must be a list"),
)


def _plainly(item: ErrorDetails) -> str:
    """One finding in plain words, with what was written."""
    kind, limits = item["type"], item.get("ctx", {})
    if kind in ("extra_forbidden", "missing", "union_tag_not_found"):
        return _WORDS[kind]
    if kind.removeprefix("string_") in ("too_short", "too_long"):
        few = kind.endswith("too_short")
        size = limits.get("min_length" if few else "max_length")
        one, many = ("letter", "letters") if isinstance(item.get("input"), str) else ("entry", "entries")
        what = one if size == 1 else many
        words = f"must have {'at least' if few else 'at most'} {size} {what}"
    elif kind in _WORDS:
        words = _WORDS[kind].format(**limits)
    else:
        words = next((words for start, words in _KINDS_OF_VALUE if kind.startswith(start)), "must be a table of fields")
    written = item.get("input")
    if kind == "union_tag_invalid" and isinstance(written, dict):
        written = written.get("kind")
    return f"{words} (it is {brief(repr(written))})"
