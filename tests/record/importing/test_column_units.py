"""Units of imported columns: from any name and any cell, converted rightly or asked about, never assumed."""

import csv
import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.plan.orders.draw import draw_order
from nof1.record.importing.importer import plan_import
from nof1.record.importing.mapping import complete_map
from nof1.record.importing.reading import Reading
from nof1.record.importing.taking import import_file
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.measures import find_measure
from nof1.record.values.units import read_header, read_unit

from ..conftest import LATEST, NOW


@pytest.fixture
def folder_of(tmp_path, make_protocol):
    """A function that makes an empty trial folder of a protocol with changes."""

    def make(name="other", **changes):
        protocol = make_protocol(**changes)
        Trial(protocol, draw_order(protocol), ()).write(tmp_path / name)
        return tmp_path / name

    return make


def taken(plan):
    return {change.night.day: dict(change.cells) for change in plan.changes}


# --- headers


def test_a_unit_in_a_header_counts_whatever_stands_before_it(export, plan):
    table = export(
        "Date,RLS tonight,Coffee caffeine (g),Slept (h),Fell asleep after (s)\n2026-01-12,4,0.12,7.5,600\n2026-01-13,5,0.08,6.25,300\n"
    )
    pairs = (
        "severity=RLS tonight",
        "caffeine_mg=Coffee caffeine (g)",
        "sleep=Slept (h)",
        "sleep_latency=Fell asleep after (s)",
    )
    assert taken(plan(table, *pairs)) == {
        12: {"severity": "4", "caffeine_mg": "120", "sleep_minutes": "450", "sleep_latency_minutes": "10"},
        13: {"severity": "5", "caffeine_mg": "80", "sleep_minutes": "375", "sleep_latency_minutes": "5"},
    }


def test_a_header_whose_unit_does_not_fit_its_name_becomes_the_measure_that_fits(export, plan):
    found = plan(export("Date,Severity,Caffeine (mg),Alcohol (g)\n2026-01-12,4,120,14\n2026-01-13,5,80,0\n"))
    assert taken(found) == {12: {"severity": "4", "caffeine_mg": "120"}, 13: {"severity": "5", "caffeine_mg": "80"}}
    assert found.unused == ("Alcohol (g)",)


def test_a_map_that_contradicts_the_header_is_refused_with_the_way_out(export, plan):
    table = export("Date,Severity,Caffeine (mg)\n2026-01-12,4,120\n")
    with pytest.raises(
        InputError, match=r"is in mg, and caffeine is kept in cups. .*column_map={'caffeine_mg': 'Caffeine \(mg\)'}"
    ):
        plan(table, "severity=Severity", "caffeine=Caffeine (mg)")
    with pytest.raises(InputError, match="is in mg, and sleep_minutes is kept in minutes"):
        plan(table, "severity=Severity", "sleep=Caffeine (mg)")
    found = plan(table, "severity=Severity", "caffeine=Caffeine (mg)", units={"caffeine": "cups"}, several="last")
    assert found.rejected[0].values["caffeine"] == "120"  # no day has 120 cups


def test_units_in_a_header_that_contradict_each_other_are_asked_about(export, plan):
    with pytest.raises(AmbiguousInput, match=r"in which unit 'Sleep \(h\) \(min\)' is") as question:
        plan(export("Date,Severity,Sleep (h) (min)\n2026-01-12,4,7\n"))
    assert (question.value.option, question.value.choices) == ("unit", ("sleep_minutes",))


# --- nothing says the unit


