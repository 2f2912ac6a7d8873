"""What --help shows: every word of it, however narrow the terminal, and an example that the command takes."""

import shlex

import pytest
import tomli_w
import typer
from people import SCREENED

from nof1.cli.app import COMMANDS as TOLD
from nof1.cli.app import app

COMMANDS = typer.main.get_command(app).commands
# Examples that need nothing but each other, in an order in which a person may type them.
RUN = ("plan", "status", "diary-page", "check", "amend", "share")


def squeezed(text):
    """Without the spaces and line ends that fill columns; a line may be broken after a hyphen, too."""
    return "".join(text.split())


def example(command):
    """The words of a command's example, its name first."""
    _, heading, text = COMMANDS[command].epilog.partition("Example:\n")
    assert heading
    program, *words = shlex.split(text.replace("\\\n", " "))
    assert program == "nof1"
    return words


@pytest.fixture(params=[80, 60])
def columns(request, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(request.param))
    return request.param


@pytest.mark.parametrize("command", COMMANDS)
def test_no_description_is_cut(nof1, columns, command):
    status, out, _ = nof1(command, "--help")
    assert status == 0
    shown = squeezed(out)
    parameters = [one for one in COMMANDS[command].params if not getattr(one, "hidden", False)]
    assert [one.name for one in parameters if squeezed(one.help) not in shown or not one.help] == []
    assert squeezed(COMMANDS[command].help) in shown
    assert [line for line in out.splitlines() if line.endswith(("...", "…")) and not line.startswith("Usage:")] == []
    assert columns < 80 or max(map(len, out.splitlines())) <= columns


def test_the_list_of_commands_is_not_cut(nof1, columns):
    out = nof1("--help")[1]
    shown = squeezed(out)
    assert [name for name in COMMANDS if squeezed(f"{name} {TOLD[name].sentence}") not in shown] == []
    assert "..." not in out.replace("COMMAND [ARGS]...", "")
    assert max(map(len, out.splitlines())) <= columns


@pytest.mark.clock
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example_that_it_takes(nof1, tmp_path, monkeypatch, command):
    name, *words = example(command)
    assert name == command
    assert COMMANDS[command].make_context(command, list(words)).params
    monkeypatch.setenv("COLUMNS", "60")
    lines = nof1(command, "--help")[1].partition("Example:\n")[2].splitlines()
    assert shlex.split(" ".join(line.removesuffix("\\") for line in lines)) == ["nof1", name, *words]
    assert max(map(len, lines)) <= 60


@pytest.mark.clock
def test_examples_that_need_nothing_run_as_they_stand(nof1, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers.toml").write_text(tomli_w.dumps(SCREENED), encoding="utf-8")
    for command in RUN:
        status, out, err = nof1(*example(command))
        assert (status, err) == (0, ""), command
        assert out
