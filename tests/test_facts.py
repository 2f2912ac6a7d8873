"""The facts: every row has a source and says how sure it is, and its numbers are those of the project's fact sheet."""

import re

import pytest

from nof1 import facts
from nof1.errors import InputError

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
    "upper-level-us": {"mg_per_day": 350},
    "upper-level-eu": {"mg_per_day": 250},
    "upper-level-eu-intakes": {"intakes_a_day_min": 2},
    "soft-stools": {"mg_per_day_min": 300, "mg_per_day_max": 980},
    "low-blood-pressure": {"mg_per_day": 2500},
    "diarrhoea-after-stopping": {"days_min": 1, "days_max": 2},
    "fast-pool": {
        "exchanging_share": 0.15,
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
    "jadidi-2022": {"people": 75, "mg_per_day": 250, "vitamin_b6_mg_per_day": 40, "p_value": 0.001},
    "gorantla-2024": {
        "people": 12,
        "mg_per_day": 200,
        "weeks": 8,
        "irls_change_points": -6.67,
        "irls_fall_points_min": 2.33,
        "irls_fall_points_max": 11,
    },
    "haemodialysis-2019": {"people": 578, "serum_mmol_per_l_above": 1.02, "odds_ratio": 2.0},
    "irls": {"items": 10, "total_min": 0, "total_max": 40, "recall_days": 7},
    "irls-bands": {"moderate_above_points": 10, "severe_above_points": 20, "very_severe_above_points": 30},
    "irls-change-cohort": {"points": 5, "people": 2751},
    "irls-change-trials": {"any_improvement_points": 9, "much_improved_points": 11},
    "irls-change-quoted": {"points": 3},
    "rating-change": {"points": 2, "percent": 30},
    "rls-6": {"ratings": 6},
    "sleep-diary": {"hours_after_rising_max": 1},
    "diary-bias": {"minutes_min": 30, "minutes_max": 40},
    "kidney_severe": {"clearance_ml_per_min_below": 30},
    "pulse_low": {"pulse_per_min_below": 60},
    "pressure_low": {"systolic_mmhg_below": 90},
    "absorption_medicines": {"hours_apart_min": 2, "hours_apart_max": 4},
    "binding_medicines": {"hours_apart_min": 3, "hours_apart_max": 4},
    "tetracyclines": {"hours_apart_min": 2, "hours_apart_max": 3},
    "quinolones": {"hours_before": 2, "hours_after_min": 4, "hours_after_max": 6},
    "other_medicines": {"hours_apart_min": 2, "hours_apart_max": 3},
    "iron_unknown": {"ferritin_ug_per_l_max": 75, "transferrin_saturation_percent_below": 20},
}
# Numbers that a text leaves to its reader or says in words.
IN_WORDS = {
    ("upper-level-us", "mg_per_day"),
    ("upper-level-eu", "mg_per_day"),
    ("upper-level-eu-intakes", "intakes_a_day_min"),
    ("irls", "recall_days"),
    ("rls-6", "ratings"),
    ("sleep-diary", "hours_after_rising_max"),
}


def test_there_is_a_file_for_every_table():
    assert facts.names() == (
        "dose",
        "forms",
        "guidelines",
        "intake",
        "kinetics",
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


def test_what_was_never_checked_sends_to_a_pharmacist_and_is_not_shown_as_a_fact():
    unchecked = {row["id"] for _, row in ROWS if row["certainty"] == "M"}
    assert {"myasthenia", "irls-change-quoted", "rls-6"} <= unchecked
    for _, row in ROWS:
        assert facts.shown_as_fact(row) is (row["id"] not in unchecked)
        if row["id"] in unchecked:
            assert "ask a pharmacist" in row["text"]
            assert "ask a pharmacist" in row.get("help", "ask a pharmacist")
            assert "not checked" in row["text"]
            assert "not checked" in row["source"]


def test_the_numbers_are_those_of_the_fact_sheet_and_none_is_left_out():
    found = {row["id"]: {key: value for key, value in row.items() if isinstance(value, int | float)} for _, row in ROWS}
    assert {fact: numbers for fact, numbers in found.items() if numbers} == NUMBERS


@pytest.mark.parametrize("fact", NUMBERS)
def test_the_text_says_the_same_numbers(fact):
    row = facts.fact(fact)
    said = {float(number) for number in re.findall(r"\d*\.?\d+", row["text"])}
    for key, number in NUMBERS[fact].items():
        if (fact, key) not in IN_WORDS:
            shown = round(number * 100, 1) if key.endswith("_share") else abs(number)
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
    with pytest.raises(InputError, match=f"no facts file {name!r}. Choose one of: dose, forms, .*studies"):
        facts.load(name)


@pytest.mark.parametrize(
    ("fact", "hint"),
    [("upper-level-uk", "Close to it: upper-level-us"), ("zzz", "Look in these files: dose, forms"), ("", "Look in")],
)
def test_an_unknown_fact_is_refused_with_a_way_out(fact, hint):
    with pytest.raises(InputError, match=f"no fact {fact!r}. {hint}"):
        facts.fact(fact)
