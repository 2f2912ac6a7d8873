"""Plain tables: CSV in its dialects, XLSX, and DataFrames, all as a header and rows of text.

Knows nothing of nights, scales or trials.
"""

import csv
import io
import re
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nof1.errors import InputError
from nof1.files import read_bytes

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 200_000_000
_DELIMITERS = ",;\t|"
# All that openpyxl has been seen to raise on a damaged or encrypted spreadsheet; nothing but its reading is tried so.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
    RuntimeError,  # encrypted, or packed in a way that zipfile does not know
    SyntaxError,  # XML that cannot be parsed
)


@dataclass(frozen=True)
class Row:
    """One row: the line it begins on (as an editor or a spreadsheet counts) and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A header and rows as wide as it. `decimal_comma` says that numbers are written 4,5."""

    name: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    content: bytes = b""
    decimal_comma: bool = False

    def place(self, column: str) -> int:
        """Index of a column.

        Raises
        ------
        InputError
            If there is no such column; the message lists those there are.
        """
        if column not in self.header:
            raise InputError(f"{self.name} has no column {column!r}. Its columns are: {', '.join(self.header)}.")
        return self.header.index(column)

    def column(self, column: str) -> list[str]:
        """All cells of a column."""
        place = self.place(column)
        return [row.cells[place] for row in self.rows]


def read_table(path: str | Path) -> Table:
    """Read a .csv, .tsv, .txt or .xlsx file.

    Raises
    ------
    InputError
        If the file is missing, of another kind, damaged or empty.
    """
    path = Path(path)
    content = read_bytes(path)
    if len(content) > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB. Export a shorter time span.")
    if content[:4] == b"PK\x03\x04":
        return _read_xlsx(path, content)
    if path.suffix.lower() in (".xlsx", ".xls", ".ods", ".pdf", ".zip"):
        raise InputError(f"{path} is no table that can be read. Save it as .csv or .xlsx and import that.")
    return _read_csv(path, content)


def _decode(path: Path, content: bytes) -> str:
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1252"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError(f"{path} is not a text table. Save it as .csv (UTF-8) or .xlsx and import that.")


def _read_csv(path: Path, content: bytes) -> Table:
    text = _decode(path, content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    first = re.sub(r'"(?:[^"]|"")*"', "", first)  # what stands in quotes is text
    delimiter = max(_DELIMITERS, key=first.count) if any(first.count(mark) for mark in _DELIMITERS) else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Row] = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(Row(start, tuple(cell.strip() for cell in cells)))
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{path}, line {start}: the row cannot be read ({error}). Mend that line and try again."
        ) from None
    return _table(str(path.name), lines, content, decimal_comma=delimiter == ";")


def _read_xlsx(path: Path, content: bytes) -> Table:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles that openpyxl does not know do not matter here
            computed, written = (
                list(
                    openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=only)
                    .worksheets[0]
                    .iter_rows()
                )
                for only in (True, False)
            )
    except _DAMAGED as error:
        raise InputError(
            f"{path} is no spreadsheet that can be read ({type(error).__name__}). Save it again as .xlsx or .csv."
        ) from None
    lines = []
    for number, (cells, sources) in enumerate(zip(computed, written, strict=True), start=1):
        # A formula that gives empty text is marked as text; one that was never computed is not marked at all.
        if any(
            source.data_type == "f" and cell.value is None and cell.data_type == "n"
            for cell, source in zip(cells, sources, strict=True)
        ):
            raise InputError(
                f"{path}, line {number}: a formula has no computed value in the file. Open it in a spreadsheet program, "
                "save it, and import it again."
            )
        texts = tuple(cell_text(cell.value) for cell in cells)
        if any(texts):
            lines.append(Row(number, texts))
    return _table(path.name, lines, content, decimal_comma=False)


def cell_text(cell: Any) -> str:
    """A cell's value as text: ISO dates, numbers without a needless .0."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        if cell != cell:
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell).strip()


def table_from_frame(frame: "pd.DataFrame") -> Table:
    """A DataFrame as a table of text; the index is not a column."""
    import pandas as pd

    rows = tuple(
        Row(
            number,
            tuple(
                "" if pd.api.types.is_scalar(value) and pd.isna(value) else cell_text(_plain(value)) for value in values
            ),
        )
        for number, values in enumerate(frame.itertuples(index=False, name=None), start=1)
    )
    return _table("the table", [Row(0, tuple(str(name) for name in frame.columns)), *rows], b"", decimal_comma=False)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _table(name: str, lines: list[Row], content: bytes, *, decimal_comma: bool) -> Table:
    if len(lines) < 2:
        raise InputError(f"{name} holds no rows under its header. Check that it is the right file.")
    header = lines[0].cells
    while header and not header[-1]:
        header = header[:-1]
    doubled = sorted({title for title in header if title and header.count(title) > 1})
    if doubled:
        raise InputError(f"{name} has two columns called {doubled[0]!r}. Rename one of them.")
    rows = []
    for row in lines[1:]:
        if any(row.cells[len(header) :]):
            raise InputError(f"{name}, line {row.line}: there are more values than columns. Mend that line.")
        rows.append(Row(row.line, (row.cells + ("",) * len(header))[: len(header)]))
    return Table(name, header, tuple(rows), content, decimal_comma)
