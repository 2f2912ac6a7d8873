"""What the phone sends beside the answers of a night: what was said of side effects, and nights that are told together to have been missed."""

from datetime import date, datetime, timedelta
from shutil import copytree

import pytest
from journals import read_journal

from nof1 import record
from nof1.bedside.content import page_content
from nof1.bedside.sent import Batch, Missed, Sent
from nof1.bedside.served import BY, Served
from nof1.language import languages, say, speaking
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.draw import draw_order, order_of_arms, schedule
from nof1.record.checking.folder import check
from nof1.record.diary.event_questions import SERIOUS, event_questions
from nof1.record.diary.events import read_events
from nof1.record.diary.journal import JOURNAL_FILE
from nof1.record.diary.missed import TAKEN, told_dose
from nof1.record.unsealing import unseal

NOW = datetime(2026, 1, 17, 7, 0).astimezone()  # nights are recorded from 5 to 10 January
NIGHT = date(2026, 1, 15)


@pytest.fixture
def served(trial_folder):
    return Served(trial_folder, lambda: NOW)


def send(to, cells, *, night=NIGHT, seen=None, revisions=None, own=None, number=1):
    entry = Sent(night=night, cells=cells, seen=seen or {}, revisions=revisions, own=own or {}, number=number)
    (result,) = to.take(Batch(trial=to.trial, device="phone", entries=(entry,)))
    return result


def tell(to, *spans, taken="planned"):
    missed = tuple(Missed(start=date(2026, 1, start), end=date(2026, 1, end), taken=taken) for start, end in spans)
    return [one["status"] for one in to.take_missed(Batch(trial=to.trial, entries=(), missed=missed))]


def problems(folder):
    return [one.text for one in check(folder) if one.level == "problem"]


# --- side effects


def test_what_is_said_of_a_side_effect_goes_into_events_csv_as_from_the_terminal(served, trial_folder, tmp_path):
    said = {"headache: severity": "severe", "headache: serious": "hospital", "headache: outcome": "over"}
    other = tmp_path / "other"
    copytree(trial_folder, other)
    record.log(other, {"side_effects": "headache"} | said, night=NIGHT, now=NOW)
    assert send(served, {"side_effects": "headache"} | said)["status"] == "recorded"
    assert (trial_folder / "events.csv").read_bytes() == (other / "events.csv").read_bytes()
    assert (trial_folder / "diary.csv").read_bytes() == (other / "diary.csv").read_bytes()
    assert {line.by for line in read_journal(trial_folder) if line.night == str(NIGHT)} == {BY}
    told = served.nights()
    assert told["nights"][str(NIGHT)]["headache: serious"] == "hospital"
    assert told["revisions"][str(NIGHT)]["headache: serious"] == 1
    assert send(served, said, number=2)["status"] == "same"
    assert problems(trial_folder) == []


def test_a_grade_that_somebody_else_gave_meanwhile_is_for_the_person_to_choose(served, trial_folder):
    record.log(trial_folder, {"side_effects": "headache", "headache: severity": "mild"}, night=NIGHT, now=NOW)
    result = send(served, {"headache: severity": "severe"}, seen={}, revisions={"headache: severity": 0})
    assert (result["status"], result["recorded"]["headache: severity"]) == ("conflict", "mild")
    seen = {"headache: severity": "mild"}
    assert send(served, {"headache: severity": "severe"}, seen=seen, number=2)["status"] == "recorded"


def test_grades_go_with_their_side_effect_and_never_without_one(served, trial_folder):
    send(served, {"side_effects": "headache", "headache: severity": "mild"})
    gone = {"side_effects": "", "headache: severity": ""}
    seen = {"side_effects": "headache", "headache: severity": "mild"}
    assert send(served, gone, seen=seen, number=2)["status"] == "recorded"
    assert read_events(trial_folder) == {}
    for name in ("headache: severity", "headache: pain", ": severity"):
        assert send(served, {name: "mild"}, number=3)["status"] == "refused"


def test_the_page_asks_the_questions_of_the_terminal_with_the_same_answers_and_words(protocol):
    grading = page_content(protocol, draw_order(protocol))["grading"]
    for code in languages():
        with speaking(code):
            wanted = event_questions("=1+1 {x}")
            told = [question[code] for question in grading["questions"]]
            for mine, theirs in zip(told, wanted, strict=True):
                assert mine["field"].replace("{what}", "=1+1 {x}") == theirs.field
                assert mine["asks"].replace("{what}", "=1+1 {x}") == theirs.asks
                assert [(one["value"], one["text"]) for one in mine["choices"]] == [
                    (one.value, one.text) for one in theirs.choices
                ]
                assert mine["about"] == theirs.about
            assert grading["serious"][code].replace("{what}", "x") == say(SERIOUS, what="x")


