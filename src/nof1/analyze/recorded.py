"""The part of results.json that no engine computes: what was analyzed, with what, and what was recorded."""

from typing import Any

from nof1._version import __version__
from nof1.analyze.blinding import describe_blinding
from nof1.analyze.describe import describe_adherence, describe_harms, describe_periods
from nof1.analyze.results import SCHEMA
from nof1.analyze.terms import Terms
from nof1.record.trial import Trial


def describe_trial(trial: Trial, data: Terms, seed: int) -> dict[str, Any]:
    """Protocol, nights, periods, adherence, harms, blinding as plain values."""
    protocol = trial.protocol
    return {
        "schema": SCHEMA,
        "nof1": __version__,
        "protocol_sha256": protocol.sha256(),
        "diary_sha256": trial.diary_sha256,
        "simulated": protocol.simulated,
        "randomized": protocol.randomized,
        "family": protocol.analysis.family,
        "seed": seed,
        "priors": protocol.priors.model_dump(exclude_none=True),
        "nights": {
            "planned": protocol.nights,
            "recorded": protocol.nights - len(trial.missing_nights),
            "after_last": _after_last(trial),
            "analyzed": data.n,
        },
        "amendments": [amendment.sentence() for amendment in trial.amendments],
        "unsealing": None if trial.unsealing is None else trial.unsealing.model_dump(mode="json", by_alias=True),
        "periods": describe_periods(trial),
        "adherence": describe_adherence(trial),
        "harms": describe_harms(trial),
        "blinding": describe_blinding(trial),
    }


def _after_last(trial: Trial) -> int:
    """Planned nights after the last entry: still to come, or given up."""
    last = max(entry.night for entry in trial.entries)
    return sum(night > last for night in trial.missing_nights)
