"""What is no table is told by what it is, whatever it is called, and never read as one."""

import io
import zipfile

import pytest

from nof1.errors import InputError
from nof1.record.opening.opened import open_file

OTHERS = {
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "an old kind (.xls)": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "a text document (RTF)": b"{\\rtf1\\ansi date,severity}",
    "packed with gzip": b"\x1f\x8b\x08\0\0\0\0\0",
    "packed with bzip2": b"BZh91AY&SY",
    "packed with xz": b"\xfd7zXZ\0\0",
    "a 7z archive": b"7z\xbc\xaf\x27\x1c\0\x04",
    "a RAR archive": b"Rar!\x1a\x07\x01\0",
    "a tar archive": b"diary.csv".ljust(257, b"\0") + b"ustar\x0000" + bytes(300),
    "a database (SQLite)": b"SQLite format 3\0\x10\0",
    "a Parquet file": b"PAR1\x15\x04",
    "an HDF5 file": b"\x89HDF\r\n\x1a\n",
    "a data file of SPSS": b"$FL2@(#) SPSS DATA FILE",
    "a data file of Stata": b"<stata_dta><header><release>118</release>",
    "a data file of R": b"RDX3\nX\n",
    "a calendar": b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
    "a FIT file": b"\x0e\x10\xd9\x07\x00\x00\x00\x00.FIT\0\0",
    "a picture": b"\x89PNG\r\n\x1a\n",
    "a web page": b"\n<!DOCTYPE html>\n<html><table><tr><td>date</td></tr></table></html>",
}


@pytest.mark.parametrize("name", ["export.csv", "export.xlsx", "export"])
@pytest.mark.parametrize("what", OTHERS)
def test_what_it_is_and_the_way_out_are_told(tmp_path, what, name):
    path = tmp_path / name
    path.write_bytes(OTHERS[what])
    with pytest.raises(InputError) as refused:
        open_file(path)
    message = str(refused.value)
    assert what in message
    assert message.endswith(("import that.", "that is in it.", "come from."))
    assert message.count(". ") == 1  # one sentence what it is, one what to do


@pytest.mark.parametrize(
    "start",
    [
        "PAR1,PAR2\n1,2\n",
        "date,%PDF\n2026-01-05,1\n",
        "{\\legs,date\n4,2026-01-05\n",
        "BZh9,RDX3\n1,2\n",
        "Rar!,7z\n1,2\n",
    ],
)
def test_a_table_that_looks_a_little_like_one_is_read(tmp_path, start):
    path = tmp_path / "table.csv"
    path.write_text(start)
    assert open_file(path).kind == "table"


@pytest.mark.parametrize(
    ("member", "what"),
    [
        ("word/document.xml", "a Word document"),
        ("ppt/presentation.xml", "a presentation"),
        ("Index/Document.iwa", "a document of Numbers"),
    ],
)
def test_a_document_in_an_archive_is_told(tmp_path, member, what):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, "<x/>")
    with pytest.raises(InputError, match=what):
        open_file(path)


def test_a_spreadsheet_is_none_of_these(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["date", "severity"])
    book.active.append(["2026-01-05", 4])
    stream = io.BytesIO()
    book.save(stream)
    (tmp_path / "sheet.xlsx").write_bytes(stream.getvalue())
    assert open_file(tmp_path / "sheet.xlsx").kind == "table"
