"""Which of the tables in an archive is meant: the one that fits the trial, where there is one, and else the person says it.

Knows what a map can be made of; must not know a night.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.importing.committing import remembered
from nof1.record.importing.mapping import chosen_map, complete_map
from nof1.record.opening.opened import Opened, open_file
from nof1.record.sources import find_export, recognize, which_member

MAX_TRIED = 100  # tables of an archive that are looked into


def fitting_table(
    folder: str | Path,
    opened: Opened,
    column_map: Mapping[str, str],
    measures: Mapping[str, str] | None = None,
    *,
    source: str | None = None,
) -> Opened:
    """The file as it is, or of an archive the one table that the trial can take something from.

    Raises
    ------
    AmbiguousInput
        If several can be meant, or none can; its option is "sheet".
    InputError
        If they are too many to choose from, or the only one cannot be read.
    """
    if not opened.members or find_export(opened, source) is not None:
        return opened
    if len(opened.members) == 1:
        return open_file(opened.path, opened.members[0])
    protocol = Protocol.load(folder)
    chosen = chosen_map(column_map, protocol, measures)
    tried = opened.members if len(opened.members) <= MAX_TRIED else ()
    fitting = list(_fitting(Path(folder), protocol, opened, tried, chosen, source))
    if len(fitting) == 1:
        return fitting[0]
    raise which_member(opened, [table.sheet for table in fitting] or opened.members)


def _fitting(
    folder: Path,
    protocol: Protocol,
    opened: Opened,
    names: tuple[str, ...],
    chosen: Mapping[str, str],
    source: str | None,
) -> Iterator[Opened]:
    """The tables that hold what was chosen; where nothing was, now or for an earlier file like it, those that tell by themselves what they hold."""
    for name in names:
        try:
            table = open_file(opened.path, name)
            export = recognize(table, source)
            earlier = remembered(folder, export)
            complete_map(export, protocol, chosen or (earlier[0] if earlier else {}))
        except InputError:
            continue
        yield table
