"""MacroFactor: foods of a day are added up, a blank is not tracked."""

from nof1.record.sources.macrofactor import recognize

LOG = """Date,Time,Food Name,Serving Size,Calories (kcal),Protein (g),Caffeine (mg),Magnesium (mg),Iron
2026-01-05,08:10,"Porridge, oats",1 bowl,310,11,,71,2
2026-01-05,23:50,Cola,1 can,140,0,32,,
,,,,,,,,
2026-01-06,nonsense,Soup,1 cup,much,,,,
"""


def test_foods_are_added_up_by_day(opened, measures):
    export = recognize(opened(LOG))
    assert (export.when, export.dated_by) == ("Date", "day")
    assert measures(export) == {
        "Calories (kcal)": ("energy_kcal", "kcal", "sum", "day"),
        "Caffeine (mg)": ("caffeine_mg", "mg", "sum", "day"),
        "Magnesium (mg)": ("dietary_magnesium_mg", "mg", "sum", "day"),
        "Iron": ("dietary_iron_mg", "?", "sum", "day"),
    }
    assert export.column("Protein (g)").merge == "sum"
    assert export.column("Food Name").role == "text"


def test_a_blank_is_not_tracked(opened, table):
    export = recognize(opened(LOG))
    rows = table(export)
    assert len(rows) == 3
    assert "Caffeine (mg)" not in rows[0]
    assert "Magnesium (mg)" not in rows[1]
    assert rows[1]["Protein (g)"] == "0"
    assert rows[2]["Calories (kcal)"] == "much"
    assert any("never taken as zero" in note for note in export.notes)


def test_foods_of_another_app_are_not_taken_for_it(opened):
    assert recognize(opened("Date,Food Name,Calories\n2026-01-05,Soup,90\n")) is None
    assert recognize(opened("Date,Time,Food Name,Calories\n2026-01-05,8:00,Soup,90\n")) is None
    assert (
        recognize(opened("Date,Food Name,Serving Size,Energy (kcal)\n2026-01-05,Soup,1,90\n")).source == "macrofactor"
    )
