"""Signs that were recorded are named by the check, once for the same words, emergencies first."""

from nof1.record.checking.signs import check_signs
from nof1.record.checking.values import Rows


def test_signs_of_the_diary_are_named_once_for_the_same_words_emergencies_first():
    values = {
        ("2026-01-05", "side_effects"): "weak legs; itch",
        ("2026-01-06", "side_effects"): "Weak legs; no chest pain",
        ("2026-01-06", "note"): "Long day. Woke up gasping for air!",
        ("2026-01-06", "guess"): "fainting",
    }
    found = list(check_signs(Rows("diary.csv", values=values, places={"2026-01-06": 3})))
    assert [(one.level, one.what, one.file, one.line) for one in found] == [("note", "signs", "diary.csv", 3)] * 2
    first, second = (one.text for one in found)
    assert first.startswith(
        "Night 2026-01-06: 'Woke up gasping for air!' is an emergency sign (breathlessness). Talk to a doctor"
    )
    assert "If it is there now: call the emergency number now" in first
    assert second.startswith("2 nights, the last 2026-01-06: 'weak legs' is a stop rule (weakness).")
    assert list(check_signs(Rows("diary.csv", values={("2026-01-05", "note"): "no chest pain"}))) == []
