"""What the diary asks of a night, how answers become cells, and which side effects meet a stop rule."""

import json
from dataclasses import replace
from datetime import date

import pytest

from nof1 import facts
from nof1.errors import InputError
from nof1.language import speaking
from nof1.plan.design.order import Order, Pause
from nof1.plan.orders.draw import draw_order, order_of_arms, schedule
from nof1.plan.protocol.safety.stop_rules import stop_rules
from nof1.record.diary.entry import columns, parse_entry
from nof1.record.diary.period_ends import recorded_columns
from nof1.record.diary.questions import applies, cell, questions, shown
from nof1.record.diary.side_effects import parse_side_effects, short_list, stops
from nof1.record.values.measures import MEASURES, find_measure

COVARIATES = ["caffeine", "alcohol", "iron_mg", "exercise", "other_medicines", "dietary_magnesium_mg", "mood_swings"]


def asked(protocol, period, *, ends=False):
    return {question.field: question for question in questions(protocol, period, ends_period=ends)}


def period_on(protocol, arm):
    return next(period for period in draw_order(protocol).periods if period.arm == arm)


@pytest.fixture
def sealed(planned):
    return planned(
        "randomized-blocks", concealed="helper", period_nights=3, blocks=2, run_in_nights=1, washout_nights=1
    )


# --- what is asked


def test_a_usual_night_has_four_questions_in_the_order_of_the_day(protocol):
    found = questions(protocol, period_on(protocol, "magnesium"), ends_period=False)
    assert [question.field for question in found] == ["severity", "dose_mg", "side_effects", "note"]
    assert [question.kind for question in found] == ["rating", "dose", "side_effects", "text"]
    assert "RLS severity (0 to 10, lower is better)" in found[0].text


def test_covariates_are_asked_with_their_own_words_and_units(make_protocol):
    protocol = make_protocol(analysis={"covariates": COVARIATES})
    found = asked(protocol, period_on(protocol, "magnesium"))
    assert list(found) == [name for name in columns(protocol)[1:] if name not in ("guess", "confidence")]
    for name in COVARIATES[:-1]:
        measure = find_measure(name)
        assert found[name].text.casefold() == measure.question.casefold()
        assert (found[name].unit, found[name].low, found[name].high) == (measure.unit, measure.low, measure.high)
    assert found["mood_swings"].text == "mood_swings"


def test_the_definition_is_plain_data_and_fields_are_columns_of_the_diary(make_protocol, sealed):
    for protocol in (make_protocol(analysis={"covariates": [measure.name for measure in MEASURES]}), sealed):
        for period in schedule(protocol).periods if protocol is sealed else draw_order(protocol).periods:
            for question in questions(protocol, period, ends_period=True):
                assert json.loads(json.dumps(question.to_json()))["field"] in recorded_columns(protocol)
                assert len(question.text) <= 80
                assert question.help


