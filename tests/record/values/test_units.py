"""Units in the names of columns: found whatever stands before them, never where another word only looks like one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.record.values import units
from nof1.record.values.units import read_header, read_unit, unit_names

HEADERS = {
    "Slept (h)": ("Slept", "hours"),
    "Duration to sleep (s)": ("Duration to sleep", "seconds"),
    "Active Energy (kJ)": ("Active Energy", "kJ"),
    "Coffee caffeine (g)": ("Coffee caffeine", "g"),
    "Sleep [min]": ("Sleep", "minutes"),
    "Sleep {hrs.}": ("Sleep", "hours"),
    "Sleep\N{FULLWIDTH LEFT PARENTHESIS}h\N{FULLWIDTH RIGHT PARENTHESIS}": ("Sleep", "hours"),
    "sleep_hours": ("sleep", "hours"),
    "total_sleep_time_min": ("total_sleep_time", "minutes"),
    "sleepDurationSeconds": ("sleep_Duration", "seconds"),
    "durationInMillis (ms)": ("durationInMillis", "milliseconds"),
    "duration_in_seconds": ("duration", "seconds"),
    "Weight, kg": ("Weight", "kg"),
    "Sleep: h": ("Sleep", "hours"),
    "Sleep in hours": ("Sleep", "hours"),
    "Sleep h": ("Sleep", "hours"),
    "Caffeine (mg/day)": ("Caffeine", "mg"),
    "Caffeine (mg per day)": ("Caffeine", "mg"),
    "Caffeine (mg, estimated)": ("Caffeine", "mg"),
    "Caffeine (in mg)": ("Caffeine", "mg"),
    "Koffein (Milligramm)": ("Koffein", "mg"),
    "Iron (\N{MICRO SIGN}g)": ("Iron", "µg"),
    "Iron (\N{GREEK SMALL LETTER MU}g)": ("Iron", "µg"),
    "Schlaf in Stunden": ("Schlaf", "hours"),
    "Stunden geschlafen": ("geschlafen", "hours"),
    "Hours of sleep": ("sleep", "hours"),
    "How many hours did you sleep last night?": ("did you sleep last night?", "hours"),
    "minutes_asleep": ("asleep", "minutes"),
    "Sleep (h:mm)": ("Sleep", "h:mm"),
    "Hours of sleep (h:mm)": ("sleep", "hours"),
    "Severity (%)": ("Severity", "%"),
    "Severity%": ("Severity", "%"),
    "Coffee cups": ("Coffee", "cups"),
    "Sleep (h) last night": ("Sleep last night", "hours"),
    "Hours": ("", "hours"),
    "mg": ("", "mg"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_unit_counts_whatever_stands_before_it(name):
    bare, unit = HEADERS[name]
    found = read_header(name)
    assert (found.bare, [one.name for one in found.units]) == (bare, [unit])


@pytest.mark.parametrize(
    "name",
    ["Sleep", "Steps in 24 h", "Sleep (last 24 hours)", "Sleep in the last hours", "Exercise after hours", "Energy (1-10)", "Mood (good/bad)",
     "Vitamin G", "Plan s", "Food Mg", "Magnesium (Mg)", "Sleep (m)", "Sleep (hours/minutes)", "Hours and minutes slept", "Max", "Min", "min",
     "Minutes after midnight", "Hour of sleep onset", "Exercise (min/week)", "Timer", "Steps", "h", "", "  ", "()", "Caffeine mg/h",
    "Sleep (min, max)"],
)  # fmt: skip
def test_what_is_no_unit_for_certain_is_none(name):
    assert read_header(name).units == ()


@pytest.mark.parametrize("name", ["Sleep (h) (min)", "Hours of sleep (min)", "Caffeine mg (g)", "sleep_hours (min)"])
def test_units_that_contradict_each_other_are_both_told(name):
    assert len(read_header(name).units) == 2


@pytest.mark.parametrize(
    ("text", "name"),
    [("Hrs.", "hours"), (" MIN ", "minutes"), ("kJ", "kJ"), ("KCAL", "kcal"), ("bpm", "beats a minute")],
)
def test_a_unit_is_known_however_it_is_written(text, name):
    assert read_unit(text).name == name


@pytest.mark.parametrize("text", ["", "Mg", "m", "d", "cal", "IU", "fortnights", "hours minutes", "h h", "0", "."])
def test_a_text_that_can_be_several_units_is_none(text):
    assert read_unit(text) is None


@given(st.text(max_size=300))
def test_any_name_is_read(name):
    found = read_header(name)
    assert len({(unit.kind, unit.factor) for unit in found.units}) == len(found.units)


SHAPES = ("{} ({})", "{} [{}]", "{} (in {})", "{}, {}", "{} in {}", "{}: {}", "{}_{}", "{} ({}/day)", "{} ({}.)")
# What a name may begin with, units and words that look like some among it.
PREFIXES = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(["Sleep", "last", "24", "hours", "min", "(h)", "[mg]", "g", "in", "_", ",", "of", "mg", "7.5", "Mg", "%", "kcal", "the"]),
        max_size=6,
    ).map(" ".join),
)  # fmt: skip
WRITTEN = (
    "h",
    "hrs",
    "Hours",
    "min",
    "mins",
    "minutes",
    "s",
    "sec",
    "ms",
    "mg",
    "g",
    "µg",
    "mcg",
    "kg",
    "kcal",
    "kJ",
    "bpm",
    "cups",
    "drinks",
)


@given(PREFIXES, st.sampled_from(WRITTEN), st.sampled_from(SHAPES))
def test_the_unit_of_any_name_is_found_or_left_open(prefix, written, shape):
    """Whatever stands before it: the unit itself is found alone, or beside others, or none is; never another one instead."""
    unit = read_unit(written)
    found = read_header(shape.format(prefix, written)).units
    if len(found) == 1:
        before = read_header(prefix).units
        assert found == (unit,) or found == before
        # A name that states a unit by itself and ends in another one has two; in brackets it is never overlooked.
        assert found == (unit,) or "(" not in shape.replace("{}", "")
    if shape in SHAPES[:3] and not set("()[]{}<>") & set(prefix):
        assert unit.factor in {one.factor for one in found if one.kind == unit.kind}


def test_units_of_a_kind_are_named():
    assert unit_names("mass")[:3] == ("mg", "g", "kg")
    assert {"hours", "h:mm", "m:ss"} <= set(unit_names("duration"))


_ALL = {(unit.kind, unit.factor) for unit, _ in (*units._UNITS, *units._CLOCKS)}
_RATIOS = {factor: Fraction(factor).limit_denominator(10**5) for _, factor in _ALL}
_PAIRS = sorted((one, other) for kind, one in _ALL for other_kind, other in _ALL if kind == other_kind)
DECIMALS = st.decimals(-(10**9), 10**9, places=4, allow_nan=False).map(str)


@given(DECIMALS, st.sampled_from(_PAIRS))
def test_a_number_in_another_unit_is_what_decimals_make_of_it(text, pair):
    """Against fractions, rounded once: no last digits that binary arithmetic has made."""
    factor, kept = pair
    assert repr(units.scaled(float(text), factor)) == repr(float(Fraction(text) * _RATIOS[factor]))
    exact = float(Fraction(text) * _RATIOS[factor] / _RATIOS[kept])
    found = units.scaled(float(text), units.factor_over(factor, kept))
    # Between kilograms and pounds the quotient itself needs more digits than a float has; elsewhere it is a simple fraction.
    assert found == (pytest.approx(exact, rel=4e-16) if 453_592.37 in pair else exact)


def test_every_factor_is_the_fraction_that_it_stands_for():
    assert {factor: float(ratio) for factor, ratio in _RATIOS.items()} == {factor: factor for _, factor in _ALL}
    assert (_RATIOS[1 / 60], _RATIOS[1 / 4.184]) == (Fraction(1, 60), Fraction(125, 523))


@given(st.lists(DECIMALS, min_size=1, max_size=8))
def test_numbers_add_up_as_decimals_do(texts):
    assert units.added_up(map(float, texts)) == float(sum(map(Fraction, texts)))
