"""The names that `import nof1` gives: listed and nothing else, examples that run, and a sentence for what is of the wrong kind."""

import doctest

import pandas as pd
import pytest
from known import SAMPLE, two_arms

import nof1
from nof1 import InputError, Trial

FRAME = pd.DataFrame({"arm": ["off", "on", "on", "off"], "legs": [5, 3, 4, 6]})
OPTIONS = {"outcome": "legs", "arm": "arm", "reference": "off", "low": 0, "high": 10}
OF_A_RESULT = [
    "autocorrelation", "checks", "effect", "engines", "exposure", "left_out", "over_time", "predictive", "prior_posterior",
    "probabilities", "randomization",
]  # fmt: skip


@pytest.mark.parametrize("module", [nof1, nof1.plots, nof1.report], ids=lambda module: module.__name__)
def test_what_is_listed_is_there_and_nothing_else_is_listed(module):
    assert sorted(dir(module)) == sorted(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def examples():
    for name in nof1.__all__:
        one = getattr(nof1, name)
        parts = [one, *vars(one).values()] if isinstance(one, type) else [one]
        for part in parts:
            text = getattr(getattr(part, "__func__", part), "__doc__", "") or ""
            if ">>>" in text:
                yield pytest.param(text, id=f"{name}.{getattr(part, '__name__', '')}")


@pytest.mark.clock
@pytest.mark.parametrize("text", [*examples()])
def test_examples_run(text, tmp_path):
    given = {"nof1": nof1, "Trial": Trial, "trial": Trial.load(SAMPLE / "helps"), "new_folder": tmp_path / "new"}
    parsed = doctest.DocTestParser().get_doctest(text, given, "example", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(parsed).failed == 0


def test_a_frame_is_no_trial_and_how_to_make_one_is_said(tmp_path):
    with pytest.raises(InputError, match=r"fit takes a Trial, not a DataFrame\. Make one with .*from_frame"):
        nof1.fit(FRAME)
    with pytest.raises(InputError, match=r"summary takes a Result, not a Trial\. Make one with fit"):
        nof1.report.summary(two_arms(), tmp_path / "summary.pdf")
    with pytest.raises(InputError, match="nights takes a Trial, not a DataFrame"):
        nof1.plots.nights(FRAME)


@pytest.mark.parametrize("picture", OF_A_RESULT)
def test_a_picture_of_a_result_says_that_it_wants_one(picture):
    with pytest.raises(InputError, match=f"{picture} takes a Result, not a Trial"):
        getattr(nof1.plots, picture)(two_arms())


def test_an_index_of_dates_is_the_column_of_dates():
    dates = pd.date_range("2026-01-05", periods=4)
    named = FRAME.assign(night=dates)
    for frame in (FRAME.set_index(dates), named.set_index("night")):
        assert Trial.from_frame(frame, **OPTIONS).frame.equals(Trial.from_frame(named, **OPTIONS, date="night").frame)
    with pytest.raises(InputError, match=r"\(date=\).*\(day=\)"):
        Trial.from_frame(FRAME, **OPTIONS)
