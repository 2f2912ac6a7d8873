"""Nights that say little or nothing: an honest answer, or a refusal that says why; never a tight interval from nothing."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from families import arms_of, make_protocol, make_terms, make_trial, same_nights, sampled

from nof1 import InputError, Nof1Warning, Protocol, RefusalError, Trial, fit
from nof1.analyze.checks.model_checks import left_out_check, predictive_check
from nof1.analyze.engines.choose import estimate
from nof1.analyze.engines.importance import find_modes
from nof1.analyze.engines.inference_data import leave_one_out_tree
from nof1.analyze.engines.marginal import fit_marginal, fit_marginals
from nof1.analyze.engines.nuts import mcse
from nof1.analyze.engines.pair_effects import drawn_rows, further_rows, mixture_rows
from nof1.analyze.engines.posterior import describe_parameters
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.effects import SETTLED
from nof1.analyze.schema import plain

SURE = ("helps", "worsens")


def protocol_of(family="normal", *, high=None, **changes):
    """Four blocks of periods of five nights, 42 nights, or the small design of another family."""
    shape = {"blocks": 4, "period_nights": 5} if family == "normal" else {}
    protocol = make_protocol(family, **(shape | changes))
    if high is None:
        return protocol
    content = protocol.to_dict()
    content["outcome"] |= {"high": high, "threshold": high / 10}
    del content["analysis"]["priors"]
    return Protocol.build(content)


def usual(protocol, *, level=5.0, sd=1.2, seed=0):
    """Nights without any effect, on a 0-10 scale."""
    return np.clip(level + sd * np.random.default_rng(seed).standard_normal(protocol.nights), 0, 10)


def on(protocol):
    return arms_of(protocol)[0] == "magnesium"


def without(outcome, gone):
    return np.where(gone, np.nan, outcome)


def quick(protocol, outcome, *, sensitivity=False, **recorded):
    """Effects by the whole quick analysis, whose record must be plain JSON with finite numbers."""
    result = fit(make_trial(protocol, outcome, **recorded), engine="marginal", sensitivity=sensitivity)
    json.dumps(result.record.to_dict(), allow_nan=False)
    return result.lead[0]


def least_sd(data):
    """Half the standard error of a difference of two independent means with the spread of the nights about arm and period.

    Effects under build-up, trends, neighbours that are alike and periods that differ can only be known less well; the half
    allows for what the priors add and for a spread that happens to come out small.
    """
    groups = np.unique(np.column_stack([data.doses[data.day, 0], data.period]), axis=0, return_inverse=True)[1].ravel()
    means = np.bincount(groups, data.y) / np.bincount(groups)
    freedom = max(data.n - len(means), 1)
    sigma = np.sqrt(np.sum((data.y - means[groups]) ** 2) / freedom)
    treated = int(np.sum(data.doses[data.day, 0] > 0))
    return 0.5 * sigma * np.sqrt(1 / treated + 1 / (data.n - treated))


def assert_honest(effect, data, protocol):
    """Not tighter than a comparison that knows more, not wider than what was believed before."""
    assert effect.full.sd >= least_sd(data)
    assert effect.full.sd <= 1.05 * protocol.priors.effect_sd
    for one in (effect.full, effect.over_nights):
        low, high = one.interval
        assert low < one.mean < high


def few_at_the_floor(protocol, count):
    """All nights at the floor but one or two."""
    out = np.full(protocol.nights, protocol.outcome.low + (5.0 if protocol.analysis.family == "duration" else 0.0))
    out[[7, 20][:count]] += [3, 2][:count] if protocol.outcome.high > 1 else 1
    return out


CASES = {
    "one night off the floor": lambda p: few_at_the_floor(p, 1),
    "two nights off the floor": lambda p: few_at_the_floor(p, 2),
    "60 % missing": lambda p: without(usual(p), np.random.default_rng(1).random(p.nights) < 0.6),
    "one rating copied over four nights": lambda p: np.repeat(usual(p), 4)[: p.nights],
    "the first block alone": lambda p: without(usual(p), np.arange(p.nights) >= 12),
    "the first period of each arm, cut short": lambda p: without(usual(p), np.arange(p.nights) >= 9),
    "a step": lambda p: usual(p) + np.where(np.arange(p.nights) < p.nights // 2, 1.5, -1.5),
    "one wild night": lambda p: np.where(
        np.arange(p.nights) == np.flatnonzero(on(p))[4], 10, usual(p, level=3, sd=0.6)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_nights_that_say_little_get_a_wide_interval(name):
    protocol = protocol_of()
    outcome = CASES[name](protocol)
    effect = quick(protocol, outcome)
    assert_honest(effect, build_model_data(make_trial(protocol, outcome)), protocol)
    assert effect.verdict not in SURE


@pytest.mark.parametrize(
    ("design", "nights"),
    [
        ({"blocks": 2, "period_nights": 2}, 10),
        ({"blocks": 2}, 22),
        ({"blocks": 12, "period_nights": 1}, 26),
        ({"blocks": 12, "period_nights": 1, "carryover": "none"}, 26),
        ({"blocks": 71, "period_nights": 7}, 996),
    ],
    ids=["10 nights", "two blocks", "periods of a night", "periods of a night, no carryover", "1000 nights"],
)
def test_small_odd_and_long_designs(design, nights):
    protocol = protocol_of(**design)
    assert protocol.nights == nights
    outcome = usual(protocol)
    fitted = fit_marginal(build_model_data(make_trial(protocol, outcome)), seed=1) if nights > 500 else None
    if fitted is not None:  # the whole analysis of so many nights takes seconds
        mean, sd = fitted.contrast(np.ones(1))
        assert 0.05 < np.sqrt(fitted.weights @ sd**2) < 0.3
        assert abs(fitted.weights @ mean) < 0.5
        return
    effect = quick(protocol, outcome)
    assert_honest(effect, build_model_data(make_trial(protocol, outcome)), protocol)
    assert effect.verdict not in SURE


FLAT = "Within every period"
EXACT = "without anything left over"
TURNS = "in strict turn"
NO_SPREAD = [
    ({}, lambda p: np.full(p.nights, 4.0), "no variation at all"),
    ({}, lambda p: np.zeros(p.nights), "no variation at all"),
    ({}, lambda p: usual(p)[arms_of(p)[1] - 1], FLAT),
    ({}, lambda p: 4.0 - 2 * on(p), FLAT),
    ({}, lambda p: np.linspace(2, 7, p.nights), EXACT),
    ({"period_effects": False}, lambda p: 4.0 - 2 * on(p), EXACT),
    ({"period_effects": False, "carryover": "none"}, lambda p: 4.1 - 2.3 * on(p), EXACT),
    ({"period_effects": False, "autocorrelation": False, "trend": False}, lambda p: 4.1 - 2.3 * on(p), EXACT),
    ({}, lambda p: 4.0 + 3 * 0.5 ** (np.arange(p.nights) / 5), EXACT),
    ({"period_effects": False}, lambda p: 4.0 - 2 * on(p) + 0.5 * ((arms_of(p)[1] - 1) // 2), EXACT),
    ({}, lambda p: 4.0 + np.arange(p.nights) % 2, TURNS),
    ({"period_effects": False}, lambda p: 4.0 + 2 * on(p) + np.arange(p.nights) % 2, EXACT + "|" + TURNS),
]


@pytest.mark.parametrize("family", ["normal", "student", "duration"])
@pytest.mark.parametrize(("parts", "make", "words"), NO_SPREAD)
def test_nights_without_a_spread_of_their_own_are_refused(family, parts, make, words):
    """There is no posterior: the density grows without bound as the spread goes to zero, whatever the engine."""
    protocol = protocol_of(family, **parts)
    outcome = make(protocol)
    if family == "duration":
        outcome = np.exp(0.6 * outcome)
    with pytest.raises(RefusalError, match=words):
        build_model_data(make_trial(protocol, outcome))


def test_one_night_out_of_line_is_enough_for_an_answer():
    """A tenth of a point beside an exact line: the answer is precise because the nights are, and says no more than they do."""
    protocol = protocol_of(period_effects=False)
    outcome = 4.0 - 2 * on(protocol)
    outcome[9] += 0.1
    outcome[30] -= 0.3
    effect = quick(protocol, outcome)
    assert_honest(effect, build_model_data(make_trial(protocol, outcome)), protocol)
    assert effect.leading.interval[0] < -2 < effect.leading.interval[1]


def test_few_nights_in_strict_turn_leave_a_posterior():
    """Ten nights, and level, effect and alternation explain them: the prior of phi still outweighs what that does to the density."""
    protocol = protocol_of(blocks=2, period_nights=2, trend=False, period_effects=False)
    outcome = 4.0 + np.arange(protocol.nights) % 2
    effect = quick(protocol, outcome)
    assert effect.full.sd > 0.1
    assert effect.verdict not in SURE


def test_a_search_that_ends_where_there_is_no_density_says_so():
    """Side by side: no density anywhere, none on one side of the best point, and one with a peak at 1."""

    def log_density(theta, some):
        x = theta[..., 0]
        every = np.stack([np.full_like(x[0], -np.inf)] * 3) if len(some) == 3 else None
        rows = [np.full(x.shape[1], -np.inf), np.where(x[0] > 0, np.nan, -(x[0] ** 2)), -((x[-1] - 1) ** 2)]
        if every is not None:
            rows[1] = np.where(x[1] > 0, np.nan, -(x[1] ** 2))
            return np.stack(rows)
        return np.stack([-((row - 1) ** 2) for row in x])

    modes, curvatures, found = find_modes(log_density, np.zeros((3, 3, 1)))
    assert found.tolist() == [False, False, True]
    assert modes[2, 0] == pytest.approx(1, abs=1e-6)
    assert curvatures[2, 0, 0] == pytest.approx(2, rel=1e-4)


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (lambda p: on(p), "'magnesium'"),
        (lambda p: ~on(p), "'off'"),
        (lambda p: np.arange(p.nights) >= 2, "'magnesium'"),
        (lambda p: np.arange(p.nights) % 14 != 3, "at least 4|No night"),
    ],
    ids=["nothing on", "nothing off", "run-in alone", "three nights"],
)
def test_an_arm_without_nights_and_too_few_of_them_are_refused(gone, words):
    protocol = protocol_of()
    with pytest.raises(RefusalError, match=words):
        quick(protocol, without(usual(protocol), gone(protocol)))


def test_a_night_that_is_there_twice_is_refused():
    protocol = protocol_of()
    trial = make_trial(protocol, usual(protocol))
    with pytest.raises(InputError, match="twice"):
        Trial(protocol, trial.order, (*trial.entries, trial.entries[3]))


@pytest.mark.slow
@pytest.mark.parametrize("high", [1e6, 1e-3])
def test_the_scale_does_not_matter(high):
    """The same nights in other units give the same answer in these units."""
    protocol, other = protocol_of(), protocol_of(high=high)
    effect = quick(protocol, usual(protocol))
    scaled = quick(other, usual(protocol) * high / 10, sensitivity=True)
    for name in ("mean", "sd", "interval"):
        np.testing.assert_allclose(
            np.array(getattr(scaled.leading, name)) * 10 / high, getattr(effect.leading, name), rtol=1e-6
        )
    assert scaled.verdict == effect.verdict
    assert scaled.leading.p_benefit == pytest.approx(effect.leading.p_benefit, abs=1e-9)


@pytest.mark.parametrize("size", [1.0, 1e9, 1e-9])
def test_a_covariate_that_equals_the_arm_leaves_the_effect_to_the_prior(size):
    """What is one and what is the other these nights cannot tell: the interval is about as wide as before them."""
    protocol = protocol_of(covariates=("stress",), carryover="none")
    effect = quick(protocol, usual(protocol), stress=list(size * on(protocol)))
    alone = quick(protocol_of(carryover="none"), usual(protocol))
    assert effect.leading.sd > 0.7 * protocol.priors.effect_sd > 1.2 * alone.leading.sd
    assert effect.verdict == "can't tell yet"


@pytest.mark.parametrize("value", [None, 3.0])
def test_a_covariate_without_values_is_refused_by_name(value):
    protocol = protocol_of(covariates=("stress",))
    with pytest.raises(InputError, match="'stress' does not vary"):
        quick(protocol, usual(protocol), stress=[value] * protocol.nights)


def test_a_covariate_of_one_night_is_an_answer_with_a_word():
    protocol = protocol_of(covariates=("stress",))
    with pytest.warns(Nof1Warning, match="40 nights have no 'stress'"):
        effect = quick(protocol, usual(protocol), stress=[1.0, 2.0, *[None] * (protocol.nights - 2)])
    assert effect.leading.sd >= least_sd(
        terms_quietly(make_trial(protocol, usual(protocol), stress=[1.0, 2.0, *[None] * 40]))
    )


def terms_quietly(trial):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return build_model_data(trial)


@pytest.mark.parametrize(
    ("dose", "words"),
    [
        (lambda on: np.zeros(len(on)), "No dose of 'magnesium'"),
        (lambda on: np.where(np.arange(len(on)) == len(on) - 1, 1.0, 0.0), "'magnesium'"),
        (lambda on: np.where(on & (np.cumsum(on) <= 3), 50.0, 0.0), "less than one full dose"),
        (lambda on: np.where(np.arange(len(on)) == np.flatnonzero(~on)[4], 200.0, 0.0), "less than one full dose"),
    ],
    ids=["none", "crumbs at the end", "three quarters of a dose", "one, on a night off"],
)
def test_doses_that_were_hardly_taken_show_no_effect(dose, words):
    """Over these nights such an effect is nothing by arithmetic, and an interval about nothing would look like knowledge."""
    protocol = protocol_of(dose="taken")
    with pytest.raises(RefusalError, match=words):
        quick(protocol, usual(protocol), dose_mg=list(dose(on(protocol))))


def test_one_dose_taken_says_next_to_nothing_of_the_full_effect():
    protocol = protocol_of(dose="taken")
    dose = np.where(np.arange(protocol.nights) == np.flatnonzero(on(protocol))[3], 200.0, 0.0)
    effect = quick(protocol, usual(protocol), dose_mg=list(dose))
    assert effect.full.sd > 0.5 * protocol.priors.effect_sd
    assert effect.verdict not in SURE


@pytest.mark.slow
def test_a_wild_night_widens_the_normal_interval_and_moves_student_less():
    shift, widths = {}, {}
    for family in ("normal", "student"):
        protocol = protocol_of(family, blocks=3, period_nights=4)
        tame = usual(protocol, level=3, sd=0.6)
        wild = np.where(np.arange(len(tame)) == np.flatnonzero(on(protocol))[4], 10.0, tame)
        before, after = (
            estimate(protocol, build_model_data(make_trial(protocol, y)), seed=1).rows[0] for y in (tame, wild)
        )
        shift[family] = abs(after.full.mean - before.full.mean)
        widths[family] = np.ptp(after.full.interval) / np.ptp(before.full.interval)
        assert after.verdict not in SURE
    assert widths["normal"] > 1.2
    assert shift["student"] < 0.5 * shift["normal"]
    assert widths["student"] < widths["normal"]


def test_a_wild_night_on_a_long_scale():
    """30s on a scale to 100, one of them 100, carry no verdict, and widen the interval."""
    protocol = protocol_of(high=100.0)
    tame = np.rint(30 + 3 * np.random.default_rng(2).standard_normal(protocol.nights))
    wild = np.where(np.arange(len(tame)) == np.flatnonzero(on(protocol))[4], 100.0, tame)
    before, after = quick(protocol, tame), quick(protocol, wild)
    assert after.verdict not in SURE
    assert after.leading.sd > 2 * before.leading.sd


@pytest.mark.slow
@pytest.mark.parametrize("estimand", ["full", "over-nights"])
def test_a_step_in_the_middle_is_not_taken_for_an_effect(estimand):
    """40 trials with no effect whose level falls by 3 points halfway: none claims one, and no more lean than without a step (15 %)."""
    stepped = []
    for i in range(40):
        content = make_protocol("normal", blocks=6, period_nights=5).to_dict()
        content["design"]["seed"] = i + 1
        protocol = Protocol.build(content)
        step = np.where(np.arange(protocol.nights) < protocol.nights // 2, 1.5, -1.5)
        stepped.append(build_model_data(make_trial(protocol, np.clip(step + usual(protocol, seed=i), 0, 10))))
    judged = [mixture_rows(protocol, fitted)[0] for fitted in fit_marginals(stepped, seed=1)]
    leaning = sum(one.verdict in ("leans better", "leans worse") for one in judged)
    covered = sum(one.on(estimand).interval[0] < 0 < one.on(estimand).interval[1] for one in judged)
    assert not any(one.verdict in SURE for one in judged)
    assert leaning <= 6
    assert covered >= 36


@pytest.mark.slow
def test_ratings_at_the_floor_leave_it_open_how_far_below_it_the_nights_are():
    """Where one rating in 26 is off the floor the effect on the scale is small, and that of the latent nights is not known."""
    protocol = protocol_of("rating")
    data = build_model_data(make_trial(protocol, few_at_the_floor(protocol, 2)))
    row = estimate(protocol, data, seed=1).rows[0]
    assert np.ptp(row.full.interval) > 1
    assert row.verdict not in SURE
    with pytest.raises(RefusalError, match="no variation"):
        build_model_data(make_trial(protocol, np.zeros(protocol.nights)))


def test_student_nights_at_the_floor_are_refused_with_the_family_to_take():
    protocol = protocol_of("student")
    with pytest.raises(RefusalError, match='family = "rating"'):
        estimate(protocol, build_model_data(make_trial(protocol, few_at_the_floor(protocol, 2))), seed=1)


@pytest.mark.parametrize("family", ["rating", "student", "duration"])
def test_other_families_stopped_early(family):
    """After the first period of each arm: about as wide as the prior, in the family's own measure."""
    protocol = protocol_of(family)
    usually = {"rating": np.rint, "student": np.asarray, "duration": lambda y: 10 * y}[family](usual(protocol))
    data = build_model_data(make_trial(protocol, without(usually, np.arange(protocol.nights) >= 8)))
    row = estimate(protocol, data, seed=1).rows[0]
    json.dumps(plain(row), allow_nan=False)
    if family == "duration":  # a factor of 1/2 to 2 of half an hour at least
        assert np.ptp(row.full.interval) > 45
    else:
        assert row.full.sd > 0.6 * protocol.priors.effect_sd
    assert row.verdict not in SETTLED


