import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from known import two_arms
from scipy import stats

from nof1.analyze.model.effects import effect_from_draws, effect_from_mixture, mixture_quantile, pairs
from nof1.plan.protocol.protocol import Protocol

PROTOCOL = two_arms().protocol  # lower is better, threshold 1.2


def three_arms():
    content = PROTOCOL.to_dict() | {"arms": [{"name": "1"}, {"name": "2"}, {"name": "3"}]}
    return Protocol.build(content)


def no_error(draws, kind, probability):
    return 0.0


def test_every_active_arm_against_the_reference_then_against_each_other():
    assert [(pair.arm, pair.reference, pair.vector) for pair in pairs(three_arms())] == [
        ("2", "1", (1.0, 0.0)),
        ("3", "1", (0.0, 1.0)),
        ("3", "2", (-1.0, 1.0)),
    ]


def test_a_mixture_of_one_normal_is_that_normal():
    one = np.ones(1)
    effect = effect_from_mixture(PROTOCOL, one, np.array([-2.0]), np.array([0.8]), np.array([1.5]))
    normal = stats.norm(-2, 0.8)
    assert effect.mean == -2.0
    assert effect.sd == pytest.approx(0.8)
    assert effect.interval == pytest.approx(normal.interval(0.95))
    assert effect.p_better == pytest.approx(normal.cdf(0))
    assert effect.p_benefit == pytest.approx(normal.cdf(-1.2))
    assert effect.p_harm == pytest.approx(normal.sf(1.2))
    assert effect.p_small == pytest.approx(normal.cdf(1.2) - normal.cdf(-1.2))
    assert effect.p_night_better == pytest.approx(stats.norm.cdf(2 / np.hypot(0.8, 1.5)))


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.floats(0.1, 1), st.floats(-3, 3), st.floats(0.2, 2)), min_size=1, max_size=6),
    st.floats(0.5, 3),
)
@example(parts=[(1.0, 0.5, 0.25), (0.75, 2.5, 0.5)], spread=1.0)  # the density underflowed far outside its parts
def test_mixture_and_its_own_draws_say_the_same(parts, spread):
    weights, mean, sd = (np.array(column) for column in zip(*parts, strict=True))
    weights = weights / weights.sum()
    exact = effect_from_mixture(PROTOCOL, weights, mean, sd, np.full(len(parts), spread))
    rng = np.random.default_rng(0)
    which = rng.choice(len(parts), 40_000, p=weights)
    drawn = rng.normal(mean[which], sd[which])[None]
    night_better = float(np.mean(stats.norm.cdf(-drawn / spread)))  # lower is better
    loose = effect_from_draws(PROTOCOL, drawn, night_better, no_error)
    assert loose.mean == pytest.approx(exact.mean, abs=0.06)
    assert loose.interval == pytest.approx(exact.interval, abs=0.3)
    for chance in ("p_better", "p_benefit", "p_small", "p_harm", "p_night_better"):
        assert getattr(loose, chance) == pytest.approx(getattr(exact, chance), abs=0.02)
    assert exact.p_benefit + exact.p_small + exact.p_harm == pytest.approx(1)


def test_higher_is_better_turns_the_chances_around():
    content = PROTOCOL.to_dict()
    content["outcome"]["better"] = "higher"
    one = (np.ones(1), np.array([1.0]), np.array([0.5]), np.ones(1))
    up, down = effect_from_mixture(Protocol.build(content), *one), effect_from_mixture(PROTOCOL, *one)
    assert up.p_better == pytest.approx(1 - down.p_better)
    assert up.p_benefit == pytest.approx(down.p_harm)
    assert up.interval == down.interval


FAR_OUT = (1e-12, 1e-9, 0.025, 0.5, 0.975, 1 - 1e-9)


@pytest.mark.parametrize("probability", FAR_OUT)
def test_the_quantile_of_one_normal_is_that_of_the_normal(probability):
    found = mixture_quantile(np.ones(1), np.array([-2.0]), np.array([0.8]), probability)
    assert found == pytest.approx(stats.norm(-2, 0.8).ppf(probability), rel=1e-12)


def test_far_out_the_widest_part_alone_decides():
    """Known answers: out there the other part has no probability left, so the quantile is the wide part's at p over its weight."""
    weights, mean, sd = np.array([0.999, 0.001]), np.array([0.0, 1.0]), np.array([0.01, 2.0])
    assert mixture_quantile(weights, mean, sd, 1e-12) == pytest.approx(stats.norm(1, 2).ppf(1e-9), rel=1e-12)
    near_one = 1 - 1e-12  # what is left above it is not quite 1e-12 in double precision
    assert mixture_quantile(weights, mean, sd, near_one) == pytest.approx(
        stats.norm(1, 2).isf((1 - near_one) / 0.001), rel=1e-12
    )


