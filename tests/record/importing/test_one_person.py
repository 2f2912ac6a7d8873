"""What is asked and shown about a file of several people is of the rows of the one who is meant, and of nobody else's."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nof1.cli.terminal.import_preview import preview
from nof1.plan.protocol.protocol import Protocol
from nof1.record.importing.reading import Reading
from nof1.record.importing.scales import read_scales
from nof1.record.importing.taking import request_import
from nof1.record.opening.opened import open_file
from nof1.record.values.ambiguous import AmbiguousInput

from ..conftest import LATEST

HEADER = "record_id,date,severity,Sleep,Coffee,mood"
MAP = {"sleep_minutes": "Sleep", "caffeine_mg": "Coffee", "mood": "mood"}
# The dates of others are as clear as can be: how dates are written is settled by every row, and on purpose.
DATES = ("2026-01-{:02}", "{} Jan 2026", "January {}, 26", "{}-Jan-26")
CELLS = {
    "severity": ("4", "7", "", "NA", "none", "99", "4 points"),
    "sleep": ("", "7 h", "430 min", "7:54", "-", "PT7H"),
    "coffee": ("", "2", "200mg", "2 cups", "?", "yes", "no"),
    "mood": ("", "good", "bad", "awful", "#N/A"),
}


def rows(person, dates):
    cells = st.tuples(st.sampled_from(dates), *(st.sampled_from(texts) for texts in CELLS.values()))
    return st.lists(
        cells,
        min_size=1,
        max_size=6,
    ).map(
        lambda made: [
            (person, row[0].format((date(2026, 1, 12) + timedelta(days=day)).day), *row[1:])
            for day, row in enumerate(made)
        ]
    )


def lines(made):
    return f"{HEADER}\n" + "".join(",".join(f'"{cell}"' for cell in row) + "\n" if row else "\n" for row in made)


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal on which no line is broken."""
    monkeypatch.setenv("COLUMNS", "2000")


def shown(folder, path, text, capsys, **reading):
    """What a person would see of a file: the question that is asked, or the preview without the line that counts others."""
    path.write_text(text)
    protocol = Protocol.load(folder)
    try:
        request = request_import(folder, open_file(path), Reading(several="mean", **reading), MAP)
        plan = request.plan(latest=LATEST)
    except AmbiguousInput as problem:
        return str(problem), problem.choices
    capsys.readouterr()
    preview(protocol, plan, "")
    told = capsys.readouterr().out.splitlines()
    assert told[-1].startswith(f"{plan.rows} row")
    kept = [line for line in told[:-1] if not line.startswith("Whose rows:")]
    return plan.changes, plan.missing, plan.cut, plan.own_units, plan.words, [row.reason for row in plan.rejected], kept


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    mine=rows("P1", DATES),
    theirs=rows("P2", DATES),
    scales=st.sampled_from(({}, {"mood": "good=4, bad=2, awful=1"})),
    data=st.data(),
)
def test_other_peoples_rows_change_nothing_that_is_asked_or_shown(
    mine, theirs, scales, data, trial_folder, tmp_path_factory, capsys
):
    order = data.draw(st.permutations([*mine, *theirs]))
    alone = [row if row[0] == "P1" else None for row in order]
    path = tmp_path_factory.mktemp("people") / "table.csv"
    options = {"person": "P1", "person_column": "record_id", "scales": read_scales(scales)}
    both = shown(trial_folder, path, lines(order), capsys, **options)
    assert both == shown(trial_folder, path, lines(alone), capsys, **options)


def plan(folder, path, text, column_map=None, **reading):
    path.write_text(text)
    return request_import(folder, open_file(path), Reading(**reading), column_map or {}).plan(latest=LATEST)


def test_only_the_persons_words_are_asked_about(trial_folder, tmp_path):
    text = "participant,date,severity\nP1,2026-01-12,mild\nP1,2026-01-13,severe\nP2,2026-01-12,terrible\n"
    with pytest.raises(AmbiguousInput) as asked:
        plan(trial_folder, tmp_path / "t.csv", text, person="P1")
    assert asked.value.choices == ("severity", "mild", "severe")


def test_a_person_with_numbers_is_not_asked_about_the_words_of_another(trial_folder, tmp_path):
    text = "participant,date,severity\nP2,2026-01-12,terrible\nP1,2026-01-12,4\nP1,2026-01-13,5\n"
    assert plan(trial_folder, tmp_path / "t.csv", text, person="P1").taken == 2


def test_the_example_of_a_date_is_from_the_persons_own_rows(trial_folder, tmp_path):
    text = "record_id,date,severity\nP2,14-Jan-26,9\nP1,12-Jan-26,4\nP1,13-Jan-26,5\nP2,15-Jan-26,9\n"
    found = plan(trial_folder, tmp_path / "t.csv", text, person="P1")
    assert found.cut == ("12-Jan-26", date(2026, 1, 12))
    whole = plan(
        trial_folder,
        tmp_path / "t.csv",
        text.replace("P1,12-Jan-26", "P1,2026-01-12").replace("P1,13-Jan-26", "P1,2026-01-13"),
        person="P1",
    )
    assert whole.cut is None


@pytest.mark.parametrize("cells", [("mild", "severe"), ("7 wonders", "2")])
def test_whose_rows_are_meant_is_asked_before_what_they_hold(trial_folder, tmp_path, cells):
    """Who is told from whom by what a column holds is known after the last row; the other question waits for it."""
    nights = [f"2026-01-{day}" for day in range(12, 18)]
    made = [(night, cells[night[-1] in "246"], who, "7.5") for night in nights for who in ("Kim", "Lou")]
    text = "date,severity,sample,Sleep\n" + "".join(",".join(row) + "\n" for row in made)
    with pytest.raises(AmbiguousInput, match="'sample' may tell people apart") as asked:
        plan(trial_folder, tmp_path / "t.csv", text, {"sleep_minutes": "Sleep"})
    assert asked.value.option == "person-column"


def test_every_row_counts_for_how_dates_are_written(trial_folder, tmp_path):
    """One program wrote the file: another person's 14/01 says how this one's 12/01 is meant, and nothing else of theirs is shown."""
    text = "participant,date,severity\nP1,01/02/2026,4\nP2,14/01/2026,9\n"
    alone = text.rpartition("P2")[0]
    with pytest.raises(AmbiguousInput):
        plan(trial_folder, tmp_path / "t.csv", alone + "P2,02/01/2026,9\n", person="P1")
    assert plan(trial_folder, tmp_path / "t.csv", text, person="P1").order == "dmy"