def test_a_duration_without_a_unit_is_asked_about_and_the_answer_settles_it(export, plan):
    table = export("Date,Severity,Sleep,Exercise\n2026-01-12,4,7.5,1\n2026-01-13,5,6,0.5\n")
    with pytest.raises(
        AmbiguousInput, match=r"'Sleep' is \(line 2: 7.5\).*units={'sleep_minutes': 'hours'}.*'Exercise' \(exercise\)"
    ) as question:
        plan(table)
    assert (question.value.option, question.value.choices) == ("unit", ("sleep_minutes",))
    with pytest.raises(AmbiguousInput) as question:
        plan(table, units={"sleep": "hours"})
    assert question.value.choices == ("exercise",)
    assert taken(plan(table, units={"sleep": "hours", "exercise": "h"})) == {
        12: {"severity": "4", "sleep_minutes": "450", "exercise": "60"},
        13: {"severity": "5", "sleep_minutes": "360", "exercise": "30"},
    }


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("sleep", "Sleep"),
        ("exercise", "Sport"),
        ("caffeine_mg", "Coffee"),
        ("energy_kcal", "Energy"),
        ("iron_mg", "Iron"),
        ("dose_mg", "Pill"),
    ],
)
def test_a_mapped_column_without_a_unit_is_asked_about_too(export, plan, field, column):
    table = export(f"Date,Severity,{column}\n2026-01-12,4,37\n")
    with pytest.raises(AmbiguousInput) as question:
        plan(table, "severity=Severity", f"{field}={column}")
    assert question.value.option == "unit"


def test_nothing_is_nothing_in_any_unit_and_words_are_no_question(export, plan):
    table = export("Date,Severity,Sleep,Exercise\n2026-01-12,4,0,no\n2026-01-13,5,,\n")
    assert taken(plan(table)) == {12: {"severity": "4", "sleep_minutes": "0", "exercise": "0"}, 13: {"severity": "5"}}


def test_the_name_of_a_measure_says_its_unit(export, plan):
    table = export("date,severity,sleep_minutes,caffeine_mg,exercise_minutes\n2026-01-12,4,400,80,30\n")
    assert taken(plan(table))[12] == {"severity": "4", "sleep_minutes": "400", "caffeine_mg": "80", "exercise": "30"}


def test_planned_doses_are_mg_and_others_are_asked_about(export, plan):
    table = export("date,severity,pill\n2026-01-12,4,200\n2026-01-13,5,0\n")
    assert taken(plan(table, "severity=severity", "dose_mg=pill"))[12]["dose_mg"] == "200"
    salt = export("date,severity,pill\n2026-01-12,4,1.25\n")
    with pytest.raises(AmbiguousInput) as question:
        plan(salt, "severity=severity", "dose_mg=pill")
    assert question.value.choices == ("dose_mg",)
    assert taken(plan(salt, "severity=severity", "dose_mg=pill", units={"dose_mg": "g"}))[12]["dose_mg"] == "1250"


def test_a_name_of_ones_own_says_its_unit_and_is_kept_in_it(export, plan):
    table = export("date,severity,Weight (g),Melatonin,Nap\n2026-01-12,4,71500,5,20 min\n")
    names = ("weight_kg=Weight (g)", "melatonin_mg=Melatonin", "nap_h=Nap")
    assert taken(plan(table, measures=names))[12] == {
        "severity": "4",
        "weight_kg": "71.5",
        "melatonin_mg": "5",
        "nap_h": repr(20 / 60),
    }


def test_a_covariate_of_the_plan_is_converted_into_its_own_unit(export, plan, folder_of):
    folder = folder_of(analysis={"covariates": ["sleep_hours", "sleep"]})
    table = export("date,severity,sleep_hours,Sleep (h)\n2026-01-12,4,7.5,7.5\n")
    assert taken(plan(table, folder=folder))[12] == {"severity": "4", "sleep_hours": "7.5", "sleep": "450"}
    minutes = export("date,severity,Slept (min)\n2026-01-12,4,450\n")
    assert (
        taken(plan(minutes, "severity=severity", "sleep_hours=Slept (min)", folder=folder))[12]["sleep_hours"] == "7.5"
    )


