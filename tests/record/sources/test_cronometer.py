"""Cronometer: days or foods, units from the header, a blank is no zero."""

import pytest

from nof1.errors import InputError
from nof1.record.sources.cronometer import recognize

DAYS = """Date,Energy (kcal),Alcohol (g),Caffeine (mg),B12 (Cobalamin) (µg),Iron (mg),Magnesium (mg),Completed
2026-01-05,2100.5,12,90,4.1,11,310.2,true
2026-01-06,1890,,,3.9,,,false
2026-01-07,0.0,0.0,0.0,0.0,0.0,0,false
1/8/2026,"1,950",0,140,0,9,280,true
"""
FOODS = """Day,Time,Group,Food Name,Amount,Energy (kcal),Iron (mg),Magnesium (mg),Category
2012-9-10,8:05 AM,Breakfast,"Oats, rolled",80.00 g,311,3.5,138,Cereal
2012-9-10,,Dinner,Tablet,1.00 each,,,100,Supplements
"""


def test_a_daily_summary_is_of_the_day_with_units_from_its_header(opened, measures):
    export = recognize(opened(DAYS))
    assert (export.when, export.dated_by, export.date_order) == ("Date", "day", None)
    assert measures(export) == {
        "Energy (kcal)": ("energy_kcal", "kcal", None, "day"),
        "Caffeine (mg)": ("caffeine_mg", "mg", None, "day"),
        "Iron (mg)": ("dietary_iron_mg", "mg", None, "day"),
        "Magnesium (mg)": ("dietary_magnesium_mg", "mg", None, "day"),
    }
    assert export.column("Alcohol (g)").measure == ""
    assert export.column("B12 (Cobalamin) (µg)").unit == "µg"


def test_a_blank_stays_blank_and_a_day_of_zeros_is_not_taken(opened, table):
    rows = table(recognize(opened(DAYS)))
    assert len(rows) == 4
    assert rows[1] == {
        "Date": "2026-01-06",
        "Energy (kcal)": "1890",
        "B12 (Cobalamin) (µg)": "3.9",
        "Completed": "false",
    }
    assert rows[2] == {"Date": "2026-01-07", "Completed": "false"}
    assert rows[3]["Energy (kcal)"] == "1,950"
    assert rows[3]["Alcohol (g)"] == "0"


def test_days_not_completed_are_pointed_out(opened):
    assert any("not marked as completed" in note for note in recognize(opened(DAYS)).notes)
    without = DAYS.replace(",Completed", "").replace(",true", "").replace(",false", "")
    assert not any("completed" in note for note in recognize(opened(without)).notes)


def test_meals_are_added_up_without_their_total(opened, table):
    text = (
        "Date,Group,Energy (kcal),Magnesium (mg),Completed\n"
        "2026-01-05,Breakfast,400,0,true\n2026-01-05,Lunch,0,0,true\n2026-01-05,Total,400,0,true\n"
    )
    export = recognize(opened(text))
    assert [row["Group"] for row in table(export)] == ["Breakfast", "Lunch"]
    assert table(export)[1]["Magnesium (mg)"] == "0"
    assert export.column("Magnesium (mg)").merge == "sum"
    assert any("Total are left out" in note for note in export.notes)


def test_foods_are_added_up(opened, table, measures):
    export = recognize(opened(FOODS))
    assert (export.when, export.dated_by) == ("Day", "day")
    assert measures(export)["Magnesium (mg)"] == ("dietary_magnesium_mg", "mg", "sum", "day")
    first, second = table(export)
    assert (first["Day"], first["Food Name"], first["Magnesium (mg)"]) == ("2012-9-10", "Oats, rolled", "138")
    assert "Iron (mg)" not in second
    assert second["Magnesium (mg)"] == "100"
    assert export.column("Amount").role == "text"


def test_a_nutrient_without_a_unit_is_asked_for(opened):
    export = recognize(opened("Date,Energy (kcal),Magnesium\n2026-01-05,2000,300\n"))
    assert export.column("Magnesium").unit == "?"


def test_energy_in_kilojoules_keeps_its_unit(opened):
    assert recognize(opened("Date,Energy (kJ)\n2026-01-05,8000\n")).column("Energy (kJ)").unit == "kJ"


def test_foods_without_nutrients_are_refused_with_the_way_out(opened):
    with pytest.raises(InputError, match="export Daily Nutrition instead"):
        recognize(opened("Day,Time,Group,Food Name,Amount,Category\n2026-01-05,,Lunch,Soup,1 cup,Soups\n"))
