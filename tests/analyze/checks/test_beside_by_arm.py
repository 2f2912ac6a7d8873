"""What was recorded beside the model, by arm: counted by hand, medians over midnight, and what it can explain."""

from collections import Counter
from dataclasses import replace
from statistics import median
from types import MappingProxyType

import pytest
from fitted import fitted
from known import SAMPLE

from nof1 import Trial
from nof1.analyze.checks.beside_by_arm import beside_by_arm
from nof1.analyze.checks.other_explanations import RescueMedicine, other_explanations
from nof1.language import languages, speaking
from nof1.plan.design.order import RUN_IN
from nof1.plan.protocol.protocol import Protocol
from nof1.report.results.beside_by_arm import beside_by_arm as section_of
from nof1.report.results.summary import summary_data
from nof1.report.words import other_explanations as words
from nof1.report.words.beside_by_arm import cell, own_words


def answering(trial, answers, recorded=("onset", "where", "rescue")):
    """The trial with answers beside the model; `answers` gives those of a night by its place and arm."""
    protocol = Protocol.build(trial.protocol.to_dict() | {"recorded": list(recorded)})
    arms = {night: period.arm for period in trial.order.periods for night in period.dates}
    entries = [
        replace(entry, recorded=MappingProxyType(answers(place, arms[entry.night])))
        for place, entry in enumerate(trial.entries)
    ]
    return replace(trial, protocol=protocol, entries=tuple(entries))


def result_with(sample, answers):
    result = fitted(sample)
    trial = answering(result.trial, answers)
    return replace(result, trial=trial, record=replace(result.record, beside_by_arm=beside_by_arm(trial)))


def usual(place, arm):
    """Around midnight; earlier on magnesium, where every third night has a rescue dose."""
    minutes = (-40 if arm == "magnesium" else 25) + place % 5
    rescue = arm == "magnesium" and place % 3 == 0
    return {
        "onset": "none" if place % 7 == 0 else f"{minutes // 60 % 24:02}:{minutes % 60:02}",
        "where": ("legs", "legs and arms")[place % 2],
        "rescue": "yes" if rescue else "no",
        "rescue_what": f"night {place}" if rescue else "",
    }


@pytest.fixture(scope="module")
def trial():
    return Trial.load(SAMPLE / "worsens")


def by_hand(trial, name, arm):
    recorded = {entry.night: entry.recorded[name] for entry in trial.entries}
    nights = [
        night
        for period in trial.order.periods
        if period.arm == arm and period.number != RUN_IN
        for night in period.dates
    ]
    return len(nights), [recorded[night] for night in nights if recorded.get(night)]


def test_every_answer_is_counted_on_its_arm(trial):
    told = answering(trial, usual)
    rows = {(row.name, row.arm): row for row in beside_by_arm(told)}
    assert len(rows) == 4 * len(told.protocol.arms)
    for (name, arm), row in rows.items():
        nights, cells = by_hand(told, name, arm)
        assert (row.nights, row.answered) == (nights, len(cells))
        if name in ("where", "rescue"):
            assert row.counts == Counter(cells)
    assert rows["rescue", "off"].counts.get("yes", 0) == 0


def test_a_median_goes_over_midnight(trial):
    times = ("23:50", "00:10", "00:20")
    rows = beside_by_arm(answering(trial, lambda place, _: {"onset": times[place % 3]}))
    row = next(row for row in rows if (row.name, row.arm) == ("onset", "off"))
    _, cells = by_hand(
        answering(trial, lambda place, _: {"onset": times[place % 3], "where": "", "rescue": "", "rescue_what": ""}),
        "onset",
        "off",
    )
    noon = {"23:50": 710.0, "00:10": 730.0, "00:20": 740.0}
    assert row.median == median(noon[text] for text in cells)
    assert (row.low, row.high) == (710, 740)
    assert row.counts == {}


def test_nothing_asked_or_nothing_answered_is_no_section(trial):
    assert beside_by_arm(trial) == ()
    assert section_of(fitted("worsens")) == []
    assert section_of(result_with("worsens", lambda *_: {})) == []


@pytest.mark.parametrize("language", languages())
def test_the_page_shows_each_arm_and_says_that_no_model_adjusts(language):
    result = result_with("worsens", usual)
    with speaking(language):
        (told,) = section_of(result)
        table, item, text = told["parts"]
        assert [row[0] for row in table["rows"]] == [
            one.called for one in result.trial.protocol.recorded if one.kind != "words"
        ]
        onset = cell(result, "onset", "magnesium")
        assert "23:2" in onset
        assert table["rows"][0][1:] == [cell(result, "onset", arm.name) for arm in result.trial.protocol.arms]
        assert {"en": "No model adjusts", "de": "Kein Modell"}[language] in text["text"]
        assert "night 3" in own_words(result)[0][1] + item["text"]
        assert told in summary_data(result, set())["sections"]


def test_a_rescue_dose_stands_with_what_else_could_explain_an_answer_for_the_worse(trial):
    told = answering(trial, usual)
    pair = {"arm": "magnesium", "reference": "off"}
    found = other_explanations(told, **pair, verdict="worsens")
    counts = {arm: by_hand(told, "rescue", arm)[1] for arm in ("magnesium", "off")}
    (rescue,) = [one for one in found.found if one.kind == "rescue medicine"]
    assert rescue == RescueMedicine(counts["magnesium"].count("yes"), len(counts["magnesium"]), 0, len(counts["off"]))
    assert other_explanations(told, **pair, verdict="helps") is None
    never = other_explanations(answering(trial, lambda *_: {"rescue": "no"}), **pair, verdict="worsens")
    assert "rescue medicine" in never.asked
    assert "rescue medicine" not in never.kinds
    unasked = other_explanations(trial, **pair, verdict="worsens")
    assert "rescue medicine" not in (*unasked.asked, *unasked.not_asked)


def test_it_is_told_on_the_first_page_with_both_arms():
    result = result_with("worsens", usual)
    told = dict(words.told(result))
    rescue = next(row for row in beside_by_arm(result.trial) if (row.name, row.arm) == ("rescue", "magnesium"))
    sentence = told["Another medicine taken in the night:"]
    assert f"{rescue.counts['yes']} of {rescue.answered} nights on magnesium" in sentence
    assert "on 0 of" in sentence
