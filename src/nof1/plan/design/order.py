"""The order of the periods: every night with its period, block and arm, with pauses or sealed, and order.csv.

A period is one stretch on one arm; a block is a set of periods that holds each arm once.
Knows neither the design that allows it nor the diary.
"""

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from nof1.cells import brief, csv_text
from nof1.errors import InputError
from nof1.files import write_atomic
from nof1.plan.design.fields import NOT_COMPARED, PAUSE, UNCOUNTED, WASHOUT

ORDER_FILE = "order.csv"
COLUMNS = ("date", "period", "block", "arm")
RUN_IN = 0  # number of the run-in period and of its block
_SHOWN = 24  # periods of an order in one line
OFF_TRIAL = (WASHOUT, *UNCOUNTED)  # stand where an arm would, on nights that belong to none


@dataclass(frozen=True)
class Period:
    """One stretch of nights on one arm, or between periods.

    `number` counts from 1 (the run-in is 0); `block` is 0 for nights that belong to no block. `arm` is "washout" on
    nights after a period without any dose, "pause" on nights that do not count, and None while the order is sealed.
    Washout and pauses have the number of the period that they follow or interrupt. `dose_mg` is the dose that an amendment planned
    for these evenings, None where it is the protocol's; a change of it cuts a period in two stretches. Adopted nights can be "(no arm)" or
    "(not compared)", which do not count either; before the first period their number is 0.
    """

    number: int
    block: int
    arm: str | None
    start: date
    nights: int
    dose_mg: float | None = None

    @property
    def dates(self) -> tuple[date, ...]:
        """The evenings of the period."""
        return tuple(self.start + timedelta(days=i) for i in range(self.nights))

    @property
    def end(self) -> date:
        """Its last evening."""
        return self.start + timedelta(days=self.nights - 1)

    @property
    def on_trial(self) -> bool:
        """Whether these are nights of an arm, the run-in among them."""
        return self.arm not in OFF_TRIAL

    @property
    def counts(self) -> bool:
        """Whether its nights are part of the trial: those of an arm, and a planned washout."""
        return self.arm not in UNCOUNTED


@dataclass(frozen=True)
class Pause:
    """Nights that do not count: the nights from `start` on move by `nights`."""

    start: date
    nights: int


