"""What the pages of a result are made of: labelled lines, tables, pictures, and headings above them. Plain data for the layout.

Knows no trial: only how a piece is handed to the template.
"""

from collections.abc import Sequence
from typing import Any

Part = dict[str, Any]
Section = dict[str, Any]


def section(heading: str, *parts: Part | None) -> Section:
    """A heading with what stands under it; parts that are None are left out."""
    return {"heading": heading, "parts": [part for part in parts if part is not None]}


def item(label: str, *sentences: str) -> Part | None:
    """A labelled paragraph; None where nothing is left of it."""
    told = [text for text in sentences if text]
    return {"kind": "item", "label": label, "text": " ".join(told)} if told else None


def text(*sentences: str) -> Part | None:
    """A paragraph; None where nothing is left of it."""
    told = [text for text in sentences if text]
    return {"kind": "text", "text": " ".join(told)} if told else None


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, columns: Sequence[str], groups: int = 1
) -> Part | None:
    """A table; None without rows.

    Parameters
    ----------
    columns : sequence of str
        Of each column "auto", or its share of what is left, such as "1fr".
    groups : int
        How many of these tables stand beside each other, where there are many short rows.
    """
    if not rows:
        return None
    return {
        "kind": "table",
        "header": list(header),
        "rows": [list(row) for row in rows],
        "columns": list(columns),
        "groups": groups,
    }


def pictures(*names: str) -> Part | None:
    """Pictures beside each other, by name; None without any."""
    return {"kind": "pictures", "names": list(names)} if names else None


def beside(part: Part | None, name: str) -> Part | None:
    """A table with a picture at its right; None without the table."""
    return part and {"kind": "beside", "part": part, "name": name}
