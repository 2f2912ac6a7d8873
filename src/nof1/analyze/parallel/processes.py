"""The same work on many things: here, one after the other or on several cores. `dask.py` has the same for many machines.

Knows nothing of trials.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

# Runs a function on every item, here or elsewhere, and gives the results as they come, in any order.
Spread = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]

# Called with the name of a stage, the part done and the whole; a whole of 0 means that it is not known.
Progress = Callable[[str, int, int], None]

_MOST_WORKERS = 4  # unless asked for more: each needs about 200 MB


def run_local(workers: int | None, *, few: bool = False) -> Spread:
    """Work on this machine.

    Parameters
    ----------
    workers : int or None
        Processes; as many as there are cores, at most four, if None.
    few : bool
        Whether there is so little to do that starting workers would take longer.
    """

    def spread(function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        import joblib
        from threadpoolctl import threadpool_limits

        count = workers or min(joblib.cpu_count(), _MOST_WORKERS)
        if count == 1 or few:
            for item in items:
                # The matrices are small: threads that share them out cost ten times what they save.
                with threadpool_limits(1):
                    done = function(item)
                yield done
            return
        with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
            work = joblib.Parallel(n_jobs=count, return_as="generator_unordered", batch_size=1)
            yield from work(joblib.delayed(function)(item) for item in items)

    return spread
