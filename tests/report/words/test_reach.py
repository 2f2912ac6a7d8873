"""What a design can never say, as sentences: the reason and the nearest that can, and nothing where it can."""

import pytest

from nof1.analyze.simulation.reach import reach
from nof1.report.words.reach import limit_sentence, onset_sentence, threshold_sentence

WEEKS = {"blocks": 6, "period_nights": 7, "run_in_nights": 0}


def said(protocol):
    return limit_sentence(protocol, reach(protocol))


@pytest.mark.parametrize(
    ("threshold", "design", "words"),
    [
        (1.0, {}, ()),
        (1.0, {"blocks": 2}, ("only if the nights vary less than is usual", "The nearest that can has about", "blocks (")),
        (0.1, {"blocks": 2}, ("can never say no difference that matters", "No design of this kind within a year")),
        (7.0, {}, ("A threshold of 7 points is so large", "With a threshold below about 5 points they can.")),
        (1.0, {"blocks": 2, "period_nights": 2}, ("can never settle anything", "at least 2 periods and 6 rated nights", "about 3 blocks (12 nights)")),
    ],
)  # fmt: skip
def test_the_reason_is_named_with_the_nearest_that_can(make_protocol, threshold, design, words):
    text = said(make_protocol(design=WEEKS | design, outcome={"threshold": threshold}))
    assert bool(text) == bool(words)
    assert all(part in text for part in words)
    assert not any(word in text for word in ("should", "must", "significant"))


@pytest.mark.parametrize(
    ("kind", "design", "words"),
    [
        ("balanced", {"periods": 4, "max_run": 2}, "periods ("),
        ("mirrored-pairs", {"pairs": 1}, "mirrored pair"),
    ],
)
def test_the_nearest_is_of_the_same_kind(planned, kind, design, words):
    assert words in said(planned(kind, period_nights=4, **design))


def test_how_slow_an_effect_may_be_and_still_be_seen(make_protocol):
    assert "half-life of up to about 2 nights are seen" in onset_sentence(reach(make_protocol(design=WEEKS)))
    shorter = onset_sentence(reach(make_protocol(design=WEEKS | {"period_nights": 5})))
    assert "half-life of up to about 1.5 nights are seen" in shorter  # of 2 days, 0.42 would lie between
    nightly = make_protocol(design=WEEKS | {"period_nights": 1, "blocks": 12})
    assert "only effects that come and go within a night are seen" in onset_sentence(reach(nightly))
    assert onset_sentence(reach(make_protocol(design=WEEKS, analysis={"carryover": "none"}))) == ""


def test_an_effect_of_just_the_threshold_is_rarely_called_one(make_protocol):
    text = threshold_sentence(make_protocol(outcome={"threshold": 2.0}))
    assert text.startswith("An effect of exactly 2 points is called helps or worsens in few trials, by construction")
