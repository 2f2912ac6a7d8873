"""Adopting nights that were lived already: nothing invented, gaps stay gaps."""

import json
from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pytest
from known import SAMPLE, TWO_ARMS, data_of_others

from nof1.analyze.model.data import build_model_data
from nof1.errors import InputError
from nof1.record.adopting.adopt import adopted_nights
from nof1.record.adopting.schedule import read_schedule
from nof1.record.sources.table import read_table
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput


def from_table(table, **options):
    return Trial(*adopted_nights(table, **options))


OPTIONS = {"outcome": "mood", "arm": "arm", "reference": "off", "low": 0, "high": 10, "better": "lower", "date": "date"}
ROWS = "2026-01-05,off,4\n2026-01-06,off,5\n2026-01-08,on,6\n2026-01-11,off,3\n"


@pytest.fixture
def take(tmp_path):
    """A function that adopts a table given as text."""

    def write_and_adopt(text=f"date,arm,mood\n{ROWS}", **options):
        path = tmp_path / "lived.csv"
        path.write_text(text)
        given = {key: value for key, value in (OPTIONS | options).items() if value is not None}
        return from_table(read_table(path), **given)

    return write_and_adopt


def test_days_without_a_row_are_missing_nights_on_the_arm_before(take):
    trial = take()
    frame = trial.frame
    assert [night.day for night in frame.index] == [5, 6, 7, 8, 9, 10, 11]
    assert list(frame["arm"]) == ["off", "off", "off", "on", "on", "on", "off"]
    assert list(frame["mood"].isna()) == [False, False, True, False, True, True, False]
    assert [night.day for night in trial.missing_nights] == [7, 9, 10]
    assert list(frame["period"]) == [1, 1, 1, 2, 2, 2, 3]
    assert set(frame["block"]) == {0}


def test_an_empty_outcome_is_a_missing_night(take):
    trial = take("date,arm,mood\n2026-01-05,off,4\n2026-01-06,on,\n2026-01-07,on,6\n")
    assert trial.missing_nights == (date(2026, 1, 6),)


def test_rows_may_stand_in_any_order(take):
    lines = ROWS.splitlines()
    assert take("date,arm,mood\n" + "\n".join(reversed(lines)) + "\n").frame.equals(take().frame)


def test_the_protocol_says_what_was_told_and_that_nobody_drew_an_order(take):
    protocol = take(better="higher", threshold=2, carryover="discard:1", title="My winter").protocol
    assert not protocol.randomized
    assert (protocol.title, protocol.reference) == ("My winter", "off")
    assert (protocol.outcome.name, protocol.outcome.low, protocol.outcome.high) == ("mood", 0, 10)
    assert (protocol.outcome.better, protocol.outcome.threshold) == ("higher", 2)
    assert protocol.analysis.carryover == "discard:1"
    assert (protocol.start, protocol.end, protocol.nights) == (date(2026, 1, 5), date(2026, 1, 11), 7)
    assert [arm.name for arm in protocol.arms] == ["off", "on"]


def test_the_reference_stands_first_and_what_was_not_said_is_not_assumed(take):
    protocol = take(reference="on").protocol
    assert [arm.name for arm in protocol.arms] == ["on", "off"]
    assert protocol.outcome.threshold is None
    analysis = protocol.analysis
    assert (analysis.carryover, analysis.start_up, analysis.block_effects) == ("none", False, False)
    assert protocol.block_periods is None


ALTERNATING = "".join(f"2026-01-{5 + i:02},{'off' if i % 2 == 0 else 'on'},{3 + i % 3}\n" for i in range(9))
THREE = "".join(
    f"2026-01-{5 + i:02},{arm},{3 + i % 4}\n"
    for i, arm in enumerate(["off", "on", "other", "on", "other", "off", "on", "other"])
)


