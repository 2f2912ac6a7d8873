"""What the page sends to a trial folder, and what of it may replace what is recorded: nothing that the person has not seen.

Knows cells as text; must not know a folder, HTTP or who is asking.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nof1.errors import InputError
from nof1.plan.orders.amendments import Taken
from nof1.record.diary.writing import ConflictError

MAX_ENTRIES = 400  # nights at once: a year's
_MAX_CELLS = 200
_MAX_OWN = 20
_MAX_NUMBER = 2**53  # what a browser counts exactly
_TOGETHER = ("guess", "confidence")  # one says how sure the other is

Cells = Annotated[dict[str, str], Field(max_length=_MAX_CELLS)]
Number = Annotated[int, Field(ge=0, lt=_MAX_NUMBER)]


class Sent(BaseModel):
    """A night as the page sends it: its cells, and those that the page knew to be recorded when they were entered.

    `revisions` say how often each cell had changed by then, as the page was told; None from a page that does not know. `own` are
    texts of the cells that the same page may have sent before, without an answer. `number` grows with every edit in one browser.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    night: date
    cells: Cells
    seen: Cells = {}
    revisions: Annotated[dict[str, Number], Field(max_length=_MAX_CELLS)] | None = None
    own: Annotated[dict[str, Annotated[tuple[str, ...], Field(max_length=_MAX_OWN)]], Field(max_length=_MAX_CELLS)] = {}
    number: Number = 0


class Missed(BaseModel):
    """Nights, by their first and last evening, of which the page tells in one entry that nothing was recorded, and what was taken."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    start: date
    end: date
    taken: Taken


class Batch(BaseModel):
    """What the page sends at once. `trial` is the hash of the protocol that it was made for, `device` a name for the browser."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    trial: str
    device: Annotated[str, Field(max_length=64)] = ""
    entries: Annotated[tuple[Sent, ...], Field(max_length=MAX_ENTRIES)]
    missed: Annotated[tuple[Missed, ...], Field(max_length=MAX_ENTRIES)] = ()


def read_batch(content: bytes) -> Batch:
    """The entries in the body of a request.

    Raises
    ------
    InputError
        If it is not what the page sends. The message repeats nothing of it.
    """
    try:
        return Batch.model_validate_json(content)
    except (ValidationError, RecursionError):
        raise InputError("The body is not what the diary page sends.") from None


def entered(sent: Sent, known: Mapping[str, str]) -> dict[str, str]:
    """The cells that the person entered. What they only saw and left is no answer to what another device has recorded since.

    >>> sent = Sent(night=date(2026, 1, 5), cells={"rls": "4", "note": "calm"}, seen={"rls": "4"})
    >>> entered(sent, {"rls": "6"})
    {'note': 'calm'}
    """
    left = {
        name
        for name, text in sent.cells.items()
        if text == sent.seen.get(name, "") and known.get(name, "") not in ("", text)
    } - own_cells(sent, known)
    if not all(name in left or sent.cells.get(name, "") == sent.seen.get(name, "") for name in _TOGETHER):
        left -= set(_TOGETHER)
    return {name: text for name, text in sent.cells.items() if name not in left}


def own_cells(sent: Sent, known: Mapping[str, str]) -> set[str]:
    """Cells that hold what the same page has sent before: it may replace that, though no answer ever told it that it arrived."""
    return {name for name in sent.cells if known.get(name, "") in sent.own.get(name, ())}


def refuse_changed(sent: Sent, cells: Mapping[str, str], known: Mapping[str, str], times: Mapping[str, int]) -> None:
    """Refuse cells that were changed since the page saw them, even if they hold the same again.

    Raises
    ------
    ConflictError
        Such as for a request that comes a second time, after its value was corrected back.
    """
    if sent.revisions is None:
        return
    changed = [
        name
        for name, text in cells.items()
        if known.get(name, "") != text
        and name not in own_cells(sent, known)
        and times.get(name, 0) != sent.revisions.get(name, 0)
    ]
    if changed:
        told = ", ".join(f"{name} {known.get(name, '') or 'nothing'}" for name in changed)
        raise ConflictError(
            f"night {sent.night}: changed meanwhile is {told}; given was {', '.join(cells[name] or 'nothing' for name in changed)}.",
            sent.night,
            {name: known.get(name, "") for name in changed},
            {name: cells[name] for name in changed},
        )
