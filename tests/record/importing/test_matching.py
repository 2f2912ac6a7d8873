"""Rows matched to nights: what a date means, how several values become one, and what is never guessed, clipped or rescaled."""

from datetime import date

import pytest

from nof1.errors import InputError
from nof1.plan.orders.draw import draw_order
from nof1.record.opening.opened import MAX_CELL, Row
from nof1.record.sources.source import Column, Export
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput


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


# --- which night


def test_hours_after_midnight_belong_to_the_evening_before(export, plan):
    found = plan(
        export("date,severity\n2026-01-12 23:50,4\n2026-01-14 00:35,5\n2026-01-15 03:30,6\n2026-01-16 12:00,7\n")
    )
    assert taken(found) == {
        12: {"severity": "4"},
        13: {"severity": "5"},
        14: {"severity": "6"},
        16: {"severity": "7"},
    }
    assert found.shifted == 2


@pytest.mark.parametrize(
    ("header", "night", "clock"),
    [
        ("Date,Time,severity", "2026-01-{},{}", "Time"),
        ("Uhrzeit;Datum;severity", "{1};{0}.01.2026", "Uhrzeit"),
        ("Date\tTime of day (24 h)\tseverity", "2026-01-{}\t{}", "Time of day (24 h)"),
        ("Heure,date,severity", "{1},2026-01-{0} 00:00", ""),
    ],
)
def test_a_time_in_a_column_of_its_own_counts_as_one_beside_its_date(export, plan, rejections, header, night, clock):
    mark = next(mark for mark in ",;\t" if mark in header)
    times = (("12", "23:50"), ("14", "00:35"), ("15", "3:30 am"), ("16", ""), ("17", "late"))
    found = plan(export("\n".join([header, *(f"{night.format(*pair)}{mark}4" for pair in times)])), several="last")
    assert found.export.clock_beside(found.column_map) == clock
    if not clock:
        assert list(taken(found)) == [11, 13, 14, 15, 16]
        return
    assert list(taken(found)) == [12, 13, 14, 16]
    assert (found.shifted, clock in found.unused) == (2, False)
    assert rejections(found) == [("6", 1, "'late' is no time that can be read, such as 22:15 or 10:15 PM")]
    assert found.rejected[0].night.endswith("late")


def test_words_are_numbers_only_of_what_is_yes_or_no(export, plan, folder_of, rejections):
    names = ("caffeine_mg", "sleep", "other_medicines", "itching")
    folder = folder_of(analysis={"covariates": list(names)})
    for word, number in (("yes", "1"), ("no", "0"), ("TRUE", "1")):
        for name in names:
            found = plan(export(f"date,severity,{name}\n2026-01-12,4,{word}\n"), folder=folder)
            if name == "sleep" or (name == "caffeine_mg" and number == "1"):  # no coffee is 0 mg
                ((_, _, reason),) = rejections(found)
                assert f"{name}: '{word}' is no plain number" in reason
            else:
                assert taken(found)[12][name] == number


def test_a_table_of_one_column_says_how_to_go_on(export):
    with pytest.raises(InputError, match=r"read as one column.*comma, semicolon, tab or bar.*Save as \.csv"):
        export("Datum / Schwere\n12.03.2026 / 4\n")


def test_a_column_of_times_that_is_taken_as_something_else_moves_no_night(export, plan):
    table = export("Date,Time,severity,Other date\n2026-01-14,00:35,4,2026-01-12\n")
    assert list(taken(plan(table))) == [13]
    assert taken(plan(table, "note=Time")) == {14: {"severity": "4", "note": "00:35"}}
    assert list(taken(plan(table, "night=Other date"))) == [12]
    words = export("Date,Time,severity\n2026-01-14,morning,4\n")
    assert list(taken(plan(words))) == [14]


def test_a_spreadsheet_s_day_numbers_have_times_in_a_column_of_their_own(export, plan):
    assert list(taken(plan(export("Date,Time,severity\n46034,22:00,4\n46036,00:35,4\n")))) == [12, 13]


