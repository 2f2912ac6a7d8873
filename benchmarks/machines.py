"""Where calibration studies run: on this machine, or with --dask ADDRESS on the machines of a Dask cluster."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nof1.analyze.parallel.dask import run_dask
from nof1.analyze.parallel.processes import Spread, run_local


def add_option(parser: argparse.ArgumentParser) -> None:
    """Let the command line name a cluster."""
    parser.add_argument("--dask", metavar="ADDRESS", help="Dask scheduler whose machines do the work")


@contextmanager
def machines(address: str | None) -> Iterator[Spread]:
    """Work there, or here without an address."""
    if address is None:
        yield run_local(None)
        return
    with run_dask(address) as spread:
        yield spread


def in_order(spread: Spread, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """Results in the order of the items, whichever comes first."""

    def numbered(
        pair: tuple[int, Any],
    ) -> tuple[int, Any]:  # within: so it is sent whole, to machines without this file
        return pair[0], function(pair[1])

    found = dict(spread(numbered, list(enumerate(items))))
    return [found[i] for i in range(len(items))]
