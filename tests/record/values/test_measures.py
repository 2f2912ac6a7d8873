"""Which measure a column holds, by its name and the unit in it; what a unit is turned into."""

import pytest

from nof1.errors import InputError
from nof1.record.values.measures import MEASURES, find_measure, fits, fitting, kind_of, measure_of_column, unit_factor
from nof1.record.values.units import read_unit


@pytest.mark.parametrize(
    ("name", "measure"),
    [
        ("Sleep", "sleep_minutes"),
        ("Sleep (h)", "sleep_minutes"),
        ("sleepDurationSeconds", "sleep_minutes"),
        ("Hours of sleep", "sleep_minutes"),
        ("Time in bed, min", "time_in_bed_minutes"),
        ("Caffeine", "caffeine"),
        ("Caffeine (mg)", "caffeine_mg"),
        ("Caffeine [cups]", "caffeine"),
        ("caffeine_g", "caffeine_mg"),
        ("Coffee cups", "caffeine"),
        ("Drinks", "alcohol"),
        ("Iron (mg)", "iron_mg"),
        ("Energy (kJ)", "energy_kcal"),
        ("Sleep score (%)", "sleep_score"),
        ("Resting heart rate (bpm)", "resting_heart_rate"),
    ],
)
def test_a_column_is_the_measure_that_fits_its_name_and_unit(name, measure):
    assert measure_of_column(name).name == measure


@pytest.mark.parametrize(
    "name",
    [
        "Alcohol (g)",
        "Coffee (g)",
        "Tea (ml)",
        "Sleep (kcal)",
        "Energy",
        "Mood (1-10)",
        "Steps (km)",
        "Coffee (oz)",
        "",
        "h",
    ],
)
def test_a_column_whose_unit_fits_no_measure_of_its_name_is_none(name):
    assert measure_of_column(name) is None


def test_every_measure_is_found_by_its_own_names_and_has_a_unit_that_is_known():
    for measure in MEASURES:
        for name in (measure.name, *measure.aliases):
            assert find_measure(name) is measure_of_column(name) is measure
        assert not measure.unit or kind_of(measure) not in ("count", "percent")
        assert unit_factor(measure, measure.unit) == 1


def test_a_measure_kept_in_another_unit_is_found():
    assert fitting(find_measure("caffeine"), read_unit("g")).name == "caffeine_mg"
    assert fitting(find_measure("caffeine_mg"), read_unit("cups")).name == "caffeine"
    assert fitting(find_measure("sleep"), read_unit("mg")) is None
    assert fits(find_measure("sleep_score"), read_unit("%"))
    assert not fits(find_measure("mood"), read_unit("%"))


@pytest.mark.parametrize(
    ("name", "unit", "factor"),
    [("sleep", "h", 60), ("sleep", "sec", 1 / 60), ("caffeine_mg", "g", 1000), ("energy_kcal", "kJ", 1 / 4.184), ("steps", "count", 1), ("sleep", "", 1)],
)  # fmt: skip
def test_a_unit_is_turned_into_the_one_kept(name, unit, factor):
    assert unit_factor(find_measure(name), unit) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("name", "unit"), [("sleep", "mg"), ("caffeine", "mg"), ("sleep", "fortnights"), ("steps", "min")]
)
def test_a_unit_that_cannot_be_turned_is_refused(name, unit):
    with pytest.raises(InputError, match=f"the unit '{unit}' cannot be turned into it"):
        unit_factor(find_measure(name), unit)