def test_a_unit_said_of_nothing_is_refused(export, plan):
    table = export("date,severity\n2026-01-12,4\n")
    with pytest.raises(
        InputError, match=r"A unit was said of 'sleep', and nothing is taken into it. Units can be said of: severity"
    ):
        plan(table, units={"sleep": "hours"})


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("fortnights", "'fortnights' is no unit that is known for sleep_minutes"),
        ("mg", "'mg' cannot be turned into it"),
    ],
)
def test_a_unit_that_is_none_is_refused_with_those_there_are(export, plan, unit, words):
    with pytest.raises(InputError, match=words):
        plan(export("date,severity,sleep\n2026-01-12,4,7\n"), units={"sleep": unit})


def test_caffeine_said_to_be_in_mg_is_taken_as_caffeine_in_mg(export, trial_folder, tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("Date,Severity,Caffeine\n2026-01-12,4,120\n2026-01-13,5,80\n")
    with pytest.raises(
        AmbiguousInput,
        match=r"makes 120 cups of the night 2026-01-12.*units={'caffeine': 'mg'} \(or cups if that is right",
    ):
        import_file(trial_folder, path, now=NOW)
    found = import_file(trial_folder, path, units={"caffeine": "mg"}, now=NOW)
    assert taken(found) == {12: {"severity": "4", "caffeine_mg": "120"}, 13: {"severity": "5", "caffeine_mg": "80"}}


# --- values that cannot be meant


@pytest.mark.parametrize(
    ("header", "value", "words"),
    [
        ("Sleep (min)", "7.5", "Read in minutes, 'Sleep (min)' makes 7.5 minutes of the night 2026-01-12"),
        ("Sleep (h)", "450", "Read in hours, 'Sleep (h)' makes 27000 minutes"),
        ("Sleep (h)", "600", "makes 36000 minutes"),
        ("Sleep (s)", "450", "makes 7.5 minutes"),
        ("sleep_minutes", "7.5", "makes 7.5 minutes"),
        ("Caffeine (mg)", "0.12", "makes 0.12 mg"),
        ("Caffeine (g)", "120", "makes 120000 mg"),
        ("Energy (kcal)", "8700", "makes 8700 kcal"),
        ("Exercise (min)", "1", "makes 1 minutes"),
    ],
)
def test_a_value_that_cannot_be_meant_in_its_unit_is_asked_about(export, plan, header, value, words):
    with pytest.raises(AmbiguousInput, match=re.escape(words)) as question:
        plan(export(f"date,severity,{header}\n2026-01-12,4,{value}\n"))
    assert question.value.option == "unit"


def test_times_of_the_day_are_no_durations_without_a_question(export, plan):
    table = export("date,severity,Sleep\n2026-01-12,4,23:30\n2026-01-13,5,22:45\n")
    with pytest.raises(
        AmbiguousInput, match=r"Read in h:mm, 'Sleep' makes 1410 minutes.*'m:ss'} \(or h:mm if that is right\)"
    ):
        plan(table)
    assert taken(plan(table, units={"sleep": "h:mm"}))[12]["sleep_minutes"] == "1410"


def test_who_says_the_unit_is_believed(export, plan):
    table = export("date,severity,Sleep (min)\n2026-01-12,4,7.5\n")
    assert taken(plan(table, units={"sleep_minutes": "minutes"}))[12]["sleep_minutes"] == "7.5"
    assert taken(plan(table, units={"sleep_minutes": "hours"}))[12]["sleep_minutes"] == "450"


def test_a_slip_is_left_out_and_raises_no_question(export, plan, rejections):
    found = plan(export("date,severity,Sleep (h)\n2026-01-12,4,7.5\n2026-01-13,5,8\n2026-01-14,6,80\n"))
    assert taken(found)[14] == {"severity": "6"}
    assert [lines for lines, _, _ in rejections(found)] == ["4"]


def test_what_was_said_of_an_earlier_file_serves_until_the_values_contradict_it(trial_folder, tmp_path):
    def write(name, *values):
        path = tmp_path / name
        rows = "".join(f"2026-01-{day},4,{value}\n" for day, value in enumerate(values, start=int(name[0]) * 2 + 10))
        path.write_text(f"Date,Severity,Sleep\n{rows}")
        return path

    import_file(trial_folder, write("1.csv", 7.5, 6), units={"sleep": "h"}, now=NOW)
    assert taken(import_file(trial_folder, write("2.csv", 7), now=NOW))[14]["sleep_minutes"] == "420"
    with pytest.raises(AmbiguousInput, match="Read in hours, 'Sleep' makes 27000 minutes"):
        import_file(trial_folder, write("3.csv", 450), now=NOW)
    assert (
        taken(import_file(trial_folder, write("3.csv", 450), units={"sleep": "min"}, now=NOW))[16]["sleep_minutes"]
        == "450"
    )


# --- cells


CELLS = {
    "7h 25min": "445",
    "7:54": "474",
    "7:54:30": "474.5",
    "1.5 hrs": "90",
    "90 min": "90",
    "PT7H25M": "445",
    "400": "400",
}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("header", ["Sleep (min)", "sleep_minutes"])
def test_a_cell_is_read_in_its_own_unit(export, plan, header, cell):
    found = plan(export(f"date,severity,{header}\n2026-01-12,4,{cell}\n2026-01-13,4,450\n"))
    assert taken(found)[12]["sleep_minutes"] == CELLS[cell]


def test_cells_with_units_need_none_in_the_header(export, plan):
    table = export(
        "date,severity,Sleep,Coffee,Exercise\n2026-01-12,4,7h 25min,2 cups,1.5 hrs\n2026-01-13,5,7:54,1,90 min\n"
    )
    assert taken(plan(table)) == {
        12: {"severity": "4", "sleep_minutes": "445", "caffeine": "2", "exercise": "90"},
        13: {"severity": "5", "sleep_minutes": "474", "caffeine": "1", "exercise": "90"},
    }


def test_two_numbers_with_a_colon_are_asked_about_where_they_can_be_two_things(export, plan):
    table = export("date,severity,Exercise\n2026-01-12,4,0:45\n2026-01-13,5,1:10\n")
    with pytest.raises(AmbiguousInput, match=r"units={'exercise': 'h:mm'} \(or m:ss\)"):
        plan(table)
    assert [cells["exercise"] for cells in taken(plan(table, units={"exercise": "h:mm"})).values()] == ["45", "70"]
    short = plan(table, units={"exercise": "m:ss"})
    assert [cells["exercise"] for cells in taken(short).values()] == ["0.75", "1.1666666666666667"]
    headed = export("date,severity,Exercise (h:mm)\n2026-01-12,4,0:45\n")
    assert taken(plan(headed))[12]["exercise"] == "45"


def test_a_unit_that_contradicts_what_is_kept_is_named_and_left_out(export, plan, rejections):
    found = plan(export("date,severity,Coffee\n2026-01-12,4,2\n2026-01-13,5,200mg\n"))
    assert taken(found) == {12: {"severity": "4", "caffeine": "2"}, 13: {"severity": "5"}}
    assert rejections(found) == [("3", 0, "caffeine: '200mg' is in mg, and caffeine is kept in cups")]


def test_a_cell_in_another_unit_than_its_header_is_converted_and_told(export, plan):
    found = plan(export("date,severity,Sleep (h)\n2026-01-12,4,7.5\n2026-01-13,5,450 min\n"))
    assert [cells["sleep_minutes"] for cells in taken(found).values()] == ["450", "450"]
    assert found.own_units == {"sleep_minutes": "450 min"}


def test_decimals_are_settled_by_the_numbers_beside_units(export, plan):
    table = export('date,severity,Sleep\n2026-01-12,4,"7,5 h"\n2026-01-13,5,"6,25 h"\n')
    assert [cells["sleep_minutes"] for cells in taken(plan(table)).values()] == ["450", "375"]
    with pytest.raises(AmbiguousInput, match="can be read two ways"):
        plan(export('date,severity,Caffeine (mg)\n2026-01-12,4,"1,234 mg"\n'))


# --- percent


def test_percentages_are_the_numbers_of_a_scale_to_100_and_of_no_other(export, plan, folder_of, rejections):
    table = export("date,severity\n2026-01-12,65 %\n2026-01-13,40%\n2026-01-14,5\n")
    folder = folder_of(outcome={"high": 100})
    assert [cells["severity"] for cells in taken(plan(table, folder=folder)).values()] == ["65", "40", "5"]
    found = plan(table)
    assert [(lines, "is no number of its scale, 0 to 10" in reason) for lines, _, reason in rejections(found)] == [
        ("2", True),
        ("3", True),
    ]
    headed = export("date,Severity (%)\n2026-01-12,65\n")
    assert taken(plan(headed, folder=folder))[12] == {"severity": "65"}
    with pytest.raises(
        InputError, match=r"is in percent, and severity runs from 0 to 10.*units={'severity': 'points'}"
    ):
        plan(headed)


def test_a_fraction_among_percentages_is_asked_about(export, plan, folder_of):
    table = export("date,severity\n2026-01-12,65 %\n2026-01-13,0.4\n")
    folder = folder_of(outcome={"high": 100, "whole": False})
    with pytest.raises(AmbiguousInput, match=r"units={'severity': 'share'} \(0.4 is 40 %\)"):
        plan(table, folder=folder)
    assert taken(plan(table, folder=folder, units={"severity": "share"}))[13] == {"severity": "40"}
    assert taken(plan(table, folder=folder, units={"severity": "%"}))[13] == {"severity": "0.4"}


def test_shares_of_packs_can_be_percentages(export, plan, sealed_trial):
    trial = sealed_trial(ratings="46", name="sealed")
    found = plan(
        export("date,severity,Taken\n2026-01-13,4,50%\n2026-01-14,5,100 %\n2026-01-15,5,0.5\n"), folder=trial.folder
    )
    assert [cells["taken"] for cells in taken(found).values()] == ["0.5", "1", "0.5"]


# --- any unit, any name, any notation


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory, make_protocol):
    protocol = make_protocol()
    folder = tmp_path_factory.mktemp("units") / "trial"
    Trial(protocol, draw_order(protocol), ()).write(folder)
    return folder, protocol


