"""Food logs: what is in supplements is not taken for food, or it is asked; all of it is told, and the counts still add up."""

import csv
import io
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nof1
from nof1.errors import InputError
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.importing.food_log import said_before
from nof1.record.importing.importer import plan_import
from nof1.record.importing.ledger import read_ledger
from nof1.record.importing.mapping import complete_map
from nof1.record.importing.reading import Reading
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput

from ..conftest import LATEST, NOW

HEADER = "Day,Time,Group,Food Name,Amount,Energy (kcal),Magnesium (mg),Caffeine (mg),Category\n"
LUNCH = "2026-01-07,12:00,Lunch,Lentil soup,1 plate,500,110,,Meals\n"
CAPSULE = "2026-01-07,21:00,Supplements,Magnesium citrate capsule,1 capsule,0,200,,Supplements\n"
DOUBT = "2026-01-08,21:00,Dinner,Best Absorption Magnesium,1 each,0,150,,\n"


def magnesium(plan):
    return {change.night.day: change.cells.get("dietary_magnesium_mg") for change in plan.changes}


def test_a_capsule_in_the_food_log_is_no_food(export, take, trial_folder):
    made = take(export(HEADER + LUNCH + CAPSULE))
    assert magnesium(made) == {7: "110"}
    (told,) = made.apart
    assert (told.name, told.fields, told.rows, told.amounts) == (
        "Magnesium citrate capsule", ("dietary_magnesium_mg",), 1, (200, 200)
    )  # fmt: skip
    assert (made.taken, made.several, made.blank) == (1, 0, 1)
    assert read_ledger(trial_folder)[-1].options["told_apart"] == {"Magnesium citrate capsule": 1}


def test_a_day_with_nothing_but_a_capsule_has_no_food_on_record(export, plan):
    made = plan(export(HEADER + CAPSULE))
    assert made.changes == ()
    assert made.blank == 1


def test_what_a_supplement_holds_beside_is_taken_where_it_counts(export, plan):
    row = "2026-01-07,21:00,Supplements,Energy capsule,1 capsule,12,200,90,\n"
    (change,) = plan(export(HEADER + LUNCH + row)).changes
    assert change.cells == {"dietary_magnesium_mg": "110", "energy_kcal": "512", "caffeine_mg": "90"}


def test_what_may_be_either_is_asked_by_name(export, plan):
    log = export(HEADER + LUNCH + DOUBT)
    with pytest.raises(AmbiguousInput, match=r"'Best Absorption Magnesium' .* may be a supplement") as question:
        plan(log)
    assert question.value.option == "row Best Absorption Magnesium"
    assert question.value.choices == ("supplement", "food")
    assert magnesium(plan(log, food=("best absorption  MAGNESIUM",))) == {7: "110", 8: "150"}
    assert magnesium(plan(log, supplement=("Best Absorption Magnesium",))) == {7: "110"}


def test_what_was_told_apart_can_be_called_food(export, plan):
    made = plan(export(HEADER + LUNCH + CAPSULE), food=("Magnesium citrate capsule",))
    assert magnesium(made) == {7: "310"}
    assert made.apart == ()


def test_a_row_is_not_called_both(export, plan):
    with pytest.raises(InputError, match="'magnesium' is called a supplement and a food"):
        plan(export(HEADER + LUNCH), food=("Magnesium",), supplement=("magnesium",))


def test_a_row_that_weighs_what_the_trial_gives_and_is_no_meal_is_asked_about(export, plan):
    bare = "2026-01-08,21:00,Dinner,Zen 7,1 each,{},{},,\n"
    with pytest.raises(AmbiguousInput, match=r"'Zen 7' \(1 row with 200 mg\) may be"):
        plan(export(HEADER + bare.format("", 200)))
    assert magnesium(plan(export(HEADER + bare.format(450, 200)))) == {8: "200"}
    assert magnesium(plan(export(HEADER + bare.format("", 199)))) == {8: "199"}


def test_rows_outside_the_trial_are_neither_told_nor_asked_about(export, plan):
    made = plan(export(HEADER + LUNCH + (CAPSULE + DOUBT).replace("2026-01", "2025-11")))
    assert made.apart == ()
    assert magnesium(made) == {7: "110"}


