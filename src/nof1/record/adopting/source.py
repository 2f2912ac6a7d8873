"""What is kept beside the trials that were made of a table's people: which file they are of, how it was read, and who was refused.

Knows no table and no night; `people_from_table` writes it, and a cohort of the folder reads it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nof1.errors import InputError
from nof1.files import read_bytes, write_atomic

SOURCE_FILE = "source.json"
_SCHEMA = 1


@dataclass(frozen=True)
class RefusedPerson:
    """A person of the table whose rows make no trial.

    Attributes
    ----------
    person : str
        As the table calls them.
    kind : str
        The step at which it was refused (`steps.STEPS`), the option of a question that was left open, such as "several", or "" .
    reason : str
        In a sentence.
    rated : int
        Their rows with an outcome.
    """

    person: str
    kind: str
    reason: str
    rated: int


@dataclass(frozen=True)
class PeopleSource:
    """The table that a folder of trials is of.

    Attributes
    ----------
    file, sha256 : str
        Name and hash of the file; a table in memory has neither.
    rows, people : int
        Rows of the table, and people in it.
    nobody, empty : int
        Rows that name nobody, and rows that hold neither a night nor an outcome: both are not taken.
    planned : int or None
        How many nights each person was to record.
    refused : tuple of RefusedPerson
    options : mapping
        What was said of how to read it.
    """

    file: str
    sha256: str
    rows: int
    people: int
    nobody: int = 0
    empty: int = 0
    planned: int | None = None
    refused: tuple[RefusedPerson, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write it into the folder of the trials."""
        content = {"schema": _SCHEMA, **asdict(self)}
        write_atomic(folder / SOURCE_FILE, json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n")


def load_source(folder: Path) -> PeopleSource | None:
    """What a folder of trials is of; None where it was not made of a table.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = folder / SOURCE_FILE
    if not path.is_file():
        return None
    try:
        content = json.loads(read_bytes(path))
        if content.pop("schema") != _SCHEMA:
            raise InputError(f"{path} is of a newer nof1. Update nof1 to read it.")
        refused = tuple(RefusedPerson(**one) for one in content.pop("refused"))
        return PeopleSource(**content, refused=refused)
    except InputError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path} is damaged ({error}). Make the trials of the table again, in a new folder.") from None
