"""Bearable: readings one under another become columns, and the time of day says which night."""

import pytest

from nof1.record.sources import bearable
from nof1.record.sources.bearable import recognize

HEADER = "date,weekday,time of day,category,rating/amount,detail,notes\n"


def readings(*rows, header=HEADER):
    return header + "".join(f"{row}\n" for row in rows)


def test_each_kind_of_reading_is_a_column(opened, table):
    export = recognize(
        opened(
            readings(
                "8th Dec 2026,Tuesday,pm,Symptom,3,Restless legs,bad evening",
                "8th Dec 2026,Tuesday,pm,Symptom,1,Headache,",
                "8th Dec 2026,Tuesday,all day,Mood,7,,",
                "9th Dec 2026,Wednesday,pm,Symptom,2,Restless legs,",
            )
        )
    )
    assert export.header == ("date", "notes", "Symptom: Restless legs", "Symptom: Headache", "Mood")
    assert export.when == "date"
    assert table(export) == [
        {"date": "8th Dec 2026 20:00", "notes": "bad evening", "Symptom: Restless legs": "3"},
        {"date": "8th Dec 2026 20:00", "Symptom: Headache": "1"},
        {"date": "8th Dec 2026 20:00", "Mood": "7"},
        {"date": "9th Dec 2026 20:00", "Symptom: Restless legs": "2"},
    ]
    assert [row.line for row in export.rows()] == [2, 3, 4, 5]
    assert export.suggested == {"note": "notes"}


@pytest.mark.parametrize(
    ("part", "clock"),
    [
        ("pre", "06:00"),
        ("am", "06:00"),
        ("AM", "06:00"),
        ("mid", "20:00"),
        ("pm", "20:00"),
        ("all day", "20:00"),
        ("", "20:00"),
        ("23:32", "23:32"),
        ("0:35", "0:35"),
        ("11:32 PM", "11:32 pm"),
    ],
)
def test_the_time_of_day_makes_a_moment(opened, table, part, clock):
    export = recognize(opened(readings(f"8th Dec 2026,Tuesday,{part},Symptom,3,Legs,")))
    assert table(export)[0]["date"] == f"8th Dec 2026 {clock}"
    assert export.dated_by == "evening"
    assert any('"pre" and "am" belong to the night before' in note for note in export.notes)


def test_a_formatted_date_is_preferred(opened, table):
    header = "date;date formatted;weekday;time of day;category;rating/amount;detail;notes\n"
    export = recognize(opened(readings("8th Dec 2026;2026-12-08;Tuesday;am;Symptom;2,5;Legs;", header=header)))
    assert table(export) == [{"date": "2026-12-08 06:00", "Symptom: Legs": "2,5"}]


def test_a_symptom_stays_on_its_scale_and_its_word_makes_no_second_column(opened, table):
    export = recognize(
        opened(readings("8th Dec 2026,,pm,Symptom,4,Legs (Unbearable),", "9th Dec 2026,,pm,Symptom,1,Legs (Mild),"))
    )
    assert [row["Symptom: Legs"] for row in table(export)] == ["4", "1"]
    assert any("Ratings keep their numbers" in note for note in export.notes)
    assert export.column("Symptom: Legs").merge is None


def test_things_listed_in_one_cell_are_columns_each(opened, table):
    export = recognize(opened(readings("8th Dec 2026,,pm,Lifestyle,,Caffeine - A lot | Walk | ,")))
    assert table(export) == [
        {"date": "8th Dec 2026 20:00", "Lifestyle: Caffeine": "A lot", "Lifestyle: Walk": "1"},
    ]


def test_odd_rows_are_all_given(opened, table):
    export = recognize(
        opened(
            readings(
                ",,,Symptom,3,Legs,",
                "8th Dec 2026,,pm,Symptom,oops,Legs,",
                "8th Dec 2026,,pm,,,,only a note",
                "9th Dec 2026",
                "9th Dec 2026,,pm,Symptom,1,Legs,,surplus",
            )
        )
    )
    assert table(export) == [
        {"Symptom: Legs": "3"},
        {"date": "8th Dec 2026 20:00", "Symptom: Legs": "oops"},
        {"date": "8th Dec 2026 20:00", "notes": "only a note"},
        {"date": "9th Dec 2026 20:00"},
        {"date": "9th Dec 2026 20:00", "Symptom: Legs": "1"},
    ]
    assert [len(row.cells) > len(export.columns) for row in export.rows()] == [False] * 4 + [True]


def test_sleep_is_not_suggested_and_steps_belong_to_the_day(opened, measures):
    export = recognize(
        opened(
            readings(
                "8th Dec 2026,,,Sleep,7:30,,",
                "8th Dec 2026,,,Health measurements,8123,Step count (steps),",
                "8th Dec 2026,,mid,Mood,7,,",
            )
        )
    )
    assert measures(export) == {
        "Health measurements: Step count (steps)": ("steps", "", None, "day"),
        "Mood": ("mood", "", None, "night"),
    }
    assert any("Sleep and its quality are not suggested" in note for note in export.notes)


def test_the_number_of_columns_is_bounded(opened, monkeypatch):
    monkeypatch.setattr(bearable, "MAX_COLUMNS", 3)
    rows = [f"8th Dec 2026,,pm,Symptom,1,Thing {i},note" for i in range(5)]
    export = recognize(opened(readings(*rows)))
    assert export.header == ("date", "notes", "Symptom: Thing 0", "Symptom: Thing 1", "Symptom: Thing 2")
    assert len(list(export.rows())) == 5
    assert any("the first 3 can be taken" in note for note in export.notes)


def test_a_category_called_like_an_own_column_does_not_collide(opened, table):
    export = recognize(opened(readings("8th Dec 2026,,pm,notes,3,,said")))
    assert table(export) == [{"date": "8th Dec 2026 20:00", "notes": "said", "notes (reading)": "3"}]
