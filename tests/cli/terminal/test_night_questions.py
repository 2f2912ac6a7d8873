"""nof1 log as a conversation, on pseudo-terminals of 80 x 24 and of 40 x 20."""

import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
from datetime import date, datetime, timedelta

import clock
import pytest
from journals import read_journal
from rich.cells import cell_len

from nof1.plan.orders.draw import draw_order
from nof1.record.diary.entry import Entry
from nof1.record.diary.events import Event
from nof1.record.diary.table import read_diary
from nof1.record.trial import Trial
from nof1.record.values.nights import last_night

pytestmark = pytest.mark.clock

pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))

# Ctrl-C must be heard even where these tests run in the background, which hands down that it is ignored.
START = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from nof1.cli import main; main()"
END_OF_INPUT = "\x04"  # what Ctrl-D sends
SIZES = [(80, 24), (40, 24)]
NIGHT = "2026-01-12"


class Talk:
    """A command on a terminal: each answer is given once its question is there; a signal is sent instead of text.

    An answer can be a function that does something else first and gives the text.
    """

    def __init__(self, words, *answers, size=(80, 24), cwd=None):
        self.size, self.answers, self.raw = size, list(answers), ""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
        command = [sys.executable, "-c", START, *map(str, words)]
        with subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=env | {"TERM": "xterm"},
            start_new_session=True,
        ) as process:
            os.close(slave)
            self._converse(master, process)
            self.status = process.wait()
        os.close(master)

    def _converse(self, master, process):
        seen, ending = 0, time.monotonic() + 60
        while time.monotonic() < ending:
            if select.select([master], [], [], 0.5)[0]:
                try:
                    part = os.read(master, 4096)
                except OSError:  # the other end is closed: the command is done
                    return
                if not part:
                    return
                self.raw += part.decode(errors="replace")
            if select.select([master], [], [], 0.1)[0]:
                continue  # more of the question is coming; an answer given now would stand in the middle of it
            if self.answers and told(self.answers[0][0]) in told(plain(self.raw[seen:])):
                answer = self.answers.pop(0)[1]
                answer = answer() if callable(answer) else answer
                seen = len(self.raw)
                if isinstance(answer, signal.Signals):
                    time.sleep(0.3)  # the question is shown just before it waits for keys
                    process.send_signal(answer)
                else:
                    os.write(master, answer.encode() + b"\n" * (answer != END_OF_INPUT))
        process.kill()
        raise AssertionError(f"it waits for something else than {self.answers}: {self.said}")

    @property
    def lines(self):
        return plain(self.raw).rstrip("\n").split("\n")

    @property
    def said(self):
        return told(plain(self.raw))

    def fits(self):
        """Holds what was shown against the terminal."""
        assert max(map(cell_len, self.lines)) <= self.size[0], self.lines
        assert len(self.lines) <= self.size[1] - 1, self.lines


def plain(raw):
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", raw).replace("\r", "")


def told(text):
    return " ".join(text.split())


def night_of(folder, protocol, night=NIGHT):
    return {entry.night: entry for entry in read_diary(folder, protocol)}.get(date.fromisoformat(night))


def on_magnesium(protocol):
    return str(next(p.start for p in draw_order(protocol).periods if p.arm == "magnesium" and p.start.day > 8))


@pytest.mark.parametrize("size", SIZES)
def test_a_usual_night_takes_four_answers(trial_folder, protocol, size):
    night = on_magnesium(protocol)
    answers = [("lower is better):", "4"), ("Dose taken?", "y"), ("Side effects?", ""), ("Note", "")]
    talk = Talk(("log", "--night", night), *answers, size=size, cwd=trial_folder)
    assert (talk.status, talk.answers) == (0, [])
    assert night_of(trial_folder, protocol, night) == Entry(date.fromisoformat(night), 4, 200)
    assert "Recorded the night of" in talk.said
    assert "6 of 14 nights" in talk.said
    talk.fits()


