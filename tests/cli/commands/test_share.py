import csv
import io
import json
import math
import re
import shutil
from dataclasses import replace

import pytest
from known import SAMPLE

from nof1 import Protocol, Trial, fit
from nof1.plan.design.order import Pause
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.draw import draw_order
from nof1.record.diary.entry import Entry
from nof1.record.diary.events import Event
from nof1.record.sharing.general import general_names, renamed, rounded_dose
from nof1.record.sharing.notes import alone, unprotected
from nof1.record.sharing.share import shared
from nof1.record.sharing.tables import hidden, tables

SECRETS = ("Anna", "Weidenstr", "Dr. Kim", "Brand X", "bee sting", "2026", "4711", "why me", "argued")


@pytest.fixture
def private(make_protocol):
    """A trial in which every text and number that could be told is one that must not be."""
    protocol = make_protocol(
        title="Anna's legs",
        question="why me, Anna?",
        outcome={"label": "Anna's severity"},
        arms=[
            {"name": "off", "label": "Anna off", "dose_mg": 0},
            {
                "name": "magnesium",
                "label": "Brand X 200",
                "form": "magnesium citrate",
                "dose_mg": 200,
                "product": "Brand X",
            },
        ],
        design={"seed": 4711},
        analysis={"covariates": ["argued_with_anna", "caffeine_mg"]},
        conduct={"setting": "Weidenstr. 3", "helper": "Anna", "consent": "Anna said yes", "dose_time": "20:17"},
        safety={
            "answers": {"iron_unknown": True, "kidney_severe": True},
            "agreement": {"clinician": "Dr. Kim", "date": "2026-01-02"},
        },
    )
    order = draw_order(protocol)
    nights = [night for period in order.periods for night in period.dates]
    entries = [
        Entry(
            night,
            outcome=float((3 * i) % 7 + 1),
            dose_mg=200.0 if order.period_of(night).arm == "magnesium" else 0.0,
            side_effects=("Soft stools", "bee sting at Anna's"),
            covariates={"argued_with_anna": float(i % 2), "caffeine_mg": 10.0 * (i % 3)},
            note="Anna called",
        )
        for i, night in enumerate(nights)
    ]
    measures = {(nights[0], "steps"): 4711.0}
    return Trial(protocol, order, tuple(entries), measures=measures)


@pytest.fixture
def folders(tmp_path, private):
    private.write(tmp_path / "people" / "anna")
    for name in ("helps", "worsens"):
        shutil.copytree(SAMPLE / name, tmp_path / "people" / name)
    return tmp_path / "people"


def everything(folder):
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}


def test_no_word_date_or_seed_of_anybody_is_left(nof1, folders, tmp_path):
    status, said, complained = nof1("share", folders, "--out", tmp_path / "out")
    assert (status, complained) == (0, "")
    assert "3 trials were copied" in said
    assert "magnesium, off, severity" in said
    told = everything(tmp_path / "out")
    assert len(told) == 5 + 3 * 3
    for name, text in told.items():
        for secret in (*SECRETS, "anna", "helps", "worsens", "loose stools", "20:17", "Simulated example"):
            assert secret not in text + name, (secret, name)
        for year in re.findall(r"\b20\d\d-\d\d-\d\d", text):
            assert year.startswith("2000-0")
        assert not re.search(r"^seed", text, flags=re.MULTILINE)
    assert "kidney" not in "".join(told.values())
    assert "iron_unknown = true" in "".join(told.values())


def estimate(trial):
    return fit(trial, engine="marginal", sensitivity=False).effects


@pytest.mark.parametrize("name", ["helps", "worsens", "cant-tell"])
def test_a_copy_that_is_read_back_gives_the_same_estimate(tmp_path, name):
    trial = Trial.load(SAMPLE / name)
    shared(trial, "p-1").write(tmp_path / "copy")
    columns = ["mean", "sd", "p_better", "p_benefit", "p_harm"]
    found, wanted = estimate(Trial.load(tmp_path / "copy")), estimate(trial)
    assert found[columns].to_numpy() == pytest.approx(wanted[columns].to_numpy(), abs=1e-9)
    assert list(found["verdict"]) == list(wanted["verdict"])