@pytest.mark.parametrize("header", ["Date,Time,Food Name,Magnesium (mg)", "Day,Time,Food Name,Amount,Magnesium (mg)"])
def test_food_eaten_after_midnight_belongs_to_the_day_before(export, plan, header):
    amount = "1 bowl," if "Amount" in header else ""
    rows = (("12", "08:10", 70), ("13", "00:35", 50), ("13", "12:00", 20), ("14", "", 10))
    text = "".join(f"2026-01-{day},{time},Oats,{amount}{mg}\n" for day, time, mg in rows)
    assert [cells["dietary_magnesium_mg"] for cells in taken(plan(export(f"{header}\n{text}"))).values()] == [
        "120",
        "20",
        "10",
    ]


@pytest.mark.parametrize(
    ("dated_by", "days"),
    [("evening", [12, 13, 15]), ("morning", [12, 13, 14]), ("day", [13, 14, 15]), (None, [12, 13, 15])],
)
def test_the_date_means_what_was_said(export, plan, dated_by, days):
    table = export("date,severity\n2026-01-13 07:00,4\n2026-01-14 00:35,5\n2026-01-15 22:00,6\n")
    assert list(taken(plan(table, dated_by=dated_by))) == days


def test_a_table_of_plain_dates_is_shifted_only_if_they_are_mornings(export, plan):
    table = export("date,severity\n2026-01-13,4\n2026-01-14,5\n")
    evening, morning = plan(table), plan(table, dated_by="morning")
    assert (list(taken(evening)), evening.shifted) == ([13, 14], 0)
    assert (list(taken(morning)), morning.shifted) == ([12, 13], 2)


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        ("2026-03-29 01:59", 28),
        ("2026-03-29 03:01", 28),
        ("2026-03-28 23:30", 28),
        ("2026-03-28T22:30:00Z", 28),
        ("2026-03-29T01:30:00+00:00", 28),
        ("2026-03-29T20:30:00Z", 29),
        ("2026-03-29 22:30:00 GMT+2", 29),
        ("2026-03-29T10:30:00Z", 29),
        ("2026-03-29T09:30:00Z", 28),
    ],
)
def test_a_change_of_the_clocks_moves_no_night(export, plan, folder_of, moment, night):
    folder = folder_of(design={"start": date(2026, 3, 25)})
    found = plan(export(f"date,severity\n{moment},4\n"), folder=folder, latest=date(2026, 5, 1), zone="Europe/Berlin")
    assert list(taken(found)) == [night]


def test_an_offset_is_kept_where_no_zone_was_asked_for(export, plan):
    table = export("date,severity\n2026-01-13T23:30:00-08:00,4\n")
    assert list(taken(plan(table))) == [13]
    assert list(taken(plan(table, zone="Europe/Berlin"))) == [13]  # 08:30 on the 14th, in the morning
    assert list(taken(plan(export("date,severity\n2026-01-13T08:30:00-08:00,4\n")))) == [12]
    assert list(taken(plan(export("date,severity\n2026-01-13T08:30:00-08:00,4\n"), zone="Europe/Berlin"))) == [13]


def test_an_unknown_zone_is_refused(export, plan):
    with pytest.raises(InputError, match="'Mars' is no time zone"):
        plan(export("date,severity\n2026-01-13T22:30:00Z,4\n"), zone="Mars")


def test_nights_outside_the_trial_are_runs_with_their_counts(export, plan):
    before = [f"2025-12-{day:02},3" for day in range(1, 32)]
    after = [f"2026-01-{day:02},3" for day in range(19, 26)]
    inside = ["2026-01-12,3", "2026-01-13,4"]
    found = plan(export("\n".join(["date,severity", *before, *inside, *after]) + "\n"))
    assert [(row.lines, row.rows, row.reason, row.night, row.values) for row in found.rejected] == [
        ("2-32", 31, "before the first night of the trial, 2026-01-05", "2025-12-01 to 2025-12-31", {}),
        ("35-41", 7, "after the last night of the trial, 2026-01-18", "2026-01-19 to 2026-01-25", {}),
    ]
    assert (found.rows, found.rows_rejected, found.taken) == (40, 38, 2)


