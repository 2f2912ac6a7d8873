"""Entries that come late, twice or after others: none of them brings back what was corrected, and none is kept from the person."""

from datetime import date, datetime

import pytest

from nof1.bedside.sent import Batch, Sent
from nof1.bedside.served import Served
from nof1.record.diary.entry import row_of
from nof1.record.diary.journal import FOUND, JOURNAL_FILE, revisions
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import Change, record

NOW = datetime(2026, 1, 12, 7, 0).astimezone()
NIGHT = date(2026, 1, 11)


@pytest.fixture
def served(trial_folder):
    return Served(trial_folder, lambda: NOW)


@pytest.fixture
def send(served):
    """A function that sends one entry of a night, as the page of a browser does."""

    def one(severity, *, number, seen="", times=0, own=(), device="phone", to=served):
        entry = Sent(
            night=NIGHT,
            cells={"severity": severity},
            seen={"severity": seen},
            revisions={"severity": times},
            own={"severity": tuple(own)},
            number=number,
        )
        (result,) = to.take(Batch(trial=to.trial, device=device, entries=(entry,)))
        return result

    return one


@pytest.fixture
def recorded(trial_folder, protocol):
    def read():
        return {
            str(entry.night): row_of(protocol, entry)["severity"] for entry in read_diary(trial_folder, protocol)
        }.get(str(NIGHT), "")

    return read


def test_how_often_a_cell_was_changed_goes_up_with_every_change_and_never_back(send, trial_folder):
    counted = []
    for number, (severity, seen) in enumerate([("3", ""), ("8", "3"), ("3", "8"), ("", "3")], start=1):
        counted.append(send(severity, seen=seen, number=number, times=number - 1)["revisions"]["severity"])
    assert counted == [1, 2, 3, 4]
    assert revisions(trial_folder)[str(NIGHT)]["severity"] == 4


def test_what_was_found_when_the_journal_was_begun_is_no_change(send, trial_folder, protocol):
    """A page that was told of the night before there was a journal must not be told that it changed."""
    send("3", number=1)
    (trial_folder / JOURNAL_FILE).unlink()
    (trial_folder / "journal.head").unlink()
    record(trial_folder, protocol, [Change(NIGHT, {"note": "calm"})], by="log", now=NOW)
    assert FOUND in (trial_folder / JOURNAL_FILE).read_text()
    assert revisions(trial_folder)[str(NIGHT)] == {"note": 1}
    assert send("5", seen="3", number=2)["status"] == "recorded"


def test_one_that_comes_after_a_later_one_is_old(send, recorded):
    assert send("3", number=2)["status"] == "recorded"
    assert send("8", number=1) | {"revisions": {}} == {
        "night": str(NIGHT),
        "status": "old",
        "message": "",
        "latest": 2,
        "recorded": send("3", number=2)["recorded"],
        "revisions": {},
    }
    assert recorded() == "3"


def test_a_later_one_that_changes_nothing_keeps_an_earlier_one_out(send, recorded):
    """Taken back before it arrived: the folder has what it had, and what was taken back comes afterwards."""
    send("3", number=1)
    assert send("3", seen="3", times=1, number=3, own=["8"])["status"] == "same"
    assert send("8", seen="3", times=1, number=2)["status"] == "old"
    assert recorded() == "3"


def test_numbers_of_two_browsers_have_nothing_to_do_with_each_other(send, recorded):
    send("3", number=7)
    assert send("5", seen="3", times=1, number=1, device="tablet")["status"] == "recorded"
    assert recorded() == "5"


def test_the_same_again_is_the_same_though_others_have_recorded_between(send, recorded):
    first = {"seen": "", "number": 1}
    send("8", **first)
    assert send("8", **first)["status"] == "same"
    send("3", seen="8", times=1, number=1, device="tablet")
    assert send("8", **first)["status"] == "conflict"
    assert recorded() == "3"


@pytest.mark.parametrize("back_to", ["3", ""], ids=["corrected", "cleared"])
def test_a_value_that_was_corrected_back_is_not_overwritten_by_what_came_before(send, recorded, trial_folder, back_to):
    """Held by the journal alone: another process than the one that took the first."""
    if back_to:
        send("3", number=1)
    times = 1 if back_to else 0
    late = {"seen": back_to, "times": times, "number": 2}
    send("8", **late)
    send(back_to, seen="8", times=times + 1, number=3)
    result = send("8", **late, to=Served(trial_folder, lambda: NOW))
    assert (result["status"], result["recorded"]["severity"]) == ("conflict", back_to)
    assert recorded() == back_to


def test_what_the_same_page_has_sent_before_it_may_replace_without_having_been_told(send, recorded):
    send("3", number=1)
    send("8", seen="3", times=1, number=2)
    assert send("3", seen="3", times=1, own=["8"], number=3)["status"] == "recorded"
    assert recorded() == "3"


def test_what_another_has_recorded_it_may_not(send, recorded):
    send("3", number=1)
    send("5", seen="3", times=1, number=1, device="tablet")
    assert send("2", seen="3", times=1, own=["8"], number=3)["status"] == "conflict"
    assert recorded() == "5"
