"""Many people: each one's own effect with the help of all the others, and what there is to say of all of them.

Two ways that agree: in two stages for any number of people (`likelihood.py`, `pool.py`), and one PyMC
model over all nights for some dozens (`pymc_reference.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import batched
from typing import TYPE_CHECKING, get_args

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.cohort.cohort import Cohort, CohortEngine
from nof1.analyze.cohort.groups import pool_groups
from nof1.analyze.cohort.likelihood import Person, people
from nof1.analyze.cohort.nodes import MEAN_SD
from nof1.analyze.cohort.people import LeftOut, Member, Moderator, alike, alone_columns, unique_names, with_field
from nof1.analyze.cohort.pool import Likelihoods, Pooled, Population, pool_likelihoods
from nof1.analyze.cohort.summaries import OfAll, describe_moderator, summary
from nof1.analyze.reasons import reason_of
from nof1.errors import InputError, Nof1Error
from nof1.record.trial import Trial

if TYPE_CHECKING:
    import pandas as pd

MOST_SAMPLED = 60  # people that one PyMC model is for
_PART = 16  # people that are fitted at a time
_ALONE = 24  # fewer people than this are done here; starting workers would take longer


def pool(
    people: Sequence[Person], *, arm: str | None = None, reference: str | None = None, moderator: str | None = None
) -> Cohort:
    """Pool what `person` found of each trial.

    Parameters
    ----------
    people : sequence of Person
    arm, reference : str, optional
        What is compared; by default what most people compare.
    moderator : str, optional
        A field of the protocol, such as "form" or "dose_mg", that the mean effect may go with.

    Raises
    ------
    InputError
        If two people have one name, or the moderator is nothing to compare by.
    RefusalError
        If nobody has the comparison.
    """
    members, left, found = _members(people, arm, reference, moderator)
    span = members[0][1].span
    likelihoods = Likelihoods.from_grids(
        np.array([pair.grid for _, pair in members]),
        np.array([pair.log_likelihood for _, pair in members]),
        span,
        None if found is None else found.design,
        None if found is None else found.prior_precision(MEAN_SD * span),
    )
    thresholds = _thresholds(members)
    population, pooled = (pool_groups if found and found.many else pool_likelihoods)(likelihoods, thresholds)
    return _cohort(members, left, found, population, pooled, engine="two-stage")


def fit_cohort(
    trials: Mapping[str, Trial] | Sequence[Trial],
    *,
    engine: CohortEngine = "two-stage",
    arm: str | None = None,
    reference: str | None = None,
    moderator: str | None = None,
    seed: int = 1,
    workers: int | None = 1,
) -> Cohort:
    """Estimate everybody's own effect together.

    Parameters
    ----------
    trials : mapping of names to Trial, or sequence of Trial
        Without names the titles of the trials are the names.
    engine : {"two-stage", "nuts"}
        "two-stage" takes milliseconds a person; "nuts" samples one PyMC model over all nights, of at most 60 people.
    arm, reference, moderator : str, optional
        As in `pool`.
    seed : int
    workers : int, optional
        Processes for the first stage; as many as cores if None.

    Returns
    -------
    Cohort
        A trial that cannot be analyzed or pooled is in `left_out`, with the reason.

    Raises
    ------
    InputError
        If an option is unknown, or the engine is "nuts" and there are more than 60 people.
    RefusalError
        If nobody is left.

    Examples
    --------
    >>> cohort = nof1.fit_cohort({"Ada": trial, "Ben": trial})
    >>> cohort.people["name"].tolist()
    ['Ada', 'Ben']
    """
    if engine not in get_args(CohortEngine):
        raise InputError(f"There is no engine {engine!r}. Choose one of: {', '.join(get_args(CohortEngine))}.")
    if not 0 <= seed < 2**32:
        raise InputError(f"The seed {seed} must be a whole number from 0 to {2**32 - 1}.")
    named = dict(trials) if isinstance(trials, Mapping) else _titled(trials)
    if engine == "nuts" and len(named) > MOST_SAMPLED:
        raise InputError(
            f'The engine "nuts" is for at most {MOST_SAMPLED} people; these are {len(named)}. Use engine="two-stage".'
        )
    found, refused = _studied(named, seed, workers)
    if engine == "two-stage":
        cohort = pool(found, arm=arm, reference=reference, moderator=moderator)
        return _with_left(cohort, refused)
    from nof1.analyze.cohort.pymc_reference import sample_cohort

    members, left, groups = _members(found, arm, reference, moderator)
    thresholds = _thresholds(members)
    population, pooled, diagnostics = sample_cohort(
        [named[one.name] for one, _ in members], members[0][1].arm, groups, thresholds, members[0][1].span, seed=seed
    )
    cohort = _cohort(members, left, groups, population, pooled, engine="nuts", diagnostics=diagnostics)
    return _with_left(cohort, refused)


def _titled(trials: Sequence[Trial]) -> dict[str, Trial]:
    return dict(zip(unique_names([trial.protocol.title for trial in trials]), trials, strict=True))


def _studied(named: Mapping[str, Trial], seed: int, workers: int | None) -> tuple[list[Person], list[LeftOut]]:
    """Everybody's first stage, and who could not be analyzed."""
    parts = [dict(part) for part in batched(named.items(), _PART)]
    if workers == 1 or len(named) < _ALONE:
        answers = [people(part, seed=seed) for part in parts]
    else:
        import joblib

        with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
            answers = joblib.Parallel(n_jobs=workers or joblib.cpu_count())(
                joblib.delayed(people)(part, seed=seed) for part in parts
            )
    found = list(zip(named, (one for part in answers for one in part), strict=True))
    refused = [(name, reason_of(one)) for name, one in found if isinstance(one, Nof1Error)]
    return [one for _, one in found if isinstance(one, Person)], refused


