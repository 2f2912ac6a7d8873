"""The imports folder: every imported file byte for byte, named by its hash; a ledger; and the column maps that were used."""

import csv
import hashlib
import io
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nof1.cells import csv_text, shielded, unshielded
from nof1.errors import InputError, Nof1Error
from nof1.files import read_bytes, sync_folder

IMPORTS_FOLDER = "imports"
LEDGER_FILE = "ledger.csv"
MENDED = "rejected"  # the source of rows that were rejected before
MAPS_FILE = "maps.json"
COLUMNS = ("imported", "file", "sha256", "source", "rows", "taken", "merged", "rejected", "map", "options")
OLD_COLUMNS = ("imported", "file", "sha256", "rows", "taken", "merged", "rejected", "map")
_CHUNK = 1 << 20
_OWN_COLUMNS = ("plain", "google_forms", "studyu")  # sources in which the same columns mean the same file


@dataclass(frozen=True)
class Imported:
    """A line of the ledger: when, which file, and where its rows went; rows = taken + merged + rejected."""

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


def keep_verbatim(folder: Path, path: Path) -> str:
    """Copy a file into the imports folder byte for byte and return its SHA-256. The copy is there whole or not at all.

    Raises
    ------
    Nof1Error
        If it cannot be written.
    InputError
        If the file cannot be read.
    """
    home = folder / IMPORTS_FOLDER
    temporary: str | None = None
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        handle, temporary = tempfile.mkstemp(dir=home, prefix=".copy-")  # mode 0600
        with os.fdopen(handle, "wb") as copy, _reading(path) as original:
            while chunk := original.read(_CHUNK):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        target = home / _copy_name(digest.hexdigest(), path)
        Path(temporary).replace(target)
        temporary = None
        sync_folder(home)
    except OSError as error:
        raise Nof1Error(
            f"{home} could not be written to ({error.strerror}). Nothing was taken. Check free space and permissions, then try again."
        ) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
    return digest.hexdigest()


def _copy_name(sha256: str, path: Path) -> str:
    suffix = path.suffix.lower()[:12]
    return f"{sha256}{suffix if re.fullmatch('[.][a-z0-9]+', suffix) else ''}"


def drop_verbatim(folder: Path, path: Path, sha256: str) -> None:
    """Remove the copy of a file that was not taken in the end, unless an earlier import is of the same file."""
    home = folder / IMPORTS_FOLDER
    if not any(line.sha256 == sha256 for line in read_ledger(folder)):
        with suppress(OSError):
            (home / _copy_name(sha256, path)).unlink(missing_ok=True)
            home.rmdir()  # which fails where anything else is in it


def _reading(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from None


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
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = tuple(next(reader, ()))
        if header not in (COLUMNS, OLD_COLUMNS):
            raise InputError(f"{where} must have the columns {', '.join(COLUMNS)}. Restore it from a copy.")
        for row in reader:
            at = f"{where}, line {reader.line_num}"
            if len(row) != len(header):
                raise InputError(f"{at}: there are {len(row)} values instead of {len(header)}. Restore the file.")
            yield _parse({name: unshielded(cell) for name, cell in zip(header, row, strict=True)}, at)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{where} is damaged ({error}). Restore it from a copy.") from None


def _parse(cells: Mapping[str, str], where: str) -> Imported:
    try:
        counts = {name: int(cells[name]) for name in ("rows", "taken", "merged", "rejected")}
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
        texts = (*map(str, cells), _json(line.map), _json(line.options))
        written.append(tuple(shielded(text) for text in texts))
    return csv_text(written)


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(dict(content), ensure_ascii=False)


def map_key(source: str, header: tuple[str, ...]) -> str:
    """By what a saved map is found again: the source, and the file's columns where they are the person's own."""
    if source not in _OWN_COLUMNS:
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
