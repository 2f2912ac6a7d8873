"""What people type for their medicines and hours."""

import pytest

from nof1 import InputError
from nof1.cli.wizard.medicines import medicines_text, read_medicines


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("gabapentin 600 mg 21:30, iron 8:00", [("gabapentin 600 mg", ("21:30",)), ("iron", ("08:00",))]),
        ("gabapentin 9.30 pm", [("gabapentin", ("21:30",))]),
        ("gabapentin 0.5 mg", [("gabapentin 0.5 mg", ())]),
        ("gabapentin 300 8:00/14:00/20:00", [("gabapentin 300", ("08:00", "14:00", "20:00"))]),
        ("sertraline 50 (08:00)", [("sertraline 50", ("08:00",))]),
        ("ramipril 5/25 8:00", [("ramipril 5/25", ("08:00",))]),
        ("gabapentin with dinner", [("gabapentin with dinner", ())]),
        *((none, []) for none in ("none", "no meds", "nein", "Keine", "nichts", "-")),
    ],
)
def test_medicines_are_read_as_people_type_them(typed, read):
    medicines = read_medicines(typed)
    assert [(one.name, one.times) for one in medicines] == read
    assert read_medicines(medicines_text(medicines)) == medicines


def test_numbers_alone_are_no_medicine():
    with pytest.raises(InputError, match="cannot be read"):
        read_medicines("gabapentin 600 at 8, 14 and 20")