def _with_left(cohort: Cohort, refused: list[LeftOut]) -> Cohort:
    return replace(cohort, left_out=(*refused, *cohort.left_out))


def _thresholds(members: Sequence[Member]) -> Array:
    """The smallest change worth having to each person; 0, which is any change at all, where nobody stated one."""
    return np.array([pair.threshold or 0.0 for _, pair in members])


def _members(
    people: Sequence[Person], arm: str | None, reference: str | None, moderator: str | None
) -> tuple[list[Member], list[LeftOut], Moderator | None]:
    members, left = alike(people, arm=arm, reference=reference)
    if moderator is None:
        return members, left, None
    members, without, found = with_field(members, moderator)
    return members, left + without, found


def _cohort(
    members: Sequence[Member],
    left: Sequence[LeftOut],
    moderator: Moderator | None,
    population: Population,
    pooled: Pooled,
    *,
    engine: CohortEngine,
    diagnostics: Mapping[str, float] | None = None,
) -> Cohort:
    """Everything that is said, from the posterior of either engine."""
    first = members[0][1]
    stated = [pair.threshold for _, pair in members if pair.threshold is not None]
    threshold = float(np.median(stated)) if stated else None
    design = np.ones((len(members), 1)) if moderator is None else moderator.design
    of_all = OfAll(population, design, first.better, threshold or 0.0)
    return Cohort(
        arm=first.arm,
        reference=first.reference,
        outcome=first.outcome,
        measure=first.measure,
        better=first.better,
        scale=first.scale,
        threshold=threshold,
        engine=engine,
        people=_table(members, moderator, pooled),
        mean=summary(of_all.mean(), population.weight),
        spread=summary(population.spread, population.weight),
        share_benefit=summary(of_all.share(better=True), population.weight),
        share_harmed=summary(of_all.share(better=False), population.weight),
        next_person=of_all.next_person(),
        moderator=None if moderator is None else describe_moderator(moderator, population),
        left_out=tuple(left),
        diagnostics=dict(diagnostics or {}),
        unit=first.unit,
        labels=first.labels if len({pair.labels for _, pair in members}) == 1 else ("", ""),
        adopted=all(one.adopted for one, _ in members),
        days=all(one.days for one, _ in members),
    )


def _table(members: Sequence[Member], moderator: Moderator | None, pooled: Pooled) -> "pd.DataFrame":
    import pandas as pd

    frame = pd.DataFrame(alone_columns(members))
    higher = members[0][1].better == "higher"
    frame["pooled_mean"], frame["pooled_sd"] = pooled.mean, pooled.sd
    frame["pooled_lower"], frame["pooled_upper"] = pooled.lower, pooled.upper
    frame["pooled_p_benefit"] = pooled.above if higher else pooled.below
    frame["pooled_p_harm"] = pooled.below if higher else pooled.above
    frame["shrinkage"] = (frame["pooled_mean"] - frame["mean"]) / frame["sd"]
    frame["threshold"] = np.array([pair.threshold for _, pair in members], dtype=float)
    if frame["threshold"].notna().any():  # beside stated ones, a chance of any change at all would be another number
        frame.loc[frame["threshold"].isna(), ["pooled_p_benefit", "pooled_p_harm"]] = np.nan
    frame["simulated"] = [one.simulated for one, _ in members]
    if moderator is not None:
        named = [moderator.groups[int(value)] for value in moderator.values] if moderator.groups else moderator.values
        frame["moderator"] = named
    return frame
