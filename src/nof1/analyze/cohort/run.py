"""Stage one for many people: each analysed alone, on several cores or machines; those whose nights cannot be are named.

Who was analysed before is taken over. Knows nothing of pooling.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from nof1.analyze.cohort.cache import ResultsCache
from nof1.analyze.cohort.likelihood import Person, people
from nof1.analyze.cohort.reached import Reached, reached
from nof1.analyze.parallel.processes import Progress, Spread, run_local
from nof1.analyze.reasons import reason_of
from nof1.clock import local_now
from nof1.errors import InputError, Nof1Error, Nof1Warning
from nof1.files import sha256_bytes
from nof1.record.folders import TrialFolder, without_paths
from nof1.record.looks import record_look
from nof1.record.trial import Trial
from nof1.record.values.nights import last_night

CHUNK = 16  # people a task: few enough that a stopped run loses seconds
_ALONE = 12  # fewer people than this are done here; starting workers would take longer

_CHANGED = (
    "Its files changed while the others were analysed, or the machine that analysed it sees other files or has another version of nof1. "
    "Run the same command again."
)

TWIN, FILES, FAULT = "twin", "files", "fault"  # codes of what is no reason of an analysis
_STUMBLES = (ArithmeticError, ValueError, LookupError, TypeError)


class Why(NamedTuple):
    """Why there is no answer, in a sentence, and the code of it."""

    reason: str
    code: str


# What one person's task gives back: the key, then the answer as plain values, or why there is none.
Answer = tuple[str, dict[str, Any] | None, Why | None]


@dataclass(frozen=True)
class Problem:
    """A trial that could not be analysed, and why, in a sentence without its folder's path; `code` is the reason's, where it has one."""

    name: str
    folder: str
    reason: str
    code: str = ""


@dataclass(frozen=True)
class AnalyzedPeople:
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
    early : tuple of str
        Those whose last night is still to come: that they were looked at is on record in their folders.
    reached : mapping of str to Reached
        How far each person came, by their name; without those whose files cannot be read.
    """

    people: tuple[Person, ...]
    problems: tuple[Problem, ...]
    computed: int
    taken_over: int
    title: str = ""
    last: date | None = None
    early: tuple[str, ...] = ()
    reached: Mapping[str, Reached] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Hash over the hashes of everybody's protocol and diary; names and their order do not count."""
        lines = sorted(f"{one.protocol_sha256} {one.diary_sha256}\n" for one in self.people)
        return sha256_bytes("".join(lines).encode())