def test_groups_of_a_day_are_told_apart_without_names_of_foods(export, plan):
    text = "Date,Group,Energy (kcal),Magnesium (mg),Completed\n2026-01-07,Lunch,400,110,true\n2026-01-07,Supplements,0,200,true\n"
    made = plan(export(text + "2026-01-07,Total,400,310,true\n"))
    assert magnesium(made) == {7: "110"}
    assert [told.name for told in made.apart] == ["Supplements"]


def test_totals_of_days_say_that_supplements_are_in_them(export):
    days = export("Date,Energy (kcal),Magnesium (mg)\n2026-01-07,400,310\n")
    assert any(note.startswith("CAREFUL: these are totals of whole days") for note in days.notes)
    assert not any("whole days" in note for note in export("Date,Energy (kcal)\n2026-01-07,400\n").notes)


def test_macrofactor_tells_by_name_and_serving(export, plan):
    text = (
        "Date,Time,Food Name,Serving Size,Serving Unit,Calories (kcal),Magnesium (mg)\n"
        "2026-01-07,12:00,Lentils,1,cup,230,70\n2026-01-07,21:00,Magnesium Citrate 200 mg,1,each,0,200\n"
        "2026-01-08,21:00,Zen 7,1,capsule,0,150\n2026-01-09,21:00,Zen 8,150,mg,0,150\n"
    )
    made = plan(export(text))
    assert magnesium(made) == {7: "70"}
    assert [told.name for told in made.apart] == ["Magnesium Citrate 200 mg", "Zen 7", "Zen 8"]


def test_any_food_log_is_told_by_its_columns(export, plan):
    text = "Date,Food,Menge,Magnesium (mg)\n2026-01-07,Linsen,1 Teller,110\n2026-01-07,Zen 7,1 Kapsel,200\n"
    made = plan(export(text), "dietary_magnesium_mg=Magnesium (mg)", several="sum")
    assert magnesium(made) == {7: "110"}
    assert [told.name for told in made.apart] == ["Zen 7"]


def test_apple_health_tells_by_the_name_of_the_food_and_asks_about_doses(export, plan):
    def record(value, food=""):
        inner = f'<MetadataEntry key="HKFoodType" value="{food}"/>' if food else ""
        return (
            '<Record type="HKQuantityTypeIdentifierDietaryMagnesium" sourceName="Log" unit="mg" startDate="2026-01-07 12:00:00 +0100" '
            f'endDate="2026-01-07 12:00:00 +0100" value="{value}">{inner}</Record>'
        )

    def log(*records):
        return export(f'<?xml version="1.0"?><HealthData>{"".join(records)}</HealthData>', name="export.xml")

    made = plan(log(record(110, "Lentils"), record(200, "Magnesium Citrate"), record(30)))
    assert magnesium(made) == {7: "140"}
    with pytest.raises(AmbiguousInput) as question:
        plan(log(record(110, "Lentils"), record(200)))
    assert question.value.option == "row 200 mg"
    assert magnesium(plan(log(record(110, "Lentils"), record(200)), supplement=("200 mg",))) == {7: "110"}


def test_caffeine_is_from_anywhere_unless_the_trial_is_about_it(export, trial_folder):
    log = export(
        "Day,Food Name,Amount,Energy (kcal),Caffeine (mg)\n2026-01-07,Espresso,1 cup,2,63\n2026-01-07,Caffeine pill,1 each,0,200\n"
    )
    protocol = Protocol.load(trial_folder)
    about = protocol.model_copy(
        update={"arms": (protocol.arms[0], protocol.arms[1].model_copy(update={"label": "Caffeine"}))}
    )
    taken = {}
    for of in (protocol, about):
        made = plan_import(trial_folder, of, log, complete_map(log, of, {}), Reading(), latest=LATEST)
        taken[of.arms[1].label] = made.changes[0].cells["caffeine_mg"]
    assert taken == {protocol.arms[1].label: "263", "Caffeine": "63"}


