"""Ratings and outlying nights against second computations: the normal model, weighted draws of the prior, invariance."""

from dataclasses import replace

import numpy as np
import pytest
from known import in_blocks, priors_for, two_arms
from scipy import stats

from nof1.analyze.engines.augmented.fit import fit_augmented
from nof1.analyze.engines.augmented.model import AugmentedModel
from nof1.analyze.engines.augmented.moves import ProposalScale, State, move_collapsed
from nof1.analyze.engines.augmented.nights import RatedNights, StudentNights, truncated_normal
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.model.data import NO_BLOCK, ModelData, build_model_data
from nof1.analyze.model.exposure import exposure
from nof1.errors import InputError, RefusalError

PRIORS = priors_for(0, 10)
NAMES = ("phi", "sigma", "omega", "half_life")


def nights(y, treated, *, day=None, period=None, priors=PRIORS, covariates=None, **parts):
    """ModelData of nights in order, with the parts of the model that are asked for."""
    n = len(y)
    treated = np.asarray(treated, dtype=bool)
    day = np.arange(n) if day is None else np.asarray(day)
    doses = np.zeros((day[-1] + 1, 1))
    doses[day, 0] = treated
    period = np.cumsum(np.diff(treated, prepend=treated[0])) if period is None else period
    covariates = np.empty((n, 0)) if covariates is None else covariates
    named = ("exponential", "trend", "start_up", "period_effects", "autocorrelation")
    on = {name: parts.get(name, False) for name in named}
    return ModelData(
        y=np.asarray(y, dtype=float),
        day=day,
        time=day / day[-1] - 0.5,
        doses=doses,
        treated=doses > 0,
        covariates=covariates,
        covariate_sd=covariates.std(axis=0, ddof=1),
        arm=treated.astype(int),
        period=np.asarray(period),
        period_numbers=tuple(range(1, period[-1] + 2)),
        block=np.full(n, NO_BLOCK),
        block_numbers=(),
        arms=("magnesium",),
        covariate_names=tuple(f"covariate {i}" for i in range(covariates.shape[1])),
        priors=priors,
        **on,
    )


ALL = {"exponential": True, "trend": True, "period_effects": True, "autocorrelation": True}


