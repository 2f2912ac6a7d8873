"""What a person calls the things of a table, in Python and on the command line: its unit, its arms, its rows, its better end."""

import re
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1 import InputError, Protocol, Trial, fit, report
from nof1.record.adopting.naming import labels_of_arms, nights_are, outcome_label
from nof1.report.results.summary import summary_data

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
COLUMN = "PM2.5 (µg/m³)"
FRAME = pd.DataFrame(
    {
        "date": pd.date_range("2025-03-01", periods=24),
        "purifier": ["off", "off", "on", "on"] * 6,
        COLUMN: [30, 33, 21, 26, 31, 28, 24, 22, 35, 30, 25, 20] * 2,
    }
)
OPTIONS = {
    "outcome": COLUMN,
    "arm": "purifier",
    "reference": "off",
    "date": "date",
    "low": 0,
    "high": 100,
    "better": "lower",
}


def texts(content):
    """Every text in nested data, in one."""
    if isinstance(content, dict):
        return " ".join(map(texts, content.values()))
    return " ".join(map(texts, content)) if isinstance(content, list | tuple) else str(content)


@pytest.mark.clock
def test_python_and_the_command_make_the_same(tmp_path, nof1):
    FRAME.to_csv(tmp_path / "table.csv", index=False)
    named = {"unit": "µg/m³", "labels": {"on": "purifier on"}, "nights": "days"}
    by_hand = Trial.adopt(tmp_path / "table.csv", tmp_path / "by-hand", **OPTIONS, **named)
    words = [word for key, value in OPTIONS.items() for word in (f"--{key}", value)]
    words += ["--unit", "µg/m³", "--label", "on=purifier on", "--nights", "days"]
    status, out, err = nof1("adopt", tmp_path / "typed", tmp_path / "table.csv", *words)
    assert status == 0, err
    assert "24 rows taken over as 24 days (12 on off, 12 on on)" in out
    assert "PM2.5: 0 to 100 µg/m³, lower is better." in out
    assert "a row is a day" in out
    assert Trial.load(tmp_path / "typed") == by_hand == Trial.from_frame(FRAME, **OPTIONS, **named)
    assert by_hand.protocol.outcome.title == "PM2.5"  # its unit stands behind every number
    assert by_hand.protocol.arm("on").title == "purifier on"
    assert (by_hand.protocol.nights_are, by_hand.protocol.outcome.unit) == ("days", "µg/m³")


@pytest.mark.clock
def test_which_way_is_better_is_asked_and_never_assumed(tmp_path, nof1):
    options = {name: of for name, of in OPTIONS.items() if name != "better"}
    with pytest.raises(TypeError, match="better"):
        Trial.from_frame(FRAME, **options)
    with pytest.raises(TypeError, match="better"):
        Trial.adopt(FRAME, tmp_path / "it", **options)
    FRAME.to_csv(tmp_path / "table.csv", index=False)
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    status, _, err = nof1("adopt", tmp_path / "it", tmp_path / "table.csv", *words)
    assert status == 1
    assert "--better lower or --better higher" in " ".join(err.split())
    assert not (tmp_path / "it").exists()


@pytest.mark.parametrize(
    "label",
    [
        "<b>on</b> & $x$",
        "nights {nights} of rating",
        "= 1 + 1",
        "*on* _on_ #on @on",
        "\N{LATIN SMALL LETTER O}\N{COMBINING DIAERESIS}n",
    ],
)
def test_labels_and_units_are_data(label, tmp_path):
    trial = Trial.adopt(FRAME, tmp_path / "it", **OPTIONS, labels={"on": label}, unit="µg{x}*$", nights="days", now=NOW)
    assert Trial.load(tmp_path / "it") == trial
    assert trial.protocol.arm("on").title == label
    result = fit(trial, engine="marginal", sensitivity=False)
    told = texts(summary_data(result, set()))
    assert label in told
    assert "µg{x}*$" in told
    assert "<b>" not in trial.protocol._repr_html_()
    assert report.summary(result, tmp_path / "summary.pdf").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"better": "up"}, "better 'up' must be 'lower' or 'higher'"),
        ({"nights": "weeks"}, "nights 'weeks' must be 'nights' or 'days'"),
        ({"labels": {"onn": "x"}}, "names an arm that is not there; there is: off, on"),
        ({"labels": {"on": " "}}, "no text for the arm 'on'"),
        ({"labels": {"on": "off"}}, "would both be called 'off'"),
        ({"unit": ""}, "outcome.unit"),
        ({"unit": "  "}, "outcome.unit"),
        ({"unit": "x" * 25}, "outcome.unit"),
        ({"unit": "a\nb"}, "invisible character"),
        ({"unit": "h", "high": 10, "analysis": {"family": "ordinal"}, "covariates": []}, "has no unit"),
    ],
)
def test_what_is_no_name_is_refused(options, message):
    frame = FRAME.assign(**{COLUMN: FRAME[COLUMN] // 10 * 1}) if "analysis" in options else FRAME
    with pytest.raises(InputError, match=re.escape(message)):
        Trial.from_frame(frame, **OPTIONS | options)


def test_a_unit_is_for_tables_alone():
    content = {
        "title": "Walks",
        "reference": "home",
        "outcome": {"name": "walk", "low": 0, "high": 10, "better": "lower", "threshold": 1, "unit": "h"},
        "arms": [{"name": "home", "dose_mg": 0}, {"name": "walk", "dose_mg": 0}],
        "design": {"kind": "randomized-blocks", "blocks": 6, "period_nights": 3, "start": "2026-01-05", "seed": 1},
        "analysis": {},
    }
    with pytest.raises(InputError, match="unit is for adopted trials"):
        Protocol.build(content)


@pytest.mark.parametrize(
    ("said", "dated_by", "kept"),
    [
        (None, "evening", None),
        (None, "morning", None),
        (None, "day", "days"),
        ("nights", "day", None),
        ("days", "evening", "days"),
        ("nights", "evening", None),
    ],
)
def test_a_row_is_a_night_unless_somebody_says_day(said, dated_by, kept):
    assert nights_are(said, dated_by) == kept


ARM = st.text("abcdefgh -_12", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(st.lists(ARM, min_size=2, max_size=5, unique=True), st.data())
def test_labels_keep_arms_apart(arms, data):
    labels = data.draw(st.dictionaries(st.sampled_from(arms), ARM))
    called = [labels.get(name, name).casefold() for name in arms]
    alike = any(called[i] == called[j] and {arms[i], arms[j]} & set(labels) for i in range(len(arms)) for j in range(i))
    if alike:
        with pytest.raises(InputError, match="would both be called"):
            labels_of_arms(labels, arms)
    else:
        assert labels_of_arms(labels, arms) == labels


@given(st.text(max_size=20), st.text("abcµ/³%°", min_size=1, max_size=8))
def test_a_unit_at_the_end_of_a_name_is_said_once(name, unit):
    bare = name.strip()
    for opening, closing in ("()", "[]"):
        column = f"{name}{opening}{unit}{closing}"
        assert outcome_label(column, None) == column
        assert outcome_label(column, unit) == (bare or column)
    assert outcome_label(bare, unit) == bare or bare.endswith((f"({unit})", f"[{unit}]"))
