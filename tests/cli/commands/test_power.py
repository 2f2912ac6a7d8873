"""nof1 power: one table that fits the screen, the advice, and options that are refused one at a time."""

import json
import re

import pytest

from nof1.plan.orders.draw import draw_order
from nof1.record.diary.entry import Entry
from nof1.record.trial import Trial

FEW = ("--trials", 20, "--workers", 1)


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.slow
def test_shows_designs_verdicts_advice_and_the_slow_pool(nof1, trial_folder):
    status, out, err = nof1("power", trial_folder, *FEW)
    assert (status, err) == (0, "")
    head = out[: out.index("Monte Carlo error at most")]
    assert max(map(len, head.splitlines())) <= 80
    assert re.search(r"^4 × 3 \*", head, flags=re.MULTILINE)
    assert "better by 2m" in head
    assert "designs tried" in out
    assert "would not speak about slow effects" in out
    assert "no advice for or against" in out
    assert "called helps or worsens in few trials, by construction" in " ".join(out.split())
    assert "effects that build up and fade" in " ".join(out.split())


def test_json_holds_everything_and_nothing_else_is_printed(nof1, trial_folder):
    status, out, _ = nof1("power", trial_folder, *FEW, "--json", "--goal", 0.5, "--no-neighbours", "--effects=-2,0,2")
    content = json.loads(out)
    assert status == 0
    assert content["settings"]["goal"] == 0.5
    assert [row["effect"] for row in content["table"]] == [-2, 0, 2]
    assert len(content["designs"]) == 1
    assert content["half_lives"][-1]["half_life_days"] == 42
    assert content["reach"]["asked"][0] >= 0.8


def test_a_figure_is_drawn(nof1, trial_folder, tmp_path):
    status, out, _ = nof1("power", trial_folder, *FEW, "--no-neighbours", "--figure", tmp_path / "power.png")
    assert status == 0
    assert (tmp_path / "power.png").read_bytes().startswith(b"\x89PNG")
    assert "power.png" in out


def test_recorded_nights_can_take_the_place_of_priors(nof1, tmp_path, make_protocol):
    protocol = make_protocol(design={"run_in_nights": 10})
    order = draw_order(protocol)
    entries = [Entry(night, outcome=2 + i % 3) for i, night in enumerate(order.periods[0].dates)]
    Trial(protocol, order, tuple(entries)).write(tmp_path / "trial")
    status, out, _ = nof1("power", tmp_path / "trial", *FEW, "--no-neighbours", "--from-nights")
    assert status == 0
    assert "10 recorded run-in nights" in out


def test_too_few_recorded_nights_are_refused(refused, trial_folder):
    assert "at least 7 are needed" in refused("power", trial_folder, "--from-nights")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("trials", "3"),
        ("goal", "2"),
        ("missing", "1"),
        ("skipped", "-0.5"),
        ("workers", "0"),
        ("effects", "some"),
        ("seed", "-1"),
    ],
)
def test_each_option_is_refused_by_name(refused, trial_folder, option, value):
    assert refused("power", trial_folder, f"--{option}={value}").startswith(f"{option} is ")


def test_a_figure_of_another_kind_is_refused_before_any_work(refused, trial_folder):
    assert "must end in one of" in refused("power", trial_folder, "--figure", "power.bmp")