def simulated(n_nights=84, *, level=5.0, effect=-1.5, sigma=1.4, phi=0.4, length=7, seed=1, missing=0.0, **changes):
    """A trial in periods of `length` nights, rounded and cut to 0-10."""
    rng = np.random.default_rng(seed)
    noise = sigma * rng.standard_normal(n_nights)
    for i in range(1, n_nights):
        noise[i] = phi * noise[i - 1] + np.sqrt(1 - phi**2) * noise[i]
    treated = np.arange(n_nights) // length % 2 == 1
    y = np.clip(np.rint(level + effect * treated + noise), 0, 10)
    kept = np.flatnonzero(rng.random(n_nights) >= missing)
    period = np.unique(kept // length, return_inverse=True)[1]
    return nights(y[kept], treated[kept], day=kept, period=period, **(ALL | changes))


def ess(draws, method="bulk", **extra):
    from arviz_stats.base import array_stats

    return float(array_stats.ess(draws, chain_axis=0, draw_axis=1, method=method, **extra))


def assert_same(draws, mean, sd, *, other_ess=np.inf, sds=4.5):
    """Mean and sd of draws are those expected, within Monte Carlo error."""
    error = sds * sd * np.sqrt(1 / ess(draws, "mean") + 1 / other_ess)
    assert draws.mean() == pytest.approx(mean, abs=error)
    heavy = np.sqrt(max(stats.kurtosis(draws, axis=None) + 2, 1) / 4)  # relative error of an sd grows with the kurtosis
    assert draws.std() == pytest.approx(sd, rel=sds * heavy * np.sqrt(1 / ess(draws, "sd") + 1 / other_ess))


def assert_is_the_normal_model(fit, normal):
    for name in NAMES:
        values = getattr(normal, name)
        mean = normal.weights @ values
        assert_same(getattr(fit, name), mean, np.sqrt(normal.weights @ (values - mean) ** 2))
    mean, sd = normal.contrast(np.ones(1))
    centre = normal.weights @ mean
    assert_same(fit.effect[..., 0], centre, np.sqrt(normal.weights @ (sd**2 + (mean - centre) ** 2)))


EXACT = ((2048, 8192),)  # proposals of the marginal engine: its own error must not count


@pytest.mark.parametrize("blocks", [False, True])
def test_student_with_many_degrees_of_freedom_is_the_normal_model(blocks):
    trial = two_arms("exponential")
    data = build_model_data(in_blocks(trial) if blocks else trial)
    fit = fit_augmented(data, "student", low=0, high=12, seed=1, nu_shape=4000, nu_rate=10)
    assert fit.nu.mean() == pytest.approx(400, rel=0.02)
    normal = fit_marginal(data, seed=2, rounds=EXACT)
    assert_is_the_normal_model(fit, normal)
    drawn = marginal_draws(data, normal, seed=3, draws=20_000)
    assert fit.block_offset.shape[2:] == (2 * blocks,)
    for name in ("start_up", "block_offset", "period_offset") if blocks else ("period_offset",):
        mine, theirs = getattr(fit, name), drawn[name].to_numpy()
        for column in np.ndindex(mine.shape[2:]):
            other = theirs[(..., *column)]
            assert_same(mine[(..., *column)], other.mean(), other.std(), other_ess=20_000)


@pytest.mark.slow
def test_rating_on_a_fine_scale_is_the_normal_model():
    """Fifty times the scale and the priors: rounding then does nothing. Covariates and gaps are there, too."""
    rng = np.random.default_rng(3)
    data = simulated(56, missing=0.2, seed=4)
    fine = replace(
        data,
        y=np.rint(50 * (data.y + rng.uniform(-0.5, 0.5, data.n))),
        priors=priors_for(0, 500),
        covariates=rng.standard_normal((data.n, 1)),
        covariate_sd=np.ones(1),
        covariate_names=("stress",),
    )
    fit = fit_augmented(fine, "rating", low=-1000, high=1500, seed=1)
    assert fit.covariate_effect.shape == (*fit.effect.shape[:2], 1)
    assert np.all(np.isnan(fit.nu))
    assert_is_the_normal_model(fit, fit_marginal(fine, seed=2, rounds=EXACT))


def prior_draws(data, count, rng):
    """Draws of the prior, and the mean of every night for each, shape (n, count)."""
    priors = data.priors
    draws = {
        "level": rng.normal(priors.level_mean, priors.level_sd, count),
        "effect": rng.normal(0, priors.effect_sd, count),
        "sigma": np.abs(rng.normal(0, priors.noise_scale, count)),
        "phi": 2 * rng.beta(priors.autocorrelation_a, priors.autocorrelation_b, count) - 1
        if data.autocorrelation
        else np.zeros(count),
    }
    return draws, draws["level"] + data.doses[data.day] * draws["effect"]


def prior_nu(count, rng):
    nu = rng.gamma(2, 10, 2 * count)
    return nu[nu >= 1][:count]


def log_student(data, draws, mean, nu):
    """Each night given the one before, by the t density of SciPy."""
    e = data.y[:, None] - mean
    total = stats.t.logpdf(e[0], nu, scale=draws["sigma"])
    for i in range(1, data.n):
        carried = draws["phi"] ** (data.day[i] - data.day[i - 1])
        total += stats.t.logpdf(e[i], nu, loc=carried * e[i - 1], scale=draws["sigma"] * np.sqrt(1 - carried**2))
    return total


def log_rating(data, draws, mean, rng):
    """Unbiased estimate of every draw's likelihood by one pass of GHK (Geweke 1991); exact without autocorrelation."""
    total, e = 0.0, None
    for i in range(data.n):
        carried = 0.0 if i == 0 else draws["phi"] ** (data.day[i] - data.day[i - 1])
        centre = mean[i] + (0.0 if i == 0 else carried * e)
        sd = draws["sigma"] * np.sqrt(1 - carried**2)
        ends = [data.y[i] - 0.5 if data.y[i] > 0 else -np.inf, data.y[i] + 0.5 if data.y[i] < 10 else np.inf]
        low, high = (stats.norm.cdf((end - centre) / sd) for end in ends)
        with np.errstate(divide="ignore"):
            total = total + np.log(high - low)
        unit = np.clip(low + rng.random(len(low)) * (high - low), 1e-12, 1 - 1e-12)
        e = centre + sd * stats.norm.ppf(unit) - mean[i]
    return total


TINY = {
    "plain": nights([3, 4, 2, 0, 1, 0, 1], [0, 0, 0, 1, 1, 1, 1]),
    "autocorrelated": nights([9, 10, 7, 5, 6, 4], [0, 0, 1, 1, 1, 0], day=[0, 1, 3, 4, 5, 8], autocorrelation=True),
}


@pytest.mark.parametrize("family", ["student", "rating"])
@pytest.mark.parametrize("case", TINY)
def test_equals_weighted_draws_of_the_prior(case, family):
    data, rng = TINY[case], np.random.default_rng(5)
    draws, mean = prior_draws(data, 300_000, rng)
    if family == "student":
        draws["nu"] = prior_nu(len(draws["level"]), rng)
        log_weights = log_student(data, draws, mean, draws["nu"])
    else:
        log_weights = log_rating(data, draws, mean, rng)
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    other_ess = 1 / np.sum(weights**2)
    assert other_ess > 1500
    fit = fit_augmented(data, family, low=0, high=10, seed=6)
    for name, values in draws.items():
        if np.ptp(values) == 0:
            continue
        centre = weights @ values
        got = fit.effect[..., 0] if name == "effect" else getattr(fit, name)
        assert_same(got, centre, np.sqrt(weights @ (values - centre) ** 2), other_ess=other_ess)


def from_the_prior(model, family, chains, rng):
    """States that are draws of the prior, each with nights drawn given it: exact draws of as many posteriors."""
    data, base, priors = model.data, model.base, model.data.priors
    natural = {
        "phi": 2 * rng.beta(priors.autocorrelation_a, priors.autocorrelation_b, chains) - 1,
        "sigma": np.abs(rng.normal(0, priors.noise_scale, chains)),
        "omega": np.abs(rng.normal(0, priors.period_scale, chains)),
        "half_life": np.exp(rng.normal(np.log(priors.half_life_median), priors.half_life_log_sd, chains)),
    }
    coefficients = rng.standard_normal((base.c, chains)) / np.sqrt(base.precision)[:, None]
    offsets = natural["omega"] * rng.standard_normal((base.n_periods, chains))
    of_blocks = np.zeros((data.n, chains))
    if base.period_block is None:  # blocks have columns, after level, trend and start-up
        of_blocks = coefficients[3 : 3 + len(data.block_numbers)][data.block]
    elif data.block_numbers:
        offsets += priors.block_sd * rng.standard_normal((len(data.block_numbers), chains))[base.period_block]
    nu = prior_nu(chains, rng)
    x = exposure(data.doses, natural["half_life"])[..., 0].T[data.day]
    mean = (
        coefficients[0] + data.time[:, None] * coefficients[1] + x * coefficients[-1] + offsets[data.period] + of_blocks
    )
    if data.start_up:
        mean += 2.0 ** (-data.day / 5)[:, None] * coefficients[2]
    e = np.empty_like(mean)
    for i, gap in enumerate(np.diff(data.day, prepend=-1)):
        z = rng.standard_t(nu) if family == "student" else rng.standard_normal(chains)
        carried = natural["phi"] ** gap if i else np.zeros(chains)
        e[i] = (carried * e[i - 1] if i else 0) + natural["sigma"] * np.sqrt(1 - carried**2) * z
    state = State(base.coordinates(natural), mean + e, None, nu, coefficients, offsets)
    if family == "student":
        return StudentNights(2, 0.1), state
    rating = np.clip(np.rint(state.outcome + priors.level_mean), 0, 10)
    lower = np.where(rating <= 0, -np.inf, rating - 0.5) - priors.level_mean
    upper = np.where(rating >= 10, np.inf, rating + 0.5) - priors.level_mean
    return RatedNights(lower, upper), state


def nights_in_blocks(data, size):
    """The same with a start-up and with blocks of so many periods."""
    numbers, block = np.unique(data.period // size, return_inverse=True)
    return replace(data, start_up=True, block=block, block_numbers=tuple(int(number) + 1 for number in numbers))


BLOCKS = {
    "no blocks": lambda data: data,
    "pairs": lambda data: nights_in_blocks(data, 2),
    "four": lambda data: nights_in_blocks(data, 4),
}


@pytest.mark.parametrize("blocks", BLOCKS)
@pytest.mark.parametrize("family", ["student", "rating"])
def test_sweeps_leave_the_posterior_as_it_is(family, blocks):
    """Geweke 2004: parameters from the prior, nights given them, then sweeps given the nights: still the prior.

    Every chain has a data set of its own, so 1,500 posteriors are tested at once. That the parameters follow their
    nights, too, is seen in their products with them.
    """
    rng = np.random.default_rng(7)
    data = BLOCKS[blocks](simulated(28, length=4 if blocks == "four" else 7, seed=2, missing=0.15))
    model = AugmentedModel(data)
    assert (model.base.period_block is None) == (blocks == "four")
    behind, start = from_the_prior(model, family, 1500, rng)
    if family == "student":
        state = behind._weigh(start, behind._squares(model, start, model.base.split(start.theta), 1)[0], rng)
    else:
        state = start
    joint = ProposalScale.from_points(np.column_stack([start.theta, np.log(start.nu)]))
    for _ in range(12):
        state = move_collapsed(
            model, behind.sweep(model, state, joint, rng), ProposalScale.from_points(start.theta), rng
        )
    before, after = (numbers(model, s, family) for s in (start, state))
    seen = behind.lower.clip(-6) if family == "rating" else start.outcome
    on = data.doses[data.day, 0] > 0
    contrast = np.tanh(seen[on].mean(axis=0) - seen[~on].mean(axis=0))
    spread = np.log(0.1 + seen.std(axis=0))
    for name, values in before.items():
        assert np.corrcoef(values, after[name])[0, 1] < 0.97, name  # it has moved
        # Both in ranks among all, from -1 to 1: differences of a chain from itself are small, so little goes unseen.
        rank = 2 * stats.rankdata(np.concatenate([values, after[name]])) / (2 * len(values)) - 1
        start_rank, end_rank = np.split(rank, 2)
        products = {"mean": np.ones(len(values)), "contrast": contrast, "spread": spread - spread.mean()}
        for what, statistic in products.items():
            assert_balanced((end_rank - start_rank) * statistic, f"{name}, {what}")
        assert_balanced(end_rank**2 - start_rank**2, f"{name}, square")


def assert_balanced(change, what):
    assert abs(change.mean()) < 4.5 * change.std() / np.sqrt(len(change)), what


def numbers(model, state, family):
    natural = model.base.split(state.theta)
    out = {**natural, "level": state.coefficients[0], "trend": state.coefficients[1], "effect": state.coefficients[-1]}
    out |= {"start-up": state.coefficients[2]} if model.data.start_up else {}
    out |= {"first offset": state.offsets[0], "difference": state.offsets[1] - state.offsets[0]}
    return out | ({"nu": state.nu} if family == "student" else {"night": state.outcome[3]})


@pytest.mark.slow
def test_one_wild_night_moves_the_normal_effect_but_hardly_the_student_one():
    plain = {"autocorrelation": False, "exponential": False, "period_effects": False}
    data = simulated(42, sigma=0.8, phi=0, seed=3, **plain)
    data = replace(data, y=data.y + np.random.default_rng(1).uniform(-0.5, 0.5, data.n))
    wild = replace(data, y=data.y + 20 * (np.arange(data.n) == 10))

    def normal(terms_):
        fitted = fit_marginal(terms_, seed=1)
        return fitted.weights @ fitted.effect_mean[:, 0]

    before, after = (fit_augmented(d, "student", low=0, high=10, seed=1) for d in (data, wild))
    moved = abs(after.effect.mean() - before.effect.mean())
    assert moved < 0.5 * before.effect.std()
    assert abs(normal(wild) - normal(data)) > 3 * moved
    assert after.nu.mean() < 0.5 * before.nu.mean()


@pytest.mark.parametrize(
    ("family", "data"),
    [
        ("student", simulated(10, length=3, seed=6)),
        ("rating", simulated(10, length=3, seed=6)),
        ("student", simulated(missing=0.6, seed=7)),
        ("rating", simulated(missing=0.6, seed=7)),
        ("rating", simulated(28, length=1, seed=8, exponential=False)),
        ("rating", nights([4, 4, 5, 4, 7, 7], [0, 0, 0, 1, 1, 1])),
    ],
    ids=["ten, student", "ten, rating", "missing, student", "missing, rating", "nightly", "six"],
)
def test_answers_however_few_or_scattered_the_nights(family, data):
    """Warnings are errors here, so nothing overflows on the way."""
    fit = fit_augmented(data, family, low=0, high=10, seed=1)
    assert fit.rhat_max <= 1.02
    assert fit.ess_min >= 400
    for name in ("level", "trend", "effect", "period_offset", "phi", "sigma", "omega"):
        assert np.all(np.isfinite(getattr(fit, name)))
    assert fit.effect.shape == (*fit.sigma.shape, 1)
    assert fit.period_offset.shape == (*fit.sigma.shape, len(data.period_numbers) if data.period_effects else 0)
    assert np.all(np.isnan(fit.half_life)) == (not data.exponential)


@pytest.mark.parametrize("family", ["student", "rating"])
def test_refuses_where_nearly_all_nights_are_at_the_end_of_the_scale(family):
    data = simulated(28, level=9.8, effect=3.0, sigma=0.7, seed=9)
    with pytest.raises(RefusalError):
        fit_augmented(data, family, low=0, high=10, seed=1, sweeps=(300,))


def test_student_refuses_whole_numbers_that_level_and_effect_meet():
    """30 of 56 nights are 5 off and 3 on: with nu near 1 the density has no end as the spread goes to zero."""
    y = np.r_[np.full(15, 5), np.arange(13) % 4, np.full(15, 3), 4 + np.arange(13) % 5]
    treated = np.repeat([0, 1], 28)
    with pytest.raises(RefusalError, match="30 of 56"):
        fit_augmented(nights(np.where(np.arange(56) == 20, 30, y), treated), "student", low=0, high=30, seed=1)


@pytest.mark.slow
def test_floor_makes_the_effect_larger_than_the_ratings_show():
    """A true effect of -2 below the floor: ratings cut at 0 hide a part of it, the family "rating" does not."""
    data = simulated(56, level=1.5, effect=-2.0, sigma=1.2, seed=12, exponential=False, trend=False)
    assert np.mean(data.y == 0) >= 0.5
    fit = fit_augmented(data, "rating", low=0, high=10, seed=1)
    normal = fit_marginal(data, seed=1)
    assert fit.effect.mean() < normal.weights @ normal.effect_mean[:, 0] - 0.4
    assert fit.effect.mean() == pytest.approx(-2, abs=2.5 * fit.effect.std())


def test_same_seed_same_answer():
    one, again = (fit_augmented(TINY["plain"], "rating", low=0, high=10, seed=1) for _ in range(2))
    np.testing.assert_array_equal(one.effect, again.effect)


@pytest.mark.parametrize(("rating", "says"), [(3.5, "whole number"), (11, "from 0 to 10"), (-1, "from 0 to 10")])
def test_refuses_ratings_that_are_none(rating, says):
    data = replace(TINY["plain"], y=np.r_[TINY["plain"].y[:-1], rating])
    with pytest.raises(InputError, match=says):
        fit_augmented(data, "rating", low=0, high=10, seed=1)


def test_refuses_chains_that_had_no_time_to_agree():
    with pytest.raises(RefusalError, match="R-hat"):
        fit_augmented(simulated(), "rating", low=0, high=10, seed=1, sweeps=(20,))


@pytest.mark.parametrize(
    ("low", "high"),
    [(-0.5, 0.5), (1, 1.2), (-np.inf, -6), (8, 9), (-30.2, -30), (40, 41), (-np.inf, -60), (500, np.inf)],
)
def test_truncated_normal_has_the_right_distribution_however_far(low, high):
    draws = truncated_normal(np.full(4000, float(low)), np.full(4000, float(high)), np.random.default_rng(1))
    assert np.all((draws >= low) & (draws <= high))
    # The probability above (below) a point, relative to the interval's, in logarithms from the side where it is small.
    a, b = (low, high) if low + high < 0 else (-high, -low)
    z = draws if low + high < 0 else -draws
    log_a, log_b = stats.norm.logcdf(a), stats.norm.logcdf(b)
    share = np.exp(stats.norm.logcdf(z) - log_b)
    none = np.exp(log_a - log_b)
    assert stats.kstest((share - none) / (1 - none), "uniform").pvalue > 1e-3
