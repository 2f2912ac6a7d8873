"""Microsoft Forms: the moment of sending, in the languages that were seen; the person stays behind."""

import pytest

from nof1.record.sources.microsoft_forms import recognize

ROW = "1,05/01/2026 21:00,05/01/2026 21:02,kim@example.org,Kim,6,200\n"
HEADERS = {
    "English": "ID,Start time,Completion time,Email,Name",
    "English, of Excel": "Id,Start time,Completion time,Email,Name",
    "German": "Id,Startzeit,Fertigstellungszeit,E-Mail,Name",
    "French": "ID,Heure de début,Heure de fin,Adresse de messagerie,Nom",
    "Spanish": "Id,Hora de inicio,Hora de finalización,Correo electrónico,Nombre",
    "Portuguese": "Id,Hora de início,Hora de conclusão,Email,Nome",
    "Dutch": "ID,Begintijd,Tijd van voltooien,E-mail,Naam",
}


@pytest.mark.parametrize("language", HEADERS)
def test_a_form_is_known_in_its_language(opened, roles, language):
    header = HEADERS[language]
    export = recognize(opened(f"{header},How bad?,Which dose?\n{ROW}"))
    assert export.when == header.split(",")[2]
    assert roles(export, "private") == header.split(",")[3:]
    assert export.column("How bad?").role == "value"
    assert export.column("Which dose?").role == "treatment"
    assert export.date_order is None


def test_what_forms_adds_is_no_answer(opened, roles):
    header = "ID,Start time,Completion time,Email,Name,Last modified time,Language,Sleep score"
    export = recognize(opened(f"{header}\n1,1/5/26 21:00,1/5/26 21:02,anonymous,,1/6/26 8:00,de,70\n"))
    assert roles(export, "text") == ["ID", "Start time", "Completion time", "Last modified time", "Language"]


def test_a_date_that_is_asked_for_is_pointed_out(opened):
    export = recognize(opened("ID,Start time,Completion time,Email,Name,Date,Legs\n1,a,b,c,d,e,6\n"))
    assert any("column_map={'night': 'Date'}" in note for note in export.notes)


@pytest.mark.parametrize(
    "header", ["ID,Start time,End time,Legs", "Start time,Completion time,Legs,ID", "ID,Startzeit,Completion time,Legs"]
)
def test_another_table_with_an_id_is_none(opened, header):
    assert recognize(opened(f"{header}\n1,2,3,4\n")) is None
