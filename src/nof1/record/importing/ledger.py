"""The imports folder: every imported file byte for byte, named by its hash; a ledger; and the column maps that were used."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nof1.cells import csv_rows, csv_text, shielded, unshielded
from nof1.errors import InputError, Nof1Error
from nof1.files import copy_atomic, read_bytes, sync_folder

IMPORTS_FOLDER = "imports"
LEDGER_FILE = "ledger.csv"
MENDED = "rejected"  # the source of rows that were rejected before
MAPS_FILE = "maps.json"
COLUMNS = (
    "imported", "file", "sha256", "source", "rows", "taken", "merged", "rejected", "map", "options", "values_rejected"
)  # fmt: skip
_EARLIER = COLUMNS[:-1]
OLD_COLUMNS = ("imported", "file", "sha256", "rows", "taken", "merged", "rejected", "map")
# Sources whose columns are the person's own: the same columns mean the same file, and no name among them tells what is meant.
OWN_COLUMNS = ("plain", "google_forms", "microsoft_forms", "qualtrics", "redcap", "studyu")


@dataclass(frozen=True)
class Imported:
    """A line of the ledger: when, which file, and where its rows went; rows = taken + merged + rejected.

    `values_rejected` are values without which rows were taken.
    """

    imported: str
    file: str
    sha256: str
    source: str
    rows: int
    taken: int
    merged: int
    rejected: int
    map: Mapping[str, str]
    options: Mapping[str, Any]
    values_rejected: int = 0


def keep_verbatim(folder: Path, path: Path) -> str:
    """Copy a file into the imports folder byte for byte and return its SHA-256. The copy is there whole or not at all.

    For a folder that nobody else can see yet; `take_import` copies within its commit.

    Raises
    ------
    Nof1Error
        If it cannot be written.
    InputError
        If the file cannot be read.
    """
    home = folder / IMPORTS_FOLDER
    try:
        digest = copy_atomic(path, home / ".copied")
        (home / ".copied").replace(folder / verbatim_name(digest, path))
        sync_folder(home)
    except OSError as error:
        raise Nof1Error(
            f"{home} could not be written to ({error.strerror}). Nothing was taken. Check free space and permissions, then try again."
        ) from error
    return digest


def verbatim_name(sha256: str, path: Path) -> str:
    """Path, inside a trial folder, of the copy of an imported file."""
    suffix = path.suffix.lower()[:12]
    return f"{IMPORTS_FOLDER}/{sha256}{suffix if re.fullmatch('[.][a-z0-9]+', suffix) else ''}"


def read_ledger(folder: str | Path) -> tuple[Imported, ...]:
    """All imports of a trial folder, in the order in which they were made.

    Raises
    ------
    InputError
        If the ledger is damaged.
    """
    path = Path(folder) / IMPORTS_FOLDER / LEDGER_FILE
    return tuple(_lines(read_bytes(path), str(path))) if path.is_file() else ()


def _lines(content: bytes, where: str) -> Iterator[Imported]:
    headers = (COLUMNS, _EARLIER, OLD_COLUMNS)
    for at, row in csv_rows(content, *headers, where=where, remedy="Restore the file."):
        yield _parse({name: unshielded(cell) for name, cell in row.items()}, at)


def _parse(cells: Mapping[str, str], where: str) -> Imported:
    try:
        counts = {name: int(cells[name]) for name in ("rows", "taken", "merged", "rejected")}
        counts["values_rejected"] = int(cells.get("values_rejected", 0))
        mapped, options = json.loads(cells["map"]), json.loads(cells.get("options") or "{}")
        if not (isinstance(mapped, dict) and isinstance(options, dict)):
            raise ValueError
    except (ValueError, RecursionError):
        raise InputError(f"{where}: a count or the map cannot be read. Restore the file from a copy.") from None
    return Imported(
        cells["imported"],
        cells["file"],
        cells["sha256"],
        cells.get("source", ""),
        **counts,
        map=mapped,
        options=options,
    )


def sheet_of(line: Imported) -> str:
    """The sheet that an import read, of a spreadsheet with several; "" elsewhere."""
    return str(line.options.get("sheet", ""))


def ledger_csv(lines: Iterator[Imported] | tuple[Imported, ...]) -> str:
    """ledger.csv with these lines."""
    written: list[tuple[str, ...]] = [COLUMNS]
    for line in lines:
        cells = (line.imported, line.file, line.sha256, line.source, line.rows, line.taken, line.merged, line.rejected)
        texts = (*map(str, cells), _json(line.map), _json(line.options), str(line.values_rejected))
        written.append(tuple(shielded(text) for text in texts))
    return csv_text(written)


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(dict(content), ensure_ascii=False)


def map_key(source: str, header: tuple[str, ...]) -> str:
    """By what a saved map is found again: the source, and the file's columns where they are the person's own."""
    if source not in OWN_COLUMNS:
        return source
    return f"{source}:{hashlib.sha256(json.dumps(header).encode()).hexdigest()[:16]}"


def read_maps(folder: str | Path) -> dict[str, Any]:
    """The saved maps by their key; none if there is no such file, or it is damaged: they are a convenience."""
    path = Path(folder) / IMPORTS_FOLDER / MAPS_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def maps_json(maps: Mapping[str, Any]) -> str:
    """maps.json."""
    return json.dumps(dict(maps), ensure_ascii=False, indent=1) + "\n"
