"""results.json as types: what is written is read again, fits its JSON Schema, and files of schema 1 say the same as before."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from fitted import fitted
from known import SAMPLE

from nof1 import InputError, Result, Trial
from nof1.analyze.schema import SCHEMA, from_dict, json_schema
from nof1.plan.orders.amendments import Amendment
from nof1.report.words.blinding import blinding_sentence
from nof1.report.words.changes import amendment_sentence
from nof1.report.words.checks import check_sentence, quantity
from nof1.report.words.over_time import course_sentence, over_time_sentences
from nof1.report.words.randomization import randomization_sentence
from nof1.report.words.sensitivity import choice_name, choice_sentence

OLD = json.loads((Path(__file__).parent / "schema-1" / "results.json").read_text(encoding="utf-8"))
SHIPPED = json.loads((files("nof1.analyze") / "results.schema.json").read_text(encoding="utf-8"))


def old():
    return {name: value for name, value in OLD.items() if name not in ("sentences", "results_sha256")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "trial"
    result = fitted("helps")
    result.trial.write(folder)
    result.save(folder, now=datetime(2026, 5, 1, 8, tzinfo=UTC))
    return folder


def test_what_is_written_is_read_again():
    record = fitted("cant-tell").record
    content = json.loads(json.dumps(record.to_dict(), allow_nan=False))
    assert content["schema"] == SCHEMA == 3
    assert from_dict(content) == record


def test_the_json_schema_that_is_shipped_is_that_of_the_record():
    assert json_schema() == SHIPPED, "make schema"


def test_a_saved_file_fits_the_json_schema(folder):
    from jsonschema import ValidationError, validate

    content = json.loads((folder / "results" / "results.json").read_text(encoding="utf-8"))
    validate(content, SHIPPED)
    for part in ("effects", "nights", "schema"):
        with pytest.raises(ValidationError):
            validate({name: value for name, value in content.items() if name != part}, SHIPPED)
    with pytest.raises(ValidationError):
        validate(content | {"effects": [content["effects"][0] | {"threshold": "one"}]}, SHIPPED)


def numbers(effect):
    """An effect as plain values."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(effect).items()}


def test_a_file_of_schema_1_says_the_same_number_by_number():
    record = from_dict(old())
    assert (record.schema, record.edition, len(record.effects)) == (3, 1, 2)
    for entry, before in zip(record.effects, OLD["effects"], strict=True):
        assert {name: before[name] for name in numbers(entry.leading)} == numbers(entry.leading)
        assert entry.verdict == before["verdict"] == before[before["estimand"]]["verdict"]
        for now, then in ((entry.full, before["full"]), (entry.over_nights, before["as_lived"])):
            assert numbers(now) == {name: value for name, value in then.items() if name != "verdict"}
    assert record.effects[0].forecast.rows[0].helps == OLD["effects"][0]["forecast"]["rows"][0]["chances"]["helps"]
    for row, before in zip(record.sensitivity, OLD["sensitivity"], strict=True):
        assert (row.leading.mean, row.verdict) == (before["mean"], before["verdict"])
    row, before = record.over_time.rows[0], OLD["over_time"]["rows"][0]
    assert [row.leading.early.mean, row.leading.change.p_positive] == [
        before["early"]["mean"],
        before["change"]["p_positive"],
    ]
    test = OLD["randomization_test"]
    assert [record.randomization_tests[0].p, list(record.randomization_tests[0].interval)] == [
        test["p"],
        test["interval"] or [None, None],
    ]
    statistics = OLD["checks"]["predictive"]["statistics"]
    assert {quantity(row): row.p for row in record.checks.predictive.statistics} == {
        name: row["p"] for name, row in statistics.items()
    }
    assert record.harms["magnesium"].kinds["nausea"].nights == OLD["harms"]["magnesium"]["side_effects"]["nausea"]


