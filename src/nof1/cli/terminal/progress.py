"""Long work: a progress bar on a terminal, silence in a pipe; here or on other machines."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from nof1.cli.terminal.console import console

if TYPE_CHECKING:
    from nof1.analyze.parallel.processes import Progress, Spread


@contextmanager
def counting(what: str) -> Iterator["Progress"]:
    """A bar that counts what is done of all, with the time it took and will take."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task("", total=None)

        def show(stage: str, done: int, whole: int) -> None:
            bar.update(task, completed=done, total=whole)

        yield show


def elsewhere(address: str | None) -> AbstractContextManager["Spread | None"]:
    """The machines of a Dask cluster for the time being; None, for work on this machine, without an address."""
    if address is None:
        return nullcontext()
    from nof1.analyze.parallel.dask import run_dask

    return run_dask(address)
