"""What the tests of imports share: exports written as text, plans, and what stands in a trial folder afterwards."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.table import read_diary
from nof1.record.importing.committing import take_import
from nof1.record.importing.importer import plan_import
from nof1.record.importing.mapping import chosen_map, complete_map, split_pairs
from nof1.record.importing.reading import Reading
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize

NOW = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
LATEST = date(2026, 1, 31)


@pytest.fixture
def opened(tmp_path):
    """A function that writes content to a file and opens it."""

    def write_and_open(content, name="export.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_file(path)

    return write_and_open


@pytest.fixture
def export(tmp_path):
    """A function that writes a file and recognizes it."""

    def write(content, name="My Export.csv", source=None):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return recognize(open_file(path), source)

    return write


@pytest.fixture
def plan(trial_folder):
    """A function that plans an import; every plan that is made adds up."""

    def make(export, *pairs, folder=trial_folder, measures=(), latest=LATEST, **reading):
        protocol = Protocol.load(folder)
        chosen = complete_map(
            export, protocol, chosen_map(split_pairs(pairs, protocol), protocol, split_pairs(measures, protocol))
        )
        made = plan_import(folder, protocol, export, chosen, Reading(**reading), latest=latest)
        counts = made.counts()
        assert counts["rows"] == counts["taken"] + counts["merged"] + counts["rejected"] == len(list(export.rows()))
        assert counts["taken"] == len(made.changes)
        return made

    return make


@pytest.fixture
def take(plan, trial_folder):
    """A function that plans an import and takes it."""

    def make(export, *pairs, folder=trial_folder, now=NOW, **options):
        made = plan(export, *pairs, folder=folder, **options)
        take_import(folder, Protocol.load(folder), made, now=now)
        return made

    return make


@pytest.fixture
def nights(trial_folder):
    """A function that reads the diary of a trial folder: entries by day of January 2026."""

    def read(folder=trial_folder):
        return {entry.night.day: entry for entry in read_diary(folder, Protocol.load(folder))}

    return read


@pytest.fixture
def rows_of(trial_folder):
    """A function that reads a CSV file of a trial folder as dictionaries, as it stands there."""

    def read(name, folder=trial_folder):
        return list(csv.DictReader(io.StringIO((folder / name).read_text(), newline="")))

    return read


@pytest.fixture
def rejections():
    """A function that gives the rejected rows of a plan: lines, rows and reason of each."""
    return lambda plan: [(row.lines, row.rows, row.reason) for row in plan.rejected]
