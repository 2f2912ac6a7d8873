"""Three groups of people or more: means, differences and spread against second computations, and what is said of them."""

import numpy as np
import pytest
from cohorts import made_people
from scipy import stats
from scipy.special import logsumexp

from nof1 import InputError
from nof1.analyze.cohort.fit import pool
from nof1.analyze.cohort.groups import pool_groups
from nof1.analyze.cohort.people import Moderator
from nof1.analyze.cohort.pool import Likelihoods
from nof1.language import speaking
from nof1.report.words.cohort import group_rows, moderator_sentence

SPAN, SD = 10.0, 2.0  # of the scale, and of the prior of a mean
FORMS = ("citrate", "glycinate", "oxide")


def people_of(forms):
    """Made-up people of these forms, one each."""
    people = made_people(len(forms))
    return [
        type(one)(
            one.name,
            (type(one.pairs[0])(**one.pairs[0].__dict__ | {"fields": {"form": form}}),),
            one.protocol_sha256,
            one.diary_sha256,
            one.nights,
            one.simulated,
        )
        for one, form in zip(people, forms, strict=True)
    ]


def normal_people(counts, means, *, spread=0.5, seed=1):
    """Peaks and sds of normal likelihoods, and the group of each person."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(counts)), counts)
    sd = rng.uniform(0.3, 1.2, len(group))
    return np.array(means)[group] + rng.normal(0, np.hypot(spread, sd)), sd, group


def likelihoods(peaks, sd, group):
    grids = peaks[:, None] + sd[:, None] * np.linspace(-40, 40, 401)
    moderator = Moderator("form", tuple("abcdefgh"[: group.max() + 1]), group.astype(float))
    logs = -0.5 * ((grids - peaks[:, None]) / sd[:, None]) ** 2
    return Likelihoods.from_grids(grids, logs, SPAN, moderator.design, moderator.prior_precision(SD))


def generalized_least_squares(peaks, sd, group):
    """The same with the spread on a fine grid: given it everything is normal. Means of groups with their covariance; mean spread."""
    count = group.max() + 1
    x = np.eye(count)[group]
    prior = np.linalg.inv(SD**2 * (np.ones((count, count)) + 0.5 * np.eye(count)))
    zetas = (np.arange(1500) + 0.5) * 4 / 1500
    logs, means, covariances = [], [], []
    for zeta in zetas:
        weights = 1 / (sd**2 + zeta**2)
        covariance = np.linalg.inv(x.T @ (x * weights[:, None]) + prior)
        right = x.T @ (weights * peaks)
        fit = 0.5 * np.log(weights).sum() - 0.5 * weights @ peaks**2 + 0.5 * right @ covariance @ right
        logs.append(fit + 0.5 * np.linalg.slogdet(covariance)[1] - 0.5 * zeta**2)
        means.append(covariance @ right)
        covariances.append(covariance)
    weight = np.exp(np.array(logs) - logsumexp(logs))
    mean = weight @ np.array(means)
    away = np.array(means) - mean
    covariance = np.einsum("z,zij->ij", weight, np.array(covariances) + away[:, :, None] * away[:, None])
    return mean, covariance, weight @ zetas


@pytest.mark.slow
@pytest.mark.parametrize("counts", [(4, 5, 6), (60, 3, 40, 7, 25)])
def test_it_equals_generalized_least_squares(counts):
    peaks, sd, group = normal_people(counts, np.linspace(-2, 0.5, len(counts)))
    population, pooled = pool_groups(likelihoods(peaks, sd, group), np.ones(len(peaks)))
    mean, covariance, spread = generalized_least_squares(peaks, sd, group)
    own = np.sqrt(np.diag(covariance))
    weight, found = population.weight, population.coefficients
    np.testing.assert_allclose(found @ weight, mean, atol=0.03 * own.min())
    centred = found - (found @ weight)[:, None]
    np.testing.assert_allclose((centred * weight) @ centred.T, covariance, atol=0.04 * own.max() ** 2)
    assert weight @ population.spread == pytest.approx(spread, rel=0.02)
    assert np.all((pooled.lower < pooled.mean) & (pooled.mean < pooled.upper))


@pytest.mark.slow
def test_it_equals_brute_force_where_likelihoods_are_skewed():
    """Given M and zeta the groups are independent, and each is one integral."""
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(3), 3)
    grid = np.linspace(-15, 15, 601)
    peaks = np.array([-2.0, -1.0, 1.0])[group] + rng.normal(0, 0.7, 9)
    rows = [
        np.logaddexp(stats.norm.logpdf(grid, peak, 0.4), np.log(0.5) + stats.norm.logpdf(grid, peak - 1.5, 1.2))
        for peak in peaks
    ]
    logs = np.array(rows) - np.max(rows, axis=1, keepdims=True)
    moderator = Moderator("form", FORMS, group.astype(float))
    people = Likelihoods.from_grids(np.tile(grid, (9, 1)), logs, SPAN, moderator.design, moderator.prior_precision(SD))
    population, _ = pool_groups(people, np.ones(9))

    means, overall, zetas = np.linspace(-9, 9, 181), np.linspace(-9, 9, 91), (np.arange(30) + 0.5) * 0.12
    of_group = np.empty((len(zetas), 3, len(means)))
    for i, zeta in enumerate(zetas):
        density = stats.norm.pdf(grid[:, None], means, zeta) * (grid[1] - grid[0])
        each = np.log(np.exp(logs) @ density)
        of_group[i] = [each[group == g].sum(axis=0) for g in range(3)]
    about = stats.norm.logpdf(means, overall[:, None], SD / np.sqrt(2))
    given = logsumexp(of_group[:, None] + about[None, :, None], axis=3)  # (zeta, M, group)
    joint = given.sum(axis=2) + stats.norm.logpdf(overall, 0, SD) - 0.5 * zetas[:, None] ** 2
    weight = np.exp(joint - logsumexp(joint))
    for g in range(3):
        inside = np.exp(of_group[:, None, g] + about[None] - given[:, :, g, None])
        marginal = np.einsum("zm,zmx->x", weight, inside)
        mean = marginal @ means
        sd = np.sqrt(marginal @ (means - mean) ** 2)
        found = population.coefficients[g]
        assert population.weight @ found == pytest.approx(mean, abs=0.04 * sd)
        assert np.sqrt(population.weight @ (found - population.weight @ found) ** 2) == pytest.approx(sd, rel=0.05)
    assert population.weight @ population.spread == pytest.approx(weight.sum(axis=1) @ zetas, rel=0.02)


def test_known_means_of_groups_are_found_and_others_are_not_told_apart():
    counts, truth = (60, 60, 60, 60), (-2.0, -1.0, -1.0, 0.5)
    population, _ = pool_groups(likelihoods(*normal_people(counts, truth, seed=3)), np.ones(240))
    for g, mean in enumerate(truth):
        values = population.coefficients[g]
        at = population.weight @ values
        sd = np.sqrt(population.weight @ (values - at) ** 2)
        assert abs(at - mean) < 3 * sd
        assert sd < 0.2
    same = population.coefficients[1] - population.coefficients[2]
    assert 0.02 < population.weight @ (same > 0) < 0.98


@pytest.mark.slow
def test_names_of_groups_do_not_count():
    forms = [FORMS[i % 3] for i in range(30)]
    renamed = [{"citrate": "z", "glycinate": "a", "oxide": "m"}[form] for form in forms]
    first, second = (pool(people_of(some), moderator="form") for some in (forms, renamed))
    by_name = {group["value"]: group for group in second.moderator["groups"]}
    for group in first.moderator["groups"]:
        other = by_name[{"citrate": "z", "glycinate": "a", "oxide": "m"}[group["value"]]]
        assert other["mean"] == pytest.approx(group["mean"], abs=0.03 * group["sd"])
        assert other["interval"] == pytest.approx(group["interval"], abs=0.08 * group["sd"])
    np.testing.assert_allclose(second.people["pooled_mean"], first.people["pooled_mean"], atol=0.02)


@pytest.mark.slow
def test_two_groups_and_three_agree_where_the_third_says_little():
    """A third group of two people, far less known than the others, changes little of these."""
    forms = ["citrate", "oxide"] * 15
    two = pool(people_of(forms), moderator="form").moderator["groups"]
    three = pool(people_of([*forms, "malate", "malate"]), moderator="form").moderator["groups"]
    for one, other in zip(two, [three[0], three[2]], strict=True):
        assert one["value"] == other["value"]
        assert other["mean"] == pytest.approx(one["mean"], abs=0.3 * one["sd"])


@pytest.mark.slow
def test_each_group_is_held_against_the_largest_one_in_words_and_in_the_table():
    cohort = pool(people_of(["oxide"] * 9 + ["citrate"] * 6 + ["glycinate"] * 5), moderator="form")
    told = cohort.moderator
    assert told["coefficient"] is None
    assert [(row["reference"], row["group"]) for row in told["rows"]] == [("oxide", "citrate"), ("oxide", "glycinate")]
    sentence = moderator_sentence(cohort)
    assert sentence.startswith("form: the effect minus that of oxide, in points: ")
    assert "citrate" in sentence
    assert "glycinate" in sentence
    assert [row[:2] for row in group_rows(cohort)] == [["citrate", "6"], ["glycinate", "5"], ["oxide", "9"]]
    with speaking("de"):
        assert moderator_sentence(cohort).startswith("form: Wirkung ")


@pytest.mark.slow
def test_of_many_groups_those_that_differ_most_are_named():
    cohort = pool(people_of([f"form {i % 7}" for i in range(28)]), moderator="form")
    sentence = moderator_sentence(cohort)
    assert "where they differ most" in sentence
    assert sum(f"form {i} " in sentence for i in range(1, 7)) == 4
    assert len(group_rows(cohort)) == 7


def test_a_field_that_hardly_anybody_shares_is_refused():
    with pytest.raises(InputError, match="form has 4 values among 7 people"):
        pool(people_of(["a", "b", "c", "d", "a", "b", "c"]), moderator="form")


@pytest.mark.slow
def test_memory_and_time_allow_a_thousand_people_in_five_groups():
    peaks, sd, group = normal_people((400, 300, 200, 90, 10), (-2, -1.5, -1, 0, 1), seed=6)
    people = likelihoods(peaks, sd, group)
    population, pooled = pool_groups(people, np.ones(1000))
    mean, covariance, _ = generalized_least_squares(peaks, sd, group)
    away = np.abs(population.coefficients @ population.weight - mean)
    assert np.all(away < 0.05 * np.sqrt(np.diag(covariance)))
    assert pooled.mean.shape == (1000,)
