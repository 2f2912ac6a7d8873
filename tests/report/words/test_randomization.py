"""The randomization test in both languages, with the numbers of a record alone."""

from dataclasses import replace

import pytest
from fitted import fitted
from known import two_arms

from nof1.analyze.checks.randomization_test import NotTested
from nof1.analyze.reasons import Reason
from nof1.language import speaking
from nof1.report.words.randomization import randomization_sentence

SAID = {
    "all": ({}, "64 orders were possible, each as likely as the actual one. If "),
    "rare": ({"p": 0.004}, "(fewer than 1 in 100)."),
    "one": (
        {"orders": 1},
        "No order but the actual one was possible, so this check cannot tell magnesium from",
    ),
    "drawn": (
        {"orders": 2 * 10**21, "draws": 10_000, "exact": False},
        "More than 10^21 orders were possible, each as likely as the actual one; 10000 of them were drawn at random",
    ),
    "of nights": ({"of": "nights"}, "a difference of means of nights at least"),
    "never": (
        {"p_smallest": 0.125},
        "could come up in fewer than about 12 in 100: this design could never have shown one",
    ),
    "half open": ({"interval": (None, 1.0)}, "the interval has no end there."),
}


@pytest.mark.parametrize(("numbers", "words"), SAID.values(), ids=SAID)
def test_the_test_is_told_in_both_languages(numbers, words):
    result = fitted("helps")
    test = replace(result.record.randomization_tests[0], **numbers)
    english = randomization_sentence(result.trial.protocol, test)
    assert words in english
    with speaking("de") as german:
        german.missing.clear()
        assert randomization_sentence(result.trial.protocol, test) != english
        assert not german.missing


def test_without_a_test_there_is_the_reason():
    none = NotTested("2", "1", Reason("no night of an arm"))
    assert "no difference to test" in randomization_sentence(two_arms().protocol, none)
