import numpy as np
import pytest
from scipy import integrate, special, stats

from nof1 import InputError
from nof1.analyze.checks.rates import PRECISION, balance_interval, rate_difference, rate_interval

DRAWS = 1_000_000
TAILS = (0.025, 0.975)


@pytest.mark.parametrize(("count", "n"), [(1, 3), (3, 40), (20, 41), (39, 40), (1, 1000)])
def test_a_share_has_the_quantiles_of_its_jeffreys_posterior(count, n):
    assert rate_interval(count, n) == pytest.approx(stats.beta.ppf(TAILS, count + 0.5, n - count + 0.5), abs=1e-12)


@pytest.mark.parametrize("n", [1, 3, 40])
def test_no_event_and_nothing_but_events_reach_the_end(n):
    low, high = rate_interval(0, n)
    assert (low, high) == (0.0, pytest.approx(stats.beta.ppf(0.975, 0.5, n + 0.5)))
    assert rate_interval(n, n) == pytest.approx((1 - high, 1.0))


@pytest.mark.parametrize("n", [5, 20, 60])
def test_intervals_of_shares_hold_the_truth_as_often_as_they_say(n):
    """Every possible count, weighted by its chance: near 0.95 over all shares, and at none far below."""
    ends = np.array([rate_interval(count, n) for count in range(n + 1)])
    shares = np.linspace(0.005, 0.995, 199)
    chance = stats.binom.pmf(np.arange(n + 1), n, shares[:, None])
    coverage = (chance * ((ends[:, 0] <= shares[:, None]) & (shares[:, None] <= ends[:, 1]))).sum(axis=1)
    assert coverage.mean() == pytest.approx(0.95, abs=0.012)
    assert coverage.min() > 0.83


def by_sampling(count, n, seed):
    return np.random.default_rng(seed).beta(count + 0.5, n - count + 0.5, DRAWS)


def assert_same_quantiles(interval, draws, observed):
    """Each end has 2.5 % of the draws beyond it, unless it was moved out to hold what was seen."""
    low, high = interval
    error = 5 * np.sqrt(0.025 * 0.975 / DRAWS)
    for end, beyond in ((low, np.mean(draws < low)), (high, np.mean(draws > high))):
        assert beyond == pytest.approx(0.025, abs=error) or (end == observed and beyond < 0.025)


PAIRS = [(0, 40, 0, 40), (3, 40, 1, 42), (11, 36, 1, 48), (0, 3, 3, 3), (1, 1, 0, 1), (5, 70, 60, 70), (900, 3000, 1000, 3000)]  # fmt: skip


@pytest.mark.parametrize("counts", PAIRS)
def test_a_difference_is_the_one_of_sampled_posteriors(counts):
    found = rate_difference(*counts)
    draws = by_sampling(*counts[:2], 1) - by_sampling(*counts[2:], 2)
    assert found.difference == counts[0] / counts[1] - counts[2] / counts[3]
    assert_same_quantiles(found.interval, draws, found.difference)
    assert found.p_higher == pytest.approx(np.mean(draws > 0), abs=0.003)


@pytest.mark.parametrize("counts", PAIRS)
def test_the_chance_of_a_higher_rate_agrees_with_another_quadrature(counts):
    one = stats.beta(counts[0] + 0.5, counts[1] - counts[0] + 0.5)
    other = stats.beta(counts[2] + 0.5, counts[3] - counts[2] + 0.5)
    # over u = F(q), so that the density's poles are no trouble
    exact, _ = integrate.quad(lambda u: one.sf(other.ppf(u)), 0, 1, limit=500, epsabs=1e-9)
    assert rate_difference(*counts).p_higher == pytest.approx(exact, abs=1e-6)


def beta(count, other):
    """Distribution function and quantiles of Jeffreys' posterior."""
    a, b = count + 0.5, other + 0.5
    return (lambda x: special.betainc(a, b, np.clip(x, 0, 1))), (lambda u: special.betaincinv(a, b, u))


def assert_ends_are_exact(interval, below, observed):
    """A step of twice the precision to either side of an end leaves its tail behind, by an adaptive quadrature over u = F(q)."""
    for end, tail in zip(interval, TAILS, strict=True):
        if end != observed:
            less, more = (
                integrate.quad(below, 0, 1, args=(end + step,), limit=1000, epsabs=1e-11, epsrel=1e-11)[0]
                for step in (-2 * PRECISION, 2 * PRECISION)
            )
            assert less < tail < more


