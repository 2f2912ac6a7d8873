"""The cells of a file's columns as the values that are kept: numbers, amounts with their unit, yes and no.

Knows the scale and the measures; must not know a night or which rows are taken. What cannot be read is told by ValueError, what only
the person can say by AmbiguousInput.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from nof1.cells import brief
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.secondary import check_measure
from nof1.record.importing.column_units import DOUBTED, Kept, doubted_unit, mixed_percents, unknown_unit
from nof1.record.importing.reading import Target
from nof1.record.importing.scales import Scale, plain_word, scale_for
from nof1.record.sources.source import Export
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.amounts import is_clock, parse_amount, parse_clock
from nof1.record.values.measures import Measure, find_measure, kind_of
from nof1.record.values.numbers import flag_or_number, number_reader
from nof1.record.values.plausible import doubtful
from nof1.record.values.units import Unit, factor_over, scaled

# Of these a duration such as 7:54 is hours and minutes where nothing is said: no night has 7 minutes and 54 seconds.
_WHOLE_NIGHTS = frozenset({"sleep_minutes", "time_in_bed_minutes"})
_HOURS = Unit("h:mm", "duration", 60.0, "hours")


class OutsideError(ValueError):
    """A number that its scale or measure does not have."""

    def __init__(self, reason: str, number: float) -> None:
        super().__init__(reason)
        self.number = number


@dataclass
class Beyond:
    """Numbers of a field that are outside of what it can be: how many, and the first of them."""

    value: float
    night: date
    count: int = 0


class CellReader:
    """Reads cells; everything that is the same for all rows is worked out once."""

    def __init__(
        self,
        export: Export,
        made: Iterable[Target],
        protocol: Protocol,
        comma: bool,
        scales: Mapping[str, Scale] | None = None,
    ) -> None:
        self.plain = number_reader(comma)
        self._comma = comma
        outcome = self._outcome = protocol.outcome
        made = tuple(made)
        self._scales = {target.field: scale_for(scales or {}, target.field) for target in made}
        self._own_scales = frozenset(scales or {})
        self.measures: Mapping[str, Measure] = {
            target.field: measure
            for target in made
            if target.field != outcome.name and (measure := find_measure(target.field)) is not None
        }
        # Where yes and no are no numbers: sleep of 0 minutes. Of an amount, no is 0 and yes does not say how much.
        self._amounts = {name for name, measure in self.measures.items() if measure.amount}
        self._unflagged = {outcome.name, "dose_mg", "confidence"} | {
            name for name, measure in self.measures.items() if not measure.flag and not measure.amount
        }
        self._checks: dict[str, Callable[[float], str]] = {
            target.field: _measure_check(self.measures.get(target.field)) for target in made
        }
        self._checks |= {outcome.name: _outcome_check(protocol)}
        # Doses that the plan has are mg, whatever the column is called.
        self._doses = {arm.dose_mg for arm in protocol.arms}
        self._makers = {target.field: export.title for target in made if export.columns[target.place].unit == "?"}
        self._open = {target.field: target.column for target in made if target.factor is None and not target.unit.sure}
        self._percents: set[str] = set()  # fields with cells such as 65 %
        self._clocked: set[str] = set()  # fields with durations such as 7:54 that were taken for hours and minutes
        self.own_units: dict[str, str] = {}  # of fields with cells in another unit than the column's, one of them

    def value(self, target: Target, text: str, line: int, *, bounded: bool = True) -> float | None:
        """The value of a cell, in the unit kept; None where it holds none.

        Raises
        ------
        ValueError
            If it cannot be read; with `OutsideError`, if it is outside of what it can be and that is looked at (`bounded`).
        AmbiguousInput
            If only the person can say in which unit it is.
        """
        scale = self._scales[target.field]
        if scale and (said := scale.get(plain_word(text))) is not None:
            # A word stands for the number that the column would have; where nothing says in which unit, it is the one kept.
            number: float | None = said if target.factor is None else scaled(said, target.factor)
        else:
            try:
                number = self.plain(text)
            except ValueError as problem:
                number = self._worded(target, text, line, problem)
            else:
                if target.factor != 1.0 and number is not None:
                    number = self._scaled(target, text, number, line)
        if bounded and number is not None:
            wrong = self._checks[target.field](number)
            if wrong:
                raise OutsideError(wrong, number)
        return number

    def _scaled(self, target: Target, text: str, number: float, line: int) -> float:
        return self._unitless(target, text, number, line) if target.factor is None else scaled(number, target.factor)

    def _unitless(self, target: Target, text: str, number: float, line: int) -> float:
        """A plain number in a column of which nothing says the unit: nothing is nothing in any of them."""
        unit, kept = target.unit.unit, target.unit.kept
        if not number or kept is None or (target.field == "dose_mg" and number in self._doses):
            return number
        if unit is not None and target.unit.sure:
            raise ValueError(f"{text[:40]!r} is no duration of the form {unit.name}")
        raise self._unknown(target, kept, text, line)

    def _unknown(self, target: Target, kept: Kept, text: str, line: int) -> AmbiguousInput:
        makers = self._makers.get(target.field, "")
        return unknown_unit(target.field, target.column, kept, text, line, makers=makers, others=self._open)

    def _worded(self, target: Target, text: str, line: int, problem: ValueError) -> float | None:
        """What is no plain number: an amount with its unit, a duration, or yes or no."""
        if target.field in self._own_scales and not any(letter.isdigit() for letter in text):
            told = ", ".join(f"{word}={number:g}" for word, number in self._scales[target.field].items())
            raise ValueError(f"{brief(text, 40)!r} is not on the scale that was given ({brief(told, 200)})") from None
        found = parse_amount(text, self.plain)
        if found is not None:
            return self._converted(target, text, *found)
        kept = target.unit.kept
        if kept is not None and kept.kind == "duration" and is_clock(text):
            return self._duration(target, kept, text, line)
        if target.field in self._unflagged:
            raise problem
        number = flag_or_number(text, decimal_comma=self._comma)
        if number and target.field in self._amounts:
            raise problem
        return number

    def _converted(self, target: Target, text: str, number: float, unit: Unit) -> float:
        kept = target.unit.kept
        shown = repr(text.strip()[:40])
        if unit.name == "%":
            self._percents.add(target.field)
        if kept is None:
            # Points are what a scale counts in; what the person gave a name of their own may be in percent.
            if unit.kind == "count" or (unit.name == "%" and target.field != self._outcome.name):
                return number
            raise ValueError(self._without_unit(target.field, shown, unit))
        factor = kept.factor(unit)
        if factor is None:
            raise ValueError(
                f"{shown} is in {unit.name or 'plain numbers'}, and {target.field} is kept in {kept.name or 'plain numbers'}"
            )
        stated = target.unit.unit
        if stated is not None and unit.name != stated.name and not stated.clock:
            self.own_units.setdefault(target.field, text.strip()[:40])
        return scaled(number, factor)

    def _without_unit(self, field: str, shown: str, unit: Unit) -> str:
        """Why an amount with a unit cannot be taken into a field that has none."""
        if field == self._outcome.name:
            return f"{shown} is no number of its scale, {self._outcome.low:g} to {self._outcome.high:g}"
        example = {"duration": "minutes", "mass": "mg", "energy": "kcal"}.get(unit.kind)
        named = f", or take it under a name that ends in one, such as {field}_{example}" if example else ""
        return f"{shown} has a unit, and nothing says in which one {field} is kept; write plain numbers{named}"

    def _duration(self, target: Target, kept: Kept, text: str, line: int) -> float:
        """Two numbers with a colon, as hours and minutes or minutes and seconds."""
        unit = target.unit.unit
        notation = _HOURS if unit is not None and unit.name == "hours" else unit
        if notation is None or not notation.clock:
            if unit is not None and target.unit.sure:
                raise ValueError(
                    f"{text.strip()[:40]!r} can be hours and minutes, or minutes and seconds; write it with its units, such as 1 h 20 min"
                )
            measure = self.measures.get(target.field)
            if measure is None or measure.name not in _WHOLE_NIGHTS:
                raise self._unknown(target, kept, text, line)
            notation = _HOURS
            self._clocked.add(target.field)
        minutes = parse_clock(text, notation)
        if minutes is None:
            raise ValueError(f"{text.strip()[:40]!r} is no duration of the form {notation.name}")
        return scaled(minutes, factor_over(1.0, kept.size))

    def refuse_doubts(
        self, made: Iterable[Target], nights: Mapping[date, Mapping[str, "array[float]"]], beyond: Mapping[str, Beyond]
    ) -> None:
        """Ask for the unit of a column whose values can hardly be meant in the one that they were read in.

        Parameters
        ----------
        nights : mapping
            The values that are taken, by night and field.
        beyond : mapping of str to Beyond
            By field, what was refused for lying outside of what it can be: a few are slips, most of a column are another unit.

        Raises
        ------
        AmbiguousInput
            If there is such a column, and the person did not say its unit.
        """
        for target in made:
            name, measure = target.field, self.measures.get(target.field)
            found = {night: numbers[name] for night, numbers in nights.items() if name in numbers}
            if name in self._percents and target.unit.unit is None and target.unit.kept in (None, Kept("percent", "%")):
                fraction = next((value for value in chain.from_iterable(found.values()) if 0 < value < 1), None)
                if fraction is not None:
                    raise mixed_percents(name, target.column, fraction)
            if (
                target.unit.sure
                or measure is None
                or kind_of(measure) not in DOUBTED
                or target.merge in ("union", "device")
            ):
                continue
            unit = replace(target.unit, unit=_HOURS) if name in self._clocked else target.unit
            outside = beyond.get(name)
            # Packed, since there may be millions of them.
            values = array("d", chain.from_iterable(found.values()))
            if outside is not None and outside.count > len(values):
                raise doubted_unit(name, target.column, unit, outside.value, outside.night)
            value = doubtful(measure, values)
            if value is not None:
                night = next(night for night, numbers in found.items() if value in numbers)
                raise doubted_unit(name, target.column, unit, value, night)


def _outcome_check(protocol: Protocol) -> Callable[[float], str]:
    outcome = protocol.outcome

    def check(value: float) -> str:
        if not outcome.low <= value <= outcome.high:
            return f"{outcome.name} {value:g} is outside its scale, {outcome.low:g} to {outcome.high:g}"
        if outcome.whole and value != int(value):
            return f"{outcome.name} {value:g} must be a whole number from {outcome.low:g} to {outcome.high:g}"
        return ""

    return check


def _measure_check(measure: Measure | None) -> Callable[[float], str]:
    """A value's own bounds; those of the diary's other columns are held once a night."""

    def check(value: float) -> str:
        if measure is not None:
            try:
                check_measure(measure.name, value, where="the value")
            except InputError as problem:
                return str(problem).removeprefix("the value: ")
        return ""

    return check
