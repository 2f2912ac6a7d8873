"""`Trial.plan` and `Trial.adopt` leave a folder that `check` finds as it was left; what does not fit is refused by argument."""

import tomllib
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from people import HEALTHY, SCREENED

from nof1 import InputError, Protocol, Trial, record
from nof1.plan.protocol.template import load_template, merge, with_dose

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
MADE = {
    "adverse-events.pdf", "booklet.pdf", "calendar.ics", "consent.pdf", "data-sheet.pdf", "diary.csv", "diary.html", "diary.xlsx", "journal.csv", "journal.head", "order.csv", "pre-visit.pdf",
    "protocol.pdf", "protocol.toml",
}  # fmt: skip
LIVED = {"outcome": "legs", "arm": "arm", "reference": "off", "low": 0, "high": 10, "better": "lower"}
FRAME = pd.DataFrame(
    {"arm": ["off", "on", "on", "off"], "legs": [5, 3, 4, 6]}, index=pd.date_range("2026-01-05", periods=4)
)


def answers(dose=100, **design):
    content = merge(load_template("magnesium-rls"), SCREENED | {"design": {"blocks": 2, "period_nights": 3} | design})
    return with_dose(content, {"dose_mg": dose} if dose else {})


def test_a_planned_folder_is_whole_and_as_it_was_left(tmp_path):
    plan = Trial.plan(answers(), tmp_path / "trial", now=NOW)
    assert {path.name for path in plan.folder.iterdir()} == MADE
    assert plan.protocol.start == date(2026, 1, 2)  # tomorrow
    assert plan.protocol.design.seed is not None
    assert Trial.load(plan.folder).order == plan.order
    assert record.check(plan.folder)[-1].text.startswith("All is as it was left")


def test_a_protocol_is_planned_as_it_is(tmp_path, make_protocol):
    protocol = make_protocol(**SCREENED)
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


# --- the safety screen


def screened(medicines=(), dose_time="21:30", **said):
    told = {id_: answer for id_, answer in HEALTHY.items() if id_ not in said} | said
    return merge(
        answers(), {"safety": {"answers": told, "medicines": list(medicines)}, "conduct": {"dose_time": dose_time}}
    )


GABAPENTIN = {"name": "gabapentin 600 mg", "times": ["21:30"]}


def no_screen():
    content = answers()
    del content["safety"]
    return content


@pytest.mark.parametrize("question", ["age", "kidney_severe", "myasthenia", "magnesium_allergy", "heart_failure"])
def test_no_order_is_drawn_before_what_can_say_stop_is_answered(tmp_path, question):
    content = screened()
    del content["safety"]["answers"][question]
    with pytest.raises(InputError, match=rf"The safety screen comes before the draw.*: {question}\."):
        Trial.plan(content, tmp_path / "trial", now=NOW)
    with pytest.raises(InputError, match=r"age, kidney_severe, .*unscreened=True; every page"):
        Trial.plan(no_screen(), tmp_path / "trial", now=NOW)
    assert list(tmp_path.iterdir()) == []


def test_not_known_is_an_answer(tmp_path):
    plan = Trial.plan(screened(kidney_severe="unknown"), tmp_path / "trial", now=NOW)
    assert plan.protocol.safety.answers["kidney_severe"] == "unknown"


@pytest.mark.parametrize("how", ["the call", "the answers", "the protocol"])
def test_going_without_the_screen_is_said_and_kept(tmp_path, how):
    content, more = no_screen(), {}
    if how == "the call":
        more = {"unscreened": True}
    elif how == "the answers":
        content["unscreened"] = True
    else:
        content["safety"] = {"unscreened": True}
    plan = Trial.plan(content, tmp_path / "trial", now=NOW, **more)
    assert Protocol.load(plan.folder).safety.unscreened is True
    assert "unscreened = true" in (plan.folder / "protocol.toml").read_text()


def test_what_is_answered_is_not_called_unscreened(tmp_path):
    with pytest.raises(InputError, match="leave unscreened"):
        Trial.plan(screened(), tmp_path / "trial", now=NOW, unscreened=True)
    with pytest.raises(InputError, match="acknowledge must be true or false"):
        Trial.plan(screened() | {"acknowledge": "yes"}, tmp_path / "trial", now=NOW)
    with pytest.raises(InputError, match="unscreened"):
        Trial.plan(no_screen() | {"unscreened": "yes"}, tmp_path / "trial", now=NOW)


def test_simulated_trials_and_trials_of_nothing_to_take_need_no_screen(tmp_path):
    assert not Trial.plan(no_screen() | {"simulated": True}, tmp_path / "one", now=NOW).protocol.safety
    walks = no_screen() | {
        "reference": "home",
        "arms": [{"name": "home", "dose_mg": 0}, {"name": "walk", "dose_mg": 0}],
    }
    assert not Trial.plan(walks, tmp_path / "two", now=NOW).protocol.safety


