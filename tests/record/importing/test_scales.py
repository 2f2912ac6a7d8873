"""Words that stand for numbers: asked about and never guessed, read alike however they are written, and no way around a sealed order."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nof1
from nof1.errors import InputError
from nof1.record.importing.committing import remembered
from nof1.record.importing.reading import Reading
from nof1.record.importing.scales import read_scales, scale_option
from nof1.record.importing.taking import request_import
from nof1.record.opening.opened import open_file
from nof1.record.values.ambiguous import AmbiguousInput

from ..conftest import LATEST, NOW

DAYLIO = (
    "full_date,date,weekday,time,mood,activities,note_title,note\n"
    "2026-01-12,January 12,Monday,22:00,good,walk | coffee,,\n"
    "2026-01-13,January 13,Tuesday,22:10,bad,coffee,,legs awful\n"
)
WORDS = ("severe", "mild", "none", "moderate", "mild")


@pytest.fixture
def taken(trial_folder, tmp_path):
    """A function that writes a file and takes it: the cells of the nights by day."""

    def take(text, column_map=None, folder=trial_folder, name="table.csv", **options):
        path = tmp_path / name
        path.write_text(text)
        made = nof1.record.import_file(folder, path, column_map=column_map, now=NOW, **options)
        counts = made.counts()
        assert counts["rows"] == counts["taken"] + counts["merged"] + counts["rejected"]
        return {change.night.day: change.cells for change in made.changes}, made

    return take


def table(words, first=12, header="date,severity"):
    return f"{header}\n" + "".join(f"2026-01-{day},{word}\n" for day, word in enumerate(words, first))


def test_daylios_mood_is_asked_for_and_read_by_the_scale(taken):
    with pytest.raises(AmbiguousInput, match="'mood' holds words, not numbers: good, bad") as asked:
        taken(DAYLIO, {"mood": "mood"})
    assert (asked.value.option, asked.value.choices) == ("scale", ("mood", "good", "bad"))
    nights, _ = taken(DAYLIO, {"mood": "mood"}, scales={"mood": "good=4, bad=2"})
    assert {day: cells["mood"] for day, cells in nights.items()} == {12: "4", 13: "2"}


def test_a_word_can_be_kept_as_a_word(taken):
    nights, _ = taken(DAYLIO, {"note": "mood"})
    assert {day: cells["note"] for day, cells in nights.items()} == {12: "good", 13: "bad"}


def test_words_of_the_outcome_are_asked_for_though_nobody_named_it(taken):
    with pytest.raises(AmbiguousInput, match="not numbers: none, severe, mild, moderate") as asked:
        taken(table(WORDS))
    assert asked.value.choices == ("severity", "none", "severe", "mild", "moderate")
    nights, _ = taken(table(WORDS), scales="none=0, mild=2, moderate=5, severe=8")
    assert [cells["severity"] for cells in nights.values()] == ["8", "2", "0", "5", "2"]


def test_none_is_nothing_beside_numbers(taken):
    nights, _ = taken(table(("4", "none", "5")))
    assert {day: cells["severity"] for day, cells in nights.items()} == {12: "4", 14: "5"}


@pytest.mark.parametrize(
    "words", [("4", "good"), ("good", "4"), ("5 - bad", "4 - good"), ("bad" * 30, "x"), ("", "n/a", "-")]
)
def test_what_is_no_column_of_words_is_not_asked_about(taken, words):
    _, made = taken(table(words), {"severity": "severity"})
    assert made.rows == len(words)


def test_more_words_than_a_scale_has_are_no_scale(taken):
    first = date(2026, 1, 12)
    rows = "".join(
        f"{first + timedelta(days=number % 7)},w{chr(97 + number % 26)}{chr(97 + number // 26)}\n"
        for number in range(40)
    )
    _, made = taken(f"date,severity\n{rows}")
    assert made.rows_rejected == 40


def test_a_column_that_nobody_wants_numbers_of_is_not_asked_about(taken):
    nights, _ = taken("date,severity,mood\n2026-01-12,4,good\n", {"severity": "severity"})
    assert nights[12]["severity"] == "4"


def test_a_word_that_is_not_on_the_scale_is_rejected_with_its_reason(taken):
    _, made = taken(table(("mild", "awful")), scales={"severity": {"mild": 2, "severe": 8}})
    assert [row.reason for row in made.rejected] == [
        "severity: 'awful' is not on the scale that was given (mild=2, severe=8)"
    ]


def test_a_number_of_a_scale_must_be_on_the_scale_of_the_trial(taken):
    _, made = taken(table(("mild", "awful")), scales={"severity": {"mild": 2, "awful": 80}})
    assert [row.reason for row in made.rejected] == ["severity 80 is outside its scale, 0 to 10"]


def test_numbers_beside_the_words_stay_numbers(taken):
    nights, _ = taken(table(("mild", "7")), scales="mild=2")
    assert [cells["severity"] for cells in nights.values()] == ["2", "7"]


def test_a_scale_of_a_column_is_for_that_column_and_goes_before_the_one_for_all(taken):
    text = "date,severity,calm\n2026-01-12,good,good\n"
    nights, _ = taken(
        text, {"severity": "severity"}, measures={"calm": "calm"}, scales={"": {"good": 1}, "calm": "good=9"}
    )
    assert (nights[12]["severity"], nights[12]["calm"]) == ("1", "9")


def test_yes_and_no_are_words_only_where_they_are_no_numbers(taken):
    nights, _ = taken(
        "date,severity,other_medicines\n2026-01-12,4,yes\n2026-01-13,5,no\n", {"other_medicines": "other_medicines"}
    )
    assert [cells["other_medicines"] for cells in nights.values()] == ["1", "0"]
    with pytest.raises(AmbiguousInput, match="holds words, not numbers: yes, no"):
        taken(table(("yes", "no"), first=14), name="other.csv")


def test_the_scale_is_kept_for_the_next_file(taken, trial_folder):
    taken(DAYLIO, {"mood": "mood"}, scales={"mood": "good=4, bad=2"})
    nights, made = taken(DAYLIO.replace("-12", "-14").replace("-13", "-15"), name="next.csv")
    assert {day: cells["mood"] for day, cells in nights.items()} == {14: "4", 15: "2"}
    assert remembered(trial_folder, made.export)[1].scales == {"mood": {"good": 4.0, "bad": 2.0}}
    nights, _ = taken(
        DAYLIO.replace("-12", "-16").replace("-13", "-17"), name="third.csv", scales={"mood": "good=5, bad=1"}
    )
    assert {day: cells["mood"] for day, cells in nights.items()} == {16: "5", 17: "1"}


def test_rejected_words_can_be_mended(taken, trial_folder):
    taken(table(("mild", "awful")), scales={"severity": "mild=2"})
    rejected = trial_folder / "rejected.csv"
    rejected.write_text(rejected.read_text().replace(",awful", ",9"))
    made = nof1.record.import_file(trial_folder, rejected, now=NOW)
    assert [(change.night.day, change.cells) for change in made.changes] == [(13, {"severity": "9"})]


# --- beside missing values, units and columns that nobody asked for


def test_a_blank_of_numbers_is_a_word_of_the_scale_where_the_scale_has_it(taken):
    _, made = taken(table(("none", "3"), first=17), name="numbers.csv")
    assert made.missing == {"none": 1}
    nights, made = taken(table(WORDS), scales={"severity": "none=0, mild=2, moderate=5, severe=8"})
    assert [cells["severity"] for cells in nights.values()] == ["8", "2", "0", "5", "2"]
    assert made.missing == {}


@pytest.mark.parametrize(
    ("column", "units", "minutes"),
    [("Sleep (hours)", None, "480"), ("Sleep", {"sleep_minutes": "hours"}, "480"), ("Sleep (min)", None, "8")],
)
def test_a_word_is_a_number_in_the_unit_of_its_column(taken, column, units, minutes):
    text = f"date,severity,{column}\n2026-01-12,4,long\n2026-01-13,5,6 h\n"
    chosen, scales = {"sleep_minutes": column}, {"sleep_minutes": "long=8"}
    if minutes == "8":
        with pytest.raises(AmbiguousInput) as asked:  # nobody sleeps so little
            taken(text, chosen, scales=scales)
        assert asked.value.option == "unit"
        return
    nights, _ = taken(text, chosen, scales=scales, units=units)
    assert [cells["sleep_minutes"] for cells in nights.values()] == [minutes, "360"]


def test_a_column_with_a_scale_is_asked_for_and_not_left_out(taken):
    text = "Date,Severity,Mood,Sleep\n2026-01-12,4,tired,good\n2026-01-13,5,fine,poor\n"
    nights, made = taken(text, scales={"mood": "tired=2"})
    assert (nights[12]["mood"], made.words) == ("2", {"Sleep": "good"})
    assert [row.reason for row in made.rejected] == ["mood: 'fine' is not on the scale that was given (tired=2)"]


# --- no way around a sealed order


@pytest.mark.parametrize("scales", [None, {"severity": "citrate=3, off=1"}, {"severity": {"citrate": 3}}, "off=1"])
def test_arms_are_not_smuggled_into_a_sealed_trial_as_a_scale(sealed_trial, tmp_path, scales):
    trial = sealed_trial(ratings="46", name="sealed")
    path = tmp_path / "table.csv"
    path.write_text("date,Which\n2026-01-12,citrate\n2026-01-13,off\n2026-01-14,off\n")
    before = sorted(file.name for file in trial.folder.iterdir())
    with pytest.raises(InputError, match="names the treatment") as refused:
        nof1.record.import_file(trial.folder, path, column_map={"severity": "Which"}, scales=scales, now=NOW)
    assert not isinstance(refused.value, AmbiguousInput)
    assert sorted(file.name for file in trial.folder.iterdir()) == before


# --- how a scale is written

word = st.text(alphabet="abcäé ñ😀-!'", min_size=1, max_size=12).filter(
    lambda text: text.strip(" ,") and "=" not in text
)
number = st.integers(-100, 100).map(float) | st.integers(-999, 999).map(lambda tenths: tenths / 10)


@given(
    st.dictionaries(
        word.map(lambda text: " ".join(text.split()).casefold()).filter(bool), number, min_size=1, max_size=8
    )
)
def test_a_scale_is_the_same_as_text_and_as_a_mapping(scale):
    text = ", ".join(f"{name}={value:g}" for name, value in scale.items())
    assert read_scales({"mood": text}) == read_scales({"mood": scale}) == {"mood": scale}
    assert scale_option(f"mood={text}") == ("mood", text)
    assert scale_option(text) == ("", text)


def test_a_column_is_told_from_a_word():
    assert scale_option("mood=Yes, a lot=3, no=0") == ("mood", "Yes, a lot=3, no=0")
    assert scale_option("Yes, a lot=3, no=0") == ("", "Yes, a lot=3, no=0")
    assert scale_option("good") == ("", "good")


@given(
    st.lists(st.sampled_from(["Good", "good ", " GOOD", "bad", "Bad  ", "so so", "So  So"]), min_size=1, max_size=14),
    st.permutations([1, 4, 7]),
)
def test_words_are_read_alike_however_they_are_written(values, numbers):
    from nof1.record.importing.scales import plain_word, scale_for

    scale = dict(zip(("good", "bad", "so so"), numbers, strict=True))
    kept = scale_for(read_scales({"severity": scale}), "severity")
    assert [kept[plain_word(value)] for value in values] == [scale[" ".join(value.split()).lower()] for value in values]


@pytest.mark.parametrize(
    "text", ["", "good", "good=", "=4", "good=four", "good=4,", "good=4;bad=2", "good=1e5", "good=4,,bad=2", "good=nan"]
)
def test_what_is_no_scale_is_refused(text):
    with pytest.raises(InputError, match=r"must look like 'good=4, bad=2'"):
        read_scales({"mood": text})


@pytest.mark.parametrize("scale", [{}, {"": 4}, {"good": "4"}, {"good": True}, {"good": float("inf")}, {"good": None}])
def test_a_mapping_that_is_no_scale_is_refused(scale):
    with pytest.raises(InputError, match=r"must look like 'good=4, bad=2'"):
        read_scales({"mood": scale})


def test_a_word_has_one_number():
    with pytest.raises(InputError, match="two numbers for 'Good'"):
        read_scales("good=4, Good=5")
    assert read_scales("good=4, Good=4") == {"": {"good": 4.0}}
    assert read_scales("Yes, a lot=3, no=0") == {"": {"yes, a lot": 3.0, "no": 0.0}}


def test_a_file_without_words_is_not_read_once_more_for_them(trial_folder, tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    path.write_text(table(["4"] * 200, first=10))
    request = request_import(trial_folder, open_file(path), Reading(), {"severity": "severity"})
    seen = []
    rows = request.export.rows

    def planned(*_, **__):
        seen.append(len(list(rows())))
        return SimpleNamespace(unknown=())

    monkeypatch.setattr("nof1.record.importing.taking.plan_import", planned)
    request.plan(latest=LATEST)
    assert seen == [200]
