"""Several readings of one night become one value, by a rule that is named."""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nof1.errors import InputError
from nof1.record.diary.entry import number_text
from nof1.record.importing.reading import Target
from nof1.record.sources.source import OFFERED, Merge
from nof1.record.values.ambiguous import AmbiguousInput

JOINED = "; "
_OFFERED_WHOLE: tuple[Merge, ...] = ("last", "first", "max", "min", "sum", "mean")


@dataclass
class Gathered:
    """The readings of one night: the lines they come from, and the values by field, each in the order of the file."""

    lines: array[int] = field(default_factory=lambda: array("q"))
    numbers: dict[str, array[float]] = field(default_factory=dict)
    ends: dict[str, array[float]] = field(default_factory=dict)
    devices: dict[str, dict[str, float]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)

    def holds(self, name: str) -> bool:
        """Whether there is a reading of a field."""
        return any(name in found for found in (self.numbers, self.ends, self.devices, self.texts))


def aggregated(gathered: Gathered, made: Iterable[Target], several: Merge | None) -> dict[str, str]:
    """One text value for each field of a night.

    Raises
    ------
    AmbiguousInput
        If there are several different values and no rule for them.
    InputError
        If they are too large together.
    """
    cells: dict[str, str] = {}
    for target in made:
        name = target.field
        if name in gathered.texts:
            texts = list(dict.fromkeys(gathered.texts[name]))
            cells[name] = texts[-1] if name == "guess" else JOINED.join(texts)
        elif name in gathered.devices:
            cells[name] = number_text(_tidy(max(gathered.devices[name].values())))
        elif name in gathered.ends:
            cells[name] = number_text(_tidy(_union(gathered.numbers[name], gathered.ends[name])))
        elif name in gathered.numbers:
            cells[name] = number_text(_finite(_one(gathered.numbers[name], target, several)))
    return cells


def _tidy(value: float) -> float:
    """Without the last digits that adding up has made."""
    return round(_finite(value), 9)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise InputError("the values together are too large for a number.")
    return value


def _one(values: "array[float]", target: Target, several: Merge | None) -> float:
    rule = target.merge or several
    if len(values) == 1 or (rule not in ("sum",) and min(values) == max(values)):
        return values[0]
    if rule is None:
        offered, warning = OFFERED, ""
        if target.whole:
            offered, warning = _OFFERED_WHOLE, " Its scale is of whole numbers: a mean that is none is rejected."
        raise AmbiguousInput(
            f"{target.column!r} has several different values for one night. Say how they become one: "
            f"several={offered[0]!r} (or {', '.join(offered[1:])}).{warning}",
            option="several",
            choices=offered,
        )
    return one_of_several(values, rule)


def off_whole(gathered: Gathered, made: Iterable[Target], several: Merge | None) -> str:
    """Why the mean of a night's values cannot be on a scale of whole numbers; "" if it can."""
    for target in made:
        values = gathered.numbers.get(target.field)
        if target.whole and values and (target.merge or several) == "mean":
            mean = _one(values, target, several)
            if len(values) > 1 and mean != int(mean):
                told = ", ".join(f"{value:g}" for value in values[:6]) + (", …" if len(values) > 6 else "")
                return f"{target.field}: the mean of {told} is {mean:g}, no whole number; take the last, first, max or min of several instead"
    return ""


def refuse_no_rule(several: str | None) -> None:
    """Refuse what is no rule by which several values of a night become one.

    Raises
    ------
    InputError
        If it is none.
    """
    if several is not None and several not in OFFERED:
        raise InputError(f"several={several!r} is no rule. Known are: {', '.join(OFFERED)}.")


def one_of_several(values: Sequence[float], rule: Merge) -> float:
    """Several values of a night as one, by a rule that a person can choose."""
    if rule == "mean":
        return _shortest(_sum(values) / len(values))
    if rule == "sum":
        return _shortest(_sum(values))
    return {"last": values[-1], "first": values[0], "max": max(values), "min": min(values)}[rule]


def _shortest(value: float) -> float:
    """Without a last digit that binary arithmetic has made: the mean of 355.7 and 355.9 is 355.8; what has no end keeps its digits."""
    short = float(f"{value:.15g}")
    return short if len(repr(short)) < len(repr(value)) - 1 else value


def _sum(values: Sequence[float]) -> float:
    try:
        return math.fsum(values)
    except OverflowError:
        return math.inf


def _union(begins: "array[float]", ends: "array[float]") -> float:
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(zip(begins, ends, strict=True)):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def line_ranges(lines: Iterable[int], most: int = 20) -> str:
    """Line numbers in short: "2-5, 9"; what is beyond `most` runs is told by its ends."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    if len(runs) > most:
        runs = [[min(run[0] for run in runs), max(run[1] for run in runs)]]
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
