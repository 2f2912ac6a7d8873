"""Tables as R's write.table writes them: each row begins with its name, a count, over which the header has no cell.

Knows rows of text; must not know what columns hold.
"""

import csv
import io
from collections.abc import Sequence
from contextlib import suppress

_MOST = 20_000  # of counts that are not 1, 2, 3: from here on a number may be a spreadsheet's date
SPACE = " "  # stands between cells where nothing else was asked for


def has_row_names(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows is a header with one cell fewer than each of the others, which begin with a count.

    The counts are 1, 2, 3, or what is left of such where rows were taken out or sorted.

    >>> has_row_names([["date", "severity"], ["1", "2026-09-01", "4"], ["2", "2026-09-02", "5"]])
    True
    """
    header, *others = rows or [()]
    if not others or not all(header) or any(len(row) != len(header) + 1 for row in others):
        return False
    # A mark at each row's end makes one cell more as well, a blank one.
    if not any(row[-1] for row in others) or not all(row[0].isascii() and row[0].isdecimal() for row in others):
        return False
    counts = [int(row[0][:12]) for row in others]
    if counts == list(range(1, len(counts) + 1)):
        return True
    return len(set(counts)) == len(counts) and min(counts) > 0 and max(counts) < _MOST


def parted_by_spaces(text: str, most: int) -> bool:
    """Whether a text is such a table with a space between cells, as far as its first rows tell."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=SPACE, strict=True):
            if any(row):
                rows.append(row)
            if len(rows) == most:
                break
    return has_row_names(rows)
