"""The order: nights without gaps, pauses that move what follows and can be taken out again, and order.csv."""

import itertools
from datetime import date, timedelta

import pytest
from brute import ARM_NAMES
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.plan.design.fields import NO_ARM, NOT_COMPARED, PAUSE, WASHOUT
from nof1.plan.design.order import Order, Pause, Period, order_from_arms
from nof1.plan.orders.draw import draw_order


def day(number):
    """A day of January 2026."""
    return date(2026, 1, number)


def laid(*stretches):
    """An order from 5 January on, from number, arm and nights of each stretch."""
    periods, start = [], day(5)
    for number, arm, nights in stretches:
        periods.append(Period(number, 0, arm, start, nights))
        start += timedelta(days=nights)
    return Order(tuple(periods))


def stretches(order):
    return [(period.number, period.arm, period.nights) for period in order.periods]


# Run-in on 5 and 6, off 7 to 9, washout 10 and 11, citrate 12 to 14, washout 15 and 16, citrate 17 to 19.
PLANNED = laid((0, "off", 2), (1, "off", 3), (1, WASHOUT, 2), (2, "citrate", 3), (2, WASHOUT, 2), (3, "citrate", 3))


def test_period_of_finds_first_and_last_night_and_refuses_the_others():
    assert [PLANNED.period_of(day(number)).number for number in (5, 6, 7, 9, 10, 11, 12, 19)] == [
        0,
        0,
        1,
        1,
        1,
        1,
        2,
        3,
    ]
    assert PLANNED.period_of(day(11)).arm == WASHOUT
    for outside in (day(4), day(20)):
        with pytest.raises(InputError, match=f"{outside} is not a night of this trial.*2026-01-05 to 2026-01-19"):
            PLANNED.period_of(outside)


# Stretches and the start of the second one, then what is said.
NO_ORDER = {
    "no period": ([], "at least one period"),
    "a gap": ([(1, "a", 1), (2, "b", 3)], "starts on 2026-01-03"),
    "an overlap": ([(1, "a", 1), (2, "b", 1)], "starts on 2026-01-01"),
    "a number left out": ([(1, "a", 1), (3, "b", 2)], "followed by period 3"),
    "a number twice": ([(1, "a", 1), (1, "b", 2)], "followed by period 1"),
    "numbers backwards": ([(2, "a", 1), (1, "b", 2)], "followed by period 1"),
    "washout of a later period": ([(1, "a", 1), (3, WASHOUT, 2)], "followed by period 3"),
}


@pytest.mark.parametrize(("parts", "words"), NO_ORDER.values(), ids=NO_ORDER)
def test_an_order_with_gaps_is_no_order(parts, words):
    with pytest.raises(InputError, match=words):
        Order(tuple(Period(number, 0, arm, day(start), 1) for number, arm, start in parts))


def test_an_order_cannot_be_changed():
    with pytest.raises(AttributeError):
        PLANNED.periods[0].arm = "citrate"
    with pytest.raises(AttributeError):
        PLANNED.periods = ()


def test_the_arms_are_one_for_each_period():
    assert PLANNED.arms() == ("off", "citrate", "citrate")
    assert PLANNED.with_pauses([Pause(day(8), 3), Pause(day(5), 1)]).arms() == ("off", "citrate", "citrate")


def test_a_hidden_order_tells_no_arm_and_every_night():
    hidden = PLANNED.with_pauses([Pause(day(8), 3)]).hidden()
    assert hidden.sealed
    assert not PLANNED.sealed
    assert [period.arm for period in hidden.periods] == ["off", None, PAUSE, None, WASHOUT, None, WASHOUT, None]
    assert hidden.nights == PLANNED.nights + 3
    assert "citrate" not in repr(hidden)
    for ask in (hidden.arms, hidden.to_csv):
        with pytest.raises(InputError, match="sealed"):
            ask()


