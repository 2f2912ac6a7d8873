"""Series with known answers, and how to reach data of others, which is not in the repository."""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nof1 import Trial
from nof1.plan.protocol.analysis import Priors
from nof1.plan.protocol.family import default_priors
from nof1.plan.protocol.protocol import Protocol

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"

# 28 days, arms 1, 2, 1, 2 of 7 days, two days missing, range 0-12: the example in the README of the R package nof1ins.
TWO_ARMS = [9, 9, 10, 11, 9, 7, 6, 6, 6, 6, 5, 5, 6, 4, 6, 6, 7, 7, 9, 8, 8, 7, None, 6, 6, 7, None, 8]


def two_arms(carryover="none", days=28, **analysis):
    frame = pd.DataFrame({"day": np.arange(1, 29), "arm": np.repeat(["1", "2", "1", "2"], 7), "y": TWO_ARMS})
    return Trial.from_frame(
        frame.head(days),
        outcome="y",
        arm="arm",
        day="day",
        reference="1",
        low=0,
        high=12,
        better="lower",
        threshold=1.2,
        carryover=carryover,
        analysis=analysis,
    )


def nightly(**options):
    """The simulated table of data/sample: 70 nights, the arm drawn anew for each, two without a row."""
    frame = pd.read_csv(SAMPLE / "simulated-sleep-diary.csv")
    columns = {"outcome": "sleep", "arm": "evening", "date": "date", "reference": "home"}
    scale = {"low": 0, "high": 100, "better": "higher", "threshold": 10}
    return Trial.from_frame(frame, **columns, **scale, simulated=True, **options)


def planned_with(trial, analysis):
    """The trial as if its protocol had been another one: built anew, with all its checks."""
    content = trial.protocol.to_dict()
    priors = content["analysis"]["priors"] | analysis.get("priors", {})
    content["analysis"] |= analysis | {"priors": priors}
    return Trial(Protocol.build(content), trial.order, trial.entries)


def in_blocks(trial, periods=2, **analysis):
    """An adopted trial by the second edition's model: a start that fades, and so many periods a block."""
    content = trial.protocol.to_dict()
    content["design"]["block_periods"] = periods
    content["analysis"] |= {"start_up": True, "block_effects": True} | analysis
    return Trial(Protocol.build(content), trial.order, trial.entries)


def of_edition(trial, edition):
    """The trial as if it had been planned by the first or the second edition, with that edition's default priors."""
    content = trial.protocol.to_dict() | {"schema": edition}
    for name in ("priors", "estimand", "certainty_full", "start_up", "block_effects"):
        content["analysis"].pop(name, None)
    return Trial(Protocol.build(content), trial.order, trial.entries)


def adopted(protocol, start=date(2026, 1, 5), nights=4):
    """The protocol as if its nights had been lived before nof1 was there, with the defaults of such a trial."""
    content = protocol.to_dict() | {"design": {"kind": "adopted", "start": start, "nights": nights}}
    for name in ("start_up", "block_effects"):
        content["analysis"].pop(name, None)
    return Protocol.build(content)


FIRST = {"period_scale": 12 / 20}  # of period offsets in the first edition, which adopted trials met without all else
FLAT = {"level_sd": 1000.0, "effect_sd": 1000.0}
PLAIN = {"trend": False, "period_effects": False}
# name: trial, then mean, sd and interval of the active arm minus the reference, and how exactly they are known. Computed by
# quadrature and dense importance sampling, in programs that know none of this one's code; "nightly" in test_marginal.py.
TARGETS = {
    "independent": (
        lambda: two_arms(autocorrelation=False, priors=FLAT, **PLAIN),
        (-2.0, 0.5660, -3.1187, -0.8813),
        0.0005,
    ),
    "ar1": (lambda: two_arms(priors=FLAT, **PLAIN), (-1.1934, 0.6482, -2.4706, 0.0884), 0.0005),
    "no-carryover": (lambda: two_arms(priors=FIRST), (-0.956, 0.791, -2.476, 0.673), 0.01),
    "default": (lambda: two_arms("exponential", priors=FIRST), (-1.612, 1.392, -4.31, 1.27), 0.01),
    "nightly": (lambda: nightly(analysis={"priors": {"period_scale": 5.0}}), (1.0856, 1.7227, -2.3091, 4.4798), 0.002),
    "second": (lambda: in_blocks(two_arms("exponential")), (-1.395, 1.360, -4.084, 1.363), 0.006),
    "second-no-carryover": (lambda: in_blocks(two_arms()), (-0.739, 0.734, -2.187, 0.709), 0.002),
}
# The same trials' effect over these nights.
OVER_NIGHTS = {
    "default": ((-1.125, 0.933, -2.899, 0.755), 0.005),
    "second": ((-0.944, 0.874, -2.629, 0.805), 0.004),
}


def data_of_others(name):
    """A file or folder in the folder that NOF1_DATA names; the test is skipped where there is none.

    Nobody needs it: whatever is held against these files is held against data of the repository, too.
    """
    folder = os.environ.get("NOF1_DATA")
    if not folder or not (Path(folder) / name).exists():
        pytest.skip(f"NOF1_DATA names no folder with {name}: data of others is not in the repository.")
    return Path(folder) / name


def melatonin():
    """70 nights of Miura Meng's N-of-1 Melatonin Study (2026, CC-BY 4.0), with the first edition's spread between periods."""
    path = data_of_others("melatonin/miura_ema_70day_daily.csv")
    return Trial.from_frame(
        pd.read_csv(path),
        outcome="mood",
        arm="condition",
        date="date",
        reference="control",
        low=0,
        high=100,
        better="higher",
        threshold=10,
        analysis={"priors": {"period_scale": 100 / 20}},
    )


def silent(stage, done, whole):
    pass


def priors_for(low, high, family="normal"):
    """The default priors of an outcome with these ends."""
    return Priors(**default_priors(family, low, high))
