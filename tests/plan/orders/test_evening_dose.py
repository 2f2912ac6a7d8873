"""What there is to take on an evening: one line for every kind of trial, and never an arm of a concealed one."""

import itertools
from datetime import date, datetime, timedelta

import pytest

from nof1.language import speaking
from nof1.plan.design.fields import PAUSE
from nof1.plan.design.order import Order, Period
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.orders.evening_dose import evening_line, evening_words, to_take
from nof1.plan.orders.loading import load_schedule
from nof1.record.amending import add_pause
from nof1.record.unsealing import unseal

DAY = timedelta(days=1)


def of(protocol, arm, number=1):
    return Period(number, 1, arm, date(2026, 1, 5), 7)


def arms(*tables):
    return {"reference": tables[0]["name"], "arms": list(tables)}


CITRATE = {"name": "citrate", "form": "citrate", "dose_mg": 200}


@pytest.mark.parametrize(
    ("arm", "line", "column"),
    [
        (CITRATE, "take 200 mg magnesium (citrate), at 21:30", "200 mg"),
        (CITRATE | {"form": ""}, "take 200 mg magnesium, at 21:30", "200 mg"),
        (
            {"name": "salt", "form": "oxide", "salt_mg": 400},
            "take 241.2 mg magnesium (400 mg oxide), at 21:30",
            "241.2 mg",
        ),
        (
            CITRATE | {"product": "2 capsules of Calm"},
            "take 200 mg magnesium (citrate): 2 capsules of Calm, at 21:30",
            "200 mg",
        ),
        ({"name": "tea", "product": "a cup of tea"}, "take a cup of tea, at 21:30", "tea"),
        ({"name": "walk", "label": "a walk"}, "a walk, at 21:30", "a walk"),
        (
            {"name": "bath", "route": "bath", "product": "500 g of Epsom salt"},
            "bath: 500 g of Epsom salt, at 21:30",
            "bath",
        ),
        (
            {"name": "oil", "route": "skin", "product": "10 sprays"},
            "on the skin: 10 sprays, at 21:30",
            "oil",
        ),
        ({"name": "sugar", "placebo": True, "label": "dummy"}, "take dummy, at 21:30", "dummy"),
    ],
    ids=lambda value: value["name"] if isinstance(value, dict) else "",
)
def test_the_line_names_what_is_taken_and_when(make_protocol, arm, line, column):
    protocol = make_protocol(**arms({"name": "off", "dose_mg": 0}, arm))
    assert evening_words(protocol, of(protocol, arm["name"])) == line
    assert to_take(protocol, of(protocol, arm["name"]), short=True) == column
    assert evening_words(protocol, of(protocol, "off")) == "take nothing"


def test_the_time_is_that_of_the_protocol(make_protocol):
    protocol = make_protocol(conduct={"dose_time": "00:30"}, **arms({"name": "off"}, CITRATE))
    assert evening_words(protocol, of(protocol, "citrate")).endswith(", at 00:30")


def test_a_narrow_column_tells_forms_apart_where_they_are_compared(make_protocol):
    oxide = {"name": "oxide", "form": "oxide", "dose_mg": 200}
    protocol = make_protocol(**arms(CITRATE, oxide))
    assert [to_take(protocol, of(protocol, name), short=True) for name in ("citrate", "oxide")] == [
        "200 mg citrate",
        "200 mg oxide",
    ]


def test_nothing_is_taken_in_a_washout_and_nothing_is_planned_in_a_pause(protocol):
    assert evening_words(protocol, of(protocol, "washout")) == "take nothing"
    assert evening_words(protocol, of(protocol, PAUSE)) == "pause of the trial, nothing is planned"


def test_a_long_name_of_a_product_leaves_room_for_the_rest(make_protocol):
    protocol = make_protocol(**arms({"name": "off"}, CITRATE | {"product": "x" * 200}))
    line = evening_words(protocol, of(protocol, "citrate"))
    assert len(line) < 110
    assert line.endswith("…, at 21:30")


def test_of_a_concealed_order_there_is_the_number_of_the_pack_before_and_after_it_is_opened(sealed_trial):
    sealed = sealed_trial(run_in_nights=2)
    order = load_schedule(sealed.folder, sealed.protocol)
    before = [evening_words(sealed.protocol, period) for period in order.periods]
    assert before == ["take nothing", *(f"take pack {number}, at 21:30" for number in range(1, 5))]
    unseal(sealed.folder, sealed.helper, now=datetime(2026, 1, 20, 7, 0).astimezone())
    opened = load_schedule(sealed.folder, sealed.protocol)
    assert not opened.sealed
    assert [evening_words(sealed.protocol, period) for period in opened.periods] == before


def test_tonight_is_named_by_its_day_and_the_first_evening_until_it_comes(protocol):
    order = draw_order(protocol)
    what = evening_words(protocol, order.periods[0])
    assert evening_line(protocol, order, order.start) == f"Tonight (Mon 5 Jan): {what}"
    assert evening_line(protocol, order, order.start - 9 * DAY) == f"First evening (Mon 5 Jan): {what}"
    assert evening_line(protocol, order, order.end + DAY) == ""


def test_the_evening_of_a_change_has_the_new_arm(protocol):
    order = draw_order(protocol)
    last, first = next((one, two) for one, two in itertools.pairwise(order.periods) if one.arm != two.arm)
    assert evening_line(protocol, order, last.end).endswith(evening_words(protocol, last))
    assert evening_line(protocol, order, first.start).endswith(evening_words(protocol, first))
    assert evening_words(protocol, first) != evening_words(protocol, last)


def test_a_pause_moves_it(trial_folder, protocol):
    add_pause(trial_folder, date(2026, 1, 12), 3, "away", now=datetime(2026, 1, 11, 7, 0).astimezone())
    order = load_schedule(trial_folder, protocol)
    assert "nothing is planned" in evening_line(protocol, order, date(2026, 1, 13))


def test_it_is_said_in_german(make_protocol):
    protocol = make_protocol(**arms({"name": "off"}, CITRATE))
    order = Order((of(protocol, "citrate"),))
    with speaking("de"):
        assert evening_line(protocol, order, order.start) == (
            "Heute Abend (Mo., 5. Jan.): 200 mg Magnesium (Citrat) nehmen, um 21:30 Uhr"
        )


def test_a_sealed_schedule_says_no_arm(planned):
    protocol = planned("randomized-blocks", concealed="helper", blocks=2, period_nights=3)
    told = {to_take(protocol, period) for period in schedule(protocol).periods}
    assert not {arm.title for arm in protocol.arms} & told
