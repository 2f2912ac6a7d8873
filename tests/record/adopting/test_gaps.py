"""Days of an adopted table without a row or an arm: asked about where they matter, and then what the person says they were."""

import itertools
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.analyze.engines.choose import estimate
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.exposure import exposure_by_day
from nof1.errors import InputError, RefusalError
from nof1.plan.design.fields import NO_ARM, NOT_COMPARED
from nof1.plan.design.order import order_from_arms
from nof1.plan.protocol.protocol import Protocol
from nof1.record.adopting.gaps import GAPS, every_day, gap_lengths, settle_gaps
from nof1.record.diary.entry import Entry
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput

OLD = """\
# What was decided before the first night. Its hash is printed on every page; changes afterwards are amendments.

schema = 2
title = "y by arm"
question = ""
simulated = false
reference = "off"
arms = [
    { name = "off", label = "", form = "", product = "", placebo = false },
    { name = "on", label = "", form = "", product = "", placebo = false },
]

[outcome]
name = "y"
label = "y"
low = 0.0
high = 10.0
better = "higher"
threshold = 1.0
whole = false

[design]
kind = "adopted"
start = 2000-01-01
dated = false
nights = 9

[analysis]
family = "normal"
certainty = 0.9
certainty_full = 0.8
carryover = "exponential"
trend = true
period_effects = true
autocorrelation = true
start_up = false
block_effects = false
dose = "assigned"
covariates = []

[analysis.priors]
level_mean = 5.0
level_sd = 2.5
effect_sd = 2.0
trend_sd = 2.0
covariate_sd = 2.0
start_up_sd = 2.0
block_sd = 1.0
period_scale = 0.25
noise_scale = 2.5
autocorrelation_a = 4.0
autocorrelation_b = 2.0
half_life_median = 2.0
half_life_log_sd = 0.7

[conduct]
why = "Whether magnesium calms or worsens restless legs differs between people, and averages of groups do not say what it does in one person."
why_comparator = "The same person's nights without it are the fairest comparison there is."
diagnosis = ""
conditions = ""
medicines = ""
co_treatment = "Other treatment stays as it is where possible; changes are noted in the diary."
tailored = ""
setting = "at home"
purpose = "self-care"
consent = ""
access = "The person alone, and whoever they show it to."
results_to = "The person gets the results page and may take it to a doctor."
registration = ""
helper = ""
dose_time = "21:30"
entry_time = "08:00"
"""
OPTIONS = {"outcome": "y", "arm": "arm", "day": "day", "reference": "off", "low": 0, "high": 10, "better": "higher"}
START = date(2026, 1, 1)


def adopted(rows, **options):
    """A trial from (day, arm, outcome)."""
    return Trial.from_frame(pd.DataFrame(rows, columns=["day", "arm", "y"]), **OPTIONS | options)


def sparse(seed, *, days=226, doses=50, effect=0.6, sd=1.6, half_life=2.0):
    """A made-up series of single doses in random order with days between them; each builds up and fades."""
    rng = np.random.default_rng(seed)
    day = np.r_[0, np.sort(rng.choice(np.arange(1, days - 1), doses - 2, replace=False)), days - 1]
    arm = rng.permutation(["off", "on"] * (doses // 2))
    taken = np.zeros(days)
    taken[day[arm == "on"]] = 1
    had = exposure_by_day(taken[:, None], np.array([half_life]))[day, 0, 0]
    y = np.clip(5 + effect * had + rng.normal(0, sd, doses), 0, 10).round(1)
    return pd.DataFrame({"day": day + 1, "arm": arm, "y": y})


TABLES = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from(["off", "on", "other"]), st.integers(0, 10)),
    min_size=4,
    max_size=40,
    unique_by=lambda row: row[0],
).filter(lambda rows: {"off", "on"} <= {arm for _, arm, _ in rows} and len({y for *_, y in rows}) > 1)


