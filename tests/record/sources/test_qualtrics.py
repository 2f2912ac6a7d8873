"""Qualtrics: three rows of header, moments in the survey's zone, previews that are no answers."""

import pytest

from nof1.record.sources.qualtrics import recognize

NAMES = "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,RecipientEmail,UserLanguage,Q1,Q2_1,arm\n"
ASKED = 'Start Date,End Date,Response Type,IP Address,Progress,Duration (in seconds),Finished,Recorded Date,Response ID,Recipient Email,User Language,How bad were your legs?,"Your sleep, in hours",arm\n'


def imported(zone):
    told = ",".join(
        f'"{{""ImportId"":""{name}""{zone if name.endswith("Date") else ""}}}"'
        for name in ("startDate", "endDate", "status", "ip", "progress", "duration", "finished", "recordedDate", "id", "mail", "lang", "QID1", "QID2", "arm")
    )  # fmt: skip
    return told + "\n"


def answer(day, status="IP Address", finished="True", rating="6"):
    return f"2026-01-{day} 20:58:00,2026-01-{day} 21:03:00,{status},10.0.0.1,100,300,{finished},2026-01-{day} 21:03:01,R_{day},kim@example.org,DE,{rating},7.5,drug\n"


BERLIN = ',""timeZone"":""Europe/Berlin""'
FILE = (
    NAMES
    + ASKED
    + imported(BERLIN)
    + answer("05")
    + answer("06", "Survey Preview")
    + answer("07", finished="False", rating="")
)


def test_only_answers_are_rows(opened, table):
    export = recognize(opened(FILE))
    assert [row.line for row in export.rows()] == [4, 6]
    assert [row.get("Q1") for row in table(export)] == ["6", None]


@pytest.mark.parametrize(
    ("status", "kept"), [("IP Address", 1), ("0", 1), ("16", 1), ("1", 0), ("2", 0), ("Survey Test", 0)]
)
def test_an_answer_of_a_trial_run_is_none(opened, status, kept):
    assert len(list(recognize(opened(NAMES + ASKED + imported("") + answer("05", status))).rows())) == kept


def test_the_moments_have_the_surveys_zone(opened, table):
    export = recognize(opened(FILE))
    assert export.zone_column == "time zone of the survey"
    assert table(export)[0]["time zone of the survey"] == "Europe/Berlin"
    assert (export.when, table(export)[0][export.when]) == ("EndDate", "2026-01-05 21:03:00")


@pytest.mark.parametrize(
    "zone", ["", ',""timeZone"":""Nowhere/Land""', ',""timeZone"":5', ',""timeZone"":""../../etc/passwd""']
)
def test_a_zone_that_is_none_is_not_used(opened, zone):
    export = recognize(opened(FILE.replace(BERLIN, zone)))
    assert export.zone_column == ""
    assert len(list(export.rows())) == 2


def test_z_is_the_zone_utc(opened, table):
    export = recognize(opened(FILE.replace(BERLIN, ',""timeZone"":""Z""')))
    assert table(export)[0]["time zone of the survey"] == "UTC"


def test_what_was_asked_is_told(opened):
    export = recognize(opened(FILE))
    assert {column.name: column.asks for column in export.columns if column.asks} == {
        "Q1": "How bad were your legs?",
        "Q2_1": "Your sleep, in hours",
    }
    assert export.column("Q1").told == "Q1 (How bad were your legs?)"


def test_who_it_is_stays_behind(opened, roles):
    export = recognize(opened(FILE))
    assert roles(export, "private") == ["IPAddress", "ResponseId", "RecipientEmail"]
    assert roles(export, "treatment") == ["arm"]


def test_a_file_that_was_saved_without_its_further_headers_is_read(opened, table):
    export = recognize(opened(NAMES + answer("05")))
    assert [row["Q1"] for row in table(export)] == ["6"]
    assert not any(column.asks for column in export.columns)


def test_a_row_of_questions_alone_is_given_to_be_rejected(opened):
    assert len(list(recognize(opened(NAMES + ASKED + answer("05"))).rows())) == 2


def test_surplus_cells_stay_surplus(opened):
    export = recognize(opened(FILE + answer("08").replace(",drug\n", ",drug,more\n")))
    cells = list(export.rows())[-1].cells
    assert (cells[: len(export.columns)][-1], cells[len(export.columns) :]) == ("Europe/Berlin", ["more"])