@pytest.mark.parametrize("size", SIZES)
def test_tonight_one_question_is_asked(trial_folder, protocol, size):
    night = on_magnesium(protocol)
    clock.move_to(datetime.fromisoformat(f"{night}T21:40"))
    talk = Talk(("log", "--night", "tonight"), ("Dose taken?", "y"), size=size, cwd=trial_folder)
    assert (talk.status, talk.answers) == (0, [])
    assert night_of(trial_folder, protocol, night) == Entry(date.fromisoformat(night), dose_mg=200)
    assert talk.said.startswith("Tonight (")
    assert "Recorded for tonight: 200 mg" in talk.said
    talk.fits()


@pytest.mark.slow
def test_who_has_recorded_last_night_hears_where_tonight_goes(trial_folder, protocol):
    clock.move_to(datetime.fromisoformat("2026-01-12T21:40"))
    answers = [("RLS severity", ""), ("magnesium", ""), ("Side effects?", ""), ("Note", "")]
    last = Talk(("log",), ("RLS severity", "4"), *answers[1:], cwd=trial_folder)
    assert "--night tonight" not in last.said
    assert night_of(trial_folder, protocol, "2026-01-11").outcome == 4
    again = Talk(("log",), *answers, cwd=trial_folder)
    assert (again.status, again.answers) == (0, [])
    assert "For what was taken tonight: nof1 log --night tonight" in again.said


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_a_correction_shows_what_is_there_and_asks_once(trial_folder, protocol, size):
    answers = [
        ("[4]", "7"), ("Any magnesium supplement?", ""), ("Side effects?", ""), ("Note", ""), ("Change it?", "y")
    ]  # fmt: skip
    talk = Talk(("log", trial_folder, "--night", "2026-01-05"), *answers, size=size)
    assert (talk.status, talk.answers) == (0, [])
    assert "severity: 4 -> 7" in talk.said
    assert night_of(trial_folder, protocol, "2026-01-05").outcome == 7
    line = read_journal(trial_folder)[-1]
    assert (line.by, line.column, line.old, line.new) == ("log", "severity", "4", "7")
    assert max(map(cell_len, talk.lines)) <= size[0]


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["n", ""])
def test_a_correction_can_be_taken_back(trial_folder, bytes_in, answer):
    before = bytes_in(trial_folder)
    answers = [
        ("[4]", "-"), ("Any magnesium", ""), ("Side effects?", ""), ("Note", ""), ("severity: 4 -> empty", ""),
    ]  # fmt: skip
    talk = Talk(("log", trial_folder, "--night", "2026-01-05"), *answers[:-1], ("Change it?", answer))
    assert (talk.status, talk.answers) == (0, [])
    assert "Nothing was changed." in talk.said
    assert bytes_in(trial_folder) == before


@pytest.mark.slow
def test_filling_a_night_in_needs_no_confirmation(trial_folder, protocol):
    answers = [("[4]", ""), ("Any magnesium", "n"), ("Side effects?", ""), ("Note", "later")]
    talk = Talk(("log", trial_folder, "--night", "2026-01-05"), *answers)
    assert (talk.status, talk.answers) == (0, [])
    assert night_of(trial_folder, protocol, "2026-01-05") == Entry(date(2026, 1, 5), 4, 0, note="later")


@pytest.mark.slow
def test_log_asks_until_the_answer_fits_and_words_are_data(trial_folder, protocol):
    answers = [
        ("lower is better):", "14"),
        ("outside its scale, 0 to 10. RLS severity (0 to 10, lower is better):", "?"),
        ("Enter if you do not know. RLS severity (0 to 10, lower is better):", "5,0"),
        ("(n, or mg)", "<"),
        ("[5]", "3"),
        ("(n, or mg)", "yes"),
        ("Any magnesium supplement? (n, or mg):", "200"),
        ("Side effects?", "9"),
        ("in words. Side effects? (Enter = none):", "[red]itch[/red], 1"),
        ("compared with before the trial?", ""),
        ("Note", "[bold]so so[/bold] :smile:"),
        ("Say more of [red]itch[/red]: how bad", ""),
        ("Say more of soft stools: how bad", ""),
    ]
    talk = Talk(("log", trial_folder, "--night", off_night(protocol)), *answers)
    assert (talk.status, talk.answers) == (0, []), talk.said
    entry = night_of(trial_folder, protocol, off_night(protocol))
    assert (entry.outcome, entry.dose_mg) == (3, 200)
    assert (entry.side_effects, entry.note) == (("[red]itch[/red]", "soft stools"), "[bold]so so[/bold] :smile:")