def test_blocks_and_a_start_up_are_in_the_model_where_they_are_asked_for(take):
    trial = take(f"date,arm,mood\n{ALTERNATING}", blocks=2, start_up=True)
    assert trial.protocol.block_periods == 2
    assert (trial.protocol.analysis.block_effects, trial.protocol.analysis.start_up) == (True, True)
    data = build_model_data(trial)
    assert data.block_numbers == (1, 2, 3, 4, 5)  # the last one unfinished
    assert list(data.block) == [0, 0, 1, 1, 2, 2, 3, 3, 4]
    assert data.start_up
    assert take(f"date,arm,mood\n{THREE}", blocks=3).protocol.block_periods == 3


@pytest.mark.parametrize(
    ("rows", "blocks", "message"),
    [
        (THREE, 2, "block of periods 1 to 2 has no night on 'other'"),
        (THREE.replace("05,off", "05,on"), 3, "block of periods 1 to 3 has no night on 'off'"),
        (ALTERNATING, 10, "more than the 9 periods"),
        (ALTERNATING, 1, "block_periods"),
    ],
)
def test_blocks_that_do_not_hold_every_arm_are_refused(take, rows, blocks, message):
    with pytest.raises(InputError, match=message):
        take(f"date,arm,mood\n{rows}", blocks=blocks)


@pytest.mark.parametrize(
    ("arms", "effects"),
    [
        (["off", "on"] * 5, False),  # another arm every night
        (["off", "on", "on", "off", "off", "on"], False),  # drawn in pairs
        (["off", "on", "on", "on", "off"], True),
        (["off", "off", "off", "on", "on", "on"], True),
    ],
)
def test_periods_of_a_night_or_two_have_no_effects_beside_those_of_nights(take, arms, effects):
    once = "".join(f"2026-01-{5 + i:02},{arm},{4 + i % 3}\n" for i, arm in enumerate(arms))
    assert take(f"date,arm,mood\n{once}").protocol.analysis.period_effects
    rows = f"{once}2026-01-05,{arms[0]},5\n"  # two measurements of one night
    assert take(f"date,arm,mood\n{rows}", several="mean").protocol.analysis.period_effects is effects
    for said in (True, False):
        told = take(f"date,arm,mood\n{rows}", several="mean", analysis={"period_effects": said})
        assert told.protocol.analysis.period_effects is said


def test_nights_without_a_row_do_not_make_a_period_longer(take):
    rows = "".join(f"2026-01-{5 + 2 * i:02},{'off' if i % 2 else 'on'},{4 + i % 3}\n" * 2 for i in range(8))
    trial = take(f"date,arm,mood\n{rows}", gaps="as-before", several="mean")
    assert max(period.nights for period in trial.order.periods) == 2
    assert not trial.protocol.analysis.period_effects
    threes = "".join(f"2026-01-{5 + 3 * i:02},{'off' if i % 2 else 'on'},{4 + i % 3}\n" * 2 for i in range(8))
    assert not take(f"date,arm,mood\n{threes}", gaps="as-before", several="mean").protocol.analysis.period_effects


def test_day_numbers_stand_for_nights_without_dates(take):
    text = "day,arm,mood\n1,off,4\n2.0,off,5\n4,on,6\n"
    trial = take(text, date=None, day="day")
    assert list(trial.frame["day"]) == [1, 2, 3, 4]
    assert list(trial.frame["mood"].isna()) == [False, False, True, False]
    assert not trial.protocol.design.dated


@pytest.mark.parametrize("number", ["1.5", "x", "", "20260105", "inf"])
def test_a_bad_day_number_is_refused(take, number):
    with pytest.raises(InputError, match=r"lived\.csv, line 3"):
        take(f"day,arm,mood\n1,off,4\n{number},on,5\n", date=None, day="day")


def test_day_numbers_further_apart_than_a_trial_may_last_are_refused(take):
    with pytest.raises(
        InputError, match=r"from day 1 to day 3661, which is more than 3660 nights\. Check the day numbers"
    ):
        take("day,arm,mood\n1,off,4\n3661,on,5\n", date=None, day="day")


