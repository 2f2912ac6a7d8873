"""REDCap: fields by their names, the moment of a survey, and whatever tells a person or an arm left behind."""

from nof1.record.sources.redcap import recognize

LONG = (
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_survey_identifier,redcap_data_access_group,"
    "diary_timestamp,severity,note,aids___1,aids___2,email,arm,diary_complete\n"
    "1,daily_arm_2,diary,1,kim@example.org,berlin,2026-01-05 22:10:00,6,calm,1,0,,drug,2\n"
    "1,daily_arm_2,diary,2,kim@example.org,berlin,[not completed],4,,0,0,,drug,0\n"
    "1,baseline_arm_2,,,,,,,,,,kim@example.org,,\n"
)


def test_fields_keep_their_names(opened, table):
    export = recognize(opened(LONG))
    assert export.when == "diary_timestamp"
    assert [row.get("severity") for row in table(export)] == ["6", "4", None]
    assert export.column("aids___1").role == "value"


def test_who_it_is_and_which_arm_stays_behind(opened, roles):
    export = recognize(opened(LONG))
    assert roles(export, "private") == ["redcap_survey_identifier", "redcap_data_access_group", "email"]
    assert roles(export, "treatment") == ["redcap_event_name", "arm"]


def test_the_record_can_be_asked_about(opened):
    """Whose rows they are is a question of the importer's, so the column is there to be looked at."""
    assert recognize(opened(LONG)).column("record_id").role == "text"


def test_a_survey_that_was_not_sent_has_no_moment(opened, table):
    export = recognize(opened(LONG))
    assert [row.get("diary_timestamp") for row in table(export)] == ["2026-01-05 22:10:00", None, None]
    assert any("[not completed]" in note for note in export.notes)


def test_of_several_moments_the_person_says_which(opened):
    export = recognize(opened(LONG.replace("note,", "morning_timestamp,")))
    assert export.when == ""
    assert any("diary_timestamp, morning_timestamp" in note for note in export.notes)


def test_a_project_without_events_is_known_by_the_state_of_its_form(opened):
    export = recognize(opened("record_id,date,severity,diary_complete\n1,2026-01-05,6,2\n"))
    assert (export.when, export.column("diary_complete").role) == ("date", "text")
    assert recognize(opened("id,date,severity,diary_complete\n1,2026-01-05,6,2\n")) is None


def test_a_first_field_that_tells_the_arm_stays_one(opened):
    export = recognize(opened("treatment,redcap_event_name,date,severity\nA,x_arm_1,2026-01-05,6\n"))
    assert export.column("treatment").role == "treatment"
