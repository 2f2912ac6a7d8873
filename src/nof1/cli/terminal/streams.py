"""The three standard streams as every command needs them: there, able to show any text, and never between a command and its work."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO, cast


class Output:
    """A standard output that does not stop a command where it cannot be written: what comes then is dropped.

    Attributes
    ----------
    lost : str
        Why words were dropped; "" if none were.
    """

    def __init__(self, stream: TextIO, *, closed: bool = False) -> None:
        self._stream, self._closed, self.lost = stream, closed, ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write it, or note why not."""
        if self._closed and text:
            self.lost = self.lost or "it is closed"
        try:
            self._stream.write(text)
        except OSError as error:
            self._note(error)
        return len(text)

    def flush(self) -> None:
        """Pass on what was written, or note why not."""
        try:
            self._stream.flush()
        except OSError as error:
            self._note(error)

    def _note(self, error: OSError) -> None:
        # What waits in the buffer would fail again, at the latest when Python ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        if isinstance(error, BrokenPipeError):  # the reader of a pipe has had enough, and the command may stop
            raise error
        self.lost = self.lost or str(error.strerror)


@contextmanager
def standard_streams() -> Iterator[Output]:
    """Streams that are closed are put in place, for else a file of the trial would be opened as one of them."""
    before = sys.stdin, sys.stdout, sys.stderr
    closed = sys.stdout is None
    # In this order: what is opened takes the lowest number that is free.
    sys.stdin = sys.stdin or _nowhere("r")
    output = Output(sys.stdout or _nowhere("w"), closed=closed)
    sys.stderr = sys.stderr or _nowhere("w")
    _never_fails(sys.stdin, "surrogateescape")  # a letter that cannot be read is refused where it was typed
    _never_fails(output._stream, "backslashreplace")
    _never_fails(sys.stderr, "backslashreplace")
    sys.stdout = cast("TextIO", output)
    try:
        yield output
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def _nowhere(mode: str) -> TextIO:
    return cast("TextIO", Path(os.devnull).open(mode, encoding="utf-8"))


def _never_fails(stream: TextIO, errors: str) -> None:
    if isinstance(stream, io.TextIOWrapper):
        with suppress(io.UnsupportedOperation):  # something was read from it before
            stream.reconfigure(errors=errors)
