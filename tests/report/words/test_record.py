"""Sentences on what was recorded beside the outcome: what a person reads, and what must not be said."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from known import SAMPLE, two_arms

from nof1 import Trial
from nof1.analyze.checks.blinding import Blinding, Guesses, blinding_index
from nof1.analyze.checks.rates import rate_difference, rate_interval
from nof1.analyze.describe import AgainstReference, Harms, SideEffect, describe_adherence, describe_harms
from nof1.report.words import record as words

PROTOCOL = Trial.load(SAMPLE / "helps").protocol


def harm(nights, with_any, against=None, **kinds):
    told = {name.replace("_", " "): count for name, count in kinds.items()}
    return Harms(
        nights=nights,
        with_side_effects=with_any,
        rate=with_any / nights if nights else None,
        interval=rate_interval(with_any, nights) if nights else None,
        kinds={
            name: SideEffect(
                count, count / nights, rate_interval(count, nights), name if name in ("fainting", "weakness") else None
            )
            for name, count in told.items()
        },
        against_reference=against,
    )


def against(*counts):
    return AgainstReference("off", rate_difference(*counts), {})


def result(harms=None, adherence=None, blinding=None, trial=None):
    record = SimpleNamespace(harms=harms or {}, adherence=adherence or {}, blinding=blinding)
    return SimpleNamespace(trial=trial or SimpleNamespace(protocol=PROTOCOL), record=record)


def test_side_effects_of_an_arm_in_a_line():
    told = result({"magnesium": harm(40, 3, loose_stools=2, headache=1), "off": harm(42, 0)})
    assert (
        words.harms_line(told, "magnesium")
        == "on 3 of 40 nights (8 in 100; between 2 and 19): loose stools 2, headache 1"
    )
    assert words.harms_line(told, "off") == "none on 42 nights in the diary (0 in 100; between 0 and 6)"


def test_long_lists_and_names_are_cut_and_said_to_be():
    told = result({"magnesium": harm(40, 9, a=3, b=2, c=2, d=1, e=1)})
    assert words.harms_line(told, "magnesium").endswith(": a 3, b 2, c 2, and 2 other kinds")
    told = result({"magnesium": harm(40, 1, **{"x" * 500: 1})})
    assert len(words.harms_line(told, "magnesium")) < 100


def test_what_was_never_asked_or_never_recorded_is_not_none():
    asked = result(describe_harms(two_arms()), describe_adherence(two_arms()), trial=two_arms())
    assert words.harms_line(asked, "1") == "not asked"
    assert words.harms_difference(asked, "2") == words.stop_sentence(asked) == ""
    assert words.adherence_line(asked, "1") == "no dose planned"
    assert words.harms_line(result({"off": harm(0, 0)}), "off") == "no night in the diary"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((3, 40, 0, 42), "Of 100 nights, 8 more had side effects on magnesium than on no magnesium (between 0 and 18 more); the chance that they are more frequent on magnesium is about 97 in 100."),
        ((1, 40, 9, 40), "Of 100 nights, 20 fewer had side effects on magnesium than on no magnesium (between 6 and 34 fewer); the chance that they are more frequent on magnesium is fewer than 1 in 100."),
        ((2, 40, 2, 40), "Of 100 nights, as many had side effects on magnesium as on no magnesium (between 11 fewer and 11 more); the chance that they are more frequent on magnesium is about 50 in 100."),
        ((0, 40, 0, 42), "No side effect was recorded on magnesium or no magnesium."),
    ],
)  # fmt: skip
def test_the_difference_in_a_sentence(counts, expected):
    on, n, off, m = counts
    told = result({"off": harm(m, off), "magnesium": harm(n, on, against(*counts))})
    assert words.harms_difference(told, "magnesium") == expected
    assert words.harms_difference(told, "off") == ""


def test_a_symptom_of_the_stop_rules_is_named_with_whom_to_ask():
    told = result({"off": harm(42, 0), "magnesium": harm(40, 2, fainting=1, weakness=1, headache=1)})
    assert words.stop_sentence(told) == (
        "Some of what was recorded is a reason to call the emergency number: fainting. Talk to a doctor about it, even if it is over. "
        "If it comes again: call the emergency number now (112, 911, 999 or that of your country) and take no more of the supplement. "
        "The stop rules name some of what was recorded: weakness. Talk to a doctor or pharmacist about it."
    )
    assert words.stop_sentence(result({"magnesium": harm(40, 1, headache=1)})) == ""


def test_doses_of_an_arm_in_a_line():
    trial = Trial.load(SAMPLE / "helps")
    told = result(adherence=describe_adherence(trial))
    assert (
        words.adherence_line(told, "magnesium") == "37 of 42 (88 in 100; between 76 and 95); 4 missed, 1 not recorded"
    )
    assert words.adherence_line(told, "off") == "42 of 49 (86 in 100; between 74 and 93); 7 not recorded"
    row = replace(describe_adherence(trial)["off"], as_planned=40, more=2, contamination=2)
    assert "; 2 with magnesium taken, 7 not recorded" in words.adherence_line(result(adherence={"off": row}), "off")
    row = replace(describe_adherence(trial)["magnesium"], as_planned=34, more=1, partly=2)
    line = words.adherence_line(result(adherence={"magnesium": row}), "magnesium")
    assert line.endswith("; 2 in part, 1 more than planned, 4 missed, 1 not recorded")
    assert words.adherence_line(result(adherence={"off": replace(row, dose_recorded=0)}), "off") == "not recorded"


def test_a_share_that_is_neither_none_nor_all_is_not_rounded_to_it():
    line = words.harms_line(result({"off": harm(1000, 1, itch=1)}), "off")
    assert line == "on 1 of 1000 nights (0.1 in 100; between under 0.1 and 0.5): itch 1"
    line = words.harms_line(result({"off": harm(1000, 999, itch=999)}), "off")
    assert "(99.9 in 100; between 99.5 and over 99.9)" in line


def test_guesses_of_an_arm_in_a_line():
    index, interval = blinding_index(2, 1, 1)
    row = Guesses(4, 2, 1, 1, 0, index, interval, "no sign", 62.5)
    none = Guesses(0, 0, 0, 0, 2, None, None, None, None)
    told = result(blinding=Blinding("helper", 2, {"magnesium": row, "off": none}, ()))
    assert words.blinding_line(told, "magnesium") == (
        "2 of 4 right, 1 wrong, 1 “can't tell” (blinding index 0.25; between −0.49 and 0.76); 62 % sure on average"
    )
    assert words.blinding_line(told, "off") == ""


def test_the_note_names_the_interval_and_what_it_leaves_out():
    note = words.record_note(result({"off": harm(42, 0)}))
    assert "95 % equal-tailed interval" in note
    assert "as if independent" in note
    assert "too narrow" in note
