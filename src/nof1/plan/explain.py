"""What is wrong with what a person wrote, in one message. Knows no protocol."""

import tomllib
from typing import Any

from pydantic import ValidationError

from nof1.errors import InputError
from nof1.plan.design import KINDS


def parse_toml(text: str, *, where: str) -> dict[str, Any]:
    """TOML text as plain values.

    Raises
    ------
    InputError
        If the text is no TOML; the message holds the line.
    """
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(
            f"{where} is not valid TOML: {error}. Mend that place, or restore the file from a copy."
        ) from None


# Parts of a place that name a kind of value rather than a field.
_NOT_PLACES = frozenset({*KINDS, "int", "dict[str,int]", "[key]"})


def explain(error: ValidationError, where: str) -> str:
    """Turn pydantic's findings into one message a person can act on."""
    findings = []
    items = error.errors(include_url=False)
    # A list whose parts are wrong is also said to be too short; only the parts are to be mended.
    items = [item for item in items if item["type"] != "too_short" or len(items) == 1]
    for item in items[:5]:
        place = ".".join(str(part) for part in item["loc"] if part not in _NOT_PLACES)
        text = item["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        if item["type"] == "extra_forbidden":
            text = "is not known; check the spelling or remove it"
        elif item["type"] == "missing":
            text = "is missing; add it"
        elif item["type"] not in ("value_error",):
            text = f"{text[0].lower()}{text[1:]} (it is {_short(item.get('input'))})"
        findings.append(f"{place}: {text}" if place else text)
    more = len(items) - len(findings)
    return f"{where} has a mistake: " + "; ".join(findings) + (f"; and {more} more" if more > 0 else "") + "."


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
