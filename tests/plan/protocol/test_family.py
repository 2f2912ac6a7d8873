import math

import pytest
from families import OUTCOMES, make_protocol

from nof1 import InputError, Protocol
from nof1.plan.protocol.family import FAMILIES, OWN_PRIORS


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_all_its_priors_and_none_of_another(family):
    protocol = make_protocol(family)
    there = set(protocol.to_dict()["analysis"]["priors"])
    own = set(OWN_PRIORS.get(family, {}))
    assert own <= there
    assert not there & {name for other, names in OWN_PRIORS.items() if other != family for name in names}
    assert Protocol.parse(protocol.to_toml()) == protocol


def changed(family, **outcome):
    content = make_protocol(family).to_dict()
    content["outcome"] |= outcome
    del content["analysis"]["priors"]
    return content


@pytest.mark.parametrize(
    ("family", "outcome", "told"),
    [
        ("rating", {"whole": False}, 'family "rating" is for whole numbers'),
        ("ordinal", {"whole": False}, 'family "ordinal" is for whole numbers'),
        ("count", {"whole": False}, 'family "count" is for whole numbers'),
        ("binary", {"high": 2}, "low must be 0 and high 1"),
        ("ordinal", {"high": 40}, '"ordinal" is for 3 to 12 ordered levels'),
        ("count", {"low": -1}, '"count" cannot be below 0'),
        ("duration", {"low": -5}, '"duration" cannot be below 0'),
        ("rating", {"low": 0.5}, "needs low and high to be whole"),
    ],
)
def test_an_outcome_that_is_not_of_the_family_is_refused_by_name(family, outcome, told):
    with pytest.raises(InputError) as error:
        Protocol.build(changed(family, **outcome))
    assert told in str(error.value)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_prior_of_another_family_is_refused_by_name(family):
    for other, names in OWN_PRIORS.items():
        if other == family:
            continue
        name = next(iter(names))
        with pytest.raises(InputError, match=f'priors.{name} is a prior of the family "{other}" alone'):
            make_protocol(family, priors={name: 1.0})


def test_an_unknown_family_is_refused_with_those_there_are():
    content = changed("normal")
    content["analysis"]["family"] = "poisson"
    with pytest.raises(InputError, match="'normal', 'rating', 'student', 'ordinal', 'count', 'binary' or 'duration'"):
        Protocol.build(content)


def test_default_priors_do_not_depend_on_the_unit():
    """The same minutes or seconds: only the level moves, by the logarithm of the unit."""
    low, high, _, _ = OUTCOMES["duration"]
    minutes = make_protocol("duration").priors
    content = changed("duration", low=60 * low, high=60 * high, threshold=600)
    seconds = Protocol.build(content).priors
    assert seconds.level_mean - minutes.level_mean == pytest.approx(math.log(60), abs=1e-5)
    assert seconds.model_copy(update={"level_mean": 0.0}) == minutes.model_copy(update={"level_mean": 0.0})
