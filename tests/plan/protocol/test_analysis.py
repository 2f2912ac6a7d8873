"""What the protocol fixes of the analysis: priors that follow the outcome's range, and what a person changes of them."""

import numpy as np
import pytest
from known import priors_for

from nof1.errors import InputError


@pytest.mark.parametrize(("low", "high"), [(0, 10), (0, 100), (-5, 5), (1, 4)], ids=str)
def test_default_priors_follow_the_range(make_protocol, low, high):
    span = high - low
    priors = make_protocol(outcome={"low": low, "high": high}).priors.model_dump(exclude_none=True)
    assert priors == pytest.approx(
        {
            "level_mean": (low + high) / 2,
            "level_sd": span / 4,
            "effect_sd": span / 5,
            "trend_sd": span / 5,
            "covariate_sd": span / 5,
            "start_up_sd": span / 5,
            "block_sd": span / 10,
            "period_scale": span / 40,
            "noise_scale": span / 4,
            "autocorrelation_a": 4,
            "autocorrelation_b": 2,
            "half_life_median": 2,
            "half_life_log_sd": 0.7,
        }
    )


def test_default_priors_of_the_first_edition_are_what_they_were(make_protocol):
    first = make_protocol(schema=1).priors.model_dump(exclude_none=True)
    second = make_protocol().priors.model_dump(exclude_none=True)
    assert first == pytest.approx(
        {name: of for name, of in second.items() if name not in ("start_up_sd", "block_sd")} | {"period_scale": 10 / 20}
    )


def test_chosen_priors_replace_the_defaults_and_leave_the_others(make_protocol):
    default = make_protocol().priors.model_dump()
    chosen = make_protocol(analysis={"priors": {"effect_sd": 7, "half_life_median": 3}}).priors.model_dump()
    assert chosen == default | {"effect_sd": 7.0, "half_life_median": 3.0}


NUMBER_FORMS = {"text": "0", "true": True, "NumPy": np.int64(0)}


@pytest.mark.parametrize("low", NUMBER_FORMS.values(), ids=NUMBER_FORMS)
def test_a_scale_end_in_another_form_is_refused_or_gets_its_priors(make_protocol, low):
    try:
        protocol = make_protocol(outcome={"low": low})
    except InputError:
        return
    assert protocol.analysis.priors == priors_for(protocol.outcome.low, protocol.outcome.high)
