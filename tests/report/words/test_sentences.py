import json

import pytest
from fitted import fitted
from known import melatonin, nightly, two_arms
from records import with_checks, with_effects, with_main, with_numbers

from nof1 import fit
from nof1.analyze.checks.computation import CrossCheck
from nof1.report.words import sentences as words


def changed(**numbers):
    return with_numbers(fitted("helps"), **numbers)


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        ("helps", "On these nights, magnesium helped."),
        ("worsens", "On these nights, magnesium made it worse."),
        ("no difference that matters", "On these nights, magnesium made no difference that matters."),
        ("no quick difference", "As taken, magnesium made no difference that matters; more time on one arm is open."),
        ("leans better", "The nights lean towards magnesium helping, but this is not settled."),
        ("leans worse", "The nights lean towards magnesium making it worse, but this is not settled."),
        ("can't tell yet", "These nights can't tell yet whether magnesium helps or harms."),
    ],
)
def test_the_headline_follows_the_verdict(verdict, sentence):
    assert words.headline(with_main(fitted("helps"), verdict=verdict)) == sentence


@pytest.mark.parametrize(
    ("interval", "text"),
    [([-2.5, -0.5], "between 0.5 and 2.5 points lower"), ([-1.26, 12.3], "between 1.3 lower and 12.3 higher")],
    ids=str,
)
def test_intervals_say_which_way_each_end_lies(interval, text):
    assert f"95 % equal-tailed interval is {text}" in words.effect_sentence(changed(mean=-1.0, interval=interval))


@pytest.mark.parametrize(
    ("chance", "text", "frequency"),
    [
        (0.9999, "almost certain", "more than 99 in 100"),
        (0.93, "very likely", "about 93 in 100"),
        (0.7, "likely", "about 70 in 100"),
        (0.5, "about as likely as not", "about 50 in 100"),
        (0.2, "unlikely", "about 20 in 100"),
        (0.05, "very unlikely", "about 5 in 100"),
        (0.001, "almost ruled out", "fewer than 1 in 100"),
    ],
)
def test_probability_words_match_the_numbers(chance, text, frequency):
    assert words.chance_words(chance) == text
    assert words.about_in_100(chance) == frequency


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.004, "0.00"), (-0.04, "−0.04"), (-0.001, "0.00"), (2.449, "2.4"), (-31.04, "−31.0"), (123.4, "123")],
)
def test_numbers_have_the_digits_a_reader_needs(value, text):
    assert words.number(value) == text


def test_failed_checks_are_told():
    failed = with_checks(fitted("helps"), cross_check=CrossCheck(False, 0.4, 0.06))
    (told,) = words.failed_checks(failed)
    assert told.startswith("Two separate computations differ by 0.40 posterior sd")
    assert words.failed_checks(fitted("helps")) == []


def test_adopted_nights_are_not_said_to_be_drawn():
    result = fit(two_arms(), engine="marginal")
    assert "not drawn by nof1" in words.order_sentence(result.trial.protocol)
    assert "26 of 28 nights were recorded; 2 missing nights" in words.nights_sentence(result)


def test_the_method_names_only_the_parts_the_model_had():
    text = words.method_sentence(fit(two_arms(trend=False, autocorrelation=False), engine="marginal"))
    assert "differences between periods" in text
    assert "trend" not in text
    assert "AR(1)" not in text


def test_a_table_of_nights_reads_as_it_should():
    result = fit(nightly(), engine="marginal")
    assert words.headline(result) == "On these nights, walk made no difference that matters."
    assert "estimated to be 1.1 points higher on walk than on home" in words.effect_sentence(result)


def test_melatonin_reads_as_it_should():
    result = fit(melatonin(), engine="marginal")
    assert words.headline(result) == "On these nights, melatonin made no difference that matters."
    assert "estimated to be 1.2 points higher on melatonin than on control" in words.effect_sentence(result)


def test_nothing_is_recommended():
    text = json.dumps(
        [
            words.headline(fitted("helps")),
            words.effect_sentence(fitted("helps")),
            *words.chances(fitted("helps")),
            words.NO_ADVICE,
        ]
    )
    assert "no medical advice" in text
    assert not any(word in text.lower() for word in ("you should", "we recommend", "significant", "take it"))


def test_comparisons_left_out_are_counted():
    assert words.further_comparisons(-2) == []
    assert words.further_comparisons(1) == ["1 further comparison is in results.json."]
    assert words.further_comparisons(2) == ["2 further comparisons are in results.json."]


def test_an_effect_over_nights_is_not_worded_as_a_difference_between_nights():
    result = with_main(fitted("helps"), estimand="over-nights")
    assert "than the same nights would have been on no magnesium" in words.effect_sentence(result)
    assert words.over_nights_sentence(result) == ""
    assert words.exposure_sentence(result) == ""
    assert "Over these nights, while" in words.over_nights_sentence(with_main(result, estimand="full"))


def test_the_chance_is_told_of_the_side_that_is_likelier():
    assert "better at all with magnesium is about 93 in 100" in words.chance_sentence(changed(p_better=0.93))
    assert "worse at all with magnesium is about 93 in 100" in words.chance_sentence(changed(p_better=0.07))


def test_chances_can_be_told_of_either_effect():
    result = with_effects(fitted("helps"), full={"p_better": 0.5}, over_nights={"p_better": 0.7})
    assert words.chances(result, on="full")[0] == ("better at all", "about as likely as not", "about 50 in 100")
    assert words.chances(result, on="over-nights")[0] == ("better at all", "likely", "about 70 in 100")


def test_without_a_threshold_no_chance_needs_one():
    assert [what for what, _, _ in words.chances(with_main(fitted("helps"), threshold=None))] == ["better at all"]
