"""What can be recorded beside the rating: names, units and how the diary asks for it.

Names are those of the columns: a covariate that the protocol calls "caffeine_mg" is asked and imported in mg. Knows no trial.
"""

from dataclasses import dataclass
from types import MappingProxyType

from nof1.errors import InputError
from nof1.language import phrase, say
from nof1.record.values.nights import Belongs


@dataclass(frozen=True)
class Measure:
    """One thing that can be recorded of a night or of the day before it.

    Attributes
    ----------
    name : str
        As a column.
    title : str
        For people.
    unit : str
        Of the numbers kept; "" for counts and scores.
    low, high : float
        A value outside is refused: it is a typing error, or of another unit.
    aliases : tuple of str
        Other names that a protocol may use for it.
    belongs : Belongs
        "night" for a night's own data, "day" for what was eaten or done on the day before it.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    aliases: tuple[str, ...] = ()
    belongs: Belongs = "night"

    @property
    def flag(self) -> bool:
        """Whether it is yes or no, 1 or 0."""
        return (self.low, self.high) == (0, 1)

    @property
    def amount(self) -> bool:
        """Whether it is how much of something was taken or done that day, of which "no" says none."""
        return not self.flag and self.belongs == "day" and self.low == 0

    @property
    def question(self) -> str:
        """How the diary asks for it, in the spoken language."""
        if self.unit:
            return say("{measure} ({unit})", measure=say(self.title), unit=say(self.unit))
        return say(self.title)


_DAY = 24 * 60
_UNITS_KEPT = (
    phrase("mg"), phrase("cups"), phrase("drinks"), phrase("minutes"), phrase("kcal"), phrase("beats a minute"),
)  # fmt: skip
# The ranges are bounds of what can be (minutes of a day) or generous multiples of what people record; they stop slips, no more.
MEASURES: tuple[Measure, ...] = (
    Measure("caffeine_mg", phrase("caffeine that day"), "mg", 0, 5000, belongs="day"),
    Measure(
        "caffeine",
        phrase("drinks with caffeine that day"),
        "cups",
        0,
        60,
        ("coffee", "tea", "caffeine_cups"),
        belongs="day",
    ),
    Measure(
        "alcohol", phrase("alcoholic drinks that day"), "drinks", 0, 60, ("alcohol_drinks", "drinks"), belongs="day"
    ),
    Measure("iron_mg", phrase("iron taken that day"), "mg", 0, 2000, ("iron",), belongs="day"),
    Measure("exercise", phrase("exercise that day"), "minutes", 0, _DAY, ("exercise_minutes", "sport"), belongs="day"),
    Measure(
        "other_medicines",
        phrase("other medicines changed that day (yes or no)"),
        "",
        0,
        1,
        ("medicines", "other_medicine"),
        belongs="day",
    ),
    Measure(
        "dietary_magnesium_mg",
        phrase("magnesium in that day's food"),
        "mg",
        0,
        5000,
        ("dietary_magnesium", "magnesium_food"),
        belongs="day",
    ),
    Measure("energy_kcal", phrase("energy in that day's food"), "kcal", 0, 30_000, belongs="day"),
    Measure("dietary_iron_mg", phrase("iron in that day's food"), "mg", 0, 2000, ("dietary_iron",), belongs="day"),
    Measure("steps", phrase("steps that day"), "", 0, 200_000, belongs="day"),
    Measure("sleep_minutes", phrase("time asleep"), "minutes", 0, _DAY, ("sleep", "total_sleep", "sleep_duration")),
    Measure("time_in_bed_minutes", phrase("time in bed"), "minutes", 0, _DAY, ("time_in_bed",)),
    Measure("awake_minutes", phrase("time awake in bed"), "minutes", 0, _DAY, ("awake",)),
    Measure("awakenings", phrase("times awake"), "", 0, 500),
    Measure("sleep_latency_minutes", phrase("time to fall asleep"), "minutes", 0, _DAY, ("sleep_latency",)),
    Measure("deep_sleep_minutes", phrase("deep sleep"), "minutes", 0, _DAY, ("deep_sleep",)),
    Measure("rem_sleep_minutes", phrase("REM sleep"), "minutes", 0, _DAY, ("rem_sleep",)),
    Measure("sleep_score", phrase("sleep score of the device"), "", 0, 100),
    Measure("sleep_rating", phrase("rating of the sleep"), "", 0, 100, ("sleep_quality",)),
    Measure("mood", phrase("mood"), "", -100, 100),
    Measure("resting_heart_rate", phrase("resting heart rate"), "beats a minute", 20, 250),
)
_BY_NAME = MappingProxyType({name: measure for measure in MEASURES for name in (measure.name, *measure.aliases)})

# Unit as files write it: the unit kept, and the factor to it.
_UNITS: dict[str, tuple[str, float]] = {
    "min": ("minutes", 1.0),
    "mins": ("minutes", 1.0),
    "minutes": ("minutes", 1.0),
    "h": ("minutes", 60.0),
    "hr": ("minutes", 60.0),
    "hours": ("minutes", 60.0),
    "s": ("minutes", 1 / 60),
    "sec": ("minutes", 1 / 60),
    "seconds": ("minutes", 1 / 60),
    "mg": ("mg", 1.0),
    "g": ("mg", 1000.0),
    "µg": ("mg", 0.001),
    "\N{GREEK SMALL LETTER MU}g": ("mg", 0.001),
    "ug": ("mg", 0.001),
    "mcg": ("mg", 0.001),
    "kcal": ("kcal", 1.0),
    "kj": ("kcal", 1 / 4.184),
    "cups": ("cups", 1.0),
    "drinks": ("drinks", 1.0),
    "count": ("", 1.0),
    "count/min": ("beats a minute", 1.0),
    "bpm": ("beats a minute", 1.0),
}


def find_measure(name: str) -> Measure | None:
    """The measure of this name or alias, or None."""
    return _BY_NAME.get(name.strip().casefold())


def unit_factor(measure: Measure, unit: str) -> float:
    """By what numbers in `unit` are multiplied to be in the unit kept; 1 where the file names none.

    Raises
    ------
    InputError
        If the unit is not one that can be turned into it.
    """
    if not unit or unit.casefold() == measure.unit.casefold():
        return 1.0
    kept, factor = _UNITS.get(unit.strip().casefold(), ("?", 0.0))
    if kept != measure.unit:
        units = sorted(text for text, (to, _) in _UNITS.items() if to == measure.unit) or [measure.unit or "none"]
        raise InputError(
            f"{measure.name} is kept in {measure.unit or 'plain numbers'}; the unit {unit!r} cannot be turned into it. Known: {', '.join(units)}."
        )
    return factor