@dataclass(frozen=True, repr=False)
class Order:
    """Every night of the trial with its period, block and arm: stretches in calendar order, without gaps.

    Examples
    --------
    >>> order = nof1.draw_order(trial.protocol)
    >>> order == trial.order, order.nights, order.sealed
    (True, 91, False)

    `left` holds what was drawn behind the evening on which a trial was stopped: no night of the trial any more.
    """

    periods: tuple[Period, ...]
    left: tuple[Period, ...] = ()

    def __post_init__(self) -> None:
        if not self.periods:
            raise InputError("An order needs at least one period.")
        if self.left and self.left[0].start != self.end + timedelta(days=1):
            raise InputError(
                f"What is left of the order starts on {self.left[0].start}, but it was stopped on {self.end}."
            )
        for earlier, later in itertools.pairwise(self.periods):
            if later.start != earlier.end + timedelta(days=1):
                raise InputError(
                    f"Period {later.number} starts on {later.start}, but period {earlier.number} ends on {earlier.end}."
                )
            goes_on = earlier.arm == later.arm and earlier.dose_mg != later.dose_mg
            same = later.number == earlier.number and (goes_on or not (earlier.on_trial and later.on_trial))
            if later.number != earlier.number + 1 and not same:
                raise InputError(
                    f"Period {earlier.number} is followed by period {later.number}; periods are numbered in a row."
                )

    def __repr__(self) -> str:
        arms = "arms sealed" if self.sealed else " ".join(str(period.arm) for period in self.periods[:_SHOWN])
        more = f" and {len(self.periods) - _SHOWN} more" if len(self.periods) > _SHOWN and not self.sealed else ""
        left = f", stopped with {sum(period.nights for period in self.left)} nights left" if self.left else ""
        return f"Order of {self.nights} nights from {self.start} to {self.end}{left}: {arms}{more}"

    @property
    def nights(self) -> int:
        """Number of nights, pauses included."""
        return sum(period.nights for period in self.periods)

    @property
    def start(self) -> date:
        """The first evening."""
        return self.periods[0].start

    @property
    def end(self) -> date:
        """The last evening."""
        return self.periods[-1].end

    @property
    def sealed(self) -> bool:
        """Whether the arms are not known here."""
        return any(period.arm is None for period in (*self.periods, *self.left))

    def period_of(self, night: date) -> Period:
        """The stretch that holds `night`.

        Raises
        ------
        InputError
            If the night is outside the trial.

        Examples
        --------
        >>> trial.order.period_of(trial.order.end).arm
        'magnesium'
        """
        for period in self.periods:
            if period.start <= night <= period.end:
                return period
        raise InputError(f"{night} is not a night of this trial, which runs from {self.start} to {self.end}.")

    def ends_period(self, night: date) -> bool:
        """Whether `night` is the last one of a period on an arm, the run-in excepted.

        Examples
        --------
        >>> trial.order.ends_period(trial.order.end)
        True
        """
        here = self.period_of(night)
        if night != here.end or not here.on_trial or here.number == RUN_IN:
            return False
        return not any(
            period.number == here.number and period.on_trial and period.start > night for period in self.periods
        )

    def with_pauses(self, pauses: Iterable[Pause]) -> "Order":
        """The order as it is lived: each pause moves what follows, and may fall into a period.

        Raises
        ------
        InputError
            If a pause starts on a night that is outside the trial by then.

        Examples
        --------
        >>> from nof1.plan.design.order import Pause
        >>> paused = trial.order.with_pauses([Pause(trial.order.end, nights=3)])
        >>> paused.nights - trial.order.nights
        3
        """
        periods = list(self.periods)
        for pause in pauses:
            here = Order(tuple(periods)).period_of(pause.start)
            at, before = periods.index(here), (pause.start - here.start).days
            moved = timedelta(days=pause.nights)
            parts = [
                replace(here, nights=before),
                Period(here.number, here.block, PAUSE, pause.start, pause.nights),
                replace(here, start=pause.start + moved, nights=here.nights - before),
            ]
            later = [replace(period, start=period.start + moved) for period in periods[at + 1 :]]
            periods = _joined([*periods[:at], *(part for part in parts if part.nights), *later])
        return Order(tuple(periods))

    def until(self, evening: date) -> "Order":
        """The order of a trial that was stopped: its nights up to that evening; what was drawn behind it is `left`.

        Raises
        ------
        InputError
            If that is not an evening of the trial.

        Examples
        --------
        >>> stopped = trial.order.until(trial.order.start)
        >>> stopped.nights, stopped.whole == trial.order
        (1, True)
        """
        here = self.period_of(evening)
        at, lived = self.periods.index(here), (evening - here.start).days + 1
        rest = replace(here, start=evening + timedelta(days=1), nights=here.nights - lived)
        left = [part for part in (rest, *self.periods[at + 1 :], *self.left) if part.nights]
        return Order((*self.periods[:at], replace(here, nights=lived)), tuple(_joined(left)))

    @property
    def whole(self) -> "Order":
        """The order with what was left of it when the trial was stopped; the same where it was not.

        Examples
        --------
        >>> trial.order.whole == trial.order
        True
        """
        return Order(tuple(_joined([*self.periods, *self.left]))) if self.left else self

    def with_dose(self, arm: str, mg: float, start: date) -> "Order":
        """The order with another dose of an arm from an evening on. Of a sealed order nothing changes: its arms are not known here.

        Examples
        --------
        >>> from datetime import timedelta
        >>> lower = trial.order.with_dose("magnesium", 100, trial.order.end - timedelta(days=2))
        >>> lower.nights == trial.order.nights, lower.periods[-1].nights, lower.periods[-1].dose_mg
        (True, 3, 100)
        """

        def changed(periods: Sequence[Period]) -> tuple[Period, ...]:
            out: list[Period] = []
            for period in periods:
                if period.arm != arm or period.end < start:
                    out.append(period)
                    continue
                before = max(0, (start - period.start).days)
                later = replace(
                    period, start=period.start + timedelta(days=before), nights=period.nights - before, dose_mg=mg
                )
                out += [replace(period, nights=before), later] if before else [later]
            return tuple(_joined(out))

        return Order(changed(self.periods), changed(self.left))

    def at_first_doses(self) -> "Order":
        """The same nights without any change of a dose.

        Examples
        --------
        >>> trial.order.with_dose("magnesium", 100, trial.order.start).at_first_doses() == trial.order
        True
        """

        def plain(periods: Sequence[Period]) -> tuple[Period, ...]:
            return tuple(_joined([replace(period, dose_mg=None) for period in periods]))

        return Order(plain(self.periods), plain(self.left))

    def without_pauses(self) -> "Order":
        """The order as it was planned, at its first doses, with what was left of it when the trial was stopped.

        Examples
        --------
        >>> trial.order.without_pauses() == trial.order
        True
        """
        periods = []
        start = self.start
        for period in self.at_first_doses().whole.periods:
            if period.arm != PAUSE:
                periods.append(replace(period, start=start))
                start += timedelta(days=period.nights)
        return Order(tuple(_joined(periods)))

    def hidden(self) -> "Order":
        """The same nights without their arms; run-in, washout and pauses are no secret.

        Examples
        --------
        >>> trial.order.hidden().sealed
        True
        """

        def hid(periods: Sequence[Period]) -> tuple[Period, ...]:
            return tuple(
                _joined(
                    [
                        replace(period, arm=None, dose_mg=None)
                        if period.on_trial and period.number != RUN_IN
                        else replace(period, dose_mg=None)
                        for period in periods
                    ]
                )
            )

        return Order(hid(self.periods), hid(self.left))

    def arms(self) -> tuple[str, ...]:
        """The arm of each period, in order; run-in, washout and pauses left out.

        Raises
        ------
        InputError
            If the order is sealed.

        Examples
        --------
        >>> trial.order.arms()[:4]
        ('off', 'magnesium', 'off', 'magnesium')
        """
        if self.sealed:
            raise InputError("The order is sealed; its arms are not known here.")
        by_number = {
            period.number: period.arm for period in self.periods if period.on_trial and period.number != RUN_IN
        }
        return tuple(arm for arm in by_number.values() if arm is not None)

    def to_csv(self) -> str:
        """order.csv: one row a night, with those that were left when the trial was stopped.

        Raises
        ------
        InputError
            If the order is sealed.

        Examples
        --------
        >>> trial.order.to_csv().splitlines()[0]
        'date,period,block,arm'
        """
        if self.sealed:
            raise InputError("A sealed order is not written to order.csv.")
        nights = (
            (night.isoformat(), period.number, period.block, period.arm)
            for period in self.whole.periods
            for night in period.dates
        )
        return csv_text([COLUMNS, *nights])

    def save(self, path: Path) -> None:
        """Write order.csv, whole or not at all.

        Examples
        --------
        >>> trial.order.save(folder / "copy.csv")
        >>> (folder / "copy.csv").read_text() == trial.order.to_csv()
        True
        """
        write_atomic(path, self.to_csv())

    @classmethod
    def from_csv(cls, content: bytes, *, where: str) -> "Order":
        """Read order.csv.

        Raises
        ------
        InputError
            If it is damaged.

        Examples
        --------
        >>> content = trial.order.to_csv().encode()
        >>> nof1.Order.from_csv(content, where="order.csv") == trial.order
        True
        """
        rows = _rows(content, where)
        if rows and [row[0] for row in rows] != [rows[0][0] + timedelta(days=i) for i in range(len(rows))]:
            raise InputError(f"{where} has a night missing or twice. Restore it from a copy.")
        periods = tuple(
            Period(number, block, arm, nights[0][0], len(nights))
            for (number, block, arm), group in itertools.groupby(rows, key=lambda row: row[1:])
            for nights in [list(group)]
        )
        try:
            return cls(periods)
        except InputError as problem:
            raise InputError(f"{where} is damaged: {brief(str(problem), 300)} Restore it from a copy.") from None


