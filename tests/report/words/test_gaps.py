"""What is said of days between rows, and of nights that are compared with nothing: said once, and never that nights are missing."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from nof1 import fit, record
from nof1.plan.design.fields import NO_ARM, NOT_COMPARED
from nof1.record.sharing.share import shared
from nof1.record.trial import Trial
from nof1.report import plots
from nof1.report.results import first_page, planned
from nof1.report.words.gaps import gaps_sentence, meaning_sentence, not_compared_sentence, stretch_name

DAYS = [1, 2, 3, 4, 9, 10, 11, 12, 20, 21, 22, 23, 24, 25, 26, 27]
ARMS = ["base", "base", "off", "on", "off", "on", "on", "off", "on", "off", "", "on", "off", "off", "on", "on"]
Y = [9, 8, 5, 3, 6, 2, 4, 5, 3, 6, 7, 2, 5, 6, 3, 4]


def made(gaps=None, days=DAYS, arms=ARMS, **options):
    frame = pd.DataFrame({"day": days, "arm": arms, "y": Y})
    return Trial.from_frame(
        frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower", gaps=gaps, **options
    )


MEANT = {
    "untreated": "nothing was taken on them, so that what had built up fades",
    "as-before": "they were like the day before, and nobody planned to rate them",
    "pause": "the trial stood still on them",
    None: "Nobody said what they were; without carryover the answer does not depend on it.",
}


@pytest.mark.parametrize("gaps", MEANT)
def test_days_without_an_arm_are_counted_and_told_for_what_they_are(gaps):
    trial = made(gaps, not_compared=["base"])
    assert MEANT[gaps] in meaning_sentence(trial)
    told = gaps_sentence(trial)
    without = 11 if gaps == "as-before" else 12  # the row without an arm has got one
    assert told.startswith(f"{without} days have no row, or a row without an arm, at most 7 in a row.")
    assert told.endswith(meaning_sentence(trial))
    assert not_compared_sentence(trial) == (
        "2 nights are compared with nothing (base); they count as nights without a dose."
    )


def test_nothing_is_told_where_there_is_nothing_to_tell():
    trial = made(days=range(1, 17), arms=["off", "on"] * 8)
    assert (gaps_sentence(trial), meaning_sentence(trial), not_compared_sentence(trial)) == ("", "", "")
    assert trial.protocol.gaps is None


@pytest.mark.parametrize(
    ("arm", "name"),
    [("on", "on"), (NO_ARM, "no arm"), (NOT_COMPARED, "not compared"), ("washout", "washout"), ("pause", "pause")],
)
def test_what_stands_where_an_arm_would_has_a_name(arm, name):
    assert stretch_name(arm) == name


def test_a_shared_copy_keeps_gaps_and_answers_alike():
    trial = made("pause", not_compared=["base"], carryover="exponential", threshold=1)
    copy = shared(trial, "study-1")
    assert (copy.protocol.gaps, copy.protocol.design.not_compared) == ("pause", None)
    assert not_compared_sentence(copy) == "2 nights are compared with nothing."
    one, other = (fit(each, engine="marginal", sensitivity=False) for each in (trial, copy))
    assert one.record.effects[0].full == other.record.effects[0].full


def texts(part):
    """Every text in a part of a page."""
    if isinstance(part, str):
        return [part]
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list | tuple) else ()
    return [text for one in parts for text in texts(one)]


@pytest.mark.parametrize("gaps", ["untreated", "as-before", "pause", None])
def test_no_page_speaks_of_missing_nights_where_nobody_planned_any(gaps):
    carryover = "none" if gaps is None else "exponential"
    result = fit(made(gaps, not_compared=["base"], carryover=carryover), engine="marginal", sensitivity=False)
    told = " ".join(texts([first_page.answer(result), planned.happened(result, set())]))
    assert "missing" not in told
    assert "full diary" not in told
    planned_nights = 14 if gaps == "as-before" else 13
    assert f"{planned_nights} of {planned_nights} nights were recorded." in told
    assert meaning_sentence(result.trial) in told


@pytest.mark.parametrize("gaps", ["untreated", "as-before", "pause", None])
def test_pictures_show_days_between_rows(gaps):
    carryover = "none" if gaps is None else "exponential"
    trial = made(gaps, not_compared=["base"], carryover=carryover)
    ax = plots.nights(trial)
    assert ax.get_xlim() == (0.5, 27.5)
    assert "missing" not in ax.get_xlabel()
    assert "× missing night" not in [text.get_text() for text in ax.texts]
    rows = [label.get_text() for label in plots.schedule(trial).get_yticklabels()]
    assert rows == ["off", "on", *(["no arm"] if gaps != "as-before" else []), "not compared"]
    result = fit(trial, engine="marginal", sensitivity=False)
    assert plots.exposure(result).get_xlim() == (0.5, 27.5)
    assert "0 nights missing" in plots.describe(trial, result)["nights"]


def test_status_marks_days_between_rows_as_not_planned(tmp_path):
    made("untreated", not_compared=["base"]).write(tmp_path / "trial")
    so_far = record.status(tmp_path / "trial", now=datetime(2026, 11, 30, 9, tzinfo=UTC))
    states = list(so_far.nights.values())
    assert (states.count("recorded"), states.count("not planned"), states.count("missing")) == (13, 14, 0)
    assert so_far.missing == ()
