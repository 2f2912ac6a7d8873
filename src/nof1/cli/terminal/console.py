"""Printing: to a person, or as JSON to a program. Colour only on a terminal."""

import codecs
import json
import shlex
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nof1.errors import Nof1Warning

if TYPE_CHECKING:
    from rich.console import Console


def console(*, stderr: bool = False) -> "Console":
    """A console that treats all text as data: no markup, no emoji codes, no highlighting."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=not stream.isatty())


def say(text: str = "", *, style: str | None = None) -> None:
    """One paragraph to the person."""
    console().print(text, style=style)


def complain(text: str) -> None:
    """One clear message about what went wrong."""
    from rich.text import Text

    console(stderr=True).print(Text.assemble(("Error: ", "bold red"), text))


def say_json(content: Any) -> None:
    """A result for programs, on one object; in ASCII where the output is not in Unicode."""
    unicode = codecs.lookup(sys.stdout.encoding or "ascii").name.startswith("utf")
    sys.stdout.write(json.dumps(content, indent=1, ensure_ascii=not unicode, default=str) + "\n")


def next_step(command: str, folder: Path) -> str:
    """A command to paste."""
    return f"nof1 {command} {shlex.quote(str(folder))}"


def is_terminal() -> bool:
    """Whether a person can answer questions."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Show the toolkit's own warnings as sentences, on the error stream."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Nof1Warning)
        yield
    for message in {str(item.message): item for item in caught}.values():
        if issubclass(message.category, Nof1Warning):
            console(stderr=True).print(f"Note: {message.message}")
        else:
            warnings.warn_explicit(message.message, message.category, message.filename, message.lineno)