@pytest.mark.parametrize("counts", PAIRS)
def test_the_ends_of_a_difference_are_as_precise_as_they_say(counts):
    (distribution, _), (_, quantile) = (beta(count, n - count) for count, n in (counts[:2], counts[2:]))
    found = rate_difference(*counts)
    assert_ends_are_exact(found.interval, lambda u, x: distribution(quantile(u) + x), found.difference)


@pytest.mark.parametrize("weight", [1.0, 0.5])
@pytest.mark.parametrize("counts", [(2, 2, 0), (4, 3, 3), (1, 0, 9), (82, 25, 170)])
def test_the_ends_of_a_balance_are_as_precise_as_they_say(counts, weight):
    yes, no, neither = counts
    right, _ = beta(yes, no)
    _, quantile = beta(yes + no + 0.5, neither)
    found = balance_interval(*counts, weight=weight, no_prior=0.5)
    observed = (yes - weight * no) / sum(counts)
    assert_ends_are_exact(found, lambda u, x: right((x / quantile(u) + weight) / (1 + weight)), observed)


def test_a_no_weighs_as_much_as_a_yes_if_nothing_else_is_said():
    assert balance_interval(4, 3, 3) == balance_interval(4, 3, 3, weight=1.0, no_prior=0.5)


@pytest.mark.parametrize("counts", PAIRS)
def test_turning_a_comparison_round_turns_its_answer_round(counts):
    one, other = rate_difference(*counts), rate_difference(*counts[2:], *counts[:2])
    assert other.interval == pytest.approx([-end for end in one.interval[::-1]], abs=1e-6)
    assert other.p_higher == pytest.approx(1 - one.p_higher, abs=1e-9)


def test_an_interval_holds_what_was_seen_however_unequal_the_counts():
    for counts in [(0, 1000, 0, 1), (0, 5000, 0, 2), (2, 2, 0, 3), (0, 2, 2, 2), (7, 7, 1, 2000)]:
        found = rate_difference(*counts)
        assert -1 <= found.interval[0] <= found.difference <= found.interval[1] <= 1


def test_intervals_of_differences_hold_the_truth_as_often_as_they_say():
    n = 10
    ends = np.array([[rate_difference(a, n, b, n).interval for b in range(n + 1)] for a in range(n + 1)])
    coverage = []
    for p in (0.05, 0.2, 0.5, 0.8):
        for q in (0.05, 0.3, 0.6):
            chance = np.outer(*(stats.binom.pmf(np.arange(n + 1), n, share) for share in (p, q)))
            inside = (ends[..., 0] <= p - q) & (p - q <= ends[..., 1])
            coverage.append(np.sum(chance * inside))
    assert np.mean(coverage) == pytest.approx(0.95, abs=0.02)
    assert min(coverage) > 0.88


@pytest.mark.parametrize("weight", [1.0, 0.5])
@pytest.mark.parametrize("counts", [(3, 0, 0), (0, 4, 0), (0, 0, 3), (2, 2, 0), (4, 3, 3), (1, 0, 9), (82, 25, 170)])
def test_a_balance_is_the_one_of_a_sampled_dirichlet(counts, weight):
    prior = 0.5 / weight
    shares = np.random.default_rng(3).dirichlet(np.add(counts, [0.5, prior, 0.5]), DRAWS)
    found = balance_interval(*counts, weight=weight, no_prior=prior)
    observed = (counts[0] - weight * counts[1]) / sum(counts)
    assert_same_quantiles(found, shares[:, 0] - weight * shares[:, 1], observed)
    assert found[0] <= observed <= found[1]


@pytest.mark.parametrize("call", [
    lambda: rate_interval(0, 0), lambda: rate_interval(-1, 3), lambda: rate_interval(4, 3),
    lambda: rate_difference(1, 2, 3, 2), lambda: rate_difference(1, 2, 0, 0),
    lambda: balance_interval(0, 0, 0), lambda: balance_interval(-1, 2, 2),
])  # fmt: skip
def test_what_is_no_count_is_refused(call):
    with pytest.raises(InputError, match="is no share: counts go from 0 to n"):
        call()
    with pytest.raises(InputError, match="must be above 0"):
        balance_interval(1, 2, 2, weight=0)
