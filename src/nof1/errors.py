"""What can go wrong, told to a person. Knows nothing of the rooms.

Every message names the value, what is allowed, and the next step. The commands print the message and leave with
status 1; nobody who uses the toolkit should ever need a traceback.
"""

from collections.abc import Callable
from functools import wraps

from nof1._version import __version__


def how_to_install(extra: str) -> str:
    """What to type for an extra's packages. The name alone is no way: nof1 is on no index, and whoever took it there would be installed."""
    wheel = f"./nof1-{__version__}-py3-none-any.whl"
    return (
        f"In nof1's own folder, type: .venv/bin/python -m pip install -e '.[{extra}]'; "
        f"with a built wheel: python -m pip install '{wheel}[{extra}]'."
    )


class Nof1Error(Exception):
    """Something a person can mend; the text says how.

    Examples
    --------
    >>> try:
    ...     nof1.Trial.load("nowhere")
    ... except nof1.Nof1Error as error:
    ...     print(str(error).partition(":")[0])
    nowhere is no trial folder
    """

    reason: object = None  # what a room that refuses keeps beside the text, to say it in another language
    step: str = ""  # at which step of reading a table it was refused, where that is known: such refusals are counted


class InputError(Nof1Error, ValueError):
    """A value, a file or an option is not what it must be.

    Examples
    --------
    >>> try:
    ...     nof1.fit(trial, engine="stan")
    ... except nof1.InputError as error:
    ...     print(error)
    There is no engine 'stan'. Choose one of: nuts, marginal.
    """


class RefusalError(Nof1Error):
    """The question cannot be answered honestly from what is there.

    Examples
    --------
    >>> import pandas as pd
    >>> nights = pd.DataFrame({"day": [1, 2, 3, 4], "arm": ["off", "on", "on", "off"], "legs": [5, 5, 5, 5]})
    >>> columns = {"outcome": "legs", "arm": "arm", "day": "day", "reference": "off"}
    >>> flat = nof1.Trial.from_frame(nights, **columns, low=0, high=10, better="lower")
    >>> try:
    ...     nof1.fit(flat)
    ... except nof1.RefusalError as error:
    ...     print(str(error).partition(":")[0])
    Every recorded legs is 5
    """


class Nof1Warning(UserWarning):
    """An answer was given, with a reservation that the text explains.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", nof1.Nof1Warning)  # or "ignore"
    ...     trial = nof1.Trial.load(folder)
    """


_HOW = {
    "Trial": "Make one with Trial.load(folder) or Trial.from_frame(frame, ...).",
    "Result": "Make one with fit(trial), or Result.load(folder).",
    "Power": "Make one with power(protocol).",
    "Cohort": "Make one with fit_cohort(trials).",
}


def require(value: object, kind: type, what: str) -> None:
    """Refuse what is of another kind, and say how one is made.

    Raises
    ------
    InputError
        If `value` is no `kind`.
    """
    if not isinstance(value, kind):
        found = type(value).__name__
        raise InputError(f"{what} takes a {kind.__name__}, not a {found}. {_HOW.get(kind.__name__, '')}".rstrip())


def takes[**P, R](kind: type) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function refuse a first argument of another kind (`require`)."""

    def of(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def checked(*arguments: P.args, **options: P.kwargs) -> R:
            for first in (*arguments, *options.values())[:1]:
                require(first, kind, function.__name__)
            return function(*arguments, **options)

        return checked

    return of