def off_night(protocol):
    return str(next(p.end for p in draw_order(protocol).periods if p.arm == "off" and p.start.day > 8))


@pytest.mark.slow
def test_a_stop_rule_is_told_in_bold_before_the_next_question(trial_folder, protocol):
    answers = [
        ("lower is better):", "4"),
        ("Dose taken?", "y"),
        ("Side effects?", "4"),
        ("gives no medical advice", ""),
        ("Say more of fainting: how bad", ""),
    ]
    talk = Talk(("log", trial_folder, "--night", on_magnesium(protocol)), *answers)
    assert (talk.status, talk.answers) == (0, [])
    assert re.search(r"\x1b\[1;31mYou entered 'fainting'", talk.raw)
    assert "call the emergency number now" in talk.said
    assert talk.said.index("You entered 'fainting'") < talk.said.index("Note (Enter")


@pytest.mark.slow
def test_log_with_no_answer_records_nothing(trial_folder, bytes_in):
    before = bytes_in(trial_folder)
    questions = ("lower is better):", "mg", "Side effects?", "compared with before the trial?", "Note")
    talk = Talk(("log", trial_folder, "--night", NIGHT), *((question, "") for question in questions))
    assert (talk.status, talk.answers) == (1, [])
    assert "nothing was recorded" in talk.said
    assert bytes_in(trial_folder) == before


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, END_OF_INPUT], ids=["Ctrl-C", "Ctrl-D"])
def test_who_leaves_in_the_middle_has_recorded_nothing(trial_folder, bytes_in, stop):
    before = bytes_in(trial_folder)
    talk = Talk(("log", trial_folder, "--night", NIGHT), ("lower is better):", "3"), ("mg)", stop))
    assert (talk.status, talk.answers) == (130, [])
    assert "Stopped; nothing was recorded." in talk.said
    assert "Traceback" not in talk.said
    assert bytes_in(trial_folder) == before


@pytest.mark.slow
@pytest.mark.parametrize(("guess", "more"), [("2", [("How sure?", "70")]), ("3", [])])
def test_the_end_of_a_sealed_period_asks_for_a_guess_and_names_no_arm_before(sealed_trial, guess, more):
    trial = sealed_trial(ratings="46")
    answers = [
        ("lower is better):", "4"), ("Pack 1: taken?", "half"), ("give away what it was?", ""), ("Side effects?", ""),
        ("compared with before the trial?", "3"), ("What do you believe it was?", guess), *more, ("Note", ""),
    ]  # fmt: skip
    talk = Talk(("log", trial.folder, "--night", "2026-01-09"), *answers)
    assert (talk.status, talk.answers) == (0, [])
    entry = night_of(trial.folder, trial.protocol, "2026-01-09")
    assert (entry.taken, entry.guess) == (0.5, {"2": "citrate", "3": "can't tell"}[guess])
    assert entry.confidence == (70 if more else None)
    before = talk.said.partition("1 off 2 citrate 3 can't tell")[0]
    assert "citrate" not in before
    talk.fits()


def test_last_night_in_a_pause_is_not_asked(nof1, trial_folder, monkeypatch):
    nof1("amend", trial_folder, "--pause", "2026-01-11", "--nights", "2", "--reason", "ill")
    clock.move_to(datetime(2026, 1, 12, 9))  # noqa: DTZ001 - local
    monkeypatch.setattr("nof1.cli.commands.log.is_terminal", lambda: True)
    status, out, _ = nof1("log", trial_folder)
    assert status == 0
    assert "in a pause" in out
    assert f"nof1 log {trial_folder} --night 2026-01-11" in told(out)