def test_covariates_pauses_and_doses_taken_give_the_same_estimate_too(tmp_path, private):
    protocol = Protocol.build(
        private.protocol.to_dict() | {"analysis": private.protocol.to_dict()["analysis"] | {"dose": "taken"}}
    )
    night = private.entries[5].night
    pause = Amendment.make(entered="2026-01-09T08:00:00", kind="pause", start=night, nights=2, reason="Anna was ill")
    order = private.order.with_pauses([Pause(night, 2)])
    entries = tuple(replace(entry, dose_mg=entry.dose_mg / (1 + i % 2)) for i, entry in enumerate(private.entries))
    entries = tuple(entry for entry in entries if order.period_of(entry.night).arm != "pause")
    trial = Trial(protocol, order, entries, (pause,))
    shared(trial, "p-1").write(tmp_path / "copy")
    again = Trial.load(tmp_path / "copy")
    columns = ["mean", "sd"]
    assert estimate(again)[columns].to_numpy() == pytest.approx(estimate(trial)[columns].to_numpy(), abs=1e-9)
    assert again.protocol.analysis.covariates == ("covariate_1", "caffeine_mg")
    assert "ill" not in "".join(everything(tmp_path / "copy").values())


@pytest.mark.clock
def test_a_concealed_trial_that_was_opened_is_shared_with_its_doses(nof1, sealed_trial, tmp_path):
    made = sealed_trial()
    assert nof1("unseal", made.folder, made.helper)[0] == 0
    trial = Trial.load(made.folder)
    copy = shared(trial, "p-1")
    assert copy.frame["arm"].tolist() == trial.frame["arm"].tolist()
    assert copy.frame["dose_mg"].tolist() == pytest.approx(trial.frame["dose_mg"].tolist(), nan_ok=True)
    copy.write(tmp_path / "copy")
    assert estimate(Trial.load(tmp_path / "copy"))["mean"].to_numpy() == pytest.approx(
        estimate(trial)["mean"].to_numpy(), abs=1e-9
    )


@pytest.mark.clock
def test_what_is_in_no_copy_is_named(nof1, folders, tmp_path):
    for text in ("Anna moved", "a new pillow"):
        assert nof1("amend", folders / "helps", "--note", text)[0] == 0
    assert nof1("amend", folders / "worsens", "--medicine", "ropinirole", "--from", "2025-01-01")[0] == 0
    _, out, _ = nof1("share", folders / "helps", folders / "worsens", "--out", tmp_path / "out")
    assert "own words or of a hidden order: 1 change of a medicine, 2 notes on record." in " ".join(out.split())
    _, out, _ = nof1("share", folders / "helps", "--out", tmp_path / "again", "--json")
    assert json.loads(out)["left_out"] == {"note": 2}
    assert "pillow" not in "".join(everything(tmp_path / "out").values())


@pytest.mark.clock
def test_the_table_of_nights_can_be_adopted(nof1, folders, tmp_path):
    nof1("share", folders / "helps", "--out", tmp_path / "out")
    words = (
        "--outcome",
        "outcome",
        "--arm",
        "arm",
        "--day",
        "day",
        "--reference",
        "off",
        "--low",
        "0",
        "--high",
        "10",
        "--better",
        "lower",
    )
    assert nof1("adopt", tmp_path / "again", tmp_path / "out" / "nights.csv", *words)[0] == 0
    trial, again = Trial.load(folders / "helps"), Trial.load(tmp_path / "again")
    assert [entry.outcome for entry in again.entries if entry.outcome is not None] == [
        entry.outcome for entry in trial.entries if entry.outcome is not None
    ]


