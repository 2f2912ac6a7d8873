"""Printing: to a person, or as JSON to a program. Colour only on a terminal."""

import codecs
import json
import re
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


def show(text: str = "", *, style: str | None = None) -> None:
    """One paragraph to the person."""
    console().print(text, style=style)


def complain(text: str) -> None:
    """One clear message about what went wrong."""
    from rich.text import Text

    console(stderr=True).print(Text.assemble(("Error: ", "bold red"), as_flags(text)))


# An argument that a message of the rooms names, as in several='mean' or units={'tea': 'mg'}; what stands in quotes is the person's own.
_QUOTED = r"'[^']*'|\"[^\"]*\""
_ARGUMENT = re.compile(
    rf"(?<!\w)(?:{_QUOTED})(?!\w)|(?:^|(?<=[ (]))(?<!--set )(\w+)=(\{{({_QUOTED}): ({_QUOTED})\}}|{_QUOTED}|[\w-]+)?"
)
# The option that says the same, with what it takes where no value is named.
_FLAGS = {name.split()[0].replace("-", "_"): f"--{name}" for name in (
    "acknowledge", "arm", "better", "confidence", "correct", "date", "date-order", "dated-by", "day", "day-number", "dose", "dose-meant", "dose-mg", "dose-time HH:MM", "dose-unit", "drawn", "exclude", "food NAME", "form", "gaps",
    "guess", "medicine TEXT", "night", "nights N", "not-compared", "note TEXT", "out", "packs ARM,ARM,…", "pause DATE", "person NAME", "person-column COLUMN", "reason TEXT", "salt-mg",
    "schedule", "several", "sheet", "since DATE", "supplement NAME", "trust", "unscreened", "zone",
)} | {
    "column_map": "--map", "labels": "--label", "decimal_comma": "--decimal", "helper": "--seal HELPER_DIR", "measures": "--measure", "scales": "--scale", "units": "--unit",
}  # fmt: skip
_WORDS = {
    ("correct", "True"): "",
    ("acknowledge", "True"): "",
    ("exclude", "True"): "",
    ("dose_meant", "True"): "",
    ("unscreened", "True"): "",
    ("decimal_comma", "True"): "comma",
    ("decimal_comma", "False"): "point",
}


def as_flags(text: str) -> str:
    """A message for who types commands: the arguments that it names, as the options that say the same."""

    def flag(found: re.Match[str]) -> str:
        name, value, key, of_key = found.groups(default="")
        if name not in _FLAGS:
            return found[0]
        if key:
            value = f"{_bare(key)}={_bare(of_key)}"
        option = _FLAGS[name].split()[0] if value else _FLAGS[name]
        return f"{option} {_WORDS.get((name, value), _bare(value))}".rstrip()

    return _ARGUMENT.sub(flag, text)


def _bare(value: str) -> str:
    """Without its quotes, where a shell needs none."""
    return shlex.quote(value[1:-1]) if value[:1] in ("'", '"') else value


def show_json(content: Any) -> None:
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
