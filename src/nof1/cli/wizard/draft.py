"""The draft of a conversation: answers by the step's id, in a file beside the trial folder that only its owner can read."""

import os
import tomllib
from pathlib import Path

import tomli_w

from nof1.cli.wizard.step import Raw
from nof1.errors import InputError
from nof1.files import read_bytes, write_atomic
from nof1.language import say

_HEADER = "# Answers of a plan that is not finished. 'nof1 plan' goes on from here and removes this file afterwards.\n"


def draft_path(folder: Path) -> Path:
    """Where the draft of a trial folder lies: beside it."""
    whole = folder.resolve()
    return whole.parent / f"{whole.name or 'trial'}.draft.toml"


def shown(path: Path) -> str:
    """The path, short where it lies below the folder one stands in."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def save_draft(folder: Path, raw: Raw) -> None:
    """Write the answers so far.

    Raises
    ------
    Nof1Error
        If the file cannot be written.
    """
    write_atomic(draft_path(folder), _HEADER + tomli_w.dumps(dict(raw)))


def load_draft(folder: Path) -> dict[str, str] | None:
    """The answers of a draft; None if there is none.

    Raises
    ------
    InputError
        If it is damaged.
    """
    path = draft_path(folder)
    if not os.path.lexists(path):
        return None
    try:
        content = tomllib.loads(read_bytes(path).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        raise InputError(say("The draft {file} is damaged and cannot be read.", file=shown(path))) from None
    if not all(isinstance(value, str) for value in content.values()):
        raise InputError(say("The draft {file} is damaged: it holds something else than answers.", file=shown(path)))
    return content


def keep_aside(folder: Path) -> Path:
    """Rename a draft that cannot be used, so that nothing in it is lost, and say where it is now."""
    path = draft_path(folder)
    stem = path.name.removesuffix(".toml")
    names = (f"{stem}.damaged{i or ''}.toml" for i in range(10_000))
    aside = next(path.with_name(name) for name in names if not os.path.lexists(path.with_name(name)))
    try:
        return path.rename(aside)
    except OSError as error:
        raise InputError(
            say(
                "The draft {file} cannot be read and not be moved ({reason}). Remove it, then try again.",
                file=shown(path),
                reason=str(error.strerror),
            )
        ) from None


def discard_draft(folder: Path) -> None:
    """Remove the draft of a trial folder, if there is one: its plan is written."""
    draft_path(folder).unlink(missing_ok=True)
