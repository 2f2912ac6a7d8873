"""What stands beside the headline: two effects, plain means, whether it holds, what it leans on, and the bet."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fitted import fitted
from known import two_arms
from records import changed, with_main

from nof1 import Protocol, Trial, fit
from nof1.analyze.model.judgement import BuildUp
from nof1.language import speaking
from nof1.report.words import answer

FACTOR = BuildUp(1.5, (1.2, 2.4))


def second(result, **parts):
    """The sample as the second edition would say it: over these nights first, with these parts of its main comparison."""
    parts = {"estimand": "over-nights", "build_up": FACTOR, "best_bet": True} | parts
    return changed(with_main(result, **parts), edition=2)


def table(arms, outcome, **options):
    frame = pd.DataFrame({"day": range(1, len(arms) + 1), "arm": arms, "y": outcome})
    return Trial.from_frame(
        frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower", **options
    )


def test_plain_means_are_those_of_the_nights_with_form_and_dose():
    result = fitted("helps")
    frame = result.trial.frame[result.trial.frame["period"] > 0]
    on, off = (frame.loc[frame["arm"] == arm, "severity"].dropna() for arm in ("magnesium", "off"))
    assert answer.plain_means_sentence(result) == (
        f"The plain mean of RLS severity was {on.mean():.1f} on magnesium (citrate, 200 mg; {len(on)} nights) and "
        f"{off.mean():.1f} on no magnesium ({len(off)} nights), run-in aside."
    )


def test_the_effect_once_built_up_stands_second_with_its_factor():
    told = answer.full_sentence(second(fitted("helps")))
    assert told.startswith(
        "Once fully built up, the difference is estimated at 2.5 points lower (between 1.0 and 4.5 points lower)"
    )
    assert told.endswith(": this multiplies what the nights showed by 1.5 (1.2 to 2.4).")
    assert "multiplies" not in answer.full_sentence(second(fitted("helps"), build_up=None))


def test_it_does_not_stand_twice():
    assert answer.full_sentence(with_main(fitted("helps"), estimand="full")) == ""
    assert answer.full_sentence(fit(two_arms(), engine="marginal")) == ""  # nothing builds up


def test_what_is_missing_before_anything_can_be_settled_is_said():
    result = fit(table(["off", "mg"] * 2, [6, 5, 4, 5], threshold=2.0), engine="marginal", sensitivity=False)
    assert answer.sure_sentences(result) == [
        "Nothing can be settled before each arm has at least 2 periods and 6 nights with a rating: mg has 2 periods and 2 nights; "
        "off has 2 periods and 2 nights."
    ]
    assert answer.enough_sentence(fitted("helps")) == ""


def test_one_switch_cannot_tell_arm_and_time_apart():
    chance = np.random.default_rng(1)
    once = table(["off"] * 10 + ["mg"] * 10, chance.integers(2, 8, 20), threshold=1.0)
    result = fit(once, engine="marginal", sensitivity=False)
    assert result.lead[0].verdict not in ("helps", "worsens", "no difference that matters", "no quick difference")
    assert "what the arm did and what time did cannot be told apart" in answer.one_switch_sentence(result)
    assert "mg has 1 period and 10 nights; off has 1 period and 10 nights." in answer.enough_sentence(result)
    assert answer.one_switch_sentence(fitted("helps")) == ""


def test_no_difference_names_the_half_lives_that_were_assumed():
    told = " ".join(answer.leans_sentences(second(fitted("helps"), verdict="no difference that matters")))
    assert "comes within about a period: half of it within 0.5 to 7.9 days was assumed" in told
    low, high = answer.half_lives(fitted("helps"))
    assert np.log(low * high) / 2 == pytest.approx(np.log(2))  # the median of the prior
    told = " ".join(answer.leans_sentences(second(fitted("helps"), verdict="no quick difference")))
    assert "still open" in told
    assert "half of it" not in " ".join(answer.leans_sentences(second(fitted("helps"), verdict="helps")))


def test_an_answer_by_the_first_editions_rule_says_so():
    rule = "the answer is by its rule"
    assert any(rule in told for told in answer.leans_sentences(changed(fitted("helps"), edition=1)))
    assert not any(rule in told for told in answer.leans_sentences(changed(fitted("helps"), edition=2)))


@pytest.mark.parametrize(("bet", "better"), [(True, "magnesium"), (False, "no magnesium")])
def test_the_better_bet_is_called_a_bet_and_stands_apart(bet, better):
    told = answer.bet_sentence(second(fitted("helps"), verdict="leans better", best_bet=bet))
    assert told.endswith(f"the better bet would be {better}. That is a bet, not a finding.")


def test_no_bet_where_the_answer_says_it_or_no_threshold_was_stated():
    assert answer.bet_sentence(second(fitted("helps"), verdict="helps")) == ""
    assert answer.bet_sentence(second(fitted("helps"), verdict="can't tell yet", best_bet=None)) == ""


def test_without_a_threshold_nothing_needs_one():
    chance = np.random.default_rng(2)
    trial = table((["off"] * 5 + ["mg"] * 5) * 3, chance.integers(2, 8, 30), threshold=1.0)
    content = trial.protocol.to_dict()
    del content["outcome"]["threshold"]
    result = fit(replace(trial, protocol=Protocol.build(content)), engine="marginal", sensitivity=False)
    assert answer.bet_sentence(result) == ""
    told = " ".join(
        [answer.plain_means_sentence(result), *answer.sure_sentences(result), *answer.leans_sentences(result)]
    )
    assert "matter" not in told


def test_all_of_it_is_said_in_german():
    base = fitted("helps")
    with speaking("de") as german:
        german.missing.clear()
        for verdict in ("no difference that matters", "no quick difference", "leans better"):
            result = second(base, verdict=verdict)
            told = [
                answer.plain_means_sentence(result),
                answer.full_sentence(result),
                *answer.sure_sentences(result),
                *answer.leans_sentences(result),
                answer.bet_sentence(result),
            ]
            assert "ohne Magnesium" in told[0]
            assert "1,5-Fache" in told[1]
        assert german.missing == set()