def test_the_first_and_the_last_night_are_inside(export, plan, folder_of):
    found = plan(export("date,severity\n2026-01-04,3\n2026-01-05,3\n2026-01-18,4\n2026-01-19,4\n"), folder=folder_of())
    assert (list(taken(found)), found.rows_rejected) == ([5, 18], 2)


def test_a_night_that_is_not_over_is_rejected(export, plan, rejections):
    found = plan(export("date,severity\n2026-01-12,2\n2026-01-13,3\n"), latest=date(2026, 1, 12))
    assert rejections(found) == [("3", 1, "the night 2026-01-13 is not over yet; check the date")]
    assert list(taken(found)) == [12]


def test_what_was_drunk_on_a_day_belongs_to_the_night_after_it(export, plan):
    found = plan(
        export("date,caffeine_mg\n2026-01-12 08:00,80\n2026-01-13 01:00,40\n2026-01-14 22:00,20\n"),
        "caffeine_mg=caffeine_mg",
        several="sum",
    )
    assert taken(found) == {12: {"caffeine_mg": "120"}, 14: {"caffeine_mg": "20"}}


@pytest.mark.parametrize("header", ["severity,caffeine_mg", "caffeine_mg,severity"])
def test_a_row_with_a_rating_speaks_of_that_night_and_the_day_before_it(export, plan, header):
    values = "4,80" if header.startswith("severity") else "80,4"
    found = plan(export(f"date,{header}\n2026-01-13 08:00,{values}\n"), "severity=severity", "caffeine_mg=caffeine_mg")
    assert taken(found) == {12: {"severity": "4", "caffeine_mg": "80"}}


@pytest.mark.parametrize(("dated_by", "night"), [("morning", 11), ("day", 12)])
def test_what_was_said_of_the_dates_holds_for_the_day_too(export, plan, dated_by, night):
    table = export("date,caffeine_mg\n2026-01-12 08:00,80\n")
    assert list(taken(plan(table, "caffeine_mg=caffeine_mg", dated_by=dated_by))) == [night]


def test_a_note_moves_nothing_that_was_done_on_a_day(export, plan):
    header = "full_date,date,weekday,time,mood,activities,note_title,note\n"
    rows = (
        "2026-01-12,,,10:15 am,rad,walk,,a note\n2026-01-13,,,10:15 am,rad,walk,,\n2026-01-15,,,10:15 am,rad,,,alone\n"
    )
    found = plan(export(header + rows), measures=["walk=activity: walk"])
    assert taken(found) == {12: {"note": "a note", "walk": "1"}, 13: {"walk": "1"}, 14: {"note": "alone"}}


# --- what is asked rather than guessed


def test_dates_of_two_meanings_are_asked_for_and_the_answer_settles_them(export, plan):
    table = export("date,severity\n11/01/2026,4\n12/01/2026,5\n")
    with pytest.raises(AmbiguousInput, match="can be read two ways") as question:
        plan(table)
    assert (question.value.option, question.value.choices) == ("date-order", ("dmy", "mdy"))
    assert list(taken(plan(table, date_order="dmy"))) == [11, 12]
    assert plan(table, date_order="mdy").rows_rejected == 2


def test_one_day_above_twelve_settles_the_order_and_a_contradiction_does_not(export, plan):
    assert list(taken(plan(export("date,severity\n11/01/2026,4\n13/01/2026,5\n")))) == [11, 13]
    with pytest.raises(AmbiguousInput, match="contradict each other"):
        plan(export("date,severity\n13/01/2026,4\n01/13/2026,5\n"))


def test_decimals_of_two_meanings_are_asked_for_and_the_answer_settles_them(export, plan, folder_of):
    folder = folder_of(outcome={"high": 2000, "whole": False})
    table = export('date,severity\n2026-01-12,"1,234"\n')
    with pytest.raises(AmbiguousInput) as question:
        plan(table, folder=folder)
    assert (question.value.option, question.value.choices) == ("decimal", ("comma", "point"))
    assert taken(plan(table, folder=folder, decimal_comma=True)) == {12: {"severity": "1.234"}}
    assert taken(plan(table, folder=folder, decimal_comma=False)) == {12: {"severity": "1234"}}


