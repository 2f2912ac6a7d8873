"""results.json as types: what is written is read again, fits its JSON Schema, and files of schema 1 say the same as before."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from fitted import fitted

from nof1 import InputError, Result
from nof1.analyze.schema import SCHEMA, from_dict, json_schema

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
    assert content["schema"] == SCHEMA == 2
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
    assert (record.schema, len(record.effects)) == (2, 2)
    for entry, before in zip(record.effects, OLD["effects"], strict=True):
        assert {name: before[name] for name in numbers(entry.named)} == numbers(entry.named)
        assert (numbers(entry.full), numbers(entry.as_lived)) == (before["full"], before["as_lived"])
    assert record.effects[0].forecast.rows[0].helps == OLD["effects"][0]["forecast"]["rows"][0]["chances"]["helps"]
    for row, before in zip(record.sensitivity, OLD["sensitivity"], strict=True):
        assert (row.leading.mean, row.leading.verdict) == (before["mean"], before["verdict"])
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
    assert {row.name: row.p for row in record.checks.predictive.statistics} == {
        name: row["p"] for name, row in statistics.items()
    }
    assert record.harms["magnesium"].kinds["nausea"].nights == OLD["harms"]["magnesium"]["side_effects"]["nausea"]


@pytest.mark.parametrize(
    "test", [{"refused": "Nobody drew the order."}, OLD["randomization_test"] | {"interval": None}]
)
def test_a_test_of_schema_1_may_have_been_refused_or_have_no_ends(test):
    (found,) = from_dict(old() | {"randomization_test": test}).randomization_tests
    assert (found.arm, found.reference) == ("magnesium", "off")
    assert getattr(found, "refused", None) == test.get("refused")


def test_of_a_cohort_or_another_version_is_refused(folder):
    for change in ({"schema": 3}, {"effects": None}, {"nights": {"planned": 1}}, {"surprise": 1}):
        with pytest.raises((ValueError, KeyError, TypeError)):
            from_dict(fitted("helps").record.to_dict() | change)
    path = folder / "results" / "results.json"
    before = path.read_bytes()
    try:
        path.write_text(path.read_text(encoding="utf-8").replace('"schema": 2', '"schema": 3'), encoding="utf-8")
        with pytest.raises(InputError, match="another version"):
            Result.load(folder)
    finally:
        path.write_bytes(before)
    assert Result.load(folder).record.effects == fitted("helps").record.effects
