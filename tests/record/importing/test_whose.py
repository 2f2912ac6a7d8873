"""Whose rows of a file are taken: asked where it holds several people's, and the others are counted and named."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1 import Trial, draw_order
from nof1.errors import InputError
from nof1.record.importing.committing import remembered
from nof1.record.importing.importer import plan_import
from nof1.record.importing.ledger import read_ledger
from nof1.record.importing.mapping import complete_map
from nof1.record.importing.reading import Reading
from nof1.record.importing.taking import request_import
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.values.ambiguous import AmbiguousInput

LATEST = date(2026, 1, 31)
TWO = "record_id,date,severity\nP1,2026-01-12,4\nP1,2026-01-13,5\nP2,2026-01-14,9\nP2,2026-01-15,8\n"


def taken(found):
    return {change.night.day: dict(change.cells) for change in found.changes}


def test_rows_of_two_people_are_asked_about(export, plan):
    with pytest.raises(
        AmbiguousInput, match=r"'record_id' has 2 people: P1 \(2 rows\) and P2 \(2 rows\); whose rows\?.*person='P1'"
    ) as caught:
        plan(export(TWO))
    assert (caught.value.option, caught.value.choices) == ("person", ("P1", "P2"))


@pytest.mark.parametrize(("person", "days", "others"), [("P1", [12, 13], {"P2": 2}), ("p2", [14, 15], {"P1": 2})])
def test_the_rows_of_the_one_who_is_meant_are_taken_and_the_others_counted(
    export, take, trial_folder, person, days, others
):
    found = take(export(TWO), person=person)
    assert list(taken(found)) == days
    assert (found.others, found.merged, found.unused) == (others, 2, ())
    (line,) = read_ledger(trial_folder)
    assert (line.rows, line.taken, line.merged, line.rejected) == (4, 2, 2, 0)
    assert line.options == {"person": person.upper(), "person_column": "record_id", "others": others}


def test_what_is_wrong_in_the_rows_of_others_is_not_rejected(export, plan):
    found = plan(export(TWO.replace("2026-01-14,9", "soon,99")), person="P1")
    assert (found.rejected, found.others) == ((), {"P2": 2})


def test_a_column_of_people_may_be_none_of_people(export, plan):
    assert list(taken(plan(export(TWO), person_column="none"))) == [12, 13, 14, 15]
    with pytest.raises(InputError, match="person_column='none' says that no column tells"):
        plan(export(TWO), person="P1", person_column="none")


def test_one_person_alone_is_nobody_s_question(export, plan):
    one = TWO.replace("P2", "P1")
    for options in ({}, {"person": "P1"}, {"person_column": "record_id"}):
        found = plan(export(one), **options)
        assert (list(taken(found)), found.others) == ([12, 13, 14, 15], {})
    with pytest.raises(AmbiguousInput, match="has 1 person and none of them is 'P3'"):
        plan(export(one), person="P3")


def test_a_row_that_names_nobody_is_rejected_and_can_be_mended(export, take, trial_folder, rejections):
    found = take(export(TWO.replace("P1,2026-01-13", ",2026-01-13")), person="P1")
    assert list(taken(found)) == [12]
    ((line, rows, reason),) = rejections(found)
    assert (line, rows) == ("3", 1)
    assert reason.startswith("'record_id' does not say whose row it is")
    path = trial_folder / "rejected.csv"
    path.write_text(path.read_text().replace(",? 2026", ",2026"))
    assert list(taken(take(request_import(trial_folder, open_file(path), Reading(), {}).export))) == [13]


def test_people_in_rows_of_one_night_are_found_by_what_a_column_holds(export, plan):
    text = "Datum,Kind,Wert,severity\n" + "".join(
        f"2026-01-{day},{name},x,{value}\n" for day in (12, 13) for name, value in (("Mia", 4), ("Tom", 9))
    )
    text = text.replace("Kind", "Spalte 1")
    for several in (None, "mean"):
        with pytest.raises(
            AmbiguousInput, match=r"'Spalte 1' may tell people apart: Mia .* Tom .* same night, such as 2026-01-12"
        ) as caught:
            plan(export(text), several=several)
        assert (caught.value.option, caught.value.choices) == ("person-column", ("Spalte 1", "none"))
    with pytest.raises(AmbiguousInput, match="whose rows"):
        plan(export(text), person_column="Spalte 1")
    for options in ({"person": "Tom"}, {"person": "Tom", "person_column": "Spalte 1"}):
        assert {day: cells["severity"] for day, cells in taken(plan(export(text), **options)).items()} == {
            12: "9",
            13: "9",
        }
    found = plan(export(text), person_column="none", several="max")
    assert taken(found)[12]["severity"] == "9"


@pytest.mark.parametrize("header", ["activity", "Stimmung", "source", "Slot"])
def test_other_reasons_for_several_rows_of_a_night_are_asked_about_as_before(export, plan, header):
    text = f"date,{header},severity\n" + "".join(
        f"2026-01-{day},{word},{value}\n" for day in (12, 13) for word, value in (("aa", 4), ("bb", 9))
    )
    with pytest.raises(AmbiguousInput) as caught:
        plan(export(text))
    assert caught.value.option == "several"


def test_a_number_of_the_row_is_no_person(export, plan):
    found = plan(export("ID,date,severity\n1,2026-01-12,4\n2,2026-01-13,5\n3,2026-01-13,5\n"))
    assert list(taken(found)) == [12, 13]


def test_the_answer_is_kept_for_the_next_file_of_the_kind(export, take, trial_folder):
    take(export(TWO), person="P2")
    _, reading, _ = remembered(trial_folder, export(TWO))
    assert (reading.person, reading.person_column) == ("P2", "record_id")
    saved = json.loads((trial_folder / "imports" / "maps.json").read_text())
    assert all("others" not in entry["options"] for entry in saved.values())
    later = export(TWO.replace("2026-01-1", "2026-01-0").replace("P1", "P4"), "later.csv")
    request = request_import(trial_folder, open_file(later.path), Reading(), {})
    assert (request.reading.person, request.reading.person_column) == ("P2", "record_id")
    gone = export(TWO.replace("P2", "P5"), "gone.csv")
    with pytest.raises(AmbiguousInput, match="none of them is 'P2'"):
        request_import(trial_folder, open_file(gone.path), Reading(), {}).plan(latest=request.protocol.end)


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory, make_protocol):
    protocol = make_protocol()
    folder = tmp_path_factory.mktemp("whose") / "trial"
    Trial(protocol, draw_order(protocol), ()).write(folder)
    return folder, protocol


NAMES = ("P1", "P2", "Anna B", "7", "b@example.org")
# Each person's first night, and how many there are: one after another, one within another, or with gaps between them.
SPANS = st.lists(st.tuples(st.integers(5, 14), st.integers(1, 5)), min_size=1, max_size=4)


@given(
    spans=SPANS,
    header=st.sampled_from(["participant", "record_id", "Name", "E-Mail", "Kürzel", "Spalte"]),
    shuffled=st.randoms(use_true_random=False),
    data=st.data(),
)
def test_no_night_is_ever_made_of_two_people(empty_folder, tmp_path_factory, spans, header, shuffled, data):
    """Whoever is in a file, and however their nights overlap: what is taken without a question is of one person."""
    folder, protocol = empty_folder
    people = dict(zip(NAMES, spans, strict=False))
    rows = [
        (name, day, place + 1)
        for place, (name, (begin, count)) in enumerate(people.items())
        for day in range(begin, begin + count)
    ]
    shuffled.shuffle(rows)
    path = tmp_path_factory.getbasetemp() / "whose.csv"
    lines = (f"{name},2026-01-{day:02},{rating}\n" for name, day, rating in rows)
    path.write_text(f"{header},date,severity\n{''.join(lines)}", encoding="utf-8")
    export = recognize(open_file(path))
    reading = Reading(several=data.draw(st.sampled_from([None, "mean", "last"])))

    def planned(reading):
        return plan_import(folder, protocol, export, complete_map(export, protocol, {}), reading, latest=LATEST)

    try:
        found = planned(reading)
    except AmbiguousInput as question:
        if question.option == "person-column":
            with pytest.raises(AmbiguousInput, match="whose rows"):
                planned(replace(reading, person_column=header))
        assert len(people) > 1
    else:
        told = {change.cells["severity"] for change in found.changes}
        # Where no name and no night of two tells people apart, only the person can know that there are two.
        lasting = any(count > 1 for _, count in people.values())
        # Two words of one night tell people apart where each of them stands in other nights, too.
        stays = [range(begin, begin + count) for begin, count in people.values() if count > 1]
        shared = any(set(one) & set(other) for i, one in enumerate(stays) for other in stays[:i])
        named = header in ("participant", "Name", "E-Mail") or (header in ("record_id", "Kürzel") and lasting)
        assert len(told) <= 1 or not (named or shared)
    for name in people:
        mine = planned(replace(reading, person=name, person_column=header))
        assert [(change.night.day, change.cells["severity"]) for change in mine.changes] == sorted(
            (day, str(rating)) for other, day, rating in rows if other == name
        )
        others = {other: sum(row[0] == other for row in rows) for other in people if other != name}
        assert mine.others == others
        assert mine.rows == len(rows) == mine.taken + mine.merged + mine.rows_rejected
