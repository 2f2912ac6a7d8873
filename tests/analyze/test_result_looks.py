"""Who saves a result before the last night has looked: that goes on record, and results.json tells all looks."""

import json
from datetime import UTC, date, datetime

import pytest

from nof1 import Result, fit
from nof1.plan.orders.draw import draw_order
from nof1.record.diary.entry import Entry
from nof1.record.diary.writing import add_entries
from nof1.record.looks import LOOKS_FILE, load_looks
from nof1.record.trial import Trial


@pytest.fixture
def folder(tmp_path, make_protocol):
    """Block 1 of four, 5 to 10 January 2026, rated; the rule looks after it."""
    protocol = make_protocol(
        design={"blocks": 4, "run_in_nights": 0},
        analysis={"interim": {"after_blocks": [1], "certainty": 0.95}, "carryover": "none"},
    )
    entries = tuple(Entry(date(2026, 1, 5 + i), outcome=float(i * 3 % 7)) for i in range(6))
    Trial(protocol, draw_order(protocol), entries).write(tmp_path / "trial")
    return tmp_path / "trial"


def saved(folder, now):
    fit(Trial.load(folder), engine="marginal").save(folder, now=now)
    return json.loads((folder / "results" / "results.json").read_text())


@pytest.mark.slow
def test_saving_before_the_last_night_is_a_look(folder):
    now = datetime(2026, 1, 11, 8, tzinfo=UTC)
    record = saved(folder, now)
    (look,) = load_looks(folder)
    assert record["looks"] == [look.to_dict()]
    assert (look.planned, look.engine, look.looked) == (True, "marginal", now)
    assert look.verdict == record["effects"][0]["verdict"]
    assert look.diary_sha256 == record["diary_sha256"]
    assert [one.to_dict() for one in Result.load(folder).record.looks] == record["looks"]


@pytest.mark.slow
def test_every_result_tells_all_looks_until_then(folder):
    protocol = Trial.load(folder).protocol
    saved(folder, datetime(2026, 1, 11, 8, tzinfo=UTC))
    add_entries(folder, protocol, [Entry(date(2026, 1, 11), outcome=5.0)], now=datetime(2026, 1, 12, 8, tzinfo=UTC))
    record = saved(folder, datetime(2026, 1, 12, 8, tzinfo=UTC))
    assert [look["planned"] for look in record["looks"]] == [True, False]
    after_all = saved(folder, datetime(2026, 2, 1, 8, tzinfo=UTC))
    assert after_all["looks"] == record["looks"]


def test_saving_after_the_last_night_leaves_no_line(folder):
    assert saved(folder, datetime(2026, 1, 29, 8, tzinfo=UTC))["looks"] == []
    assert not (folder / LOOKS_FILE).exists()


def test_fitting_alone_writes_nothing(folder, bytes_in):
    before = bytes_in(folder)
    fit(Trial.load(folder), engine="marginal")
    assert bytes_in(folder) == before
