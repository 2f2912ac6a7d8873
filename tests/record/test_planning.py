"""`Trial.plan` and `Trial.adopt` leave a folder that `check` finds as it was left; what does not fit is refused by argument."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from nof1 import InputError, Protocol, Trial, record
from nof1.plan.protocol.template import load_template, merge, with_dose

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
MADE = {
    "booklet.pdf", "calendar.ics", "diary.csv", "diary.html", "diary.xlsx", "journal.csv", "journal.head", "order.csv",
    "protocol.pdf", "protocol.toml",
}  # fmt: skip
LIVED = {"outcome": "legs", "arm": "arm", "reference": "off", "low": 0, "high": 10, "better": "lower"}
FRAME = pd.DataFrame(
    {"arm": ["off", "on", "on", "off"], "legs": [5, 3, 4, 6]}, index=pd.date_range("2026-01-05", periods=4)
)


def answers(dose=100, **design):
    content = merge(load_template("magnesium-rls"), {"design": {"blocks": 2, "period_nights": 3} | design})
    return with_dose(content, {"dose_mg": dose} if dose else {})


def test_a_planned_folder_is_whole_and_as_it_was_left(tmp_path):
    plan = Trial.plan(answers(), tmp_path / "trial", now=NOW)
    assert {path.name for path in plan.folder.iterdir()} == MADE
    assert plan.protocol.start == date(2026, 1, 2)  # tomorrow
    assert plan.protocol.design.seed is not None
    assert Trial.load(plan.folder).order == plan.order
    assert record.check(plan.folder)[-1].text.startswith("All is as it was left")


def test_a_protocol_is_planned_as_it_is(tmp_path, protocol):
    plan = Trial.plan(protocol, tmp_path / "trial", now=NOW)
    assert Protocol.load(plan.folder) == protocol


def test_a_sealed_order_is_with_the_helper_alone(tmp_path):
    plan = Trial.plan(answers(concealed="helper"), tmp_path / "trial", helper=tmp_path / "helper", now=NOW)
    assert plan.order.sealed
    assert {path.name for path in plan.folder.iterdir()} == MADE - {"order.csv"} | {"seal.json"}
    assert sorted(path.name for path in plan.helper.iterdir()) == ["packing-sheet.pdf", "sealed-order.json"]
    with pytest.raises(InputError, match="sealed"):
        Trial.load(plan.folder)


@pytest.mark.parametrize(
    ("content", "helper", "words"),
    [
        (answers(dose=None), None, r"dose of 'magnesium' is not fixed. Give that arm dose_mg="),
        (answers(concealed="helper"), None, "new folder for the helper, who keeps it: helper="),
        (answers(), "helper", "does not conceal the order"),
        (answers(concealed="alone", seed=1), None, "gives the order away"),
        (answers(concealed="helper"), "trial/helper", "must not be inside"),
        (answers() | {"design": 5}, None, "design"),
    ],
)
def test_what_cannot_be_planned_leaves_nothing(tmp_path, content, helper, words):
    with pytest.raises(InputError, match=words):
        Trial.plan(content, tmp_path / "trial", helper=helper and tmp_path / helper, now=NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_frame_is_adopted_with_its_table_kept(tmp_path):
    trial = Trial.adopt(FRAME, tmp_path / "lived", **LIVED, now=NOW)
    assert Trial.load(tmp_path / "lived") == trial == Trial.from_frame(FRAME, **LIVED)
    (kept,) = [path for path in (tmp_path / "lived" / "imports").iterdir() if path.name != "ledger.csv"]
    assert kept.read_text().splitlines()[:2] == ["date,arm,legs", "2026-01-05,off,5"]
    assert record.check(tmp_path / "lived")[-1].text == "All is as it was left: 4 nights, 4 values, 1 imports verified."


def test_what_cannot_be_adopted_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match=r"several='median' is no rule"):
        Trial.adopt(FRAME, tmp_path / "lived", **LIVED, several="median", now=NOW)
    assert list(tmp_path.iterdir()) == []
