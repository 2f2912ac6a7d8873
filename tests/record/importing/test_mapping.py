"""Which column goes where: found by name, chosen by the person, refused where it names a person or the treatment."""

from datetime import date

import pytest

from nof1.errors import InputError
from nof1.record.diary.entry import Entry
from nof1.record.importing.mapping import chosen_map, complete_map, split_pairs
from nof1.record.values.ambiguous import AmbiguousInput


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("night,severity", {"night": "night", "severity": "severity"}),
        ("Date,Severity", {"night": "Date", "severity": "Severity"}),
        ("Datum,RLS severity", {"night": "Datum", "severity": "RLS severity"}),
        ("Timestamp,rls-severity", {"night": "Timestamp", "severity": "rls-severity"}),
        ("Day,severity,Dose mg,note", {"night": "Day", "severity": "severity", "dose_mg": "Dose mg", "note": "note"}),
        ("night,date,severity", {"night": "night", "severity": "severity"}),
        (
            "date,severity,Side effects,E-mail",
            {"night": "date", "severity": "severity", "side_effects": "Side effects"},
        ),
    ],
)
def test_columns_with_the_diarys_names_are_found(export, protocol, header, expected):
    table = export(f"{header}\n" + ",".join("x" for _ in header.split(",")) + "\n", source="plain")
    assert complete_map(table, protocol, {}) == expected


def test_a_title_above_the_header_is_passed_over(export, plan):
    found = plan(export("My nights\ndate,severity\n2026-01-12,4\n"))
    assert (found.rows, found.taken) == (1, 1)


LONG = "On a scale from 0 to 10, how bad were your legs between going to bed and falling asleep, all in all?"


@pytest.mark.parametrize("name", [LONG, "How bad\nwas it?", "x" * 240])
def test_a_name_can_be_copied_from_the_message_that_shows_it(export, plan, name):
    table = export(f'date,"{name}"\n2026-01-12,4\n')
    with pytest.raises(AmbiguousInput) as question:
        plan(table)
    shown = str(question.value).partition("Its columns are: date, ")[2].removesuffix(".")
    assert len(shown) <= 200
    assert shown.endswith("...") is (len(name) > 200)
    assert plan(table, f"severity={shown}").column_map == {"night": "date", "severity": name}


def test_a_shown_name_that_two_columns_share_is_refused(export, plan):
    table = export(f"date,{'x' * 240},{'x' * 241}\n2026-01-12,4,5\n")
    with pytest.raises(InputError, match="has no column 'xxx"):
        plan(table, f"severity={'x' * 197}...")


def test_a_chosen_column_goes_before_a_guessed_one(export, plan):
    found = plan(export("date,severity,How bad?\n2026-01-12,9,4\n"), "severity=How bad?")
    assert found.column_map == {"night": "date", "severity": "How bad?"}
    assert found.unused == ("severity",)
    assert [dict(change.cells) for change in found.changes] == [{"severity": "4"}]


def test_the_map_is_split_at_the_first_equals_sign(protocol):
    assert split_pairs(["severity= a = b "], protocol) == {"severity": "a = b"}


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["severity"], "'severity' must look like severity='How bad\\?'"),
        (["severity="], "must look like"),
        (["=How bad?"], "The diary has no ''"),
        (["legs=How bad?"], "The diary has no 'legs'. Its columns are: night, severity.*sleep_minutes.*use measures="),
        (["severity=a", "severity=b"], "'severity' is named twice"),
    ],
)
def test_a_bad_map_is_refused(protocol, pairs, words):
    with pytest.raises(InputError, match=words):
        chosen_map(split_pairs(pairs, protocol), protocol)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["legs"], "'legs' must look like"),
        (["severity=a"], "'severity' is a column of the diary, no measure beside it; use column_map="),
        (["2nd=a"], "The measure: a measure cannot be called so"),
        (["=1+1=a"], "The measure: a measure cannot be called so"),
        (["arm=a"], "cannot be called so"),
        (["legs=a", "legs=b"], "'legs' is named twice"),
    ],
)
def test_a_bad_measure_is_refused(protocol, pairs, words):
    with pytest.raises(InputError, match=words):
        chosen_map({}, protocol, split_pairs(pairs, protocol))


@pytest.mark.parametrize(
    ("header", "pairs", "option", "words"),
    [
        (
            "K1,severity",
            [],
            "map night",
            "not clear which column holds 'night'.*column_map={'night': 'Date'}.*K1, severity",
        ),
        (
            "date,How bad?",
            [],
            "map severity",
            "not clear which column holds 'severity'.*column_map={'severity': .*date, How bad",
        ),
    ],
)
def test_a_table_without_night_or_outcome_is_asked_for(export, protocol, header, pairs, option, words):
    with pytest.raises(AmbiguousInput, match=words) as question:
        complete_map(export(f"{header}\n1,2\n"), protocol, chosen_map(split_pairs(pairs, protocol), protocol))
    assert (question.value.option, question.value.choices) == (option, tuple(header.split(",")))


