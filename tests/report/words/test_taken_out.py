"""Nights that were taken out afterwards: told before everything else, with the answer both ways."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nof1
from nof1.analyze.results import Result
from nof1.plan.design.order import Pause
from nof1.plan.orders.amendments import Amendment, taken_out
from nof1.plan.orders.draw import draw_order
from nof1.record.sharing.share import shared
from nof1.record.sharing.tables import tables
from nof1.report.results.first_page import answer
from nof1.report.words.changes import changes
from nof1.report.words.stopped import further_nights_sentence
from nof1.report.words.taken_out import taken_out_sentences

ANSWERS = {
    "title": "Walks",
    "reference": "off",
    "outcome": {"name": "legs", "low": 0, "high": 10, "better": "lower", "threshold": 1},
    "arms": [{"name": "off", "dose_mg": 0}, {"name": "walk", "dose_mg": 0}],
    "design": {"kind": "randomized-blocks", "blocks": 6, "period_nights": 3, "start": "2026-01-05", "seed": 5},
    "analysis": {"trend": False},  # by the calendar of the whole plan, which a pause makes longer
}
END = datetime(2026, 2, 12, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The trial before nights were taken out, and after."""
    folder = tmp_path_factory.mktemp("walks") / "trial"
    plan = nof1.Trial.plan(ANSWERS, folder, now=datetime(2026, 1, 4, 12, tzinfo=UTC), unscreened=True)
    scatter = cycle([-1, 1, 0, 1, -1])
    for period in plan.order.periods:
        for night in period.dates:
            helped = period.arm == "walk" and night < date(2026, 1, 28)
            rating = 6 + next(scatter) - (4 if helped else 0)
            morning = datetime.combine(night + timedelta(days=1), time(8), tzinfo=UTC)
            nof1.record.log(folder, {"legs": rating}, night=night, now=morning)
    before = nof1.Trial.load(folder)
    nof1.record.amend(folder, pause=date(2026, 1, 28), nights=13, exclude=True, reason="I had the flu", now=END)
    return before, nof1.Trial.load(folder)


@pytest.fixture(scope="module")
def results(both):
    return [nof1.fit(trial, engine="marginal", sensitivity=False) for trial in both]


def test_the_answer_with_them_is_the_one_before_they_were_taken_out(results):
    """By the whole of the trial as it was loaded before, which knows nothing of a pause."""
    before, after = results
    assert before.record.taken_out is None
    assert after.record.taken_out.nights == 13
    kept, was = after.record.taken_out.kept[0], before.lead[0]
    assert kept.verdict == was.verdict != after.lead[0].verdict
    for name in ("mean", "sd", "p_better"):
        assert getattr(kept.over_nights, name) == pytest.approx(getattr(was.over_nights, name), abs=1e-9)
    assert after.lead[0].over_nights.mean < was.over_nights.mean - 0.5  # other nights, another answer


def test_it_stands_before_everything_else_on_the_first_page(results):
    before, after = results
    assert answer(before)["failed"] == []
    for brief in (False, True):
        (told,) = answer(after, brief=brief)["failed"]
        assert "13 rated nights were taken out afterwards (Wed 28 Jan to Mon 9 Feb 2026)" in told
        assert "entered on Thu 12 Feb 2026. The reason given: I had the flu." in told
        assert "With them the answer would be: " in told
        assert "another answer than the one below, which is without them" in told


def test_the_same_answer_is_called_the_same(results):
    _, after = results
    kept = after.record.taken_out.kept[0]
    same = replace(after.record.taken_out, kept=(replace(kept, verdict=after.lead[0].verdict),))
    (told,) = taken_out_sentences(replace(after, record=replace(after.record, taken_out=same)))
    assert told.endswith("Without them it is the same answer, with the numbers below.")


def test_it_is_saved_and_read_again(results, both, tmp_path):
    _, after = results
    both[1].write(tmp_path / "copy")
    after.save(tmp_path / "copy", now=END + timedelta(days=60))
    loaded = Result.load(tmp_path / "copy")
    assert loaded.trial.taken_out == both[1].taken_out  # a copy without a journal knows it, too
    assert loaded.record.taken_out == after.record.taken_out
    assert taken_out_sentences(loaded) == taken_out_sentences(after)