MEASURED = {
    "sleep_minutes": ("h", "hrs", "hours", "min", "minutes", "s", "seconds", "ms", "Std."),
    "exercise": ("h", "min", "mins", "sec"),
    "sleep_latency_minutes": ("min", "s", "h"),
    "caffeine_mg": ("mg", "g", "µg", "mcg", "milligrams"),
    "energy_kcal": ("kcal", "kJ"),
    "resting_heart_rate": ("bpm", "count/min"),
}
PREFIX = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=25),
    st.lists(st.sampled_from(["Slept", "last", "24", "hours", "(h)", "[min]", "mg", "in", "_", "of", "7.5", "time", "(est.)", "%"]), max_size=4).map(" ".join),
)  # fmt: skip
SHAPES = ("{} ({})", "{} [{}]", "{}, {}", "{} in {}", "{}_{}", "{} ({}/day)", "{}")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mapped_column_is_converted_rightly_or_asked_about(empty_folder, tmp_path_factory, data):
    """Whatever a column is called and however its numbers are written: what is taken is right, or nothing is, with a question or a reason."""
    folder, protocol = empty_folder
    field = data.draw(st.sampled_from(sorted(MEASURED)))
    written = data.draw(st.sampled_from(MEASURED[field]))
    shape, prefix = data.draw(st.sampled_from(SHAPES)), data.draw(PREFIX)
    name = " ".join(shape.format(prefix, written).split()) or "x"
    in_cell = data.draw(st.booleans())
    comma = data.draw(st.booleans())
    digits, places = data.draw(st.integers(1, 9999)), data.draw(st.integers(0, 2))
    number = digits / 10**places
    text = f"{number:.{places}f}".replace(".", "," if comma else ".") + (f" {written}" if in_cell else "")
    if name.casefold() in ("date", "severity"):
        return
    path = tmp_path_factory.getbasetemp() / "any_units.csv"
    stream = io.StringIO()
    csv.writer(stream).writerows([("date", "severity", name), ("2026-01-12", 4, text)])
    path.write_text(stream.getvalue(), encoding="utf-8")
    try:
        export = recognize(open_file(path), "plain")
        column = export.columns[2].name
        full = complete_map(export, protocol, {"severity": "severity", field: column})
        found = plan_import(folder, protocol, export, full, Reading(decimal_comma=comma), latest=LATEST)
    except InputError:  # refused or asked about
        return
    (change,) = found.changes
    assert change.cells["severity"] == "4"
    unstated = {1.0} if field == "resting_heart_rate" else set()  # beats have one unit, so none is asked for
    if field not in change.cells:
        assert [row.rows for row in found.rejected] == [0]
        return
    factor = float(change.cells[field]) / number
    meant = read_unit(written).factor
    # A unit of the prefix itself counts where none is added, or where the one added cannot be told from a word.
    own = (
        {unit.factor for unit in read_header(prefix).units}
        if not in_cell and "(" not in shape and "[" not in shape
        else set()
    )
    assert any(
        factor == pytest.approx(known, rel=1e-9)
        for known in ({meant} if in_cell or shape != "{}" else set()) | own | unstated
    )


