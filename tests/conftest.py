"""What the tests of several rooms share: a small protocol, a trial folder with some nights, and the bytes in a folder."""

from datetime import date

import pytest

from nof1.files import LOCK_NAME
from nof1.plan.order import draw_order
from nof1.plan.protocol import Protocol
from nof1.plan.template import load_template, merge
from nof1.record.diary import parse_entry
from nof1.record.trial import Trial

# 2 run-in nights, then 2 blocks of 2 periods of 3 nights: 14 nights, 5 to 18 January 2026.
ANSWERS = {
    "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
    "design": {"start": date(2026, 1, 5), "blocks": 2, "period_nights": 3, "run_in_nights": 2, "seed": 7},
}
RATINGS = ("4", "6", "5", "", "7", "3")


@pytest.fixture(scope="session")
def make_protocol():
    """A function that makes the small protocol with changes, given as tables of the TOML file."""
    return lambda **changes: Protocol.build(merge(merge(load_template("magnesium-rls"), ANSWERS), changes))


@pytest.fixture
def protocol(make_protocol):
    return make_protocol()


@pytest.fixture
def trial_folder(tmp_path, protocol):
    """A trial folder with six nights in its diary, the fourth without a rating."""
    entries = [
        parse_entry(protocol, {"night": f"2026-01-{5 + i:02}", protocol.outcome.name: rating}, where="fixture")
        for i, rating in enumerate(RATINGS)
    ]
    folder = tmp_path / "trial"
    Trial(protocol, draw_order(protocol), tuple(entries)).create(folder)
    return folder


@pytest.fixture(scope="session")
def bytes_in():
    """A function that reads every file below a folder; the empty lock file is nobody's data and left out."""
    return lambda folder: {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if path.name != LOCK_NAME
    }
