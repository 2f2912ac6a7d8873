"""Tipping points and the block-by-block comparison as sentences, in both languages."""

import re
from dataclasses import replace

import pytest
from families import make_protocol
from known import two_arms

from nof1.analyze.checks.paired_cycles import PairedCycles
from nof1.analyze.checks.tipping import Hope, MissingNights, TippingPoint
from nof1.analyze.reasons import Reason
from nof1.language import speaking
from nof1.report.words.cycles import cycles_sentence
from nof1.report.words.tipping import tipping_sentence

MISSING = MissingNights("magnesium", 5, 42, 4.31, "difference", 1.84)
TOLD = TippingPoint("magnesium", "off", 0.95, "better", (MISSING,), Hope(0.61, 1.8))
CYCLES = PairedCycles("magnesium", "off", 0.95, 3, (-1.0, -2.0, -3.0), -2.0, (-4.484, 0.484))


def german(of, protocol, told):
    with speaking("de") as spoken:
        spoken.missing.clear()
        text = of(protocol, told)
        assert not spoken.missing
    return text


def test_missing_nights_and_hope_are_told_with_their_sizes():
    protocol = make_protocol("normal")
    assert tipping_sentence(protocol, TOLD) == (
        "5 of 42 nights on magnesium are missing; about 4.3 is expected of them on average. The direction of the effect would be open only if in truth it "
        "was 1.8 points higher than that. The order was known, and what was hoped or feared can have moved the ratings. If knowing it "
        "made a night on magnesium look better by 0.61 points than it was, it would be open which way magnesium works; 1.8 "
        "would explain the whole effect."
    )
    text = german(tipping_sentence, protocol, TOLD)
    assert "um 1,8 Punkte höher" in text
    assert "um 0,61 Punkte besser" in text


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"delta": -1.84}, "1.8 points lower than that"),
        ({"delta": None}, "up to the end of the scale, the direction of the effect would stand"),
        ({"delta": 2.5, "kind": "ratio"}, "it was 2.5 times that"),
        ({"nights": 1}, "1 of 42 nights on magnesium is missing"),
    ],
)
def test_every_kind_of_missing_nights_is_told_in_both_languages(change, wanted):
    protocol, told = make_protocol("normal"), replace(TOLD, missing=(replace(MISSING, **change),))
    assert wanted in tipping_sentence(protocol, told)
    assert german(tipping_sentence, protocol, told) != tipping_sentence(protocol, told)


def test_fear_of_an_adopted_trial_is_told_as_what_may_be():
    told = tipping_sentence(two_arms().protocol, replace(TOLD, arm="2", reference="1", sure="worse", missing=()))
    assert told.startswith("Where the arms were known")
    assert "made a night on 2 look worse by 0.61 points" in told


def test_a_refusal_is_told_and_an_open_answer_says_nothing():
    protocol = make_protocol("student")
    refused = replace(
        TOLD, missing=(), refused=Reason("no shift", {"families": ("normal", "duration"), "family": "student"})
    )
    assert "for the families normal and duration" in tipping_sentence(protocol, refused)
    assert german(tipping_sentence, protocol, refused).startswith("Was fehlende Nächte ändern könnten")
    assert tipping_sentence(protocol, TippingPoint("magnesium", "off", 0.95, None)) == ""


def test_shares_of_nights_are_told_in_100():
    protocol = make_protocol("binary")
    assert "look better by 12 nights in 100" in tipping_sentence(
        protocol, replace(TOLD, missing=(), hope=Hope(0.12, 0.3))
    )


def test_blocks_are_told_with_their_interval_or_the_reason():
    protocol = make_protocol("normal")
    told = cycles_sentence(protocol, CYCLES)
    assert "each of the 3 blocks" in told
    assert "magnesium minus off is −2.0 points on average, with a 95 % t interval between −4.5 and 0.5" in told
    assert re.search(
        r"−2,0 Punkte; das 95-%-t-Intervall liegt zwischen −4,5 und 0,5", german(cycles_sentence, protocol, CYCLES)
    )
    refused = PairedCycles("magnesium", "off", 0.95, refused=Reason("no blocks of two"))
    assert cycles_sentence(protocol, refused).startswith("Only a plan in blocks of two periods")
    assert german(cycles_sentence, protocol, refused).startswith("Nur ein Plan in Blöcken")