@pytest.mark.slow
@pytest.mark.clock
def test_the_copies_make_a_cohort(nof1, folders, tmp_path):
    nof1("share", folders / "helps", folders / "worsens", "--out", tmp_path / "out")
    assert nof1("cohort", tmp_path / "out" / "trials", "--out", tmp_path / "of-copies")[0] == 0
    assert nof1("cohort", folders / "helps", folders / "worsens", "--out", tmp_path / "of-trials")[0] == 0
    means = [
        sorted(one["pooled_mean"] for one in json.loads((tmp_path / name / "cohort.json").read_text())["people"])
        for name in ("of-copies", "of-trials")
    ]
    assert means[0] == pytest.approx(means[1], abs=1e-6)


def test_ids_are_drawn_anew_and_tell_no_order(nof1, folders, tmp_path):
    seen = []
    for name in ("one", "two"):
        nof1("share", folders, "--out", tmp_path / name)
        seen.append({path.name for path in (tmp_path / name / "trials").iterdir()})
    assert len(seen[0] | seen[1]) == 6
    assert all(re.fullmatch("p-[0-9a-f]{10}", study_id) for study_id in seen[0])
    rows = list(csv.DictReader(io.StringIO((tmp_path / "one" / "people.csv").read_text())))
    assert [row["id"] for row in rows] == sorted(seen[0])


def test_small_counts_are_not_told(private):
    trials = {f"p-{i}": shared(private, f"p-{i}") for i in range(4)}
    (row,) = [row for row in summary(trials) if row["arm"] == "magnesium" and row["group"] == "soft stools"]
    assert row["people"] == "<5"
    trials |= {f"q-{i}": shared(private, f"q-{i}") for i in range(3)}
    (row,) = [row for row in summary(trials) if row["arm"] == "magnesium" and row["group"] == "soft stools"]
    assert row["people"] == "7"
    assert {row["people"] for row in summary(trials) if row["group"] == "weakness"} == {"<5"}
    assert {row["group"]: row["people"] for row in summary(trials) if row["what"] == "people by form"} == {
        "citrate": "7"
    }


def summary(trials):
    return list(csv.DictReader(io.StringIO(tables(trials)["summary.csv"])))


def test_a_small_count_cannot_be_worked_out_from_the_others():
    assert hidden([3, 20, 8]) == ["<5", "20", "hidden"]
    assert hidden([20, 8]) == ["20", "8"]
    assert hidden([1, 2, 50]) == ["<5", "<5", "50"]
    assert hidden([3]) == ["<5"]


def test_every_column_is_in_the_dictionary(nof1, folders, tmp_path):
    nof1("share", folders, "--out", tmp_path / "out")
    told = {
        (row["file"], row["column"])
        for row in csv.DictReader(io.StringIO((tmp_path / "out" / "data-dictionary.csv").read_text()))
    }
    for name in ("nights.csv", "people.csv", "summary.csv"):
        header = (tmp_path / "out" / name).read_text().splitlines()[0].split(",")
        assert {(name, column) for column in header} <= told
    for path in next((tmp_path / "out" / "trials").iterdir()).iterdir():
        assert (f"trials/ID/{path.name}", "") in told


def test_what_cannot_be_copied_is_named_on_the_screen_alone(nof1, folders, tmp_path):
    (folders / "anna" / "diary.csv").unlink()
    status, said, _ = nof1("share", folders, "--out", tmp_path / "out")
    assert status == 1
    assert "Could not be copied: 1" in said
    assert "anna: There is no file" in said
    assert "anna" not in "".join(everything(tmp_path / "out").values())
    assert len(list((tmp_path / "out" / "trials").iterdir())) == 2


def test_never_into_a_trial_folder_or_over_another_one(refused, folders, tmp_path):
    assert "is in one of the trial folders" in refused("share", folders, "--out", folders / "helps" / "copy")
    assert "already there" in refused("share", folders, "--out", folders / "helps" / "..")