def test_decimal_commas_are_numbers_and_commas_in_notes_stay(export, plan, folder_of):
    table = export("Datum;severity;note\n12.01.2026;4,5;gut, danke\n13.01.2026;5;\n")
    assert taken(plan(table, folder=folder_of(outcome={"whole": False}))) == {
        12: {"severity": "4.5", "note": "gut, danke"},
        13: {"severity": "5"},
    }


def test_a_time_in_utc_is_asked_for_and_the_zone_settles_it(export, plan):
    table = export("date,severity\n2026-01-13T23:30:00Z,4\n")
    with pytest.raises(AmbiguousInput) as question:
        plan(table)
    assert question.value.option == "zone"
    assert list(taken(plan(table, zone="Europe/Berlin"))) == [13]
    assert list(taken(plan(table, zone="Asia/Tokyo"))) == [13]
    assert list(taken(plan(export("date,severity\n2026-01-13T02:30:00Z,4\n"), zone="Asia/Tokyo"))) == [12]
    assert list(taken(plan(export("date,severity\n2026-01-13T04:30:00Z,4\n"), zone="Asia/Tokyo"))) == [13]


def test_a_unit_that_the_maker_does_not_tell_is_asked_for(tmp_path, plan, folder_of):
    path = tmp_path / "fake.csv"
    path.write_text("x")
    fake = Export(
        source="fake",
        title="a fake",
        path=path,
        columns=(Column("date"), Column("Asleep", "sleep_minutes", "?", "last")),
        when="date",
        rows=lambda: iter([Row(2, ["2026-01-12", "7.5"])]),
    )
    with pytest.raises(AmbiguousInput) as question:
        plan(fake)
    assert (question.value.option, question.value.choices) == ("unit", ("sleep_minutes",))
    assert taken(plan(fake, units={"sleep_minutes": "hours"})) == {12: {"sleep_minutes": "450"}}
    assert taken(plan(fake, units={"sleep_minutes": "minutes"})) == {12: {"sleep_minutes": "7.5"}}
    with pytest.raises(InputError, match="'mg' cannot be turned into it"):
        plan(fake, units={"sleep_minutes": "mg"})


def test_the_count_of_days_is_held_against_the_calendar(export, plan, rejections):
    table = export("date,count,severity\n2026-01-12,8,3\n2026-01-13,10,4\n2026-01-14,,5\n2026-01-15,x,6\n")
    with pytest.raises(AmbiguousInput, match=r"Line 3: .* day 10, and 2026-01-13 is day 9") as question:
        plan(table, day_number="count")
    assert (question.value.option, question.value.choices) == ("trust", ("date", "day", "neither"))
    assert list(taken(plan(table, day_number="count", trust="date"))) == [12, 13, 14, 15]
    by_day = plan(table, day_number="count", trust="day", several="last")
    assert taken(by_day) == {12: {"severity": "3"}, 14: {"severity": "5"}}
    assert [lines for lines, _, _ in rejections(by_day)] == ["5"]
    neither = plan(table, day_number="count", trust="neither")
    assert [lines for lines, _, _ in rejections(neither)] == ["3", "5"]
    assert list(taken(neither)) == [12, 14]
    assert list(taken(plan(table))) == [12, 13, 14, 15]


# --- several values of a night


SEVERAL = "date,severity\n2026-01-12 20:00,4\n2026-01-12 22:00,8\n2026-01-13 01:00,3\n2026-01-14,5\n"


def test_several_values_of_a_night_are_asked_for(export, plan):
    with pytest.raises(AmbiguousInput, match="'severity' has several different values for one night") as question:
        plan(export(SEVERAL))
    assert question.value.option == "several"
    assert question.value.choices == ("last", "first", "max", "min", "sum", "mean")
    assert "a mean that is none is rejected" in str(question.value)


def test_on_a_scale_of_fractions_the_mean_is_offered_first(export, plan, folder_of):
    with pytest.raises(AmbiguousInput) as question:
        plan(export(SEVERAL), folder=folder_of(outcome={"whole": False}))
    assert question.value.choices[0] == "mean"
    assert "rejected" not in str(question.value)


