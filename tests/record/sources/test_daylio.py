"""Daylio: moods stay words, each activity is yes or no."""

import pytest

from nof1.record.sources import daylio
from nof1.record.sources.daylio import recognize

HEADER = "full_date,date,weekday,time,mood,activities,note_title,note\n"
EXPORT = (
    HEADER
    + '2026-01-06,January 6,Tuesday,12:30 am,awful,"tea  | walk / nature ","",""\n'
    + '2026-01-05,January 5,Monday,21:30,rad,"walk / nature","A day","long, and\nin two lines"\n'
    + '2026-01-04,January 4,Sunday,,meh,"","",""\n'
)


def test_the_moment_is_date_and_time(opened, table):
    export = recognize(opened(EXPORT))
    assert (export.when, export.date_order) == ("full_date", "ymd")
    assert [row["full_date"] for row in table(export)] == ["2026-01-06 12:30 am", "2026-01-05 21:30", "2026-01-04"]


def test_a_mood_is_a_word(opened, table):
    export = recognize(opened(EXPORT))
    assert export.column("mood").role == "text"
    assert [row["mood"] for row in table(export)] == ["awful", "rad", "meh"]
    assert any("no number is made of it unless" in note for note in export.notes)


def test_activities_are_yes_no_or_unknown(opened, table):
    export = recognize(opened(EXPORT))
    column = export.column("activity: tea")
    assert (column.merge, column.belongs, column.role) == ("max", "day", "value")
    assert export.header[-2:] == ("activity: tea", "activity: walk / nature")
    rows = table(export)
    assert [row.get("activity: tea") for row in rows] == ["1", "0", None]
    assert [row.get("activity: walk / nature") for row in rows] == ["1", "1", None]


def test_the_note_is_suggested_as_the_note(opened, table):
    export = recognize(opened(EXPORT))
    assert export.suggested == {"note": "note"}
    assert table(export)[1]["note"] == "long, and\nin two lines"


def test_a_newer_column_and_a_short_row_do_no_harm(opened, table):
    text = (
        HEADER.replace("activities", "activities,scales")
        + "2026-01-05,January 5,Monday,13:48,meh,tea,,T,N\n2026-01-06\n"
    )
    rows = table(recognize(opened(text)))
    assert (rows[0]["note"], rows[0]["activity: tea"]) == ("N", "1")
    assert rows[1] == {"full_date": "2026-01-06"}


@pytest.mark.parametrize("bound", [1, 2])
def test_the_number_of_activities_is_bounded(opened, monkeypatch, bound):
    monkeypatch.setattr(daylio, "MAX_ACTIVITIES", bound)
    export = recognize(opened(EXPORT))
    assert sum(name.startswith("activity: ") for name in export.header) == bound
    assert any("can be taken" in note for note in export.notes) is (bound == 1)
    assert len(list(export.rows())) == 3