# A pause's first day and nights, then the order as it is lived.
PAUSED = {
    "inside a period": ([(8, 4)], [(0, "off", 2), (1, "off", 1), (1, PAUSE, 4), (1, "off", 2), (1, WASHOUT, 2)]),
    "on the last night of a period": ([(9, 4)], [(0, "off", 2), (1, "off", 2), (1, PAUSE, 4), (1, "off", 1), (1, WASHOUT, 2)]),
    "on the first night of a period": ([(7, 4)], [(0, "off", 2), (1, PAUSE, 4), (1, "off", 3), (1, WASHOUT, 2)]),
    "on the first night of all": ([(5, 4)], [(0, PAUSE, 4), (0, "off", 2), (1, "off", 3), (1, WASHOUT, 2)]),
    "in the run-in": ([(6, 4)], [(0, "off", 1), (0, PAUSE, 4), (0, "off", 1), (1, "off", 3), (1, WASHOUT, 2)]),
    "at the start of a washout": ([(10, 4)], [(0, "off", 2), (1, "off", 3), (1, PAUSE, 4), (1, WASHOUT, 2)]),
    "inside a washout": ([(11, 4)], [(0, "off", 2), (1, "off", 3), (1, WASHOUT, 1), (1, PAUSE, 4), (1, WASHOUT, 1)]),
    "a second one later": (
        [(8, 4), (13, 1)],
        [(0, "off", 2), (1, "off", 1), (1, PAUSE, 4), (1, "off", 1), (1, PAUSE, 1), (1, "off", 1), (1, WASHOUT, 2)],
    ),
    "a second one earlier": (
        [(8, 4), (7, 1)],
        [(0, "off", 2), (1, PAUSE, 1), (1, "off", 1), (1, PAUSE, 4), (1, "off", 2), (1, WASHOUT, 2)],
    ),
    "one inside a former one": ([(8, 4), (10, 3)], [(0, "off", 2), (1, "off", 1), (1, PAUSE, 7), (1, "off", 2), (1, WASHOUT, 2)]),
    "one right after a former one": ([(8, 4), (12, 3)], [(0, "off", 2), (1, "off", 1), (1, PAUSE, 7), (1, "off", 2), (1, WASHOUT, 2)]),
    "the same day twice": ([(8, 4), (8, 1)], [(0, "off", 2), (1, "off", 1), (1, PAUSE, 5), (1, "off", 2), (1, WASHOUT, 2)]),
}  # fmt: skip


@pytest.mark.parametrize(("pauses", "lived"), PAUSED.values(), ids=PAUSED)
def test_a_pause_moves_what_follows(pauses, lived):
    order = PLANNED.with_pauses([Pause(day(first), nights) for first, nights in pauses])
    rest = [(2, "citrate", 3), (2, WASHOUT, 2), (3, "citrate", 3)]
    assert stretches(order) == lived + rest
    assert order.start == PLANNED.start
    assert order.end == PLANNED.end + timedelta(days=sum(nights for _, nights in pauses))
    assert order.without_pauses() == PLANNED
    assert Order.from_csv(order.to_csv().encode(), where="order.csv") == order


def test_the_last_night_can_still_be_moved():
    order = PLANNED.with_pauses([Pause(day(19), 30)])
    assert stretches(order)[-3:] == [(3, "citrate", 2), (3, PAUSE, 30), (3, "citrate", 1)]


@pytest.mark.parametrize(
    "pauses", [[Pause(day(4), 2)], [Pause(day(20), 2)], [Pause(day(8), 1), Pause(day(21), 1)]], ids=str
)
def test_a_pause_outside_the_trial_is_refused(pauses):
    with pytest.raises(InputError, match=f"{pauses[-1].start} is not a night of this trial"):
        PLANNED.with_pauses(pauses)


def test_a_pause_just_beyond_the_plan_counts_once_another_has_moved_the_end():
    assert PLANNED.with_pauses([Pause(day(8), 1), Pause(day(20), 1)]).nights == PLANNED.nights + 2


