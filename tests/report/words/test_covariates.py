"""A covariate that follows the arm: said on the first page, on the screen and in a notebook, with the answer without it beside."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from families import arms_of, make_protocol, make_trial

from nof1 import Trial, fit, record, report
from nof1.analyze.checks.covariate_by_arm import CovariateByArm
from nof1.analyze.reasons import Reason
from nof1.cli.commands.report import report as report_command
from nof1.cli.terminal.output import tell, tell_quick
from nof1.plan.orders.loading import load_order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge
from nof1.report.results import first_page, found
from nof1.report.words.covariates import by_arm_sentence, covariate_title, follows_sentences, meaning_sentence

NAME = "dietary_magnesium_mg"
PLAN = {
    "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
    "design": {"start": date(2026, 9, 1), "blocks": 6, "period_nights": 7, "seed": 5},
    "analysis": {"covariates": [NAME]},
    "unscreened": True,
}


@cache
def result_of(capsule):
    """A trial with magnesium in food as a covariate, with or without the trial's own capsule in it."""
    protocol = make_protocol("normal", blocks=6, covariates=[NAME])
    arm, _ = arms_of(protocol)
    rng = np.random.default_rng(2)
    on = arm == "magnesium"
    food = rng.normal(300, 40, len(arm)) + (200.0 * on if capsule else 0)
    outcome = np.clip(6 - 3.0 * on + rng.normal(0, 1, len(arm)), 0, 10)
    return fit(make_trial(protocol, outcome, **{NAME: [*map(float, food)]}), engine="marginal", sensitivity=False)


def with_covariates(result, **changes):
    return replace(result, record=replace(result.record, covariates=replace(result.record.covariates, **changes)))


def test_the_first_page_says_it_with_the_answer_without_it():
    careful, meaning, without = first_page.answer(result_of(True))["follows"]
    assert careful.startswith("Careful: magnesium in that day's food (mg) goes with the arm. Its mean is ")
    assert "none of the 64 possible orders" in careful
    assert meaning.startswith("If the treatment itself is in it")
    assert without.startswith(
        "Without magnesium in that day's food (mg) in the model: On these nights, magnesium helped."
    )
    assert "points lower" in without


def test_the_commands_analyze_and_report_say_it_alike(monkeypatch, tmp_path, capsys):
    """One place makes and shows the sentences; whoever prints an answer has it."""
    told = follows_sentences(result_of(True))
    tell(result_of(True))
    on_screen = capsys.readouterr().out
    pages = SimpleNamespace(result=result_of(True), summary=tmp_path / "summary.pdf", figures=(), html=None)
    monkeypatch.setattr("nof1.report.results.folder.results_pages", lambda *_, **__: pages)
    report_command(tmp_path)
    reported = capsys.readouterr().out
    for sentence in told:
        assert sentence in on_screen
        assert sentence in reported
    pages.result = result_of(False)
    report_command(tmp_path)
    assert "goes with the arm" not in capsys.readouterr().out


def test_of_sound_covariates_the_first_page_says_nothing():
    assert first_page.answer(result_of(False))["follows"] == []
    assert follows_sentences(replace(result_of(False), record=replace(result_of(False).record, covariates=None))) == []


@pytest.mark.parametrize("show", [tell, tell_quick])
def test_the_screen_says_it_after_the_answer(show, capsys):
    show(result_of(True))
    lines = capsys.readouterr().out.splitlines()
    places = [next(i for i, line in enumerate(lines) if line.startswith(start)) for start in ("Careful: ", "Without ")]
    assert places == [3, 5]
    show(result_of(False))
    assert "Careful" not in capsys.readouterr().out


def test_a_notebook_shows_it():
    assert "dietary_magnesium_mg goes with the arm" in repr(result_of(True))
    assert "without it: helps; −" in repr(result_of(True))
    assert "goes with the arm" in result_of(True)._repr_html_()
    assert "goes with the arm" not in repr(result_of(False))
    alone = with_covariates(result_of(True), without=(), refused=Reason("no peak"))
    assert "may hold part of the effect." in repr(alone)


def test_any_part_has_its_sentence():
    result = result_of(True)
    told = result.record.covariates
    assert report.sentence(result, told.rows[0]) == first_page.answer(result)["follows"][0]
    assert report.sentence(result, told) == " ".join(first_page.answer(result)["follows"])
    sound = result_of(False)
    assert report.sentence(sound, sound.record.covariates).startswith("magnesium in that day's food (mg): ")
    assert "that it goes with the arm is not shown (p = " in report.sentence(sound, sound.record.covariates)


def test_the_pages_behind_have_a_line_for_each_covariate():
    (part,) = found.checks(result_of(True))["parts"]
    assert [row[1] for row in part["rows"] if row[0] == "covariate and arm"] == ["look"]
    (part,) = found.checks(result_of(False))["parts"]
    assert [row[1] for row in part["rows"] if row[0] == "covariate and arm"] == ["passed"]


