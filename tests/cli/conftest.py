"""What a refusal of a command must look like."""

import pytest

from nof1.plan.orders.draw import draw_order
from nof1.record.diary.entry import Entry
from nof1.record.trial import Trial


@pytest.fixture
def write(tmp_path):
    """A function that writes a file beside the trial folder."""

    def make(text, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return make


@pytest.fixture
def refused(nof1, tmp_path, bytes_in):
    """A function that runs a command which must be refused: one message, status 1, every file as it was."""

    def run(*words):
        before = bytes_in(tmp_path)
        status, out, err = nof1(*words)
        assert (status, out) == (1, "")
        assert err.startswith("Error: ")
        assert err.count("Error:") == 1
        assert "Traceback" not in err
        assert bytes_in(tmp_path) == before
        return err.removeprefix("Error: ").strip()

    return run


@pytest.fixture
def rated_folder(tmp_path, protocol):
    """A function that makes a trial folder whose ratings are given by night and arm."""

    def make(rating):
        order = draw_order(protocol)
        nights = [(night, period) for period in order.periods for night in period.dates]
        entries = [Entry(night, outcome=rating(i, period)) for i, (night, period) in enumerate(nights)]
        Trial(protocol, order, tuple(entry for entry in entries if entry.outcome is not None)).write(tmp_path / "rated")
        return tmp_path / "rated"

    return make
