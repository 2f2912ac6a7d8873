"""Google Forms: the timestamp tells the night, what names a person stays behind."""

import pytest

from nof1.errors import InputError
from nof1.record.sources.google_forms import recognize

FORM = """Timestamp,Email Address,What is your name?,How bad were your legs?,Anything else?
2026/01/05 9:00:00 PM GMT+1,kim@example.org,Kim,6,"slept badly,
twice"
5/10/2026 09:15:00,kim@example.org,Kim,,
"""


def test_questions_are_columns_and_the_timestamp_tells_when(opened, table):
    export = recognize(opened(FORM))
    assert export.when == "Timestamp"
    assert (export.dated_by, export.date_order) == (None, None)
    question = export.column("How bad were your legs?")
    assert (question.role, question.merge, question.belongs) == ("value", None, "night")
    first, second = table(export)
    assert first["Timestamp"] == "2026/01/05 9:00:00 PM GMT+1"
    assert first["Anything else?"] == "slept badly,\ntwice"
    assert second["Timestamp"] == "5/10/2026 09:15:00"


def test_who_answered_is_private(opened, roles):
    export = recognize(opened(FORM))
    assert roles(export, "private") == ["Email Address", "What is your name?"]
    assert any("Left behind" in note and "'Email Address'" in note for note in export.notes)


@pytest.mark.parametrize(
    "name", ["E-Mail-Adresse", "Adresse e-mail", "Correo electrónico", "Username", "Nutzername", "Vorname", "Full name"]
)
def test_a_persons_name_is_private_in_other_languages(opened, roles, name):
    assert roles(recognize(opened(f"Zeitstempel;{name};Wie stark?\n05.01.2026 21:00:00;x;4,5\n")), "private") == [name]


def test_a_german_form_writes_decimal_commas(opened, table):
    export = recognize(opened("Zeitstempel;Wie stark?\n05.01.2026 21:00:00;4,5\n"))
    assert export.decimal_hint is True
    assert table(export) == [{"Zeitstempel": "05.01.2026 21:00:00", "Wie stark?": "4,5"}]


def test_a_question_that_names_the_treatment_is_known(opened, roles):
    export = recognize(opened("Timestamp,Treatment,How bad?\n2026/01/05 9:00:00 PM GMT+1,on,6\n"))
    assert roles(export, "treatment") == ["Treatment"]


def test_a_date_that_the_form_asks_for_is_pointed_out(opened):
    export = recognize(opened("Timestamp,Date,How bad?\n2026/01/05 9:00:00 PM GMT+1,2026-01-04,6\n"))
    assert export.when == "Timestamp"
    assert any("column_map={'night': 'Date'}" in note for note in export.notes)


def test_two_questions_of_one_text_are_refused(opened):
    with pytest.raises(InputError, match="two columns called 'How bad"):
        recognize(opened("Timestamp,How bad?,How bad?\n2026/01/05 9:00:00 PM GMT+1,1,2\n"))
