"""Which table of an archive is taken: the one that fits the trial; where several do, or none, the person is asked."""

import zipfile

import pytest

import nof1
from nof1.errors import InputError
from nof1.record.importing.archives import fitting_table
from nof1.record.importing.committing import nothing_new
from nof1.record.importing.ledger import read_ledger, sheet_of
from nof1.record.importing.rejected import read_rejected
from nof1.record.opening.opened import open_file
from nof1.record.values.ambiguous import AmbiguousInput

from ..conftest import NOW

MEALS = "Date,Meal,Calories,Fat (g)\n2026-01-12,Lunch,600,20\n2026-01-13,Lunch,500,20\n"
EXERCISE = "Date,Exercise,Type,Exercise Calories,Exercise Minutes\n2026-01-12,Walking,Cardio,178,18\n"
WEIGHT = "Date,Weight\n2026-01-12,75\n"
DIARY = "night,severity\n2026-01-12,4\n2026-01-13,5\n"
OWN = "When,How bad?\n2026-01-12,4\n"


def taken(folder, path, **options):
    return nof1.record.import_file(folder, path, now=NOW, **options)


@pytest.fixture
def packed(tmp_path):
    def write(name="export.zip", **members):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for member, content in members.items():
                target.writestr(f"export/{member}.csv", content)
        return path

    return write


def test_the_only_table_is_taken(packed, trial_folder):
    assert fitting_table(trial_folder, open_file(packed(meals=MEALS)), {}).sheet == ""
    made = taken(trial_folder, packed(meals=MEALS))
    assert made.counts() == {"rows": 2, "taken": 2, "merged": 0, "rejected": 0}


@pytest.mark.parametrize("fits", [MEALS, EXERCISE, DIARY])
def test_the_one_that_fits_is_taken_and_the_others_are_named(packed, trial_folder, fits):
    made = taken(trial_folder, packed(a=WEIGHT, fits=fits, b=OWN))
    assert made.export.sheet == "export/fits.csv"
    assert "Left out, with all their rows: export/a.csv, export/b.csv." in made.export.notes[0]
    assert made.taken


def test_the_one_with_the_chosen_column_is_taken(packed, trial_folder):
    made = taken(trial_folder, packed(meals=MEALS, mine=OWN), column_map={"severity": "How bad?", "night": "When"})
    assert (made.export.sheet, made.taken) == ("export/mine.csv", 1)


def test_of_two_that_fit_the_person_says_which(packed, trial_folder):
    path = packed(meals=MEALS, weight=WEIGHT, exercise=EXERCISE)
    with pytest.raises(AmbiguousInput, match="several tables: export/meals") as asked:
        taken(trial_folder, path)
    assert (asked.value.option, asked.value.choices) == ("sheet", ("export/meals.csv", "export/exercise.csv"))
    for name in asked.value.choices:
        assert taken(trial_folder, path, sheet=name).taken
    assert [sheet_of(line) for line in read_ledger(trial_folder)] == list(asked.value.choices)


def test_where_none_fits_all_are_asked_about(packed, trial_folder):
    with pytest.raises(AmbiguousInput) as asked:
        taken(trial_folder, packed(weight=WEIGHT, mine=OWN))
    assert asked.value.choices == ("export/weight.csv", "export/mine.csv")


def test_a_table_that_was_taken_before_is_known_again(packed, trial_folder):
    chosen = {"severity": "How bad?", "night": "When"}
    taken(trial_folder, packed(mine=OWN, weight=WEIGHT), column_map=chosen)
    made = taken(trial_folder, packed("next.zip", mine=OWN.replace("-12", "-13"), weight=WEIGHT))
    assert (made.export.sheet, made.taken) == ("export/mine.csv", 1)


def test_the_same_archive_again_changes_nothing_and_the_archive_is_kept(packed, trial_folder):
    path = packed(meals=MEALS, weight=WEIGHT)
    first = taken(trial_folder, path)
    again = taken(trial_folder, path)
    assert (first.taken, again.taken) == (2, 0)
    assert nothing_new(trial_folder, again)
    (copy,) = (trial_folder / "imports").glob("*.zip")
    assert copy.read_bytes() == path.read_bytes()
    assert [line.rows for line in read_ledger(trial_folder)] == [2]


def test_a_rejected_row_names_the_table_and_its_line(packed, trial_folder, rows_of):
    bad = DIARY + "2026-01-14,99\n"
    taken(trial_folder, packed(diary=bad, weight=WEIGHT))
    assert [row["lines"] for row in rows_of("rejected.csv")] == ["export/diary.csv!4"]


def test_rejected_rows_are_mended_from_an_archive_too(packed, trial_folder):
    """A rejected.csv of nof1's own, packed together with something else: what does not fit yet stays in it."""
    taken(
        trial_folder,
        packed(diary=DIARY.replace(",4", ",98").replace(",5", ",99"), weight=WEIGHT),
        sheet="export/diary.csv",
    )
    text = (trial_folder / "rejected.csv").read_text()
    kept = [row.reason for row in read_rejected(trial_folder)]
    made = taken(trial_folder, packed("mended.zip", rejected=text, weight=WEIGHT))
    assert (made.export.sheet, made.rows_rejected) == ("export/rejected.csv", len(kept))
    assert [row.reason for row in read_rejected(trial_folder)] == kept


def test_an_archive_of_very_many_tables_is_not_tried_through(packed, trial_folder, monkeypatch):
    def never(*_, **__):
        raise AssertionError("a table was opened")

    file = open_file(packed(**{f"t{number}": DIARY for number in range(101)}))
    monkeypatch.setattr("nof1.record.importing.archives.open_file", never)
    with pytest.raises(InputError, match="an archive with 101 tables"):
        fitting_table(trial_folder, file, {})


def test_a_damaged_table_does_not_hide_the_others(packed, trial_folder):
    path = packed(broken='a,b\n1,"2\n', diary=DIARY)
    assert taken(trial_folder, path).export.sheet == "export/diary.csv"
