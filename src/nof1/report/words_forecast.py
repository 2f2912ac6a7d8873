"""The forecast of further blocks as sentences. Says chances, never what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from nof1.report.phrases import counted

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_WOULD = "would settle it with a chance of"
_LIKELY = 50  # in 100: what counts as probably settled
_LEAST, _MOST = 5, 95  # in 100: nearer to none or all is not told apart
_LEAST_OF_A_BLOCK = 0.25  # fewer planned nights than this share of a block are not told of


def forecast_sentence(forecast: Mapping[str, Any]) -> str:
    """How many more blocks would probably settle it.

    Where no number of blocks that was looked at reaches one half, the largest is named.

    Parameters
    ----------
    forecast : mapping
        As `Forecast.to_dict` gives it; the rows from the fewest blocks to the most.
    """
    rows = forecast["rows"]
    rough = " This is a rough guess." if forecast["method"] == "approximate" else ""
    finishing = _worth_naming(forecast)
    if finishing is None:
        return f"{_capital(_further(rows))}.{rough}"
    planned = counted(forecast["planned_left"], "planned night")
    start = f"The {planned} after the last entry {_WOULD} {_chance(finishing)}"
    if _rounded(finishing) >= _LIKELY:
        return f"{start}.{rough}"
    return f"{start}; {_after_them(rows)}.{rough}"


def _worth_naming(forecast: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The row of the planned nights that are left, unless they are only the last few of a block."""
    first = forecast["rows"][0]
    least = _LEAST_OF_A_BLOCK * first["nights"] / first["blocks"]
    row: Mapping[str, Any] | None = forecast["finishing"]
    return row if forecast["planned_left"] >= least else None


def _further(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the fewest blocks that are likely to settle it would do, and the next number that is likelier to."""
    row, likely = _first_likely(rows)
    text = f"{_blocks(row, likely)} ({_nights(row)}) {_WOULD} {_only(row, likely)}{_chance(row)}"
    more = next((later for later in rows if later["blocks"] > row["blocks"] and _rounded(later) > _rounded(row)), None)
    return f"{text}; {_number(more['blocks'])} more with {_chance(more)}" if likely and more is not None else text


def _after_them(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same in short, of blocks after the planned nights."""
    row, likely = _first_likely(rows)
    return f"{_blocks(row, likely)} after them ({_nights(row)}) with {_only(row, likely)}{_chance(row)}"


def _first_likely(rows: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], bool]:
    """The row of the fewest blocks that are likely to settle it, or the last one and False."""
    row = next((row for row in rows if _rounded(row) >= _LIKELY), None)
    return (rows[-1], False) if row is None else (row, True)


def _blocks(row: Mapping[str, Any], likely: bool) -> str:
    count = row["blocks"]
    blocks = "more block" if count == 1 else "more blocks"
    return f"{_number(count)} {blocks}" if likely else f"even {count} {blocks}"


def _nights(row: Mapping[str, Any]) -> str:
    return counted(row["nights"], "night")


def _only(row: Mapping[str, Any], likely: bool) -> str:
    return "" if likely or _rounded(row) < _LEAST else "only "


def _number(count: int) -> str:
    """A small whole number as a word."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _rounded(row: Mapping[str, Any]) -> int:
    """Chance in 100, to the nearest five: the forecast is no more exact than that."""
    return 5 * round(20 * float(row["chance_settled"]))


def _chance(row: Mapping[str, Any]) -> str:
    rounded = _rounded(row)
    if rounded < _LEAST:
        return f"less than {_LEAST} in 100"
    return f"more than {_MOST} in 100" if rounded > _MOST else f"about {rounded} in 100"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
