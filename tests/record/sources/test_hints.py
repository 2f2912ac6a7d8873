"""Which columns tell the treatment, by their names or by what they hold; and which only look like it."""

import pytest

from nof1.errors import InputError
from nof1.record.sources.hints import holds_arms, holds_doses, names_treatment


@pytest.mark.parametrize(
    "name",
    [
        "Study arm",
        "StudyArm",
        "Dose (mg)",
        "dose_mg",
        "Drug",
        "Treatment?",
        "Which treatment",
        "Group:",
        "Verum",
        "arm",
        "Dose tonight",
        "current_intervention",
        "Behandlung",
        "Treatment (A/B)",
        "placebo",
        "Which drug was taken?",
    ],
)
def test_a_name_of_the_treatment_is_known(name):
    assert names_treatment(name)


@pytest.mark.parametrize(
    "name",
    [
        "Caffeine dose (mg)",
        "Muscle group",
        "Left arm",
        "Iron (mg)",
        "Drugs and alcohol",
        "Sleep phase",
        "taken",
        "note",
        "Magnesium (mg)",
        "How bad was the night?",
        "mg",
        "Other treatment effects",
        "warm",
        "",
        "42",
    ],
)
def test_other_names_are_not(name):
    assert not names_treatment(name)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["off", "Citrate", "forgot"], True),
        (["citrate.", "", "calm"], True),
        (["off", "a", "b", "CITRATE"], True),
        (["off", "a", "b"], False),
        (["citrate at nine", "coffee"], False),
        ([], False),
    ],
)
def test_cells_that_name_arms_tell_the_treatment(planned, cells, told):
    assert holds_arms(planned("randomized-blocks", blocks=2), cells) is told


@pytest.mark.parametrize(
    ("cells", "told"),
    [(["0", "100", "0"], True), (["0", "100", "50"], False), (["0", "0"], False), (["0", "", "100"], True)],
)
def test_numbers_that_are_the_doses_tell_the_treatment(planned, cells, told):
    assert holds_doses(planned("randomized-blocks", blocks=2), cells) is told


@pytest.mark.parametrize(
    ("header", "cells", "pairs", "measures"),
    [
        ("dose_mg", ("100", "0", "x"), (), ("dose=dose_mg",)),
        ("Dose (mg)", ("100", "0", "x"), (), ("pill=Dose (mg)",)),
        ("Z", ("100", "0", "0"), (), ("pill=Z",)),
        ("Z", ("citrate", "off", "forgot"), ("note=Z",), ()),
        ("Z", ("citrate", "off", "forgot"), ("taken=Z",), ()),
        ("Z", ("citrate", "off", "forgot"), ("night=Z",), ()),
        ("Z", ("100", "0", "0"), ("severity=Z",), ()),
    ],
)
def test_no_column_that_tells_the_treatment_gets_into_a_sealed_trial(
    export, plan, sealed_trial, bytes_in, header, cells, pairs, measures
):
    trial = sealed_trial(ratings="46", name="sealed")
    before = bytes_in(trial.folder)
    rows = "".join(f"2026-01-{day},{day - 8},{cell}\n" for day, cell in enumerate(cells, start=12))
    with pytest.raises(InputError, match=rf"column '{header[:4]}.*names the treatment") as refusal:
        plan(export(f"date,severity,{header}\n{rows}"), *pairs, measures=measures, folder=trial.folder)
    assert not any(word in str(refusal.value) for word in ("citrate", "off", "100"))
    assert bytes_in(trial.folder) == before


def test_the_dose_of_a_diary_of_ones_own_stays_out_of_a_sealed_trial(export, plan, sealed_trial, trial_folder):
    trial = sealed_trial(ratings="46", name="sealed")
    diary = export((trial_folder / "diary.csv").read_bytes(), "diary.csv")
    with pytest.raises(InputError, match="'dose_mg' names the treatment"):
        plan(diary, folder=trial.folder, measures=["dose=dose_mg"])


def test_a_column_that_says_itself_what_it_is_may_hold_numbers_like_the_doses(export, plan, sealed_trial):
    trial = sealed_trial(ratings="46", name="sealed")
    found = plan(export("date,severity,caffeine_mg\n2026-01-12,3,0\n2026-01-13,4,100\n"), "severity=severity",
        "caffeine_mg=caffeine_mg", folder=trial.folder)  # fmt: skip
    assert found.taken == 2


def test_ratings_with_one_word_among_them_are_taken(export, plan, sealed_trial):
    trial = sealed_trial(ratings="46", name="sealed")
    rows = "".join(f"2026-01-{day},3\n" for day in range(12, 17))
    assert plan(export(f"date,severity\n{rows}2026-01-17,off\n"), folder=trial.folder).rows_rejected == 1
