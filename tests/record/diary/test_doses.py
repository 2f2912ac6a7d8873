"""One rule for what was taken of a night's plan."""

from datetime import date

import pytest

from nof1.record.diary.doses import dose_kind
from nof1.record.diary.entry import Entry

NIGHT = date(2026, 1, 5)


@pytest.mark.parametrize(
    ("dose", "kind"),
    [(None, "not_recorded"), (0, "missed"), (0.5, "as_planned"), (200, "as_planned")],
)
def test_where_no_dose_is_named_any_is_as_planned(make_protocol, dose, kind):
    protocol = make_protocol(arms=[{"name": "off"}, {"name": "magnesium", "form": "citrate"}])
    assert dose_kind(protocol, "magnesium", Entry(NIGHT, dose_mg=dose)) == kind


@pytest.mark.parametrize(
    ("dose", "kind"),
    [(0, "missed"), (0.5, "partly"), (198.9, "partly"), (199, "as_planned"), (201, "as_planned"), (201.1, "more")],
)
def test_a_milligram_is_near_enough(make_protocol, dose, kind):
    assert dose_kind(make_protocol(), "magnesium", Entry(NIGHT, dose_mg=dose)) == kind
    assert dose_kind(make_protocol(), "magnesium", None) == "not_recorded"
