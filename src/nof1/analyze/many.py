"""Stage one for many people: each analysed alone, on several cores or machines; those whose nights cannot be are named.

Who was analysed before is taken over. Knows nothing of pooling.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from nof1.analyze.cohort_likelihood import Person, people
from nof1.analyze.finished import Finished
from nof1.analyze.folders import TrialFolder
from nof1.analyze.replicate import Progress
from nof1.errors import InputError, Nof1Error, Nof1Warning
from nof1.files import sha256_bytes
from nof1.record.trial import Trial

CHUNK = 16  # people a task: few enough that a stopped run loses seconds
_ALONE = 12  # fewer people than this are done here; starting workers would take longer
_MOST_WORKERS = 4  # unless asked for more: each needs about 200 MB

_CHANGED = (
    "Its files changed while the others were analysed, or the machine that analysed it sees other files or has another version of nof1. "
    "Run the same command again."
)

_STUMBLES = (ArithmeticError, ValueError, LookupError, TypeError)

# What one person's task gives back: the key, then the answer as plain values, or why there is none.
Answer = tuple[str, dict[str, Any] | None, str]
# Runs a function on every item, here or elsewhere, and gives the results as they come.
Spread = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]


@dataclass(frozen=True)
class Problem:
    """A trial that could not be analysed, and why, in a sentence."""

    name: str
    folder: str
    reason: str


@dataclass(frozen=True)
class Studied:
    """Everybody's own answer.

    Attributes
    ----------
    people : tuple of Person
        In the order of their names.
    problems : tuple of Problem
        Those without an answer.
    computed, taken_over : int
        How many were analysed now, and how many before.
    title : str
        What most of them call the outcome.
    last : date or None
        The last night of all; None if no trial has dates.
    """

    people: tuple[Person, ...]
    problems: tuple[Problem, ...]
    computed: int
    taken_over: int
    title: str = ""
    last: date | None = None

    @property
    def sha256(self) -> str:
        """Hash over the hashes of everybody's protocol and diary; names and their order do not count."""
        lines = sorted(f"{one.protocol_sha256} {one.diary_sha256}\n" for one in self.people)
        return sha256_bytes("".join(lines).encode())


