"""What a person says without knowing the order: the share of a pack that was taken, the arm they guess, how sure they are."""

from datetime import date

import pytest

from nof1.errors import InputError
from nof1.record.diary.entry import Entry, columns, parse_entry
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import add_entries

SPARE = date(2026, 1, 12)  # a night that the fixture's diary does not hold


def entry_of(protocol, **values):
    return parse_entry(protocol, {"night": str(SPARE)} | values, where="test")


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_a_concealed_trial_asks_for_the_share_of_the_pack(planned, concealed):
    """Whoever does not know the order does not know the dose."""
    protocol = planned("randomized-blocks", blocks=2, concealed=concealed)
    assert columns(protocol) == ("night", "severity", "taken", "side_effects", "guess", "confidence", "note")
    assert parse_entry(protocol, {"night": "2026-01-05", "taken": "0.5"}, where="test").taken == 0.5
    with pytest.raises(InputError, match=r"'dose_mg' is not recorded in this trial. Known are: night, severity, taken"):
        parse_entry(protocol, {"night": "2026-01-05", "dose_mg": "200"}, where="test")


def test_no_value_is_dropped_because_the_trial_has_no_column_for_it(sealed_trial, trial_folder, protocol, bytes_in):
    """A dose in a concealed trial, a share of a pack in an open one."""
    sealed = sealed_trial(name="sealed", ratings="")
    for folder, of, entry in (
        (sealed.folder, sealed.protocol, Entry(SPARE, outcome=3, dose_mg=200)),
        (trial_folder, protocol, Entry(SPARE, outcome=3, taken=1)),
    ):
        before = bytes_in(folder)
        with pytest.raises(InputError):
            add_entries(folder, of, [entry])
        assert bytes_in(folder) == before


@pytest.mark.parametrize("text", ["-0.1", "2.1", "nan", "inf", "half", "200"], ids=repr)
def test_a_share_of_a_pack_is_from_none_to_two(planned, text):
    protocol = planned("randomized-blocks", blocks=2, concealed="helper")
    with pytest.raises(InputError, match="taken"):
        parse_entry(protocol, {"night": "2026-01-05", "taken": text}, where="test")
    for share in ("0", "0.5", "1", "2"):
        assert parse_entry(protocol, {"night": "2026-01-05", "taken": share}, where="test").taken == float(share)


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("off", "off"),
        (" Magnesium ", "magnesium"),
        ("no magnesium", "off"),
        ("NO MAGNESIUM", "off"),
        ("can't tell", "can't tell"),
        ("Can't tell", "can't tell"),
        ("can\u2019t tell", "can't tell"),
        ("", ""),
    ],
    ids=repr,
)
def test_a_guess_is_an_arm_however_it_is_written(make_protocol, text, guess):
    """By name or label; telephones write a curly apostrophe."""
    protocol = make_protocol(arms=[{"name": "off", "label": "No magnesium"}, {"name": "magnesium"}])
    assert entry_of(protocol, guess=text).guess == guess


def test_a_label_of_two_arms_is_no_guess(make_protocol):
    arms = [{"name": "off", "label": "capsules"}, {"name": "magnesium", "label": "capsules"}]
    with pytest.raises(InputError, match="capsules"):
        entry_of(make_protocol(arms=arms), guess="capsules")


def test_the_name_of_an_arm_goes_before_the_label_of_another(make_protocol):
    protocol = make_protocol(arms=[{"name": "off", "label": "magnesium"}, {"name": "magnesium", "label": "off"}])
    assert [entry_of(protocol, guess=name).guess for name in ("off", "magnesium")] == ["off", "magnesium"]


@pytest.mark.clock
def test_guess_and_confidence_come_back_as_they_were(protocol, trial_folder):
    given = [
        entry_of(protocol, severity="3", guess="magnesium", confidence="62.5"),
        entry_of(protocol, night="2026-01-13", guess="can't tell", confidence="0"),
        entry_of(protocol, night="2026-01-14", guess="off"),
    ]
    add_entries(trial_folder, protocol, given)
    assert list(read_diary(trial_folder, protocol)[-3:]) == given
