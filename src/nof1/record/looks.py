"""Looks at the answer before the last night: each is put on record in looks.csv, one line, and none is ever taken back.

Where looks.csv is gone or was changed by hand, the journal knows when the nights were looked at and which were recorded by then.

Knows when the nights were and whether the protocol had planned a look then; must not know how an answer is computed.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from nof1.cells import csv_text, shielded, unshielded
from nof1.commit import commit, locked
from nof1.errors import InputError
from nof1.files import is_file, read_bytes, sha256_bytes, sha256_file
from nof1.plan.design.fields import PAUSE, Day, Frozen, Whole
from nof1.plan.design.interim import PlannedLook, planned_looks
from nof1.plan.design.order import Order
from nof1.plan.protocol.explain import explain
from nof1.plan.protocol.protocol import PROTOCOL_FILE, Protocol
from nof1.record.diary.journal import Line, with_files
from nof1.record.diary.on_record import lines_on_record, values_before
from nof1.record.diary.table import entries_of
from nof1.record.trial import Trial
from nof1.record.values.nights import last_night

LOOKS_FILE = "looks.csv"
COLUMNS = (
    "looked", "nights_recorded", "nights_planned", "last_night", "planned", "engine", "verdict", "diary_sha256",
)  # fmt: skip
_YES_NO = {"yes": True, "no": False}


class Look(Frozen):
    """One look before the last night.

    Attributes
    ----------
    looked : datetime
        Local time with its offset, to the second.
    nights_recorded, nights_planned : int
        Nights with an outcome, and all of the plan.
    last_night : date
        The last recorded one.
    planned : bool
        Whether the protocol's rule had planned this look.
    engine, verdict : str
        What computed the answer, and the verdict of the main comparison at the final certainty.
    diary_sha256 : str
        Hash of the diary: the same nights looked at again are no new look.
    """

    looked: AwareDatetime
    nights_recorded: Annotated[Whole, Field(ge=0)]
    nights_planned: Annotated[Whole, Field(ge=1)]
    last_night: Day
    planned: bool
    engine: Annotated[str, Field(pattern=r"^[a-z-]{1,20}$")]
    verdict: Annotated[str, Field(pattern=r"^[a-z' -]{1,60}$")]
    diary_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    @model_validator(mode="after")
    def _no_more_than_planned(self) -> "Look":
        if self.nights_recorded > self.nights_planned:
            raise ValueError(f"{self.nights_recorded} nights recorded are more than {self.nights_planned} planned")
        return self

    def to_dict(self) -> dict[str, Any]:
        """Plain values for results.json, by the names of the columns."""
        return self.model_dump(mode="json") | {"looked": self.looked.isoformat(timespec="seconds")}


def load_looks(folder: str | Path) -> tuple[Look, ...]:
    """All looks of a trial folder, in the order in which they were made; none if there is no such file.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = Path(folder) / LOOKS_FILE
    return parse_looks(read_bytes(path), where=str(path)) if is_file(path) else ()


def parse_looks(content: bytes, *, where: str) -> tuple[Look, ...]:
    """The looks in the bytes of a looks.csv; see `load_looks`."""
    looks: list[Look] = []
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if tuple(next(reader, ())) != COLUMNS:
            raise InputError(f"{where} must have the columns {', '.join(COLUMNS)}. Restore it from a copy.")
        for row in reader:
            line = f"{where}, line {reader.line_num}"
            if len(row) != len(COLUMNS):
                raise InputError(f"{line}: the row does not have {len(COLUMNS)} values. Restore the file from a copy.")
            look = _parse(dict(zip(COLUMNS, map(unshielded, row), strict=True)), line)
            if any(look.diary_sha256 == earlier.diary_sha256 for earlier in looks):
                raise InputError(f"{line}: the same nights are there twice. Restore the file from a copy.")
            looks.append(look)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{where} is damaged ({error}). Restore it from a copy.") from None
    return tuple(looks)


def _parse(cells: dict[str, str], where: str) -> Look:
    values: dict[str, Any] = dict(cells)
    for name in ("nights_recorded", "nights_planned"):
        if cells[name].isascii() and cells[name].isdecimal() and len(cells[name]) < 10:
            values[name] = int(cells[name])
    values["planned"] = _YES_NO.get(cells["planned"], cells["planned"])
    if not isinstance(values["planned"], bool):
        raise InputError(f"{where}: planned must be yes or no. Restore the file from a copy.")
    try:
        return Look(**values)
    except ValidationError as error:
        raise InputError(explain(error, where)) from None


def looks_csv(looks: Iterable[Look]) -> str:
    """looks.csv with these looks."""
    return csv_text([COLUMNS, *map(_cells, looks)])


def _cells(look: Look) -> list[str]:
    values = look.to_dict() | {"planned": "yes" if look.planned else "no"}
    return [shielded(str(values[name])) for name in COLUMNS]


def is_early(trial: Trial, now: datetime) -> bool:
    """Whether the last planned night is neither recorded nor past, so that to see an answer is to look early.

    Never for adopted nights, which were all lived before.
    """
    if not trial.protocol.randomized:
        return False
    return trial.order.end in trial.missing_nights and not _past(trial.order.end, now)


def _past(night: date, now: datetime) -> bool:
    return last_night(now) >= night