def test_a_file_of_schema_1_says_the_same_sentence_by_sentence():
    record, protocol = from_dict(old()), Trial.load(SAMPLE / "helps").protocol
    for name, check in record.checks.made().items():
        assert check_sentence(record.engines, check) == OLD["checks"][name]["sentence"]
    for row, before in zip(record.sensitivity, OLD["sensitivity"], strict=True):
        assert (choice_name(row), choice_sentence(row)) == (before["choice"], before["what"])
    (course,) = record.over_time.rows
    assert OLD["over_time"]["rows"][0]["sentence"].startswith(
        course_sentence(protocol, course)
    )  # then came verdicts of both ends
    assert course.nights is None
    assert "on the first planned day" in over_time_sentences(protocol, record.over_time)[1]
    (test,) = record.randomization_tests
    told = OLD["randomization_test"]["sentence"].replace("the one that was lived", "the actual one")
    assert randomization_sentence(protocol, test) == told
    assert blinding_sentence(protocol, record.blinding) == OLD["blinding"]["sentence"]


def test_what_schema_1_has_in_words_alone_stays_as_it_was_said():
    checks, priors = OLD["checks"], OLD["priors"]
    one, other = {"night": "night 12"}, {"night": "2026-02-01"}
    left_out = checks["left_out"] | {
        "influential": [checks["left_out"]["influential"][0] | night for night in (one, other)]
    }
    alone = {"passed": None, "sentence": "There was no second computation to hold this against. It was too slow."}
    rows = [
        OLD["sensitivity"][0] | {"choice": "first night dropped"},
        OLD["sensitivity"][0] | {"choice": "no trend", "full": None, "as_lived": None, "refused": "It did not settle."},
    ]
    content = old() | {
        "checks": checks | {"left_out": left_out, "cross_check": alone},
        "sensitivity": rows,
        "over_time": OLD["over_time"] | {"rows": [], "refused": "It cannot be trusted."},
        "amendments": ["Entered on 2026-01-12: half a dose."],
    }
    note = Amendment.make(entered=datetime(2026, 1, 12, tzinfo=UTC), kind="note", reason="half a dose")
    record = from_dict(content, [note])
    assert [row.night for row in record.checks.left_out.influential] == [12, date(2026, 2, 1)]
    assert check_sentence(record.engines, record.checks.cross_check) == alone["sentence"]
    dropped, refused = record.sensitivity
    assert (choice_name(dropped), dropped.value) == ("first night dropped", 1)
    assert (str(refused.refused), refused.full) == ("It did not settle.", None)
    assert str(record.over_time.refused) == "It cannot be trusted."
    assert [amendment_sentence(one) for one in record.amendments] == content["amendments"]
    assert record.priors == priors


@pytest.mark.parametrize(
    "test", [{"refused": "Nobody drew the order."}, OLD["randomization_test"] | {"interval": None}]
)
def test_a_test_of_schema_1_may_have_been_refused_or_have_no_ends(test):
    (found,) = from_dict(old() | {"randomization_test": test}).randomization_tests
    assert (found.arm, found.reference) == ("magnesium", "off")
    refused = getattr(found, "refused", None)
    assert (None if refused is None else str(refused)) == test.get("refused")


def test_of_a_cohort_or_another_version_is_refused(folder):
    for change in ({"schema": 4}, {"effects": None}, {"nights": {"planned": 1}}, {"surprise": 1}):
        with pytest.raises((ValueError, KeyError, TypeError)):
            from_dict(fitted("helps").record.to_dict() | change)
    path = folder / "results" / "results.json"
    before = path.read_bytes()
    try:
        path.write_text(path.read_text(encoding="utf-8").replace('"schema": 3', '"schema": 4'), encoding="utf-8")
        with pytest.raises(InputError, match="another version"):
            Result.load(folder)
    finally:
        path.write_bytes(before)
    assert Result.load(folder).record.effects == fitted("helps").record.effects
