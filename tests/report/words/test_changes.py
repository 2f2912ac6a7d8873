from datetime import UTC, date, datetime

import pytest

from nof1.language import speaking
from nof1.plan.orders.amendments import Amendment
from nof1.report.words.changes import amendment_sentence


def amendment(reason, *, kind="note", **values):
    return Amendment.make(entered=datetime(2026, 1, 12, 9, 30, tzinfo=UTC), reason=reason, kind=kind, **values)


SENTENCES = {
    "pause": (
        amendment("Holiday", kind="pause", start=date(2026, 1, 13), nights=5),
        "Entered on 2026-01-12: a pause of 5 nights from the evening of 2026-01-13; the nights after it moved. Holiday.",
    ),
    "one night": (
        amendment("Why not?", kind="pause", start=date(2026, 1, 13), nights=1),
        "Entered on 2026-01-12: a pause of 1 night from the evening of 2026-01-13; the nights after it moved. Why not?",
    ),
    "unblinded": (
        amendment("Fell.", kind="unblinded", period=3),
        "Entered on 2026-01-12: period 3 was unblinded. Fell.",
    ),
    "medicine": (
        amendment("sertraline 50 mg started", kind="medicine", start=date(2026, 1, 10)),
        "Entered on 2026-01-12: another medicine, from 2026-01-10 on. sertraline 50 mg started.",
    ),
    "note": (amendment("half a dose"), "Entered on 2026-01-12: half a dose."),
}


@pytest.mark.parametrize(("amended", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_an_amendment_is_told_in_one_sentence_in_both_languages(amended, sentence):
    assert amendment_sentence(amended) == sentence
    with speaking("de") as german:
        german.missing.clear()
        told = amendment_sentence(amended)
        assert not german.missing
    assert told.startswith("Eingetragen am 2026-01-12: ")
    assert told.endswith(sentence.split()[-1])
