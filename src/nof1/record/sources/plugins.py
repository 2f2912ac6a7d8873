"""Sources that live outside this package: found by the entry points of packages that the person has installed.

An entry point of the group "nof1.sources" names a module, or an object, that is what a source of this package is (`source.Source`).
Loading one runs its code with the rights of whoever imports a file; nof1 cannot make it safe and does not try. So it is done only
where no source of nof1's own knows a file, or where a source is asked for by a name that is none of them. What a plug-in
does wrong is told with its name, and stops neither the others nor nof1.
"""

import warnings
from collections.abc import Collection, Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from nof1.cells import brief
from nof1.errors import InputError, Nof1Warning
from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.source import Export, Source

GROUP = "nof1.sources"


class PluginWarning(Nof1Warning):
    """A source from another package cannot be used; the text names it and says why."""


class Plugin:
    """A source from another package, held to what sources promise.

    Parameters
    ----------
    source : Source
    where : str
        The plug-in and its package, for messages.
    """

    def __init__(self, source: Source, where: str) -> None:
        self.KEY = source.KEY
        self.TITLE = source.TITLE
        self._source = source
        self._where = where

    def recognize(self, file: Opened) -> Export | None:
        """The export, or None if the file is of another kind, or the plug-in failed, which is told as a warning.

        Raises
        ------
        InputError
            If the plug-in says that the file is of its kind and damaged.
        """
        try:
            export = self._source.recognize(file)
            if export is None:
                return None
            problem = _problem(export)
        except InputError:
            raise
        except Exception as error:
            _warn(f"{self._where} failed on {file.name} ({_told(error)}) and was not used.")
            return None
        if problem:
            _warn(f"{self._where} gave {problem} for {file.name} and was not used.")
            return None
        return replace(
            export, source=self.KEY, title=brief(self.TITLE), path=file.path, rows=lambda: self._rows(export)
        )

    def _rows(self, export: Export) -> Iterator[Row]:
        try:
            for row in export.rows():
                line, cells = row
                if not isinstance(line, int) or not all(isinstance(cell, str) for cell in cells):
                    raise TypeError("a row is no line number and cells of text")
                yield Row(line, cells)
        except InputError:
            raise
        except Exception as error:
            raise InputError(
                f"{self._where} failed on {export.name} ({_told(error)}). Nothing was taken. Tell whoever made it, or import the file "
                "with source='plain'."
            ) from error


def load_plugins(taken: Collection[str]) -> tuple[Plugin, ...]:
    """The sources of other packages, in the order of their names. One that cannot be used is named in a warning and left out.

    Parameters
    ----------
    taken : collection of str
        Names of sources that no plug-in may have.
    """
    loaded: dict[str, Plugin] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        where = f"The plug-in {brief(entry.name)!r}{_package(entry)}"
        if entry.name in taken:
            _warn(
                f"{where} has the name of a source of nof1's own and was not loaded. Rename it, or remove the package."
            )
        elif entry.name in loaded:
            _warn(f"{where} has the name of another plug-in and was not loaded. Remove one of the two packages.")
        elif (source := _loaded(entry, where)) is not None:
            loaded[entry.name] = Plugin(source, where)
    return tuple(loaded.values())


def _loaded(entry: EntryPoint, where: str) -> Source | None:
    try:
        source = entry.load()
        key, title, able = source.KEY, source.TITLE, callable(source.recognize)
    except (Exception, SystemExit) as error:
        _warn(f"{where} could not be loaded ({_told(error)}). Its files are not known until it is mended or updated.")
        return None
    if key != entry.name or not isinstance(title, str) or not title or not able:
        _warn(f"{where} is no source: it needs a KEY of that name, a TITLE and recognize(). Its files are not known.")
        return None
    return cast("Source", source)


def _problem(export: object) -> str:
    """What is wrong with what a plug-in gave, or ""."""
    if not isinstance(export, Export):
        return f"a {type(export).__name__}, no Export,"
    names = [name for name in export.header if name]
    if len(set(names)) < len(names):
        return "two columns of one name"
    places = (
        export.when,
        export.clock,
        export.day_number,
        export.zone_column,
        export.until,
        export.device,
        export.reason,
    )
    missing = [name for name in (*places, *export.suggested.values()) if name and name not in names]
    return f"no column {brief(missing[0])!r}" if missing else ""


def _package(entry: EntryPoint) -> str:
    return f" of the package {brief(entry.dist.name)}" if entry.dist is not None and entry.dist.name else ""


def _told(error: BaseException) -> str:
    return brief(f"{type(error).__name__}: {error}", 200)


def _warn(text: str) -> None:
    warnings.warn(text, PluginWarning, stacklevel=2)