# --- what days are


@given(TABLES, st.sampled_from([*GAPS, None]))
def test_every_row_keeps_its_arm_and_every_day_between_is_what_was_said(rows, gaps):
    arms = {START + timedelta(days=day): arm for day, arm, _ in rows}
    start, last = min(arms), max(arms)
    days = every_day(start, last, arms, gaps)
    assert len(days) == (last - start).days + 1
    for place, arm in enumerate(days):
        night = start + timedelta(days=place)
        expected = arms.get(night) or (days[place - 1] if gaps in (None, "as-before") else NO_ARM)
        assert arm == expected


@given(TABLES)
def test_the_lengths_of_gaps_are_those_of_the_stretches_between_rows(rows):
    days = sorted(day for day, *_ in rows)
    nights = [START + timedelta(days=day) for day in days]
    between = [after - before - 1 for before, after in itertools.pairwise(days) if after > before + 1]
    assert gap_lengths(nights, min(nights), max(nights)) == between


@given(TABLES, st.sampled_from(GAPS))
def test_a_night_without_a_row_is_never_missing_once_the_gaps_are_explained(rows, gaps):
    trial = adopted(rows, gaps=gaps)
    assert trial.missing_nights == ()
    assert len(trial.planned_nights) == len(rows)
    assert sorted(trial.frame["day"][trial.frame["y"].notna()]) == sorted(
        day - min(one for one, *_ in rows) + 1 for day, *_ in rows
    )
    there = [period for period in trial.order.periods if period.on_trial]
    assert {period.number for period in there} == set(range(1, there[-1].number + 1))
    assert trial.protocol.gaps == (gaps if len(trial.frame) > len(rows) else None)


@given(TABLES)
def test_without_carryover_it_does_not_matter_what_gaps_are(rows):
    """The same numbers go into the model, whatever is said and where nothing is."""
    made = []
    for gaps in (None, *GAPS):
        try:
            made.append(build_model_data(adopted(rows, gaps=gaps)))
        except RefusalError as refusal:
            made.append(str(refusal))
    first, *others = made
    for data in others:
        if isinstance(first, str):
            assert data == first
            continue
        for name in ("y", "day", "time", "arm", "period", "block"):
            assert np.array_equal(getattr(data, name), getattr(first, name)), name
        assert np.array_equal(data.doses[data.dose_day], first.doses[first.dose_day])


@given(TABLES, st.floats(0.3, 20))
def test_exposure_is_what_a_diary_of_every_day_would_give(rows, half_life):
    """Against a loop over all days, a second computation: gaps fade, go on, or do not count."""
    first = min(day for day, *_ in rows)
    for gaps in GAPS:
        try:
            data = build_model_data(adopted(rows, gaps=gaps, carryover="exponential"))
        except RefusalError:
            continue
        arms = {day - first: arm for day, arm, _ in rows}
        kept, had, before = 2 ** (-1 / half_life), np.zeros(len(data.arms)), "off"
        expected = []
        for day in range(data.days):
            arm = arms.get(day, before if gaps == "as-before" else None)
            if arm is not None or gaps == "untreated":
                had = kept * had + (1 - kept) * np.array([name == arm for name in data.arms])
            if day in arms:
                expected.append(had)
            before = arm or before
        found = exposure_by_day(data.doses, np.array([half_life]))[data.dose_day][..., 0]
        assert found == pytest.approx(np.array(expected), abs=1e-9)
        assert exposure_by_day(data.doses, np.array([half_life]))[data.row_of_day][data.day][..., 0] == pytest.approx(
            found
        )
        assert data.doses_by_day.sum() == pytest.approx(data.doses.sum())


# --- when it is asked


