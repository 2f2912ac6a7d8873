"""The facts: every row has a source that was read, says how sure it is and is told somewhere; its text says the numbers that it holds."""

import json
import re
from datetime import date

import pytest

from nof1 import facts
from nof1.errors import InputError
from nof1.language import language
from nof1.report.words import facts as words

ROWS = [(name, row) for name in facts.names() for row in facts.load(name)]

# The fact sheet's numbers, by row and key.
NUMBERS = {
    "citrate": {"elemental_share": 0.162},
    "citrate-nonahydrate": {"elemental_share": 0.119},
    "oxide": {"elemental_share": 0.603},
    "glycinate": {"elemental_share": 0.141},
    "chloride": {"elemental_share": 0.120},
    "sulfate": {"elemental_share": 0.099},
    "threonate": {"elemental_share": 0.083},
    "oxide-absorption": {"absorbed_share": 0.04},
    "citrate-absorption": {"people": 20, "more_mmol": 0.565, "more_mmol_min": 0.212, "more_mmol_max": 0.918},
    "glycinate-absorption": {
        "people": 12,
        "mg": 100,
        "absorbed_share": 0.235,
        "absorbed_share_of_oxide": 0.228,
        "people_who_absorbed_least": 4,
        "absorbed_share_of_oxide_least": 0.118,
    },
    "sulfate-absorption": {"people": 6, "salt_g": 13.9, "hours": 72, "excreted_share": 0.069},
    "forms-review": {"studies": 14},
    "food-pumpkin-seeds": {"mg": 156},
    "food-chia": {"mg": 111},
    "food-almonds": {"mg": 80},
    "food-spinach": {"mg": 78},
    "food-cashews": {"mg": 74},
    "food-black-beans": {"mg": 60},
    "food-potato": {"mg": 50},
    "food-brown-rice": {"mg": 40},
    "food-lentils": {"mg": 35},
    "food-banana": {"mg": 30},
    "food-bread": {"mg": 25},
    "deficiency-proton-pump": {"people": 64, "studies_that_found_it": 11, "studies": 14},
    "serum": {"serum_share_below": 0.01, "normal_mmol_per_l_min": 0.75, "normal_mmol_per_l_max": 0.95},
    "upper-level-us": {"mg_per_day": 350},
    "upper-level-eu": {"mg_per_day": 250},
    "upper-level-eu-intakes": {"intakes_a_day_min": 2},
    "soft-stools": {"mg_per_day_min": 300, "mg_per_day_max": 980},
    "low-blood-pressure": {"mg_per_day": 2500},
    "diarrhoea-after-stopping": {"days_min": 1, "days_max": 2},
    "fast-pool": {"exchanging_share": 0.15},
    "fast-half-times": {
        "fastest_half_life_hours": 1,
        "middle_half_life_hours": 3,
        "slowest_half_life_hours_min": 14,
        "slowest_half_life_hours_max": 35,
    },
    "slow-pool": {"half_life_hours": 1000, "half_life_days": 42},
    "slow-effects": {"mg_per_day": 250, "months_without_difference": 1, "months_with_difference": 2},
    "hornyak-1998": {
        "people": 10,
        "mmol_per_day": 12.4,
        "mg_per_day": 301,
        "weeks_min": 4,
        "weeks_max": 6,
        "arousals_per_hour_before": 17,
        "arousals_per_hour_after": 7,
        "sleep_efficiency_percent_before": 75,
        "sleep_efficiency_percent_after": 85,
    },
    "marshall-2019": {"studies": 8, "randomized_studies": 1},
    "jadidi-2022": {
        "people": 75,
        "mg_per_day": 250,
        "vitamin_b6_mg_per_day": 40,
        "months_with_difference": 2,
        "months_without_difference": 1,
        "p_value": 0.001,
    },
    "supplements-2024": {"studies": 10, "people": 482},
    "gorantla-2024": {
        "people": 12,
        "mg_per_day": 200,
        "weeks": 8,
        "irls_change_points": -6.67,
        "irls_fall_points_min": 2.33,
        "irls_fall_points_max": 11,
    },
    "haemodialysis-2019": {
        "people": 578,
        "serum_mmol_per_l_above": 1.02,
        "odds_ratio": 2.0,
        "odds_ratio_min": 1.2,
        "odds_ratio_max": 3.5,
    },
    "irls": {"items": 10, "total_min": 0, "total_max": 40, "recall_days": 7},
    "irls-bands": {"moderate_above_points": 10, "severe_above_points": 20, "very_severe_above_points": 30},
    "irls-change-cohort": {"points": 5, "people": 2751},
    "irls-change-trials": {"any_improvement_points": 9, "much_improved_points": 11},
    "rating-change": {"points": 2, "percent": 30},
    "shorter-trials": {"people": 60, "days_shorter": 8, "days_longer": 12},
    "sleep-diary": {"hours_after_rising_max": 1},
    "diary-bias": {"minutes_min": 30, "minutes_max": 40},
    "explain-gabapentin": {"percent_less": 43, "people": 13},
    "explain-iron": {"ferritin_ug_per_l_max": 75, "transferrin_saturation_percent_below": 20},
    "explain-antidepressants": {"people_in_100": 9},
    "age": {"below": 18},
    "kidney_severe": {"clearance_ml_per_min_below": 30},
    "kidney_measured": {"from_age": 65},
    "pulse_low": {"pulse_per_min_below": 60},
    "pressure_low": {"systolic_mmhg_below": 90},
    "absorption_medicines": {"auc_percent_less": 43, "hours_apart_min": 2, "hours_apart_max": 4},
    "levothyroxine": {"hours_apart_min": 4},
    "digoxin": {"hours_apart_min": 2, "hours_apart_max": 4},
    "integrase_inhibitors": {"hours_before": 2, "hours_after_min": 6},
    "mycophenolate": {"hours_apart_min": 2, "hours_apart_max": 4},
    "quinidine": {"hours_apart_min": 3, "hours_apart_max": 4},
    "chloroquine": {"hours_apart_min": 3, "hours_apart_max": 4},
    "fluoride": {"hours_apart_min": 2, "hours_apart_max": 3},
    "binding_medicines": {"hours_apart_min": 3, "hours_apart_max": 4},
    "tetracyclines": {"hours_apart_min": 2, "hours_apart_max": 3},
    "quinolones": {"hours_before": 2, "hours_after_min": 4, "hours_after_max": 6},
    "other_medicines": {"hours_apart_min": 2, "hours_apart_max": 3},
    "ferritin": {"at_most": 75},
    "transferrin_saturation": {"below": 20},
    "other_magnesium_mg": {"above": 0},
    "iron_unknown": {"ferritin_ug_per_l_max": 75, "transferrin_saturation_percent_below": 20},
}
# Numbers that a text leaves to its reader or says in words.
IN_WORDS = {
    ("upper-level-us", "mg_per_day"),
    ("upper-level-eu", "mg_per_day"),
    ("upper-level-eu-intakes", "intakes_a_day_min"),
    ("irls", "recall_days"),
    ("other_magnesium_mg", "above"),
    ("sleep-diary", "hours_after_rising_max"),
}


