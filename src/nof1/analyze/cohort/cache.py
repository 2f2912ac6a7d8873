"""People whose nights were analysed already, in one SQLite file: an interrupted run goes on where it stopped.

A row is found by a hash over everything that the answer depends on, so that a changed diary, another seed or another version of
nof1 is analysed anew. Knows no folder and no statistics: plain values by key.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from nof1.errors import InputError, Nof1Error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

FINISHED_FILE = "finished.sqlite"
_TABLE = "CREATE TABLE IF NOT EXISTS finished (key TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID"
_AT_ONCE = 500  # keys in one question; SQLite allows at least 999 values


class ResultsCache:
    """Answers by key, each written whole or not at all.

    Parameters
    ----------
    path : Path
        Of the file, which is made where there is none.

    Raises
    ------
    InputError
        If it is damaged or another kind of file.
    Nof1Error
        If it cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._told():
            self._database = sqlite3.connect(path)
            try:
                with self._database:
                    self._database.execute(_TABLE)
            except BaseException:
                self._database.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        self._database.close()

    def find(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The answers that are there, by key."""
        wanted, out = list(dict.fromkeys(keys)), {}
        with self._told():
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                places = ",".join("?" * len(some))
                question = f"SELECT key, person FROM finished WHERE key IN ({places})"
                with closing(self._database.execute(question, some)) as rows:
                    out.update({key: json.loads(person) for key, person in rows})
        return out

    def keep(self, people: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep answers by key, all of them or none."""
        rows = [(key, json.dumps(person, separators=(",", ":"))) for key, person in people.items()]
        with self._told(), self._database:
            self._database.executemany("INSERT OR REPLACE INTO finished VALUES (?, ?)", rows)

    @contextmanager
    def _told(self) -> "Iterator[None]":
        """What SQLite complains of, in words."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise Nof1Error(
                f"{self._path} could not be read or written ({error}). Check free space and permissions, and that no other nof1 uses it."
            ) from error
        except (sqlite3.DatabaseError, ValueError) as error:
            raise InputError(
                f"{self._path} is damaged ({error}). Remove it, and everybody is analysed anew."
            ) from error
