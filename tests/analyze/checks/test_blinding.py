"""Guesses held against the order: worked examples, published ones, and the whole way through the diary of a sealed trial."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from known import SAMPLE, two_arms

from nof1 import InputError, Trial
from nof1.analyze.checks.blinding import blinding_index, describe_blinding, reading
from nof1.plan.orders.draw import draw_order
from nof1.record.amending import add_pause
from nof1.record.diary.writing import Change, record
from nof1.record.unsealing import unblind_period, unseal
from nof1.report.words.blinding import blinding_sentence
from nof1.subject import about

AFTER = datetime(2026, 3, 19, 8, tzinfo=UTC)  # after the last night
FIRST = date(2026, 1, 5)
CANT_TELL = "can't tell"


@pytest.mark.parametrize(
    ("counts", "index"),
    [
        ((4, 0, 0), 1),
        ((0, 0, 5), 0),
        ((3, 3, 0), 0),
        ((2, 2, 4), 0),
        ((0, 4, 0), -1),
        ((3, 1, 0), 0.5),
        ((3, 1, 4), 0.25),
    ],
)
def test_the_index_by_hand(counts, index):
    assert blinding_index(*counts)[0] == index


@pytest.mark.parametrize(
    ("counts", "index"), [((3, 0, 0), 1), ((1, 2, 0), 0), ((0, 4, 0), -0.5), ((2, 1, 3), 0.25), ((2, 4, 6), 0)]
)
def test_with_three_arms_a_guess_left_to_chance_is_right_once_in_three(counts, index):
    assert blinding_index(*counts, arms=3)[0] == pytest.approx(index)
    low, high = blinding_index(*counts, arms=3)[1]
    assert -0.5 <= low <= index <= high <= 1


# Counts of table 7 of Bang, Ni & Davis 2004 (CRISP) with the index by hand; counts of table 2 of Houweling et al. 2014 (investigators)
# with index, standard error and limits as another program prints them. Correct, incorrect, don't know.
CRISP = [((82, 25, 170), (82 - 25) / 277), ((29, 27, 83), (29 - 27) / 139)]
HOUWELING = [((48, 4, 330), (0.115, 0.018, 0.080, 0.150)), ((30, 22, 319), (0.022, 0.019, -0.016, 0.060))]


def bang_error(correct, incorrect, dont_know):
    """Bang's own standard error."""
    n = correct + incorrect + dont_know
    right, wrong = correct / n, incorrect / n
    return np.sqrt((right * (1 - right) + wrong * (1 - wrong) + 2 * right * wrong) / n)


@pytest.mark.parametrize(("counts", "expected"), HOUWELING)
def test_published_examples(counts, expected):
    index, error = blinding_index(*counts)[0], bang_error(*counts)
    assert [index, error, index - 1.96 * error, index + 1.96 * error] == pytest.approx(expected, abs=0.00051)


@pytest.mark.parametrize("counts", [counts for counts, _ in (*CRISP, *HOUWELING)])
def test_with_many_guesses_the_interval_is_close_to_bangs_own(counts):
    index, interval = blinding_index(*counts)
    assert index == pytest.approx(dict(CRISP).get(counts, index))
    error = bang_error(*counts)
    assert interval == pytest.approx([index - 1.96 * error, index + 1.96 * error], abs=0.15 * error)


def test_the_interval_is_wide_where_guesses_are_few():
    """Bang's own has no width at all with 3 of 3 right."""
    index, (low, high) = blinding_index(3, 0, 0)
    assert (index, high) == (1, 1)
    assert low < 0
    assert reading(index, (low, high)) == "no sign"
    index, interval = blinding_index(6, 0, 0)
    assert reading(index, interval) == "noticed"
    index, interval = blinding_index(0, 6, 0)
    assert reading(index, interval) == "opposite"


@pytest.mark.parametrize("n", [3, 6, 10])
def test_the_interval_holds_the_truth_as_often_as_it_says(n):
    """All possible guesses, weighted by their chance."""
    counts = [(right, wrong, n - right - wrong) for right in range(n + 1) for wrong in range(n + 1 - right)]
    ends = np.array([blinding_index(*each)[1] for each in counts])
    coverage = []
    from scipy.stats import multinomial

    for shares in [(0.5, 0.5, 0), (0.3, 0.3, 0.4), (0.8, 0.1, 0.1), (0.1, 0.6, 0.3), (1 / 3, 1 / 3, 1 / 3)]:
        truth = shares[0] - shares[1]
        chance = multinomial.pmf(counts, n, shares)
        coverage.append(chance[(ends[:, 0] <= truth) & (truth <= ends[:, 1])].sum())
    assert min(coverage) > 0.87
    assert np.mean(coverage) > 0.93


def test_no_guess_has_no_index():
    with pytest.raises(InputError, match="counts go from 0"):
        blinding_index(0, 0, 0)
    with pytest.raises(InputError, match="nothing to guess"):
        blinding_index(1, 0, 0, arms=1)


# --- through the diary


