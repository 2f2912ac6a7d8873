"""How a cohort shows itself in a terminal and in a notebook: mean, spread, shares, the next person, who is not in it.

Numbers alone; plain sentences about them are made in `report`, which this must not know.
"""

from typing import TYPE_CHECKING, Any

from nof1.analyze.effects import LEVEL
from nof1.plan.display import SIMULATED
from nof1.shown import Row, Table, as_html, as_text

if TYPE_CHECKING:
    from nof1.analyze.cohort import Cohort

_ENGINES = {"two-stage": "in two stages", "nuts": "by PyMC (NUTS), over all nights"}
_FEW = 5


def cohort_text(cohort: "Cohort") -> str:
    """A few lines: what is said of all people, and of the next one."""
    return as_text(_title(cohort), _rows(cohort))


def cohort_html(cohort: "Cohort") -> str:
    """The same, with the people whom pooling moved most."""
    columns = ("person", "alone", "interval", "pooled", "interval")
    rows = [
        (
            str(row["name"]),
            _signed(row["mean"]),
            _span(row["lower"], row["upper"]),
            _signed(row["pooled_mean"]),
            _span(row["pooled_lower"], row["pooled_upper"]),
        )
        for _, row in cohort.most_changed(_FEW).iterrows()
    ]
    return as_html(_title(cohort), [*_rows(cohort), ("below", "moved most by pooling")], Table(columns, rows))


def _title(cohort: "Cohort") -> str:
    return f"Cohort of {len(cohort.people)} people: {cohort.arm} against {cohort.reference}"


def _rows(cohort: "Cohort") -> list[Row]:
    next_one = cohort.next_person
    rows = [
        ("effect", f"{cohort.measure}, {cohort.outcome}; {cohort.better} is better, threshold {cohort.threshold:g}"),
        ("mean", f"{_signed(cohort.mean['mean'])} ({_span(*cohort.mean['interval'])})"),
        ("spread", f"{cohort.spread['mean']:.2f} ({_span(*cohort.spread['interval'], sign='')})"),
        ("helped", f"{_share(cohort.share_benefit)} by the threshold or more"),
        ("harmed", f"{_share(cohort.share_harmed)} as much"),
        ("next", f"{_signed(next_one['mean'])} ({_span(*next_one['interval'])})"),
        *_groups(cohort.moderator),
        ("computed", f"{_ENGINES[cohort.engine]}; intervals of {100 * LEVEL:g} %"),
    ]
    if cohort.left_out:
        rows.append(("left out", "\n".join(_left(cohort))))
    return [*rows, ("data", SIMULATED)] if cohort.people["simulated"].any() else rows


def _groups(moderator: dict[str, Any] | None) -> list[Row]:
    if moderator is None or moderator["kind"] == "number":
        return []
    told = (
        f"{group['value']}: {_signed(group['mean'])} ({_span(*group['interval'])}), {group['people']} people"
        for group in moderator["groups"]
    )
    return [(moderator["field"], "\n".join(told))]


def _left(cohort: "Cohort") -> list[str]:
    told = [f"{name}: {reason}" for name, reason in cohort.left_out[:_FEW]]
    more = len(cohort.left_out) - _FEW
    return [*told, f"and {more} more"] if more > 0 else told


def _share(share: dict[str, Any]) -> str:
    low, high = share["interval"]
    return f"{100 * share['mean']:.0f} in 100 ({100 * low:.0f} to {100 * high:.0f})"


def _span(low: float, high: float, *, sign: str = "+") -> str:
    return f"{_signed(low, sign)} to {_signed(high, sign)}"


def _signed(value: float, sign: str = "+") -> str:
    return f"{value:{sign}.2f}".replace("-", "\N{MINUS SIGN}")
