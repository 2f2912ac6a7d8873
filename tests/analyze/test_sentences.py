"""Sentences of a record know what they were made from, and can be told in another language."""

import re
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
import xarray as xr
from families import make_protocol as make_family
from families import make_terms, make_trial
from fitted import fitted
from known import two_arms

from nof1 import Result, fit
from nof1.analyze.checks.computation import not_cross_checked
from nof1.analyze.checks.model_checks import InfluentialNight, _left_out_sentence, predictive_check, statistics
from nof1.analyze.engines.marginal import fit_marginal
from nof1.errors import RefusalError
from nof1.language import Said, again, speaking

DURATIONS = make_family("duration")
TOLD = ("sentence", "refused", "choice", "what")


def told(record):
    """Every text of a record that is told to people, and where it stands."""
    if isinstance(record, dict):
        for key, value in record.items():
            if isinstance(value, str) and key in TOLD:
                yield key, value
            else:
                yield from told(value)
    elif is_dataclass(record):
        yield from told({one.name: getattr(record, one.name) for one in fields(record)})
    elif isinstance(record, list | tuple):
        for value in record:
            yield from told(value)


def adopted():
    """Without a randomization test."""
    return fit(two_arms(), engine="marginal")


def logged():
    """Without an effect over time."""
    nights = 60.0 + 9 * np.random.default_rng(1).standard_normal(DURATIONS.nights)
    return fit(make_trial(DURATIONS, nights), engine="marginal")


@pytest.mark.parametrize(
    ("result", "keys"),
    [
        (lambda: fitted("helps"), {"sentence", "choice", "what"}),
        (adopted, {"sentence", "refused"}),
        (logged, {"sentence", "refused"}),
    ],
    ids=["drawn", "adopted", "duration"],
)
def test_every_sentence_of_a_record_knows_what_it_was_made_from(result, keys):
    found = list(told(result().record))
    assert keys <= {key for key, _ in found}
    for key, text in found:
        assert isinstance(text, Said), (key, text)
        assert again(text) == text


def test_sentences_survive_the_file_with_what_they_were_made_from(tmp_path):
    folder = tmp_path / "trial"
    result = fitted("helps")
    result.trial.write(folder)
    result.save(folder, now=datetime(2026, 5, 1, 8, tzinfo=UTC))
    kept, before = list(told(Result.load(folder).record)), list(told(result.record))
    assert kept == before
    for (_, text), (_, original) in zip(kept, before, strict=True):
        assert (text.template, text.plural) == (original.template, original.plural)


def test_numbers_of_a_record_are_written_as_the_spoken_language_does():
    record = fitted("helps").record
    sentence = record.checks.weights.sentence
    assert re.search(r"\d\.\d", sentence)
    with speaking("de"):
        for _, text in told(record):
            assert not re.search(r"\d\.\d", again(text)), text
        assert re.search(r"\d,\d", again(sentence))


def test_a_refusal_is_told_by_its_first_sentence():
    with pytest.raises(RefusalError) as refused:
        fit_marginal(make_terms(make_family("rating")), seed=1)
    sentence = not_cross_checked("rating", refused.value.told).sentence
    assert isinstance(sentence, Said)
    assert isinstance(sentence.values["why"], Said)
    assert sentence.endswith('not for "rating".')
    assert not_cross_checked("rating", "As it came. Do that.").sentence.endswith("against. As it came.")


def test_checks_of_the_model_know_what_they_were_made_from():
    data = make_terms(make_family("rating"))
    names = list(statistics(data, whole=True))
    assert len(names) > 4
    far = xr.Dataset({"outcome": (("chain", "draw", "day"), np.full((1, 50, data.n), data.high))})
    found = predictive_check(data, {"posterior_predictive": far}, whole=True)
    assert "differ from the recorded ones in" in found.sentence
    assert [row.name for row in found.statistics] == names
    night = InfluentialNight("2026-01-05", 7.5, None, 0.5, 1.0)
    leaning = _left_out_sentence([night, night], uniform=False)
    for text in (found.sentence, leaning, *names):
        assert isinstance(text, Said)
        assert again(text) == text
    with speaking("de"):
        assert "2026-01-05 (7,5)" in again(leaning)
        assert not re.search(r"\d\.\d", again(found.sentence))
