"""What is said of looks before the last night: the rule on paper, its false alarms, stop or go on, and looks without it."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pandas as pd
import pytest
from fitted import fitted
from pypdf import PdfReader
from records import with_effects

from nof1.analyze.model.verdict import Regions, region
from nof1.analyze.simulation.interim import CARELESS, NO_LOOKS, RULE, InterimLooks
from nof1.plan.orders.draw import draw_order
from nof1.record.diary.entry import Entry
from nof1.record.looks import Look
from nof1.record.trial import Trial
from nof1.report.papers.method import harms
from nof1.report.papers.plan_papers import protocol_pdf
from nof1.report.words.looks import false_alarm_sentence, look_sentence, looks_sentence, rule_sentence

INTERIM = {"after_blocks": [1, 3], "certainty": 0.95}
FORBIDDEN = ("significant", "must not", "should", "compliance")


@pytest.fixture
def ruled(make_protocol):
    def make(rule=INTERIM, **changes):
        analysis = {} if rule is None else {"interim": rule}
        return make_protocol(design={"blocks": 4, "run_in_nights": 0}, analysis=analysis, **changes)

    return make


# --- on paper


def test_the_rule_is_told_with_its_times_and_both_certainties(ruled):
    text = rule_sentence(ruled())
    assert text.startswith("Planned after blocks 1 and 3 of 4.")
    assert "settles it with 95 % in place of 90 %" in text
    assert "too small to matter, 85 % in place of 80 %" in text
    assert "Any other look before the last night is put on record (looks.csv)" in text
    assert rule_sentence(ruled({"after_blocks": [2], "certainty": 0.95})).startswith("Planned after block 2 of 4.")


def test_periods_are_counted_where_there_are_no_blocks(planned):
    rule = {"after_periods": [3, 5], "certainty": 0.975}
    text = rule_sentence(planned("balanced", periods=8, analysis={"interim": rule}))
    assert text.startswith("Planned after periods 3 and 5 of 8.")
    assert "97.5 %" in text


def test_without_a_rule_none_is_planned(ruled):
    text = rule_sentence(ruled(None))
    assert text.startswith(
        "None is planned: the arms are compared after the last night. Any look before the last night"
    )


def text_of(content):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_the_paper_tells_the_rule(ruled):
    protocol = ruled()
    text = text_of(protocol_pdf(protocol, draw_order(protocol)))
    assert "Interim look Planned after blocks 1 and 3 of 4." in text


def looks_of(protocol, rates):
    rows = [{"effect": 0.0, "way": way, "claimed": rate, "claimed_mcse": error} for way, (rate, error) in rates.items()]
    return InterimLooks(pd.DataFrame(rows), pd.DataFrame(), pd.DataFrame(), protocol, {})


def test_the_false_alarms_of_all_three_ways_stand_beside_each_other(ruled):
    protocol = ruled()
    looks = looks_of(protocol, {RULE: (0.021, 0.004), NO_LOOKS: (0.018, 0.004), CARELESS: (0.0425, 0.006)})
    text = false_alarm_sentence(looks)
    assert (
        "2.1 say helps or worsens at a look or at the end by this rule, 1.8 without looks, 4.2 with the same looks"
        in text
    )
    assert "(Monte Carlo error at most 0.6)" in text
    item = next(part for part in harms(protocol, [text])["parts"] if part["label"] == "Interim look")
    assert item["lines"] == [f"{rule_sentence(protocol)} {text}"]


# --- at a look


def look(trial, planned, looked, last):
    return Look(
        looked=looked,
        nights_recorded=6,
        nights_planned=24,
        last_night=last,
        planned=planned,
        engine="marginal",
        verdict="can't tell yet",
        diary_sha256=trial.diary_sha256,
    )


def result(protocol, full=(0.3, 0.5, 0.2), over_nights=0.6):
    """A result whose main comparison has these chances: better by the threshold, smaller, worse by it; and smaller over the nights."""
    entries = tuple(Entry(date(2026, 1, 5 + i), outcome=float(i)) for i in range(6))
    names = ("p_benefit", "p_small", "p_harm")
    chances = dict(zip(names, full, strict=True))
    effect = with_effects(fitted("helps"), full=chances, over_nights={"p_small": over_nights}).lead[0]
    prior = (0.3, 0.4, 0.3)
    benefit, small, harm = (region(*both) for both in zip(full, prior, strict=True))
    regions = Regions(full_benefit=benefit, full_harm=harm, full_small=small, nights_small=region(over_nights, 0.6))
    return SimpleNamespace(
        trial=Trial(protocol, draw_order(protocol), entries), lead=[replace(effect, enough=True, regions=regions)]
    )


SAYS = {
    "helps": (
        ((0.962, 0.03, 0.008), 0.2),
        "says: stop. Once fully built up, magnesium helps by 1 point or more with a chance of about 96 in 100; 95 in 100 is asked for.",
    ),
    "worsens": (
        ((0.0, 0.004, 0.996), 0.1),
        "says: stop. Once fully built up, magnesium makes it worse by 1 point or more with a chance of more than 99",
    ),
    "no difference": (
        ((0.02, 0.88, 0.1), 0.981),
        "says: stop. Over these nights, magnesium made less than 1 point of difference with a chance of about 98 in 100; 95 in 100 is "
        "asked for. Once fully built up, it makes less than that with a chance of about 88 in 100; 85 in 100 is asked for.",
    ),
    "no quick difference": (
        ((0.1, 0.8, 0.1), 0.981),
        "with a chance of about 80 in 100, where 85 in 100 is asked for: more time on one arm is open.",
    ),
    "not sure enough": (((0.93, 0.06, 0.01), 0.2), "says: go on. It asks for a chance of at least 95 in 100"),
}


@pytest.mark.parametrize(("chances", "words"), SAYS.values(), ids=SAYS)
def test_at_a_planned_look_the_rule_says_stop_or_go_on(ruled, chances, words):
    found = result(ruled(), *chances)
    text = look_sentence(found, look(found.trial, True, datetime(2026, 1, 11, 8, tzinfo=UTC), date(2026, 1, 10)))
    assert text.startswith("This look, after 1 of 4 blocks, was planned. The rule fixed beforehand ")
    assert words in text
    assert not any(word in text for word in FORBIDDEN)


def test_a_trial_of_the_first_edition_stops_by_its_own_rule(ruled):
    protocol = ruled(schema=1)
    assert "if the chance of helps, of worsens or of no difference that matters is at least 95 %" in rule_sentence(
        protocol
    )
    found = result(protocol, (0.0, 0.97, 0.03), 0.97)
    text = look_sentence(found, look(found.trial, True, datetime(2026, 1, 11, 8, tzinfo=UTC), date(2026, 1, 10)))
    assert "says: stop. The chance that magnesium makes no difference that matters is about 97 in 100" in text


def test_an_unplanned_look_is_told_calmly_with_the_way_to_plan_one(ruled):
    for rule, words in (
        (None, "[analysis.interim]"),
        (INTERIM, "none of the planned looks (after blocks 1 and 3 of 4)"),
    ):
        found = result(ruled(rule), (0.97, 0.02, 0.01), 0.1)
        text = look_sentence(found, look(found.trial, False, datetime(2026, 1, 9, 8, tzinfo=UTC), date(2026, 1, 8)))
        assert words in text
        assert "makes a chance finding more likely" in text
        assert "on record in looks.csv" in text
        assert "stop." not in text  # what the rule would say at another time is not told
        assert not any(word in text for word in FORBIDDEN)


@pytest.mark.parametrize(
    ("planned", "words"),
    [
        ((), ""),
        ((True,), "looked at once before the end, as the rule of the protocol had planned."),
        ((True, True), "looked at 2 times before the end, as the rule of the protocol had planned."),
        ((False,), "looked at once before the end, without a rule; such a look makes a chance finding more likely."),
        (
            (False, False),
            "looked at 2 times before the end, without a rule; such looks make a chance finding more likely.",
        ),
        ((True, False, False), "looked at 3 times before the end, 1 of them as planned; looks without a rule make"),
    ],
)
def test_the_results_page_tells_how_often_the_nights_were_looked_at(planned, words):
    text = looks_sentence([SimpleNamespace(planned=one) for one in planned])
    assert words in text
    assert bool(text) == bool(planned)
