"""What can be recorded beside the rating: names, units and how the diary asks for it.

Names are those of the columns: a covariate that the protocol calls "caffeine_mg" is asked and imported in mg. Knows no trial.
"""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from nof1.errors import InputError
from nof1.language import phrase, say
from nof1.plan.protocol.instruments import known_instruments
from nof1.record.values.nights import Belongs
from nof1.record.values.units import Kind, Unit, read_header, read_unit, unit_names


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
_BESIDE: tuple[Measure, ...] = (
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
    Measure("nap_minutes", phrase("naps that day"), "minutes", 0, _DAY, belongs="day"),
    Measure("time_in_bed_minutes", phrase("time in bed"), "minutes", 0, _DAY, ("time_in_bed",)),
    Measure("awake_minutes", phrase("time awake in bed"), "minutes", 0, _DAY, ("awake",)),
    Measure("awakenings", phrase("times awake"), "", 0, 500),
    Measure("sleep_latency_minutes", phrase("time to fall asleep"), "minutes", 0, _DAY, ("sleep_latency",)),
    Measure("deep_sleep_minutes", phrase("deep sleep"), "minutes", 0, _DAY, ("deep_sleep",)),
    Measure("rem_sleep_minutes", phrase("REM sleep"), "minutes", 0, _DAY, ("rem_sleep",)),
    Measure("sleep_score", phrase("sleep score of the device"), "", 0, 100),
    Measure("sleep_rating", phrase("rating of the sleep"), "", 0, 100, ("sleep_quality",)),
    Measure("mood", phrase("mood"), "", -100, 100),
    Measure(
        "impression_of_change",
        phrase("change since before the trial, from 1 (much better) to 7 (much worse)"),
        "",
        1,
        7,
    ),
    Measure("noticed", phrase("what gave away which dose it was"), "", 1, 5),
    Measure("resting_heart_rate", phrase("resting heart rate"), "beats a minute", 20, 250),
)
MEASURES = (*_BESIDE, *(Measure(one.name, one.title, "", one.low, one.high) for one in known_instruments()))
_BY_NAME = MappingProxyType({name: measure for measure in MEASURES for name in (measure.name, *measure.aliases)})


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
    found = read_unit(unit)
    if found is None or not fits(measure, found):
        raise InputError(
            f"{measure.name} is kept in {measure.unit or 'plain numbers'}; the unit {unit!r} cannot be turned into it. "
            f"Known: {', '.join(unit_names(kind_of(measure))) or measure.unit or 'none'}."
        )
    return found.factor


def kind_of(measure: Measure) -> Kind:
    """What its unit measures; of counts and scores "count", of scores from 0 to 100 "percent"."""
    unit = read_unit(measure.unit) if measure.unit else None
    return unit.kind if unit is not None else "percent" if (measure.low, measure.high) == (0, 100) else "count"


def fits(measure: Measure, unit: Unit) -> bool:
    """Whether numbers in a unit can be turned into the one that is kept."""
    return unit.kind == kind_of(measure) or (unit.kind == "count" and not measure.unit)


def fitting(measure: Measure, unit: Unit) -> Measure | None:
    """The measure of the same thing that is kept in such a unit: of caffeine in mg it is caffeine_mg, of caffeine in cups caffeine.

    >>> fitting(find_measure("caffeine"), read_unit("g")).name
    'caffeine_mg'
    """
    alike = (other for other in MEASURES if _bare(other.name) == _bare(measure.name) and fits(other, unit))
    return measure if fits(measure, unit) else next(alike, None)


def measure_of_column(name: str) -> Measure | None:
    """The measure that the name of a column says it holds, by its words and the unit in it; None where the two do not go together.

    >>> [measure_of_column(name).name for name in ("Sleep (h)", "Caffeine (mg)", "Caffeine", "sleep_hours")]
    ['sleep_minutes', 'caffeine_mg', 'caffeine', 'sleep_minutes']
    >>> measure_of_column("Alcohol (g)")
    """
    exact = find_measure(_key(name))
    if exact is not None:
        return exact
    header = read_header(name)
    key = _key(header.bare)
    if len(header.units) != 1:
        return find_measure(key)
    (unit,) = header.units
    known = _BY_NAME.get(key)
    if known is not None and fits(known, unit):
        return known
    # Coffee in g is no caffeine: another measure than that of the name has to be called so itself.
    return next((measure for measure in MEASURES if key and key in _stems(measure) and fits(measure, unit)), None)


def _key(name: str) -> str:
    return "_".join(name.replace("_", " ").replace("-", " ").split()).casefold()


def _bare(name: str) -> str:
    return read_header(name).bare


@cache
def _stems(measure: Measure) -> frozenset[str]:
    """Its own name, and those with a unit in them, without the unit."""
    return frozenset(
        _bare(name) for name in (measure.name, *measure.aliases) if name == measure.name or _bare(name) != name
    )