@st.composite
def lived(draw, planned):
    """An order of any kind with run-in, washout and pauses; the plan and how it was lived."""
    shape = draw(
        st.sampled_from(
            [
                ("randomized-blocks", {"blocks": draw(st.integers(2, 5))}),
                ("balanced", {"periods": draw(st.integers(6, 14))}),
                ("mirrored-pairs", {"pairs": draw(st.integers(1, 3))}),
                ("alternating", {"blocks": draw(st.integers(2, 5))}),
                (
                    "listed",
                    {"orders": [["glycinate", "off", "off", "citrate"], ["off", "citrate", "off", "glycinate"]]},
                ),
            ]
        )
    )
    lengths = draw(st.integers(1, 9))
    if shape[0] not in ("balanced", "listed") and draw(st.booleans()):
        lengths = {name: draw(st.integers(1, 9)) for name in ARM_NAMES[:3]}
    design = {
        "period_nights": lengths,
        "run_in_nights": draw(st.integers(0, 4)),
        "washout_nights": draw(st.integers(0, 3)),
    }
    order = draw_order(planned(shape[0], 3, **shape[1], **design), seed=draw(st.integers(0, 999)))
    pauses, nights = [], order.nights
    for _ in range(draw(st.integers(0, 5))):
        first = order.start + timedelta(days=draw(st.integers(0, nights - 1)))
        pauses.append(Pause(first, draw(st.integers(1, 20))))
        nights += pauses[-1].nights
    return order, pauses


@settings(max_examples=150)
@given(data=st.data())
def test_pauses_taken_out_give_the_plan_back(planned, data):
    order, pauses = data.draw(lived(planned))
    paused = order.with_pauses(pauses)
    assert paused.without_pauses() == order
    assert order.without_pauses() == order
    assert paused.nights == order.nights + sum(pause.nights for pause in pauses)
    by_night = {night: period for period in paused.periods for night in period.dates}
    assert list(by_night) == [order.start + timedelta(days=i) for i in range(paused.nights)]
    if pauses:
        last = [pauses[-1].start + timedelta(days=i) for i in range(pauses[-1].nights)]
        assert {by_night[night].arm for night in last} == {PAUSE}
    nights_on = [(period.number, period.arm) for period in paused.periods for _ in period.dates if period.arm != PAUSE]
    assert nights_on == [(period.number, period.arm) for period in order.periods for _ in period.dates]


@settings(max_examples=100)
@given(data=st.data())
def test_order_csv_loses_nothing(planned, data):
    order, pauses = data.draw(lived(planned))
    paused = order.with_pauses(pauses)
    text = paused.to_csv()
    assert Order.from_csv(text.encode(), where="order.csv") == paused
    assert len(text.splitlines()) == 1 + paused.nights
    assert paused.hidden() == order.hidden().with_pauses(pauses)


@settings(max_examples=100)
@given(data=st.data())
def test_a_period_ends_on_its_last_night_wherever_pauses_fall(planned, data):
    order, pauses = data.draw(lived(planned))
    for here in (order, order.with_pauses(pauses), order.hidden().with_pauses(pauses)):
        last = {}
        for period in here.periods:
            if period.number and period.arm not in (PAUSE, WASHOUT):
                last[period.number] = period.end
        nights = [night for period in here.periods for night in period.dates]
        assert [night for night in nights if here.ends_period(night)] == list(last.values())
        assert len(last) == len(order.arms())


def test_order_csv_has_one_row_a_night(protocol):
    lines = draw_order(protocol).to_csv().splitlines()
    assert lines[:3] == ["date,period,block,arm", "2026-01-05,0,0,off", "2026-01-06,0,0,off"]
    assert len(lines) == 1 + protocol.nights


def test_order_csv_of_washout_and_pause_says_so():
    lines = PLANNED.with_pauses([Pause(day(11), 1)]).to_csv().splitlines()
    assert lines[6:9] == ["2026-01-10,1,0,washout", "2026-01-11,1,0,pause", "2026-01-12,1,0,washout"]


