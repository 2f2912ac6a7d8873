"""What nof1 analyze prints: the answer first, then how far to trust it, then what else was recorded."""

import sys

import pytest
from fitted import fitted
from records import agreeing, changed, left_out, predictive, prior_weight, sampled, statistic, with_checks, with_main

from nof1.analyze.checks.computation import Check, CrossCheck, Sampling
from nof1.analyze.checks.randomization_test import NotTested
from nof1.analyze.engines.pair_effects import FurtherMeasure
from nof1.analyze.reasons import as_told
from nof1.analyze.schema import Checks
from nof1.cli.terminal.output import mark_of, paragraph, tell, tell_quick

CHECKS = {
    "weights": Check(True),
    "predictive": predictive(statistic("spread", 5.0, 3.5, (3.0, 4.0), 0.0)),
    "sampling": Sampling(False, True),
    "cross_check": CrossCheck(None, refused=as_told("It was too slow.")),
}


def told(capsys, result=None):
    tell(result or fitted("cant-tell"))
    return capsys.readouterr().out.splitlines()


def place(lines, beginning):
    return next(number for number, line in enumerate(lines) if line.startswith(beginning))


def test_the_answer_is_first_and_the_rest_follows_by_weight(capsys):
    lines = told(capsys, changed(sampled(fitted("cant-tell")), checks=Checks(**CHECKS)))
    order = [
        "Simulated data",
        "The sampler did not settle, even with smaller steps (R-hat 1.000",
        "These nights can't tell yet",
        "On the nights on magnesium, RLS severity is estimated",
        "  better at all",
        "The plain mean of RLS severity was 3.3 on magnesium (citrate, 200 mg; 38 nights)",
        "Once fully built up, the difference is estimated",
        "Robust: all ",
        "If one had to be chosen today",
        "Even 8 more blocks",
        "How far to trust it",
        "FAILED  The sampler did not settle",
        "look    New nights made up by the model differ from the recorded ones in one respect (spread without treatment: ",
        "look    There was no second computation to hold this against. It was too slow.",
        "ok      The quick computation's weights are sound.",
        "orders  64 orders were possible, ",
        "time    These nights can't tell yet whether the effect of magnesium changed",
        "What else was recorded",
        "82 of 91 planned nights",
        "On no magnesium, doses as planned: 44 of 49; side effects: none on 44 nights in the diary.",
        "On magnesium, doses as planned: 37 of 42; side effects: on 1 of 38 nights: nausea 1.",
        "Nobody was blind",
    ]
    places = [place(lines, beginning) for beginning in order]
    assert places == sorted(places)


def test_a_refused_test_says_why_and_what_is_absent_is_not_told(capsys):
    result = fitted("cant-tell")
    refused = (NotTested("magnesium", "off", as_told("Nobody drew the order.")),)
    lines = told(capsys, changed(result, randomization_tests=refused, sensitivity=None))
    assert "orders  Nobody drew the order." in lines
    assert not any(line.startswith("choices") for line in lines)


@pytest.mark.parametrize(("name", "mark"), list(zip(CHECKS, ("ok", "look", "failed", "look"), strict=True)))
def test_marks(name, mark):
    assert mark_of(CHECKS[name]) == mark


def test_the_quick_answer_is_the_answer_alone(capsys):
    tell_quick(fitted("cant-tell"), heading="At once")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "At once"
    assert lines[2].startswith("These nights can't tell yet")
    assert len(lines) == 5  # with the size of the effect and an empty line


def test_further_measures_and_pairs_are_told(capsys):
    result = with_main(fitted("cant-tell"), further=(FurtherMeasure("odds ratio", 0.4, (0.2, 0.9)),))
    lines = told(capsys, changed(result, effects=7 * result.record.effects))
    assert sum(line.startswith("Also, once fully built up: odds ratio 0.40 (0.20 to 0.90).") for line in lines) == 1
    assert sum(line.startswith("These nights can't tell yet") for line in lines) == 5
    assert sum("The scale goes from" in line for line in lines) == 1
    assert "2 further comparisons are in results.json." in lines


@pytest.fixture
def terminal(monkeypatch):
    """Standard output as a terminal of so many columns."""

    def of(columns):
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        for name, value in (("COLUMNS", str(columns)), ("TERM", "xterm"), ("NO_COLOR", "1")):
            monkeypatch.setenv(name, value)

    return of


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_on_a_terminal_lines_fit_and_go_on_under_their_first_word(capsys, terminal, columns):
    terminal(columns)
    paragraph("word " * 60, lead="look    ")
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines) <= columns
    assert lines[0].startswith("look    word")
    assert all(line.startswith("        word") for line in lines[1:])


def test_an_answer_fits_a_screen(capsys, terminal):
    fine = with_checks(
        sampled(fitted("cant-tell")),
        cross_check=agreeing(),
        sampling=Sampling(True, False),
        predictive=predictive(),
        left_out=left_out([0.5]),
        prior_weight=prior_weight({("magnesium", "off"): 0.2}),
    )
    terminal(80)
    assert len(told(capsys, fine)) <= 52
