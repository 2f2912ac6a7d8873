"""Changes after the draw: pauses, the end of a trial that was stopped, other doses, single periods unblinded, other medicines, anything else.

One line each in amendments.csv, never removed. Knows no value of a night.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from nof1.cells import csv_text, shielded, unshielded
from nof1.errors import InputError
from nof1.files import read_bytes, write_atomic
from nof1.plan.design.fields import ArmName, Day, Finite, Frozen, Text, Whole
from nof1.plan.design.order import Order, Pause, Period
from nof1.plan.protocol.explain import explain

AMENDMENTS_FILE = "amendments.csv"
COLUMNS = ("entered", "kind", "start", "nights", "period", "reason")
# Columns that only a file with such a line has, so that others stay byte for byte as they were written.
FURTHER = ("excluded", "by", "unrelated", "arm", "dose_mg", "taken")
REASON_LEFT_OUT = "(left out of this copy)"  # of a trial that is shared
_BETWEEN = "; "  # nights in one cell
StoppedBy = Literal["person", "clinician", "rule"]
Taken = Literal["planned", "none", "unknown"]
_YES_NO = {"yes": True, "no": False}


class Amendment(Frozen):
    """One change after the draw.

    `kind` is "pause" (with `start` and `nights`, and in `excluded` those of its nights that were recorded before it was entered, and
    so taken out afterwards), "stopped" (with `start`, the first evening that is not of the trial any more,
    `by` whom, and whether the reason had nothing to do with ratings, None where nobody said), "unblinded" (with `period`),
    "dose" (`dose_mg` of `arm` is planned from the evening `start` on), "missed" (on `nights` nights from `start` on nothing was
    recorded, and of the doses was `taken` what was told afterwards), "medicine" (another medicine that was started, stopped or
    changed on the day `start`; which and how, in `reason`) or "note" (anything else, in `reason`).
    """

    entered: datetime
    kind: Literal["pause", "stopped", "unblinded", "dose", "missed", "medicine", "note"]
    start: Day | None = None
    nights: Annotated[Whole, Field(ge=1, le=365)] | None = None
    period: Annotated[Whole, Field(ge=1)] | None = None
    reason: Annotated[Text, Field(max_length=500)]
    excluded: tuple[Day, ...] = ()
    by: StoppedBy | None = None
    unrelated: bool | None = None
    arm: ArmName | None = None
    dose_mg: Annotated[Finite, Field(gt=0, le=5000)] | None = None
    taken: Taken | None = None

    @model_validator(mode="after")
    def _holds_what_its_kind_needs(self) -> "Amendment":
        if (self.nights is not None) != (self.kind in ("pause", "missed")):
            raise ValueError("a pause and missed nights, and nothing else, have a number of nights")
        if (self.start is not None) != (self.kind in ("pause", "stopped", "dose", "missed", "medicine")):
            raise ValueError(
                "a pause, a stop, missed nights and a change of a dose or a medicine, and nothing else, have a first day"
            )
        if (self.taken is not None) != (self.kind == "missed"):
            raise ValueError("of missed nights, and nothing else, it is told what was taken")
        if (self.arm is not None) != (self.kind == "dose") or (self.dose_mg is not None) != (self.kind == "dose"):
            raise ValueError("another dose, and nothing else, has an arm and how much of it is planned")
        if not self.reason and self.kind not in ("dose", "missed"):
            raise ValueError("reason is missing; say why")
        if (self.by is not None) != (self.kind == "stopped"):
            raise ValueError("a stop, and nothing else, has somebody by whom it was decided")
        if self.unrelated is not None and self.kind != "stopped":
            raise ValueError("of a stop alone it is asked whether its reason had to do with ratings")
        if (self.period is not None) != (self.kind == "unblinded"):
            raise ValueError("an unblinded period, and nothing else, has the number of a period")
        if not set(self.excluded) <= set(self.evenings):
            raise ValueError("only nights of a pause are taken out by it")
        return self

    @property
    def evenings(self) -> tuple[date, ...]:
        """The evenings of a pause; none of any other change."""
        start, nights = self.start, self.nights
        if self.kind != "pause" or start is None or nights is None:
            return ()
        return tuple(start + timedelta(days=i) for i in range(min(nights, (date.max - start).days + 1)))

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
        header = tuple(reader.fieldnames or ())
        if header != (*COLUMNS, *(name for name in FURTHER if name in header)):
            raise InputError(f"{path} must have the columns {', '.join(COLUMNS)}. Restore it from a copy.")
        return tuple(_parse(row, where=f"{path}, line {reader.line_num}") for row in reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is damaged ({error}). Restore it from a copy.") from None


def _parse(row: dict[str, Any], *, where: str) -> Amendment:
    if None in row or None in row.values():
        raise InputError(
            f"{where}: the row does not have as many values as there are columns. Restore the file from a copy."
        )
    values: dict[str, Any] = {name: unshielded(text) for name, text in row.items() if text}
    for name in ("nights", "period"):
        if name in values and values[name].isascii() and values[name].isdecimal() and len(values[name]) < 10:
            values[name] = int(values[name])
    if "excluded" in values:
        values["excluded"] = tuple(night.strip() for night in values["excluded"].split(_BETWEEN.strip()))
    if "dose_mg" in values:
        values["dose_mg"] = _number(values["dose_mg"])
    values.setdefault("reason", "")
    if "unrelated" in values:
        values["unrelated"] = _YES_NO.get(values["unrelated"], values["unrelated"])
    return Amendment.make(where=where, **values)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text  # which is refused, by its name


def amendments_csv(amendments: Iterable[Amendment]) -> str:
    """amendments.csv with these amendments."""
    told = [amendment.model_dump(mode="json") for amendment in amendments]
    header = (*COLUMNS, *(name for name in FURTHER if any(values[name] not in (None, []) for values in told)))
    return csv_text([header, *([_cell(values[name]) for name in header] for values in told)])


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return _BETWEEN.join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else shielded(str(value))


def save_amendments(folder: Path, amendments: Iterable[Amendment]) -> None:
    """Write amendments.csv, whole or not at all. Call it with the folder locked."""
    write_atomic(folder / AMENDMENTS_FILE, amendments_csv(amendments))


def pauses(amendments: Iterable[Amendment]) -> tuple[Pause, ...]:
    """The pauses among them, in the order in which they were entered."""
    return tuple(
        Pause(amendment.start, amendment.nights)
        for amendment in amendments
        if amendment.kind == "pause" and isinstance(amendment.start, date) and amendment.nights is not None
    )


def stop_of(amendments: Iterable[Amendment]) -> Amendment | None:
    """The one by which the trial was stopped, None if it was not."""
    return next((amendment for amendment in amendments if amendment.kind == "stopped"), None)


def stopped_after(amendments: Iterable[Amendment]) -> date | None:
    """The last evening of a trial that was stopped, None if it was not."""
    stop = stop_of(amendments)
    return None if stop is None or stop.start is None else stop.start - timedelta(days=1)


def amended_order(order: Order, amendments: Iterable[Amendment]) -> Order:
    """The order as it is lived: with all pauses and changes of a dose, up to the evening on which the trial was stopped, if it was."""
    known = tuple(amendments)
    lived, last = order.with_pauses(pauses(known)), stopped_after(known)
    lived = with_doses(lived, known)
    return lived if last is None else lived.until(last)


def with_doses(order: Order, amendments: Iterable[Amendment]) -> Order:
    """An order with all changes of a dose."""
    for arm, mg, start in dose_changes(amendments):
        order = order.with_dose(arm, mg, start)
    return order


def dose_changes(amendments: Iterable[Amendment]) -> tuple[tuple[str, float, date], ...]:
    """Arm, dose and first evening of every change of a dose, in the order in which they were entered: the last word counts."""
    return tuple(
        (one.arm, one.dose_mg, one.start)
        for one in amendments
        if one.arm is not None and one.dose_mg is not None and one.start is not None
    )


def taken_out(order: Order, amendments: Iterable[Amendment]) -> dict[date, Period]:
    """Nights that were recorded and taken out afterwards by a pause, each with the stretch on which it was lived.

    Parameters
    ----------
    order : Order
        As it is lived, all pauses included.
    """
    lived, out = order.without_pauses(), {}
    for amendment in amendments:
        for night in amendment.excluded:
            if lived.start <= night <= lived.end and (here := lived.period_of(night)).counts:
                out[night] = here
        lived = lived.with_pauses(pauses([amendment]))
    return out
