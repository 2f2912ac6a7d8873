"""Adopting nights of which the person states how their order was drawn."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known import data_of_others

from nof1 import Trial, randomization_test
from nof1.errors import InputError, RefusalError
from nof1.plan.design.stated import OneOf
from nof1.record.adopting.drawn import read_orders
from nof1.record.checking.folder import check
from nof1.record.importing.ledger import read_ledger
from nof1.record.sharing.share import shared
from nof1.record.values.ambiguous import AmbiguousInput

NIGHTS = "day,arm,mood\n1,off,4\n2,on,2\n3,on,3\n4,off,5\n5,on,1\n6,off,4\n"
OPTIONS = {"outcome": "mood", "arm": "arm", "reference": "off", "low": 0, "high": 10, "better": "lower", "day": "day"}
ARMS = ("off", "on")
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def take(tmp_path):
    """A function that adopts a table given as text, and reads the folder again."""

    def write_and_adopt(drawn, text=NIGHTS, *, folder="trial", **options):
        path = tmp_path / "lived.csv"
        path.write_text(text)
        trial = Trial.adopt(path, tmp_path / folder, drawn=drawn, now=NOW, **(OPTIONS | options))
        assert Trial.load(tmp_path / folder) == trial
        return trial

    return write_and_adopt


def test_what_was_stated_is_in_the_folder_and_the_test_runs(take, tmp_path):
    trial = take("any")
    assert str(trial.protocol.stated) == "any"
    assert "[design.drawn]" in (tmp_path / "trial" / "protocol.toml").read_text()
    found = randomization_test(Trial.load(tmp_path / "trial"))
    assert (found.orders, found.of, found.exact) == (20, "nights", True)
    assert found.p == 2 / 20  # nothing is as far apart as the nights as they were, but all of them turned round
    assert not [finding for finding in check(tmp_path / "trial") if finding.level == "problem"]


def test_without_a_statement_there_is_no_test(take):
    with pytest.raises(RefusalError, match="nobody stated how it was drawn; adopt them with --drawn"):
        randomization_test(take(None))


def test_a_frame_takes_the_same_words(take):
    frame = pd.DataFrame(
        {"day": range(1, 7), "arm": ["off", "on", "on", "off", "on", "off"], "mood": [4, 2, 3, 5, 1, 4]}
    )
    for drawn in ("any", "max-run:2", "blocks:2", "phases:ABABA,min=1"):
        trial = Trial.from_frame(frame, drawn=drawn, **OPTIONS)
        assert str(trial.protocol.stated) == drawn
        assert randomization_test(trial).p <= 1
    assert trial.protocol.stated.phases == ("off", "on", "off", "on", "off")


@pytest.mark.parametrize("drawn", ["max-run:1", "pairs:2", "phases:ABA,min=1", "alternating", "phases:AB,min=2"])
def test_an_order_that_is_none_of_those_stated_is_refused_and_nothing_is_written(take, tmp_path, drawn):
    with pytest.raises(InputError, match=rf"none of those stated \({drawn}\): "):
        take(drawn)
    assert not (tmp_path / "trial").exists()


def test_words_that_say_nothing_are_refused(take, tmp_path):
    with pytest.raises(InputError, match=r"drawn='at random': it is no set of orders\. Say any, max-run:2"):
        take("at random")
    with pytest.raises(InputError, match=r"drawn='phases:ABC,min=1': phases:ABC has the letter C"):
        take("phases:ABC,min=1")
    with pytest.raises(InputError, match="drawn must be text"):
        take(2)
    assert not (tmp_path / "trial").exists()


def test_a_night_without_a_row_was_drawn_but_nobody_knows_what(take):
    text = NIGHTS.replace("5,on,1\n", "")
    trial = take("any", text)
    assert trial.protocol.stated.unknown == (5,)
    assert randomization_test(trial).orders == 10  # five nights are left, two of them on


def test_where_the_place_in_the_order_counts_a_night_without_a_row_is_refused(take):
    text = NIGHTS.replace("5,on,1\n", "")
    with pytest.raises(
        AmbiguousInput, match=r"No row says the arm of day 5, .*\(drawn='max-run:2'\)\. If one was, add a row"
    ) as asked:
        take("max-run:2", text)
    assert (asked.value.option, asked.value.choices) == ("gaps", ("untreated", "pause"))
    with pytest.raises(InputError, match="no row for day 5, so which arm was drawn there is not known; add a row"):
        take("max-run:2", text, gaps="as-before")
    for folder, gaps in enumerate(("untreated", "pause")):  # nothing was drawn for it: its neighbours follow each other
        assert randomization_test(take("max-run:2", text, folder=str(folder), gaps=gaps)).orders == 7


def test_days_for_which_nothing_was_drawn_are_no_part_of_any_order(take):
    """Doses on some of the days: the days between are neither drawn nor compared."""
    rows = "".join(f"{4 * day - 3},{'off' if day % 3 else 'on'},{day % 5}\n" for day in range(1, 13))
    trial = take("any", f"day,arm,mood\n{rows}")
    assert trial.order.nights == 45
    found = randomization_test(trial)
    assert found.orders == 495  # 12 doses, 4 on
    assert (trial.protocol.stated.unknown, found.exact) == ((), True)


def test_a_row_without_an_arm_was_not_drawn_and_a_baseline_is_no_part_of_it(take):
    text = "day,arm,mood\n1,base,4\n2,base,5\n3,off,4\n4,on,2\n5,NA,9\n6,on,3\n7,off,5\n"
    trial = take("mirrored", text, gaps="pause", not_compared=["base"])
    found = randomization_test(trial)
    assert (found.orders, found.statistic) == (2, 2.5 - 4.5)


def test_a_row_without_an_outcome_was_drawn_all_the_same(take):
    trial = take("blocks:2", NIGHTS.replace("5,on,1\n", "5,on,\n"))
    assert trial.protocol.stated.unknown == ()
    assert randomization_test(trial).orders == 8


def test_a_schedule_says_what_was_drawn_for_every_day(take, tmp_path):
    schedule = tmp_path / "schedule.json"
    schedule.write_text(
        json.dumps({str(day): arm for day, arm in enumerate(["off", "on", "on", "off", "on", "off"], 1)})
    )
    trial = take("blocks:2", NIGHTS.replace("5,on,1\n", ""), schedule=schedule)
    assert trial.protocol.stated.unknown == ()
    assert randomization_test(trial).orders == 8


def test_an_order_that_was_changed_by_hand_is_noticed(take, tmp_path):
    take("alternating", "day,arm,mood\n1,off,4\n2,on,2\n3,off,3\n4,on,5\n")
    path = tmp_path / "trial" / "order.csv"
    path.write_text(
        "date,period,block,arm\n2000-01-01,1,0,off\n2000-01-02,2,0,on\n2000-01-03,2,0,on\n2000-01-04,3,0,off\n"
    )
    with pytest.raises(InputError, match=r"none of those stated \(alternating\)"):
        Trial.load(tmp_path / "trial")


def test_a_copy_to_be_shown_has_the_statement_and_the_same_answer(take):
    trial = take("blocks:2")
    copy = shared(trial, "P1")
    assert copy.protocol.stated == trial.protocol.stated
    assert randomization_test(copy) == randomization_test(trial)


# A file of orders.


def test_a_file_of_orders_is_kept_as_it_was_and_its_orders_stand_in_the_protocol(take, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("off,on,on,off,on,off\non,off,off,on,off,on\noff,off,off,on,on,on\n\n")
    trial = take(f"orders:{path}")
    assert trial.protocol.stated.orders == ("ABBABA", "BAABAB", "AAABBB")
    assert isinstance(trial.protocol.stated, OneOf)
    assert randomization_test(trial).orders == 3
    line = read_ledger(tmp_path / "trial")[0]
    assert (line.file, line.source, line.rows, line.taken, line.merged) == ("orders.csv", "orders", 3, 0, 3)
    assert (tmp_path / "trial" / "imports" / f"{line.sha256}.csv").read_bytes() == path.read_bytes()
    assert not [finding for finding in check(tmp_path / "trial") if finding.level == "problem"]


WRITTEN = {
    "commas": ("off,on\non,off\n", ARMS),
    "semicolons": ("\ufeffoff;on;\r\non;off;\r\n", ARMS),
    "tabs": ("off\ton\non\toff", ARMS),
    "spaces": ("off  on\n on off \n", ARMS),
    "quotes": ('"off","on"\n"on","off"\n', ARMS),
    "letters": ("EC\nCE\n", ("E", "C")),
    "digits": ("01\n\n10\n", ("0", "1")),
    "names of words": ("no pill, pill\npill, no pill\n", ("no pill", "pill")),
    "JSON": ('[["off", "on"], ["on", "off"]]', ARMS),
    "JSON of numbers": ("[[0, 1], [1, 0]]", ("0", "1")),
}


@pytest.mark.parametrize(("text", "arms"), WRITTEN.values(), ids=WRITTEN)
def test_orders_are_read_however_they_are_written(tmp_path, text, arms):
    path = tmp_path / "orders.txt"
    path.write_bytes(text.encode())
    assert read_orders(path, arms) == ("AB", "BA")


NO_ORDERS = {
    "": "lists no order",
    "off,no\n": "line 1: 'no' is no arm of the table. Its arms are: off, on.",
    "off,on\non,off\noff,on\n": "lines 1 and 3 are the same order",
    "off,on\non,off,on\n": "line 2 has 3 arms, and the lines before it have 2",
    '{"1": "off"}': "is no arm",
    "[1, 2]": "is no list of orders",
    "[": "is no list of orders",
}


@pytest.mark.parametrize("text", NO_ORDERS)
def test_a_file_that_lists_no_orders_is_refused(tmp_path, text):
    path = tmp_path / "orders.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=NO_ORDERS[text].replace(".", r"\.")):
        read_orders(path, ARMS)


def test_files_that_are_not_there_not_text_or_too_long_are_refused(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        read_orders(tmp_path / "none.txt", ARMS)
    path = tmp_path / "orders.txt"
    path.write_bytes(b"\xff\xfe\x00A")
    with pytest.raises(InputError, match="is not UTF-8 text"):
        read_orders(path, ARMS)
    path.write_text("\n".join(f"{number:014b}" for number in range(10_001)))
    with pytest.raises(InputError, match="lists more than 10000 orders"):
        read_orders(path, ("0", "1"))


@given(st.binary(max_size=60))
def test_any_file_is_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("orders") / "orders.txt"
    path.write_bytes(content)
    try:
        orders = read_orders(path, ARMS)
    except InputError:
        return
    assert len({len(order) for order in orders}) == 1


# Examples of others.


def test_sleeping_pills_are_as_published():
    frame = pd.read_csv(data_of_others("sleeping_pills.csv"))
    options = {
        "outcome": "sever_compl",
        "arm": "treatment",
        "day": "day",
        "reference": "C",
        "low": 0,
        "high": 10,
        "better": "lower",
    }
    found = randomization_test(Trial.from_frame(frame, drawn="any", **options))
    assert (found.orders, found.exact) == (3432, True)
    assert found.statistic == pytest.approx(1.2857, abs=5e-5)
    assert found.p == pytest.approx(0.04487, abs=5e-6)


def test_abab_phases_are_as_published():
    frame = pd.read_csv(data_of_others("abab.csv"))
    frame["arm"] = frame["phase"].str[0]
    options = {
        "outcome": "value",
        "arm": "arm",
        "day": "observation",
        "reference": "A",
        "low": 0,
        "high": 10,
        "better": "lower",
    }
    found = randomization_test(Trial.from_frame(frame, drawn="phases:ABAB,min=4", **options))
    assert (found.orders, found.of) == (165, "periods")
    assert np.abs(found.statistic) == pytest.approx(2)
    assert found.p == pytest.approx(0.02424, abs=5e-6)
