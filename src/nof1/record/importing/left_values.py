"""Nights and values that do not fit: one value that does not is left out with its reason, and the night is taken without it.

Knows the diary's content; must not know how rows are matched or written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nof1.errors import InputError
from nof1.record.importing.rejected import LISTED, NEEDS_REVIEW, Rejected, Shown
from nof1.record.opening.opened import Row
from nof1.record.values.ambiguous import AmbiguousInput


@dataclass(frozen=True)
class Failed:
    """What does not fit of a night.

    Attributes
    ----------
    told : Rejected
        As one entry; its `rows` are 0 where the night is taken without some values.
    lines : sequence of int
        The night's rows.
    """

    told: Rejected
    lines: Sequence[int]


def without_failing(
    cells: Mapping[str, str], outcome: str, check: Callable[[Mapping[str, str]], Mapping[str, str]]
) -> tuple[Mapping[str, str], dict[str, str]]:
    """What is new of a night's values, and why some of them are not taken: a value that does not fit never costs the others.

    Parameters
    ----------
    check : callable
        Gives what is new of some values of the night; raises InputError if they do not fit.

    Raises
    ------
    InputError
        If the outcome itself does not fit, or nothing does.
    """
    try:
        return check(cells), {}
    except AmbiguousInput:
        raise
    except InputError as problem:
        whole = problem
    kept = {name: text for name, text in cells.items() if name == outcome and text}
    if kept:
        check(kept)
    reasons: dict[str, str] = {}
    for name, text in cells.items():
        if name in kept or not text:
            continue
        if name == "confidence" and "guess" in reasons:
            reasons[name] = f"confidence {text} goes with the guess of its row, and not with another one"
            continue
        try:
            check(kept | {name: text})
        except InputError as problem:
            reasons[name] = str(problem)
        else:
            kept[name] = text
    if not kept:
        raise whole
    return check(kept), reasons


def entries(
    failed: Sequence[Failed], rows: Callable[[], Iterator[Row]], show: Callable[[Row], Shown], *, mended: bool
) -> list[Rejected]:
    """What does not fit, row by row and each with its own cells; the file is read once more where nights have several rows.

    Where they are too many, or several rows stand on one line, a night stays one entry. A `mended` file is always told by its rows.
    """
    count = sum(len(one.lines) for one in failed)
    if count == len(failed) or (not mended and count > LISTED):
        return [one.told for one in failed]
    by_line: dict[int, list[Rejected]] = {}
    for one in failed:
        for line in one.lines:
            by_line.setdefault(line, []).append(one.told)
    found: list[Rejected] = []
    whole = 0
    for row in rows():
        for told in by_line.get(row.line, ()):
            shown = show(row)
            values = shown.values if told.rows else {name: shown.values.get(name, "") for name in told.values}
            if not told.rows and not any(values.values()):
                continue
            doubt = f"; {shown.doubt}" if shown.doubt else ""
            night = f"{NEEDS_REVIEW} {shown.night}" if shown.doubt else shown.night
            whole += bool(told.rows)
            found.append(Rejected(str(row.line), min(told.rows, 1), f"{told.reason}{doubt}", night, values))
    return found if whole == sum(one.told.rows for one in failed) else [one.told for one in failed]


def one_a_line(rejected: Iterable[Rejected]) -> list[Rejected]:
    """The entries in the order of the file, those of one row put together: each line is mended in one place."""
    found: dict[str, Rejected] = {}
    for entry in rejected:
        before = found.get(entry.lines)
        if before is None:
            found[entry.lines] = entry
        elif before.rows and entry.rows:  # several rows can stand on one line
            found[f"{entry.lines} {len(found)}"] = entry
        else:
            found[entry.lines] = _together(before, entry)
    return sorted(found.values(), key=lambda entry: int(entry.lines.replace(",", "-").partition("-")[0]))


def values_of(rejected: Iterable[Rejected]) -> int:
    """How many values rows are taken without, as far as they are told one by one."""
    return sum(sum(map(bool, entry.values.values())) for entry in rejected if not entry.rows)


def _together(one: Rejected, other: Rejected) -> Rejected:
    whole, part = (other, one) if other.rows else (one, other)
    values = {name: whole.values.get(name) or part.values.get(name, "") for name in (*whole.values, *part.values)}
    night = next((entry.night for entry in (whole, part) if entry.night.startswith(NEEDS_REVIEW)), whole.night)
    return replace(whole, reason=f"{whole.reason}; {part.reason}", night=night, values=values)
