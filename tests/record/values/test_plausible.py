"""Values put the unit of a column in doubt where they are those of another unit, and not where they are only unusual."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.record.values.measures import find_measure
from nof1.record.values.plausible import doubtful

HOURS, SECONDS = 60, 1 / 60


@pytest.mark.parametrize("name", ["sleep_minutes", "time_in_bed_minutes"])
@given(nights=st.lists(st.floats(240, 720), min_size=1, max_size=30))
def test_a_night_in_another_unit_is_doubted(name, nights):
    """4 to 12 hours, whichever of hours, minutes and seconds they are taken for."""
    measure = find_measure(name)
    assert doubtful(measure, nights) is None
    for read, written in ((1, HOURS), (1, SECONDS), (HOURS, 1), (HOURS, SECONDS), (SECONDS, 1), (SECONDS, HOURS)):
        taken = [night / written * read for night in nights]
        beyond = [value for value in taken if value > measure.high]
        within = [value for value in taken if value <= measure.high]
        assert len(beyond) > len(within) or doubtful(measure, within) is not None


@pytest.mark.parametrize(
    ("name", "values", "doubted"),
    [
        ("sleep", [450, 0, 390], None),
        ("sleep", [450, 7.5], 7.5),
        ("sleep", [], None),
        ("sleep", [0], None),
        ("exercise", [1, 0.5], 1),
        ("exercise", [1, 45], None),
        ("sleep_latency", [0.2, 0.1], 0.2),
        ("sleep_latency", [1, 10], None),
        ("sleep_latency", [600, 300], 600),
        ("deep_sleep", [20 * 60], 1200),
        ("caffeine_mg", [0.12, 0.08], 0.12),
        ("caffeine_mg", [2, 3], 3),
        ("caffeine_mg", [0, 80], None),
        ("caffeine", [2, 0], None),
        ("caffeine", [2, 80], 80),
        ("alcohol", [14, 40], 40),
        ("energy_kcal", [8700, 9100], 9100),
        ("energy_kcal", [8.7], 8.7),
        ("energy_kcal", [2100, 7000], None),
        ("steps", [0.5], None),
    ],
)
def test_a_column_is_doubted_by_what_people_record(name, values, doubted):
    assert doubtful(find_measure(name), values) == doubted
