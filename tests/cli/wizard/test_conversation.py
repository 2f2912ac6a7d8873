"""The wizard's roads: every branch to its end, every way back, every way out and in again."""

import re
import stat
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import tomli_w
from wizard_person import (
    BRANCHES,
    PLAINEST,
    PRICE,
    Person,
    given_by,
    lines_of,
    planned,
    protocol_of,
    road,
    talk_at,
)

from nof1.cli.wizard.answers import changed
from nof1.cli.wizard.conversation import discard_draft
from nof1.cli.wizard.draft import draft_path
from nof1.cli.wizard.step import Price
from nof1.cli.wizard.steps import STEPS
from nof1.errors import Nof1Error
from nof1.plan.protocol.safety.screen import is_asked, missing, questions, screen, unanswered


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path):
    return Path("trial")


# --- every branch


@pytest.mark.parametrize("name", BRANCHES)
def test_every_branch_ends_in_a_valid_protocol_and_the_same_through_toml(name):
    _, answers = planned(name)
    assert tomllib.loads(tomli_w.dumps(answers)) == answers
    protocol = protocol_of(answers)
    assert protocol == protocol_of(tomllib.loads(tomli_w.dumps(answers)))
    assert all(bool(arm.dose_mg) is (arm.route == "mouth") for arm in protocol.active_arms)
    assert ("seal" in answers) == (protocol.concealed == "helper")
    assert "seed" not in answers["design"]


def test_nothing_is_drawn_and_no_seed_is_asked(folder, tmp_path):
    person = Person(lines_of({}))
    assert person.plan(folder) is not None
    assert [path.name for path in tmp_path.iterdir()] == ["trial.draft.toml"]
    assert "seed" not in person.seen


def rests(question):
    """Whether it is asked of those alone whom another answer concerns."""
    return not is_asked(question.id, {"age": 45.0})


def test_the_plainest_road_says_what_was_taken(folder):
    answers = Person(lines_of({})).plan(folder)
    assert answers == {
        "title": "Does magnesium calm my legs at night?",
        "question": "Does magnesium calm my legs at night?",
        "reference": "off",
        "arms": [
            {"name": "off", "label": "no magnesium", "dose_mg": 0},
            {"name": "magnesium", "form": "citrate", "dose_mg": 200.0},
        ],
        "safety": {
            "medicines": [],
            "answers": {
                question.id: False for question in questions() if question.kind == "yes-no" and not rests(question)
            }
            | {"age": 45.0, "other_magnesium_mg": 0.0, "ferritin": "unknown", "transferrin_saturation": "unknown"},
        },
        "outcome": {"threshold": 1.0},
        "design": {
            "kind": "randomized-blocks",
            "concealed": "open",
            "start": date(2026, 11, 24),
            "period_nights": 7,
            "blocks": 6,
            "washout_nights": 0,
            "run_in_nights": 0,
        },
        "conduct": {
            "dose_time": "21:30",
            "entry_time": "08:00",
            "purpose": "self-care",
            "tailored": "Ratings of nights before the trial: 5 4 0 6.",
        },
    }


@pytest.mark.parametrize(
    ("branch", "reference", "arms"),
    [
        ("two doses", "off", ["off", "lower dose", "higher dose"]),
        ("two forms", "off", ["off", "citrate", "oxide"]),
        ("two forms that are not listed", "off", ["off", "a", "washout-x"]),
        ("forms against each other", "citrate", ["citrate", "oxide"]),
    ],
)
def test_arms_and_reference_follow_from_what_is_compared(branch, reference, arms):
    protocol = protocol_of(planned(branch)[1])
    assert protocol.reference == reference
    assert [arm.name for arm in protocol.arms] == arms


def test_a_dose_by_the_salt_is_shown_and_kept_in_both_ways(folder):
    person = Person(lines_of(BRANCHES["by the weight of the salt"]))
    protocol = protocol_of(person.plan(folder))
    assert protocol.arm("magnesium").salt_mg == 1200
    assert protocol.arm("magnesium").dose_mg == pytest.approx(194.4)
    assert "194.4 mg elemental magnesium, that is about 1200 mg of magnesium citrate" in person.seen


