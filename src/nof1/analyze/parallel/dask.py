"""The same tasks on many machines, by Dask. The one place in nof1 that reaches for a network, and only where somebody names an address.

The scheduler, its retries and its transport are Dask's. Knows nothing of trials.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nof1.analyze.parallel.processes import Spread
from nof1.errors import InputError, Nof1Error, how_to_install

_RETRIES = 3  # of a task whose machine was lost
_SECONDS = 20  # to wait for the scheduler


@contextmanager
def run_dask(address: str) -> Iterator[Spread]:
    """Run a function on every item, on the machines of a Dask cluster.

    Parameters
    ----------
    address : str
        Of Dask's scheduler, such as "tcp://10.0.0.1:8786".

    Yields
    ------
    callable
        Takes a function and items, gives the results as they come, in any order.

    Raises
    ------
    InputError
        If Dask is not installed, or there is no scheduler at the address.
    Nof1Error
        If a task is lost again and again, or the cluster goes away.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            f"Many machines need Dask's distributed, which is not installed. {how_to_install('dask')}"
        ) from None
    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(
            f"There is no Dask scheduler at {address} ({error}). Start one with 'dask scheduler', and give the address that it prints."
        ) from error
    try:
        yield lambda function, items: _results(client, function, items)
    finally:
        client.close()


def _results(client: Any, function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
    """Results as they come; the task of a lost machine is done by another one."""
    from distributed import as_completed

    # Not pure: the same folder may hold other nights by the next run.
    futures = client.map(function, items, pure=False, retries=_RETRIES)
    waiting = as_completed(futures, loop=client.loop)
    for future in waiting:
        if future.status in ("lost", "pending"):  # it was done, but lay on a machine that is gone: it is done again
            waiting.add(future)
            continue
        if future.status != "finished":
            raise Nof1Error(
                f"The cluster could not do its work ({future.status}: {future.exception()!r}). What was done before is kept; "
                "see to its machines, then run the same command again."
            )
        yield future.result()
        future.release()
