"""Several people in one table: found by a column's name and by what it holds, never in activities, moods, sources or devices."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.importing.persons import (
    NO_PEOPLE,
    People,
    Watch,
    find_people,
    may_tell_people,
    names_person,
    names_record,
    settle_person,
)
from nof1.record.values.ambiguous import AmbiguousInput

START = date(2026, 9, 1)
NAMED = (
    "participant", "Participant ID", "participant_id", "participantId", "Subject", "Patient", "user", "User name", "Name", "Your name?",
    "E-Mail", "email address", "E-Mail-Adresse", "who", "Teilnehmer", "Proband/in", "Probandin", "Versuchsperson", "Benutzername",
    "Vor- und Nachname", "Patientin", "Initialen", "Wer?", "Pat.-Nr.", "RecipientEmail",
)  # fmt: skip
RECORDS = (
    "ID",
    "id",
    "record_id",
    "Record ID",
    "recordId",
    "case id",
    "Fall-Nr.",
    "study_id",
    "Kennung",
    "Ku\u0308rzel",
)
OTHERS = (
    "severity", "Date", "Food Name", "measurement_name", "Device name", "user agent", "activity", "Source", "mood", "session id",
    "Visit", "Medikament", "Name des Medikaments", "", "study day", "study", "Nr.", "code", "idea", "number", "1", "Who cooked?",
)  # fmt: skip


@pytest.mark.parametrize("header", NAMED)
def test_a_name_of_people_is_known_by_its_words(header):
    assert names_person(header)
    assert may_tell_people(["date", header])


@pytest.mark.parametrize("header", RECORDS)
def test_a_name_of_people_or_of_rows_is_known_as_such(header):
    assert names_record(header)
    assert not names_person(header)
    assert may_tell_people([header])


@pytest.mark.parametrize("header", OTHERS)
def test_other_names_are_of_nobody(header):
    assert not names_person(header)
    assert not names_record(header)
    assert not may_tell_people([header])


def found(header, rows, **options):
    """The columns of people in rows of (cells, day)."""
    return find_people(header, [(cells, START + timedelta(days=day)) for cells, day in rows], **options)


LISTS = st.lists(
    st.tuples(st.sampled_from(["P1", "P2", "Anna B", "4711", "b@x.org", "Zoë"]), st.integers(0, 9)),
    min_size=1,
    max_size=60,
    unique=True,
)


@given(LISTS, st.sampled_from(NAMED))
def test_every_row_of_a_named_column_is_somebody_s(rows, header):
    people = found(("date", header), [(("x", name), day) for name, day in rows])
    names = list(dict.fromkeys(name for name, _ in rows))
    if len(names) < 2:
        assert people == ()
        return
    assert [(one.column, list(one.rows), one.named) for one in people] == [(header, names, True)]
    assert people[0].rows == {name: sum(name == other for other, _ in rows) for name in names}
    with pytest.raises(AmbiguousInput, match=f"has {len(names)} people.*whose rows.*person=") as caught:
        settle_person(people, None, where="f.csv")
    assert (caught.value.option, caught.value.choices) == ("person", tuple(names))
    for name in names:
        assert settle_person(people, f" {name.upper()} ", where="f.csv") == (header, name)


@given(LISTS, st.sampled_from(RECORDS))
def test_a_column_of_ids_is_one_of_people_only_where_an_id_comes_again_on_another_night(rows, header):
    names = {name for name, _ in rows}
    again = any(len({day for other, day in rows if other == name}) > 1 for name in names)
    people = found((header,), [((name,), day) for name, day in rows])
    assert [one.column for one in people] == ([header] if again and len(names) > 1 else [])
    counted = [((str(number),), day) for number, (_, day) in enumerate(rows)]
    assert found((header,), counted) == ()


@given(
    st.lists(st.sampled_from(["P1", "Ben", "Zoë K", "b@x.org"]), min_size=2, max_size=4, unique=True),
    st.lists(st.tuples(st.integers(0, 6), st.integers(2, 20)), min_size=4, max_size=4),
)
def test_people_are_found_by_content_where_nights_of_two_overlap(names, spans):
    spans = spans[: len(names)]
    rows = [
        ((name, "5"), day)
        for name, (begin, count) in zip(names, spans, strict=True)
        for day in range(begin, begin + count)
    ]
    nights = [set(range(begin, begin + count)) for begin, count in spans]
    shared = [a & b for place, a in enumerate(nights) for b in nights[:place]]
    people = found(("Spalte", "severity"), rows, other=("severity",))
    assert [one.column for one in people] == (["Spalte"] if any(shared) else [])
    if people:
        assert people[0].night == START + timedelta(days=min(set.union(*shared)))
        with pytest.raises(
            AmbiguousInput, match=r"may tell people apart.*person_column='Spalte'.*person_column='none'"
        ) as caught:
            settle_person(people, None, where="f.csv")
        assert (caught.value.option, caught.value.choices) == ("person-column", ("Spalte", NO_PEOPLE))
        assert settle_person(people, names[0], where="f.csv") == ("Spalte", names[0])
    assert found(("Spalte", "severity"), rows, other=("Spalte",)) == ()
    assert found(("Spalte", "severity"), rows, content=False) == ()


TWICE = st.lists(st.integers(0, 12), min_size=2, max_size=13, unique=True)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("activity", ("walk", "coffee", "yoga")),
        ("Aktivitäten", ("Laufen", "Lesen")),
        ("Mood", ("sunny", "cloudy")),
        ("source", ("Anna's phone", "Ben's phone")),
        ("Device", ("Fenix 7", "Oura")),
        ("App", ("AutoSleep", "Pillow")),
        ("treatment", ("magnesium", "off")),
        ("Arm", ("A", "B")),
        ("Meal", ("Oats", "Rice")),
        ("x", ("morning", "evening")),
        ("x", ("Morgens", "abends")),
        ("x", ("left", "right")),
        ("x", ("good", "bad")),
        ("x", ("iPhone", "Watch")),
        ("x", ("1", "2")),
        ("x", ("22:00", "07:30")),
        ("x", ("2026-09-01", "2026-09-02")),
        ("x", ("a long sentence of many words", "and one more of this kind, too")),
        ("x", ("NA", "P1")),
    ],
)
@given(days=TWICE)
def test_what_is_there_twice_a_night_for_another_reason_is_no_person(header, words, days):
    rows = [((word, "5"), day) for day in days for word in words]
    assert found((header, "severity"), rows, other=("severity",)) == ()


@given(st.lists(st.tuples(st.sampled_from(["uff", "naja", "top"]), st.integers(0, 4)), min_size=30, max_size=60))
def test_words_that_come_as_they_come_are_no_people(rows):
    """Moods and activities in a column whose name says nothing: several in a night, the same one again and again."""
    rows += [("uff", day) for _, day in rows]
    assert found(("x",), [((word,), day) for word, day in rows]) == ()


def test_a_column_of_many_words_is_left_at_once():
    watch = Watch(("Anmerkung", "severity"), other=("severity",))
    for number in range(60):
        watch.add((f"Wort{number}", "4"), START)
    assert watch.idle


def test_blank_cells_are_nobody_s():
    rows = [((name, "4"), day) for day, name in enumerate(["P1", "", "NA", "#N/A", "P1", "."])]
    assert found(("participant", "severity"), rows) == ()
    assert found(("participant", "severity"), rows, least=1)[0].rows == {"P1": 2}


def test_capitals_and_blanks_make_no_other_person():
    people = found(("name",), [(("Anna",), 0), (("anna ",), 1), (("ANNA",), 2), (("Ben",), 3)])
    assert people[0].rows == {"Anna": 3, "Ben": 1}


def test_what_was_said_is_looked_for_in_every_column():
    header = ("e-mail", "participant")
    rows = [(("a@x", "P1"), 0), (("b@x", "P2"), 1), (("b@x", "P2"), 2)]
    assert settle_person(found(header, rows, least=1), "p2", where="f.csv") == ("participant", "P2")
    with pytest.raises(
        AmbiguousInput, match=r"'e-mail' has 2 people and none of them is 'P3': a@x \(1 row\) and b@x \(2 rows\)"
    ):
        settle_person(found(header, rows, least=1), "P3", where="f.csv")


def test_rows_of_one_person_are_nobody_s_question_but_of_another_one():
    people = found(("participant",), [(("P2",), 0), (("P2",), 1)], least=1)
    assert settle_person(people, None, where="f.csv") is None
    assert settle_person(people, "P2", where="f.csv") is None
    with pytest.raises(AmbiguousInput, match="has 1 person and none of them is 'P1': P2"):
        settle_person(people, "P1", where="f.csv")
    with pytest.raises(InputError, match=r"no column whose name or content tells people apart.*'P1'"):
        settle_person((), "P1", where="f.csv")


def test_a_column_that_was_said_is_looked_at_alone():
    rows = [(("a@x", "7"), 0), (("b@x", "8"), 1)]
    people = found(("e-mail", "Nr"), rows, column="Nr")
    assert [(one.column, one.rows, one.named) for one in people] == [("Nr", {"7": 1, "8": 1}, True)]
    with pytest.raises(InputError, match=r"no column 'who'.*e-mail, Nr"):
        found(("e-mail", "Nr"), rows, column="who")


def test_a_long_list_of_people_is_cut():
    people = People("participant", {f"P{number}": 1 for number in range(1, 31)}, named=True)
    with pytest.raises(AmbiguousInput, match=r"has 30 people: P1 \(1 row\), .*P6 \(1 row\) and 24 more; whose"):
        settle_person((people,), None, where="f.csv")


def test_a_million_ids_are_not_all_kept():
    watch = Watch(("name",))
    for number in range(12_000):
        watch.add((f"N{number}",), None)
    assert len(watch.people()[0].rows) == 10_000