def test_there_is_a_file_for_every_table():
    assert facts.names() == (
        "deficiency",
        "dose",
        "explanations",
        "food",
        "forms",
        "grading",
        "guidelines",
        "intake",
        "kinetics",
        "medicines",
        "outcomes",
        "people",
        "safety",
        "side_effects",
        "stop",
        "studies",
    )


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[row["id"] for _, row in ROWS])
def test_every_row_says_what_where_from_and_how_sure(name, row):
    for key in ("id", "text", "source"):
        assert isinstance(row[key], str)
        assert row[key].strip()
    assert row["certainty"] in ("S", "D", "M")
    assert "\N{EM DASH}" not in " ".join(str(value) for value in row.values())


def test_ids_are_unique_over_all_files():
    ids = [row["id"] for _, row in ROWS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[row["id"] for _, row in ROWS])
def test_every_row_was_read_in_its_source_and_says_where_and_when(name, row):
    assert row["certainty"] in ("S", "D")
    assert isinstance(row["read"], date)
    assert date(2026, 11, 29) <= row["read"]
    assert "where" in row or row["certainty"] == "D"
    if "where" in row:
        for one in row["where"].split("; "):
            assert re.fullmatch(r"doi:10\.\d{4,}/\S+|https?://\S+", one)
    assert "not checked" not in f"{row['text']} {row['source']}"