def test_a_list_of_medicines_answers_the_questions_on_medicines_but_for_what_was_taken_before(tmp_path):
    content = screened([{"name": "digoxin 0.25", "times": ["08:00"]}])
    told = content["safety"]["answers"]
    for id_ in ("digoxin", "losing_medicines", "sparing_diuretics", "dopamine"):
        del told[id_]
    with pytest.raises(InputError, match=r"have no answer: dopamine\."):
        Trial.plan(content, tmp_path / "trial", now=NOW)
    told["dopamine"] = False
    answered = Trial.plan(content, tmp_path / "trial", now=NOW).protocol.safety.answers
    assert (answered["digoxin"], answered["losing_medicines"], answered["dopamine"]) == (True, False, False)


def test_an_answer_that_denies_a_medicine_that_is_named_is_refused(tmp_path):
    with pytest.raises(
        InputError, match=r"absorption_medicines is answered with false, and the medicines name 'gabapentin 600 mg'"
    ):
        Trial.plan(screened([GABAPENTIN]), tmp_path / "trial", now=NOW)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"age": 2012}, "age is 2012, and more than 120 cannot be"),  # a year of birth
        ({"transferrin_saturation": 300}, "transferrin_saturation is 300, and more than 100 cannot be"),
        ({"ferritin": 110, "ferritin_on": "2031-11-03"}, r"safety.answers.ferritin_on is 2031-11-03, a day to come"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(tmp_path, answers, words):
    with pytest.raises(InputError, match=words):
        Trial.plan(screened([], dopamine=False, **answers), tmp_path / "trial", now=NOW)


def test_no_doctor_has_agreed_on_a_day_to_come(tmp_path):
    content = screened([], dopamine=False)
    content["safety"]["agreement"] = {"clinician": "Dr Amara", "date": "2031-01-01"}
    with pytest.raises(InputError, match=r"safety.agreement.date is 2031-01-01, a day to come"):
        Trial.plan(content, tmp_path / "trial", now=NOW)


def test_two_hours_that_lack_a_minute_are_not_told_as_two(tmp_path):
    late = GABAPENTIN | {"times": ["23:29"]}
    with pytest.raises(InputError, match=r"is 1\.9 hours after the dose at 21:30; 2 are needed"):
        Trial.plan(screened([late], absorption_medicines=True), tmp_path / "trial", now=NOW)


def test_where_no_time_is_free_nobody_is_told_to_take_one(tmp_path):
    often = {"name": "levothyroxine", "times": ["00:00", "06:00", "12:00", "18:00"]}
    with pytest.raises(InputError) as refusal:
        Trial.plan(screened([often], levothyroxine=True, absorption_medicines=False), tmp_path / "trial", now=NOW)
    assert "No time of the evening" in str(refusal.value)
    assert "Take one of them" not in str(refusal.value)


def test_a_time_of_toml_is_a_time(tmp_path):
    content = tomllib.loads("times = [21:30:00]")
    with pytest.raises(InputError, match="gabapentin 600 mg at 21:30 and the dose"):
        Trial.plan(screened([GABAPENTIN | content], absorption_medicines=True), tmp_path / "trial", now=NOW)


def test_a_dose_time_that_collides_is_refused_with_the_hours_the_source_and_times_that_do_not(tmp_path):
    with pytest.raises(InputError) as refusal:
        Trial.plan(screened([GABAPENTIN], absorption_medicines=True), tmp_path / "trial", now=NOW)
    told = str(refusal.value)
    for words in (
        "gabapentin 600 mg at 21:30",
        "2 hours apart are needed",
        "Yagi 2012",
        "19:30, 23:30, 19:00",
        "acknowledge=True",
    ):
        assert words in told
    assert list(tmp_path.iterdir()) == []
    plan = Trial.plan(screened([GABAPENTIN], "19:30", absorption_medicines=True), tmp_path / "trial", now=NOW)
    assert plan.protocol.safety.acknowledged == ()


@pytest.mark.parametrize("how", ["the call", "the answers"])
def test_a_collision_is_taken_with_an_acknowledgement_that_is_kept_with_its_date(tmp_path, how):
    content = screened([GABAPENTIN], absorption_medicines=True) | (
        {"acknowledge": True} if how == "the answers" else {}
    )
    plan = Trial.plan(content, tmp_path / "trial", now=NOW, acknowledge=how == "the call")
    (known,) = Protocol.load(plan.folder).safety.acknowledged
    assert (known.medicine, known.time, known.dose_time) == ("gabapentin 600 mg", "21:30", "21:30")
    assert known.date == date(2026, 1, 1)
    again = Trial.plan(plan.protocol, tmp_path / "again", now=NOW)
    assert again.protocol == plan.protocol
