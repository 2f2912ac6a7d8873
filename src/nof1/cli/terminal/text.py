"""Text on a terminal: wrapped to a width, cut to a line, counted in columns as they are seen."""

from rich.cells import cell_len, chop_cells, set_cell_size

COLUMNS, ROWS = 78, 24


def wrap(text: str, columns: int = COLUMNS) -> list[str]:
    """The text in lines of at most `columns`; each line goes on under its own first word, past a leading number.

    A line such as "  3  Words" goes on below the W.
    """
    return [line for paragraph in text.split("\n") for line in _wrap_one(paragraph, columns)]


def _wrap_one(text: str, columns: int) -> list[str]:
    indent = len(text) - len(text.lstrip(" "))
    number = text.lstrip(" ").partition("  ")[0]
    if indent and number.isdecimal():
        rest = text[indent + len(number) :]
        indent += len(number) + len(rest) - len(rest.lstrip(" "))
    indent = min(indent, columns // 2)
    lines, line = [], text[:indent]
    empty = True
    for word in text[indent:].split(" "):
        for piece in chop_cells(word, columns - indent) or [""]:
            if not empty and cell_len(line) + 1 + cell_len(piece) > columns:
                lines.append(line)
                line, empty = " " * indent, True
            line += piece if empty else f" {piece}"
            empty = False
    return [*lines, line]


def crop(text: str, columns: int = COLUMNS) -> str:
    """The text on one line of at most `columns`, with … where it was cut."""
    if cell_len(text) <= columns:
        return text
    return set_cell_size(text, columns - 1).rstrip() + "…"