def analyze_people(
    trials: Sequence[TrialFolder],
    finished: ResultsCache,
    *,
    seed: int = 1,
    workers: int | None = None,
    spread: Spread | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> AnalyzedPeople:
    """Analyse each person alone, but for those whose answer is there already.

    Parameters
    ----------
    trials : sequence of TrialFolder
    finished : ResultsCache
        Asked first; what is new is kept in it as it comes.
    seed : int
        The same for everybody, so that an answer does not depend on who else is there.
    workers : int, optional
        Processes; as many as there are cores, at most four, if not given.
    spread : callable, optional
        Runs the tasks elsewhere, such as `nof1.analyze.parallel.dask.run_dask`.
    progress : callable, optional
        Told the stage, the people done and the whole.
    now : datetime, optional
        Aware, local: the moment of a look at those whose last night is still to come. The clock's if not given.
    """
    keys, problems = _keys(trials, seed)
    twins = _twins(trials, keys)
    problems += [
        _problem(one, f"It holds the same protocol, order and diary as {twins[one.name]}, so it is counted once.", TWIN)
        for one in trials
        if one.name in twins
    ]
    wanted = [one for one in trials if one.name in keys and one.name not in twins]
    kept = finished.find(keys[one.name] for one in wanted)
    answers = {key: told for key, told in kept.items() if _is_person(told)}
    taken_over = len(answers)
    left = [one for one in wanted if keys[one.name] not in answers]
    done, whole = taken_over + len(trials) - len(wanted), len(trials)
    reasons: dict[str, Why] = {}
    tasks = [tuple((keys[one.name], one, seed) for one in left[i : i + CHUNK]) for i in range(0, len(left), CHUNK)]
    if progress is not None:
        progress("people", done, whole)
    for rows in (spread or run_local(workers, few=len(left) < _ALONE))(answer_all, tasks):
        new = {key: told for key, told, _ in rows if told is not None}
        finished.keep(new)
        answers |= new
        reasons |= {key: why for key, _, why in rows if why is not None}
        done += len(rows)
        if progress is not None:
            progress("people", done, whole)
    problems += [_problem(one, *reasons[keys[one.name]]) for one in wanted if keys[one.name] in reasons]
    seen = [(one, answers[keys[one.name]]) for one in wanted if keys[one.name] in answers]
    early, unwritten = _put_on_record(seen, now or local_now())
    problems += unwritten
    found = [(one.name, told) for one, told in seen if one.name not in {problem.name for problem in unwritten}]
    titles = Counter(str(told.get("title", "")) for _, told in found)
    nights = [date.fromisoformat(told["last"]) for _, told in found if told.get("last")]
    return AnalyzedPeople(
        people=tuple(replace(Person.from_dict(told), name=name) for name, told in found),
        problems=tuple(sorted(problems, key=lambda problem: problem.name)),
        reached={one.name: Reached(**told["reached"]) for one, told in seen} | _reached_of(problems, trials),
        computed=len(seen) - taken_over,
        taken_over=taken_over,
        title=titles.most_common(1)[0][0] if titles else "",
        last=max(nights, default=None),
        early=early,
    )


def _is_person(told: Mapping[str, Any]) -> bool:
    """Whether an answer that was kept holds all that a person has; one of an earlier build with this version's number may not."""
    try:
        Person.from_dict(told)
        Reached(**told["reached"])
    except (InputError, LookupError, TypeError):
        return False
    return True


def _put_on_record(
    seen: Sequence[tuple[TrialFolder, Mapping[str, Any]]], now: datetime
) -> tuple[tuple[str, ...], list[Problem]]:
    """Looks at trials whose last night is still to come, before anybody sees them; and those where that failed."""
    early, problems = [], []
    for one, told in seen:
        if not (told.get("runs") and last_night(now) < date.fromisoformat(told["last"])):
            continue
        try:
            _, look = record_look(
                one.path, Trial.load(one.path), engine="marginal", verdict=told["pairs"][0]["alone"]["verdict"], now=now
            )
            early += [one.name] if look is not None else []
        except (Nof1Error, OSError) as error:
            reason = f"Its last night is still to come, and that it was looked at could not be put on record: {error}"
            problems.append(_problem(one, reason, FILES))
    return tuple(early), problems


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
        return key, None, Why(str(found), reason_of(found).code)
    about = {
        "reached": asdict(reached(trial)),
        "title": trial.protocol.outcome.title,
        "last": trial.order.end.isoformat() if trial.protocol.dated else None,
        "runs": _runs(trial),
    }
    return key, found.to_dict() | about, None


def _runs(trial: Trial) -> bool:
    """Whether the last planned night has no outcome yet, of a trial that nobody stopped."""
    planned = trial.protocol.dated and trial.protocol.randomized
    return planned and not trial.order.left and trial.order.end in trial.missing_nights


def _told[T](work: Callable[[], T]) -> tuple[T | None, Why | None]:
    """What comes of it, or None and why nothing does, in a sentence."""
    try:
        return work(), None
    except Nof1Error as error:
        return None, Why(str(error), reason_of(error).code)
    except OSError as error:
        return None, Why(f"A file cannot be read ({error.strerror or error}). Check its permissions.", FILES)
    except _STUMBLES as error:
        return (
            None,
            Why(
                f"nof1 stumbled over these nights ({type(error).__name__}: {error}). Please report this as a fault.",
                FAULT,
            ),
        )


def _keys(trials: Sequence[TrialFolder], seed: int) -> tuple[dict[str, str], list[Problem]]:
    """The key of every trial by its name, and those whose files cannot be read."""
    keys, problems = {}, []
    for one in trials:
        try:
            keys[one.name] = one.key(seed=seed)
        except OSError as error:
            problems.append(
                _problem(one, f"A file cannot be read ({error.strerror or error}). Check its permissions.", FILES)
            )
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


def _problem(trial: TrialFolder, reason: str, code: str) -> Problem:
    return Problem(trial.name, str(trial.path), without_paths(reason, trial.path), code)


def _reached_of(problems: Sequence[Problem], trials: Sequence[TrialFolder]) -> dict[str, Reached]:
    """How far those came who could not be analysed, where their files can be read."""
    paths = {one.name: one.path for one in trials}
    out = {}
    for one in problems:
        trial, _ = _told(partial(Trial.load, paths[one.name]))
        if trial is not None:
            out[one.name] = reached(trial)
    return out
