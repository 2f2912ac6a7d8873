"""Text in the cells of the tables that nof1 writes: safe to open in a spreadsheet, and the same text when read back; and the tables."""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nof1.errors import InputError

# What spreadsheet programs take for the beginning of a formula, in both widths of letters.
_SIGNS = r"=+\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
_FORMULA = re.compile(rf"'*[{_SIGNS}\t\r\n]")
# A program that splits lines at semicolons, as in countries with a decimal comma, begins a cell in the middle of a text.
_INNER = re.compile(rf"(?<=[;\t\r\n])(?=[\"' ]*[{_SIGNS}])")
_INNER_SHIELDED = re.compile(rf"(?<=[;\t\r\n])'(?=[\"' ]*[{_SIGNS}])")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.ASCII)
_SHOWN_LETTERS, _SHOWN_NAMES = 200, 50  # of a column's name, and names, in a message
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Marks that change the direction of writing, with which a text can look like another one.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shielded(text: str) -> str:
    """The text as a cell that no spreadsheet program takes for a formula: with an apostrophe before each place where it might.

    >>> shielded("=1+1"), shielded("-4.5"), shielded("calm; -1 at times")
    ("'=1+1", '-4.5', "calm;' -1 at times")
    """
    if _NUMBER.fullmatch(text):
        return text
    inner = _INNER.sub("'", text)
    return f"'{inner}" if _FORMULA.match(text) else inner


def unshielded(cell: str) -> str:
    """The text that `shielded` has made a cell of.

    >>> unshielded("'=1+1"), unshielded("'tis calm")
    ('=1+1', "'tis calm")
    """
    whole = cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell
    return _INNER_SHIELDED.sub("", whole)


def csv_rows(
    content: bytes, *headers: tuple[str, ...], where: str, remedy: str = "Mend that line."
) -> Iterator[tuple[str, dict[str, str]]]:
    r"""The rows of a table that nof1 wrote, by column, each with where it stands; the inverse of `csv_text` but for shields.

    Parameters
    ----------
    headers : tuples of str
        What the first row may be: of today first, then of earlier versions.
    where : str
        The file, for messages.
    remedy : str
        What to do about a row with a cell too many or too few.

    Raises
    ------
    InputError
        If the file is damaged, or its header or the length of a row is another one.

    Examples
    --------
    >>> list(csv_rows(b"night,note\n2026-01-05,calm\n", ("night", "note"), where="t.csv"))
    [('t.csv, line 2', {'night': '2026-01-05', 'note': 'calm'})]
    """
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = tuple(next(reader, ()))
        if header not in headers:
            raise InputError(f"{where} must have the columns {', '.join(headers[0])}. Restore it from a copy.")
        for row in reader:
            line = f"{where}, line {reader.line_num}"
            if len(row) != len(header):
                raise InputError(f"{line}: there are {len(row)} values instead of {len(header)}. {remedy}")
            yield line, dict(zip(header, row, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{where} is damaged ({error}). Restore it from a copy.") from None


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    r"""Rows of cells as CSV; each row ends in LF.

    >>> csv_text([("night", "note"), ("2026-01-05", "calm, then not")])
    'night,note\n2026-01-05,"calm, then not"\n'
    """
    return "".join(_line(row) for row in rows)


def _line(cells: Iterable[object]) -> str:
    """One row of CSV. The writer is told that rows end in CR LF, so that it quotes a lone CR, and is then overruled."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(cells)
    return stream.getvalue()[:-2] + "\n"


def listed(names: Iterable[str], most: int = _SHOWN_NAMES) -> str:
    r"""Names out of a stranger's file for a message: on one line, none of them longer than can be read, and not too many.

    >>> listed(["Date", "How\nbad?"])
    'Date, How bad?'
    """
    shown = [brief(name, _SHOWN_LETTERS) for name in names if name]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more


def brief(text: str, most: int = 60) -> str:
    """A stranger's text for a message: on one line, nothing invisible in it, cut off where it is long.

    >>> brief("x" * 100, 10)
    'xxxxxxx...'
    """
    text = " ".join(cleaned(text[: 4 * most]).split())
    return text if len(text) <= most else f"{text[: most - 3]}..."


def trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """A row's cells without the blank ones at its end.

    >>> trimmed(["date", "", "severity", "", ""])
    ('date', '', 'severity')
    """
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return tuple(cells[:end])


def doubled(names: Iterable[str]) -> list[str]:
    """The names that are there more than once, in the order of the alphabet; blank ones are none.

    >>> doubled(["b", "a", "", "b", ""])
    ['b']
    """
    return sorted(name for name, count in Counter(names).items() if name and count > 1)


def path_text(path: str | Path) -> str:
    r"""A file's path or name for messages and tables: on one line, nothing invisible in it, and every letter one that can be written.

    >>> path_text("a\x1b[2J\udcff.csv")
    'a[2J\ufffd.csv'
    """
    text = str(path).encode(errors="surrogateescape").decode(errors="replace")
    return re.sub(r"[\n\t]", " ", cleaned(text))


def cleaned(text: str) -> str:
    r"""The text without control characters and without marks that change its direction; tabs stay, line breaks become one kind.

    >>> cleaned("first\r\nsecond\x1b[2J")
    'first\nsecond[2J'
    """
    if text.isascii() and text.isprintable():
        return text
    text = _BREAKS.sub("\n", text)
    return "".join(
        character
        for character in text
        if character in "\n\t" or (unicodedata.category(character) != "Cc" and character not in _DIRECTION)
    )