@pytest.mark.parametrize("first", [-6, 0, 1, 301, 1995])
def test_day_numbers_count_from_the_first_row(take, first):
    rows = "".join(f"{first + i},{'off' if i % 2 else 'on'},{i % 5}\n" for i in range(6))
    trial = take(f"day,arm,mood\n{rows}", date=None, day="day")
    assert (trial.protocol.nights, list(trial.frame["day"]), trial.missing_nights) == (6, [1, 2, 3, 4, 5, 6], ())
    assert list(trial.frame["mood"]) == [0, 1, 2, 3, 4, 0]


def test_a_morning_table_is_shifted_and_the_order_of_dates_is_asked_for(take):
    assert take(dated_by="morning").protocol.start == date(2026, 1, 4)
    text = "date,arm,mood\n5/1/2026,off,4\n6/1/2026,on,5\n"
    with pytest.raises(InputError, match="can be read two ways"):
        take(text)
    assert take(text, date_order="dmy").protocol.end == date(2026, 1, 6)


def test_percentages_are_the_numbers_of_a_scale_to_100(take):
    text = "date,arm,mood\n2026-01-05,off,65%\n2026-01-06,on,40 %\n2026-01-07,on,5\n"
    assert list(take(text, high=100).frame["mood"]) == [65, 40, 5]
    with pytest.raises(InputError, match="line 2: mood '65%' is no plain number"):
        take(text)
    with pytest.raises(InputError, match=r"line 4: mood holds percentages, and 0.5 without a sign among them"):
        take(text.replace(",5\n", ",0.5\n"), high=100)


def test_decimal_commas_are_read(take):
    assert list(take("date;arm;mood\n2026-01-05;off;4,5\n2026-01-06;on;5\n").frame["mood"]) == [4.5, 5]


def test_numbers_are_settled_over_the_table_as_in_an_import(take):
    rows = "2026-01-05,off,{},1.250\n2026-01-06,on,5,2.000\n2026-01-07,on,5,900\n"
    comma = take("date,arm,mood,kcal\n" + rows.format('"4,5"'), covariates=["kcal"])
    assert (list(comma.frame["mood"]), list(comma.frame["kcal"])) == ([4.5, 5, 5], [1250, 2000, 900])
    point = take("date,arm,mood,kcal\n" + rows.format("4.5"), covariates=["kcal"])
    assert list(point.frame["kcal"]) == [1.25, 2, 900]


def test_numbers_of_two_meanings_are_asked_for(take):
    text = "date,arm,mood,kcal\n2026-01-05,off,4,1.250\n2026-01-06,on,5,900\n"
    with pytest.raises(AmbiguousInput) as question:
        take(text, covariates=["kcal"])
    assert (question.value.option, question.value.choices) == ("decimal", ("comma", "point"))
    assert list(take(text, covariates=["kcal"], decimal_comma=True).frame["kcal"]) == [1250, 900]
    assert list(take(text, covariates=["kcal"], decimal_comma=False).frame["kcal"]) == [1.25, 900]


def test_numbers_of_a_frame_are_what_they_are():
    frame = pd.DataFrame({"date": ["2026-01-05", "2026-01-06"], "arm": ["off", "on"], "mood": [4.125, 5]})
    assert list(Trial.from_frame(frame, **OPTIONS).frame["mood"]) == [4.125, 5]


def test_times_in_a_column_of_their_own_move_outcome_and_arm_to_the_evening_before(take):
    text = "date,Time,arm,mood\n2026-01-05,22:15,off,4\n2026-01-07,00:35,on,5\n2026-01-07,,off,3\n"
    frame = take(text).frame
    assert [night.day for night in frame.index] == [5, 6, 7]
    assert (list(frame["arm"]), list(frame["mood"])) == (["off", "on", "off"], [4, 5, 3])
    with pytest.raises(InputError, match=r"line 3: 'late' is no time that can be read"):
        take(text.replace("00:35", "late"))