def guess(trial, night, what, confidence=""):
    """Record a guess for a night, by its day counted from 1 January."""
    values = {"severity": "4", "taken": "1", "guess": what, "confidence": confidence}
    record(
        trial.folder,
        trial.protocol,
        [Change(FIRST + timedelta(days=night - 5), values)],
        by="log",
        correct=True,
        now=AFTER,
    )


@pytest.fixture
def guessed(sealed_trial):
    """A function that guesses at the end of the four periods, 9, 12, 15 and 18 January; True is right, False another arm."""

    def make(answers, *, before_opening=lambda trial: None, **design):
        trial = sealed_trial(**design)
        arms = draw_order(trial.protocol, seed=3).arms()
        names = [arm.name for arm in trial.protocol.arms]
        before_opening(trial)
        answers = [answers(arm) for arm in arms] if callable(answers) else answers
        for number, answer in enumerate(answers):
            if answer is not None:
                other = names[(names.index(arms[number]) + 1) % len(names)]
                what = {True: arms[number], False: other}.get(answer, answer)
                guess(trial, 9 + 3 * number, what, "" if what == CANT_TELL else str(50 + 4 * number))
        unseal(trial.folder, trial.helper, now=AFTER)
        return Trial.load(trial.folder), arms

    return make


def test_guesses_of_a_sealed_trial_by_arm(guessed):
    trial, arms = guessed([True, CANT_TELL, False, True])
    told = describe_blinding(trial)
    assert (told.concealed, told.arms, told.left_out) == ("helper", 2, ())
    given = list(zip(arms, [True, CANT_TELL, False, True], [50, None, 58, 62], strict=True))
    for arm, row in told.by_arm.items():
        answers = [answer for name, answer, _ in given if name == arm]
        sure = [confidence for name, _, confidence in given if name == arm and confidence is not None]
        counts = (answers.count(True), answers.count(False), answers.count(CANT_TELL))
        assert (row.correct, row.incorrect, row.dont_know) == counts
        assert (row.guesses, row.unanswered) == (2, 0)
        assert (row.index, row.interval) == blinding_index(*counts)
        assert row.mean_confidence == pytest.approx(np.mean(sure))
    sentence = blinding_sentence(trial.protocol, told)
    assert "A person who did not know could well have guessed so." in sentence
    assert "cannot rule out" in sentence


def test_a_period_without_an_answer_is_counted_as_that(guessed):
    trial, arms = guessed([True, None, True, None])
    told = describe_blinding(trial)
    assert sum(row.guesses for row in told.by_arm.values()) == 2
    assert {arm: row.unanswered for arm, row in told.by_arm.items()} == {
        arm: sum(name == arm for name in (arms[1], arms[3])) for arm in told.by_arm
    }
    assert "2 periods ended without a guess." in blinding_sentence(trial.protocol, told)


def test_an_arm_of_which_nothing_was_guessed_has_no_index(guessed):
    trial, _ = guessed(lambda arm: True if arm == "off" else None)
    row = describe_blinding(trial).by_arm["citrate"]
    assert (row.guesses, row.index, row.interval, row.reading, row.mean_confidence) == (0, *[None] * 4)


@pytest.mark.parametrize(
    ("opened", "counts"), [(datetime(2026, 1, 11, 9, tzinfo=UTC), 3), (datetime(2026, 1, 13, 9, tzinfo=UTC), 3), (datetime(2026, 1, 14, 9, tzinfo=UTC), 4)],
    ids=["during the period", "on the morning of the guess", "after the guess"],
)  # fmt: skip
def test_a_period_unblinded_in_an_emergency_is_left_out_from_then_on(guessed, opened, counts):
    trial, _ = guessed(
        [True] * 4,
        before_opening=lambda trial: unblind_period(trial.folder, 2, "rash", trial.helper, now=opened),
    )
    told = describe_blinding(trial)
    assert sum(row.guesses for row in told.by_arm.values()) == counts
    assert told.left_out == ((2,) if counts == 3 else ())
    sentence = blinding_sentence(trial.protocol, told)
    assert ("Period 2 was unblinded in an emergency and is left out" in sentence) == (counts == 3)
    assert sum(row.unanswered for row in told.by_arm.values()) == 0


def test_the_last_guess_of_a_period_counts_and_one_of_the_run_in_does_not(guessed):
    def early(trial):
        guess(trial, 5, "off")
        guess(trial, 7, CANT_TELL)

    trial, _ = guessed([True] * 4, before_opening=early)
    rows = describe_blinding(trial).by_arm.values()
    assert sum(row.correct for row in rows) == sum(row.guesses for row in rows) == 4


def test_a_pause_does_not_move_a_guess_to_another_period(guessed):
    def paused(trial):
        diary = trial.folder / "diary.csv"
        diary.write_text("".join(diary.read_text().splitlines(keepends=True)[:5]))  # nights up to 8 January
        add_pause(trial.folder, date(2026, 1, 17), 2, "away", now=datetime(2026, 1, 9, tzinfo=UTC))

    trial, _ = guessed([True, True, True, None], before_opening=paused)
    assert trial.order.end == date(2026, 1, 20)
    told = describe_blinding(trial)
    assert sum(row.correct for row in told.by_arm.values()) == 3
    assert sum(row.unanswered for row in told.by_arm.values()) == 0  # the last period was not over


