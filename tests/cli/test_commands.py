"""All commands: help, wrong usage, the person's own words, what a quick command leaves out."""

import json
import os
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from nof1.cli.app import COMMANDS as TOLD
from nof1.record.diary.entry import Entry
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import add_entries

COMMANDS = list(TOLD)
START = "from nof1.cli import main; main()"


# --- help, versions, wrong usage


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_has_help(nof1, command, flag):
    status, out, err = nof1(command, flag)
    assert (status, err) == (0, "")
    assert f"Usage: nof1 {command}" in out
    shown = [line for line in out.splitlines() if line.startswith("  -")]
    assert [line for line in shown if len(line.split("  ")) < 3 and len(line) < 30] == []


def test_help_lists_every_command_with_a_sentence(nof1):
    status, out, _ = nof1("--help")
    assert status == 0
    for command in COMMANDS:
        (line,) = [line for line in out.splitlines() if line.startswith(f"  {command} ")]
        assert len(line.split()) > 3


def test_the_list_is_told_without_loading_a_command():
    words = "import sys; from nof1.cli import main\ntry: main()\nexcept SystemExit: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", words, "--help"], capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.split() if name.startswith("nof1.")]
    assert "nof1.cli.app" in loaded
    assert [name for name in loaded if not name.startswith(("nof1.cli", "nof1._", "nof1.cells", "nof1.errors"))] == []
    assert [name for name in loaded if name.startswith("nof1.cli.commands.")] == []


def test_the_commands_are_those_of_the_contract():
    assert {"plan", "log", "import", "adopt", "status", "analyze", "report", "demo"} <= set(COMMANDS)


def test_the_version_is_printed(nof1):
    status, out, _ = nof1("--version")
    assert (status, out.split()[0]) == (0, "nof1")


WRONG_USAGE = {
    "unknown option": ("status", "DIR", "--colour"),
    "unknown command": ("stats", "DIR"),
    "no folder": ("analyze",),
    "a word too many": ("status", "DIR", "more"),
    "no value": ("log", "DIR", "--night"),
    "no date": ("log", "DIR", "--night", "2026-02-30"),
    "no number": ("plan", "NEW", "--dose-mg", "much"),
    "unknown engine": ("analyze", "DIR", "--engine", "stan"),
    "missing option": ("adopt", "NEW", "FILE"),
}


@pytest.mark.clock
@pytest.mark.parametrize("words", WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_wrong_usage_has_status_2_and_changes_nothing(nof1, trial_folder, tmp_path, bytes_in, words):
    places = {"DIR": trial_folder, "NEW": tmp_path / "new", "FILE": trial_folder / "diary.csv"}
    before = bytes_in(tmp_path)
    status, out, err = nof1(*(places.get(word, word) for word in words))
    assert (status, out) == (2, "")
    assert err.count("Error:") == 1
    assert "Traceback" not in err
    assert bytes_in(tmp_path) == before


@pytest.mark.clock
@pytest.mark.parametrize("given", ["5/6/2026", "2026-02-30", "someday"])
@pytest.mark.parametrize("words", [("log", "DIR", "--night"), ("amend", "DIR", "--pause"), ("plan", "NEW", "--start")])
def test_what_is_no_date_is_said_plainly(nof1, trial_folder, words, given):
    status, _, err = nof1(*(trial_folder if word == "DIR" else word for word in words), given)
    assert status == 2
    assert f"'{given}' is no date such as 2026-11-26, tonight, tomorrow or yesterday." in " ".join(err.split())


# --- words of the person

MARKUP = "[bold]x[/bold] :smile: [/] [red]"


@pytest.mark.clock
def test_the_persons_words_are_printed_as_they_are(nof1, tmp_path, write):
    folder = tmp_path / "trial"
    _, out, _ = nof1("plan", folder, "--dose-mg", "100", "--unscreened", "--start", "2026-01-05", "--title", MARKUP)
    assert MARKUP in out
    assert MARKUP in nof1("status", folder)[1]
    path = write(f"date,severity,{MARKUP}\n2026-01-12,3,{MARKUP}\n2026-01-13,3,[/] [red]x\n")
    _, out, _ = nof1("import", folder, path, "--map", f"note={MARKUP}", "--yes")
    assert f"note: from '{MARKUP}'" in out
    assert f"2026-01-12  3         {MARKUP[:21]}...\n" in out  # a long cell is cut, and says so
    assert "2026-01-13  3         [/] [red]x" in out
    assert json.loads(nof1("status", folder, "--json")[1])["title"] == MARKUP


@pytest.mark.clock
def test_a_refusal_prints_the_persons_words_as_they_are(refused, trial_folder, tmp_path):
    assert f"'{MARKUP}'" in refused("log", trial_folder, "--night", "2026-01-12", "--set", f"severity={MARKUP}")
    assert MARKUP in refused("status", tmp_path / MARKUP.replace("/", "|")).replace("|", "/")


# --- what a quick command leaves out

HEAVY = ("pymc", "pytensor", "nutpie", "arviz", "arviz_stats", "matplotlib", "typst", "scipy", "numba", "xarray")
LIGHT = {
    "importing the commands": None,
    "help": ("--help",),
    "help of analyze": ("analyze", "--help"),
    "version": ("--version",),
    "log": ("log", "DIR", "--night", "2026-01-12", "--set", "severity=3"),
    "status": ("status", "DIR"),
    "status as JSON": ("status", "DIR", "--json"),
    "a refusal": ("status", "nowhere"),
}
# One process imports the package; a child of it runs each command, so that none is charged with what another loaded.
PROBE = """
import json, os, sys
import nof1
from nof1.cli import main
import nof1.cli.app

def loaded():
    return sorted({name.partition(".")[0] for name in sys.modules})

found = {}
for name, words in json.loads(sys.argv[1]).items():
    reading, writing = os.pipe()
    if not os.fork():
        sys.argv[1:] = words or []
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            words is None or main()
        except SystemExit:
            pass
        finally:
            os.write(writing, " ".join(loaded()).encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        found[name] = stream.read().split()
    os.wait()
print(json.dumps(found))
"""


@pytest.mark.slow
@pytest.mark.clock
@pytest.mark.skipif(os.name != "posix", reason="needs a process that can be forked")
def test_quick_commands_load_nothing_heavy(trial_folder):
    commands = {
        name: words and [str(trial_folder) if word == "DIR" else word for word in words]
        for name, words in LIGHT.items()
    }
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(commands)], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert {name for name, loaded in found.items() if "nof1" in loaded} == set(LIGHT)
    assert {name: set(HEAVY) & set(loaded) for name, loaded in found.items()} == {name: set() for name in LIGHT}