def test_the_dose_question_says_what_yes_means(make_protocol):
    protocol = make_protocol()
    on, off = (asked(protocol, period_on(protocol, arm))["dose_mg"] for arm in ("magnesium", "off"))
    assert (on.yes, on.no, on.unit) == ("200", "0", "mg")
    assert "200 mg as planned" in on.text
    assert (off.yes, off.no) == (None, "0")
    assert "200" not in off.text
    dummy = make_protocol(
        arms=[{"name": "off", "dose_mg": 0, "placebo": True}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}]
    )
    assert asked(dummy, period_on(dummy, "off"))["dose_mg"].yes == "0"
    unknown = make_protocol(arms=[{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate"}])
    assert asked(unknown, period_on(unknown, "magnesium"))["dose_mg"].yes is None


def test_on_washout_and_pause_nobody_is_asked_for_a_planned_dose(make_protocol):
    protocol = make_protocol(design={"washout_nights": 1})
    order = draw_order(protocol).with_pauses([Pause(date(2026, 1, 8), 2)])
    for arm in ("washout", "pause"):
        period = next(period for period in order.periods if period.arm == arm)
        assert asked(protocol, period)["dose_mg"].yes is None


def test_a_guess_is_asked_at_the_end_of_a_concealed_period_only(sealed, protocol):
    order = schedule(sealed)
    period = next(period for period in order.periods if period.arm is None)
    assert "guess" not in asked(sealed, period)
    assert "guess" not in asked(protocol, period_on(protocol, "magnesium"), ends=True)
    found = asked(sealed, period, ends=True)
    assert [choice.value for choice in found["guess"].choices] == ["off", "citrate", "can't tell"]
    assert applies(found["confidence"], {"guess": "citrate"})
    assert not applies(found["confidence"], {"guess": "can't tell"})
    assert not applies(found["confidence"], {})


def test_a_sealed_night_asks_the_same_whatever_was_drawn(sealed):
    told = set()
    for arms in (("off", "citrate", "off", "citrate"), ("citrate", "off", "off", "citrate")):
        hidden = order_of_arms(sealed, arms).hidden()
        told.add(json.dumps([q.to_json() for p in hidden.periods for q in questions(sealed, p, ends_period=True)]))
    assert len(told) == 1


def test_a_sealed_dose_is_a_share_of_the_pack_and_not_asked_where_there_is_none(sealed):
    by_arm = {period.arm: period for period in schedule(sealed).periods}
    pack = asked(sealed, by_arm[None])["taken"]
    assert (pack.yes, pack.no, pack.unit, pack.high) == ("1", "0", "", 2)
    assert "taken" not in asked(sealed, by_arm["washout"])
    assert "taken" not in asked(sealed, by_arm["off"])  # the run-in, on the reference without anything to take


def test_it_can_be_asked_in_german_and_the_cells_stay_the_same(make_protocol, sealed):
    protocol = make_protocol(analysis={"covariates": ["caffeine", "other_medicines"]})
    with speaking("de"):
        found = asked(protocol, period_on(protocol, "magnesium"))
        pack = asked(sealed, next(period for period in schedule(sealed).periods if period.arm is None), ends=True)
        (stop,) = stops(["Herzstolpern"])
        sentence = stop.sentence()
    assert found["severity"].text == "RLS-Stärke (0 bis 10, niedriger ist besser)"
    assert found["dose_mg"].text == "Dosis genommen? (y = 200 mg wie geplant, n oder mg)"
    assert found["caffeine"].asks == "Koffeinhaltige Getränke an diesem Tag (Tassen)"
    assert [(one.value, one.text) for one in found["other_medicines"].choices] == [("1", "ja"), ("0", "nein")]
    assert ("weakness", "Schwäche") in [(one.value, one.text) for one in found["side_effects"].choices]
    assert pack["taken"].asks == "Packung 1: genommen?"
    assert [(one.value, one.text) for one in pack["guess"].choices][-1] == ("can't tell", "nicht zu sagen")
    assert (
        "Eingetragen ist 'Herzstolpern'. Die Abbruchregel dazu (ein langsamer oder unregelmäßiger Herzschlag)"
        in sentence
    )
    assert cell(pack["guess"], "can't tell") == "can't tell"


def test_a_page_asks_without_telling_what_to_type(make_protocol, sealed):
    protocol = make_protocol(analysis={"covariates": COVARIATES})
    for trial, period in (
        (protocol, period_on(protocol, "magnesium")),
        (protocol, period_on(protocol, "off")),
        (sealed, schedule(sealed).periods[1]),
    ):
        for question in questions(trial, period, ends_period=True):
            assert question.text.startswith(question.asks) or question.field == "dose_mg"
            assert not any(hint in question.asks for hint in ("(y =", "(n,", "mg, or"))


# --- from an answer to a cell


DOSE_MG = [("y", "200"), ("YES", "200"), ("n", "0"), ("none", "0"), ("100", "100"), ("150 mg", "150"), ("62,5", "62.5")]
TAKEN = [
    ("y", "1"),
    ("no", "0"),
    ("half", "0.5"),
    ("1/2", "0.5"),
    ("3/4", "0.75"),
    ("50%", "0.5"),
    ("0.25", "0.25"),
    ("2", "2"),
]


@pytest.mark.parametrize(("answer", "text"), [*DOSE_MG, ("", ""), ("-", "")])
def test_a_dose_can_be_said_in_many_ways(protocol, answer, text):
    assert cell(asked(protocol, period_on(protocol, "magnesium"))["dose_mg"], answer) == text


@pytest.mark.parametrize(("answer", "text"), TAKEN)
def test_a_share_can_be_said_in_many_ways(sealed, answer, text):
    period = next(period for period in schedule(sealed).periods if period.arm is None)
    assert cell(asked(sealed, period)["taken"], answer) == text


@pytest.mark.parametrize(
    "answer", ["9" * 5000 + "%", "9" * 5000 + "/1", "1/" + "9" * 5000, "9" * 400 + "/1", "1/0", "/2", "%"]
)
def test_a_share_with_more_digits_than_any_share_has_is_no_answer(sealed, answer):
    period = next(period for period in schedule(sealed).periods if period.arm is None)
    with pytest.raises(InputError, match="is no answer here"):
        cell(asked(sealed, period)["taken"], answer)


def test_a_choice_with_thousands_of_digits_is_none(sealed):
    period = next(period for period in schedule(sealed).periods if period.arm is None)
    guess = next(one for one in questions(sealed, period, ends_period=True) if one.field == "guess")
    with pytest.raises(InputError, match="is not one of"):
        cell(guess, "1" * 5000)


BAD = {
    "off the scale": ("severity", "11", "'11' is outside its scale, 0 to 10."),
    "below the scale": ("severity", "-1", "outside its scale"),
    "half a point": ("severity", "4.5", "must be a whole number from 0 to 10"),
    "no number": ("severity", "bad", "'bad' is no answer here. Type a whole number from 0 to 10"),
    "not finite": ("severity", "nan", "is no answer here"),
    "yes is no rating": ("severity", "yes", "does not say how much"),
    "two readings": ("dose_mg", "1,230", "can be read two ways"),
    "a share of mg": ("dose_mg", "half", "is no answer here"),
    "too much": ("dose_mg", "5001", "outside its range, from 0 to 5000 mg"),
    "off the list": ("side_effects", "9", "9 is not on the list, which runs from 1 to"),
    "yes to a number": ("caffeine", "y", "does not say how much"),
    "too many cups": ("caffeine", "61", "outside its range, from 0 to 60 cups"),
    "half a yes": ("other_medicines", "0.5", "whole number"),
}


@pytest.mark.parametrize(("field", "answer", "message"), BAD.values(), ids=BAD)
def test_an_answer_that_does_not_fit_is_refused_in_one_sentence_or_two(make_protocol, field, answer, message):
    protocol = make_protocol(analysis={"covariates": COVARIATES}, outcome={"whole": True})
    with pytest.raises(InputError) as refusal:
        cell(asked(protocol, period_on(protocol, "magnesium"))[field], answer)
    assert message in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_yes_is_refused_where_no_dose_was_planned_or_it_is_not_known(protocol):
    with pytest.raises(InputError, match="does not say how much"):
        cell(asked(protocol, period_on(protocol, "off"))["dose_mg"], "yes")
    assert cell(asked(protocol, period_on(protocol, "off"))["dose_mg"], "no") == "0"


def test_yes_and_no_are_numbers_where_only_they_make_sense(make_protocol):
    protocol = make_protocol(analysis={"covariates": COVARIATES})
    found = asked(protocol, period_on(protocol, "magnesium"))
    assert [cell(found["other_medicines"], answer) for answer in ("y", "no", "1")] == ["1", "0", "1"]
    assert shown(found["other_medicines"], "1") == "yes"
    assert [cell(found["caffeine"], answer) for answer in ("none", "2", "2 cups")] == ["0", "2", "2"]


@pytest.mark.parametrize("answer", ["2", "citrate", "Citrate"])
def test_a_guess_is_a_name_or_a_number(sealed, answer):
    period = next(period for period in schedule(sealed).periods if period.arm is None)
    found = asked(sealed, period, ends=True)["guess"]
    assert cell(found, answer) == "citrate"
    assert cell(found, "can\N{RIGHT SINGLE QUOTATION MARK}t tell") == "can't tell"
    for bad in ("4", "0", "sugar"):
        with pytest.raises(InputError, match="not one of: off, citrate, can't tell"):
            cell(found, bad)


def test_every_cell_is_one_that_the_diary_takes(make_protocol):
    protocol = make_protocol(analysis={"covariates": COVARIATES})
    answers = {"severity": "4", "dose_mg": "y", "side_effects": "1, my own; words", "note": " a ", "alcohol": "0,5"}
    found = asked(protocol, period_on(protocol, "magnesium"))
    cells = {field: cell(found[field], answer) for field, answer in answers.items()}
    entry = parse_entry(protocol, cells | {"night": "2026-01-08"}, where="test")
    assert (entry.outcome, entry.dose_mg, entry.covariates["alcohol"], entry.note) == (4, 200, 0.5, "a")


def test_what_is_recorded_is_shown_in_words(protocol, sealed):
    found = asked(protocol, period_on(protocol, "magnesium"))
    assert (shown(found["dose_mg"], "200"), shown(found["dose_mg"], ""), shown(found["severity"], "4")) == (
        "200 mg",
        "",
        "4",
    )
    period = next(period for period in schedule(sealed).periods if period.arm is None)
    assert [shown(asked(sealed, period)["taken"], text) for text in ("1", "0", "0.4")] == ["all", "none", "0.4"]


# --- side effects


def test_the_short_list_holds_stop_symptoms_and_only_what_has_a_source():
    assert {one.stop for one in short_list() if one.stop} < {rule.id for rule in stop_rules()}
    for one in short_list():
        assert one.source
        assert {stop.rule.id for stop in stops([one.text])} == ({one.stop} - {""})
    assert {row["certainty"] for row in facts.load("side_effects")} <= {"S", "D"}


@pytest.mark.parametrize("none", ["none", "no", "N", "0", "nothing", "-", " "])
def test_none_is_none(none):
    assert parse_side_effects(none) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1 3", "soft stools; weakness"),
        ("1,3", "soft stools; weakness"),
        ("3, itchy skin, 1", "weakness; itchy skin; soft stools"),
        ("itchy, red; headache", "itchy, red; headache"),
        ("2 headaches", "2 headaches"),
        ("1 1", "soft stools"),
        ("Nausea; nausea", "Nausea"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
        ("nausea, no headache", "nausea"),
        ("2, No weakness at all.", "diarrhoea"),
        ("no headache", ""),
        ("neither nausea nor vomiting; itch", "itch"),
        ("none, itch", "itch"),
        ("no diarrhoea, no signs of weakness; no trouble breathing", ""),
        ("no sleep, no appetite", "no sleep; no appetite"),
        ("no headache but nausea", "no headache but nausea"),
        ("no feeling in my toes", "no feeling in my toes"),
        ("not sleeping", "not sleeping"),
        ("not enough air", "not enough air"),
        ("no trouble breathing", ""),
        ("no strength", "no strength"),
        ("no headache, weakness; itch", "no headache, weakness; itch"),
        ("no headache and weakness", "no headache and weakness"),
        ("keine", ""),
        ("Jucken, keine Kopfschmerzen", "Jucken"),
        ("kein Durchfall und keine Übelkeit", ""),
        ("kein Schlaf", "kein Schlaf"),
    ],
)
def test_side_effects_are_numbers_words_or_both(typed, kept):
    assert parse_side_effects(typed) == kept


MEETS = {
    "Diarrhea all day": "stop-diarrhoea",
    "bad  DIARRHOEA": "stop-diarrhoea",
    "felt faint": "stop-fainting",
    "not only weak": "stop-weakness",
    "no sleep, weakness": "stop-weakness",
    "no weakness but fainted": "stop-fainting",
    "short of  breath": "stop-breathlessness",
    "slow or irregular heartbeat": "stop-heartbeat",
    "irregular heart beat": "stop-heartbeat",
    "heart beat irregular": "stop-heartbeat",
    "heart beat was a bit iregular": "stop-heartbeat",
    "heartbeat was slow": "stop-heartbeat",
    "slow heart rate": "stop-heartbeat",
    "my pulse has been very slow": "stop-heartbeat",
    "Irregular heart rhythm": "stop-heartbeat",
    "heart skipping beats": "stop-heartbeat",
    "skipped a beat": "stop-heartbeat",
    "not slow but irregular heartbeat": "stop-heartbeat",
    "palpitations": "stop-heartbeat",
    "palpatations": "stop-heartbeat",
    "trouble breathing": "stop-breathlessness",
    "difficulty in breathing": "stop-breathlessness",
    "breathing was difficult": "stop-breathlessness",
    "out of breath": "stop-breathlessness",
    "couldn’t breathe": "stop-breathlessness",
    "breathlesness": "stop-breathlessness",
    "not enough air": "stop-breathlessness",
    "could not get enough air": "stop-breathlessness",
    "passing out": "stop-fainting",
    "faints": "stop-fainting",
    "blacked out": "stop-fainting",
    "collapsed": "stop-fainting",
    "weakened": "stop-weakness",
    "weakened tea": "stop-weakness",  # one too many
    "never felt more weak": "stop-weakness",
    "never felt weaker": "stop-weakness",
    "never so weak": "stop-weakness",
    "have not felt more weak": "stop-weakness",
    "weekness in the legs": "stop-weakness",
    "no strength": "stop-weakness",
    "starker Durchfall": "stop-diarrhoea",
    "Durchfal": "stop-diarrhoea",
    "bin fast ohnmächtig geworden": "stop-fainting",
    "Herzstolpern": "stop-heartbeat",
    "UNREGELMÄSSIGER Puls": "stop-heartbeat",
    "unregelmäßiger Herzschlag": "stop-heartbeat",
    "nicht nur schwach": "stop-weakness",
    "keine Kraft": "stop-weakness",
    "außer Atem": "stop-breathlessness",
    "keine Luft bekommen": "stop-breathlessness",
    **dict.fromkeys(
        ("diahrrea", "diarea", "diarhea", "diarreah", "Diahorea", "dairrhea", "diarrhoe", "dyarrhea", "diarrhoeas"),
        "stop-diarrhoea",
    ),
}
MEETS_NOT = (
    "no diarrhoea",
    "No more diarrhea",
    "not weak",
    "without fainting",
    "didn't feel faint",
    "no nausea or diarrhoea",
    "no signs of weakness",
    "no irregular heartbeat",
    "no slow or irregular heart beat",
    "no trouble breathing",
    "no palpitations",
    "faintly sweet",
    "regular heartbeat",
    "heartburn, slow digestion",
    "short sleep, bad breath",
    "dry mouth",
    "low energy, heart fine",
    "diary kept",
    "nausea",
    "kein Durchfall",
    "keine Übelkeit oder Schwäche",
    "nicht mehr schwach",
    "ohne Herzstolpern",
    "regelmäßiger Puls",
)


@pytest.mark.parametrize(("entered", "rule"), MEETS.items())
def test_a_stop_symptom_is_found_in_words(entered, rule):
    (stop,) = stops(["nausea", entered])
    assert (stop.entered, stop.rule.id) == (entered, rule)
    for part in (entered, stop.rule.text, stop.rule.action, stop.rule.source, "no medical advice"):
        assert part in stop.sentence()


@pytest.mark.parametrize("entered", MEETS_NOT)
def test_what_is_denied_or_another_word_is_no_stop_symptom(entered):
    assert stops([entered]) == ()


def test_an_order_with_arms_of_a_concealed_trial_still_asks_of_packs_by_number(sealed):
    """After opening the diary is locked, but what is asked must not fail."""
    order = Order(tuple(replace(period, arm=period.arm or "citrate") for period in schedule(sealed).periods))
    period = next(period for period in order.periods if period.arm == "citrate")
    assert asked(sealed, period)["taken"].yes == "1"


# --- what the numbers mean


def test_the_rating_says_what_its_ends_mean_and_which_hours_are_rated(make_protocol, sealed):
    own = {"name": "awake", "label": "minutes awake", "low": 0, "high": 480, "threshold": 10}
    nights = ((make_protocol(), period_on(make_protocol(), "magnesium")), (sealed, schedule(sealed).periods[-1]))
    for rated, period in nights:
        about = asked(rated, period)["severity"].about
        assert "0 = no restless legs at all, 10 = the worst you can imagine." in about
        assert "from lying down in the evening until getting up in the morning" in about
    protocol = make_protocol(outcome=own | {"low_means": "slept through"})
    assert asked(protocol, period_on(protocol, "magnesium"))["awake"].about == "0 = slept through."
    assert asked(make_protocol(outcome=own), period_on(protocol, "magnesium"))["awake"].about == ""