def test_why_there_is_no_answer_with_them_is_said(results):
    _, after = results
    reason = nof1.analyze.reasons.Reason("no variation", {"outcome": "legs", "value": 5.0})
    refused = replace(after.record.taken_out, kept=(), refused=reason)
    (told,) = taken_out_sentences(replace(after, record=replace(after.record, taken_out=refused)))
    assert "With them there is no answer: " in told


@given(st.lists(st.tuples(st.integers(0, 35), st.integers(1, 9)), min_size=1, max_size=4))
def test_each_night_comes_back_to_where_it_stood_when_the_pause_was_entered(pauses):
    """Against the order that was lived by then, drawn anew with the pauses before."""
    protocol = nof1.Protocol.build(ANSWERS)
    order, amendments, expected = draw_order(protocol), [], {}
    for offset, nights in pauses:
        start = order.start + timedelta(days=offset)
        evenings = [start + timedelta(days=i) for i in range(nights)]
        excluded = tuple(night for night in evenings if night <= order.end)
        for night in excluded:
            if (here := order.period_of(night)).counts:
                expected[night] = here
        amendments.append(
            Amendment(entered=END, kind="pause", start=start, nights=nights, reason="flu", excluded=excluded)
        )
        order = order.with_pauses([Pause(start, nights)])
    assert taken_out(order, amendments) == expected


def test_a_copy_that_is_shared_names_them_by_their_days(both, results, tmp_path):
    """The same answer both ways, told by numbers of days, without the reason."""
    _, trial = both
    shared(trial, "p-1").write(tmp_path / "copy")
    copy = nof1.Trial.load(tmp_path / "copy")
    again = nof1.fit(copy, engine="marginal", sensitivity=False)
    was = results[1]
    assert (again.lead[0].verdict, again.record.taken_out.nights) == (was.lead[0].verdict, was.record.taken_out.nights)
    for name in ("mean", "sd", "p_better"):
        for effect in ("lead", "kept"):
            mine, its = (one.lead[0] if effect == "lead" else one.record.taken_out.kept[0] for one in (again, was))
            assert getattr(mine.over_nights, name) == pytest.approx(getattr(its.over_nights, name), abs=1e-9)
    (told,) = taken_out_sentences(again)
    assert (
        "13 rated nights were taken out afterwards (day 24 to day 36), by a pause that was entered on day 39." in told
    )
    assert "The reason is left out of this copy. With them" in told
    assert "The reason given: I had the flu. With them" in taken_out_sentences(was)[0]
    every = " ".join([told, *changes(again), *(path.read_text() for path in (tmp_path / "copy").rglob("*.csv"))])
    assert "flu" not in every
    assert "2026" not in every
    rows = [row for row in csv.DictReader(io.StringIO(tables({"p-1": copy})["nights.csv"])) if row["taken_out"]]
    assert [(row["day"], row["taken_out"]) for row in rows] == [(str(number), "yes") for number in range(24, 37)]


def test_a_copy_says_that_the_trial_was_stopped_and_not_why(both, tmp_path):
    before, _ = both
    folder = tmp_path / "trial"
    before.write(folder)
    until = before.order.period_of(date(2026, 1, 28)).end
    stop = Amendment.make(
        entered=END, kind="stopped", start=until + timedelta(days=1), by="person", reason="Anna was dizzy"
    )
    entries = tuple(entry for entry in before.entries if entry.night <= until)
    stopped = replace(before, order=before.order.until(until), entries=entries, amendments=(stop,))
    shared(stopped, "p-1").write(tmp_path / "copy")
    again = nof1.fit(nof1.Trial.load(tmp_path / "copy"), engine="marginal", sensitivity=False)
    told = changes(again)[0]
    assert told.startswith("Entered on day 39: the person stopped the trial")
    assert told.endswith("The reason is left out of this copy.")
    assert "comes before any answer" in further_nights_sentence(again)
