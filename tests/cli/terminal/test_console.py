"""Arguments in the messages of the rooms are options on a terminal; below the commands no error names an option."""

import ast
from pathlib import Path

import pytest
from typer.main import get_command

import nof1
from nof1.cli.app import app
from nof1.cli.terminal.console import _FLAGS, as_flags

ROOMS = ("plan", "record", "analyze", "report")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Say: date_order='dmy' (day first) or date_order='mdy'.", "Say: --date-order dmy (day first) or --date-order mdy."),
        ("Which one: sheet='Tab 1'", "Which one: --sheet 'Tab 1'"),
        ('Which one: sheet="Anna\'s"', "Which one: --sheet 'Anna'\"'\"'s'"),
        ("Say it: units={'sleep_minutes': 'minutes'}", "Say it: --unit sleep_minutes=minutes"),
        ("Say it with column_map={'night': 'How bad?'}.", "Say it with --map night='How bad?'."),
        ("decimal_comma=True", "--decimal comma"),
        ("Name it (date=) or (day=).", "Name it (--date) or (--day)."),
        ("pause= with nights= and reason=, or note=.", "--pause DATE with --nights N and --reason TEXT, or --note TEXT."),
        ("Leave day_number= out.", "Leave --day-number out."),
        ("To replace it, add correct=True.", "To replace it, add --correct."),
        ("To name another night: night=2026-02-21", "To name another night: --night 2026-02-21"),
    ],
)  # fmt: skip
def test_an_argument_is_shown_as_the_option(text, shown):
    assert as_flags(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "'reason=x' must look like severity='How bad?'",
        "Give the values: nof1 log trial --set night=4",
        "severity=4 is off the scale",
        "the column 'a zone=b' is empty",
    ],
)
def test_what_a_person_typed_is_left_as_it_is(text):
    assert as_flags(text) == text


def test_every_option_that_is_shown_is_one():
    commands = get_command(app).commands.values()
    known = {option for command in commands for parameter in command.params for option in parameter.opts}
    assert [option for option in _FLAGS.values() if option.split()[0] not in known] == []


def texts_of_errors(path):
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = getattr(call.func, "id", "") if isinstance(call, ast.Call) else ""
        if name.endswith("Error") or name == "AmbiguousInput":
            parts = [part.value for part in ast.walk(call) if isinstance(part, ast.Constant)]
            yield "".join(part for part in parts if isinstance(part, str))


@pytest.mark.parametrize("room", ROOMS)
def test_no_error_below_the_commands_names_an_option(room):
    """But in a whole command to paste."""
    files = (Path(nof1.__file__).parent / room).rglob("*.py")
    texts = [text for path in files for text in texts_of_errors(path)]
    assert texts
    assert [text for text in texts if " --" in text and "nof1 " not in text] == []