@given(TABLES)
def test_more_than_two_days_in_a_row_are_asked_about_before_carryover(rows):
    days = sorted(day for day, *_ in rows)
    gaps = [after - before - 1 for before, after in itertools.pairwise(days) if after > before + 1]
    many = sum(gaps) >= 5 and sum(gaps) > (days[-1] - days[0] + 1) / 4
    matters = max(gaps, default=0) > 2 or many
    assert adopted(rows).protocol.gaps == ("not-stated" if matters else None)
    for carryover in ("exponential", "discard:1"):
        if not matters:
            assert adopted(rows, carryover=carryover).protocol.gaps is None
            continue
        with pytest.raises(AmbiguousInput, match=r"gaps='untreated'.*gaps='as-before'.*gaps='pause'") as question:
            adopted(rows, carryover=carryover)
        assert (question.value.option, question.value.choices) == ("gaps", GAPS)
        for said in GAPS:
            assert adopted(rows, carryover=carryover, gaps=said).protocol.gaps == said


def test_the_question_says_how_many_days_and_which_stretch():
    rows = [(1, "off", 4), (2, "on", 5), (9, "on", 6), (10, "off", 3), (12, "off", 3)]
    with pytest.raises(AmbiguousInput, match=r"7 of 12 days have no row.*longest stretch is of 6 days, from day 3 on"):
        adopted(rows, carryover="exponential")
    arms = {START + timedelta(days=day): arm for day, arm, _ in rows}
    with pytest.raises(AmbiguousInput, match="from 2026-01-04 on"):
        settle_gaps("t", arms, min(arms), max(arms), said=None, carryover="exponential", dated=True)


def test_a_model_with_carryover_is_refused_where_nobody_said_what_gaps_were():
    """Such as the other choice beside an analysis without it."""
    rows = [(day, "on" if day % 2 else "off", day % 5) for day in (1, 2, 3, 9, 10, 11, 12)]
    trial = adopted(rows)
    assert trial.protocol.gaps == "not-stated"
    build_model_data(trial)
    other = adopted(rows, gaps="pause").protocol
    content = trial.protocol.to_dict()
    content["analysis"]["carryover"] = "exponential"
    carried = Trial(Protocol.build(content), trial.order, trial.entries)
    with pytest.raises(RefusalError, match="nobody said what they were"):
        build_model_data(carried)
    assert (other.gaps, other.to_dict()["design"]["gaps"]) == ("pause", "pause")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"gaps": "fine"}, r"gaps 'fine' must be 'untreated', 'as-before' or 'pause'"),
        ({"gaps": "not-stated"}, r"must be 'untreated'"),
        ({"not_compared": "off"}, r"must be a list of arms, such as \['off'\]"),
        ({"not_compared": ["rest"]}, r"'rest' is not among the arms of column 'arm': off, on"),
        ({"not_compared": ["off"]}, "'off' is the reference"),
        ({"not_compared": ["on"]}, "holds only 'off'"),
    ],
)
def test_what_cannot_be_meant_is_refused(options, words):
    with pytest.raises(InputError, match=words):
        adopted([(1, "off", 4), (2, "on", 5), (3, "off", 6)], **options)


# --- two readings of one series


def test_50_doses_of_226_days_are_read_as_the_person_says():
    """As before, days between count as doses and the answer leans; untreated, the same nights can't tell yet."""
    table = sparse(32)
    with pytest.raises(AmbiguousInput, match="176 of 226 days have no row"):
        adopted(table, carryover="exponential")
    found = {}
    for gaps in GAPS:
        trial = adopted(table, gaps=gaps, carryover="exponential")
        data = build_model_data(trial)
        found[gaps] = estimate(trial.protocol, data, seed=1).rows[0]
        assert (data.n, trial.protocol.nights, len(trial.missing_nights)) == (50, 226, 0)
        assert data.treated.sum() == (25 if gaps != "as-before" else (trial.frame["arm"] == "on").sum())
    assert (found["untreated"].verdict, found["as-before"].verdict) == ("can't tell yet", "leans worse")
    assert found["untreated"].over_nights.mean == pytest.approx(-0.04, abs=0.05)
    assert found["as-before"].over_nights.mean == pytest.approx(-0.74, abs=0.05)


