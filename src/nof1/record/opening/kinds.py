"""Kinds of files that hold no table that can be read, known by how they begin: what each is, and what to do with it."""

import re
from collections.abc import Collection
from pathlib import Path

from nof1.cells import path_text
from nof1.errors import InputError

_AS_TABLE = "Save it as .csv or .xlsx and import that."
_TYPE = "Type its numbers into a table and import that, or export them where they come from."
_UNPACK = "Unpack it and import the table that is in it."
_FROM_R = "In R, write the table with write.csv(x, 'table.csv', row.names = FALSE) and import that."
_EXPORT = "In the program that made it, export the table as .csv or .xlsx and import that."
# How a file begins, what that is, and the way out.
_BEGINNINGS = tuple(
    (re.compile(beginning, re.DOTALL | re.IGNORECASE), what, remedy)
    for beginning, what, remedy in (
        (rb"%PDF-", "a PDF", _TYPE),
        (
            rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "a spreadsheet of an old kind (.xls), or one with a password",
            _AS_TABLE,
        ),
        (rb"\{\\rtf\d", "a text document (RTF)", _AS_TABLE),
        (rb"\x1f\x8b", "packed with gzip", _UNPACK),
        (rb"BZh\d1AY&SY", "packed with bzip2", _UNPACK),
        (rb"\xfd7zXZ\0", "packed with xz", _UNPACK),
        (rb"7z\xbc\xaf'\x1c", "a 7z archive", _UNPACK),
        (rb"Rar!\x1a\x07", "a RAR archive", _UNPACK),
        (rb".{257}ustar[\0 ]", "a tar archive", _UNPACK),
        (rb"SQLite format 3\0", "a database (SQLite)", _EXPORT),
        (rb"PAR1\x15", "a Parquet file", _EXPORT),
        (rb"ARROW1\0\0", "an Arrow file", _EXPORT),
        (rb"\x89HDF\r\n\x1a", "an HDF5 file", _EXPORT),
        (rb"\$FL[23]@\(#\)", "a data file of SPSS", _EXPORT),
        (rb"<stata_dta>", "a data file of Stata", _EXPORT),
        (rb"RD[AX][23]\n", "a data file of R", _FROM_R),
        (rb"BEGIN:VCALENDAR", "a calendar", _EXPORT),
        (rb"[\x0c\x0e].{7}\.FIT", "a FIT file of a sports watch", _EXPORT),
        (rb"\x89PNG\r|\xff\xd8\xff|GIF8[79]a|.{4}ftyphei", "a picture", _TYPE),
        (rb"(?:\xef\xbb\xbf)?\s*<(?:html|!doctype html)\b", "a web page", _AS_TABLE),
    )
)
# What an archive holds that is no archive to the person: by the end of a member's name.
_DOCUMENTS = (
    ("word/document.xml", "a Word document", _AS_TABLE),
    ("ppt/presentation.xml", "a presentation", _AS_TABLE),
    (".iwa", "a document of Numbers, Pages or Keynote", "In Numbers, export it as .xlsx or .csv and import that."),
)


def refuse_other_kind(path: Path, start: bytes) -> None:
    """Refuse a file that begins as one does in which there is no table for us, whatever it is called.

    Raises
    ------
    InputError
        If it is one of these. The message names what it is, and the way out.
    """
    for beginning, what, remedy in _BEGINNINGS:
        if beginning.match(start):
            raise InputError(f"{path_text(path)} is {what}, no table that can be read. {remedy}")


def refuse_document(path: Path, names: Collection[str]) -> None:
    """Refuse an archive that is some program's document without a table for us.

    Raises
    ------
    InputError
        If it is one.
    """
    for end, what, remedy in _DOCUMENTS:
        if any(name.endswith(end) for name in names):
            raise InputError(f"{path_text(path)} is {what}, no table that can be read. {remedy}")