def test_every_file_of_facts_belongs_to_one_topic():
    told = [name for topic in facts.topics() for name in topic.files]
    assert sorted([*told, *facts.untold()]) == list(facts.names())
    assert len({topic.id for topic in facts.topics()}) == len(facts.topics())


def test_every_row_is_told_by_the_command_and_in_python(nof1):
    """A row that nothing shows is of no use to anybody."""
    told = {}
    for topic in facts.topics():
        status, out, err = nof1("facts", topic.id)
        assert (status, err) == (0, "")
        whole = json.loads(nof1("facts", topic.id, "--json")[1])
        assert [one["id"] for one in whole["topics"]] == [topic.id]
        for fact in whole["topics"][0]["facts"]:
            assert fact["text"] in out
            assert fact["source"] in out
            assert all(address in out for address in fact["where"])
            told[fact["id"]] = fact["text"]
    shown = [row for name, row in ROWS if facts.shown_as_fact(row) and name not in facts.untold()]
    assert sorted(told) == sorted(row["id"] for row in shown)
    for row in shown:
        assert told[row["id"]] == words.sentence(row["text"])
    frame = words.facts()
    assert dict(zip(frame["id"], frame["text"], strict=True)) == told


def test_several_addresses_are_told_one_by_one_and_dois_can_be_opened():
    assert words.addresses("doi:10.1136/x; https://example.org/a; 10.3390/nu1") == (
        "https://doi.org/10.1136/x",
        "https://example.org/a",
        "https://doi.org/10.3390/nu1",
    )
    assert words.addresses("") == ()


def test_what_was_never_checked_is_told_nowhere(monkeypatch):
    monkeypatch.setattr(
        facts, "load", lambda name: [{"id": "a", "text": "from memory", "source": "", "certainty": "M"}]
    )
    assert all(facts.about(topic) == [] for topic in facts.topics())


def test_the_numbers_are_those_of_the_fact_sheet_and_none_is_left_out():
    found = {
        row["id"]: {
            key: value
            for key, value in row.items()
            if isinstance(value, int | float)
            and not isinstance(value, bool)
            and key != "most"  # above it an answer is a slip: nof1's own, no fact
        }
        for _, row in ROWS
    }
    assert {fact: numbers for fact, numbers in found.items() if numbers} == NUMBERS


@pytest.mark.parametrize("fact", NUMBERS)
def test_the_text_says_the_same_numbers(fact):
    row = facts.fact(fact)
    said = {float(number) for number in re.findall(r"\d*\.?\d+", row["text"])}
    for key, number in NUMBERS[fact].items():
        if (fact, key) not in IN_WORDS:
            shown = round(number * 100, 1) if "_share" in key else abs(number)
            assert shown in said, f"{key} = {number} is not in {row['text']!r}"


def test_the_guideline_is_quoted_to_the_letter():
    assert facts.fact("aasm-2025")["text"] == "AASM 2025: no recommendation on magnesium was located"


def test_a_fact_is_found_in_any_file():
    assert facts.fact("upper-level-eu")["mg_per_day"] == 250
    assert facts.fact("slow-pool")["source"] == "Avioli & Berman 1966"


def test_what_was_loaded_can_be_changed_without_harm():
    facts.load("forms")[0]["names"].clear()
    facts.fact("citrate")["names"].clear()
    facts.load("dose").clear()
    assert facts.load("forms")[0]["names"]
    assert facts.fact("citrate")["names"]
    assert len(facts.load("dose")) == 2


@pytest.mark.parametrize("name", ["doses", "", "../facts/dose", "dose.toml"])
def test_an_unknown_file_is_refused_with_those_there_are(name):
    with pytest.raises(
        InputError,
        match=f"no facts file {name!r}. Choose one of: deficiency, dose, explanations, food, forms, .*studies",
    ):
        facts.load(name)