def test_a_part_without_weight_changes_nothing():
    """Weights underflow to 0: then the bracket begins where the mixture has no probability at all."""
    weights, mean, sd = np.array([0.0, 0.025, 0.975]), np.array([-1e5, -100.0, 100.0]), np.full(3, 1e-3)
    expected = stats.norm(-100, 1e-3).ppf(0.01 / 0.025)
    assert mixture_quantile(weights, mean, sd, 0.01) == pytest.approx(expected, abs=1e-6)
    assert mixture_quantile(weights[1:], mean[1:], sd[1:], 0.01) == pytest.approx(expected, abs=1e-9)


def test_between_two_parts_that_share_no_ground_the_quantile_lies_between_them():
    """Nothing is there: any point between has exactly this probability below it, and the error is at most the gap."""
    weights, mean, sd = np.array([0.025, 0.975]), np.array([-1e6, 1e6]), np.array([1e-3, 1e-3])
    assert -1e6 < mixture_quantile(weights, mean, sd, 0.025) < 1e6
    effect = effect_from_mixture(PROTOCOL, weights, mean, sd, np.ones(2))
    assert np.all(np.isfinite(effect.mcse_interval))
    assert max(effect.mcse_interval) <= 2e6 + 1


@pytest.mark.parametrize("size", [1.0, 1e3, 1e9])
@pytest.mark.parametrize("apart", [1e-15, 1e-13, 1e-11])
def test_parts_that_hardly_differ_are_soon_done(size, apart):
    """Their quantiles are a few steps of the last digit apart: no bracket can be halved for ever."""
    weights, mean = np.full(3, 1 / 3), np.full(3, size)
    for sd in (1e-6 * size * (1 + apart * np.arange(3)), np.full(3, 1e-6 * size)):
        for probability in (1e-12, 0.025, 0.975):
            found = mixture_quantile(weights, mean + apart * size * np.arange(3), sd, probability)
            assert found == pytest.approx(stats.norm.ppf(probability, size, 1e-6 * size), rel=1e-10)


@given(
    st.lists(
        st.tuples(st.floats(1e-6, 1), st.floats(-1e3, 1e3), st.floats(-6, 6).map(lambda power: 10**power)),
        min_size=1,
        max_size=5,
    ),
    st.floats(-12, -0.302).map(lambda power: 10**power),
    st.booleans(),
)
def test_a_quantile_has_its_probability_below_it(parts, probability, mirrored):
    """Held against SciPy's distribution function, on mixtures far wilder than any posterior; nothing overflows on the way."""
    weights, mean, sd = (np.array(column) for column in zip(*parts, strict=True))
    weights = weights / weights.sum()
    where = (
        -mixture_quantile(weights, -mean, sd, 1 - probability)
        if mirrored
        else mixture_quantile(weights, mean, sd, probability)
    )
    probability = 1 - (1 - probability) if mirrored else probability
    width = 1e-11 * np.ptp(mean + sd * stats.norm.ppf(probability)) + 1e-12 * abs(where)
    below = [weights @ stats.norm.cdf(where + side * width, mean, sd) for side in (-1, 1)]
    assert below[0] <= probability * (1 + 1e-9)
    assert below[1] >= probability * (1 - 1e-9)


def test_monte_carlo_errors_are_how_far_other_draws_would_lead():
    """The same posterior from 300 other weighted samples of 400 parts: the answers scatter by what one of them says."""
    rng = np.random.default_rng(4)
    told, errors = [], []
    for _ in range(300):
        mean, sd = rng.normal(0, 1, 400), rng.uniform(0.8, 1.2, 400)
        weights = np.exp(0.3 * mean)  # drawn from the normal at 0, weighted to the one at 0.3
        effect = effect_from_mixture(PROTOCOL, weights / weights.sum(), mean, sd, np.ones(400))
        told.append([effect.mean, effect.sd, *effect.interval])
        errors.append([effect.mcse_mean, effect.mcse_sd, *effect.mcse_interval])
    np.testing.assert_allclose(np.mean(errors, axis=0), np.std(told, axis=0), rtol=0.15)
    np.testing.assert_allclose(np.mean(told, axis=0)[0], 0.3, atol=0.02)


def test_interval_ends_of_a_mixture_are_its_quantiles():
    """Over many mixtures of many parts, as the marginal engine gives them: the chance below each end is what it must be."""
    rng = np.random.default_rng(2)
    for _ in range(200):
        size = int(rng.integers(1, 400))
        weights = rng.dirichlet(np.full(size, 0.3))
        mean, sd = rng.normal(rng.normal(0, 5), rng.uniform(0.01, 3), size), rng.uniform(0.05, 2, size)
        effect = effect_from_mixture(PROTOCOL, weights, mean, sd, np.ones(size))
        below = [weights @ stats.norm.cdf(end, mean, sd) for end in effect.interval]
        assert below == pytest.approx([0.025, 0.975], abs=1e-9)
