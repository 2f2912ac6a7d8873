"""Oura: the date is the morning, durations have no unit, a day's steps are not the night's."""

from nof1.record.sources.oura import recognize

HEADER = "date,Sleep Score,Total Sleep Score,Total Sleep Time,REM Sleep Time,Sleep Latency,Average Resting Heart Rate"


def test_durations_are_asked_for_and_scores_are_known(opened, measures, table):
    export = recognize(opened(f"{HEADER}\n2026-01-06,80,71,25200,5400,600,58.5\n2026-01-07,,,None,,,\n"))
    assert measures(export) == {
        "Sleep Score": ("sleep_score", "", None, "night"),
        "Total Sleep Time": ("sleep_minutes", "?", None, "night"),
        "REM Sleep Time": ("rem_sleep_minutes", "?", None, "night"),
        "Sleep Latency": ("sleep_latency_minutes", "?", None, "night"),
        "Average Resting Heart Rate": ("resting_heart_rate", "bpm", None, "night"),
    }
    assert export.column("Total Sleep Score").measure == ""
    assert table(export)[1] == {"date": "2026-01-07", "Total Sleep Time": "None"}
    assert any("Durations have no unit" in note for note in export.notes)


def test_a_date_is_the_morning_of_waking_up(opened):
    export = recognize(opened(f"{HEADER}\n2026-01-06,80,71,25200,5400,600,58.5\n"))
    assert (export.when, export.dated_by) == ("date", "morning")
    assert any("morning of waking up" in note for note in export.notes)


def test_the_bedtime_is_the_better_date(opened, table):
    export = recognize(
        opened(
            "date,Sleep Score,Total Sleep Duration,Bedtime Start,Bedtime End\n"
            "2026-01-06,80,25200,2026-01-05T23:30:00.000+01:00,2026-01-06T07:00:00.000+01:00\n"
            "2026-01-07,70,20000,2026-01-07T00:35:00.000+01:00,2026-01-07T07:00:00.000+01:00\n"
            "2026-01-08,,,,\n"
        )
    )
    assert (export.when, export.dated_by) == ("Bedtime Start", "evening")
    assert [row.get("Bedtime Start", "")[:16] for row in table(export)] == ["2026-01-05T23:30", "2026-01-07T00:35", ""]


def test_steps_and_activity_of_a_row_are_left_out(opened, table):
    export = recognize(
        opened(
            "date,Sleep Score,Steps,Activity Score,Total Sleep Duration,Average MET,Readiness Score,Previous Day Activity Score\n"
            "2026-01-06,80,9000,90,25200,1.4,77,80\n2026-01-07,80,9000,90,25200,1.4,77,80,surplus\n"
        )
    )
    assert export.header == (
        "date",
        "Sleep Score",
        "Total Sleep Duration",
        "Readiness Score",
        "Previous Day Activity Score",
    )
    assert table(export)[0] == {
        "date": "2026-01-06",
        "Sleep Score": "80",
        "Total Sleep Duration": "25200",
        "Readiness Score": "77",
        "Previous Day Activity Score": "80",
    }
    assert [*export.rows()][1].cells[-1] == "surplus"
    assert any("Steps and activity are left out" in note for note in export.notes)
