"""Who can be pooled with whom, and what a moderator is made of. Everybody who is left out is named with the reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.cohort.likelihood import Person, PersonPair
from nof1.analyze.reasons import Reason
from nof1.errors import InputError, RefusalError

Member = tuple[Person, PersonPair]
LeftOut = tuple[str, Reason]  # name, and why
_PAIR = 2
_PER_GROUP = 2  # people that there must be for each group on average


@dataclass(frozen=True, eq=False)
class Moderator:
    """A field of the protocol that may go with the size of the effect.

    Attributes
    ----------
    field : str
    groups : tuple of str
        The values of a text, in alphabetical order; empty for a number.
    values : array, shape (N,)
        The number of each person; of a text the place of the group.
    """

    field: str
    groups: tuple[str, ...]
    values: Array

    @property
    def many(self) -> bool:
        """Whether there are three groups or more, each with a mean of its own; else there is one coefficient."""
        return len(self.groups) > _PAIR

    @property
    def centre(self) -> float:
        """Mean over the people: what is taken off the values."""
        return float(self.values.mean())

    @property
    def design(self) -> Array:
        """What each person's mean effect is made of, shape (N, C): ones and the centred values, or one column a group."""
        if self.many:
            out: Array = np.eye(len(self.groups))[self.values.astype(int)]
            return out
        return np.column_stack([np.ones(len(self.values)), self.values - self.centre])

    @property
    def counts(self) -> list[int]:
        """People of each group."""
        return [int(count) for count in np.bincount(self.values.astype(int), minlength=len(self.groups))]

    def row(self, value: float) -> Array:
        """What the mean effect at a value, or of a group by its place, is made of: shape (C,)."""
        return np.eye(len(self.groups))[int(value)] if self.many else np.array([1.0, value - self.centre])

    def prior_precision(self, mean_sd: float) -> Array:
        """Of the coefficients, shape (C, C).

        The coefficient of two groups has the sd of an effect, that of a number for each standard deviation of it. Means of more
        groups are Normal(M, mean_sd / sqrt 2) about an M that is Normal(0, mean_sd), so that the difference of any two has that sd,
        too.
        """
        if self.many:
            count = len(self.groups)
            return np.linalg.inv(mean_sd**2 * (np.ones((count, count)) + 0.5 * np.eye(count)))
        return np.diag([mean_sd**-2, self.slope_sd(mean_sd) ** -2])

    def slope_sd(self, mean_sd: float) -> float:
        """Sd of the one coefficient's prior."""
        return mean_sd if self.groups else mean_sd / float(self.values.std())


def alike(
    people: Sequence[Person], *, arm: str | None = None, reference: str | None = None
) -> tuple[list[Member], list[LeftOut]]:
    """The people whose effect is the same question, and those left out with the reason.

    Without `arm` and `reference` the comparison that most people have is taken; the outcome, its direction, scale and unit are
    those that most of them have.

    Raises
    ------
    InputError
        If two people have the same name.
    RefusalError
        If nobody has that comparison.
    """
    names = Counter(one.name for one in people)
    if twice := [name for name, count in names.items() if count > 1]:
        raise InputError(f"Two people are called {twice[0]!r}. Give every person a name of their own.")
    wanted = _commonest(
        [
            (pair.arm, pair.reference)
            for one in people
            for pair in one.pairs
            if arm in (None, pair.arm) and reference in (None, pair.reference)
        ]
    )
    if wanted is None:
        raise RefusalError(
            f"Nobody compares {arm or 'an arm'} with {reference or 'a reference'}. Name arms that the trials have."
            if people
            else "There is nobody to pool. Give at least one trial that could be analyzed."
        )
    members: list[Member] = []
    left: list[LeftOut] = []
    for one in people:
        pair = next((pair for pair in one.pairs if (pair.arm, pair.reference) == wanted), None)
        if pair is None:
            has = ", ".join(f"{pair.arm} / {pair.reference}" for pair in one.pairs)
            left.append((one.name, Reason("other arms", {"arm": wanted[0], "reference": wanted[1], "pairs": has})))
        else:
            members.append((one, pair))
    usual = _commonest([_question(pair) for _, pair in members])
    assert usual is not None
    kept = [(one, pair) for one, pair in members if _question(pair) == usual]
    left += [(one.name, _unlike(pair, usual)) for one, pair in members if _question(pair) != usual]
    return kept, left


