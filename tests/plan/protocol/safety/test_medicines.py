"""Names of medicines as people write them, and clock times that are too near to the dose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1 import facts
from nof1.plan.protocol.safety.collisions import collisions_of, hours_apart, rules_of
from nof1.plan.protocol.safety.medicines import answered_by, by_mouth, groups_of, with_medicines
from nof1.plan.protocol.safety.screen import Acknowledged, Medicine, Safety, questions, screen

NAMES = {
    "Gabapentine 600 mg": ("absorption_medicines",),
    "gabapnetin": ("absorption_medicines",),
    "Lyrica": ("absorption_medicines",),
    "L-Thyroxin 75": ("levothyroxine",),
    "digoxin 0,25": ("digoxin",),
    "Eisen 100 mg": ("binding_medicines",),
    "iron tablets": ("binding_medicines",),
    "ferro sanol duodenal": ("binding_medicines",),
    "alendronate weekly": ("binding_medicines",),
    "Doxycyclin": ("tetracyclines",),
    "ciprofloxacin 500": ("quinolones",),
    "Biktarvy": ("integrase_inhibitors",),
    "Mycophenolat-Mofetil": ("mycophenolate",),
    "quinidine": ("quinidine",),
    "hydroxychloroquine": ("chloroquine",),
    "Fluoretten": ("fluoride",),
    "furosemid": ("losing_medicines",),
    "ramipril/HCT 5/25": ("losing_medicines",),
    "pantoprazol": ("acid_blockers",),
    "spironolakton": ("sparing_diuretics",),
    "Sertralin": ("provoking_medicines",),
    "MCP drops": ("provoking_medicines",),
    "ropinirole 2 mg": ("dopamine",),
    "Neupro 2 mg/24 h": ("dopamine",),
    "Dyazide": ("losing_medicines", "sparing_diuretics"),
    "magnesium 300": ("recent_magnesium",),
    "quinine": ("other_medicines",),
    "clonidine": ("other_medicines",),
    "vitamin D": ("other_medicines",),
    "insulin": (),
    "eye drops": (),
    # Brands and generic names of the same kinds, and German compounds.
    "Abilify 10 mg": ("provoking_medicines",),
    "Tylenol PM": ("provoking_medicines",),
    "Saroten": ("provoking_medicines",),
    "Trevilor retard 75": ("provoking_medicines",),
    "Levocarb 100/25": ("dopamine",),
    "L-Dopa": ("dopamine",),
    "Leganto patch": ("dopamine",),
    "bromocriptine": ("dopamine",),
    "Epanutin": ("absorption_medicines",),
    "Unithyroid": ("levothyroxine",),
    "Risedronsäure 35": ("binding_medicines",),
    "Ibandronsäure": ("binding_medicines",),
    "bisphosphonate": ("binding_medicines",),
    "ferric maltol": ("binding_medicines",),
    "sarecycline": ("tetracyclines",),
    "Gatifloxacin": ("quinolones",),
    "Mycophenolatmofetil": ("mycophenolate",),
    "Ramipril comp": ("losing_medicines",),
    "Bendroflumethiazid": ("losing_medicines",),
    "dexlansoprazole": ("acid_blockers",),
    "Maxzide": ("losing_medicines", "sparing_diuretics"),
    "aripiprazole": ("provoking_medicines",),  # ends like an acid blocker, and is none
    "beta-Acetyldigoxin": ("digoxin",),
    "Magnesiumcitrat": ("recent_magnesium",),
    "Magnesiumoxid 400": ("recent_magnesium",),
    "penicillin V": ("other_medicines",),  # nearly penicillamine
    # What is not swallowed meets no magnesium in the gut.
    "ciprofloxacin eye drops": (),
    "iron infusion": (),
    "fluoride toothpaste": (),
    "gabapentin gel capsules": ("absorption_medicines",),
    "gabapentin and estradiol patch": ("absorption_medicines",),
}
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


@pytest.mark.parametrize(("name", "groups"), NAMES.items())
def test_a_name_is_known_as_people_write_it(name, groups):
    assert set(groups_of(name)) == set(groups)
    assert groups_of(name.upper()) == groups_of(name)


@pytest.mark.parametrize("row", facts.load("medicines"), ids=lambda row: row["id"])
def test_every_name_of_the_table_is_found_in_its_row_alone_or_in_another_that_has_it(row):
    has = {name: {one["row"] for one in facts.load("medicines") if name in one["names"]} for name in row["names"]}
    ways = {"not_by_mouth", "by_mouth", "other_medicines"}
    for name, rows in has.items():
        assert set(groups_of(name.replace("*", "ab"))) - {"other_medicines"} == rows - ways, name


def test_every_question_on_medicines_has_names():
    assert {one.id for one in questions() if one.group == "medicine"} <= {row["row"] for row in facts.load("medicines")}


def test_a_medicine_that_is_named_is_a_yes_and_no_other_is():
    answers = answered_by(["digoxin", "a new tablet"])
    assert {id_ for id_, yes in answers.items() if yes} == {"digoxin", "other_medicines"}
    assert set(answers) == {one.id for one in questions() if one.group == "medicine"}
    assert with_medicines({"digoxin": "unknown", "age": 50.0}, ["digoxin"]) == {"digoxin": True, "age": 50.0}
    assert [one.id for one in screen(Safety(answers={"digoxin": False}, medicines=(Medicine(name="digoxin"),)))] == [
        "digoxin"
    ]


def test_a_line_of_its_own_is_not_repeated_as_another_medicine():
    assert not answered_by(["gabapentin", "sertraline", "levothyroxine"])["other_medicines"]
    assert [rule.fact for rule in rules_of(Medicine(name="sertraline"))] == [
        "other_medicines"
    ]  # its hours hold all the same
    assert rules_of(Medicine(name="rotigotine patch")) == rules_of(Medicine(name="magnesium")) == ()
    assert not by_mouth("insulin")


def near(name, time, dose):
    return collisions_of(Safety(medicines=(Medicine(name=name, times=(time,)),)), dose)


@pytest.mark.parametrize(
    ("name", "time", "dose", "hours"),
    [
        ("gabapentin", "19:31", "21:30", (1.98, 2, True)),
        ("gabapentin", "19:30", "21:30", None),
        ("gabapentin", "23:29", "21:30", (1.98, 2, False)),
        ("gabapentin", "21:30", "21:30", (0, 2, True)),
        ("levothyroxine", "00:30", "21:30", (3, 4, False)),
        ("levothyroxine", "01:30", "21:30", None),
        ("ciprofloxacin", "19:30", "21:30", None),
        ("ciprofloxacin", "01:00", "21:30", (3.5, 4, False)),
        ("dolutegravir", "03:00", "21:30", (5.5, 6, False)),
        ("dolutegravir", "19:00", "21:30", None),
        ("iron", "19:00", "21:30", (2.5, 3, True)),
        ("vitamin D", "20:00", "21:30", (1.5, 2, True)),
    ],
)
def test_the_hours_are_those_of_the_fact(name, time, dose, hours):
    found = near(name, time, dose)
    if hours is None:
        assert found == ()
    else:
        (one,) = found
        assert (round(one.hours, 2), one.needed, one.before) == hours
        assert one.fact == groups_of(name)[0]


@given(TIMES, TIMES, st.integers(0, 1439), st.sampled_from(sorted(NAMES)))
def test_only_the_distance_counts_round_midnight_too(time, dose, minutes, name):
    def later(clock):
        total = (60 * int(clock[:2]) + int(clock[3:]) + minutes) % 1440
        return f"{total // 60:02}:{total % 60:02}"

    there, moved = near(name, time, dose), near(name, later(time), later(dose))
    assert [(one.hours, one.needed, one.before, one.fact) for one in there] == [
        (one.hours, one.needed, one.before, one.fact) for one in moved
    ]


@given(TIMES, TIMES, st.sampled_from([id_ for id_, rule in hours_apart().items() if rule.before == rule.after]))
def test_rules_with_one_distance_are_the_same_both_ways(time, dose, id_):
    name = next(row["names"][0] for row in facts.load("medicines") if row["row"] == id_)
    assert [one.hours for one in near(name, time, dose)] == [one.hours for one in near(name, dose, time)]


@given(TIMES, TIMES, st.sampled_from(sorted(NAMES)))
def test_a_collision_is_nearer_than_needed_and_all_else_is_not(time, dose, name):
    found = near(name, time, dose)
    first = (60 * (int(dose[:2]) - int(time[:2])) + int(dose[3:]) - int(time[3:])) % 1440 / 60
    rules = rules_of(Medicine(name=name))
    short = any(first < rule.before or (24 - first) % 24 < rule.after for rule in rules)
    assert bool(found) is short
    assert all(one.hours < one.needed for one in found)


def test_an_acknowledgement_holds_for_its_time_alone():
    known = Acknowledged(medicine="gabapentin", time="21:30", dose_time="21:30", date="2026-11-30")
    medicine = Medicine(name="gabapentin", times=("21:00", "21:30"))
    safety = Safety(medicines=(medicine,), acknowledged=(known,))
    assert [one.acknowledged for one in collisions_of(safety, "21:30")] == [False, True]
    assert [one.acknowledged for one in collisions_of(safety, "21:31")] == [False, False]
