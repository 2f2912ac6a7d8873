"""Pages and pictures of a trial with as many arms as there may be, and of one with many periods."""

import warnings

import numpy as np
import pandas as pd
import pypdf
import pytest
from matplotlib.figure import Figure

from nof1 import Trial, fit, report
from nof1.report import plots


def trial(arms, nights):
    names = ["off", *(f"arm{i}" for i in range(1, arms))]
    chance = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "day": range(1, nights + 1),
            "arm": [names[i // 3 % arms] for i in range(nights)],
            "y": chance.integers(1, 9, nights),
        }
    )
    return Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower")


@pytest.mark.slow
def test_twelve_arms_leave_room_for_the_nights_and_the_effects(tmp_path):
    twelve = trial(12, 108)
    result = fit(twelve, engine="marginal", sensitivity=False)
    figure = Figure(figsize=(7.4, 2.3), layout="constrained")
    ax = plots.nights(twelve, ax=figure.add_subplot())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.draw_without_rendering()
    assert ax.get_position().width > 0.8
    assert ax.get_position().height > 0.25
    ax = plots.effect(result, ax=Figure(figsize=(3.9, 2.3)).add_subplot())
    shown = [text.get_text() for text in ax.texts if " against " in text.get_text()]
    assert shown == [f"arm{i} against off" for i in range(1, 7)]
    path = report.summary(result, tmp_path / "summary.pdf")
    assert path.stat().st_size < 500_000
    first = pypdf.PdfReader(path).pages[0].extract_text()
    assert "no medical advice" in first.replace("\n", " ")
    assert "further comparisons are in results.json" in first.replace("\n", " ")