@pytest.mark.slow
@pytest.mark.clock
def test_the_installed_command_runs_and_a_pipe_has_no_colour(trial_folder):
    command = [sys.executable, "-c", START, "status", str(trial_folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Does magnesium calm my legs at night?\n")
    assert "\x1b" not in done.stdout
    done = subprocess.run([*command[:4], "nowhere"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: nowhere is no trial folder")
    assert "\x1b" not in done.stderr


def shell(words, folder, *, redirect="", **env):
    """A command as a shell runs it, with streams redirected."""
    command = shlex.join([sys.executable, "-c", START, *words])
    done = subprocess.run(["sh", "-c", f"{command} {redirect}"], cwd=folder, capture_output=True, env=os.environ | env)
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


LOG = ("log", "--night", "2026-01-12", "--set", "severity=3")
FULL = pytest.param(">/dev/full", marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full"))


@pytest.mark.clock
@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell")
@pytest.mark.parametrize("redirect", [">&-", FULL])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_output_that_cannot_be_written_is_said_and_the_night_is_recorded(trial_folder, protocol, redirect, more):
    status, out, err = shell([*LOG, *more], trial_folder, redirect=redirect)
    assert (status, out) == (1, "")
    assert err.startswith("Error: The command did its work, and what it was to record is recorded")
    assert err.count("\n") == 1
    assert {entry.night.day: entry.outcome for entry in read_diary(trial_folder, protocol)}[12] == 3


@pytest.mark.slow
@pytest.mark.clock
@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell")
def test_streams_that_are_closed_or_narrow_bring_no_traceback(trial_folder):
    status, _, err = shell(["log", "--night", "2026-01-12"], trial_folder, redirect="<&-")
    assert (status, err.startswith("Error: Nobody can be asked here")) == (1, True)
    assert shell(["status"], trial_folder, redirect="2>&-")[0] == 0
    assert shell(["status", "--json"], trial_folder, redirect="| true")[2] == ""
    words = [*LOG, "--set", "note=so müde", "--set", "side_effects=müde"]
    _, out, _ = shell([*words, "--json"], trial_folder, PYTHONIOENCODING="ascii")
    assert json.loads(out)["recorded"]["note"] == "so müde"
    status, out, _ = shell(["status"], trial_folder, PYTHONIOENCODING="ascii")
    assert (status, "m\\xfcde on 1 night" in out) == (0, True)
    status, out, _ = shell(["status", "--json"], trial_folder, PYTHONIOENCODING="ascii")
    assert (status, json.loads(out)["harms"][0]["name"]) == (0, "müde")


INTERRUPTED = """
import sys
import nof1.cli
class Interrupt:
    def find_spec(self, name, path, target=None):
        if name == sys.argv[2]:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
sys.argv.append(sys.argv.pop(1))
nof1.cli.main()
"""


@pytest.mark.parametrize("while_loading", ["nof1.cli.app", "nof1.cli.commands.status", "nof1.record.so_far"])
def test_who_stops_a_command_while_it_loads_sees_one_line(while_loading):
    words = [sys.executable, "-c", INTERRUPTED, while_loading, "status"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "Stopped. What was saved before is safe.\n"


@pytest.mark.slow
@pytest.mark.clock
def test_a_night_logged_twice_at_once_is_recorded_once(trial_folder, protocol):
    command = [sys.executable, "-c", START, "log", str(trial_folder), "--night", "2026-01-12", "--set"]
    both = [subprocess.Popen([*command, f"severity={i}"], stderr=subprocess.DEVNULL) for i in (1, 2)]
    assert sorted(process.wait() for process in both) == [0, 1]
    assert [entry.night.day for entry in read_diary(trial_folder, protocol)].count(12) == 1


@pytest.mark.clock
def test_add_entries_and_log_share_one_diary(nof1, trial_folder, protocol):
    add_entries(trial_folder, protocol, [Entry(date(2026, 1, 13), outcome=1)])
    nof1("log", trial_folder, "--night", "2026-01-12", "--set", "severity=3")
    assert [entry.night.day for entry in read_diary(trial_folder, protocol)][-2:] == [12, 13]