_Question = tuple[str, str, str, str, float, str]


def _question(pair: PersonPair) -> _Question:
    return pair.measure, pair.estimand, pair.outcome, pair.better, round(pair.span, 9), pair.unit


def _commonest[T](found: Sequence[T]) -> T | None:
    """The one that is there most often, of equals the first."""
    return Counter(found).most_common(1)[0][0] if found else None


def _unlike(pair: PersonPair, usual: _Question) -> Reason:
    measure, _, outcome, better, span, unit = usual
    if pair.measure != measure:
        return Reason("other measure", {"own": pair.measure, "usual": measure})
    if pair.outcome != outcome:
        return Reason("other outcome", {"own": pair.outcome, "usual": outcome})
    if pair.better != better:
        return Reason("higher is better" if pair.better == "higher" else "lower is better")
    if round(pair.span, 9) != span:
        return Reason("other scale", {"own": pair.span, "usual": span})
    if pair.unit != unit:
        return Reason("other unit", {"own": pair.unit or "points", "usual": unit or "points"})
    return Reason("other estimand", {"own": pair.estimand})


def with_field(members: Sequence[Member], field: str) -> tuple[list[Member], list[LeftOut], Moderator]:
    """The people who have a field, those who have not, and the moderator made of it.

    Raises
    ------
    InputError
        If nobody has it, everybody has the same value, or there are nearly as many groups as people.
    """
    kept = [(one, pair) for one, pair in members if field in pair.fields]
    left: list[LeftOut] = [
        (one.name, Reason("field missing", {"field": field})) for one, pair in members if field not in pair.fields
    ]
    if not kept:
        known = sorted({name for _, pair in members for name in pair.fields})
        raise InputError(f"Nobody has the field {field!r}. Choose from: {', '.join(known)}.")
    values = [pair.fields[field] for _, pair in kept]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        numbers = np.array(values, dtype=float)
        if np.ptp(numbers) == 0:
            raise InputError(f"{field} is {numbers[0]:g} for everybody, so there is nothing to compare.")
        return kept, left, Moderator(field, (), numbers)
    texts = [("yes" if value else "no") if isinstance(value, bool) else str(value) for value in values]
    groups = tuple(sorted(set(texts)))
    if len(groups) == 1:
        raise InputError(f"{field} is {groups[0]} for everybody, so there is nothing to compare.")
    if len(groups) > max(_PAIR, len(kept) / _PER_GROUP):
        raise InputError(
            f"{field} has {len(groups)} values among {len(kept)} people, so hardly anybody shares one. Choose a field that several people share."
        )
    return kept, left, Moderator(field, groups, np.array([float(groups.index(text)) for text in texts]))


def unique_names(titles: Sequence[str]) -> list[str]:
    """Titles as names: one that is there already gets a number."""
    seen: Counter[str] = Counter()
    taken = set(titles)
    out: list[str] = []
    for title in titles:
        seen[title] += 1
        name = title
        while seen[title] > 1 and name in taken:
            name = f"{title} ({seen[title]})"
            seen[title] += name in taken
        taken.add(name)
        out.append(name)
    return out


def alone_columns(members: Sequence[Member]) -> Mapping[str, list[Any]]:
    """What each person's own nights say, by column."""
    alone = [pair.alone for _, pair in members]
    return {
        "name": [one.name for one, _ in members],
        "nights": [one.nights for one, _ in members],
        "mean": [numbers["mean"] for numbers in alone],
        "sd": [numbers["sd"] for numbers in alone],
        "lower": [numbers["interval"][0] for numbers in alone],
        "upper": [numbers["interval"][1] for numbers in alone],
        "verdict": [numbers["verdict"] for numbers in alone],
        "edition": [one.edition for one, _ in members],
        "other_explanations": ["; ".join(pair.explanations) for _, pair in members],
    }
