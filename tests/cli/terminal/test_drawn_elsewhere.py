"""nof1 adopt --drawn as a person meets it."""

import json

import pytest

from nof1.analyze.checks.randomization_test import randomization_test
from nof1.record.trial import Trial

pytestmark = pytest.mark.clock

ADOPT = (
    "--outcome",
    "mood",
    "--arm",
    "arm",
    "--reference",
    "off",
    "--low",
    "0",
    "--high",
    "10",
    "--better",
    "lower",
    "--day",
    "day",
)


def table(arms):
    return "day,arm,mood\n" + "".join(
        f"{day},{arm},{1 + 7 * day * day % 9 % 6}\n" for day, arm in enumerate(arms, start=1)
    )


def test_what_was_stated_is_told_with_the_number_of_orders_and_analysed(nof1, tmp_path, write):
    path = write(table(["off", "on", "on", "off", "on", "off", "off", "on"] * 2))
    status, out, err = nof1("adopt", tmp_path / "trial", path, *ADOPT, "--drawn", "any")
    told = " ".join(out.split())
    assert (status, err) == (0, "")
    assert (
        "is as stated by the person: single nights in any order, with each arm as often as it came. That is 12,870 orders."
        in told
    )
    assert "CAREFUL" not in told
    assert randomization_test(Trial.load(tmp_path / "trial")).orders == 12_870
    status, out, _ = nof1("analyze", tmp_path / "trial", "--engine", "marginal")
    assert status == 0
    assert "as stated by the person: single nights in any order" in " ".join(out.split())
    *_, again = nof1("adopt", tmp_path / "json", path, *ADOPT, "--drawn", "blocks:2", "--json")[1:2]
    assert json.loads(again)["drawn"] == "blocks:2"


def test_nights_that_look_like_whole_periods_are_pointed_out(nof1, tmp_path, write):
    path = write(table(["off"] * 4 + ["on"] * 4 + ["off"] * 8 + ["on"] * 4))
    told = " ".join(nof1("adopt", tmp_path / "trial", path, *ADOPT, "--drawn", "any")[1].split())
    assert "CAREFUL: every stretch on one arm is a multiple of 4 nights long." in told
    assert "say so with --drawn any,nights=4" in told
    told = " ".join(nof1("adopt", tmp_path / "weeks", path, *ADOPT, "--drawn", "any,nights=4")[1].split())
    assert "CAREFUL" not in told
    assert "periods of 4 nights in any order, with each arm as often as it came. That is 10 orders." in told


def test_without_a_statement_it_is_said_that_there_is_no_test(nof1, tmp_path, write):
    out = nof1("adopt", tmp_path / "trial", write(table(["off", "on"] * 3)), *ADOPT)[1]
    assert "No --drawn: there is no randomization test" in " ".join(out.split())


def test_what_contradicts_the_nights_or_is_no_statement_makes_no_folder(refused, tmp_path, write):
    path = write(table(["off", "on", "on", "off"]))
    told = refused("adopt", tmp_path / "trial", path, *ADOPT, "--drawn", "alternating")
    assert "none of those stated (alternating): day 3 would be on 'off' in turn, and is on 'on'." in told
    assert "--drawn random: it is no set of orders. Say any, max-run:2" in refused(
        "adopt", tmp_path / "trial", path, *ADOPT, "--drawn", "random"
    )
    path = write("day,arm,mood\n1,off,3\n2,on,4\n4,on,3\n5,off,2\n")
    told = refused("adopt", tmp_path / "trial", path, *ADOPT, "--drawn", "mirrored")
    assert "(--drawn mirrored). If one was, add a row with it" in told
    assert "say --gaps untreated (nothing was taken) or --gaps pause" in told


def test_a_trial_of_each_person_has_the_statement(nof1, tmp_path, write):
    rows = "".join(
        f"{day},{arm},{day % 5},{who}\n" for who in "AB" for day, arm in enumerate(["off", "on"] * 4, start=1)
    )
    path = write(f"day,arm,mood,who\n{rows}")
    status, out, err = nof1(
        "adopt", path, *ADOPT, "--person-column", "who", "--out", tmp_path / "all", "--drawn", "alternating"
    )
    assert (status, err) == (0, "")
    assert " ".join(out.split()).count("as stated by the person") == 1
    for name in "AB":
        assert str(Trial.load(tmp_path / "all" / name).protocol.stated) == "alternating"
