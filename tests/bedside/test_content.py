"""What the page has to know is what the protocol and the nights say, and tells nothing of a concealed order."""

import json
from datetime import date, timedelta

import pandas as pd
import pytest

from nof1.bedside.content import page_content
from nof1.errors import InputError
from nof1.language import languages, speaking
from nof1.plan.design.order import Pause
from nof1.plan.orders.draw import draw_order, order_of_arms, schedule
from nof1.record.diary.period_ends import recorded_columns
from nof1.record.diary.questions import questions
from nof1.record.trial import Trial


@pytest.fixture
def sealed(planned):
    return planned(
        "randomized-blocks", concealed="helper", period_nights=3, blocks=2, run_in_nights=1, washout_nights=1
    )


def nights_of(content):
    """Every night as the page works it out: date, number of its period, label, form."""
    found, day = [], date.fromisoformat(content["first"])
    for count, number, label, usual, last, _ in content["stretches"]:
        for left in range(count, 0, -1):
            found.append((day, number, content["labels"][label], content["forms"][last if left == 1 else usual]))
            day += timedelta(days=1)
    return found


def test_every_night_asks_what_the_one_definition_asks(make_protocol, sealed):
    everything = make_protocol(analysis={"covariates": ["caffeine", "other_medicines", "mood_swings"]})
    paused = draw_order(everything).with_pauses([Pause(date(2026, 1, 9), 2)])
    for protocol, order in ((everything, paused), (sealed, schedule(sealed))):
        content = json.loads(json.dumps(page_content(protocol, order)))
        nights = nights_of(content)
        assert [night[0] for night in nights] == [night for period in order.periods for night in period.dates]
        for code in languages():
            for day, number, _, form in nights:
                with speaking(code):
                    wanted = questions(protocol, order.period_of(day), ends_period=order.ends_period(day))
                    told = [content["questions"][index][code] for index in form]
                    assert [one["field"] for one in told] == [one.field for one in wanted]
                    assert [one["asks"].replace("{number}", str(number)) for one in told] == [
                        one.asks for one in wanted
                    ]
                    for mine, theirs in zip(told, wanted, strict=True):
                        plain = json.loads(json.dumps(theirs.to_json()))
                        assert mine | {"asks": "", "text": "", "help": ""} == plain | {
                            "asks": "",
                            "text": "",
                            "help": "",
                        }


def test_a_night_is_named_by_its_arm_or_by_what_it_is(make_protocol, sealed):
    order = draw_order(make_protocol()).with_pauses([Pause(date(2026, 1, 9), 2)])
    labels = {label["en"] for _, _, label, _ in nights_of(page_content(make_protocol(), order))}
    assert labels == {"run-in, off", "off", "magnesium", "pause"}
    told = [label for _, _, label, _ in nights_of(page_content(sealed, schedule(sealed)))]
    assert {label["en"] for label in told} == {"run-in", "pack {number}", "washout"}
    assert {label["de"] for label in told} == {"Vorlauf", "Packung {number}", "Auswaschzeit"}


def test_a_concealed_page_is_the_same_whichever_order_was_drawn_and_after_it_was_opened(sealed):
    hidden = page_content(sealed, schedule(sealed))
    for arms in (("off", "citrate", "off", "citrate"), ("citrate", "off", "off", "citrate")):
        assert page_content(sealed, order_of_arms(sealed, arms)) == hidden
        assert page_content(sealed, order_of_arms(sealed, arms).hidden()) == hidden


def test_a_concealed_page_names_arms_in_the_guess_alone(sealed):
    content = page_content(sealed, schedule(sealed))
    choices = [question for question in content["questions"] if question["en"]["kind"] == "guess"]
    assert [choice["value"] for choice in choices[0]["en"]["choices"]] == ["off", "citrate", "can't tell"]
    rest = content | {"questions": [question for question in content["questions"] if question not in choices]}
    rest["questions"] = [question for question in rest["questions"] if question["en"]["kind"] != "confidence"]
    assert "citrate" not in json.dumps(rest)


def test_the_page_knows_the_trial_but_nothing_that_was_recorded(make_protocol):
    protocol = make_protocol()
    content = page_content(protocol, draw_order(protocol))
    assert content["trial"] == protocol.sha256()
    assert content["columns"] == list(recorded_columns(protocol))
    assert content["served"] is False
    assert page_content(protocol, draw_order(protocol), served=True)["served"] is True


def test_everything_is_said_in_every_language(make_protocol):
    protocol = make_protocol(analysis={"covariates": ["caffeine"]})
    content = page_content(protocol, draw_order(protocol))
    english, german = content["words"]["en"], content["words"]["de"]
    assert english.keys() == german.keys()
    same = {key for key, text in english.items() if german[key] == text}
    assert same == set()
    asked = {one["de"]["field"]: one["de"] for one in content["questions"]}
    assert asked["caffeine"]["asks"] == "Koffeinhaltige Getränke an diesem Tag (Tassen)"
    assert asked["dose_mg"]["asks"] in ("Dosis genommen?", "Ein Magnesiumpräparat genommen?")
    rule = next(rule for rule in content["stop"]["rules"] if rule["id"] == "stop-weakness")
    assert rule["text"] == {"en": "weakness", "de": "Schwäche"}


def test_an_adopted_trial_has_no_nights_to_come():
    frame = pd.DataFrame({"day": range(1, 9), "arm": list("aabbaabb"), "y": [4, 5, 3, 2, 5, 4, 3, 2]})
    adopted = Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference="a", low=0, high=10, better="lower")
    with pytest.raises(InputError, match="were lived before nof1"):
        page_content(adopted.protocol, adopted.order)


def test_words_of_the_template_are_german_there_and_a_persons_stay(make_protocol):
    for changes, title, label in (
        ({}, "Beruhigt Magnesium nachts meine Beine?", "Magnesium"),
        (
            {"title": "My legs", "arms": [{"name": "off", "dose_mg": 0}, {"name": "caps", "dose_mg": 100}]},
            "My legs",
            "caps",
        ),
    ):
        protocol = make_protocol(**changes)
        content = page_content(protocol, draw_order(protocol))
        assert content["title"]["de"] == title
        assert content["title"]["en"] == protocol.title
        assert label in {one["de"] for one in content["labels"]}