def test_an_adopted_protocol_from_before_keeps_its_hash_and_its_nights(tmp_path):
    """Written by the version before gaps could be said; days without a row were on the arm of the day before."""
    protocol = Protocol.parse(OLD)
    assert protocol.sha256() == "6979fa50dad5f8895fe4bd572faff2322766082ed753b7bfd45934ad03ced6ee"
    assert (protocol.gaps, "gaps" in protocol.to_toml()) == (None, False)
    order = order_from_arms(protocol.start, ["off"] * 2 + ["on"] * 5 + ["off", "on"])
    rows = {0: 4, 1: 5, 2: 3, 6: 2, 7: 6, 8: 3}
    entries = tuple(Entry(protocol.start + timedelta(days=day), float(y)) for day, y in rows.items())
    Trial(protocol, order, entries).write(tmp_path / "old")
    trial = Trial.load(tmp_path / "old")
    assert (len(trial.planned_nights), len(trial.missing_nights)) == (9, 3)
    data = build_model_data(trial)
    assert list(data.doses[:, 0]) == [0, 0, 1, 1, 1, 1, 1, 0, 1]
    assert (list(data.day), data.still) == (list(rows), ())


# --- rows without an arm, and arms that are not compared


@pytest.mark.parametrize("missing", ["", "NA", "#N/A", ".", "NaN", "null"])
def test_a_row_without_an_arm_is_left_out_and_counted(missing):
    rows = [(1, "off", 4), (2, "on", 5), (3, missing, 9), (4, "on", 6), (5, "off", 3), (6, "off", 2)]
    trial = adopted(rows)
    assert [arm.name for arm in trial.protocol.arms] == ["off", "on"]
    assert (list(trial.frame["arm"]).count(NO_ARM), trial.protocol.gaps) == (1, "not-stated")
    assert trial.frame["y"].iloc[2] == 9  # nothing is lost
    data = build_model_data(trial)
    assert list(data.day) == [0, 1, 3, 4, 5]
    assert trial.missing_nights == ()
    with pytest.raises(AmbiguousInput, match="1 of 6 days have no row, or a row without an arm"):
        adopted(rows, carryover="exponential")
    as_before = adopted(rows, carryover="exponential", gaps="as-before")
    assert list(as_before.frame["arm"]) == ["off", "on", "on", "on", "off", "off"]
    assert list(build_model_data(as_before).y) == [4, 5, 9, 6, 3, 2]
    untreated = build_model_data(adopted(rows, carryover="exponential", gaps="untreated"))
    assert (untreated.n, list(untreated.doses[:, 0])) == (5, [0, 1, 0, 1, 0, 0])


def test_an_arm_that_looks_missing_is_one_where_it_is_the_reference():
    rows = [(1, "NA", 4), (2, "on", 5), (3, "NA", 9), (4, "on", 6)]
    trial = adopted(rows, reference="NA")
    assert list(trial.frame["arm"]) == ["NA", "on", "NA", "on"]
    none = adopted([(1, "none", 4), (2, "on", 5), (3, "none", 9), (4, "on", 6)], reference="on")
    assert [arm.name for arm in none.protocol.arms] == ["on", "none"]


def test_rows_of_a_table_made_by_r_without_arm_and_outcome_are_no_nights():
    rows = [
        (day, "NA" if day in (3, 8) else "A" if day % 4 < 2 else "B", "NA" if day in (3, 8) else day % 6)
        for day in range(1, 13)
    ]
    trial = adopted(rows, reference="A")
    assert (len(trial.entries), trial.missing_nights, trial.protocol.nights) == (10, (), 12)
    assert [arm.name for arm in trial.protocol.arms] == ["A", "B"]