@pytest.mark.slow
def test_covariates_are_asked_in_their_own_words_and_it_still_fits(tmp_path, make_protocol):
    from nof1.record.trial import Trial

    names = ["caffeine", "alcohol", "iron_mg", "exercise", "other_medicines", "dietary_magnesium_mg"]
    protocol = make_protocol(analysis={"covariates": names})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "trial")
    answers = [
        ("lower is better):", "4"), ("Dose taken?", "y"), ("Side effects?", ""), ("(cups):", "2"), ("(drinks):", "n"),
        ("Iron taken that day (mg):", "0"), ("(minutes):", "30"), ("(yes or no):", "y"), ("food (mg):", ""), ("Note", ""),
    ]  # fmt: skip
    talk = Talk(("log", tmp_path / "trial", "--night", on_magnesium(protocol)), *answers)
    assert (talk.status, talk.answers) == (0, [])
    covariates = dict(night_of(tmp_path / "trial", protocol, on_magnesium(protocol)).covariates)
    assert covariates == dict(zip(names, (2, 0, 0, 30, 1, None), strict=True))
    talk.fits()


def test_an_error_does_not_break_inside_a_word(tmp_path):
    talk = Talk(("status", "nowhere"), size=(40, 20), cwd=tmp_path)
    assert (talk.status, talk.lines[0].rstrip()) == (1, "Error: nowhere is no trial folder: it")
    assert max(map(cell_len, talk.lines)) <= 40
    assert "\x1b[1;31mError: \x1b[0m" in talk.raw


# --- what fits only later: nothing that was answered is lost


@pytest.mark.slow
def test_a_text_that_does_not_fit_is_asked_again_at_its_own_question(trial_folder, protocol):
    answers = [
        ("lower is better):", "4"),
        ("Dose taken?", "y"),
        ("Side effects?", "itch " * 500),
        ("It has 2499 characters; at most 2000 are kept. Shorten it. Side effects?", "itch"),
        ("Note", "so " * 700),
        ("It has 2099 characters; at most 2000 are kept. Shorten it. Note", "so so"),
        ("Say more of itch: how bad", ""),
    ]
    night = on_magnesium(protocol)
    talk = Talk(("log", trial_folder, "--night", night), *answers)
    assert (talk.status, talk.answers) == (0, []), talk.said
    entry = night_of(trial_folder, protocol, night)
    assert entry == Entry(date.fromisoformat(night), 4, 200, side_effects=("itch",), note="so so")


def meanwhile(nof1, folder, night, *values, answer="", correct=False):
    """An answer that is given after another shell has recorded values."""

    def give():
        words = [word for value in values for word in ("--set", value)]
        assert nof1("log", folder, "--night", night, *words, *(["--correct"] if correct else []))[0] == 0
        return answer

    return give


@pytest.mark.parametrize(("choice", "severity"), [("y", 6), ("", 3), ("n", 3)])
def test_a_value_recorded_meanwhile_is_shown_and_the_other_answers_are_kept(
    nof1, trial_folder, protocol, choice, severity
):
    night = on_magnesium(protocol)
    other = meanwhile(nof1, trial_folder, night, "severity=3", answer="mine")
    answers = [
        ("lower is better):", "6"), ("Dose taken?", "y"), ("Side effects?", "itch"), ("Note", other),
        ("severity: 3 is recorded now, 6 is yours Replace it with yours?", choice), ("Say more of itch", ""),
    ]  # fmt: skip
    talk = Talk(("log", trial_folder, "--night", night), *answers)
    assert (talk.status, talk.answers) == (0, []), talk.said
    entry = night_of(trial_folder, protocol, night)
    assert entry == Entry(date.fromisoformat(night), severity, 200, side_effects=("itch",), note="mine")
    lines = [line for line in read_journal(trial_folder) if line.night == night]
    assert [line.entered for line in lines] == sorted(line.entered for line in lines)
    assert ("severity", "3", "6") in [(line.column, line.old, line.new) for line in lines] or choice != "y"