def test_times_in_utc_are_asked_for_and_the_zone_settles_them(take):
    text = "date,arm,mood\n2026-01-05T23:30:00Z,off,4\n2026-01-07T02:30:00Z,on,5\n"
    with pytest.raises(AmbiguousInput) as question:
        take(text)
    assert question.value.option == "zone"
    assert [night.day for night in take(text, zone="Asia/Tokyo").frame.index] == [5, 6]
    assert [night.day for night in take(text, zone="Pacific/Auckland").frame.index] == [6, 7]


def test_a_column_of_dates_and_of_dates_as_text_is_refused(tmp_path):
    book = openpyxl.Workbook()
    for row in (["date", "arm", "mood"], [date(2026, 5, 3), "off", 4], ["13/03/2026", "on", 5]):
        book.active.append(row)
    book.save(tmp_path / "lived.xlsx")
    with pytest.raises(InputError, match=r"'date' holds both dates and dates as text.*swapped day and month"):
        from_table(read_table(tmp_path / "lived.xlsx"), **OPTIONS)


def test_covariates_come_along(take):
    text = "date,arm,mood,Sleep (h)\n2026-01-05,off,4,7.5\n2026-01-06,on,5,\n"
    trial = take(text, covariates=["Sleep (h)"])
    assert trial.protocol.analysis.covariates == ("Sleep_h",)
    assert trial.frame["Sleep_h"].iloc[0] == 7.5
    assert trial.frame["Sleep_h"].isna().iloc[1]


@pytest.mark.parametrize(
    "column", ["How bad was it?", "night", "note", "Größe", "x" * 60, "2nd rating", "0-10", "???", "_x_", "-"]
)
def test_an_outcome_column_of_any_name_can_be_adopted(take, tmp_path, column):
    trial = take(f"date,arm,{column}\n2026-01-05,off,4\n2026-01-06,on,5\n", outcome=column)
    assert trial.protocol.outcome.label == column
    trial.write(tmp_path / "trial")
    assert Trial.load(tmp_path / "trial").frame.equals(trial.frame)


# Options and text that differ from the sound table, then what the message must hold.
REFUSED = {
    "two rows for a night": (
        {"text": f"date,arm,mood\n{ROWS}2026-01-06,on,5\n"},
        ["two rows for the night 2026-01-06", "lines 3 and 6", "Keep one row a night"],
    ),
    "a single arm": (
        {"text": "date,arm,mood\n2026-01-05,off,4\n2026-01-06,off,5\n"},
        ["'arm' holds only 'off'", "at least two arms"],
    ),
    "unknown reference": ({"reference": "placebo"}, ["'placebo'", "off, on"]),
    "unknown outcome": ({"outcome": "sleep"}, ["no column 'sleep'", "date, arm, mood"]),
    "unknown arm column": ({"arm": "phase"}, ["no column 'phase'", "date, arm, mood"]),
    "unknown date column": ({"date": "when"}, ["no column 'when'", "date, arm, mood"]),
    "unknown covariate": ({"covariates": ["sleep"]}, ["no column 'sleep'", "date, arm, mood"]),
    "covariate is the outcome": ({"covariates": ["mood"]}, ["different names", "mood"]),
    "neither date nor day": ({"date": None}, ["date=", "day="]),
    "a column of dates as day numbers": ({"day": "date"}, ["line 2", "2026-01-05"]),
    "neither arm nor schedule": ({"arm": None}, ["arm=", "schedule="]),
    "trusting neither": ({"trust": "neither"}, ["'neither'", "'date' or 'day'"]),
    "off the scale": ({"high": 5}, ["line 4", "mood 6", "0 to 5"]),
    "no number": (
        {"text": f"date,arm,mood\n{ROWS}2026-01-12,on,bad\n"},
        ["line 6", "mood 'bad' is no plain number", "leave it empty"],
    ),
    "no date": ({"text": f"date,arm,mood\n{ROWS}soon,on,5\n"}, ["line 6", "'soon' is no date"]),
    "empty date": ({"text": f"date,arm,mood\n{ROWS},on,5\n"}, ["line 6", "'' is no date"]),
    "a year mistyped": ({"text": f"date,arm,mood\n{ROWS}1926-01-12,on,5\n"}, ["1926-01-12", "Check the dates"]),
    "before all mornings": (
        {"text": "date,arm,mood\n0001-01-01,off,5\n0001-01-02,on,5\n", "dated_by": "morning"},
        ["0001-01-01"],
    ),
    "scale upside down": ({"low": 10, "high": 0}, ["from 10 to 0", "low end must be below"]),
    "scale without end": ({"high": float("inf")}, ["from 0 to inf", "low end must be below"]),
    "unknown carryover": ({"carryover": "slow"}, ["carryover", "exponential"]),
    "arm name with a bracket": (
        {"text": "date,arm,mood\n2026-01-05,off,4\n2026-01-06,[b]on[/b],5\n"},
        ["'[b]on[/b]'", "letters, digits"],
    ),
    "arms that differ in case only": (
        {"text": "date,arm,mood\n2026-01-05,off,4\n2026-01-06,Off,5\n"},
        ["off, Off", "same name"],
    ),
    "unknown field of the analysis": ({"analysis": {"trends": True}}, ["analysis.trends", "check the spelling"]),
}