def test_before_the_first_arm_there_is_no_day_before():
    rows = [(1, "", 4), (2, "", 5), (3, "on", 9), (4, "off", 6), (5, "on", 6)]
    for gaps in (*GAPS, None):
        trial = adopted(rows, gaps=gaps)
        assert list(trial.frame["arm"]) == [NO_ARM, NO_ARM, "on", "off", "on"]
        assert list(trial.frame["period"]) == [0, 0, 1, 2, 3]


def test_arms_that_are_not_compared_are_kept_without_a_dose_and_end_a_period():
    rows = [(1, "base", 9), (2, "base", 9), (3, "on", 4), (4, "off", 5), (5, "rest", 1), (6, "off", 6), (7, "on", 3)]
    trial = adopted(rows, not_compared=["base", "rest"], carryover="exponential")
    assert [arm.name for arm in trial.protocol.arms] == ["off", "on"]
    assert trial.protocol.design.not_compared == ("base", "rest")
    assert list(trial.frame["arm"]) == [NOT_COMPARED] * 2 + ["on", "off", NOT_COMPARED, "off", "on"]
    assert list(trial.frame["period"]) == [0, 0, 1, 2, 2, 3, 4]
    data = build_model_data(trial)
    assert (list(data.y), list(data.day)) == ([4, 5, 6, 3], [2, 3, 5, 6])
    assert list(data.doses[:, 0]) == [0, 0, 1, 0, 0, 0, 1]
    assert (len(trial.entries), len(trial.planned_nights), trial.missing_nights) == (7, 4, ())
    assert trial.frame["y"].notna().all()


@pytest.mark.parametrize("name", ["washout", "Washout", "pause"])
def test_an_arm_called_washout_is_asked_about(name, tmp_path):
    rows = [(1, "off", 4), (2, name, 5), (3, "on", 6), (4, "off", 1)]
    with pytest.raises(AmbiguousInput, match=f"calls nights '{name}'.*not_compared='{name}'") as question:
        adopted(rows)
    assert (question.value.option, question.value.choices) == ("not-compared", (name,))
    trial = adopted(rows, not_compared=[name])
    trial.write(tmp_path / "trial")
    assert Trial.load(tmp_path / "trial") == trial


@given(TABLES, st.sampled_from(GAPS))
def test_gaps_make_no_further_periods(rows, gaps):
    """One stretch on an arm stays one, with its number, whatever stands between its rows."""
    plain, said = adopted(rows), adopted(rows, gaps=gaps)
    assert plain.order.arms() == said.order.arms()
    of_row = [trial.frame.loc[trial.frame["y"].notna(), "period"].tolist() for trial in (plain, said)]
    assert of_row[0] == of_row[1]


@pytest.mark.parametrize("gaps", GAPS)
def test_blocks_are_counted_in_periods_whatever_stands_between(gaps):
    rows = [(day, arm, day % 5) for day, arm in zip((1, 2, 5, 9, 10, 20, 21), "abbaabb", strict=True)]
    trial = adopted(rows, reference="a", gaps=gaps, blocks=2, carryover="exponential")
    assert trial.protocol.block_periods == 2
    assert list(build_model_data(trial).block) == [0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("gaps", "used"),
    [
        ("as-before", [3, 4, 5, 6, 12, 13, 14, 15]),
        ("pause", [3, 4, 5, 6, 12, 13, 14, 15]),
        ("untreated", [3, 4, 5, 6, 14, 15]),
    ],
)
def test_nights_discarded_after_a_switch_are_counted_as_gaps_say(gaps, used):
    """The first two nights of a stretch are left out; days between count, stand still, or begin it anew."""
    rows = [(day, "off", day * 7 % 5) for day in range(1, 7)]
    rows += [(day, "on", day * 3 % 7) for day in (7, 8, 12, 13, 14, 15)]
    data = build_model_data(adopted(rows, gaps=gaps, carryover="discard:2"))
    assert list(data.day + 1) == used
