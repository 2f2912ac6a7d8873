"""A record of Apple Health as a row: which kinds are taken, their columns, units and stages. Must not know a file."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from nof1.record.diary.entry import number_text
from nof1.record.opening.opened import MAX_CELL, Row
from nof1.record.sources.source import Column
from nof1.record.values.units import scaled

# Units as HealthKit writes them (Apple, HKUnit, init(from:)); "Cal" is the large calorie and "cal" the small one.
_MINUTES = {"min": 1.0, "s": 1 / 60, "hr": 60.0}
_MG = {"mg": 1.0, "g": 1000.0, "mcg": 0.001}
_KCAL = {"kcal": 1.0, "Cal": 1.0, "kJ": 1 / 4.184, "cal": 0.001}
_COUNT = {"count": 1.0}
_A_MINUTE = {"count/min": 1.0, "count/s": 60.0}
_TYPE = "HKQuantityTypeIdentifier"
_SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
_STAGE = "HKCategoryValueSleepAnalysis"

COLUMNS = (
    Column("start"),  # of what belongs to a day: its middle
    Column("end"),
    Column("device", role="private"),
    Column("StepCount", "steps", "count", "device", "day"),
    Column("AppleExerciseTime", "exercise", "min", "device", "day"),
    Column("DietaryCaffeine", "caffeine_mg", "mg", "sum", "day"),
    Column("DietaryMagnesium", "dietary_magnesium_mg", "mg", "sum", "day"),
    Column("DietaryIron", "dietary_iron_mg", "mg", "sum", "day"),
    Column("NumberOfAlcoholicBeverages", "alcohol", "drinks", "sum", "day"),
    Column("DietaryEnergyConsumed", "energy_kcal", "kcal", "sum", "day"),
    Column("RestingHeartRate", "resting_heart_rate", "count/min", "mean", "day"),
    Column("SleepAnalysis Asleep", "sleep_minutes", "min", "union"),
    Column("SleepAnalysis InBed", "time_in_bed_minutes", "min", "union"),
    Column("SleepAnalysis Awake", "awake_minutes", "min", "union"),
    Column("SleepAnalysis AsleepDeep", "deep_sleep_minutes", "min", "union"),
    Column("SleepAnalysis AsleepREM", "rem_sleep_minutes", "min", "union"),
    Column("HKFoodType", belongs="day", role="text"),  # what was eaten, where the app that wrote it says so
)
PLACES = {column.name: place for place, column in enumerate(COLUMNS)}
FOOD = "HKFoodType"
HELD_BY_FOOD = frozenset(
    _TYPE + name for name in ("DietaryCaffeine", "DietaryMagnesium", "DietaryIron")
)  # that supplements hold
MEAL = "HKCorrelationTypeIdentifierFood"


# Where a quantity's value goes, and the factors from its unit to the column's.
_QUANTITIES: Mapping[str, tuple[int, Mapping[str, float]]] = MappingProxyType(
    {
        _TYPE + name: (PLACES[name], factors)
        for name, factors in (
            ("StepCount", _COUNT),
            ("AppleExerciseTime", _MINUTES),
            ("DietaryCaffeine", _MG),
            ("DietaryMagnesium", _MG),
            ("DietaryIron", _MG),
            ("NumberOfAlcoholicBeverages", _COUNT),
            ("DietaryEnergyConsumed", _KCAL),
            ("RestingHeartRate", _A_MINUTE),
        )
    }
)
KNOWN = frozenset({*_QUANTITIES, _SLEEP})


def places_of(kind: str) -> tuple[int, ...]:
    """Places of the columns that records of a kind go to, such as HKQuantityTypeIdentifierStepCount; none if it is not taken."""
    if kind == _SLEEP:
        return tuple(place for place, column in enumerate(COLUMNS) if column.name.startswith("SleepAnalysis"))
    return (_QUANTITIES[kind][0],) if kind in _QUANTITIES else ()


def record_row(number: int, attributes: Mapping[str, str]) -> Row | None:
    """The row of a record, by Apple's names of what it tells, or None if it is of a kind that is not taken."""
    kind = attributes.get("type", "")
    value = attributes.get("value", "").strip()
    cells = [""] * len(COLUMNS)
    cells[0] = attributes.get("startDate", "")
    cells[1] = attributes.get("endDate", "")
    cells[2] = attributes.get("sourceName", "")
    if kind == _SLEEP:
        places = _stages(value.removeprefix(_STAGE))
        if not places:
            return None
        for place in places:
            cells[place] = "1"
    elif kind in _QUANTITIES:
        place, factors = _QUANTITIES[kind]
        cells[0] = _middle(cells[0], cells[1])
        cells[place] = _converted(value, attributes.get("unit", ""), factors)
    else:
        return None
    return Row(number, [cell[: MAX_CELL + 1] for cell in cells])


_MIDNIGHT = "00:00:00"


def _middle(start: str, end: str) -> str:
    """The moment that tells the day of a value: the middle of its interval, for a whole day's begins at midnight.

    A value of midnight sharp, without length, was entered for a date: it is the date without a time. What cannot be read
    stays as it is, for the importer to reject.
    """
    if start == end:
        return start[:10] if start[11:19] == _MIDNIGHT else start
    if start[:10] == end[:10] and start[11:13] >= "04":
        return start  # the quick way: start and middle are of the same day
    try:
        begun, ended = (datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z") for text in (start, end))
    except ValueError:
        return start
    return str(begun + (ended - begun) / 2) if begun <= ended else start


_ASLEEP = PLACES["SleepAnalysis Asleep"]
_STAGES = {
    "InBed": (PLACES["SleepAnalysis InBed"],),
    "Awake": (PLACES["SleepAnalysis Awake"],),
    "AsleepDeep": (_ASLEEP, PLACES["SleepAnalysis AsleepDeep"]),
    "AsleepREM": (_ASLEEP, PLACES["SleepAnalysis AsleepREM"]),
}


def _stages(stage: str) -> tuple[int, ...]:
    """The columns that a stage counts for: Asleep (before iOS 16), AsleepUnspecified and AsleepCore are sleep, no more."""
    return _STAGES.get(stage) or ((_ASLEEP,) if stage.startswith("Asleep") else ())


def _converted(value: str, unit: str, factors: Mapping[str, float]) -> str:
    """The number in the column's unit; with its own unit behind it, so that it is no number, where that is not known."""
    factor = factors.get(unit)
    if factor == 1.0:
        return value
    try:
        if factor is None:
            raise ValueError
        return number_text(scaled(float(value), factor))
    except ValueError:
        return f"{value} {unit or 'without a unit'}"