@pytest.mark.parametrize(("options", "words"), REFUSED.values(), ids=REFUSED)
def test_a_table_that_does_not_fit_is_refused(take, options, words):
    with pytest.raises(InputError) as refusal:
        take(**options)
    assert [word for word in words if word not in str(refusal.value)] == []


def test_a_frame_is_adopted_like_a_file(take):
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-01-05", "2026-01-06", "2026-01-08", "2026-01-11"]),
            "arm": ["off", "off", "on", "off"],
            "mood": [4, 5, 6, 3],
        }
    )
    assert Trial.from_frame(frame, **OPTIONS).frame.equals(take().frame)
    numpy_ends = {"low": frame["mood"].min(), "high": frame["mood"].max()}
    assert Trial.from_frame(frame, **OPTIONS | numpy_ends).protocol.priors.level_mean == 4.5


def test_a_table_of_68_rows_over_70_dates_is_70_nights_of_which_two_are_missing():
    table = read_table(SAMPLE / "simulated-sleep-diary.csv")
    options = {"arm": "evening", "reference": "home", "low": 0, "high": 100, "better": "higher"}
    trial = from_table(table, outcome="sleep", date="date", **options)
    dates = pd.DatetimeIndex([row.cells[0] for row in table.rows])
    absent = pd.date_range(dates[0], dates[-1]).difference(dates)
    assert (trial.protocol.nights, len(trial.entries), len(trial.frame)) == (70, 68, 70)
    assert list(trial.missing_nights) == [night.date() for night in absent]
    assert trial.frame["sleep"].count() == 68


@pytest.fixture
def readings(tmp_path):
    """Three readings a day on 20 study days, made up; from day 13 on the dates are one further than the count of days."""
    lines = ["date,study_day,mood,condition"]
    for day in range(1, 21):
        night = date(2026, 1, 4 + day + (day > 12))
        lines += [f"{night},{day},{40 + (7 * day + 13 * i) % 50},{ARMS[day % 3 == 0]}" for i in range(3)]
    path = tmp_path / "readings.csv"
    path.write_text("\n".join([*lines, ""]))
    return read_table(path)


ARMS = ("water", "tea")
READINGS = {
    "outcome": "mood",
    "arm": "condition",
    "reference": "water",
    "low": 0,
    "high": 100,
    "better": "lower",
    "date": "date",
}