# --- missed nights


@pytest.mark.parametrize("taken", TAKEN)
def test_missed_nights_are_one_entry_as_from_the_terminal(served, trial_folder, tmp_path, taken):
    other = tmp_path / "other"
    copytree(trial_folder, other)
    told = record.log_missed(other, taken, since=date(2026, 1, 11), until=date(2026, 1, 15), now=NOW)
    assert tell(served, (11, 15), taken=taken) == ["recorded"]
    assert load_amendments(trial_folder) == (told,)
    assert (trial_folder / "diary.csv").read_bytes() == (other / "diary.csv").read_bytes()

    def lines(folder):
        return [
            (one.night, one.column, one.old, one.new, one.reason) for one in read_journal(folder) if one.by != "found"
        ]

    assert lines(trial_folder) == lines(other)
    assert served.nights()["missed"] == [{"start": "2026-01-11", "end": "2026-01-15", "taken": taken}]
    assert problems(trial_folder) == []


def test_a_request_that_comes_again_changes_nothing_whenever_it_comes(served, trial_folder, bytes_in):
    tell(served, (11, 15))
    send(served, {"severity": "4", "dose_mg": "50"}, own={"dose_mg": ("0", "100", "200")})
    before = bytes_in(trial_folder)
    assert tell(Served(trial_folder, lambda: NOW + timedelta(hours=1)), (11, 15)) == ["same"]
    assert bytes_in(trial_folder) == before


def test_nothing_recorded_is_ever_written_over(served, trial_folder, bytes_in):
    send(served, {"note": "calm"}, night=date(2026, 1, 13))
    before = bytes_in(trial_folder)
    assert tell(served, (11, 15), (9, 12), (16, 17), (2, 6), taken="none") == ["refused"] * 4
    assert bytes_in(trial_folder) == before
    assert tell(served, (14, 15), taken="unknown") == ["recorded"]
    assert tell(served, (14, 15), (15, 16), taken="none") == ["refused"] * 2  # told already, and otherwise
    assert len(load_amendments(trial_folder)) == 1


def test_of_a_missed_night_the_rest_can_be_entered_later(served, trial_folder, protocol):
    tell(served, (11, 15), taken="none")
    known = served.nights()["nights"][str(NIGHT)]
    assert {name: text for name, text in known.items() if text} == {"dose_mg": "0"}
    result = send(served, {"severity": "4", "dose_mg": "50"}, seen=known)
    assert (result["status"], result["recorded"]["dose_mg"]) == ("recorded", "50")


def test_pauses_are_left_out(served, trial_folder):
    record.amend(trial_folder, pause=date(2026, 1, 12), nights=2, reason="away", now=NOW)
    assert tell(served, (11, 15), taken="none") == ["recorded"]
    told = served.nights()["nights"]
    assert {night for night in told if night > "2026-01-10"} == {"2026-01-11", "2026-01-14", "2026-01-15"}


def test_the_page_knows_the_dose_of_a_missed_evening_as_the_diary_will_hold_it(make_protocol, sealed_trial):
    protocol = make_protocol()
    sealed = sealed_trial().protocol
    for one, order in ((protocol, draw_order(protocol)), (sealed, schedule(sealed))):
        content = page_content(one, order)
        doses = content["missed"]["doses"]
        evenings = [doses[content["evenings"][stretch[5]]["missed"]] for stretch in content["stretches"]]
        for period, evening in zip(order.periods, evenings, strict=True):
            assert evening == {taken: told_dose(one, period, taken) for taken in TAKEN}
    orders = [order_of_arms(sealed, arms) for arms in (("off", "citrate") * 2, ("citrate", "off") * 2)]
    assert page_content(sealed, orders[0]) == page_content(sealed, orders[1])


def test_once_an_order_was_opened_the_page_is_told_so(sealed_trial):
    trial = sealed_trial(ratings="46")
    served = Served(trial.folder, lambda: NOW)
    assert served.nights()["locked"] is False
    assert tell(served, (7, 12)) == ["recorded"]
    unseal(trial.folder, trial.helper, now=NOW)
    assert served.nights()["locked"] is True
    assert tell(served, (13, 15)) == ["refused"]
    assert (trial.folder / JOURNAL_FILE).is_file()
