"""Orders drawn elsewhere in words, wherever their test is told: always as stated by the person."""

import numpy as np
import pytest
from elsewhere import stated_trial

from nof1 import fit, plots
from nof1.analyze.checks.randomization_test import randomization_test
from nof1.report.results.found import found as found_page
from nof1.report.results.further import more_sentences
from nof1.report.results.planned import drawn as drawn_page
from nof1.report.results.recorded import limits
from nof1.report.words.drawn_elsewhere import stated_sentence
from nof1.report.words.randomization import randomization_sentence

SAID = {
    "any": ((0, 1, 1, 0), "single nights in any order, with each arm as often as it came."),
    "any,nights=2": ((0, 0, 1, 1), "periods of 2 nights in any order, with each arm as often as it came."),
    "max-run:2": ((0, 1, 1, 0), "as often as it came and at most 2 in a row on one arm."),
    "blocks:2": (
        (0, 1, 1, 0),
        "single nights in blocks of 2, each with every arm equally often, in an order drawn for each",
    ),
    "pairs:2": ((0, 0, 1, 1), "periods of 2 nights in pairs, one on each arm, in an order drawn for each pair."),
    "mirrored": (
        (0, 1, 1, 0),
        "single nights on every arm once and then in the reverse order, drawn for each such row.",
    ),
    "alternating": ((0, 1, 0, 1), "single nights on the arms in turn, always in the same order, which was drawn once."),
    "phases:ABA,min=1": (
        (0, 1, 1, 0),
        "the phases off, citrate, off, each of at least 1 night, with the changes between",
    ),
    "phases:AB,min=1,nights=2": ((0, 0, 1, 1), "the phases off, citrate, each of at least 1 period of 2 nights, with"),
    "orders:x": ((0, 1, 1, 0), "one of 2 listed orders."),
}


@pytest.mark.parametrize("drawn", SAID)
def test_every_statement_is_said_in_words(drawn):
    own, words = SAID[drawn]
    protocol = stated_trial(own, range(4), drawn, orders=("ABBA", "BAAB") if drawn == "orders:x" else ()).protocol
    assert stated_sentence(protocol).startswith("Which orders could have been drawn is as stated by the person: ")
    assert words in stated_sentence(protocol)


def test_nothing_is_said_where_nothing_was_stated(make_protocol):
    assert stated_sentence(make_protocol()) == ""


def test_the_test_says_by_whose_word_it_is_and_of_which_means():
    own = (0,) * 6 + (1,) * 6 + (0,) * 5 + (1,) * 7
    y = np.random.default_rng(1).integers(0, 9, 24)
    for drawn, means in (("any", "means of nights"), ("phases:ABAB,min=4", "phase means")):
        trial = stated_trial(own, y, drawn)
        told = randomization_sentence(trial.protocol, randomization_test(trial))
        assert told.startswith("Which orders could have been drawn is as stated by the person: ")
        assert f"a difference of {means} at least as large" in told
    trial = stated_trial((0, 1), [1, 2], "blocks:2")
    assert "as stated by the person" in randomization_sentence(trial.protocol, randomization_test(trial))


@pytest.fixture(scope="module")
def result():
    own = np.random.default_rng(4).permutation([0, 1] * 12)
    y = np.random.default_rng(5).normal(5, 1, 24).clip(0, 10) - own
    return fit(stated_trial(own, y, "any", low=-10, high=20), engine="marginal", sensitivity=False)


def test_every_page_that_shows_the_test_says_so(result):
    assert repr(found_page(result)).count("as stated by the person") == 2  # beside its numbers, and in its sentence
    assert "as stated by the person" in repr(drawn_page(result))
    assert "that it was left to chance, and how, is as stated by the person" in repr(limits(result))
    assert "other reasons for a difference are not ruled out" not in repr(limits(result))
    assert "was not left to chance" not in more_sentences(result, most=99)


def test_the_picture_says_so(result):
    ax = plots.randomization(result)
    assert ax.get_title().endswith("possible orders\n(as stated by the person)") or "drawn of" in ax.get_title()
    assert "(as stated by the person)" in ax.get_title()