def test_readings_by_the_day_number_are_the_means_of_the_study_days(readings):
    schedule = {day: str(int(day % 3 == 0)) for day in range(1, 21)}
    trial = from_table(readings, **READINGS, day="study_day", trust="day", several="mean", schedule=schedule)
    assert (trial.protocol.nights, len(trial.entries), trial.protocol.design.dated) == (20, 20, False)
    frame = trial.frame
    assert list(frame["mood"]) == pytest.approx(
        [np.mean([40 + (7 * day + 13 * i) % 50 for i in range(3)]) for day in range(1, 21)]
    )
    assert list(frame["arm"]) == [ARMS[day % 3 == 0] for day in range(1, 21)]


def test_readings_by_the_dates_have_one_night_more_than_the_study_counts(readings):
    with pytest.raises(AmbiguousInput, match="part at line 38: day 13 would be 2026-01-17, and the row has 2026-01-18"):
        from_table(readings, **READINGS, day="study_day", several="mean")
    trial = from_table(readings, **READINGS, day="study_day", trust="date", several="mean")
    assert (trial.protocol.nights, len(trial.entries), trial.protocol.design.dated) == (21, 20, True)
    assert trial.missing_nights == (date(2026, 1, 17),)


def test_melatonin_days_are_71_nights_of_which_one_is_missing():
    trial = from_table(
        read_table(data_of_others("melatonin/miura_ema_70day_daily.csv")),
        outcome="mood",
        arm="condition",
        reference="control",
        low=0,
        high=100,
        date="date",
        better="higher",
    )
    assert (trial.protocol.nights, len(trial.entries), len(trial.missing_nights)) == (71, 70, 1)
    assert trial.missing_nights == (date(2026, 4, 3),)
    assert len(trial.frame) == 71
    assert trial.frame["mood"].count() == 70
    assert trial.frame["mood"].iloc[1] == pytest.approx(212 / 3)
    before, missing = trial.frame["arm"].loc["2026-04-02":"2026-04-03"]
    assert before == missing


MELATONIN = {"outcome": "mood", "arm": "condition", "reference": "control", "low": 0, "high": 100, "better": "higher"}


def test_melatonin_single_readings_are_refused_as_several_a_day(melatonin_readings):
    with pytest.raises(AmbiguousInput, match="two rows for the night 2026-02-18: lines 2 and 3") as question:
        from_table(melatonin_readings, date="date", **MELATONIN)
    assert question.value.option == "several"


def test_melatonin_dates_and_day_numbers_part_and_nothing_is_said(melatonin_readings):
    with pytest.raises(AmbiguousInput) as question:
        from_table(melatonin_readings, date="date", day="study_day", several="mean", **MELATONIN)
    assert (question.value.option, question.value.choices) == ("trust", ("day", "date"))
    rows = [(row.line, date.fromisoformat(row.cells[1]), int(float(row.cells[2]))) for row in melatonin_readings.rows]
    line, night, number = next(row for row in rows if (row[1] - rows[0][1]).days != row[2] - rows[0][2])
    assert f"part at line {line}: day {number} would be" in str(question.value)
    assert f"the row has {night}" in str(question.value)


def test_melatonin_195_readings_are_the_70_published_days_when_going_by_the_day_number(melatonin_readings):
    schedule = read_schedule(data_of_others("melatonin/schedule.json"))
    trial = from_table(
        melatonin_readings,
        date="date",
        day="study_day",
        trust="day",
        several="mean",
        schedule=schedule,
        **MELATONIN,
    )
    daily = pd.read_csv(data_of_others("melatonin/miura_ema_70day_daily.csv"))
    assert len(melatonin_readings.rows) == 195
    assert (trial.protocol.nights, len(trial.entries), len(trial.missing_nights)) == (70, 70, 0)
    assert not trial.protocol.design.dated
    frame = trial.frame
    assert list(frame["day"]) == [int(day) for day in daily["study_day"]]
    assert list(frame["mood"]) == pytest.approx(list(daily["mood"]), abs=1e-9)
    assert list(frame["arm"]) == list(daily["condition"])