def test_forms_without_off_do_not_say_that_nights_without_are_the_comparison(folder):
    conduct = protocol_of(Person(lines_of(BRANCHES["forms against each other"])).plan(folder)).conduct
    assert "without it" not in conduct.why_comparator


@pytest.mark.slow
def test_what_was_said_stands_in_the_protocol(folder):
    branch = (
        BRANCHES["washout, run-in, dates"]
        | BRANCHES["a helper"]
        | BRANCHES["a scale of one's own"]
        | BRANCHES["words and covariates"]
        | BRANCHES["stop, with agreement"]
    )
    answers = Person(lines_of(branch)).plan(folder)
    protocol = protocol_of(answers)
    design, outcome = protocol.design, protocol.outcome
    assert (design.washout_nights, design.run_in_nights, str(protocol.start)) == (2, 7, "2027-02-01")
    assert (protocol.conduct.dose_time, protocol.conduct.entry_time) == ("09:15", "07:05")
    assert (protocol.conduct.helper, answers["seal"]) == ("Maria", "trial-helper-packet")
    assert protocol.arm("off").placebo
    assert (outcome.name, outcome.title, outcome.high) == ("minutes-awake", "minutes awake", 480)
    assert (outcome.better, outcome.whole, outcome.threshold) == ("higher", False, 30.5)
    assert protocol.analysis.covariates == ("caffeine", "exercise", "Cups of tea")
    assert protocol.safety.agreement.clinician == "Dr Amara"
    assert protocol.safety.agreement.date == date(2026, 11, 22)
    assert protocol.safety.answers["myasthenia"] is True


def test_what_is_not_known_is_an_answer_and_asks_first(folder):
    protocol = protocol_of(Person(lines_of(BRANCHES["nothing known"])).plan(folder))
    assert set(protocol.safety.answers.values()) == {"unknown"}
    assert missing(protocol.safety) == unanswered(protocol.safety) == ()
    levels = {finding.id: finding.level for finding in screen(protocol.safety)}
    assert levels["kidney_severe"] == levels["ferritin"] == levels["age"] == levels["augmentation"] == "ask"
    assert "stop" not in levels.values()


# --- going back, changing


@pytest.mark.slow
def test_going_back_once_from_every_question_changes_nothing(folder):
    for branch in ("off against one form", "everything at once"):
        lines = lines_of(BRANCHES[branch])
        expected = Person(lines).plan(folder)
        discard_draft(folder)
        back = [lines[0], *(word for text in lines[1:] for word in ("<", "", text))]
        assert Person(back).plan(folder) == expected
        discard_draft(folder)


@pytest.mark.slow
def test_back_walks_as_far_as_one_likes(folder):
    asked = road({})
    place = [step.id for step, _ in asked].index("start")
    lines = [text for _, text in asked]
    person = Person([*lines[:place], *["<"] * 200, "2", "1", "200 elemental", "300", *[""] * 100])
    person.plan(folder)
    assert "This is the first question." in person.seen
    assert tomllib.loads(draft_path(folder).read_text())["compare"] == "off-doses"


@pytest.mark.slow
def test_back_across_branches_forgets_nothing_that_still_fits(folder):
    asked = road(BRANCHES["a helper"])
    place = [step.id for step, _ in asked].index("price")
    lines = [text for _, text in asked]
    to_open = [*lines[:place], "<", "<", "<", "<", "1"]  # packet, helper, dummy, concealed
    answers = Person([*to_open, *lines[place:]]).plan(folder)
    assert answers["design"]["concealed"] == "open"
    assert "seal" not in answers
    assert "placebo" not in answers["arms"][0]
    assert "helper" not in answers["conduct"]
    discard_draft(folder)
    there_again = [*to_open, "<", "2", *["", "", ""], *lines[place:]]
    answers = Person(there_again).plan(folder)
    assert (answers["conduct"]["helper"], answers["seal"]) == ("Maria", "trial-helper-packet")


