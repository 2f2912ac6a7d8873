"""The names that `import nof1` gives: listed and nothing else, examples that run, and a sentence for what is of the wrong kind."""

import doctest
import inspect
import shutil

import numpy as np
import pandas as pd
import pytest
from fitted import fitted
from known import SAMPLE, two_arms
from matplotlib import pyplot as plt
from records import left_out, predictive, sampled, statistic

import nof1
from nof1 import InputError, Trial

FRAME = pd.DataFrame({"arm": ["off", "on", "on", "off"], "legs": [5, 3, 4, 6]})
OPTIONS = {"outcome": "legs", "arm": "arm", "reference": "off", "low": 0, "high": 10, "better": "lower"}
OF_A_RESULT = [
    "autocorrelation", "checks", "effect", "engines", "exposure", "left_out", "over_time", "predictive", "prior_posterior",
    "probabilities", "randomization",
]  # fmt: skip


@pytest.mark.parametrize("module", [nof1, nof1.plots, nof1.report], ids=lambda module: module.__name__)
def test_what_is_listed_is_there_and_nothing_else_is_listed(module):
    assert sorted(dir(module)) == sorted(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def public():
    """Every function and class that is listed, and every method of such a class that is nof1's own; a property is an attribute.

    What takes a folder as a command does is tried in test_calls.py.
    """
    for module, names in (
        (nof1, nof1.__all__),
        (nof1.plots, nof1.plots.__all__),
        (nof1.report, ["sentence", "summary"]),
    ):
        for name in names:
            one = getattr(module, name)
            if not callable(one):
                continue  # a module, or the version
            yield pytest.param(one, id=f"{module.__name__}.{name}")
            for method, of in inspect.getmembers(one, inspect.isroutine) if isinstance(one, type) else ():
                if not method.startswith("_") and str(getattr(of, "__module__", "")).startswith("nof1."):
                    clock = [pytest.mark.clock] if method in ("load", "look", "save", "plan", "adopt") else []
                    yield pytest.param(of, id=f"{module.__name__}.{name}.{method}", marks=clock)


@pytest.fixture(scope="module")
def named():
    """What examples take for granted; `nof1` says so."""
    result = fitted("helps")
    checks = {"predictive": predictive(statistic("spread", 1.5, 1.4, (1.0, 2.0), 0.4))}
    return {
        "nof1": nof1,
        "Trial": Trial,
        "trial": result.trial,
        "result": result,
        "sampled": sampled(result, left_out=left_out(np.linspace(0.01, 0.99, 80)), **checks),
        "found": nof1.power(result.trial.protocol, trials=20, neighbours=False, workers=1),
        "study": nof1.power_people(result.trial.protocol, people=20, trials=0),
        "cohort": nof1.fit_cohort({"Ada": result.trial, "Ben": result.trial}),
    }


@pytest.mark.parametrize("one", [*public()])
def test_everything_public_has_an_example_that_runs(one, named, tmp_path):
    shutil.copytree(SAMPLE / "helps", tmp_path / "trial")
    text = inspect.getdoc(one)
    given = named | {"folder": tmp_path / "trial", "new_folder": tmp_path / "new"}
    parsed = doctest.DocTestParser().get_doctest(text, given, "example", None, 0)
    assert parsed.examples
    assert doctest.DocTestRunner(verbose=False).run(parsed).failed == 0
    plt.close("all")


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