def study(
    trials: Sequence[TrialFolder],
    finished: Finished,
    *,
    seed: int = 1,
    workers: int | None = None,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> Studied:
    """Analyse each person alone, but for those whose answer is there already.

    Parameters
    ----------
    trials : sequence of TrialFolder
    finished : Finished
        Asked first; what is new is kept in it as it comes.
    seed : int
        The same for everybody, so that an answer does not depend on who else is there.
    workers : int, optional
        Processes; as many as there are cores, at most four, if not given.
    spread : callable, optional
        Runs the tasks elsewhere, such as `nof1.analyze.cluster.on_cluster`.
    progress : callable, optional
        Told the stage, the people done and the whole.
    """
    keys, problems = _keys(trials, seed)
    twins = _twins(trials, keys)
    problems += [
        _problem(one, f"It holds the same protocol, order and diary as {twins[one.name]}, so it is counted once.")
        for one in trials
        if one.name in twins
    ]
    wanted = [one for one in trials if one.name in keys and one.name not in twins]
    answers = finished.find(keys[one.name] for one in wanted)
    taken_over = len(answers)
    left = [one for one in wanted if keys[one.name] not in answers]
    done, whole = taken_over + len(trials) - len(wanted), len(trials)
    reasons: dict[str, str] = {}
    tasks = [tuple((keys[one.name], one, seed) for one in left[i : i + CHUNK]) for i in range(0, len(left), CHUNK)]
    if progress is not None:
        progress("people", done, whole)
    for rows in (spread or _here(workers, len(left)))(answer_all, tasks):
        new = {key: told for key, told, _ in rows if told is not None}
        finished.keep(new)
        answers |= new
        reasons |= {key: reason for key, told, reason in rows if told is None}
        done += len(rows)
        if progress is not None:
            progress("people", done, whole)
    problems += [_problem(one, reasons[keys[one.name]]) for one in wanted if keys[one.name] in reasons]
    found = [(one.name, answers[keys[one.name]]) for one in wanted if keys[one.name] in answers]
    titles = Counter(str(told.get("title", "")) for _, told in found)
    nights = [date.fromisoformat(told["last"]) for _, told in found if told.get("last")]
    return Studied(
        people=tuple(replace(Person.from_dict(told), name=name) for name, told in found),
        problems=tuple(sorted(problems, key=lambda problem: problem.name)),
        computed=len(found) - taken_over,
        taken_over=taken_over,
        title=titles.most_common(1)[0][0] if titles else "",
        last=max(nights, default=None),
    )


def answer_all(task: Sequence[tuple[str, TrialFolder, int]]) -> list[Answer]:
    """One task: some people, each alone. Whatever goes wrong with one is told and stops nobody else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Nof1Warning)  # a reservation of one person's page, among thousands
        loaded = [_told(partial(_load, *one)) for one in task]
        trials = {trial.name: one for (_, trial, _), (one, _) in zip(task, loaded, strict=True) if one is not None}
        try:
            found = dict(zip(trials, people(trials, seed=task[0][2]), strict=True))
        except _STUMBLES:  # whose nights these are, only an analysis of each by itself tells
            found = {}
        return [
            (key, None, reason) if one is None else _answer(key, trial.name, one, found.get(trial.name), seed)
            for (key, trial, seed), (one, reason) in zip(task, loaded, strict=True)
        ]


def _load(key: str, trial: TrialFolder, seed: int) -> Trial:
    if trial.key(seed=seed) != key:  # or the answer would be kept as that of other nights
        raise InputError(_CHANGED)
    return Trial.load(trial.path)


def _answer(key: str, name: str, trial: Trial, found: Person | Nof1Error | None, seed: int) -> Answer:
    if found is None:
        alone, reason = _told(partial(people, {name: trial}, seed=seed))
        if alone is None:
            return key, None, reason
        (found,) = alone
    if isinstance(found, Nof1Error):
        return key, None, str(found)
    about = {
        "title": trial.protocol.outcome.title,
        "last": trial.order.end.isoformat() if trial.protocol.dated else None,
    }
    return key, found.to_dict() | about, ""


def _told[T](work: Callable[[], T]) -> tuple[T | None, str]:
    """What comes of it, or None and why nothing does, in a sentence."""
    try:
        return work(), ""
    except Nof1Error as error:
        return None, str(error)
    except OSError as error:
        return None, f"A file cannot be read ({error.strerror or error}). Check its permissions."
    except _STUMBLES as error:
        return (
            None,
            f"nof1 stumbled over these nights ({type(error).__name__}: {error}). Please report this as a fault.",
        )


def _keys(trials: Sequence[TrialFolder], seed: int) -> tuple[dict[str, str], list[Problem]]:
    """The key of every trial by its name, and those whose files cannot be read."""
    keys, problems = {}, []
    for one in trials:
        try:
            keys[one.name] = one.key(seed=seed)
        except OSError as error:
            problems.append(_problem(one, f"A file cannot be read ({error.strerror or error}). Check its permissions."))
    return keys, problems


def _twins(trials: Sequence[TrialFolder], keys: Mapping[str, str]) -> dict[str, str]:
    """Those who have the very nights of an earlier one, by name: a copied folder must not count as two people."""
    first: dict[str, str] = {}
    out = {}
    for one in trials:
        if one.name in keys and (one.path / "diary.csv").exists():
            known = first.setdefault(keys[one.name], one.name)
            if known != one.name:
                out[one.name] = known
    return out


def _problem(trial: TrialFolder, reason: str) -> Problem:
    return Problem(trial.name, str(trial.path), reason)


def _here(workers: int | None, people: int) -> Spread:
    """Tasks on this machine, in processes where there are enough of them."""

    def spread(function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
        import joblib

        count = workers or min(joblib.cpu_count(), _MOST_WORKERS)
        if count == 1 or people < _ALONE:
            yield from map(function, tasks)
            return
        with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
            work = joblib.Parallel(n_jobs=count, return_as="generator_unordered", batch_size=1)
            yield from work(joblib.delayed(function)(task) for task in tasks)

    return spread