@pytest.mark.parametrize(
    ("rule", "value"), [("mean", "5"), ("last", "3"), ("first", "4"), ("max", "8"), ("min", "3"), ("sum", "15")]
)
def test_several_values_become_one_by_the_rule_that_was_named(export, plan, folder_of, rule, value):
    found = plan(export(SEVERAL), folder=folder_of(outcome={"high": 20}), several=rule)
    assert taken(found) == {12: {"severity": value}, 14: {"severity": "5"}}
    assert (found.rows, found.taken, found.several) == (4, 2, 2)


def test_equal_values_of_a_night_need_no_rule(export, plan):
    found = plan(export("date,severity\n2026-01-12,4\n2026-01-12,4\n2026-01-12,4.0\n"))
    assert (taken(found), found.several) == ({12: {"severity": "4"}}, 2)


def test_a_mean_off_a_scale_of_whole_numbers_is_rejected_not_rounded_with_the_way_out(export, plan, rejections):
    table = export("date,severity,note\n2026-01-12,4,a\n2026-01-12,5,b\n2026-01-13,4,\n2026-01-13,6,\n")
    found = plan(table, several="mean")
    assert taken(found) == {13: {"severity": "5"}}
    reason = "severity: the mean of 4, 5 is 4.5, no whole number; take the last, first, max or min of several instead"
    assert rejections(found) == [("2", 1, reason), ("3", 1, reason)]
    assert [row.values for row in found.rejected] == [{"severity": "4", "note": "a"}, {"severity": "5", "note": "b"}]


def test_a_sum_off_the_scale_is_rejected_not_clipped(export, plan, rejections):
    found = plan(export("date,severity\n2026-01-12,6\n2026-01-12,7\n"), several="sum")
    assert rejections(found) == [(line, 1, "severity 13 is outside its scale, 0 to 10") for line in ("2", "3")]


def test_different_notes_of_a_night_are_all_kept_and_the_last_guess_counts(export, plan):
    found = plan(
        export(
            "date,severity,note,guess\n2026-01-12,4,tea,off\n2026-01-12,4,walk,magnesium\n2026-01-12,4,tea,magnesium\n"
        )
    )
    assert taken(found)[12] == {"severity": "4", "note": "tea; walk", "guess": "magnesium"}


@pytest.fixture
def sleeps(tmp_path):
    """A function that makes an export of intervals and counts by device."""

    def make(*rows):
        path = tmp_path / "sleeps.csv"
        path.write_text(repr(rows))
        return Export(
            source="fake",
            title="a fake",
            path=path,
            columns=(
                Column("start"),
                Column("end"),
                Column("device", role="private"),
                Column("asleep", "sleep_minutes", "min", "union"),
                Column("steps", "steps", "count", "device", belongs="day"),
            ),
            when="start",
            until="end",
            device="device",
            rows=lambda: (Row(number, list(row)) for number, row in enumerate(rows, start=1)),
        )

    return make


def test_overlapping_intervals_of_two_devices_count_once(plan, sleeps):
    found = plan(
        sleeps(
            ("2026-01-12 23:00:00", "2026-01-13 01:00:00", "watch", "120", ""),
            ("2026-01-13 00:30:00", "2026-01-13 02:00:00", "phone", "90", ""),
            ("2026-01-13 03:00:00", "2026-01-13 04:00:00", "watch", "60", ""),
            ("2026-01-13 03:10:00", "2026-01-13 03:20:00", "phone", "10", ""),
        )
    )
    assert taken(found) == {12: {"sleep_minutes": "240"}}
    assert (found.taken, found.several) == (1, 3)


def test_an_interval_over_the_change_of_the_clocks_lasts_as_long_as_it_did(plan, sleeps, folder_of):
    folder = folder_of(design={"start": date(2026, 3, 25)})
    spring = sleeps(("2026-03-28 23:00:00 +0100", "2026-03-29 07:00:00 +0200", "watch", "420", ""))
    assert taken(plan(spring, folder=folder, latest=date(2026, 5, 1))) == {28: {"sleep_minutes": "420"}}