def test_a_choice_that_no_longer_fits_is_asked_again(folder):
    """Packs shuffled by hand cannot make a balanced order."""
    lines = lines_of({"kind": "2"})
    person = Person([*lines[:-2], "7", "3", "n"])
    person.plan(folder)
    raw = tomllib.loads(draft_path(folder).read_text())
    assert raw["concealed"] == "alone"
    assert "kind" not in raw


def test_another_form_takes_the_dose_back(folder):
    talk = talk_at(folder, **{"form-first": "citrate", "amount-first": "1200 salt"})
    raw = changed(talk, {"form-first": "oxide"}).raw
    assert raw == {"form-first": "oxide"}


def test_a_number_in_the_summary_changes_that_line_alone(folder):
    lines = lines_of({})
    person = Person([*lines[:-2], "6", "", "2.5", "", "", "3", "1", "", "900 salt", "", "", "draw"])
    answers = person.plan(folder)
    assert answers["outcome"]["threshold"] == 2.5
    assert answers["arms"][1] == {"name": "magnesium", "form": "citrate", "salt_mg": 900.0}


def test_a_row_of_the_table_is_taken_and_priced_again(folder):
    asked = road({})
    place = [step.id for step, _ in asked].index("price")
    lines = [text for _, text in asked]
    priced = []

    def price(protocol):
        priced.append(protocol.nights)
        return Price(2.5, replace(PRICE.chances, says=protocol.nights // 2))

    person = Person([*lines[:place], "t", "3", *lines[place:]])
    answers = person.plan(folder, price=price)
    table = next(
        shown for shown in person.screens if "1 is yours. Of 100 made-up trials each." in " ".join(shown.split())
    )
    row = re.search(r"^  3  (\d+) periods of (\d+) nights? +(\d+) +(\d+)", table, flags=re.MULTILINE)
    periods, nights, weeks, says = map(int, row.groups())
    all_nights = periods * nights
    assert (answers["design"]["blocks"], answers["design"]["period_nights"]) == (periods / 2, nights)
    assert protocol_of(answers).nights == all_nights
    assert (weeks, says) == (round(all_nights / 7), all_nights // 2)
    assert len(priced) == len(set(priced)) > 4  # each design once, though it was shown again and again


def test_weeks_that_are_typed_are_planned_and_priced_again(folder):
    asked = road({})
    place = [step.id for step, _ in asked].index("price")
    lines = [text for _, text in asked]
    person = Person([*lines[:place], "9", "8 weeks", *lines[place:]])
    answers = person.plan(folder)
    assert "9 weeks do not come out even with such periods. Type 8 or 10, or t for a table of designs." in person.seen
    assert (answers["design"]["blocks"], answers["design"]["period_nights"]) == (4, 7)
    assert "8 weeks, every morning: is that right?" in person.seen


def test_a_price_that_cannot_be_worked_out_stops_nobody(folder):
    person = Person(lines_of({}))
    assert person.plan(folder, price=lambda _: Price(None, None)) is not None
    assert "cannot be counted for an outcome of this kind" in person.seen


def test_the_real_price_is_shown(folder):
    person = Person([*lines_of({})[:-1], "?"])
    person.plan(folder, price=None)
    found = re.search(
        r"helps by 2 points, this plan says so in (\d+) of 100, and leans that way in (\d+) more", person.seen
    )
    assert 20 < int(found[1]) < 60
    assert int(found[1]) + int(found[2]) > 50
    assert re.search(r"84 nights \(12 weeks\)\. 95 % interval: about [1-9]\.[0-9] points wide", person.seen)


def test_concerns_are_said_before_anything_is_drawn(folder):
    person = Person(lines_of({"blocks": "3"}))
    person.plan(folder)
    assert person.seen.count("can reach p = 0.25 at best") == 3  # in the table, beside the length, and before the draw


def test_short_periods_say_what_a_null_result_would_not(folder):
    person = Person(lines_of({}))
    person.plan(folder)
    assert "says little about slow effects (Jadidi 2022)" in person.seen


# --- leaving and going on


@pytest.mark.parametrize("ending", ["q", EOFError, KeyboardInterrupt], ids=["q", "end of input", "Ctrl-C"])
@pytest.mark.parametrize("place", [1, 3, 7, 10, 15, 17])
def test_one_can_leave_anywhere_and_go_on(folder, place, ending):
    lines = lines_of({})
    person = Person([*lines[:place], "q"] if ending == "q" else lines[:place], ending=ending)
    assert person.plan(folder) is None
    path = draft_path(folder)
    assert path.name == "trial.draft.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "nof1 plan trial" in person.seen
    assert "Traceback" not in person.seen
    again = Person(["", *lines[min(place, len(lines) - 2) :]])
    assert again.plan(folder) == planned(PLAINEST)[1]
    assert path.is_file()
    discard_draft(folder)
    assert not path.exists()
    discard_draft(folder)


def test_a_draft_is_the_answers_and_nothing_else(folder):
    Person(lines_of({})).plan(folder)
    raw = tomllib.loads(draft_path(folder).read_text())
    assert raw == given_by({})
    assert set(raw) <= {step.id for step in STEPS if step.kept}


def test_leaving_at_once_leaves_nothing(folder, tmp_path):
    person = Person(["q"])
    assert person.plan(folder) is None
    assert list(tmp_path.iterdir()) == []
    assert "nothing was kept" in person.seen


def test_a_draft_can_be_left_alone_or_started_over(folder):
    lines = lines_of({})
    Person(lines[:6]).plan(folder)
    content = draft_path(folder).read_bytes()
    for leave in (["3"], ["q"], ["?", "<", "3"], []):
        assert Person(leave).plan(folder) is None
        assert draft_path(folder).read_bytes() == content
    answers = Person(["2", *lines_of({"amount-first": "100 elemental"})]).plan(folder)
    assert answers["arms"][1]["dose_mg"] == 100


def test_on_another_day_a_start_that_is_over_is_asked_again(folder):
    lines = lines_of({})
    Person(lines[:-2]).plan(folder)
    again = Person(["", "2027-01-04", "", "", "draw"])
    answers = again.plan(folder, today=date(2027, 1, 3))
    assert answers["design"]["start"] == date(2027, 1, 4)


@pytest.mark.parametrize(
    "content",
    [
        b"compare = ",
        b"\xff\xfe\x00",
        b"compare = 1\n",
        b"[compare]\na = 1\n",
        b"a = " + b"[" * 5000,
        b"\x00" * 100,
    ],
    ids=["half", "no text", "a number", "a table", "deep", "zeros"],
)
def test_a_damaged_draft_is_kept_aside_with_one_message(folder, content):
    path = draft_path(folder)
    path.write_bytes(content)
    person = Person(lines_of({}))
    assert person.plan(folder) is not None
    assert person.seen.count("is damaged") == 1
    assert path.with_name("trial.draft.damaged.toml").read_bytes() == content


def test_answers_of_a_draft_that_do_not_fit_are_asked_again(folder):
    strange = {
        "compare": "nonsense",
        "amount-first": "-4",
        "kind": "balanced",
        "concealed": "alone",
        "period_nights": "seven",
        "start": "2020-01-01",
        "low": "9",
        "rating": "own",
        "high": "1",
        "covariates": "night",
        "draw": "draw",
        "summary": "99",
        "unknown": "x",
    }
    draft_path(folder).write_text(tomli_w.dumps(strange))
    person = Person(["", "", "citrate", "200 elemental"])
    person.plan(folder)
    raw = tomllib.loads(draft_path(folder).read_text())
    assert raw["amount-first"] == "200 elemental"
    assert raw["concealed"] == "alone"
    assert raw["low"] == "9"
    assert {"kind", "period_nights", "start", "high", "covariates", "unknown"}.isdisjoint(raw)


def test_a_draft_that_cannot_be_written_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Nof1Error, match="could not be written"):
        Person(lines_of({})).plan(tmp_path / "file" / "trial")