def test_melatonin_by_the_dates_has_one_night_more_than_the_study_counts(melatonin_readings):
    trial = from_table(melatonin_readings, date="date", day="study_day", trust="date", several="mean", **MELATONIN)
    assert (trial.protocol.nights, len(trial.entries), trial.protocol.design.dated) == (71, 71, True)


@pytest.fixture
def melatonin_readings():
    return read_table(data_of_others("melatonin/miura_ema_70day.csv"))


def test_28_days_without_dates_are_adopted_with_their_two_missing_ones(tmp_path):
    rows = [f"{i + 1},{1 + i // 7 % 2},{'' if y is None else y}\n" for i, y in enumerate(TWO_ARMS)]
    (tmp_path / "days.csv").write_text("day,arm,y\n" + "".join(rows))
    trial = from_table(
        read_table(tmp_path / "days.csv"),
        outcome="y",
        arm="arm",
        reference="1",
        low=0,
        high=12,
        better="lower",
        day="day",
    )
    assert (trial.protocol.nights, len(trial.missing_nights)) == (28, 2)
    assert [period.nights for period in trial.order.periods] == [7, 7, 7, 7]


# --- several ratings, a schedule, dates beside day numbers


SEVERAL = "date,arm,mood\n2026-01-05,off,4\n2026-01-05,off,8\n2026-01-05,off,\n2026-01-06,on,3\n"


@pytest.mark.parametrize(
    ("rule", "value"), [("mean", 6), ("last", 8), ("first", 4), ("max", 8), ("min", 4), ("sum", 12)]
)
def test_several_ratings_of_a_night_become_one_by_the_rule(take, rule, value):
    assert list(take(SEVERAL, several=rule, high=20).frame["mood"]) == [value, 3]


def test_a_sum_off_the_scale_is_refused_not_clipped(take):
    with pytest.raises(InputError, match="line 2: mood 12 is outside its scale, 0 to 10"):
        take(SEVERAL, several="sum")


def test_two_arms_in_one_night_are_refused(take):
    with pytest.raises(InputError, match="lines 2 and 3 are of one night and name two arms, off and on"):
        take("date,arm,mood\n2026-01-05,off,4\n2026-01-05,on,8\n", several="mean")


def test_a_schedule_gives_the_arms_of_days_without_a_row_too(take):
    text = "day,mood\n1,4\n2,5\n5,6\n"
    schedule = {1: "0", 2: "1", 3: "1", 4: "0", 5: "0", 6: "1"}
    trial = take(text, date=None, day="day", arm=None, schedule=schedule, reference="0")
    assert list(trial.frame["arm"]) == ["0", "1", "1", "0", "0", "1"]
    assert (trial.protocol.nights, len(trial.missing_nights)) == (6, 3)


def test_a_schedule_beside_a_column_of_arms_keeps_the_columns_names(take):
    trial = take(schedule=dict(enumerate("0001110", start=1)))
    assert list(trial.frame["arm"]) == ["off", "off", "off", "on", "on", "on", "off"]
    lasting = take(schedule=dict(enumerate("000111010", start=1)))
    assert list(lasting.frame["arm"])[-2:] == ["on", "off"]


SCHEDULES = {
    "another arm": ("0101110", "contradicts the schedule on 2026-01-11, day 7|contradicts the schedule on"),
    "two names for one": ("0000000", "contradicts the schedule on 2026-01-08, day 4"),
    "one name for two": ("0112112", "contradicts the schedule|have the same arm"),
    "too short": ("0001", "day 7, which the schedule does not have"),
}