@pytest.mark.parametrize(
    ("fact", "hint"),
    [
        ("upper-level-uk", "Close to it: upper-level-us"),
        ("zzz", "Look in these files: deficiency, dose, explanations"),
        ("", "Look in"),
    ],
)
def test_an_unknown_fact_is_refused_with_a_way_out(fact, hint):
    with pytest.raises(InputError, match=f"no fact {fact!r}. {hint}"):
        facts.fact(fact)


@pytest.mark.parametrize(
    ("typed", "hint"), [("stud", "Did you mean studies?"), ("", "Choose one of: forms"), ("x", "Choose one")]
)
def test_an_unknown_topic_is_refused_with_those_there_are(nof1, typed, hint):
    status, _, err = nof1("facts", typed)
    assert status == 1
    assert f"There is no topic {typed!r}." in err
    assert hint in err


def test_without_a_topic_all_are_listed_with_their_number_of_facts(nof1):
    out = nof1("facts")[1]
    for topic in facts.topics():
        assert re.search(rf"^  {topic.id} +{re.escape(topic.title)} \({len(facts.about(topic))}\)$", out, re.MULTILINE)
    assert "are not reviewed by a clinician" in out
    listed = json.loads(nof1("facts", "--json")[1])
    assert [(one["id"], one["count"]) for one in listed["topics"]] == [
        (topic.id, len(facts.about(topic))) for topic in facts.topics()
    ]


def test_in_german_nothing_is_told_in_english(nof1):
    german = language("de")
    before = set(german.missing)
    for topic in facts.topics():
        status, out, _ = nof1("facts", topic.id, "--language", "de")
        assert status == 0
        assert "nicht von einer Ärztin oder einem Arzt geprüft" in " ".join(out.split())
    assert german.missing == before


def test_a_reviewer_is_named_as_soon_as_there_is_one(nof1, monkeypatch):
    by = (facts.Reviewer("Dr. Ada Example", "neurologist", date(2027, 1, 4)),)
    monkeypatch.setattr(facts, "reviewers", lambda: by)
    out = nof1("facts", "food")[1]
    assert "were reviewed by Dr. Ada Example (neurologist) on Mon 4 Jan 2027" in out
    assert "not reviewed" not in out


def test_known_so_far_holds_every_study_on_every_side_with_its_address():
    told = words.known_so_far()
    rows = facts.load("studies") + facts.load("guidelines")
    assert {row["side"] for row in rows} == set(words.SIDES)
    assert len(told) == len(words.SIDES)
    for line, (side, name) in zip(told, words.SIDES.items(), strict=True):
        assert line.startswith(f"{name}: ")
        for row in rows:
            assert (row["where"] in line and row["source"] in line) is (row["side"] == side)


def test_where_there_is_little_room_every_side_and_every_study_is_named_all_the_same():
    told = words.known_so_far(brief=True)
    whole = words.known_so_far()
    assert len(" ".join(told)) < len(" ".join(whole)) / 2
    assert told[-1] == "In full: nof1 facts studies."
    for line, (side, name) in zip(told[:-1], words.SIDES.items(), strict=True):
        assert line.startswith(f"{name}: ")
        for row in facts.load("studies"):
            assert (row["source"].casefold() in line.casefold()) is (row["side"] == side)
    assert told[-2] == whole[-1]


def test_no_statement_says_that_nothing_is_published_for_ratings_of_restless_legs():
    """The items of the RLS-6 are 0-10 ratings, and cut-offs were calculated for them."""
    assert "cut-offs for a change that matters were calculated" in facts.fact("rls-6")["text"]
    assert not [row["id"] for _, row in ROWS if re.search(r"no change .* is published|none published", row["text"])]


def test_an_association_is_told_as_one():
    row = facts.fact("haemodialysis-2019")
    assert "went with" in row["text"]
    assert not re.search(r"\bcaus|\bled to|\bmade\b", row["text"])
