"""The section of what was asked at the end of each period: every value by its period, nothing where nothing was recorded."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from fitted import fitted
from records import changed

from nof1.analyze.at_period_ends import AtPeriodEnd, at_period_ends
from nof1.analyze.schema import from_dict
from nof1.language import languages, speaking
from nof1.plan.design.order import RUN_IN
from nof1.plan.protocol.instruments import IMPRESSION
from nof1.plan.protocol.period_ends import step_words
from nof1.report.results import planned
from nof1.report.results.period_ends import period_ends
from nof1.report.results.summary import summary_data


def with_measures(result, values):
    """The result of the same nights with values beside the diary, by night and name."""
    trial = replace(result.trial, measures=MappingProxyType(values))
    return changed(replace(result, trial=trial), at_period_ends=at_period_ends(trial))


def ends(result, value):
    """A value at the end of every period but the first, by night and name."""
    periods = [one for one in result.trial.order.periods if result.trial.order.ends_period(one.end)]
    return {(one.end, IMPRESSION): value(one) for one in periods[1:]}


@pytest.fixture(scope="module")
def helps():
    return fitted("helps")


def test_nothing_recorded_is_no_section(helps):
    assert helps.record.at_period_ends == ()
    assert period_ends(helps) == []


@pytest.mark.parametrize("language", languages())
def test_every_value_stands_in_its_period_and_missing_ones_are_counted(helps, language):
    values = ends(helps, lambda one: 2.0 if one.arm == "magnesium" else 4.0)
    result = with_measures(helps, values)
    with speaking(language):
        (told,) = period_ends(result)
        table = next(part for part in told["parts"] if part["kind"] == "table")
        by_number = {int(row[0]): row[-1] for row in table["rows"]}
        order = result.trial.order
        assert by_number == {order.period_of(night).number: step_words(value) for (night, _), value in values.items()}
        (item,) = [part for part in told["parts"] if part["kind"] == "item"]
        assert step_words(2) in item["text"]
        assert step_words(4) in item["text"]
        assert item["text"].count({"en": "none in 1 period", "de": "keine Angabe in 1 Phase"}[language]) == 1
        assert told in summary_data(result, set())["sections"]


def test_the_last_value_of_a_period_counts_and_nights_of_no_period_do_not(helps):
    order = helps.trial.order
    first = next(one for one in order.periods if one.on_trial and one.number != RUN_IN)
    values = {(first.start, IMPRESSION): 1.0, (first.end, IMPRESSION): 6.0, (first.start, "mood"): 3.0}
    values |= {
        (night, IMPRESSION): 7.0
        for one in order.periods
        if one.number == RUN_IN or not one.on_trial
        for night in one.dates
    }
    found = with_measures(helps, values).record.at_period_ends
    assert found == (AtPeriodEnd(first.number, first.arm, IMPRESSION, 6.0, 2),)


def test_results_json_holds_them_and_older_files_without_them_are_read(helps):
    record = with_measures(helps, ends(helps, lambda _: 3.0)).record
    content = record.to_dict()
    assert from_dict(content) == record
    del content["at_period_ends"]
    assert from_dict(content).at_period_ends == ()


def test_an_imported_score_that_nobody_planned_stands_by_period_with_what_is_published(helps):
    order = helps.trial.order
    last = [one for one in order.periods if order.ends_period(one.end)]
    values = {(one.end, "irls"): 18.0 if one.arm == "magnesium" else 24.0 for one in last}
    (told,) = period_ends(with_measures(helps, values))
    table = next(part for part in told["parts"] if part["kind"] == "table")
    assert table["header"][-1] == "IRLS total"
    assert [row[-1] for row in table["rows"]] == [f"{values[one.end, 'irls']:g}" for one in last]
    (item,) = [part for part in told["parts"] if part["kind"] == "item"]
    assert "18.0 on average in" in item["text"]
    assert "24.0 on average in" in item["text"]
    assert item["text"].count("Published:") == 2
    assert "read Mon 30 Nov 2026" in item["text"]


def test_many_scores_stand_in_tables_that_large_print_has_room_for(helps):
    first = next(one for one in helps.trial.order.periods if helps.trial.order.ends_period(one.end))
    names = [IMPRESSION, "irls", "isi", *(f"rls6_{number}" for number in range(1, 7))]
    (told,) = period_ends(with_measures(helps, dict.fromkeys(((first.end, name) for name in names), 5.0)))
    tables = [part for part in told["parts"] if part["kind"] == "table"]
    assert [len(part["header"]) for part in tables] == [5, 5, 5]
    assert [part["header"][2] for part in tables] == [
        "Impression of change",
        "RLS-6, rating 1 of 6",
        "RLS-6, rating 4 of 6",
    ]
    said = " ".join(part["text"] for part in told["parts"] if part["kind"] == "item")
    assert said.count("cut-offs for each rating") == 1


def test_the_results_say_what_the_numbers_of_the_rating_mean(helps):
    told = " ".join(part.get("text", "") for part in planned.plan(helps)["parts"])
    assert "0 = no restless legs at all, 10 = the worst you can imagine. Rate these hours: from lying down" in told
