"""What a check finds, and what its parts share. Knows no file of a trial."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nof1.errors import InputError, Nof1Error

Level = Literal["ok", "note", "problem"]
SHOWN = 60  # characters of a text in a message
TEMPORARY = re.compile(r"\.copy-\w{8}|\..+\.\w{8}|\.nof1-(new|part)-\w{8}")


@dataclass(frozen=True)
class Finding:
    """One thing found.

    `what` is the part it belongs to, such as "diary"; `text` a sentence for people; `file` and `line` where, if it is one place.
    """

    level: Level
    what: str
    text: str
    file: str = ""
    line: int | None = None


def tried(what: str, part: Iterable[Finding]) -> list[Finding]:
    """What a part finds; what stops it is a problem, too."""
    found: list[Finding] = []
    try:
        for finding in part:
            found.append(finding)  # noqa: PERF402 - what came before an error is kept
    except Nof1Error as problem:
        found.append(Finding("problem", what, str(problem)))
    except OSError as error:
        found.append(
            Finding("problem", what, f"{error.filename} cannot be read ({error.strerror}). Check its permissions.")
        )
    return found


def must[T](value: T | None) -> T:
    """The value, which must be there."""
    if value is None:
        raise InputError("The file is gone.")
    return value


def resaved(name: str) -> Finding:
    """What is said of a file whose layout alone has changed."""
    return Finding("note", "files", f"{name} was saved by another program; what it says is the same.", name)
