"""Series with known answers, and how to reach the data that is not the project's own."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nof1 import Trial

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
SAMPLE = Path(__file__).parents[1] / "data" / "sample"

# 28 days, arms 1, 2, 1, 2 of 7 days, two days missing, range 0-12: the series of the exact targets.
TWO_ARMS = [9, 9, 10, 11, 9, 7, 6, 6, 6, 6, 5, 5, 6, 4, 6, 6, 7, 7, 9, 8, 8, 7, None, 6, 6, 7, None, 8]


def two_arms(carryover="none", **analysis):
    frame = pd.DataFrame({"day": np.arange(1, 29), "arm": np.repeat(["1", "2", "1", "2"], 7), "y": TWO_ARMS})
    return Trial.from_frame(
        frame, outcome="y", arm="arm", day="day", reference="1", low=0, high=12, carryover=carryover, analysis=analysis
    )


FLAT = {"level_sd": 1000.0, "effect_sd": 1000.0}
PLAIN = {"trend": False, "period_effects": False}
# name: trial, then mean, sd and interval of arm 2 minus arm 1, and how exactly they are known.
TARGETS = {
    "independent": (
        lambda: two_arms(autocorrelation=False, priors=FLAT, **PLAIN),
        (-2.0, 0.5660, -3.1187, -0.8813),
        0.0005,
    ),
    "ar1": (lambda: two_arms(priors=FLAT, **PLAIN), (-1.1934, 0.6482, -2.4706, 0.0884), 0.0005),
    "no-carryover": (lambda: two_arms(), (-0.956, 0.791, -2.476, 0.673), 0.01),
    "default": (lambda: two_arms("exponential"), (-1.612, 1.392, -4.31, 1.26), 0.02),
}


def melatonin():
    path = SHARED / "melatonin" / "miura_ema_70day_daily.csv"
    if not path.is_file():
        pytest.skip("The melatonin data lies beside the project and is not here.")
    return Trial.from_frame(
        pd.read_csv(path),
        outcome="mood",
        arm="condition",
        date="date",
        reference="control",
        low=0,
        high=100,
        better="higher",
    )


def silent(stage, done, whole):
    pass
