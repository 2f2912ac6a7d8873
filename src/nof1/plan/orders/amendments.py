"""Changes after the draw: pauses, single periods unblinded, other medicines, anything else. One line each in amendments.csv, never removed.

Knows no order and no night that was recorded.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from nof1.cells import csv_text, shielded, unshielded
from nof1.errors import InputError
from nof1.files import read_bytes, write_atomic
from nof1.plan.design.fields import Day, Frozen, Text, Whole
from nof1.plan.design.order import Pause
from nof1.plan.protocol.explain import explain

AMENDMENTS_FILE = "amendments.csv"
COLUMNS = ("entered", "kind", "start", "nights", "period", "reason")


class Amendment(Frozen):
    """One change after the draw.

    `kind` is "pause" (with `start` and `nights`), "unblinded" (with `period`), "medicine" (another medicine that was started,
    stopped or changed on the day `start`; which and how, in `reason`) or "note" (anything else, in `reason`).
    """

    entered: datetime
    kind: Literal["pause", "unblinded", "medicine", "note"]
    start: Day | None = None
    nights: Annotated[Whole, Field(ge=1, le=365)] | None = None
    period: Annotated[Whole, Field(ge=1)] | None = None
    reason: Annotated[Text, Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _holds_what_its_kind_needs(self) -> "Amendment":
        if (self.nights is not None) != (self.kind == "pause"):
            raise ValueError("a pause, and nothing else, has a number of nights")
        if (self.start is not None) != (self.kind in ("pause", "medicine")):
            raise ValueError("a pause and a change of a medicine, and nothing else, have a first day")
        if (self.period is not None) != (self.kind == "unblinded"):
            raise ValueError("an unblinded period, and nothing else, has the number of a period")
        return self

    @classmethod
    def make(cls, *, where: str = "The amendment", **values: Any) -> "Amendment":
        """Make one, with one clear message if the values do not fit.

        Raises
        ------
        InputError
            If they do not.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            raise InputError(explain(error, where)) from None


def load_amendments(folder: str | Path) -> tuple[Amendment, ...]:
    """All amendments of a trial folder, in the order in which they were entered; none if there is no such file.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = Path(folder) / AMENDMENTS_FILE
    if not path.is_file():
        return ()
    try:
        reader = csv.DictReader(io.StringIO(read_bytes(path).decode("utf-8-sig"), newline=""), strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(f"{path} must have the columns {', '.join(COLUMNS)}. Restore it from a copy.")
        return tuple(_parse(row, where=f"{path}, line {reader.line_num}") for row in reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is damaged ({error}). Restore it from a copy.") from None


def _parse(row: dict[str, Any], *, where: str) -> Amendment:
    if None in row or None in row.values():
        raise InputError(f"{where}: the row does not have {len(COLUMNS)} values. Restore the file from a copy.")
    values: dict[str, Any] = {name: unshielded(text) for name, text in row.items() if text}
    for name in ("nights", "period"):
        if name in values and values[name].isascii() and values[name].isdecimal() and len(values[name]) < 10:
            values[name] = int(values[name])
    return Amendment.make(where=where, **values)


def amendments_csv(amendments: Iterable[Amendment]) -> str:
    """amendments.csv with these amendments."""
    rows: list[Iterable[str]] = [COLUMNS]
    for amendment in amendments:
        values = amendment.model_dump(mode="json")
        rows.append(["" if values[name] is None else shielded(str(values[name])) for name in COLUMNS])
    return csv_text(rows)


def save_amendments(folder: Path, amendments: Iterable[Amendment]) -> None:
    """Write amendments.csv, whole or not at all. Call it with the folder locked."""
    write_atomic(folder / AMENDMENTS_FILE, amendments_csv(amendments))


def pauses(amendments: Iterable[Amendment]) -> tuple[Pause, ...]:
    """The pauses among them, in the order in which they were entered."""
    return tuple(
        Pause(amendment.start, amendment.nights)
        for amendment in amendments
        if isinstance(amendment.start, date) and amendment.nights is not None
    )
