"""What the guesses mean, in both languages, from the counts of a record alone."""

import pytest
from known import SAMPLE

from nof1 import Trial
from nof1.analyze.checks.blinding import Blinding, Guesses, blinding_index, reading
from nof1.language import speaking
from nof1.report.words.blinding import blinding_sentence


def guesses(correct, incorrect, dont_know=0, unanswered=0):
    index, interval = blinding_index(correct, incorrect, dont_know)
    return Guesses(
        correct + incorrect + dont_know, correct, incorrect, dont_know, unanswered, index, interval, reading(index, interval), None
    )  # fmt: skip


def blinding(off, magnesium, *left_out, arms=2):
    return Blinding("helper", arms, {"off": off, "magnesium": magnesium}, left_out)


SAID = {
    "nobody was blind": (Blinding("open", 2, {}, ()), "Nobody was blind"),
    "no guess": (Blinding("helper", 2, {}, ()), "No guess was recorded"),
    "could have guessed": (
        blinding(guesses(1, 1), guesses(1, 1)),
        "right 1 of 2 on no magnesium and 1 of 2 on magnesium. A person who did not know could well have guessed so. So few",
    ),
    "blind": (blinding(guesses(1, 0, 1), guesses(1, 1, 1)), "on magnesium, with 2 “can't tell”."),
    "noticed": (blinding(guesses(9, 0), guesses(3, 3)), "On no magnesium that is more often than chance would have it"),
    "opposite": (blinding(guesses(0, 9), guesses(3, 3)), "On no magnesium another arm was named more often"),
    "one answer": (blinding(guesses(0, 9), guesses(9, 0)), "One answer was given for most periods"),
    "unanswered": (blinding(guesses(1, 1, unanswered=1), guesses(1, 1)), "1 period ended without a guess."),
    "two unanswered": (blinding(guesses(1, 1, unanswered=2), guesses(1, 1)), "2 periods ended without a guess."),
    "unblinded": (blinding(guesses(1, 1), guesses(1, 1), 2), "Period 2 was unblinded in an emergency"),
    "both unblinded": (blinding(guesses(1, 1), guesses(1, 1), 2, 5), "Periods 2 and 5 were unblinded"),
    "three arms": (
        blinding(guesses(1, 1), guesses(1, 1), arms=3),
        "the guess was right 2 of 4 times; a blind one is right once in 3.",
    ),
    "three arms, blind": (
        blinding(guesses(1, 1, 1), guesses(1, 1), arms=3),
        "right 2 of 5 times, with 1 “can't tell”; a blind one is right once in 3.",
    ),
}


@pytest.mark.parametrize(("found", "words"), SAID.values(), ids=SAID)
def test_the_guesses_are_told_in_both_languages(found, words):
    protocol = Trial.load(SAMPLE / "helps").protocol
    english = blinding_sentence(protocol, found)
    assert words in english
    with speaking("de") as german:
        german.missing.clear()
        assert blinding_sentence(protocol, found) != english
        assert not german.missing
