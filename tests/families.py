"""A small trial of every family, and nights for it that come from the model's own priors."""

from dataclasses import fields, replace
from datetime import date
from functools import cache

import numpy as np

from nof1 import Protocol, Trial, draw_order
from nof1.analyze.model.data import assemble
from nof1.analyze.model.pointwise import replicate_series
from nof1.analyze.model.prior import draw_prior
from nof1.analyze.simulation.simulate import Calendar
from nof1.record.diary.entry import Entry

# low, high, whole numbers, threshold
OUTCOMES = {
    "normal": (0, 10, False, 1),
    "student": (0, 10, False, 1),
    "rating": (0, 10, True, 1),
    "ordinal": (0, 4, True, 0.5),
    "count": (0, 60, True, 1),
    "binary": (0, 1, True, 0.1),
    "duration": (0, 600, False, 10),
}
FAMILIES = tuple(OUTCOMES)


def make_protocol(family, *, arms=("off", "magnesium"), blocks=3, period_nights=4, better="lower", **analysis):
    low, high, whole, threshold = OUTCOMES[family]
    return Protocol.build(
        {
            "title": "Simulated",
            "simulated": True,
            "reference": arms[0],
            "outcome": {
                "name": "severity",
                "low": low,
                "high": high,
                "better": better,
                "threshold": threshold,
                "whole": whole,
            },
            "arms": [{"name": name, "dose_mg": 0 if name == arms[0] else 200} for name in arms],
            "design": {
                "kind": "randomized-blocks",
                "start": date(2026, 1, 5),
                "blocks": blocks,
                "period_nights": period_nights,
                "run_in_nights": 2,
                "seed": 1,
            },
            "analysis": {"family": family} | analysis,
        }
    )


def make_terms(protocol, *, missing=0.2, seed=0):
    """Nights without any meaning yet, about so many of them missing."""
    calendar = Calendar.from_order(protocol, draw_order(protocol))
    rng = np.random.default_rng(seed)
    used = rng.random(len(calendar.arm)) >= missing
    low, high = protocol.outcome.low, protocol.outcome.high
    outcome = np.where(np.arange(len(used)) % 3, low + 1.0, min(high, low + 2.0) if high > 1 else 0.0)
    return assemble(
        protocol, outcome, used, calendar.treated, calendar.treated.astype(float), calendar.period, calendar.on_trial
    )


def prior_nights(data, *, seed, count=1):
    """Parameters from the priors and nights that follow from them: draws, and the outcomes of the first of them."""
    rng = np.random.default_rng(seed)
    draws = draw_prior(data, count, rng)
    outcome = replicate_series(data, draws, rng)
    return draws, [replace(data, y=np.log(row) if data.family == "duration" else row) for row in outcome]


def arms_of(protocol):
    """Arm and number of the period of every planned night."""
    periods = draw_order(protocol).periods
    return tuple(np.array([value for one in periods for value in [of(one)] * len(one.dates)]) for of in _OF_PERIOD)


_OF_PERIOD = (lambda period: period.arm, lambda period: period.number)


def make_trial(protocol, outcome, **recorded):
    """A trial with these outcomes, one for every planned night; nan where nothing was recorded.

    `recorded` are further values of every night: `dose_mg`, or a covariate by its name; None where nothing was recorded.
    """
    order = draw_order(protocol)
    nights = [night for period in order.periods for night in period.dates]
    doses = recorded.pop("dose_mg", [None] * len(nights))
    entries = tuple(
        Entry(
            night,
            outcome=None if np.isnan(outcome[i]) else float(outcome[i]),
            dose_mg=doses[i],
            covariates={name: values[i] for name, values in recorded.items()},
        )
        for i, night in enumerate(nights)
        if not np.isnan(outcome[i]) or recorded
    )
    return Trial(protocol, order, entries)


@cache
def _compiled(family):
    """The PyMC model of the small design with every night recorded: seconds to compile, so once for all tests of a process."""
    from nof1.analyze.engines.nuts import compile_nuts

    return compile_nuts(make_terms(make_protocol(family), missing=0), progress=lambda *_: None)


def same_nights(one, other):
    """Whether two trials differ in nothing but the outcomes."""
    names = [field.name for field in fields(one) if field.name != "y"]
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def with_outcome(compiled, data):
    """The same compiled code for other outcomes of the same nights."""
    assert same_nights(compiled.data, data)
    return replace(compiled, data=data, code=compiled.code.with_data(observed_outcome=data.y))


def sampled(data):
    """Draws of a trial of the small design with every night recorded, by NUTS; one try."""
    from nof1.analyze.engines.nuts import EFFORTS, sample_nuts

    compiled = with_outcome(_compiled(data.family), data)
    return sample_nuts(compiled, seed=1, progress=lambda *_: None, efforts=EFFORTS[:1])