def test_an_order_saved_by_a_spreadsheet_is_read():
    text = PLANNED.to_csv().replace("\n", "\r\n")
    assert Order.from_csv(b"\xef\xbb\xbf" + text.encode(), where="order.csv") == PLANNED


def rows_changed(change):
    return lambda text: "\n".join(change(text.splitlines())) + "\n"


# Line 0 is the header, lines 1 and 2 the run-in, 3 to 5 the first period.
DAMAGED = {
    "empty": lambda text: "",
    "header only": rows_changed(lambda lines: lines[:1]),
    "another header": lambda text: text.replace("date,", "day,", 1),
    "a night missing": rows_changed(lambda lines: lines[:6] + lines[7:]),
    "a night twice": rows_changed(lambda lines: [*lines[:6], *lines[5:]]),
    "nights in another order": rows_changed(lambda lines: [lines[0], lines[2], lines[1], *lines[3:]]),
    "another period number": lambda text: text.replace(",3,0,", ",7,0,"),
    "unreadable date": lambda text: text.replace("2026-01-09", "9 January"),
    "impossible date": lambda text: text.replace("2026-01-09", "2026-01-32"),
    "unreadable number": lambda text: text.replace(",1,0,", ",one,0,"),
    "endless number": lambda text: text.replace(",1,0,", f",{'9' * 5000},0,"),
    "a value missing": rows_changed(lambda lines: [*lines[:5], lines[5].rpartition(",")[0], *lines[6:]]),
    "a value too many": rows_changed(lambda lines: [*lines[:5], lines[5] + ",more", *lines[6:]]),
    "an open quote": lambda text: text.replace("2026-01-09", '"2026-01-09'),
    "not UTF-8": lambda text: text.encode("utf-16"),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_order_is_refused_with_the_name_of_its_file(damage):
    sound = PLANNED.to_csv()
    damaged = damage(sound)
    assert damaged != sound
    with pytest.raises(InputError, match=r"my/order\.csv"):
        Order.from_csv(damaged if isinstance(damaged, bytes) else damaged.encode(), where="my/order.csv")


def test_adopted_arms_become_periods_without_blocks():
    order = order_from_arms(date(2026, 1, 1), ["a", "a", "b", "a", "a", "a"])
    assert order.periods == (
        Period(1, 0, "a", date(2026, 1, 1), 2),
        Period(2, 0, "b", date(2026, 1, 3), 1),
        Period(3, 0, "a", date(2026, 1, 4), 3),
    )


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60))
def test_adopted_periods_give_the_arms_back(arms):
    order = order_from_arms(date(2024, 2, 20), arms)
    assert [period.arm for period in order.periods for _ in period.dates] == arms
    assert all(earlier.arm != later.arm for earlier, later in itertools.pairwise(order.periods))


def test_no_adopted_nights_are_refused():
    with pytest.raises(InputError):
        order_from_arms(date(2026, 1, 1), [])


@given(st.lists(st.sampled_from(["a", "b", NO_ARM, NOT_COMPARED]), min_size=1, max_size=60))
def test_days_without_an_arm_interrupt_a_period_and_those_not_compared_end_it(arms):
    order = order_from_arms(date(2024, 2, 20), arms)
    assert [period.arm for period in order.periods for _ in period.dates] == arms
    assert Order.from_csv(order.to_csv().encode(), where="order.csv") == order
    number, on = 0, None
    of_days = [period for period in order.periods for _ in period.dates]
    for arm, period in zip(arms, of_days, strict=True):
        if arm == NOT_COMPARED:
            on = None
        elif arm != NO_ARM and arm != on:
            number, on = number + 1, arm
        assert (period.number, period.block) == (number, 0)
        assert period.on_trial == period.counts == (arm in "ab")
    assert order.without_pauses() == order
