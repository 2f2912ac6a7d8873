"""Scores at period ends: what nof1 knows of instruments and where it read that, and what a protocol may ask for."""

from datetime import date

import pytest

from nof1.errors import InputError
from nof1.plan.orders.concerns import concerns
from nof1.plan.protocol.instruments import MOST, Instrument, asked_instruments, find_instruments, known_instruments
from nof1.plan.protocol.period_ends import IMPRESSION, period_measures
from nof1.plan.protocol.protocol import Protocol
from nof1.record.values.measures import find_measure

OWN = {"name": "calm_legs", "title": "Calm legs score", "low": 0, "high": 60, "better": "higher", "recall_days": 3}


@pytest.mark.parametrize("instrument", known_instruments(), ids=lambda one: one.name)
def test_every_statement_has_a_source_that_was_read_and_scores_are_measures(instrument):
    assert {note.kind for note in instrument.notes} >= {"form", "change"}
    for note in instrument.notes:
        assert note.source
        assert note.where.startswith(("https://", "10."))
        assert date(2026, 11, 1) <= note.read <= date(2026, 12, 31)
    measure = find_measure(instrument.name.upper())
    assert (measure.low, measure.high, measure.title) == (instrument.low, instrument.high, instrument.title)


def test_the_known_scores_have_the_ends_of_their_forms():
    ends = {one.name: (one.low, one.high, one.recall_days) for one in known_instruments()}
    assert ends.pop("irls") == (0, 40, 7)
    assert ends.pop("isi") == (0, 28, 14)
    assert ends == {f"rls6_{number}": (0, 10, None) for number in range(1, 7)}


def test_no_question_of_an_instrument_is_told():
    """Titles name scores alone; what is told of a form counts its questions and repeats none."""
    texts = [one.title for one in known_instruments()] + [
        note.text for one in known_instruments() for note in one.notes
    ]
    assert not [text for text in texts if "?" in text]


def test_a_name_stands_for_the_instrument_in_full(make_protocol, protocol):
    planned = make_protocol(instruments=["irls", "rls6"])
    assert [one.name for one in planned.instruments] == ["irls", *(f"rls6_{number}" for number in range(1, 7))]
    assert planned.to_dict()["instruments"][0] == {
        "name": "irls", "title": "IRLS total", "low": 0.0, "high": 40.0, "better": "lower", "whole": True, "recall_days": 7,
    }  # fmt: skip
    assert Protocol.parse(planned.to_toml()) == planned
    assert planned.sha256() != protocol.sha256()
    assert period_measures(planned)[:2] == (IMPRESSION, "irls")


def test_without_instruments_neither_file_nor_hash_knows_of_them(protocol):
    assert "instruments" not in protocol.to_dict()


REFUSED = {
    "unknown": (["zinc"], "no instrument 'zinc' here; there is: irls, isi, rls6"),
    "none at all": ([], "instruments"),
    "twice": (["irls", "irls"], "'irls' is the name of something else that is recorded, or there twice"),
    "a group and one of it": (["rls6", "rls6_2"], "there twice"),
    "the outcome's name": ([OWN | {"name": "severity"}], "'severity' is the name of something else"),
    "a covariate's name": ([OWN | {"name": "Caffeine"}], "'caffeine' is the name of something else"),
    "the impression's name": ([OWN | {"name": IMPRESSION}], "is the name of something else"),
    "another IRLS": (
        [OWN | {"name": "irls"}],
        "'irls' is an instrument that nof1 knows, from 0 to 40, lower is better",
    ),
    "ends turned": ([OWN | {"low": 60, "high": 0}], r"low \(60\) must be below high \(0\)"),
    "too many": ([OWN | {"name": f"own{number}"} for number in range(MOST + 1)], "instruments"),
    "no list": ("irls", "instruments"),
    "another field": ([OWN | {"items": ["?"]}], "items: is not known"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused(make_protocol, case):
    instruments, why = REFUSED[case]
    with pytest.raises(InputError, match=why):
        make_protocol(instruments=instruments, analysis={"covariates": ["caffeine"]})


def test_trials_of_the_first_edition_have_none(make_protocol):
    with pytest.raises(InputError, match="with schema = 2"):
        make_protocol(schema=1, instruments=["irls"])


@pytest.mark.parametrize(("nights", "told"), [(6, True), (7, False), (8, False)])
def test_a_period_shorter_than_what_a_form_asks_about_is_a_concern(make_protocol, nights, told):
    planned = make_protocol(instruments=["irls"], design={"period_nights": nights})
    found = [text for text in concerns(planned) if text.startswith("IRLS total asks about the last 7 days")]
    assert (len(found) == 1) == told


def test_an_instrument_of_ones_own_comes_from_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "own.toml"
    path.write_text(
        'name = "calm_legs"\ntitle = "Calm legs score"\nlow = 0\nhigh = 60\nbetter = "higher"\nrecall_days = 3\n'
    )
    assert asked_instruments("own.toml") == (Instrument(**OWN),)
    assert asked_instruments("IRLS") == find_instruments("irls")
    path.write_text('name = "calm_legs"\ntitle = "x"\n')
    with pytest.raises(InputError, match=r"own.toml has a mistake: low: is missing"):
        asked_instruments("own.toml")
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        asked_instruments("own.toml")
    with pytest.raises(InputError, match=r"no file nothing.toml"):
        asked_instruments("nothing.toml")
