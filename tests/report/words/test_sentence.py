"""What an analyst asks of any part of a result: the sentence that its pages have, in either language."""

from datetime import UTC, datetime

import pytest
from fitted import fitted
from known import two_arms

from nof1 import InputError, randomization_test, report
from nof1.language import speaking
from nof1.plan.orders.amendments import Amendment
from nof1.report.words.blinding import blinding_sentence
from nof1.report.words.over_time import over_time_sentences
from nof1.report.words.sensitivity import choice_sentence


def test_every_part_of_a_record_has_its_sentence():
    result = fitted("cant-tell")
    record, protocol = result.record, result.trial.protocol
    assert "weights are sound" in report.sentence(result, record.checks.weights)
    assert "orders were possible" in report.sentence(result, record.randomization_tests[0])
    row = record.over_time.rows[0]
    assert report.sentence(result, row) == over_time_sentences(protocol, record.over_time)[0]
    assert report.sentence(result, record.blinding) == blinding_sentence(protocol, record.blinding)
    assert [report.sentence(result, one) for one in record.sensitivity] == [*map(choice_sentence, record.sensitivity)]
    note = Amendment.make(entered=datetime(2026, 1, 12, tzinfo=UTC), kind="note", reason="half a dose")
    assert report.sentence(result, note) == "Entered on 2026-01-12: half a dose."


def test_it_is_said_in_the_language_that_is_asked_for():
    result = fitted("helps")
    with speaking("de"):
        expected = blinding_sentence(result.trial.protocol, result.record.blinding)
        english = report.sentence(result, result.record.blinding)
    assert report.sentence(result, result.record.blinding, language="de") == expected != english


def test_a_test_without_a_result_is_told_by_its_trial():
    trial = fitted("helps").trial
    test = randomization_test(trial)
    assert report.sentence(trial, test) == report.sentence(fitted("helps"), test)


def test_what_has_no_sentence_is_refused():
    result = fitted("helps")
    with pytest.raises(InputError, match="none for a Effect of a Result"):
        report.sentence(result, result.lead[0].full)
    with pytest.raises(InputError, match="none for a Check of a Trial"):
        report.sentence(two_arms(), result.record.checks.weights)
    with pytest.raises(InputError, match="sentence takes a Result, not a Effect"):
        report.sentence(result.lead[0].full, result.record.checks.weights)
    with pytest.raises(InputError, match="does not speak"):
        report.sentence(result, result.record.checks.weights, language="xx")
