"""Side effects and doses by arm: counted by hand, what was never asked, what was not recorded, and nights that do not count."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import numpy as np
import pytest
from known import SAMPLE, two_arms

from nof1 import Trial
from nof1.analyze.checks.rates import rate_difference, rate_interval
from nof1.analyze.describe import Harms, Nights, describe_adherence, describe_harms, describe_nights, describe_periods
from nof1.plan.orders.draw import draw_order
from nof1.record.diary.doses import planned_dose
from nof1.record.diary.entry import Entry
from nof1.record.diary.writing import Change, record
from nof1.record.so_far import adherence
from nof1.record.unsealing import unseal


@pytest.fixture
def lived(make_protocol):
    """A function that lives the small trial: 2 run-in nights and 2 blocks of off and magnesium, 3 nights a period.

    It is given the nights of each arm in order, each the values of an `Entry` or None for a night that was not recorded.
    """

    def make(protocol=None, **nights):
        protocol = protocol or make_protocol()
        order = draw_order(protocol)
        left = {arm: list(values) for arm, values in nights.items()}
        entries = []
        for period in order.periods:
            for night in period.dates:
                values = left[period.arm].pop(0)
                if values is not None:
                    entries.append(Entry(night, outcome=4, **values))
        assert not any(left.values())
        return Trial(protocol, order, tuple(entries))

    return make


def felt(*effects):
    return {"side_effects": effects}


NOTHING = felt()


def counts(harms):
    """Nights with each side effect."""
    return {name: kind.nights for name, kind in harms.kinds.items()}


# --- periods


def test_periods_are_told_with_their_nights_mean_and_sd(trial_folder, protocol):
    """The first stretch is the run-in, of two nights; of the next three nights one is without a rating."""
    trial = Trial.load(trial_folder)
    rows = describe_periods(trial)
    assert [(row.period, row.block, row.nights) for row in rows] == [
        (0, 0, 2), (1, 1, 3), (2, 1, 3), (3, 2, 3), (4, 2, 3),
    ]  # fmt: skip
    assert [row.arm for row in rows] == ["off", *draw_order(protocol).arms()]
    assert (rows[0].start, rows[0].end, rows[1].start) == (
        date(2026, 1, 5),
        date(2026, 1, 6),
        date(2026, 1, 7),
    )
    assert [(row.recorded, row.mean) for row in rows] == [(2, 5), (2, 6), (1, 3), (0, None), (0, None)]
    # 4 and 6; 5 and 7; the sd of one night is not known
    assert [row.sd for row in rows] == [pytest.approx(2**0.5), pytest.approx(2**0.5), None, None, None]


def test_days_that_are_only_numbered_have_no_dates():
    for row in describe_periods(two_arms()):
        assert (row.start, row.end, row.nights) == (None, None, 7)
        assert row.sd is not None


def test_nights_are_counted_with_those_still_to_come(lived):
    """Of 14 nights the second has no rating and the last three have no entry; the model leaves out nights without one."""
    trial = lived(off=[NOTHING] * 8, magnesium=[NOTHING] * 6)
    entries = (trial.entries[0], replace(trial.entries[1], outcome=None), *trial.entries[2:11])
    nights = describe_nights(Trial(trial.protocol, trial.order, entries), SimpleNamespace(n=9))
    assert nights == Nights(planned=14, recorded=10, after_last=3, analyzed=9)
    ended = Trial(trial.protocol, trial.order, (*entries[:-1], replace(entries[-1], outcome=None)))
    assert describe_nights(ended, SimpleNamespace(n=9)).after_last == 3  # its last entry is a night that was lived


def test_what_to_stop_for_is_first_against_the_reference_too(lived):
    trial = lived(off=[NOTHING] * 8, magnesium=[felt("aching arms", "fainting")] * 6)
    assert list(describe_harms(trial)["magnesium"].against_reference.kinds) == ["fainting", "aching arms"]


# --- side effects


def test_nights_with_side_effects_are_counted_by_arm(lived):
    trial = lived(
        off=[NOTHING] * 6 + [felt("headache"), None],
        magnesium=[
            felt("soft stools", "headache"),
            felt("soft stools"),
            felt("Soft stools"),
            NOTHING,
            felt("fainting"),
            None,
        ],
    )
    off, on = describe_harms(trial).values()
    assert (off.nights, off.with_side_effects, counts(off)) == (7, 1, {"headache": 1})
    assert (on.nights, on.with_side_effects) == (5, 4)
    assert list(counts(on).items()) == [
        ("fainting", 1),
        ("soft stools", 3),
        ("headache", 1),
    ]  # to stop for: first
    assert on.kinds["fainting"].stop == "fainting"
    assert on.kinds["soft stools"].stop is None
    assert (on.rate, on.interval) == (4 / 5, rate_interval(4, 5))
    assert on.kinds["soft stools"].rate == 3 / 5
    assert on.kinds["soft stools"].interval == rate_interval(3, 5)


def test_every_kind_is_held_against_the_reference(lived):
    trial = lived(
        off=[felt("headache")] * 2 + [NOTHING] * 6, magnesium=[felt("soft stools", "fainting")] * 3 + [NOTHING] * 3
    )
    off, on = describe_harms(trial).values()
    assert off.against_reference is None
    against = on.against_reference
    assert against.reference == "off"
    assert list(against.kinds) == ["fainting", "headache", "soft stools"]
    for found, counts in ((against.any, (3, 6, 2, 8)), (against.kinds["headache"], (0, 6, 2, 8))):
        expected = rate_difference(*counts)
        assert found.difference == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])
        assert (found.interval, found.p_higher) == (expected.interval, expected.p_higher)


@pytest.mark.parametrize("said", ["no headache", "None", "nothing", "no nausea or diarrhoea", "-"])
def test_what_says_that_there_was_none_is_no_side_effect(lived, said):
    trial = lived(off=[NOTHING] * 8, magnesium=[felt(said)] * 5 + [felt("no sleep", said)])
    on = describe_harms(trial)["magnesium"]
    assert (on.with_side_effects, counts(on)) == (1, {"no sleep": 1})
    assert on.rate == 1 / 6


def test_an_arm_without_a_night_in_the_diary_has_no_rate(lived):
    on = describe_harms(lived(off=[NOTHING] * 8, magnesium=[None] * 6))["magnesium"]
    assert (on.nights, on.with_side_effects, on.rate, on.interval) == (0, 0, None, None)
    assert on.against_reference.any is None


def test_adopted_nights_were_never_asked_about():
    for row in describe_harms(two_arms()).values():
        assert row.nights in (12, 14)
        assert row == Harms(row.nights)
        assert set(vars(row).values()) == {row.nights, None}


def test_an_adopted_table_with_side_effects_was_asked():
    trial = two_arms()
    entries = (replace(trial.entries[0], side_effects=("rash",)), *trial.entries[1:])
    one, other = describe_harms(Trial(trial.protocol, trial.order, entries)).values()
    assert (counts(one), counts(other)) == ({"rash": 1}, {})
    assert other.against_reference.kinds["rash"].p_higher < 0.5


def test_three_arms_are_each_held_against_the_reference(planned):
    protocol = planned("randomized-blocks", 3, blocks=2)
    order = draw_order(protocol)
    effects = {"off": (), "citrate": ("soft stools",), "glycinate": ("rash",)}
    trial = Trial(
        protocol,
        order,
        tuple(
            Entry(night, outcome=3, side_effects=effects[period.arm])
            for period in order.periods
            for night in period.dates
        ),
    )
    harms = describe_harms(trial)
    assert [row.with_side_effects for row in harms.values()] == [0, 2, 2]
    for arm, kind in (("citrate", "soft stools"), ("glycinate", "rash")):
        against = harms[arm].against_reference
        assert list(against.kinds) == [kind]
        assert against.any == against.kinds[kind]


# --- doses

KINDS = ("as_planned", "partly", "more", "missed", "not_recorded")


def dose(*mg):
    return [{"dose_mg": each} for each in mg]


def test_doses_are_sorted_by_what_was_planned(lived):
    """200 mg planned on magnesium, none on off; give or take 1 mg."""
    trial = lived(off=[*dose(0, 0, 0, 200, 50, 0, None), None], magnesium=[*dose(200, 199.2, 100, 0, 300), None])
    off, on = describe_adherence(trial).values()
    assert [getattr(on, key) for key in KINDS] == [2, 1, 1, 1, 1]
    assert [getattr(off, key) for key in KINDS] == [4, 0, 2, 0, 2]
    assert (on.contamination, off.contamination) == (None, 2)
    assert (on.nights, on.recorded, on.dose_recorded) == (6, 5, 5)
    assert on.mean_share_taken == pytest.approx((200 + 199.2 + 100 + 0 + 300) / 200 / 5)
    assert off.mean_share_taken is None
    assert on.share_as_planned == 2 / 6
    assert on.interval_as_planned == rate_interval(2, 6)
    assert (on.share_recorded, on.interval_recorded) == (5 / 6, rate_interval(5, 6))
    assert (on.of_recorded.share, on.of_recorded.interval) == (2 / 5, rate_interval(2, 5))


def test_a_milligram_more_or_less_is_the_planned_dose_and_a_tenth_beyond_is_not(lived):
    trial = lived(off=[*dose(0, 1, 1.1), *[None] * 5], magnesium=dose(200, 201, 199, 201.1, 198.9, 0))
    off, on = describe_adherence(trial).values()
    assert [getattr(on, key) for key in KINDS[:4]] == [3, 1, 1, 1]
    assert [off.as_planned, off.more, off.contamination] == [2, 1, 1]


OFF, CITRATE = {"name": "off"}, {"name": "magnesium", "form": "citrate"}
DUMMY = OFF | {"placebo": True}


@pytest.mark.parametrize(
    ("arms", "planned"),
    [
        ([OFF, CITRATE | {"dose_mg": 200}], (0, 200)),
        ([OFF, CITRATE], (0, None)),
        ([DUMMY, CITRATE], (None, None)),
        ([DUMMY, CITRATE | {"dose_mg": 200}], (0, 200)),
        ([OFF, {"name": "magnesium"}, {"name": "citrate", "dose_mg": 100}], (0, None, 100)),
        ([OFF | {"dose_mg": 50}, CITRATE | {"dose_mg": 200}], (50, 200)),
    ],
    ids=str,
)
def test_status_and_results_count_doses_by_one_rule(make_protocol, arms, planned):
    """A reference that names no dose has none if another arm names one or there is nothing to take; where a dose is not named, any is as planned."""
    protocol = make_protocol(arms=arms)
    order = draw_order(protocol)
    assert tuple(planned_dose(protocol, arm.name) for arm in protocol.arms) == planned
    doses = itertools.cycle((0, 200, 50, None, 100))
    entries = tuple(Entry(night, outcome=3, dose_mg=next(doses)) for period in order.periods for night in period.dates)
    rows = describe_adherence(Trial(protocol, order, entries))
    told = adherence(protocol, order, entries, order.end)
    assert told.nights == sum(row.planned_doses for row in rows.values())
    assert told.as_planned == sum(row.as_planned for row in rows.values()) > 0
    assert told.not_recorded == sum(row.not_recorded for row in rows.values())
    given = {arm.name: [] for arm in protocol.arms}
    for entry in entries:
        given[order.period_of(entry.night).arm].append(entry.dose_mg)
    for (name, row), dose in zip(rows.items(), planned, strict=True):
        known = [mg for mg in given[name] if mg is not None]
        assert row.as_planned == sum(mg > 0 if dose is None else mg == dose for mg in known)
        assert row.missed == sum(mg == 0 for mg in known if dose != 0)
        assert row.mean_share_taken == (pytest.approx(np.mean(known) / dose) if dose else None)
        assert row.contamination == (sum(mg > 0 for mg in known) if dose == 0 and name == "off" else None)


def test_whoever_stops_early_is_not_adherent(lived):
    on = describe_adherence(lived(off=[None] * 8, magnesium=[*dose(200), *[None] * 5]))["magnesium"]
    assert on.share_as_planned == 1 / 6
    assert on.of_recorded.share == 1
    assert on.not_recorded == 5


def test_doses_that_nobody_recorded(lived):
    on = describe_adherence(lived(off=[NOTHING] * 8, magnesium=[NOTHING] * 6))["magnesium"]
    assert (on.dose_recorded, on.as_planned, on.not_recorded) == (0, 0, 6)
    assert (on.of_recorded, on.mean_share_taken) == (None, None)


def test_a_trial_that_names_no_dose_has_no_adherence():
    for row in describe_adherence(two_arms()).values():
        assert (row.as_planned, row.share_as_planned, row.interval_as_planned) == (None, None, None)
        assert (row.partly, row.more, row.missed, row.contamination) == (None,) * 4
        assert (row.planned_doses, row.not_recorded) == (14, 14)


def test_a_reference_with_a_dose_of_its_own_cannot_be_contaminated(planned):
    protocol = planned("randomized-blocks", ("citrate", "glycinate"), reference="citrate", blocks=2)
    order = draw_order(protocol)
    entries = tuple(Entry(night, outcome=3, dose_mg=100) for period in order.periods for night in period.dates)
    citrate, glycinate = describe_adherence(Trial(protocol, order, entries)).values()
    assert (citrate.as_planned, citrate.contamination) == (2, None)
    assert (glycinate.as_planned, glycinate.partly, glycinate.mean_share_taken) == (0, 2, 0.5)


def test_of_a_concealed_trial_the_share_of_the_pack_counts_on_every_arm(sealed_trial):
    """Also of packs without magnesium; the run-in nights, which have no pack, are none of them."""
    trial = sealed_trial()
    taken = {"2026-01-07": "1", "2026-01-08": "0.5", "2026-01-09": "0", "2026-01-10": "1", "2026-01-11": "1", "2026-01-13": "1", "2026-01-16": "2"}  # fmt: skip
    changes = [Change(datetime.fromisoformat(night).date(), {"taken": share}) for night, share in taken.items()]
    record(trial.folder, trial.protocol, changes, by="log", now=datetime(2026, 1, 18, 8, tzinfo=UTC))
    unseal(trial.folder, trial.helper, now=datetime(2026, 1, 19, 8, tzinfo=UTC))
    opened = Trial.load(trial.folder)
    found = describe_adherence(opened)
    shares = {arm: [] for arm in found}
    for night, share in taken.items():
        shares[opened.order.period_of(datetime.fromisoformat(night).date()).arm].append(float(share))
    for arm, row in found.items():
        mine = np.array(shares[arm])
        assert row.planned_doses == 6
        assert row.as_planned == sum(mine == 1)
        assert row.partly == sum((mine > 0) & (mine < 1))
        assert (row.missed, row.more) == (sum(mine == 0), sum(mine > 1))
        assert row.not_recorded == 6 - len(mine)
        assert row.mean_share_taken == pytest.approx(mine.mean())
        assert row.contamination is None
    assert found["off"].nights == 8


@pytest.mark.parametrize("name", ["helps", "worsens", "cant-tell"])
def test_every_planned_dose_is_in_one_place(name):
    trial = Trial.load(SAMPLE / name)
    for row in describe_adherence(trial).values():
        parts = [getattr(row, key) for key in KINDS]
        assert sum(parts) == row.planned_doses == row.nights
        assert row.dose_recorded + row.not_recorded == row.nights
