"""The benchmark that holds rates of verdicts against a reference: what it counts, and when it says that a rate is off."""

import importlib
from collections import Counter

import numpy as np
import pytest
from known import ROOT

from nof1.analyze.model.effects import SETTLED

TRIALS = 1000


@pytest.fixture
def rates(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("rates")


def as_reference(rates):
    """Counts of trials in which every verdict came as often as in the reference."""
    counts = Counter()

    def add(key, shares):
        hits = {verdict: round(TRIALS * float(share) / 100) for verdict, share in shares.items()}
        for verdict, count in (hits | {"can't tell yet": TRIALS - sum(hits.values())}).items():
            counts[*key, verdict] = max(counts[*key, verdict], count)

    for (nights, m, blocks), row in rates.REFERENCE.items():
        name = rates.WEEKS if nights == 7 else rates.SHORT
        for edition in (rates.OVER_NIGHTS, 1, 2):
            claims, none, same, helps = (cell.split(" > ")[max(edition, 1) - 1] for cell in row)
            for truth, claimed, small in ((0.0, claims, none), (-float(m), "0", same)):
                claim = {"worsens": claimed} if truth == 0 else {}
                add(
                    (name, edition, truth, blocks, m),
                    dict(zip((rates.NONE, rates.QUICK), small.split("+"), strict=False)) | claim,
                )
            if rates.CLEAR[m] != -m:
                add((name, edition, rates.CLEAR[m], blocks, m), {"helps": helps})
    for name, nights in ((rates.WEEKS, 7), (rates.SHORT, 3)):
        counts[name, 2, 0.0, "claimed at any look"] = round(TRIALS * float(rates.ANY_LOOK[nights]) / 100)
    pooled = [words.split(" > ") for words in rates.POOLED.values()]
    for name in rates.DESIGNS:
        blocks = rates.STUDIES[name].blocks
        for edition in (1, 2):
            helps, excludes = (round(TRIALS * float(words[edition - 1]) / 100) for words in pooled)
            add((name, edition, rates.CLEAR[1], blocks, 1), {"helps": helps / TRIALS * 100})
            full, over = (round(TRIALS * float(share) / 100) for share in rates.COVERAGE)
            for truth in (0.0, rates.CLEAR[1]):
                found = {"answers": TRIALS, "excludes": excludes, "full": full, "nights": over}
                counts.update({(name, edition, truth, what): count for what, count in found.items()})
    return counts


def test_rates_as_in_the_reference_are_near(rates):
    text, kept = rates.report(as_reference(rates), TRIALS)
    assert kept
    assert " * |" not in text
    assert "| 7 nights, 1 | 6 | 0.5 ± 0.2 (0.5) | 12.0 ± 1.0 + 17.0 ± 1.2 (12 + 17) |" in text


@pytest.mark.parametrize("what", ["table", "look", "opposite"])
def test_a_rate_that_is_off_is_starred_and_fails(rates, what):
    counts = as_reference(rates)
    if what == "look":
        counts[rates.WEEKS, 2, 0.0, "claimed at any look"] += 60
    else:
        key = (rates.WEEKS, 2, 0.0 if what == "table" else -2.0, 6, 1)
        counts[*key, rates.NONE if what == "table" else "worsens"] += 80
        counts[*key, "can't tell yet"] -= 80
    text, kept = rates.report(counts, TRIALS)
    assert not kept
    assert text.count(" * |") == 1
    assert "NOT within" in text


def test_an_explained_rate_is_starred_with_its_reason(rates, monkeypatch):
    counts = as_reference(rates)
    counts[rates.WEEKS, 2, 0.0, 6, 1, rates.NONE] += 80
    counts[rates.WEEKS, 2, 0.0, 6, 1, "can't tell yet"] -= 80
    monkeypatch.setitem(rates.EXPLAINED, (2, 7, 1, 6, "none"), "For this reason.")
    text, kept = rates.report(counts, TRIALS)
    assert kept
    assert text.count(" * |") == 1
    assert "For this reason." in text


def test_a_handful_of_trials_is_counted_at_every_look_by_both_editions(rates):
    found = {edition: rates.measure((rates.WEEKS, edition, -3.0, 0.3, range(3))) for edition in (1, 2)}
    for edition, counts in found.items():
        asked = {(1, 2), (1, 3), (6, 2)}  # blocks and threshold
        for blocks, m in asked:
            assert rates.rate_of(counts, (rates.WEEKS, edition, -3.0, blocks, m), ()).trials == 3
    # One block can settle nothing; six blocks of a quick effect of 3 points show at least where it goes.
    assert sum(found[2][rates.WEEKS, 2, -3.0, 1, 2, verdict] for verdict in SETTLED) == 0
    assert sum(found[2][rates.WEEKS, 2, -3.0, 6, 2, verdict] for verdict in ("helps", "leans better")) == 3


def test_tasks_hold_every_trial_once_and_other_persons_for_each_half_life(rates):
    tasks = [task for task in rates.tasks_of([rates.WEEKS], 200) if task[1:3] == (2, 0.0)]
    numbers = [number for task in tasks for number in task[-1]]
    assert sorted(numbers) == list(range(200))
    assert {
        half: len([n for task in tasks if task[3] == half for n in task[-1]]) for half in rates.HALF_LIVES
    } == dict.fromkeys(rates.HALF_LIVES, 50)


def test_made_up_counts_differ_by_the_effect(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    counting = importlib.import_module("rates_count")
    data = counting.make_nights(counting.make_protocol())
    made = counting.counts_of(data, -counting.THRESHOLD, 0.1, range(600))
    on, off = made[:, data.arm == 1].mean(), made[:, data.arm == 0].mean()
    assert off == pytest.approx(counting.OFF, abs=0.15)
    assert on - off == pytest.approx(-counting.THRESHOLD, abs=0.15)
    assert np.array_equal(made, np.rint(made))
