"""What else could explain an answer for the worse: everything on record that fits is found, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from explained import GABAPENTIN, of_person
from fitted import fitted
from hypothesis import given
from hypothesis import strategies as st
from known import SAMPLE, adopted

from nof1 import Trial, facts
from nof1.analyze.checks.other_explanations import KINDS, OF_ANYTHING, explain, other_explanations
from nof1.analyze.model.effects import Verdict
from nof1.plan.orders.amendments import Amendment
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.answers import known_questions
from nof1.report.words.other_explanations import told

WORSE = ("worsens", "leans worse")
RESCUE = "rescue medicine"  # concerns those alone whose diary asks for it; see test_beside_by_arm.py
# Name, the question that keeps it apart, hours; and which further kind it belongs to.
MEDICINES = {
    "gabapentin 600 mg": ("absorption_medicines", 2, None),
    "levothyroxine 50": ("levothyroxine", 4, None),
    "iron tablets": ("binding_medicines", 3, None),
    "pramipexole 0.18": ("other_medicines", 2, "augmentation"),
    "sertraline 50 mg": ("other_medicines", 2, "provoking medicine"),
}


def found(safety=None, *, verdict="worsens", sample="worsens", **about):
    trial = of_person(Trial.load(SAMPLE / sample), safety, **about)
    return other_explanations(trial, arm="magnesium", reference="off", verdict=verdict)


def amendment(trial, night, reason="sertraline 50 mg started", kind="medicine"):
    when = trial.order.start + timedelta(days=night)
    start = {"start": when} if kind == "medicine" else {}
    return Amendment(
        entered=datetime(when.year, when.month, when.day, 9, tzinfo=UTC), kind=kind, reason=reason, **start
    )


@st.composite
def screens(draw):
    """Any answers to the questions that lead to an explanation, and any medicines at any times."""
    yes = st.sampled_from([True, False, "unknown"])
    answers = draw(
        st.fixed_dictionaries(
            {},
            optional={
                **dict.fromkeys(("dopamine", "provoking_medicines", "absorption_medicines", "quinolones"), yes),
                "ferritin": st.sampled_from([12.0, 75.0, 75.5, 240.0, "low", "unknown"]),
                "transferrin_saturation": st.sampled_from([12.0, 19.9, 20.0, 33.0, "low", "unknown"]),
            },
        )
    )
    if answers.get("dopamine") not in (None, False):
        answers["augmentation"] = draw(yes)
    names = draw(st.lists(st.sampled_from(sorted(MEDICINES)), unique=True, max_size=3))
    times = st.lists(st.integers(0, 24 * 60 - 1), max_size=2, unique=True)
    medicines = [
        {"name": name, "times": [f"{minute // 60:02}:{minute % 60:02}" for minute in draw(times)]} for name in names
    ]
    return {"answers": answers, "medicines": medicines}


def expected(safety, dose_time="21:30"):
    """Kinds and medicines by counting minutes round the clock, without any code of the program."""

    def minutes(time):
        return 60 * int(time[:2]) + int(time[3:])

    answers, medicines = safety["answers"], safety["medicines"]
    kinds, named = set(), set()
    for one in medicines:
        _, hours, kind = MEDICINES[one["name"]]
        kinds |= {kind} - {None}
        apart = [abs(minutes(time) - minutes(dose_time)) for time in one["times"]]
        if not apart or min(min(gap, 1440 - gap) for gap in apart) < 60 * hours:
            named.add(one["name"])
    covered = {MEDICINES[one["name"]][0] for one in medicines}
    unnamed = [
        question
        for question in ("absorption_medicines", "quinolones")
        if answers.get(question) in (True, "unknown") and question not in covered
    ]
    if named or unnamed:
        kinds.add("interaction")
    if answers.get("dopamine") in (True, "unknown"):
        kinds.add("augmentation")
    if answers.get("provoking_medicines") in (True, "unknown"):
        kinds.add("provoking medicine")
    ferritin, saturation = answers.get("ferritin", 999), answers.get("transferrin_saturation", 999)
    if isinstance(ferritin, str) or ferritin <= 75 or isinstance(saturation, str) or saturation < 20:
        kinds.add("iron")
    return kinds, named


@given(
    safety=screens(), verdict=st.sampled_from(get_args(Verdict)), soft=st.tuples(st.integers(0, 9), st.integers(0, 9))
)
def test_everything_that_fits_is_found_and_nothing_else(safety, verdict, soft):
    told = found(safety, verdict=verdict, soft={"magnesium": soft[0], "off": soft[1]})
    if verdict not in WORSE:
        assert told is None
        return
    kinds, named = expected(safety)
    of_arm, of_other = (one for one in (soft[0] / 36, soft[1] / 48))
    if of_arm > of_other:
        kinds.add("loose stools")
    assert set(told.kinds) == kinds
    assert {one.medicine for one in told.found if one.kind == "interaction"} - {""} == named
    assert set(told.kinds) <= set(told.asked)
    assert sorted(told.asked + told.not_asked) == sorted(set(KINDS) - {RESCUE})


def test_gabapentin_with_the_dose_is_an_interaction_of_no_hours():
    (one,) = found(GABAPENTIN).found
    assert (one.kind, one.medicine, one.time, one.dose_time, one.hours, one.needed) == (
        "interaction", "gabapentin 600 mg", "21:30", "21:30", 0.0, 2.0,
    )  # fmt: skip


def test_gabapentin_in_the_morning_is_none():
    morning = {"answers": {"absorption_medicines": True}, "medicines": [{"name": "gabapentin", "times": ["08:00"]}]}
    assert found(morning).found == ()


def test_a_yes_of_a_screen_without_names_and_hours_is_one():
    (one,) = found({"answers": {"absorption_medicines": True, "binding_medicines": False}}).found
    assert (one.question, one.medicine, one.time, one.known) == ("absorption_medicines", "", None, True)


def test_where_both_arms_take_as_much_no_medicine_is_missing_on_one():
    content = Trial.load(SAMPLE / "worsens").protocol.to_dict()
    off, on = content["arms"]
    same = found(GABAPENTIN, arms=[off | {"dose_mg": on["dose_mg"], "form": on["form"]}, on])
    assert "interaction" not in same.kinds
    assert "interaction" not in same.not_asked
    less = found(GABAPENTIN, arms=[off | {"dose_mg": 100.0, "form": on["form"]}, on])
    assert less.kinds == ("interaction",)
    more = found(GABAPENTIN, arms=[off | {"dose_mg": 300.0, "form": on["form"]}, on])
    assert "interaction" not in more.kinds
    dummy = found(GABAPENTIN, arms=[off, on | {"dose_mg": 0.0, "form": "", "placebo": True}])
    assert "interaction" not in dummy.kinds


def test_an_arm_without_magnesium_that_helps_is_magnesium_that_makes_it_worse():
    trial = of_person(Trial.load(SAMPLE / "worsens"), GABAPENTIN)
    swapped = Protocol.build(trial.protocol.to_dict() | {"reference": "magnesium"})
    protocol = adopted(swapped, start=trial.order.start, nights=trial.order.nights)
    trial = Trial(protocol, trial.order, trial.entries)
    told = other_explanations(trial, arm="off", reference="magnesium", verdict="helps")
    assert (told.worse, told.kinds) == ("magnesium", ("interaction",))
    assert other_explanations(trial, arm="off", reference="magnesium", verdict="worsens").kinds == ()


def test_nobody_was_asked_where_there_is_no_screen():
    told = found()
    assert told.found == ()
    assert told.not_asked == ("interaction", "augmentation", "iron", "provoking medicine", "medicine changed")


def test_of_a_table_nobody_asked_anything():
    trial = Trial.load(SAMPLE / "worsens")
    table = of_person(trial)
    protocol = adopted(table.protocol, start=trial.order.start, nights=trial.order.nights)
    told = other_explanations(
        Trial(protocol, trial.order, table.entries), arm="magnesium", reference="off", verdict="worsens"
    )
    assert told.not_asked == tuple(kind for kind in KINDS if kind != RESCUE)
    content = protocol.to_dict()
    tea = [arm | {"label": "tea", "form": ""} for arm in content["arms"]]
    tea[1]["name"] = "tea"
    other = Protocol.build(content | {"arms": tea})
    order = replace(
        trial.order,
        periods=tuple(replace(one, arm="tea" if one.arm == "magnesium" else one.arm) for one in trial.order.periods),
    )
    told = other_explanations(Trial(other, order, table.entries), arm="tea", reference="off", verdict="worsens")
    assert told.not_asked == tuple(kind for kind in OF_ANYTHING if kind != RESCUE)  # whose subject nobody knows


@pytest.mark.parametrize(
    "words", ["soft stools", "Loose stools twice", "Durchfall", "weicher Stuhl", "watery diarrhea"]
)
def test_loose_stools_are_known_by_many_words(words):
    trial = Trial.load(SAMPLE / "worsens")
    nights = {night for period in trial.order.periods if period.arm == "magnesium" for night in period.dates}
    first = next(entry.night for entry in trial.entries if entry.night in nights)
    entries = tuple(replace(one, side_effects=(words,) if one.night == first else ()) for one in trial.entries)
    told = other_explanations(replace(trial, entries=entries), arm="magnesium", reference="off", verdict="worsens")
    (one,) = told.found
    assert (one.worse, one.better) == (1, 0)
    denied = tuple(replace(one, side_effects=(f"no {words}",) if one.night == first else ()) for one in trial.entries)
    if words in ("soft stools",):
        told = other_explanations(replace(trial, entries=denied), arm="magnesium", reference="off", verdict="worsens")
        assert told.found == ()


def test_a_medicine_that_changed_during_the_trial_is_named_and_one_before_or_after_is_not():
    trial = Trial.load(SAMPLE / "worsens")
    last = trial.order.nights - 1
    for night, counts in ((-1, False), (0, True), (last, True), (last + 1, False)):
        told = found(amendments=[amendment(trial, night)])
        assert ("medicine changed" in told.kinds) is counts, night
        assert ("medicine changed" in told.not_asked) is not counts
    (one,) = found(amendments=[amendment(trial, 20)]).found
    assert one.words == "sertraline 50 mg started"


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("gabapentin 600 mg started, 21:30", [0.0]),
        ("gabapentin 600 mg started at 8 pm", [1.5]),
        ("Gabapentin begonnen (8:00 und 22:30 Uhr)", [1.0]),
        ("pregabalin doubled", [None]),
        ("gabapentin 600 mg started, 17:00", []),
        ("stopped smoking at 21:30", []),
    ],
)
def test_a_medicine_that_is_entered_during_the_trial_is_held_against_the_dose_like_one_of_the_screen(words, hours):
    told = found(amendments=[amendment(Trial.load(SAMPLE / "worsens"), 20, words)])
    assert [one.hours for one in told.found if one.kind == "interaction"] == hours


def test_notes_that_name_a_medicine_are_pointed_to_by_their_days():
    trial = Trial.load(SAMPLE / "worsens")
    told = found(notes={3: "Took my gabapentin late", 5: "a new pillow"}, amendments=[
        amendment(trial, 9, "half a tablet of pramipexole", kind="note"), amendment(trial, 12, "away", kind="note"),
    ])  # fmt: skip
    (one,) = told.found
    assert one.days == (trial.entries[3].night, trial.order.start + timedelta(days=9))


def test_the_record_holds_them_and_comes_back_from_its_file(tmp_path):
    result = fitted("worsens")
    assert [one.worse for one in result.record.other_explanations] == ["magnesium"]
    assert result.record.other_explanations == explain(result.trial, result.lead)
    assert fitted("helps").record.other_explanations == ()


def test_every_row_of_the_facts_belongs_to_a_kind_and_to_questions_that_there_are():
    rows = facts.load("explanations")
    assert {row["kind"] for row in rows} == set(KINDS)
    known = {question.id for question in known_questions()}
    assert {question for row in rows for question in row.get("questions", ())} <= known


def test_other_answers_are_shown_without_them():
    assert told(fitted("helps")) == []
    assert told(fitted("cant-tell")) == []
