"""How an object shows itself: a few lines in a terminal, a small table in a notebook.

Knows rows of text and nothing of what they are about. All text is escaped; there is no script, no style sheet and nothing
that would have to be fetched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

Row = tuple[str, str]  # what it is, and its value

_LABEL = 'style="text-align:left"'
_CELL = 'style="text-align:left;white-space:pre-line"'


@dataclass(frozen=True)
class Table:
    """A table beside the rows: its column titles and its rows of cells."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def as_text(title: str, rows: Sequence[Row]) -> str:
    """A title and labelled lines, for a terminal."""
    width = max((len(label) for label, _ in rows), default=0)
    below = "\n" + " " * (width + 4)
    return "\n".join([title, *(f"  {label:{width}}  {value.replace('\n', below)}" for label, value in rows)])


def signed(value: float, digits: int = 2, sign: str = "+") -> str:
    """A number with its sign before it; `sign` is "" where that of a number above 0 goes without saying."""
    text = f"{value:{sign}.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return text.lstrip("+\N{MINUS SIGN}") if digits == 0 and not float(f"{value:.0f}") else text


def in_hundred(share: float) -> str:
    """A share as a number of 100; never 0 or 100, which nobody can know.

    >>> in_hundred(0.004), in_hundred(0.25), in_hundred(0.999)
    ('<1', '25', '>99')
    """
    return "<1" if share < 0.01 else ">99" if share > 0.99 else f"{100 * share:.0f}"


def as_html(title: str, rows: Sequence[Row], table: Table | None = None) -> str:
    """The same as HTML, with a table below where there is one."""
    return "".join(
        [
            f"<div><p><strong>{escape(title)}</strong></p>",
            *([_facts(rows)] if rows else []),
            *([_table(table)] if table is not None else []),
            "</div>",
        ]
    )


def _facts(rows: Sequence[Row]) -> str:
    lines = (
        f'<tr><th scope="row" {_LABEL}>{escape(label)}</th><td {_CELL}>{escape(value)}</td></tr>'
        for label, value in rows
    )
    return f"<table><tbody>{''.join(lines)}</tbody></table>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col" {_LABEL}>{escape(name)}</th>' for name in table.columns)
    lines = ("".join(f"<td {_CELL}>{escape(cell)}</td>" for cell in row) for row in table.rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
