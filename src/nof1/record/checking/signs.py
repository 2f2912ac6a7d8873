"""Recorded side effects and notes that are signs for the emergency number or with which to stop: named again, whoever wrote them.

An import, a spreadsheet and the phone record without a word back; the check says what nof1 log would have said.
"""

from collections.abc import Iterator

from nof1.record.checking.findings import SHOWN, Finding
from nof1.record.checking.values import Rows
from nof1.record.diary.side_effects import Stop, note_sentences, stops

_PARTS = {
    "side_effects": lambda text: [part.strip() for part in text.split(";")],
    "note": note_sentences,
}


def check_signs(diary: Rows) -> Iterator[Finding]:
    """One note for each own words that meet a rule, however many nights have them; emergencies first."""
    met: dict[tuple[str, str], tuple[Stop, list[str]]] = {}
    for (night, column), text in sorted(diary.values.items()):
        for stop in stops(_PARTS[column](text)) if column in _PARTS else ():
            met.setdefault((stop.rule.id, stop.entered.casefold()), (stop, []))[1].append(night)
    for stop, nights in sorted(met.values(), key=lambda one: one[0].rule.level != "emergency"):
        rule, last = stop.rule, nights[-1]
        kind = "an emergency sign" if rule.level == "emergency" else "a stop rule"
        entered = stop.entered if len(stop.entered) <= SHOWN else f"{stop.entered[: SHOWN - 1]}…"
        when = f"Night {last}" if len(nights) == 1 else f"{len(nights)} nights, the last {last}"
        text = f"{when}: {entered!r} is {kind} ({rule.text}). Talk to a doctor about it. If it is there now: {rule.action}."
        yield Finding("note", "signs", text, diary.name, diary.places.get(last))