SEPARATED = {
    # Least width of the interval at full exposure, in the outcome's own measure, and least spread as a share of the prior's.
    "binary": (0.5, 0.5),
    "ordinal": (1.5, 0.5),
    "count": (2.0, 0.4),  # a ratio of counts is known better, and its prior is wider, than odds
}


@pytest.mark.slow
@pytest.mark.parametrize("family", SEPARATED)
def test_nights_that_the_arms_separate_and_nights_at_the_floor(family):
    """Every night on has what no night off has: the odds are infinite by the nights alone; priors keep the interval finite, and wide."""
    protocol = make_protocol(family)
    arm = on(protocol)
    data = make_terms(protocol, missing=0)
    top = min(protocol.outcome.high, 6.0)
    for name, outcome in {
        "worse": np.where(arm, top, 0.0),
        "floor": few_at_the_floor(protocol, 1),
    }.items():
        nights = build_model_data(make_trial(protocol, outcome))
        assert same_nights(nights, data)
        tree = sampled(nights).tree
        posterior = tree["posterior"].to_dataset()
        checks = {
            "predictive": predictive_check(nights, tree, whole=True),
            "left out": left_out_check(nights, leave_one_out_tree(nights, posterior, seed=1), None),
            "parameters": describe_parameters(nights, posterior),
            "further": further_rows(protocol, nights, posterior),
        }
        json.dumps(plain(checks), allow_nan=False)
        row = drawn_rows(protocol, nights, posterior, mcse=mcse, seed=1)[0]
        json.dumps(plain(row), allow_nan=False)
        full = row.full
        spread = float(posterior["effect"].std())
        if name == "worse":
            assert full.interval[0] > 0  # 12 nights against 14, all of them: the nights justify a verdict
            width, share = SEPARATED[family]
            assert np.ptp(full.interval) > width
            assert spread > share * protocol.priors.effect_sd
        else:
            assert row.verdict not in SURE
            assert full.interval[0] < 0 < full.interval[1]
            assert spread > 0.7 * protocol.priors.effect_sd
            # Not sure of less than what one night in twelve weighs.
            assert np.ptp(full.interval) > 1 / 12


@pytest.mark.parametrize("family", ["ordinal", "count", "binary", "rating"])
def test_constant_nights_are_refused_in_every_family(family):
    protocol = make_protocol(family)
    with pytest.raises(RefusalError, match="no variation"):
        build_model_data(make_trial(protocol, np.zeros(protocol.nights)))


def test_the_same_answer_whatever_the_nights_order_in_the_diary():
    protocol = protocol_of()
    trial = make_trial(protocol, usual(protocol))
    turned = Trial(protocol, trial.order, trial.entries[::-1])
    one, other = build_model_data(trial), build_model_data(turned)
    assert same_nights(one, other)
    np.testing.assert_array_equal(one.y, other.y)
    assert not same_nights(one, replace(one, trend=False))
