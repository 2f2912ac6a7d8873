import pytest

from nof1.analyze.simulation.forecast import Forecast, ForecastRow
from nof1.report.words.forecast import forecast_sentence


def told(chances, *, each=14, left=0, finishing=None, method="marginal"):
    """A forecast: chances by number of blocks, two thirds of them of *helps*."""

    def row(blocks, chance):
        return ForecastRow(blocks, each * blocks, chance, 0.66 * chance, 0.0, 0.2 * chance, 0.14 * chance)

    return Forecast(
        estimand="full",
        method=method,
        planned_left=left,
        finishing=None if finishing is None else row(0, finishing),
        rows=tuple(row(blocks, chance) for blocks, chance in chances.items()),
    )


@pytest.mark.parametrize(
    ("forecast", "sentence"),
    [
        (
            told({1: 0.4, 2: 0.69, 4: 0.86, 8: 0.97}),
            'Two more blocks (28 nights) would settle it with a chance of about 70 in 100; four more with about 85 in 100. The likeliest verdict is then "helps", with a chance of about 45 in 100.',
        ),
        (
            told({1: 0.1, 2: 0.2, 4: 0.3, 8: 0.41}),
            "Even 8 more blocks (112 nights) would settle it with a chance of only about 40 in 100.",
        ),
        (
            told({1: 0.0, 8: 0.001}),
            "Even 8 more blocks (112 nights) would settle it with a chance of less than 5 in 100.",
        ),
        (
            told({1: 0.99, 2: 1.0}),
            'One more block (14 nights) would settle it with a chance of more than 95 in 100. The likeliest verdict is then "helps", with a chance of about 65 in 100.',
        ),
        (
            told({1: 0.6, 2: 0.61, 4: 0.8}, each=1),
            'One more block (1 night) would settle it with a chance of about 60 in 100; four more with about 80 in 100. The likeliest verdict is then "helps", with a chance of about 40 in 100.',
        ),
        (
            told({1: 0.3, 8: 0.48}),
            '8 more blocks (112 nights) would settle it with a chance of about 50 in 100. The likeliest verdict is then "helps", with a chance of about 30 in 100.',
        ),
        (
            told({1: 0.1, 2: 0.2}, method="approximate"),
            "Even 2 more blocks (28 nights) would settle it with a chance of only about 20 in 100. This is a rough guess.",
        ),
    ],
    ids=[
        "the least and one more",
        "not even the most",
        "hardly",
        "one block",
        "equal chances",
        "rounded to half",
        "rough",
    ],
)
def test_the_number_of_blocks_that_would_probably_settle_it(forecast, sentence):
    assert forecast_sentence(forecast) == sentence


@pytest.mark.parametrize(
    ("forecast", "sentence"),
    [
        (
            told({1: 0.9}, left=42, finishing=0.72),
            'The 42 planned nights after the last entry would settle it with a chance of about 70 in 100. The likeliest verdict is then "helps", with a chance of about 50 in 100.',
        ),
        (
            told({1: 0.4, 2: 0.55, 4: 0.8}, left=42, finishing=0.3),
            "The 42 planned nights after the last entry would settle it with a chance of about 30 in 100; "
            'two more blocks after them (28 nights) with about 55 in 100. The likeliest verdict is then "helps", with a chance of about 35 in 100.',
        ),
        (
            told({1: 0.2, 8: 0.3}, left=42, finishing=0.1),
            "The 42 planned nights after the last entry would settle it with a chance of about 10 in 100; "
            "even 8 more blocks after them (112 nights) with only about 30 in 100.",
        ),
        (
            told({1: 0.6}, left=2, finishing=0.5),
            'One more block (14 nights) would settle it with a chance of about 60 in 100. The likeliest verdict is then "helps", with a chance of about 40 in 100.',
        ),
    ],
    ids=["they are enough", "and blocks after them", "not even with those", "a night or two is not worth telling"],
)
def test_planned_nights_come_first(forecast, sentence):
    assert forecast_sentence(forecast) == sentence


def test_the_likeliest_verdict_is_named():
    row = ForecastRow(1, 14, 0.9, 0.1, 0.0, 0.3, 0.5)
    assert 'then "no quick difference", with a chance of about 50 in 100' in forecast_sentence(
        Forecast("over-nights", "marginal", 0, None, (row,))
    )


def test_nobody_is_told_what_to_do():
    for chance in (0.0, 0.3, 0.5, 0.9, 1.0):
        sentence = forecast_sentence(told({1: chance, 8: chance}, left=20, finishing=chance / 2)).lower()
        assert not any(word in sentence for word in ("should", "must", "need", "recommend", "significant", "you"))
