"""In which unit the numbers of a column are, and what they are multiplied by: said by the person, by the column's name or by its source.

What nobody says of a duration, an energy or a mass is asked, never assumed. Must not know a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from nof1.cells import brief
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import columns
from nof1.record.sources.source import Column
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.measures import find_measure, fitting, kind_of, unit_factor
from nof1.record.values.units import NEEDED, Kind, Unit, factor_over, read_header, read_unit, unit_names

# Units as a question names them, the one that makes the best example first.
_OFFERED: dict[Kind, tuple[str, ...]] = {
    "duration": ("hours", "minutes", "seconds"),
    "mass": ("mg", "g", "µg"),
    "energy": ("kcal", "kJ"),
    "servings": ("cups", "mg"),
}
_NOTATIONS = ("h:mm", "m:ss")
DOUBTED = frozenset(_OFFERED)  # kinds of units that values can put in doubt


@dataclass(frozen=True)
class Kept:
    """In which unit a field of the diary or a measure is kept, and how many of the first unit of its kind that is."""

    kind: Kind
    name: str
    size: float = 1.0

    def factor(self, unit: Unit) -> float | None:
        """By what numbers in `unit` are multiplied; None where it cannot be turned into this one, or is a notation."""
        if self.kind in ("percent", "count") and unit.kind == "count":  # points of a score are what they are
            return 1.0
        return factor_over(unit.factor, self.size) if unit.kind == self.kind and not unit.clock else None


@dataclass(frozen=True)
class ColumnUnit:
    """The unit of a column.

    Attributes
    ----------
    factor : float or None
        By what its plain numbers are multiplied; None where nothing says in which unit they are.
    unit : Unit or None
        What is said of it.
    kept : Kept or None
        The unit that they are turned into; None where none is known, and numbers stay as they are.
    sure : bool
        Whether the person said it, or the makers of the file: values do not put it in doubt.
    """

    factor: float | None = 1.0
    unit: Unit | None = None
    kept: Kept | None = None
    sure: bool = True


NOTHING: Mapping[str, str] = MappingProxyType({})
NO_UNIT = ColumnUnit()  # plain numbers stay as they are


def kept_unit(field: str, protocol: Protocol) -> Kept | None:
    """The unit in which values of a field are kept, from the measure that it is or from its own name; None where there is none."""
    outcome = protocol.outcome
    own = _in_name(field)
    if field == outcome.name:
        return own or (Kept("percent", "%") if (outcome.low, outcome.high) == (0, 100) else None)
    if field in ("taken", "confidence"):
        return Kept("percent", "%", 100.0 if field == "taken" else 1.0)
    measure = find_measure(field)
    if measure is None:
        return own
    return Kept(kind_of(measure), measure.unit)


def _in_name(field: str) -> Kept | None:
    units = read_header(field).units
    return Kept(units[0].kind, units[0].name, units[0].factor) if len(units) == 1 and not units[0].clock else None


def said_unit(units: Mapping[str, str], field: str) -> str:
    """The unit that was said of a field, under its own name or another one of the same measure; "" if none was."""
    measure = find_measure(field)
    for name, text in units.items():
        meant, unit = find_measure(name), read_unit(text)
        same = meant is not None and measure is not None
        if name == field or (same and meant is measure):
            return text
        # Caffeine said to be in mg has become caffeine_mg.
        if same and unit is not None and meant is not None and fitting(meant, unit) is measure:
            return text
    return ""


def refuse_stray_units(units: Mapping[str, str], fields: Sequence[str]) -> None:
    """Refuse a unit that was said of something that nothing is taken into.

    Raises
    ------
    InputError
        If there is one.
    """
    for name, text in units.items():
        if not any(said_unit({name: text}, field) for field in fields):
            raise InputError(
                f"A unit was said of {name!r}, and nothing is taken into it. Units can be said of: {', '.join(fields) or 'nothing'}."
            )


def column_unit(field: str, column: Column, protocol: Protocol, said: str, usual: str) -> ColumnUnit:
    """The unit of the numbers in a column that is taken into `field`.

    Parameters
    ----------
    said : str
        What the person said of this file; it goes before everything.
    usual : str
        What was said of an earlier file like it; it serves where this one leaves it open, and values can put it in doubt.

    Raises
    ------
    InputError
        If there is no such unit, or it cannot be turned into the one kept.
    """
    kept = kept_unit(field, protocol)
    if said:
        return _of_person(field, kept, said)
    if column.unit not in ("", "?"):
        measure = find_measure(field) if field != protocol.outcome.name else None
        return ColumnUnit(unit_factor(measure, column.unit) if measure else 1.0, read_unit(column.unit), kept)
    units = read_header(column.name).units if not column.unit else ()
    if len(units) == 1:
        return _of_header(field, column, kept, units[0], protocol)
    unit = read_unit(usual)
    if unit is not None and (kept is None or unit.clock or kept.factor(unit) is not None):
        return replace(_of_person(field, kept, usual), sure=False)
    if kept is None or (kept.kind not in NEEDED and not units):
        return ColumnUnit(1.0, None, kept, sure=kept is None or kept.kind != "servings")
    # Who gives a secondary outcome a name of their own with a unit in it has said the unit.
    own = not units and not column.unit and find_measure(field) is None and field not in columns(protocol)
    return ColumnUnit(1.0 if own else None, None, kept, sure=own)


def _of_person(field: str, kept: Kept | None, said: str) -> ColumnUnit:
    unit = read_unit(said)
    if unit is None:
        known = unit_names(kept.kind) if kept is not None else ("hours", "minutes", "mg", "kcal", "cups", "%")
        raise InputError(f"{said!r} is no unit that is known for {field}. Known are: {', '.join(known) or 'count'}.")
    kept = kept or Kept(unit.kind, unit.name, unit.factor)
    factor = kept.factor(unit)
    if factor is None and not (unit.clock and kept.kind == unit.kind):
        raise InputError(
            f"{field} is kept in {kept.name or 'plain numbers'}; the unit {said!r} cannot be turned into it. "
            f"{_other(field, unit)}Known: {', '.join(unit_names(kept.kind)) or 'count'}."
        )
    return ColumnUnit(factor, unit, kept)


def _of_header(field: str, column: Column, kept: Kept | None, unit: Unit, protocol: Protocol) -> ColumnUnit:
    if kept is None and unit.kind == "percent" and field == protocol.outcome.name:
        low, high = protocol.outcome.low, protocol.outcome.high
        raise InputError(
            f"The column {brief(column.name)!r} is in percent, and {field} runs from {low:g} to {high:g}. "
            f"If its numbers are of that scale all the same, say so: units={{{field!r}: 'points'}}."
        )
    kept = kept or Kept(unit.kind, unit.name, unit.factor)
    factor = kept.factor(unit)
    if factor is None and not (unit.clock and kept.kind == unit.kind):
        offered = _OFFERED.get(kept.kind, (kept.name or "count",))[0]
        raise InputError(
            f"The column {brief(column.name)!r} is in {unit.name or 'plain numbers'}, and {field} is kept in {kept.name or 'plain numbers'}. "
            f"{_other(field, unit, column)}If the column's name misleads, say the unit: units={{{field!r}: {offered!r}}}."
        )
    return ColumnUnit(factor, unit, kept, sure=False)


def _other(field: str, unit: Unit, column: Column | None = None) -> str:
    """The measure that is kept in this unit, as a sentence, where there is one."""
    measure = find_measure(field)
    other = fitting(measure, unit) if measure is not None else None
    if other is None or other is measure:
        return ""
    name = brief(column.name) if column is not None else "its column"
    return f"What is in {unit.name} can be taken as {other.name}: column_map={{{other.name!r}: {name!r}}}. "


def unknown_unit(
    field: str, column: str, kept: Kept, text: str, line: int, *, makers: str = "", others: Mapping[str, str] = NOTHING
) -> AmbiguousInput:
    """The question for the unit of a column, of which a number or a duration such as 7:54 does not tell it.

    `makers` is whose file it is, and `others` are further columns of which nothing says their unit, by field.
    """
    names = _NOTATIONS if ":" in text else _OFFERED.get(kept.kind, (kept.name,))
    said = f"The makers of {makers} do not say" if makers else "Nothing says"
    open_too = [f"{brief(other)!r} ({name})" for name, other in others.items() if name != field]
    too = f" It is open of {', '.join(open_too)}, too, if there are numbers in it." if open_too else ""
    return AmbiguousInput(
        f"{said} in which unit {brief(column)!r} is (line {line}: {brief(text, 20)}), and it is not guessed at. "
        f"Look at the file, then say it: units={{{field!r}: {names[0]!r}}} (or {', '.join(names[1:])}).{too}",
        option="unit",
        choices=(field,),
    )


def doubted_unit(field: str, column: str, unit: ColumnUnit, value: float, night: date) -> AmbiguousInput:
    """The question for a unit in which a value can hardly be what was meant."""
    kept = unit.kept.name if unit.kept is not None else ""
    read = unit.unit.name if unit.unit is not None else kept
    offered = _NOTATIONS if read in _NOTATIONS else _OFFERED.get(unit.kept.kind, ()) if unit.kept is not None else ()
    others = [name for name in offered if name != read]
    said = f"units={{{field!r}: {others[0]!r}}} (or {', or '.join([*others[1:], f'{read} if that is right'])})"
    return AmbiguousInput(
        f"Read in {read}, {brief(column)!r} makes {value:g} {kept} of the night {night} ({field}), which can hardly be meant. "
        f"Say its unit: {said}",
        option="unit",
        choices=(field,),
    )


def mixed_percents(field: str, column: str, fraction: float) -> AmbiguousInput:
    """The question for a column of percentages with a fraction among them."""
    return AmbiguousInput(
        f"{brief(column)!r} holds percentages, and {fraction:g} without a sign among them. "
        f"Say what the numbers without a sign are: units={{{field!r}: 'share'}} ({fraction:g} is {100 * fraction:g} %) or % ({fraction:g} %)",
        option="unit",
        choices=(field,),
    )
