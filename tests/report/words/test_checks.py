"""What each check found, in both languages."""

from dataclasses import replace
from datetime import date

import pytest
from fitted import fitted
from records import NUTS, agreeing, left_out, predictive, prior, prior_weight, statistic

from nof1.analyze.checks.computation import Check, CrossCheck, Sampling
from nof1.analyze.reasons import Reason
from nof1.analyze.schema import Engines, MarginalRun
from nof1.language import speaking
from nof1.report.words.checks import check_sentence, quantity

ENGINES = Engines(
    nuts=replace(NUTS, rhat_max=1.0234, ess_min=812.4, divergences=3), marginal=MarginalRun(0.1, 0.234, 900.0)
)
ODD = [
    statistic("spread", 5.0, 3.5, (3.0, 4.0), 0.0),
    statistic("share at the floor", 0.9, 0.2, (0.1, 0.3), 0.001, arm="magnesium"),
    statistic("largest jump between nights", 1.0, 4.0, (2.0, 7.0), 0.999),
    statistic("share at the ceiling", 0.9, 0.2, (0.1, 0.3), 0.001),
]
EVEN = statistic("correlation of neighbouring nights", 0.5, 0.5, (0.4, 0.6), 0.5)
FAR = (date(2026, 1, 19), 7.5, 0.6, 0.99)
WHY = Reason("weights not trusted", {"k": 1.5, "limit": 0.7})
SAID = {
    "settled": (Sampling(True, False), "settled (R-hat at most 1.023, at least 812 effective draws, no divergence)."),
    "slow": (Sampling(True, True), "moved slowly between regions"),
    "not settled": (
        Sampling(False, True),
        "(R-hat 1.023, at most 1.01 wanted; 812 effective draws, at least 400 wanted; 3 divergences). Do not rely on this result.",
    ),
    "the same": (agreeing(0.021), "gave the same answer (largest difference 0.02 posterior sd)."),
    "differ": (CrossCheck(False, 0.456, 0.06), "differ by 0.46 posterior sd, more than chance explains."),
    "one": (
        CrossCheck(None, refused=Reason("one computation", {"family": "count"})),
        'hold this against. For the family "count" there is one computation only.',
    ),
    "refused": (CrossCheck(None, refused=WHY), "cannot be trusted on these nights (Pareto k 1.50, at most 0.7)."),
    "weights": (Check(True), "weights are sound (Pareto k 0.23, below 0.7)."),
    "alike": (predictive(EVEN), "look like the recorded ones (spread, ends of the scale, neighbouring nights, jumps)."),
    "one respect": (
        predictive(EVEN, ODD[0]),
        "differ from the recorded ones in one respect (spread without treatment: recorded 5, from the model 3 to 4). Take",
    ),
    "three of four": (
        predictive(*ODD),
        "in 4 respects (spread without treatment: recorded 5, from the model 3 to 4; share at the floor on magnesium: recorded 0.9, "
        "from the model 0.1 to 0.3; largest jump between nights: recorded 1, from the model 2 to 7). Take",
    ),
    "no night": (left_out([0.5]), "as surprising as they should be; no single night carries the answer."),
    "one night": (left_out([0.5], FAR), "as they should be; the answer leans on one night: 2026-01-19 (7.5)."),
    "nights without dates": (
        replace(left_out([0.5], (12, 7.5, None, 0.9), (3, 1.0, 0.7, 0.1), (4, 1.0, 0.1, 0.1)), p_uniform=0.001),
        "nights have another shape; the answer leans on 2 nights: night 12 (7.5), night 3 (1).",
    ),
    "priors": (prior(["a", "b"], 0.2, 0.01), "The priors weigh more in this answer than the nights do"),
    "sensitive": (prior(["a", "b"], 0.2, 0.2), "would move this answer noticeably"),
    "as it is": (prior(["a", "b"], 0.01, 0.01), "would leave this answer as it is."),
    "weight": (prior_weight({("a", "off"): 0.191}), "At most a third of what is known about the full effect is the prior (19 %)."),
    "stays": (
        prior_weight({("a", "off"): 0.2}, effect=(0.8, "helps"), half_life=(1.25, "helps")),
        "The verdict stays as it is with the prior of the effect, or of the half-life, counting a little less or more.",
    ),
    "heavy": (prior_weight({("a", "off"): 0.6}), "More than a third of what is known about the full effect is the prior (60 %)."),
    "heavy pairs": (
        prior_weight({("a", "off"): 0.6, ("b", "off"): 0.2, ("b", "a"): 0.4}),
        "of what is known about the full effect is the prior: a against off (60 %) and b against a (40 %).",
    ),
    "resting": (
        prior_weight({("a", "off"): 0.2}, effect=(1.25, "leans better"), half_life=(0.8, "can't tell yet")),
        "This verdict rests on the prior: it is another with the effect's prior counting a quarter more (\"leans better\"), "
        "the half-life's prior counting a fifth less (\"can't tell yet\").",
    ),
    "resting pair": (
        prior_weight({("a", "off"): 0.2, ("b", "off"): 0.2}, effect=(0.8, "leans better")),
        "The verdict on a against off rests on the prior: it is another with the effect's prior counting a fifth less",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("check", "words"), SAID.values(), ids=SAID)
def test_a_check_is_told_in_both_languages(check, words):
    english = check_sentence(ENGINES, check)
    assert words in english
    with speaking("de") as german:
        german.missing.clear()
        told = check_sentence(ENGINES, check)
        assert not german.missing
    assert told != english


def test_numbers_are_written_as_the_language_does():
    with speaking("de"):
        assert "0,46" in check_sentence(ENGINES, SAID["differ"][0])
        assert "2026-01-19 (7,5)" in check_sentence(ENGINES, SAID["one night"][0])
        assert "Nacht 12 (7,5)" in check_sentence(ENGINES, SAID["nights without dates"][0])


def test_a_check_of_the_model_passes_where_its_sentence_says_so():
    passed = {name: check.passed for name, (check, _) in SAID.items()}
    assert [name for name, there in passed.items() if there is False] == [
        "not settled", "differ", "one respect", "three of four", "one night", "nights without dates", "priors", "sensitive",
        "heavy", "heavy pairs", "resting", "resting pair",
    ]  # fmt: skip
    assert quantity(ODD[1]) == "share at the floor on magnesium"
    assert fitted("helps").record.checks.weights == Check(True)