@pytest.mark.parametrize("end", ["2026-01-12 22:00:00", "2026-01-15 00:00:00", "later", ""])
def test_an_interval_that_cannot_be_is_rejected(plan, sleeps, end):
    found = plan(sleeps(("2026-01-12 23:00:00", end, "watch", "60", "")))
    assert (found.taken, found.rows_rejected) == (0, 1)
    assert "interval" in found.rejected[0].reason


def test_counts_of_two_devices_are_added_up_for_each_and_the_larger_one_is_taken(plan, sleeps):
    found = plan(
        sleeps(
            ("2026-01-12 09:00:00", "", "watch", "", "1000"),
            ("2026-01-12 10:00:00", "", "phone", "", "2500"),
            ("2026-01-12 18:00:00", "", "watch", "", "2000"),
            ("2026-01-13 03:00:00", "", "watch", "", "5"),
            ("2026-01-13 05:00:00", "", "watch", "", "7"),
        )
    )
    assert taken(found) == {12: {"steps": "3005"}, 13: {"steps": "7"}}


# --- what does not fit


def test_the_ends_of_the_scale_are_on_it(export, plan):
    found = plan(export("date,severity\n2026-01-12,0\n2026-01-13,10\n"))
    assert taken(found) == {12: {"severity": "0"}, 13: {"severity": "10"}}


def test_rows_with_nothing_that_is_taken_are_counted_and_make_no_night(export, plan):
    found = plan(export("date,severity,other\n2026-01-12,,x\n2026-01-13,N/A,\n2026-01-14,4,\nsoon,,\n"))
    assert (found.rows, found.blank, found.rows_rejected) == (4, 3, 0)
    assert list(taken(found)) == [14]


def test_a_rejected_row_is_shown_with_the_night_of_what_it_holds(export, plan):
    """What was drunk on a morning is that day's; with a rating beside it, both are of the night before."""
    table = export("date,severity,caffeine_mg\n2026-01-13 08:00,,lots\n2026-01-14 08:00,4,lots\n")
    found = plan(table, "severity=severity", "caffeine_mg=caffeine_mg")
    assert [(row.night, row.values["caffeine_mg"]) for row in found.rejected] == [
        ("2026-01-13", "lots"),
        ("2026-01-13", "lots"),
    ]


def test_a_measure_out_of_its_bounds_is_left_out_and_costs_no_rating(export, plan, rejections):
    table = export("date,severity,sleep_minutes\n2026-01-12,4,400\n2026-01-12,4,2000\n2026-01-13,4,1e6\n")
    found = plan(table, units={"sleep_minutes": "min"}, several="last")
    assert taken(found) == {12: {"severity": "4", "sleep_minutes": "400"}, 13: {"severity": "4"}}
    assert [(lines, rows) for lines, rows, _ in rejections(found)] == [("3", 0), ("4", 0)]
    assert all("sleep_minutes" in reason for _, _, reason in rejections(found))
    assert [dict(row.values) for row in found.rejected] == [
        {"severity": "", "sleep_minutes": "2000"},
        {"severity": "", "sleep_minutes": "1000000"},
    ]


PROBLEMS = {
    "off the scale": ("2026-01-13,11", "severity 11 is outside its scale, 0 to 10"),
    "below the scale": ("2026-01-13,-1", "severity -1 is outside its scale, 0 to 10"),
    "no whole number": ("2026-01-13,4.5", "severity 4.5 must be a whole number"),
    "no number": ("2026-01-13,bad", "severity: 'bad' is no "),
    "yes is no rating": ("2026-01-13,yes", "severity: 'yes' is no "),
    "infinite": ("2026-01-13,inf", "severity: 'inf' is no "),
    "a formula": ("2026-01-13,=1+1", "severity: '=1+1' is no "),
    "no date": ("soon,4", "'soon' is no date that can be read"),
    "no date at all": (",4", "there is no date"),
    "impossible date": ("2026-02-30,4", "'2026-02-30' is no date that can be read"),
    "a total": ("Mean,4", "'Mean' is no date that can be read"),
    "the first day of all": ("0001-01-01 00:30,4", "0001-01-01"),
    "a year nobody means": ("2926-01-13,4", "its year is not from 1900 to 2200"),
    "too many values": ("2026-01-13,4,5", "there are more values than columns"),
}


