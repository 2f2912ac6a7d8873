"""Tab completion: installed when asked and nowhere else, and quick: it loads no engine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BASH = shutil.which("bash")
START = "from nof1.cli import main; main()"
HEAVY = ("pymc", "pytensor", "nutpie", "arviz", "matplotlib", "scipy", "xarray")
LOADED = f"""
import sys
from nof1.cli import main
try:
    main()
except SystemExit:
    print("loaded:", *[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""


def completed(*words, code=START):
    """What is offered for the last of the words, and what was complained."""
    asked = {"_NOF1_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | asked)
    return done.stdout.split(), done.stderr


@pytest.fixture
def home(tmp_path):
    """A home with a .bashrc, and a folder of commands in which there is nof1."""
    (tmp_path / ".bashrc").write_text("# mine\n")
    command = tmp_path / "commands" / "nof1"
    command.parent.mkdir()
    command.write_text(f"#!{sys.executable}\n{START}\n")
    command.chmod(0o755)
    return tmp_path


def in_bash(home, script):
    """What bash says to a script, with that home and that nof1."""
    env = os.environ | {"HOME": str(home), "PATH": f"{home / 'commands'}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([BASH, "-c", f"{script}\ntrue"], capture_output=True, text=True, env=env, check=True).stdout


def files(home):
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def test_commands_and_options_are_completed_without_an_engine():
    assert completed("nof1", "an", code=LOADED) == (["analyze"], "loaded:\n")
    assert completed("nof1", "analyze", "--en") == (["--engine"], "")
    assert completed("nof1", "analyze", "--engine", "n") == (["nuts"], "")
    assert completed("nof1", "nothing") == ([], "")


@pytest.mark.skipif(BASH is None or os.name != "posix", reason="needs bash")
def test_it_is_shown_and_nothing_is_written(home):
    before = files(home)
    assert "complete -o default -F _nof1_completion nof1" in in_bash(home, "nof1 --show-completion")
    in_bash(home, "nof1 --version")
    assert files(home) == before
    assert (home / ".bashrc").read_text() == "# mine\n"


@pytest.mark.skipif(BASH is None or os.name != "posix", reason="needs bash")
def test_it_is_installed_when_asked_and_completes_in_a_new_shell(home):
    before = files(home)
    assert "completion installed" in in_bash(home, "nof1 --install-completion")
    in_bash(home, "nof1 --install-completion")
    assert files(home) - before == {str(Path(".bash_completions") / "nof1.sh")}
    written = (home / ".bashrc").read_text()
    assert written.startswith("# mine\n")
    assert written.count("nof1.sh") == 1
    ask = 'source ~/.bashrc\nCOMP_WORDS=(nof1 di)\nCOMP_CWORD=1\n_nof1_completion nof1\necho "${COMPREPLY[@]}"'
    assert in_bash(home, ask) == "diary-page\n"