def record_look(
    folder: str | Path, trial: Trial, *, engine: str, verdict: str, now: datetime
) -> tuple[tuple[Look, ...], Look | None]:
    """Put a look on record if it is one: early, and at nights that were not looked at before.

    Lines are only added; what stands in the file stays byte for byte.

    Parameters
    ----------
    now : datetime
        Aware, local.

    Returns
    -------
    looks : tuple of Look
        All on record.
    look : Look or None
        The one at these very nights, made now or before; None if this is no early look.

    Raises
    ------
    InputError
        If looks.csv is damaged; nothing is changed then.
    Nof1Error
        If the folder cannot be written to.
    """
    folder = Path(folder)
    path = folder / LOOKS_FILE
    # Adopted nights were all lived before; a copy of results elsewhere is no trial.
    if not trial.protocol.randomized or not is_file(folder / PROTOCOL_FILE):
        return (), None
    with locked(folder):
        looks = looks_on_record(folder, trial)
        if not is_early(trial, now):
            return looks, None
        known = _at(looks, trial)
        if known is None:
            known = _look(trial, looks, engine=engine, verdict=verdict, now=now)
            content = read_bytes(path) if is_file(path) and looks == load_looks(folder) else looks_csv(looks).encode()
            content += b"" if content.endswith(b"\n") else b"\n"
            content += csv_text([_cells(known)]).encode()
            commit(folder, with_files(folder, {LOOKS_FILE: content}, by="analyze", now=now))
            looks = (*looks, known)
        return looks, known


def looks_on_record(folder: str | Path, trial: Trial) -> tuple[Look, ...]:
    """All looks at a trial: those of looks.csv, or of the journal where that file is not the one that it knows.

    What was computed and what it said does not stand in the journal; of a look that is gone from the file both are "not known".

    Raises
    ------
    InputError
        If looks.csv is damaged.
    """
    folder = Path(folder)
    looks = load_looks(folder)
    lines = [line for line in lines_on_record(folder) if not line.night and line.column == LOOKS_FILE and line.new]
    if not lines or _as_written(folder, looks, lines[-1].new):
        return looks
    known = {look.looked: look for look in looks}
    found: list[Look] = []
    for line in lines:
        moment = datetime.fromisoformat(line.entered)
        told = _of_journal(folder, trial, line, found, known.get(moment))
        if told is not None and all(told.diary_sha256 != earlier.diary_sha256 for earlier in found):
            found.append(told)
    return tuple(found)


def _as_written(folder: Path, looks: Sequence[Look], sha256: str) -> bool:
    path = folder / LOOKS_FILE
    return is_file(path) and sha256 in (sha256_file(path), sha256_bytes(looks_csv(looks).encode()))


def _of_journal(folder: Path, trial: Trial, line: Line, made: Sequence[Look], row: Look | None) -> Look | None:
    """The look of a line of the journal, from what was recorded by then; the file's own where there is nothing to make it of."""
    try:
        entries = entries_of(trial.protocol, values_before(folder, line), until=trial.order.end)
    except InputError:
        return row  # a journal that is damaged, or was begun later
    if not any(entry.outcome is not None for entry in entries):
        return row
    then = replace(trial, entries=entries)
    engine, verdict = ("not-known", "not known") if row is None else (row.engine, row.verdict)
    return _look(then, made, engine=engine, verdict=verdict, now=datetime.fromisoformat(line.entered))


def _at(looks: Sequence[Look], trial: Trial) -> Look | None:
    """The look at these very nights."""
    diary = trial.diary_sha256
    return next((look for look in looks if look.diary_sha256 == diary), None)


def _look(trial: Trial, looks: Sequence[Look], *, engine: str, verdict: str, now: datetime) -> Look:
    return Look(
        looked=now.replace(microsecond=0),
        nights_recorded=len(trial.planned_nights) - len(trial.missing_nights),
        nights_planned=trial.protocol.nights,
        last_night=_last_recorded(trial),
        planned=planned_now(trial, looks, now) is not None,
        engine=engine,
        verdict=verdict,
        diary_sha256=trial.diary_sha256,
    )


def _last_recorded(trial: Trial) -> date:
    """The last night with an outcome that counts; a pause does not."""
    pauses = {night for period in trial.order.periods if period.arm == PAUSE for night in period.dates}
    return max(entry.night for entry in trial.entries if entry.outcome is not None and entry.night not in pauses)


def planned_now(trial: Trial, looks: Sequence[Look], now: datetime) -> PlannedLook | None:
    """The planned look that may be made now, None if there is none.

    All nights until the end of its block or period are past, no later one is recorded, and it was not made before.
    """
    here = _reached(trial.protocol, trial.order, _last_recorded(trial), now)
    made = [_reached(trial.protocol, trial.order, look.last_night, look.looked) for look in looks if look.planned]
    return None if here in made else here


def reached_look(trial: Trial, look: Look) -> PlannedLook | None:
    """The planned look of the rule that a look on record was; None if it was not planned."""
    return _reached(trial.protocol, trial.order, look.last_night, look.looked) if look.planned else None


def _reached(protocol: Protocol, order: Order, last: date, now: datetime) -> PlannedLook | None:
    """The latest look of the rule whose nights are past, if no night after it is recorded."""
    rule = protocol.analysis.interim
    if rule is None:
        return None
    reached = [look for look in planned_looks(rule, order) if look.end <= last or _past(look.end, now)]
    return reached[-1] if reached and last <= reached[-1].until else None