def test_three_arms(guessed):
    answers = [True, False, CANT_TELL, True, True, False]
    trial, arms = guessed(answers, arms=3)
    told = describe_blinding(trial)
    assert told.arms == 3
    assert set(told.by_arm) == set(arms)
    for arm, row in told.by_arm.items():
        mine = [answer for name, answer in zip(arms, answers, strict=True) if name == arm]
        index = (mine.count(True) - mine.count(False) / 2) / len(mine)
        assert row.index == pytest.approx(index)
        assert row.interval[0] <= index <= row.interval[1]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([True] * 12, "more often than chance would have it: what was taken may have been noticed"),
        ([False] * 12, "another arm was named more often than chance"),
        (["off"] * 12, "One answer was given for most periods, whatever they were"),
        ([CANT_TELL] * 12, "A person who did not know could well have guessed so."),
    ],
    ids=["right", "wrong", "always the same", "can't tell"],
)
def test_what_the_guesses_mean_is_said(guessed, answers, words):
    trial, _ = guessed(answers, blocks=6)
    sentence = blinding_sentence(trial.protocol, describe_blinding(trial))
    assert words in sentence
    assert ("felt" in sentence) == (answers == [True] * 12)


def test_nobody_was_asked(sealed_trial):
    """An open trial, adopted nights, and a concealed trial without a single guess."""
    for trial, words in (
        (Trial.load(SAMPLE / "helps"), "Nobody was blind"),
        (two_arms(), "The table holds no guesses"),
    ):
        told = describe_blinding(trial)
        assert (told.concealed, told.by_arm) == ("open", {})
        sentence = blinding_sentence(trial.protocol, told)
        assert words in sentence
        assert "expected" in sentence
    trial = sealed_trial("alone")
    unseal(trial.folder, packs=["off", "citrate", "citrate", "off"], now=AFTER)
    opened = Trial.load(trial.folder)
    silent = describe_blinding(opened)
    assert (silent.concealed, silent.by_arm) == ("alone", {})
    assert "No guess was recorded" in blinding_sentence(opened.protocol, silent)


def table_of_guesses(guesses, arms=("off", "on"), **options):
    """An adopted table whose arms take turns every day, with these guesses; "" is none."""
    days = np.arange(1, len(guesses) + 1)
    frame = pd.DataFrame({"day": days, "arm": np.resize(arms, len(days)), "y": days % 5 + 0.5, "thought": guesses})
    columns = {"outcome": "y", "arm": "arm", "day": "day", "reference": arms[0], "guess": "thought"}
    return Trial.from_frame(frame, **columns, low=0, high=10, better="lower", **options)


def test_every_guess_of_a_table_counts():
    trial = table_of_guesses(["off", "on", "on", "on", "off", "off", "can't tell", "on", "", "on"])
    told = describe_blinding(trial)
    assert told.concealed == "open"
    off, on = told.by_arm["off"], told.by_arm["on"]
    assert (off.guesses, off.correct, off.incorrect, off.dont_know, off.unanswered) == (4, 2, 1, 1, 1)
    assert (on.guesses, on.correct, on.incorrect, on.dont_know, on.unanswered) == (5, 4, 1, 0, 0)
    assert (off.index, off.interval) == blinding_index(2, 1, 1)
    sentence = blinding_sentence(trial.protocol, told)
    assert sentence.startswith(
        "The guesses in the table were right 2 of 4 on off and 4 of 5 on on, with 1 “can't tell”."
    )
    assert "1 night has no guess." in sentence
    assert "end of periods" not in sentence


def test_a_stretch_of_several_days_has_a_guess_for_each():
    """50 doses in any order, each guessed: a stretch on one arm is a period, and its guesses are all there."""
    rng = np.random.default_rng(5)
    arm = rng.permutation(np.repeat(["tea", "coffee"], 25))
    right = rng.random(50) < 0.9
    thought = np.where(right, arm, np.where(arm == "tea", "coffee", "tea"))
    frame = pd.DataFrame({"day": np.arange(1, 51), "arm": arm, "y": rng.normal(5, 1, 50), "thought": thought})
    columns = {"outcome": "y", "arm": "arm", "day": "day", "reference": "tea", "guess": "thought"}
    trial = Trial.from_frame(frame, **columns, low=0, high=10, better="lower")
    told = describe_blinding(trial)
    assert sum(row.guesses for row in told.by_arm.values()) == 50
    for name, row in told.by_arm.items():
        assert row.correct == int(right[arm == name].sum())
        assert row.reading == "noticed"
    with about(trial.protocol.subject):
        sentence = blinding_sentence(trial.protocol, told)
    assert "which arm it was may have been noticed" in sentence
    assert "acted on the values" in sentence


def test_of_many_arms_a_blind_guess_is_rarer():
    trial = table_of_guesses(["a", "b", "c", "a", "a", "a"] * 3, arms=("a", "b", "c"))
    sentence = blinding_sentence(trial.protocol, describe_blinding(trial))
    assert "a blind one is right once in 3." in sentence