@pytest.mark.parametrize(("arms", "words"), SCHEDULES.values(), ids=SCHEDULES)
def test_a_schedule_that_the_table_contradicts_is_refused(take, arms, words):
    with pytest.raises(InputError, match=words):
        take(schedule=dict(enumerate(arms, start=1)))


def test_a_schedule_with_a_gap_is_refused(take):
    with pytest.raises(InputError, match="The schedule has no day 3, and the nights run to day 7"):
        take(schedule={1: "0", 2: "0", 4: "1", 7: "0"})


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"a": 1}', '{"0": 1}', '{"1": ""}', '{"1": null}', '{"99999": 1}', "[" * 100_000, b"\xff\xfe"],
    ids=["empty", "a list", "no day", "a letter", "day 0", "no arm", "null", "too far", "deep", "bytes"],
)
def test_a_file_that_is_no_schedule_is_refused(tmp_path, content):
    path = tmp_path / "schedule.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=r"schedule\.json"):
        read_schedule(path)


def test_a_schedule_is_read_with_numbers_or_words(tmp_path):
    path = tmp_path / "schedule.json"
    path.write_text(json.dumps({"1": 0, "2": "on", "3": 1.0}))
    assert read_schedule(path) == {1: "0", 2: "on", 3: "1"}


DAYS = "date,count,arm,mood\n2026-01-06,2,off,4\n2026-01-07,3,on,5\n2026-01-09,{},on,6\n"


def test_day_numbers_beside_dates_begin_with_the_first_row(take):
    trial = take(DAYS.format(5), day="count")
    assert (trial.protocol.start, trial.protocol.nights) == (date(2026, 1, 6), 4)
    assert trial.missing_nights == (date(2026, 1, 8),)


def test_a_schedule_says_what_came_before_the_first_row(take):
    trial = take(DAYS.format(5), day="count", schedule=dict(enumerate("00101", start=1)))
    assert (trial.protocol.start, trial.protocol.nights) == (date(2026, 1, 5), 5)
    assert list(trial.frame["arm"]) == ["off", "off", "on", "off", "on"]


def test_day_numbers_that_part_from_the_dates_are_asked_about(take):
    with pytest.raises(AmbiguousInput) as question:
        take(DAYS.format(4), day="count")
    assert question.value.option == "trust"
    assert "part at line 4: day 4 would be 2026-01-08, and the row has 2026-01-09 (1 of 3 rows" in str(question.value)
    by_day = take(DAYS.format(4), day="count", trust="day")
    assert (list(by_day.frame["day"]), by_day.protocol.design.dated) == ([1, 2, 3], False)
    by_date = take(DAYS.format(4), day="count", trust="date")
    assert (by_date.protocol.start, by_date.protocol.end) == (date(2026, 1, 6), date(2026, 1, 9))


@pytest.mark.parametrize("family", ["rating", "count", "student", "duration"])
def test_a_table_of_another_family_is_taken_over(family):
    frame = pd.DataFrame({"day": range(1, 13), "arm": ["off", "on"] * 6, "y": [3, 1, 4, 1, 5, 2, 3, 2, 4, 1, 3, 2]})
    options = {"outcome": "y", "arm": "arm", "day": "day", "reference": "off", "low": 0, "high": 10, "better": "lower"}
    trial = Trial.from_frame(frame, **options, analysis={"family": family})
    assert trial.protocol.analysis.family == family
    assert trial.protocol.outcome.whole == (family in ("rating", "count"))


def test_a_fraction_in_a_table_of_counts_is_refused():
    frame = pd.DataFrame({"day": range(1, 9), "arm": ["off", "on"] * 4, "y": [3, 1, 4, 1.5, 5, 2, 3, 2]})
    options = {"outcome": "y", "arm": "arm", "day": "day", "reference": "off", "low": 0, "high": 10, "better": "lower"}
    with pytest.raises(InputError, match="whole number"):
        Trial.from_frame(frame, **options, analysis={"family": "count"})
