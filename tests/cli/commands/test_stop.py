"""nof1 stop: what is asked, what is said, and that a no changes nothing."""

from datetime import datetime

import pytest
import typer

from nof1.plan.orders.amendments import load_amendments

pytestmark = pytest.mark.clock


@pytest.fixture
def morning(monkeypatch):
    """The 11th of January 2026, half past nine: six nights are over."""
    monkeypatch.setattr("nof1.record.stopping.local_now", lambda: datetime(2026, 1, 11, 9, 30).astimezone())


def asked(monkeypatch, *answers):
    """A terminal whose questions are answered one after the other; the questions that were asked."""
    left, questions = list(answers), []

    def confirm(question, **_):
        questions.append(question)
        return left.pop(0)

    monkeypatch.setattr("nof1.cli.commands.stop.is_terminal", lambda: True)
    monkeypatch.setattr(typer, "confirm", confirm)
    return questions


def test_without_a_terminal_it_is_stopped_and_said_what_nobody_said(nof1, trial_folder, morning):
    code, out, _ = nof1("stop", trial_folder, "--reason", "Loose stools", "--by", "doctor")
    assert code == 0
    assert (
        "Entered on 2026-01-11: a doctor stopped the trial; its nights end before the evening of 2026-01-11. Loose stools."
        in out
    )
    assert "Nobody said whether the ratings had to do with it" in out
    assert f"Next: nof1 analyze {trial_folder}" in out
    _, out, _ = nof1("status", trial_folder)
    assert "a doctor stopped the trial" in out
    assert "5 of 6 nights recorded" in out
    assert "The trial was stopped. Next: nof1 analyze" in out


def test_a_sealed_trial_is_opened_next(nof1, sealed_trial, morning):
    trial = sealed_trial(ratings="465735")
    code, out, _ = nof1("stop", trial.folder, "--reason", "moved", "--unrelated")
    assert code == 0
    assert f"Next: nof1 unseal {trial.folder}" in out
    assert load_amendments(trial.folder)[0].unrelated is True


def test_on_a_terminal_it_is_asked_what_only_the_person_knows(nof1, trial_folder, morning, monkeypatch):
    questions = asked(monkeypatch, False, True)
    assert nof1("stop", trial_folder, "--reason", "moved")[0] == 0
    assert questions == ["Had the ratings anything to do with it?", "Stop the trial?"]
    assert load_amendments(trial_folder)[0].unrelated is True


def test_a_no_changes_nothing(nof1, trial_folder, morning, monkeypatch, bytes_in):
    before = bytes_in(trial_folder)
    asked(monkeypatch, True, False)
    code, out, _ = nof1("stop", trial_folder, "--reason", "moved")
    assert code == 0
    assert "Nothing was changed." in out
    assert bytes_in(trial_folder) == before


def test_who_decided_is_one_of_three(refused, trial_folder, morning):
    assert "--by 'mum' is not one of: me, doctor, rule" in refused("stop", trial_folder, "--reason", "x", "--by", "mum")
