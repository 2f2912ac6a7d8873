"""What a person calls the things of a table: the outcome's unit, the arms, and whether a row is a night or a day.

What nobody named keeps the words of the table. Knows no night.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from nof1.errors import InputError
from nof1.record.opening.sheet import cell_text
from nof1.record.values.nights import DatedBy

Called = Literal["nights", "days"]


def nights_are(said: str | None, dated_by: DatedBy) -> Literal["days"] | None:
    """What the protocol keeps: "days" where the person says so, or where its dates are said to be of whole days.

    Raises
    ------
    InputError
        If it is neither.
    """
    if said not in (None, "nights", "days"):
        raise InputError(f"nights {said!r} must be 'nights' or 'days'.")
    return "days" if said == "days" or (said is None and dated_by == "day") else None


def labels_of_arms(labels: Mapping[str, str], arms: Iterable[str]) -> dict[str, str]:
    """The label of each arm that has one; names as the table writes them.

    Raises
    ------
    InputError
        If there is no such arm, a label is empty, or two arms would read alike.
    """
    there = list(arms)
    given = {cell_text(name): str(label).strip() for name, label in labels.items()}
    for name, label in given.items():
        if name not in there:
            raise InputError(
                f"labels={{{name!r}: {label!r}}} names an arm that is not there; there is: {', '.join(there)}."
            )
        if not label:
            raise InputError(f"labels has no text for the arm {name!r}; give one, or leave the arm out.")
    told: dict[str, str] = {}
    for name in there:
        other = told.setdefault(given.get(name, name).casefold(), name)
        if other != name and {other, name} & set(given):
            raise InputError(
                f"The arms {other!r} and {name!r} would both be called {given.get(name, name)!r}; give each a label of its own."
            )
    return given


def outcome_label(column: str, unit: str | None) -> str:
    """The name of the column, without the unit at its end where that stands behind every number already.

    Examples
    --------
    >>> outcome_label("PM2.5 (µg/m³)", "µg/m³"), outcome_label("PM2.5 (µg/m³)", None)
    ('PM2.5', 'PM2.5 (µg/m³)')
    """
    for opening, closing in ("()", "[]") if unit else ():
        bare = column.removesuffix(f"{opening}{unit}{closing}").strip()
        if bare and bare != column:
            return bare
    return column