@pytest.mark.parametrize(("row", "words"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_bad_row_is_rejected_alone(export, plan, row, words):
    found = plan(export(f"date,severity\n2026-01-12,4\n{row}\n2026-01-14,5\n"))
    assert list(taken(found)) == [12, 14]
    (rejected,) = found.rejected
    assert (rejected.lines, rejected.rows) == ("3", 1)
    assert words in rejected.reason


def test_a_row_of_totals_at_the_end_is_rejected(export, plan, rejections):
    found = plan(export("date,severity\n2026-01-12,4\n2026-01-13,5\nTotal,9\n,9\n"))
    assert [lines for lines, _, _ in rejections(found)] == ["4", "5"]


def test_a_short_row_is_filled_up(export, plan):
    assert taken(plan(export("date,severity,note\n2026-01-12,4\n"))) == {12: {"severity": "4"}}


@pytest.mark.slow
def test_one_cell_of_ten_megabytes_rejects_one_row_or_one_note(export, plan):
    long = "x" * 10_000_000
    for row, nights in (
        (f"2026-01-13,{long},", [12, 14]),
        (f"2026-01-13,4,{long}", [12, 13, 14]),
        (f"{long},4,", [12, 14]),
    ):
        found = plan(export(f"date,severity,note\n2026-01-12,4,\n{row}\n2026-01-14,5,\n"))
        assert list(taken(found)) == nights
        (rejected,) = found.rejected
        assert len(rejected.reason) < 300
        assert all(len(value) <= MAX_CELL for value in (*rejected.values.values(), rejected.night))


def test_a_long_cell_of_a_rejected_row_is_shown_by_its_first_2000_letters_and_marked_as_cut(export, plan):
    rows = "".join(f"2026-01-13,40,{'x' * letters}\n" for letters in (2000, 2001))
    found = plan(export(f"date,severity,note\n{rows}"))
    assert [(row.night, len(row.values["note"])) for row in found.rejected] == [
        ("2026-01-13", 2000),
        ("? 2026-01-13", 2000),
    ]


def test_signs_that_steer_a_terminal_or_turn_the_writing_are_taken_out(export, plan, take, nights, trial_folder):
    hostile = "a\x1b[2Jb\u202egnp.exe\u2066c"
    rows = f"2026-01-12,4,{hostile}\n{hostile},5,x\n2026-01-13,{hostile},{hostile}\n2026-01-14,40,{hostile}\n"
    found = take(export(f"date,severity,note\n{rows}"))
    assert nights()[12].note == "a[2Jbgnp.exec"
    assert found.rows_rejected == 3
    for name in ("diary.csv", "rejected.csv", "journal.csv", "imports/ledger.csv"):
        content = (trial_folder / name).read_text()
        assert [mark for mark in "\x1b\u202e\u2066" if mark in content] == []


def test_formulas_stay_text_and_are_shielded(export, take, nights, rows_of):
    formula = '=HYPERLINK("http://example.org")'
    quoted = formula.replace('"', '""')
    take(export(f'date,severity,note\n2026-01-12,4,"{quoted}"\nsoon,5,"{quoted}"\n'))
    assert nights()[12].note == formula
    assert [row["note"] for row in rows_of("diary.csv")][-1] == f"'{formula}"
    assert rows_of("rejected.csv")[0]["note"] == f"'{formula}"


def test_very_many_rejected_rows_are_kept_as_a_run(export, plan):
    found = plan(export("date,severity\n" + "2026-01-12,99\n" * 6000 + "2026-01-13,4\n"))
    assert (found.rows_rejected, len(found.rejected), list(taken(found))) == (6000, 5001, [13])
    assert (found.rejected[-1].lines, found.rejected[-1].rows) == ("5002-6001", 1000)


def test_a_number_too_large_in_its_unit_is_rejected_as_it_was_written(export, plan, rejections):
    found = plan(export("date,severity,sleep_minutes\n2026-01-12,4,1e308\n"), units={"sleep_minutes": "h"})
    assert [lines for lines, _, _ in rejections(found)] == ["2"]
    assert found.rejected[0].values["sleep_minutes"] == "1e308"


# --- what is missing


def test_what_stands_for_a_missing_value_is_read_as_a_blank_and_counted(export, plan):
    rows = "2026-01-12,NA,NA\n2026-01-13,#N/A,calm\n2026-01-14,.,\n2026-01-15,-,-\n2026-01-16,4,none\n2026-01-17,5,NA\n"
    found = plan(export(f"date,severity,note\n{rows}"))
    assert taken(found) == {
        13: {"note": "calm"},
        15: {"note": "-"},
        16: {"severity": "4", "note": "none"},
        17: {"severity": "5"},
    }
    assert (found.blank, found.missing, found.rejected) == (2, {"NA": 3, "#N/A": 1, ".": 1, "-": 1}, ())


def test_a_missing_rating_does_not_move_what_stands_beside_it(export, plan):
    table = export("date,severity,coffee\n2026-01-13 08:00,NA,3\n2026-01-14 08:00,,3\n2026-01-15 08:00,4,3\n")
    found = plan(table, "caffeine=coffee")
    assert {day: cells["caffeine"] for day, cells in taken(found).items()} == {13: "3", 14: "3"}
    assert found.several == 1


def test_a_missing_date_is_said(export, plan, rejections):
    assert rejections(plan(export("date,severity\nNA,4\n2026-01-13,5\n"))) == [("2", 1, "there is no date")]


def test_a_word_that_is_an_arm_is_no_missing_value(export, plan, folder_of):
    arms = [{"name": "NA", "label": "."}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}]
    folder = folder_of(arms=arms, reference="NA")
    found = plan(export("date,severity,guess\n2026-01-13,4,NA\n"), folder=folder)
    assert (taken(found)[13], found.missing) == ({"severity": "4", "guess": "NA"}, {})


# --- dates that cut their year short


def test_short_years_and_none_are_of_the_trial(export, plan):
    for dates in (
        ("12.01.26", "13.01.26", "14.01.26"),
        ("1/12/26", "1/13/26", "1/14/26"),
        ("12-Jan-26", "Jan 13", "14.1."),
    ):
        found = plan(export("date;severity\n" + "".join(f"{text};4\n" for text in dates)))
        assert list(taken(found)) == [12, 13, 14]
        assert found.cut == (dates[0], date(2026, 1, 12))
    assert plan(export("date,severity\n2026-01-12,4\n")).cut is None


def test_rows_of_other_years_are_not_pulled_into_the_trial(export, plan, rejections):
    found = plan(export("date;severity\n13.01.26;4\n13.01.25;5\n13.01.76;6\n30. Juni;7\n"))
    assert list(taken(found)) == [13]
    assert [reason.partition(":")[0] for _, _, reason in rejections(found)] == [
        "before the first night of the trial, 2026-01-05",
        "'13.01.76' is no date that can be read",
        "'30. Juni' is no date that can be read",
    ]


def test_the_day_before_is_asked_about_where_dates_have_no_time(export, plan):
    table = export("Datum,Wie war die letzte Nacht?\n2026-01-13,4\n")
    with pytest.raises(
        AmbiguousInput, match=r"'Wie war die letzte Nacht.' asks about the day or night before"
    ) as caught:
        plan(table, "severity=Wie war die letzte Nacht?")
    assert (caught.value.option, caught.value.choices) == ("dated-by", ("morning", "evening"))
    for said, day in (("morning", 12), ("evening", 13)):
        assert list(taken(plan(table, "severity=Wie war die letzte Nacht?", dated_by=said))) == [day]
    timed = export("Datum,Wie war die letzte Nacht?\n2026-01-13 21:00,4\n")
    assert list(taken(plan(timed, "severity=Wie war die letzte Nacht?"))) == [12]