@pytest.mark.parametrize("field", sorted(MEASURED))
@pytest.mark.parametrize("shape", SHAPES[:-1])
def test_every_unit_counts_in_every_place(empty_folder, tmp_path, field, shape):
    folder, protocol = empty_folder
    measure = find_measure(field)
    usual = {
        "sleep_minutes": 430,
        "exercise": 40,
        "sleep_latency_minutes": 20,
        "caffeine_mg": 120,
        "energy_kcal": 2100,
        "resting_heart_rate": 58,
    }[field]
    for written in MEASURED[field]:
        number = usual / read_unit(written).factor
        path = tmp_path / "one.csv"
        header = shape.format("What I noted", written)
        path.write_text(f'date,severity,"{header}"\n2026-01-12,4,{number!r}\n', encoding="utf-8")
        export = recognize(open_file(path), "plain")
        full = complete_map(export, protocol, {"severity": "severity", field: header})
        (change,) = plan_import(folder, protocol, export, full, latest=LATEST).changes
        assert float(change.cells[measure.name]) == pytest.approx(usual, rel=1e-9), header


@pytest.mark.parametrize(
    ("header", "cells", "several", "minutes"),
    [
        ("Sleep (h)", ["5.93"], None, "355.8"),
        ("Sleep (s)", ["26743.8"], None, "445.73"),
        ("Sleep (min)", ["355.7", "355.9"], "mean", "355.8"),
        ("Sleep (h)", ["1.1", "2.2"], "sum", "198"),
        ("Sleep (min)", ["100.1", "200.2"], "sum", "300.3"),
        ("Sleep", ["5 h 55.8 min"], None, "355.8"),
        ("Sleep", ["5.93 h"], None, "355.8"),
    ],
)
def test_no_digits_of_binary_arithmetic_stand_in_measures_csv(export, take, rows_of, header, cells, several, minutes):
    text = f"date,severity,{header}\n" + "".join(f"2026-01-12,4,{cell}\n" for cell in cells)
    take(export(text), f"sleep_minutes={header}", several=several)
    assert [row["value"] for row in rows_of("measures.csv")] == [minutes]


def test_what_was_rounded_to_fewer_digits_before_is_recorded_already(export, take, trial_folder):
    """A number in another unit once kept twelve digits; the same file taken again says nothing new."""
    file = export("date,severity,Sleep (s)\n2026-01-12,4,27005\n")
    take(file, "sleep_minutes=Sleep (s)")
    path = trial_folder / "measures.csv"
    assert "450.0833333333333" in path.read_text()
    path.write_text(path.read_text().replace("450.0833333333333", "450.083333333"))
    again = take(file, "sleep_minutes=Sleep (s)")
    assert (again.same, again.rejected) == (1, ())
