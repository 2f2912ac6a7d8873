"""OpenDocument spreadsheets for tests, written by hand: sheets of rows of cells, each a value or XML of its own."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from xml.sax.saxutils import escape

HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"><office:body><office:spreadsheet>'
)
TAIL = "</office:spreadsheet></office:body></office:document-content>"
MIME = "application/vnd.oasis.opendocument.spreadsheet"


class Xml(str):
    """XML of a cell or a row, put in as it is."""


def cell(value):
    if isinstance(value, Xml):
        return str(value)
    if value is None:
        return "<table:table-cell/>"
    kind, kept, shown = "string", "", str(value)
    if isinstance(value, bool):
        kind, kept = "boolean", f' office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, (int, float)):
        kind, kept, shown = "float", f' office:value="{value}"', str(value).replace(".", ",")
    elif isinstance(value, datetime):
        kind, kept, shown = "date", f' office:date-value="{value.isoformat()}"', f"{value:%d.%m.%y %H:%M}"
    elif isinstance(value, date):
        kind, kept, shown = "date", f' office:date-value="{value}"', f"{value:%d.%m.%y}"
    elif isinstance(value, (time, timedelta)):
        seconds = value.total_seconds() if isinstance(value, timedelta) else value.hour * 3600 + value.minute * 60
        kept = f' office:time-value="PT{seconds // 3600:02.0f}H{seconds // 60 % 60:02.0f}M{seconds % 60:02.0f}S"'
        kind, shown = "time", "7:30"
    return f'<table:table-cell office:value-type="{kind}"{kept}><text:p>{escape(shown)}</text:p></table:table-cell>'


def row(cells):
    return str(cells) if isinstance(cells, Xml) else f"<table:table-row>{''.join(map(cell, cells))}</table:table-row>"


def ods(sheets, *, head="<?xml version='1.0' encoding='UTF-8'?>", mime=MIME, more=None):
    """The bytes of a spreadsheet with these sheets, by their names."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(map(row, rows))}</table:table>'
        for name, rows in sheets.items()
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), mime)
        archive.writestr("content.xml", f"{head}{HEAD}{tables}{TAIL}")
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return stream.getvalue()