def test_grades_are_shared_where_the_side_effect_is_on_the_short_list(private):
    first, second = (next(p for p in private.order.periods if p.number == number).start for number in (1, 2))
    day, arm = (first - private.order.start).days + 1, private.order.period_of(first).arm
    entries = {entry.night: entry for entry in private.entries}
    entries[first] = Entry(first, side_effects=("diarrhoea", "bee sting"))
    entries[second] = Entry(second, note="Chest pain at 3!")
    events = (
        Event(first, "bee sting", severity="severe"),
        Event(first, "diarrhoea", severity="moderate", serious="no", doctor="likely"),
        Event(second, "Chest pain at 3!", serious="hospital"),
    )
    trial = replace(private, entries=tuple(entries.values()), events=events)
    copy = shared(trial, "p-1")
    assert [(event.what, event.severity, event.doctor) for event in copy.events] == [
        ("diarrhoea", "moderate", "likely")
    ]
    content = tables({"p-1": copy})
    (row,) = csv.DictReader(io.StringIO(content["events.csv"]))
    assert row == {
        "id": "p-1", "day": str(day), "arm": arm, "what": "diarrhoea", "severity": "moderate", "serious": "no",
        "action": "", "outcome": "", "cause": "", "doctor": "likely",
    }  # fmt: skip
    assert not any(secret in text for text in content.values() for secret in (*SECRETS, "Chest pain"))
    explained = {
        line["column"]
        for line in csv.DictReader(io.StringIO(content["data-dictionary.csv"]))
        if line["file"] == "events.csv"
    }
    assert explained == set(row)
    assert "events.csv" not in tables({"p-1": shared(private, "p-1")})


def test_names_and_doses_are_general_unless_told_otherwise(nof1, tmp_path, private):
    content = private.protocol.to_dict()
    content["outcome"]["name"] = "annas_legs"
    content["reference"] = content["arms"][0]["name"] = "without_ben"
    content["arms"][1] |= {"name": "ben_tea", "dose_mg": 365}
    arms = {"off": "without_ben", "magnesium": "ben_tea"}
    order = replace(
        private.order, periods=tuple(replace(one, arm=arms.get(one.arm, one.arm)) for one in private.order.periods)
    )
    entries = tuple(
        replace(entry, guess="ben_tea", dose_mg=(entry.dose_mg or 0) / 200 * (371 if i % 2 else 182.5))
        for i, entry in enumerate(private.entries)
    )
    Trial(Protocol.build(content), order, entries).write(tmp_path / "people" / "one")
    assert nof1("share", tmp_path / "people", "--out", tmp_path / "out")[0] == 0
    told = "".join(everything(tmp_path / "out").values())
    assert not any(word in told for word in ("anna", "ben_tea", "without_ben", "365", "371", "182.5"))
    (copy,) = [Trial.load(path) for path in (tmp_path / "out" / "trials").iterdir()]
    assert (copy.protocol.outcome.name, [(arm.name, arm.dose_mg) for arm in copy.protocol.arms]) == (
        "outcome", [("off", 0), ("magnesium", 350)],
    )  # fmt: skip
    assert {entry.dose_mg for entry in copy.entries} == {0, 175, 350}
    assert {entry.guess for entry in copy.entries} == {"magnesium"}
    assert nof1("share", tmp_path / "people", "--out", tmp_path / "kept", "--keep-names", "--keep-doses")[0] == 0
    told = "".join(everything(tmp_path / "kept").values())
    assert all(word in told for word in ("annas_legs", "ben_tea", "without_ben", "365", "371", "182.5"))