def _rows(content: bytes, where: str) -> list[tuple[date, int, int, str]]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(f"{where} must have the columns {', '.join(COLUMNS)}. Restore it from a copy.")
        rows = list(reader)
        if any(None in row or None in row.values() for row in rows):
            raise InputError(f"{where} is damaged: a row does not have {len(COLUMNS)} values. Restore it from a copy.")
        return [(date.fromisoformat(row["date"]), int(row["period"]), int(row["block"]), row["arm"]) for row in rows]
    except (UnicodeDecodeError, csv.Error, ValueError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{where} is damaged ({brief(str(error), 120)}). Restore it from a copy.") from None


def _joined(periods: Sequence[Period]) -> list[Period]:
    """Neighbouring stretches of one period become one again."""
    out: list[Period] = []
    for period in periods:
        if out and _alike(out[-1]) == _alike(period):
            out[-1] = replace(out[-1], nights=out[-1].nights + period.nights)
        else:
            out.append(period)
    return out


def _alike(period: Period) -> tuple[int, int, str | None, float | None]:
    return period.number, period.block, period.arm, period.dose_mg


def order_from_arms(start: date, arms: Sequence[str]) -> Order:
    """The order of adopted nights: each stretch on one arm is a period, and there are no blocks.

    Days without an arm interrupt a period where the same arm goes on after them; days that are not compared end it.

    Parameters
    ----------
    arms : sequence of str
        One name for each calendar day from `start` on, or "(no arm)" or "(not compared)".
    """
    periods: list[Period] = []
    number, on = 0, ""  # of the last period on an arm, and its arm; "" where it has ended
    for arm, stretch in itertools.groupby(arms):
        nights = len(list(stretch))
        if arm not in OFF_TRIAL and arm != on:
            number, on = number + 1, arm
        elif arm == NOT_COMPARED:
            on = ""
        periods.append(Period(number, 0, arm, start, nights))
        start += timedelta(days=nights)
    return Order(tuple(periods))