def test_a_column_that_is_not_there_is_named_with_those_that_are(export, protocol):
    with pytest.raises(InputError, match=r"has no column 'Mood'. Its columns are: date, severity"):
        complete_map(export("date,severity\n1,2\n"), protocol, {"severity": "Mood"})


@pytest.mark.parametrize(
    ("content", "words"),
    [("date,severity,date\n1,2,3\n", "two columns called 'date'"), ("date,severity\n", "no rows under its header")],
)
def test_a_table_that_cannot_be_mapped_is_refused(export, content, words):
    with pytest.raises(InputError, match=words):
        export(content)


def test_every_column_of_the_diary_can_be_taken(export, take, make_protocol, tmp_path, nights):
    from nof1.plan.orders.draw import draw_order
    from nof1.record.trial import Trial

    protocol = make_protocol(analysis={"covariates": ["sleep_hours", "coffee"]})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "full")
    take(
        export(
            "night,severity,dose_mg,side_effects,guess,confidence,sleep_hours,coffee,note\n"
            '2026-01-12,4,200,"nausea; headache",magnesium,80,7.5,1,"a ""good""\nnight"\n'
        ),
        folder=tmp_path / "full",
    )
    assert nights(tmp_path / "full")[12] == Entry(
        night=date(2026, 1, 12),
        outcome=4,
        dose_mg=200,
        side_effects=("nausea", "headache"),
        guess="magnesium",
        confidence=80,
        covariates={"sleep_hours": 7.5, "coffee": 1},
        note='a "good"\nnight',
    )


# --- a concealed order


def test_a_concealed_trial_takes_shares_of_packs_and_guesses(export, take, sealed_trial, nights):
    trial = sealed_trial(ratings="46", name="sealed")
    table = "Date;Severity;Taken;Guess;Confidence\n13.01.2026;4;0,5;Citrate;62,5\n14.01.2026;3;1;can't tell;\n"
    take(export(table), folder=trial.folder)
    found = nights(trial.folder)
    assert found[13] == Entry(date(2026, 1, 13), outcome=4, taken=0.5, guess="citrate", confidence=62.5)
    assert found[14] == Entry(date(2026, 1, 14), outcome=3, taken=1, guess="can't tell")


def test_a_dose_in_mg_does_not_enter_a_concealed_trial(export, sealed_trial):
    trial = sealed_trial(name="sealed")
    assert "dose_mg" not in complete_map(export("date,severity,dose_mg\n2026-01-12,4,200\n"), trial.protocol, {})
    with pytest.raises(InputError, match="The diary has no 'dose_mg'"):
        chosen_map({"dose_mg": "dose_mg"}, trial.protocol)


@pytest.mark.parametrize(
    "column", ["condition", "Treatment", "arm", "Group", "current_intervention", "Behandlung", "phase"]
)
def test_a_column_that_names_the_treatment_is_refused_in_a_concealed_trial(
    export, plan, trial_folder, sealed_trial, column
):
    trial = sealed_trial(ratings="46", name="sealed")
    table = export(f"date,severity,{column}\n2026-01-12,4,1\n")
    assert column in plan(table, folder=trial.folder).unused
    for field in ("note", "side_effects", "guess", "taken", "night"):
        with pytest.raises(InputError, match=f"column '{column}' names the treatment"):
            plan(table, f"{field}={column}", folder=trial.folder)
    with pytest.raises(InputError, match=f"column '{column}' names the treatment"):
        plan(table, folder=trial.folder, measures=[f"pill={column}"])
    assert plan(table, f"note={column}", folder=trial_folder).taken == 1  # an open order may be noted


@pytest.mark.parametrize(
    "column",
    ["E-mail", "Email Address", "Your name", "Name", "phone", "Telefonnummer", "Device", "device_id", "IP", "Vorname"],
)
def test_a_column_that_names_a_person_or_a_device_is_refused_everywhere(export, plan, column):
    table = export(f"date,severity,{column}\n2026-01-12,4,x\n")
    assert column in plan(table).unused
    for field in ("note", "severity", "night", "steps"):
        with pytest.raises(InputError, match=f"column '{column}' names a person or a device"):
            plan(table, f"{field}={column}")


# --- rejected.csv as a file like any other


def test_rejected_csv_is_known_by_its_header_and_mapped_by_its_own_names(export, protocol):
    made = export('file,sha256,lines,rows,reason,night,severity,steps,legs\na.csv,ab,2,1,"why",2026-01-12,4,100,2\n')
    assert made.source == "rejected"
    assert complete_map(made, protocol, {}) == {
        "night": "night",
        "severity": "severity",
        "steps": "steps",
        "legs": "legs",
    }
