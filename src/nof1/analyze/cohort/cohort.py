"""What many people's trials say together, and how that shows itself in a terminal and in a notebook.

Numbers alone; plain sentences about them are made in `report`, which this must not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nof1.analyze.cohort.summaries import Summary
from nof1.analyze.model.effects import INTERVAL_KIND, LEVEL
from nof1.analyze.reasons import Reason
from nof1.plan.protocol.protocol_shown import ASK_THRESHOLD, SIMULATED
from nof1.shown import Row, Table, as_html, as_text, in_hundred, signed
from nof1.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

CohortEngine = Literal["two-stage", "nuts"]
_ENGINES = {"two-stage": "in two stages", "nuts": "by PyMC (NUTS), over all nights"}
_FEW = 5


@dataclass(frozen=True, eq=False)
class Cohort:
    """What many people's trials say together; effects in points of the outcome, chances and shares from 0 to 1.

    Attributes
    ----------
    arm, reference, outcome, measure, better : str
        What is compared, by which outcome, what its effect is, and the direction that is better.
    scale : (float, float)
        Ends of the outcome's scale, of the first person.
    threshold : float or None
        Smallest change worth having: the median of what people stated. None where nobody did: all that is counted by it is then of
        any change at all.
    engine : str
        "two-stage" or "nuts".
    people : DataFrame
        One row a person. Alone: `mean`, `sd`, `lower`, `upper` of the full effect, and `verdict` by the rule of the protocol's
        `edition`; with all others: `pooled_mean`, `pooled_sd`,
        `pooled_lower`, `pooled_upper`, `pooled_p_benefit`, `pooled_p_harm` (by the person's own threshold, nan without); `shrinkage`,
        how far pooling moved the mean in standard deviations of its own; `name`, `nights`, `threshold`, `simulated` and,
        with a moderator, `moderator`.
    mean, spread : dict
        Mean and sd of the effects of the population: mean, sd, interval of each.
    share_benefit, share_harmed : dict
        Share of the population whose effect is better, or worse, by the threshold or more.
    next_person : dict
        What is to be expected of the next person: mean, sd, interval, p_better, p_benefit, p_small, p_harm.
    moderator : dict or None
        `field`; `kind`, "groups" or "number"; `groups`, each with value, people, mean, sd, interval; `coefficient`: mean, sd,
        interval, p_above_zero: of two groups the second minus the first, of a number for each unit more, of more groups
        None; `rows`, the differences of groups, each with reference, group (None of a number), mean, sd, interval: of three and
        more each against the one with most people.
    left_out : tuple of (name, Reason)
        `str` of a reason is its text.
    diagnostics : dict
        Of the sampler: rhat_max, ess_min, divergences; empty for two stages.
    unit : str
        Of the outcome; "" for points.
    labels : (str, str)
        What arm and reference are called where everybody calls them so; "" where pages tell their names.
    adopted, days : bool
        Whether everybody's nights were taken over from a table, and whether they are days.

    Examples
    --------
    >>> cohort.arm, cohort.reference, len(cohort.people)
    ('magnesium', 'off', 2)
    """

    arm: str
    reference: str
    outcome: str
    measure: str
    better: str
    scale: tuple[float, float]
    threshold: float | None
    engine: CohortEngine
    people: "pd.DataFrame"
    mean: Summary
    spread: Summary
    share_benefit: Summary
    share_harmed: Summary
    next_person: Summary
    moderator: Summary | None
    left_out: tuple[tuple[str, Reason], ...]
    diagnostics: Mapping[str, float]
    unit: str = ""
    labels: tuple[str, str] = ("", "")
    adopted: bool = False
    days: bool = False

    @property
    def called(self) -> tuple[str, str]:
        """What pages call arm and reference.

        Examples
        --------
        >>> cohort.called
        ('magnesium', 'off')
        """
        return self.labels[0] or self.arm, self.labels[1] or self.reference

    @property
    def subject(self) -> Subject:
        """What sentences about these people are about, for `nof1.subject.about`."""
        return Subject(days=self.days, adopted=self.adopted, unit=self.unit)

    def __repr__(self) -> str:
        return _as_text(self)

    def _repr_html_(self) -> str:
        return _as_html(self)

    def most_changed(self, n: int = 5) -> "pd.DataFrame":
        """The people whose mean was moved most by pooling, in standard deviations of their own.

        Examples
        --------
        >>> len(cohort.most_changed(1))
        1
        """
        order = self.people["shrinkage"].abs().sort_values(ascending=False, kind="stable").index
        return self.people.loc[order[:n]]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for cohort.json.

        Examples
        --------
        >>> cohort.to_dict()["engine"]
        'two-stage'
        """
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {
            "level": LEVEL,
            "interval_kind": INTERVAL_KIND,
            "scale": list(self.scale),
            "labels": list(self.labels),
            "people": [
                {name: None if value != value else value for name, value in row.items()}  # JSON has no nan
                for row in self.people.to_dict("records")
            ],
            "left_out": [{"name": name, "reason": str(reason)} for name, reason in self.left_out],
            "diagnostics": dict(self.diagnostics),
        }


def _as_text(cohort: Cohort) -> str:
    """A few lines: what is said of all people, and of the next one."""
    return as_text(_title(cohort), _rows(cohort))


def _as_html(cohort: Cohort) -> str:
    """The same, with the people whom pooling moved most."""
    columns = ("person", "alone", "interval", "pooled", "interval")
    rows = [
        (
            str(row["name"]),
            signed(row["mean"]),
            _span(row["lower"], row["upper"]),
            signed(row["pooled_mean"]),
            _span(row["pooled_lower"], row["pooled_upper"]),
        )
        for _, row in cohort.most_changed(_FEW).iterrows()
    ]
    return as_html(_title(cohort), [*_rows(cohort), ("below", "moved most by pooling")], Table(columns, rows))


def _title(cohort: Cohort) -> str:
    arm, reference = cohort.called
    return f"Cohort of {len(cohort.people)} people: {arm} against {reference}"


def _rows(cohort: Cohort) -> list[Row]:
    next_one = cohort.next_person
    rows = [
        ("effect", f"{_measure(cohort)}, {cohort.outcome}; {cohort.better} is better"),
        ("threshold", ASK_THRESHOLD if cohort.threshold is None else f"{cohort.threshold:g} {cohort.unit}".rstrip()),
        ("mean", f"{signed(cohort.mean['mean'])} ({_span(*cohort.mean['interval'])})"),
        ("spread", f"{cohort.spread['mean']:.2f} ({_span(*cohort.spread['interval'], sign='')})"),
        *_shares(cohort),
        ("next", f"{signed(next_one['mean'])} ({_span(*next_one['interval'])})"),
        *_groups(cohort.moderator),
        ("computed", f"{_ENGINES[cohort.engine]}; intervals of {100 * LEVEL:g} %"),
    ]
    if cohort.left_out:
        rows.append(("left out", "\n".join(_left(cohort))))
    return [*rows, ("data", SIMULATED)] if cohort.people["simulated"].any() else rows


def _measure(cohort: Cohort) -> str:
    return cohort.measure.replace("in points", f"in {cohort.unit}") if cohort.unit else cohort.measure


def _shares(cohort: Cohort) -> list[Row]:
    """How many are helped and harmed; where nobody stated which change matters, how many change at all."""
    benefit, harm = _share(cohort.share_benefit), _share(cohort.share_harmed)
    if cohort.threshold is None:
        return [("better", f"{benefit}, by any change at all"), ("worse", harm)]
    return [("helped", f"{benefit} by the threshold or more"), ("harmed", f"{harm} as much")]


def _groups(moderator: dict[str, Any] | None) -> list[Row]:
    if moderator is None or moderator["kind"] == "number":
        return []
    told = (
        f"{group['value']}: {signed(group['mean'])} ({_span(*group['interval'])}), {group['people']} people"
        for group in moderator["groups"]
    )
    return [(moderator["field"], "\n".join(told))]


def _left(cohort: Cohort) -> list[str]:
    told = [f"{name}: {reason}" for name, reason in cohort.left_out[:_FEW]]
    more = len(cohort.left_out) - _FEW
    return [*told, f"and {more} more"] if more > 0 else told


def _share(share: dict[str, Any]) -> str:
    low, high = share["interval"]
    return f"{in_hundred(share['mean'])} in 100 ({in_hundred(low)} to {in_hundred(high)})"


def _span(low: float, high: float, *, sign: str = "+") -> str:
    return f"{signed(low, sign=sign)} to {signed(high, sign=sign)}"
