"""Secondary outcomes: beside the diary in measures.csv, in the unit kept, and covariates in the diary itself."""

from datetime import date

import pytest

from nof1.errors import InputError
from nof1.plan.orders.draw import draw_order
from nof1.record.diary.secondary import COLUMNS, MEASURES_FILE, check_measure, measure_name, measures_csv, read_measures
from nof1.record.diary.writing import Change, record
from nof1.record.trial import Trial

from ..conftest import NOW

NIGHT = date(2026, 1, 12)


def test_measures_are_kept_by_night_with_their_unit(export, take, trial_folder, rows_of):
    take(
        export("date,severity,Asleep (h),walk\n2026-01-13,4,7.5,3\n2026-01-12,5,8,\n"),
        "sleep_minutes=Asleep (h)",
        measures=["legs=walk"],
        units={"sleep_minutes": "h"},
    )
    assert read_measures(trial_folder) == {
        (NIGHT, "sleep_minutes"): 480,
        (date(2026, 1, 13), "sleep_minutes"): 450,
        (date(2026, 1, 13), "legs"): 3,
    }
    assert tuple(rows_of(MEASURES_FILE)[0]) == COLUMNS
    assert [(row["night"], row["measure"], row["value"], row["unit"]) for row in rows_of(MEASURES_FILE)] == [
        ("2026-01-12", "sleep_minutes", "480", "minutes"),
        ("2026-01-13", "legs", "3", ""),
        ("2026-01-13", "sleep_minutes", "450", "minutes"),
    ]


def test_a_unit_in_the_columns_name_is_honoured(export, take, trial_folder):
    take(export("date,severity,sleep (h),iron (g)\n2026-01-12,4,7.5,0.01\n"), "sleep=sleep (h)", "iron=iron (g)")
    assert read_measures(trial_folder) == {(NIGHT, "sleep_minutes"): 450, (NIGHT, "iron_mg"): 10}


def test_a_covariate_of_the_protocol_goes_into_the_diary_and_not_beside_it(
    export, take, make_protocol, tmp_path, nights
):
    protocol = make_protocol(analysis={"covariates": ["caffeine_mg"]})
    folder = tmp_path / "other"
    Trial(protocol, draw_order(protocol), ()).write(folder)
    take(export("date,severity,Caffeine mg\n2026-01-12,4,80\n2026-01-13,4,no\n"), folder=folder)
    assert [nights(folder)[day].covariates["caffeine_mg"] for day in (12, 13)] == [80, 0]
    assert not (folder / MEASURES_FILE).exists()


def test_a_measure_that_cannot_be_is_left_out(export, take, trial_folder, rejections, nights):
    table = export("date,severity,sleep\n2026-01-12,4,1441\n2026-01-13,5,-1\n")
    found = take(table, "severity=severity", "sleep=sleep", units={"sleep": "minutes"})
    assert [(lines, rows) for lines, rows, _ in rejections(found)] == [("2", 0), ("3", 0)]
    assert "sleep_minutes 1441 is not between 0 and 1440 minutes" in found.rejected[0].reason
    assert read_measures(trial_folder) == {}
    assert (nights()[12].outcome, nights()[13].outcome) == (4, 5)


def test_a_measure_in_conflict_is_left_out_and_keeps_the_old_value(export, take, trial_folder, rejections, nights):
    take(export("date,severity,steps\n2026-01-12,,900\n", "one.csv"), "steps=steps")
    table = export("date,severity,steps\n2026-01-12,4,901\n2026-01-13,4,1\n", "two.csv")
    found = take(table, "severity=severity", "steps=steps")
    assert rejections(found) == [("2", 0, "recorded already is steps 900; given was 901")]
    assert read_measures(trial_folder) == {(NIGHT, "steps"): 900, (date(2026, 1, 13), "steps"): 1}
    assert nights()[12].outcome == 4


def test_the_same_measure_again_is_merged(export, take, trial_folder, bytes_in):
    take(export("date,severity,steps\n2026-01-12,4,900\n"), "steps=steps")
    before = bytes_in(trial_folder)
    again = take(export("date,severity,steps\n2026-01-12,4,900\n"), "steps=steps")
    assert (again.same, bytes_in(trial_folder)) == (1, before)


def test_a_measure_alone_needs_no_rating(export, take, trial_folder):
    found = take(export("date,steps\n2026-01-12,900\n"), "steps=steps")
    assert found.column_map == {"night": "date", "steps": "steps"}
    assert read_measures(trial_folder) == {(NIGHT, "steps"): 900}


def test_a_value_is_corrected_and_cleared_only_when_asked_to(trial_folder, protocol):
    record(trial_folder, protocol, [Change(NIGHT, {"steps": "900"})], by="log", now=NOW)
    for text in ("901", ""):
        with pytest.raises(InputError, match="recorded already is steps 900"):
            record(trial_folder, protocol, [Change(NIGHT, {"steps": text})], by="log", now=NOW)
    record(trial_folder, protocol, [Change(NIGHT, {"steps": "901"})], by="log", now=NOW, correct=True)
    assert read_measures(trial_folder) == {(NIGHT, "steps"): 901}
    lines = record(trial_folder, protocol, [Change(NIGHT, {"steps": ""})], by="log", now=NOW, correct=True)
    assert [(line.old, line.new) for line in lines] == [("901", "")]
    assert read_measures(trial_folder) == {}


def test_any_values_are_read_back(tmp_path):
    values = {(NIGHT, "steps"): 12.0, (NIGHT, "mood"): -2.5, (date(2026, 1, 5), "legs"): 1e-9}
    (tmp_path / MEASURES_FILE).write_text(measures_csv(values))
    assert read_measures(tmp_path) == values


@pytest.mark.parametrize("name", ["=1+1", "", "a,b", "night", "arm", "2nd", "x" * 41, "a\nb", "<b>"])
def test_a_name_that_no_column_can_have_is_refused(name):
    with pytest.raises(InputError, match="cannot be called so"):
        measure_name(name, where="here")


@pytest.mark.parametrize(("name", "value"), [("steps", -1), ("sleep_minutes", 1441), ("resting_heart_rate", 0)])
def test_what_cannot_be_is_refused(name, value):
    with pytest.raises(InputError, match=f"here: {name} .* is not between"):
        check_measure(name, value, where="here")


DAMAGED = {
    "another header": ("a\n", "must have the columns night, measure, value, unit"),
    "a short line": ("2026-01-12,steps\n", "line 2: there are 2 values instead of 4"),
    "no night": ("soon,steps,1,\n", "line 2: 'soon' is no date"),
    "no name": ("2026-01-12,=x,1,\n", "line 2: a measure cannot be called so"),
    "no number": ("2026-01-12,steps,many,\n", "line 2: steps 'many' is no number"),
    "no value": ("2026-01-12,steps,,\n", "line 2: there is no value"),
    "off": ("2026-01-12,steps,-4,\n", "line 2: steps -4 is not between"),
    "twice": ("2026-01-12,steps,4,\n2026-01-12,steps,4,\n", "line 3: steps of the night 2026-01-12 is there twice"),
    "an open quote": ('2026-01-12,"steps', "is damaged"),
}


@pytest.mark.parametrize(("rows", "words"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_measures_are_told_with_their_place(tmp_path, rows, words):
    header = "" if words.startswith("must") else f"{','.join(COLUMNS)}\n"
    (tmp_path / MEASURES_FILE).write_text(header + rows)
    with pytest.raises(InputError, match=words):
        read_measures(tmp_path)