def test_rejected_rows_of_supplements_do_not_come_back_as_food(export, take, trial_folder, rows_of):
    bad = CAPSULE.replace("2026-01-07", "soon")
    take(export(HEADER + LUNCH + bad))
    (row,) = rows_of("rejected.csv")
    assert row["dietary_magnesium_mg"] == ""


def test_in_python_rows_are_named_and_remembered(trial_folder, tmp_path):
    path = tmp_path / "foods.csv"
    path.write_text(HEADER + LUNCH + DOUBT)
    with pytest.raises(AmbiguousInput):
        nof1.record.import_file(trial_folder, path, now=NOW)
    with pytest.raises(InputError, match="has no row called 'Lentil'"):
        nof1.record.import_file(trial_folder, path, now=NOW, food=["Lentil", "Best Absorption Magnesium"])
    made = nof1.record.import_file(trial_folder, path, now=NOW, supplement="Best Absorption Magnesium")
    assert magnesium(made) == {7: "110"}
    path.write_text(HEADER + LUNCH.replace("01-07", "01-09") + DOUBT.replace("01-08", "01-10"))
    assert magnesium(nof1.record.import_file(trial_folder, path, now=NOW)) == {9: "110"}
    made = nof1.record.import_file(trial_folder, path, now=NOW, food="Best Absorption Magnesium")
    assert magnesium(made) == {10: "150"}


def test_what_is_said_now_goes_before_what_was_said():
    assert said_before(("A", "b"), ("c",), ("B ",)) == ("A", "c")
    assert said_before(("A",), ("a",), ()) == ("a",)


FOODS = st.sampled_from(
    ["Lentil soup", "Oats", "Nespresso Lungo", "Cereal, fortified with iron", "Tofu, prepared with magnesium chloride"]
)
PILLS = st.sampled_from(
    [
        ("Supplements", "Zen 7", "1 each"),
        ("Dinner", "Zen 7", "2 capsules"),
        ("Abendessen", "Magnesiumkapsel", "1 Stück"),
        ("Snacks", "Magnesium citrate", "1 each"),
        ("Nahrungsergänzung", "Zen 7", ""),
        ("Vitamins", "", ""),
        ("Dinner", "Zen 7", "300 mg"),
    ]
)
ROWS = st.lists(
    st.tuples(st.integers(5, 18), st.one_of(FOODS, PILLS), st.integers(1, 400), st.sampled_from([0, 300])), max_size=15
)


@pytest.fixture(scope="module")
def planned_folder(tmp_path_factory, make_protocol):
    protocol = make_protocol()
    folder = tmp_path_factory.mktemp("planned") / "trial"
    Trial(protocol, draw_order(protocol), ()).write(folder)
    return folder


@settings(max_examples=40)
@given(rows=ROWS)
def test_a_log_with_supplements_says_of_food_what_the_log_without_them_says(tmp_path_factory, planned_folder, rows):
    home = tmp_path_factory.mktemp("food")
    folder = shutil.copytree(planned_folder, home / "trial")
    protocol = Protocol.load(folder)
    protocol = protocol.model_copy(update={"arms": tuple(replace_dose(arm) for arm in protocol.arms)})
    found = []
    for kept in (rows, [row for row in rows if isinstance(row[1], str)]):
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow(("Day", "Group", "Food Name", "Amount", "Magnesium (mg)"))
        for day, food, amount, _ in kept:
            group, name, size = ("Lunch", food, "1 plate") if isinstance(food, str) else food
            writer.writerow((f"2026-01-{day:02}", group, name, size, amount))
        writer.writerow(("2026-01-05", "Lunch", "Oats", "1 bowl", 7))
        path = home / f"log{len(found)}.csv"
        path.write_text(stream.getvalue(), encoding="utf-8")
        log = recognize(open_file(path))
        made = plan_import(folder, protocol, log, complete_map(log, protocol, {}), Reading(), latest=LATEST)
        assert sum(made.counts().values()) == 2 * made.rows
        found.append(magnesium(made))
    assert found[0] == found[1]
    shutil.rmtree(home)


def replace_dose(arm):
    """The same arm with a dose that no food of these logs has."""
    return arm.model_copy(update={"dose_mg": arm.dose_mg and 999.5})
