"""A food log's rows of supplements, told apart: what is in them is not taken for food, and whoever looks at the preview is told.

Where a row may be either, the person says which it is. Knows a row's cells; must not know a night.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from nof1.cells import listed
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import number_text
from nof1.record.importing.cell_values import CellReader
from nof1.record.importing.reading import Reading, Target
from nof1.record.sources.source import Export
from nof1.record.sources.supplements import NUTRIENTS, Kind, Nutrient, doses_of, kind_of, treats_with
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.measures import find_measure

Answer = Literal["supplement", "food"]
ANSWERS: tuple[Answer, ...] = ("supplement", "food")
_ASKED = 6  # names in one question
_MEAL = 20.0  # kcal from which on a row that weighs like a dose is a meal all the same


@dataclass(frozen=True)
class ToldApart:
    """Rows of one name that are no food.

    Attributes
    ----------
    name : str
        As the log calls them; an amount such as "200 mg" where it calls them nothing.
    fields : tuple of str
        What was not taken from them.
    rows : int
    amounts : tuple of float
        Least and most that one of them holds, in the unit kept.
    """

    name: str
    fields: tuple[str, ...]
    rows: int
    amounts: tuple[float, float]


@dataclass
class _Found:
    fields: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    low: float = float("inf")
    high: float = float("-inf")

    def add(self, name: str, amount: float) -> None:
        self.fields[name] = None
        self.low, self.high = min(self.low, amount), max(self.high, amount)


class FoodLog:
    """Tells the supplements of one file apart, row by row; a file that is no food log passes through."""

    def __init__(
        self,
        export: Export,
        targets: Sequence[Target],
        protocol: Protocol,
        reading: Reading,
        *,
        read: CellReader,
        nights: tuple[date, date],
    ) -> None:
        self._export, self._protocol, self._nights = export, protocol, nights
        self._texts = [export.place(name) for name in export.foods]
        self._of = {target.field: nutrient for target in targets if (nutrient := self._nutrient(target)) is not None}
        self.looks = bool(self._of and self._texts)  # asked for every row; no other file can hold supplements
        self._doses = {nutrient.measure: doses_of(protocol, nutrient) for nutrient in self._of.values()}
        self._energy = next(
            (place for place, column in enumerate(export.columns) if column.measure == "energy_kcal"), -1
        )
        self._read = read
        self._said = _said(reading)
        self._kinds: dict[tuple[str, ...], Kind] = {}
        self._apart: dict[str, _Found] = {}
        self._asked: dict[str, _Found] = {}
        self._names: set[str] = set()

    def food(self, cells: Sequence[str], given: Sequence[Target], night: date | None = None) -> Sequence[Target]:
        """The targets of a row without what is no food; a row of one of the trial's nights is told of."""
        if not self.looks:
            return given
        first, last = self._nights
        taken, noted, counts = given, False, night is not None and first <= night <= last
        for target in given:
            nutrient = self._of.get(target.field)
            amount = None if nutrient is None else self._amount(target, cells)
            if nutrient is None or not amount:
                continue
            name = self._name(cells, amount)
            self._names.add(_plain(name))
            kind = self._kind(nutrient, cells, amount, name)
            if kind == "supplement":
                # Its zeros say nothing of the day's food, which may not have been logged at all.
                taken = [one for one in taken if one is not target and (one.text or self._amount(one, cells))]
            if counts and kind != "food":
                found = (self._apart if kind == "supplement" else self._asked).setdefault(name, _Found())
                found.add(target.field, amount)
                found.rows += not noted
                noted = True
        return taken

    def told(self) -> tuple[ToldApart, ...]:
        """What was told apart, after the last row.

        Raises
        ------
        AmbiguousInput
            If a row may be either.
        """
        if self._asked:
            self._ask()
        return tuple(
            ToldApart(name, tuple(found.fields), found.rows, (found.low, found.high))
            for name, found in self._apart.items()
        )

    def unknown(self, names: Iterable[str]) -> list[str]:
        """Those names that no row of the file with such a value has."""
        return [name for name in names if _plain(name) not in self._names]

    def _nutrient(self, target: Target) -> Nutrient | None:
        """The nutrient whose amount in food a target is to be; None for what counts from anywhere."""
        own = find_measure(target.field)
        measure = own or find_measure(self._export.column(target.column).measure)
        nutrient = None if measure is None else NUTRIENTS.get(measure.name)
        if nutrient is None or not (nutrient.of_food or treats_with(self._protocol, nutrient)):
            return None
        return nutrient

    def _amount(self, target: Target, cells: Sequence[str]) -> float | None:
        try:
            return self._read.value(target, cells[target.place], 0, bounded=False)
        except (ValueError, InputError):
            return None  # that is told, or asked, where the cell is taken

    def _name(self, cells: Sequence[str], amount: float) -> str:
        texts = (cells[place].strip() for place in self._texts)
        return next((listed([text]) for text in texts if text), f"{number_text(round(amount, 6))} mg")

    def _kind(self, nutrient: Nutrient, cells: Sequence[str], amount: float, name: str) -> Kind:
        said = self._said.get(_plain(name))
        if said is not None:
            return said
        texts = tuple(cells[place] for place in self._texts)
        key = (nutrient.measure, *texts)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = kind_of(nutrient, self._protocol, texts) if any(texts) else "food"
        if kind == "food" and self._is_a_dose(nutrient, cells, amount):
            return "unsure"
        return kind

    def _is_a_dose(self, nutrient: Nutrient, cells: Sequence[str], amount: float) -> bool:
        """Whether a row holds exactly what the trial gives, and hardly anything else."""
        if not any(abs(amount - dose) < 1e-6 * dose for dose in self._doses[nutrient.measure]):
            return False
        try:
            energy = self._read.plain(cells[self._energy]) if self._energy >= 0 else None
        except ValueError:
            energy = None
        return not energy or energy < _MEAL

    def _ask(self) -> None:
        names = list(self._asked)
        first = self._asked[names[0]]
        most = f" up to {number_text(first.high)} mg" if first.high > first.low else f" {number_text(first.high)} mg"
        rows = f"{first.rows} row{'' if first.rows == 1 else 's'}"
        others = f" So may {listed(names[1:], _ASKED)}." if len(names) > 1 else ""
        raise AmbiguousInput(
            f"{self._export.name}: {names[0]!r} ({rows} with{most}) may be a supplement, or the trial's own treatment, and "
            f"{' and '.join(first.fields)} is to hold what was in the food.{others} "
            f"Say what {'each' if others else 'it'} is: supplement={names[0]!r} or food={names[0]!r}",
            option=f"row {names[0]}",
            choices=ANSWERS,
        )


def names_of(names: str | Sequence[str]) -> tuple[str, ...]:
    """Names of rows, of which there may be one alone."""
    return (names,) if isinstance(names, str) else tuple(names)


def said_before(before: Sequence[str], now: Sequence[str], otherwise: Sequence[str]) -> tuple[str, ...]:
    """What was said of rows for an earlier file and now, without those of which another thing is said now."""
    other = {_plain(name) for name in (*now, *otherwise)}
    return (*(name for name in before if _plain(name) not in other), *now)


def _said(reading: Reading) -> dict[str, Kind]:
    """What the person said of rows, by their names.

    Raises
    ------
    InputError
        If one was called both.
    """
    said: dict[str, Kind] = {_plain(name): "food" for name in reading.food}
    for name in reading.supplement:
        if said.get(_plain(name)) == "food":
            raise InputError(f"{name!r} is called a supplement and a food. Call it one of the two.")
        said[_plain(name)] = "supplement"
    return said


def _plain(name: str) -> str:
    """A name as it is told from others: as a message shows it, but for capitals and spaces."""
    return " ".join(listed([name]).casefold().split())