def test_why_there_is_no_other_answer_is_said():
    result = with_covariates(result_of(True), without=(), refused=Reason("no peak"))
    assert follows_sentences(result)[-1].startswith(
        "Without magnesium in that day's food (mg) in the model there is no answer: "
    )


def test_what_it_rests_on_is_said():
    protocol = result_of(True).trial.protocol
    row = CovariateByArm(
        "steps", "magnesium", "off", (9000.0, 4000.0), (20, 20), p_periods=0.001, by="periods", follows=True
    )
    assert "on one and the same arm it changes far less" in by_arm_sentence(protocol, row)
    drawn = replace(row, by="orders", p=0.004, p_smallest=0.001, orders=1024)
    assert "fewer than 1 in 100 of the possible orders" in by_arm_sentence(protocol, drawn)
    assert "too few periods" in by_arm_sentence(protocol, replace(row, by=None, follows=False, p_periods=None))
    assert "of one arm alone" in by_arm_sentence(protocol, replace(row, means=(9000.0, None), follows=False))


def test_where_no_order_was_drawn_the_arm_may_have_been_chosen_by_it(protocol):
    assert "chosen" not in meaning_sentence(protocol)
    content = {
        "title": "x", "reference": "a", "arms": [{"name": "a"}, {"name": "b"}],
        "outcome": {"name": "y", "low": 0, "high": 10, "better": "lower"},
        "design": {"kind": "adopted", "start": "2026-01-05", "nights": 8},
    }  # fmt: skip
    assert "chosen" in meaning_sentence(Protocol.build(content))


def test_a_covariate_has_the_name_that_the_diary_asks_for_it_by():
    protocol = make_protocol("normal", blocks=2)
    assert covariate_title(protocol, "iron") == "iron taken that day (mg)"
    assert covariate_title(protocol, "own_thing") == "own_thing"


def test_a_covariate_of_ones_own_keeps_its_words():
    content = make_protocol("normal", blocks=2, covariates=["wine"]).to_dict()
    content["recorded"] = [{"name": "wine", "title": "glasses of wine", "kind": "number"}]
    protocol = Protocol.build(content)
    assert covariate_title(protocol, "wine") == "glasses of wine"
    row = CovariateByArm("wine", "magnesium", "off", (1.0, 2.0), None, None, 0, follows=False, by=None)
    assert by_arm_sentence(protocol, row).startswith("glasses of wine: ")


@pytest.mark.slow
def test_the_pages_can_be_made(tmp_path):
    import pypdf

    path = report.summary(result_of(True), tmp_path / "summary.pdf")
    pages = pypdf.PdfReader(path).pages
    assert "goes with the arm" in " ".join(pages[0].extract_text().split())
    assert len(pages) <= 4


@pytest.mark.slow
def test_a_food_log_with_the_capsule_in_it_changes_no_answer_and_where_it_is_called_food_the_page_says_so(tmp_path):
    """The road of a person: the same nights twice, once with the trial's own capsule taken for food."""
    now = datetime(2026, 12, 1, tzinfo=UTC)
    told = {}
    for food in ((), ("Magnesium citrate capsule",)):
        folder = tmp_path / f"trial{len(food)}"
        planned = Trial.plan(merge(load_template("magnesium-rls"), PLAN), folder, now=datetime(2026, 8, 30, tzinfo=UTC))
        order = [
            (night, period.arm) for period in load_order(folder, planned.protocol).periods for night in period.dates
        ]
        rng = np.random.default_rng(3)
        diary, foods = ["date,severity"], ["Day,Time,Group,Food Name,Amount,Energy (kcal),Magnesium (mg),Category"]
        for night, arm in order:
            on = arm == "magnesium"
            diary.append(f"{night},{int(np.clip(round(rng.normal(4 if on else 7, 1.2)), 0, 10))}")
            foods.append(f"{night},12:00,Lunch,Food,1 plate,2000,{rng.normal(300, 40):.1f},Meals")
            if on:
                foods.append(f"{night},21:00,Supplements,Magnesium citrate capsule,1 capsule,0,200,Supplements")
        for name, lines in (("diary.csv", diary), ("foods.csv", foods)):
            (tmp_path / name).write_text("\n".join(lines) + "\n")
        record.import_file(folder, tmp_path / "diary.csv", now=now)
        record.import_file(folder, tmp_path / "foods.csv", food=food, now=now)
        told[food] = fit(Trial.load(folder), engine="marginal", sensitivity=False)
    apart, together = told.values()
    assert (apart.lead[0].verdict, apart.record.covariates.following) == ("helps", ())
    assert together.record.covariates.following == (NAME,)
    assert abs(together.lead[0].over_nights.mean) < 0.7 * abs(apart.lead[0].over_nights.mean)
    without = together.record.covariates.without[0]
    assert without.verdict == "helps"
    assert without.over_nights.mean == pytest.approx(apart.lead[0].over_nights.mean, abs=0.3)
    assert "Without magnesium in that day's food (mg) in the model" in first_page.answer(together)["follows"][2]