def test_what_was_called_alike_is_called_alike_and_nothing_else_is(private):
    def trial(outcome, off, on, form=""):
        content = private.protocol.to_dict()
        content["outcome"]["name"] = outcome
        content["reference"] = content["arms"][0]["name"] = off
        content["arms"][1] = {"name": on, "dose_mg": 200} | ({"form": form} if form else {})
        arms = {"off": off, "magnesium": on}
        periods = tuple(replace(one, arm=arms.get(one.arm, one.arm)) for one in private.order.periods)
        return shared(Trial(Protocol.build(content), replace(private.order, periods=periods), ()), "p-1")

    trials = [
        trial("anna_sleep", "nothing", "tea"), trial("anna_sleep", "tea", "nothing"), trial("legs_of_ben", "nothing", "walk"),
        trial("severity", "off", "magnesium", "citrate"), trial("severity", "off", "my_pills", "oxide"),
    ]  # fmt: skip
    outcomes, arms = general_names(trials)
    copies = [renamed(one, outcomes, arms) for one in trials]
    assert outcomes == {"severity": "severity", "anna_sleep": "outcome_1", "legs_of_ben": "outcome_2"}
    assert len(set(arms.values())) == len(arms)
    assert (arms["off"], arms["magnesium"], arms["my_pills"]) == ("off", "magnesium", "magnesium_1")
    assert copies[0].protocol.reference == copies[2].protocol.reference == copies[1].protocol.arms[1].name
    for one, copy in zip(trials, copies, strict=True):
        assert tuple(arms.get(arm, arm) for arm in one.order.arms()) == copy.order.arms()


@pytest.mark.parametrize("drawn", ["any", "max-run:3", "pairs:2", "alternating", "phases:ABAB,min=2", "orders:FILE"])
def test_orders_that_were_stated_are_those_of_the_new_names(tmp_path, drawn):
    import pandas as pd

    if drawn == "orders:FILE":
        path = tmp_path / "orders.csv"
        path.write_text(
            "walk;walk;home;home;walk;walk;home;home\nhome;home;walk;walk;home;home;walk;walk\n".replace(";", ",")
        )
        drawn = f"orders:{path}"
    runs = ["walk", "walk", "home", "home"] * 2 if "alt" not in drawn else ["walk", "home"] * 4
    nights = pd.DataFrame({"day": range(1, 9), "arm": runs, "y": [5, 4, 6, 7, 3, 4, 6, 5]})
    trial = Trial.from_frame(
        nights, outcome="y", arm="arm", day="day", reference="home", low=0, high=10, better="lower", drawn=drawn
    )
    one = shared(trial, "p-1")
    copy = renamed(one, *general_names([one]))
    assert "walk" not in str(copy.protocol.to_dict())
    assert copy.protocol.stated is not None
    before, after = (
        fit(each, engine="marginal", sensitivity=False).record.randomization_tests for each in (trial, copy)
    )
    assert before
    assert re.sub("walk", "on", re.sub("home", "off", str(before))) == str(after)


@pytest.mark.parametrize("mg", [0.3, 1, 7.4, 62.5, 99, 101, 125, 240, 365, 1000])
def test_rounded_doses_are_near_and_never_nothing(mg):
    told = rounded_dose(mg)
    assert told > 0
    assert (
        abs(told - mg) <= max(25.0, 0) if mg >= 100 else abs(told - mg) <= 0.5 * 10 ** math.floor(math.log10(mg)) + 1e-9
    )


def test_what_is_not_protected_is_said_with_its_numbers_on_the_screen_and_in_the_folder(nof1, folders, tmp_path):
    _, said, _ = nof1("share", folders, "--out", tmp_path / "out")
    kept = (tmp_path / "out" / "README.md").read_text()
    copies = {path.name: Trial.load(path) for path in (tmp_path / "out" / "trials").iterdir()}
    assert alone(copies) == 1  # the private one; the two samples are planned alike
    assert "1 of 3 people has a combination" in kept
    for sentence in unprotected(copies):
        assert sentence in kept
        assert sentence in " ".join(said.split())
    assert alone({"a": copies[min(copies)], "b": copies[min(copies)]}) == 0
    _, said, _ = nof1("share", folders, "--out", tmp_path / "json", "--json")
    assert json.loads(said)["unprotected"] == unprotected(copies)
