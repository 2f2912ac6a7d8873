"""Side effects that were graded stand by arm on the pages, serious ones on the first; where none was, the pages say so."""

from dataclasses import replace

import pytest
from fitted import fitted
from records import changed

from nof1.analyze.graded import GradedSideEffects, graded_side_effects
from nof1.analyze.schema import from_dict
from nof1.language import languages, say, speaking
from nof1.record.diary.events import GRADES, Event
from nof1.report.results import first_page, recorded
from nof1.report.results.summary import pages
from nof1.report.words import graded as words


@pytest.fixture(scope="module")
def helps():
    return fitted("helps")


def with_side_effects(result, said):
    """The result of nights with these side effects, as (arm, what, grades); one night of the arm for each."""
    arms = {night: period.arm for period in result.trial.order.periods for night in period.dates}
    entries, events = {entry.night: entry for entry in result.trial.entries}, []
    free = {arm: [night for night in entries if arms[night] == arm] for arm in ("magnesium", "off")}
    for arm, what, grades in said:
        night = free[arm].pop(0)
        entries[night] = replace(entries[night], side_effects=(what,))
        if grades:
            events.append(Event(night, what, **grades))
    events.sort(key=lambda event: event.night)
    trial = replace(result.trial, entries=tuple(entries.values()), events=tuple(events))
    return changed(replace(result, trial=trial), graded=graded_side_effects(trial))


HEADACHE = {
    "severity": "moderate",
    "serious": "no",
    "action": "less",
    "outcome": "over",
    "cause": "likely",
    "doctor": "possible",
}
FAINT = {"severity": "severe", "serious": "hospital"}


def told(result):
    parts = recorded.recorded(result)["parts"]
    return parts, " ".join(part.get("text", "") for part in parts)


@pytest.mark.parametrize("language", languages())
def test_where_nothing_was_graded_the_pages_say_so(helps, language):
    with speaking(language):
        parts, _ = told(helps)
        (item,) = [part for part in parts if part.get("label") == say("Severity, cause")]
        assert item["text"] == say(recorded._NOT_JUDGED)
        assert words.serious_sentence(helps) == ""


@pytest.mark.parametrize("language", languages())
def test_every_grade_stands_beside_its_side_effect_under_its_arm(helps, language):
    result = with_side_effects(
        helps, [("magnesium", "headache", HEADACHE), ("off", "itch", {"severity": "mild"}), ("off", "dizzy", None)]
    )
    with speaking(language):
        parts, text = told(result)
        (table,) = [part for part in parts if part.get("header") == words.header()]
        rows = {row[1].split(",")[0]: row for row in table["rows"]}
        protocol = result.trial.protocol
        arms = {"itch": protocol.arm("off").title, "headache": protocol.arm("magnesium").title}
        assert {what: row[0] for what, row in rows.items()} == arms
        assert [row[0] for row in table["rows"]] == [arm.title for arm in protocol.arms]
        said = " ".join(rows["headache"][2:])
        assert [
            say(GRADES[field][code]) for field, code in HEADACHE.items() if say(GRADES[field][code]) not in said
        ] == []
        assert rows["itch"][3:] == ["\N{EN DASH}", "\N{EN DASH}"]
        assert "dizzy" in text
        assert say(recorded._NOT_JUDGED) not in text


@pytest.mark.parametrize("language", languages())
def test_what_is_serious_stands_on_the_first_page_and_nothing_else_does(helps, language):
    mild = with_side_effects(helps, [("magnesium", "headache", HEADACHE)])
    serious = with_side_effects(helps, [("magnesium", "headache", HEADACHE), ("off", "fainting", FAINT)])
    with speaking(language):
        assert "headache" not in " ".join(first_page.answer(mild)["side_effects"]["told"])
        for brief in (False, True):
            said = " ".join(first_page.answer(serious, brief=brief)["side_effects"]["told"])
            assert words.serious_sentence(serious) in said
            assert serious.trial.protocol.arm("off").title in words.serious_sentence(serious)


def test_the_record_holds_them_and_older_files_have_none(helps):
    result = with_side_effects(helps, [("magnesium", "headache", HEADACHE), ("off", "itch", None)])
    content = result.record.to_dict()
    assert content["graded"]["events"][0]["severity"] == "moderate"
    assert content["graded"]["never"] == ["itch", "loose stools"]
    assert from_dict(content).graded == result.record.graded
    del content["graded"]
    assert from_dict(content).graded == GradedSideEffects()


def test_grades_that_changed_after_the_analysis_are_said_to_have(helps):
    result = with_side_effects(helps, [("magnesium", "headache", HEADACHE)])
    assert "has changed since this was computed" not in told(result)[1]
    event = replace(result.trial.events[0], outcome="lasting")
    later = replace(result, trial=replace(result.trial, events=(event,)))
    assert "has changed since this was computed" in told(later)[1]


@pytest.mark.parametrize("large_print", [False, True])
@pytest.mark.parametrize("language", languages())
def test_the_pages_can_be_printed(helps, language, large_print):
    said = [("magnesium", f"own words of some length {n}", HEADACHE) for n in range(12)] + [("off", "fainting", FAINT)]
    content, _ = pages(with_side_effects(helps, said), language=language, large_print=large_print)
    assert content.startswith(b"%PDF")
