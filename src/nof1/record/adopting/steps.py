"""At which step of taking a table over something was refused, so that refusals of many people can be counted by kind.

Knows no table: functions say what their refusals are about.
"""

from collections.abc import Callable
from functools import wraps

from nof1.errors import InputError

STEPS = ("dates", "rows", "arms", "one arm", "gaps", "values", "order")


def step[**P, R](name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let what a function refuses carry the name of its step (`Nof1Error.step`), unless something within it said its own.

    Examples
    --------
    >>> @step("dates")
    ... def read(text):
    ...     raise InputError(f"{text} is no date.")
    >>> try:
    ...     read("soon")
    ... except InputError as error:
    ...     error.step
    'dates'
    """
    assert name in STEPS, name

    def of(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def told(*arguments: P.args, **options: P.kwargs) -> R:
            try:
                return function(*arguments, **options)
            except InputError as error:
                error.step = error.step or name
                raise

        return told

    return of
