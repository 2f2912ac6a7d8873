"""Questions of a command that the person answers by a number or a word."""

from collections.abc import Mapping

import typer

from nof1.cells import brief
from nof1.cli.terminal.console import show

_WIDEST = 200  # letters of a choice
_LISTED = 100  # choices of a question


def choose(
    question: str,
    choices: tuple[str, ...],
    told: Mapping[str, str] | None = None,
    *,
    leaves: str = "without taking anything",
) -> str:
    """Which of these; asked again until it is one of them. `told` is how they are shown, where that is more than the name."""
    for number, choice in enumerate(choices[:_LISTED], start=1):
        show(f"  {number}  {brief((told or {}).get(choice, choice), _WIDEST)}")
    if len(choices) > _LISTED:
        show(f"  … and {len(choices) - _LISTED:,} more, by their number or their name")
    while True:
        answer = typer.prompt(f"{question} Number", default="", show_default=False).strip()
        if answer.isascii() and answer.isdecimal() and 1 <= int(answer) <= len(choices):
            return choices[int(answer) - 1]
        if answer in choices:
            return str(answer)
        show(f"Type a number from 1 to {len(choices)}; Ctrl-C leaves {leaves}.")