def test_a_side_effect_is_graded_once_the_night_is_recorded_and_can_be_changed_later(trial_folder, protocol):
    night = on_magnesium(protocol)
    asked = [
        ("lower is better):", "6"), ("Dose taken?", "y"), ("Side effects?", "headache"), ("Note", ""),
        ("Say more of headache", "y"), ("How bad was it: headache?", "2"), ("Was it serious", "2"), ("What was done", "none"),
        ("How did it end", ""), ("from what you took", "likely"), ("doctor or pharmacist", ""),
    ]  # fmt: skip
    talk = Talk(("log", trial_folder, "--night", night), *asked)
    assert (talk.status, talk.answers) == (0, []), talk.said
    assert "'headache' is recorded as serious. Tell a doctor" in talk.said
    assert "Mild: easily borne" in talk.said
    grades = {"severity": "moderate", "serious": "hospital", "action": "none", "cause": "likely"}
    assert Trial.load(trial_folder).events == (Event(date.fromisoformat(night), "headache", **grades),)
    again = [
        ("[6]", ""), ("Dose taken?", ""), ("Side effects?", ""), ("Note", ""),
        ("severity moderate, serious hospital, action none, cause likely. Change it?", "y"), ("How bad", ""), ("serious", "1"),
        ("What was done", ""), ("How did it end", END_OF_INPUT),
    ]  # fmt: skip
    talk = Talk(("log", trial_folder, "--night", night), *again)
    assert "Stopped; the night is recorded" in talk.said
    (event,) = Trial.load(trial_folder).events
    assert event.serious == "hospital"


@pytest.mark.slow
def test_only_values_that_were_shown_and_confirmed_are_replaced(nof1, trial_folder, protocol):
    night = "2026-01-05"
    other = meanwhile(nof1, trial_folder, night, "dose_mg=200", "note=other shell", answer="mine")
    answers = [
        ("[4]", "6"), ("Any magnesium", "100"), ("Side effects?", ""), ("Note", other), ("severity: 4 -> 6 Change it?", "y"),
        ("dose_mg: 200 is recorded now, 100 is yours", "n"), ("note: other shell is recorded now, mine is yours", "y"),
    ]  # fmt: skip
    talk = Talk(("log", trial_folder, "--night", night), *answers)
    assert (talk.status, talk.answers) == (0, []), talk.said
    assert night_of(trial_folder, protocol, night) == Entry(date(2026, 1, 5), 6, 200, note="mine")


@pytest.mark.slow
def test_an_old_value_that_was_changed_meanwhile_is_no_longer_the_one_that_was_confirmed(nof1, trial_folder, protocol):
    night = "2026-01-05"
    other = meanwhile(nof1, trial_folder, night, "severity=9", correct=True, answer="y")
    answers = [
        ("[4]", "6"), ("Any magnesium", ""), ("Side effects?", ""), ("Note", ""), ("severity: 4 -> 6 Change it?", other),
        ("severity: 9 is recorded now, 6 is yours", ""),
    ]  # fmt: skip
    talk = Talk(("log", trial_folder, "--night", night), *answers)
    assert (talk.status, talk.answers) == (0, []), talk.said
    assert night_of(trial_folder, protocol, night).outcome == 9
    assert "stands as it was" in talk.said


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("answers", "dose"), [((("(Enter = leave it open)", "2"),), 0.0), ((("(Enter = leave it open)", ""),), None)]
)
def test_skipping_back_in_missed_nights_are_asked_about_once(make_protocol, tmp_path, size, answers, dose):
    """Eleven of them before last night; then last night is asked about as ever."""
    last = last_night(clock.MOMENT)
    start = last - timedelta(days=14)
    design = {"start": start, "blocks": 4, "period_nights": 4, "run_in_nights": 0, "washout_nights": 0}
    protocol = make_protocol(design=design)
    nights = [start + timedelta(days=i) for i in range(3)]
    folder = tmp_path / "trial"
    Trial(protocol, draw_order(protocol), tuple(Entry(night, 4) for night in nights)).write(folder)
    usual = [("lower is better):", "4"), ("mg)", "n"), ("Side effects?", ""), ("Note", "")]
    talk = Talk(("log",), *answers, *usual, size=size, cwd=folder)
    assert talk.status == 0, talk.said
    assert (
        f"Nothing is recorded of the 11 nights {nights[-1] + timedelta(days=1)} to {last - timedelta(days=1)}."
        in talk.said
    )
    assert max(map(cell_len, talk.lines)) <= size[0]
    found = {entry.night: entry for entry in read_diary(folder, protocol)}
    assert found[last].outcome == 4
    between = [start + timedelta(days=i) for i in range(3, 14)]
    assert {found[night].dose_mg if night in found else None for night in between} == {dose}
    assert not any(night in found and found[night].outcome is not None for night in between)
