"""Text in screenfuls: on a terminal, what does not fit waits for Enter, so that nothing scrolls away unread. In a pipe nothing waits."""

import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from nof1.cli.terminal.console import console, is_terminal, show
from nof1.cli.terminal.text import COLUMNS, ROWS, wrap
from nof1.language import say

type Line = tuple[str, str | None]  # a text and its style
_FEWEST = 10  # rows of a terminal that is still read in screenfuls


def read_line(prompt: str) -> str:
    """A line that was typed."""
    with suppress(ImportError):  # arrow keys work where there is readline
        import readline  # noqa: F401
    return input(prompt)


class Pages:
    """Counts the lines that were shown since something was last typed."""

    def __init__(self, read: Callable[[str], str] = read_line) -> None:
        self._read = read
        self._shown = 0
        self._rows = max(shutil.get_terminal_size((COLUMNS, ROWS)).lines, _FEWEST) if sys.stdout.isatty() else ROWS

    def write(self, text: str, *, style: str | None = None) -> None:
        """Show text, wrapped to the width of the terminal and to 80 columns at most."""
        self.block([(text, style)])

    def block(self, lines: Sequence[Line], *, together: bool = False) -> None:
        """Show texts; `together` waits before them rather than among them, where they fit on one screen."""
        out = console()
        wrapped = [(line, style) for text, style in lines for line in wrap(text, min(COLUMNS, out.width - 2))]
        room = self._rows - 1
        if together and self._shown and self._shown + len(wrapped) > room:
            self.pause()
        for line, style in wrapped:
            if self._shown >= room:
                self.pause()
            out.print(line, style=style)
            self._shown += 1

    def pause(self) -> None:
        """Wait for Enter; what is typed instead is left to `ended`."""
        self.ended(self.ask(say("Enter shows more > ")))

    def ended(self, typed: str) -> None:
        """What follows from what was typed at a pause; nothing here."""

    def ask(self, prompt: str) -> str:
        """A line that is typed; the screen counts anew."""
        self._shown = 0
        return self._read(prompt)


def tell(lines: Sequence[Line], last: Sequence[Line] = ()) -> None:
    """Show texts: in screenfuls on a terminal, the last ones together, each on one line in a pipe."""
    if not is_terminal():
        for text, style in (*lines, *last):
            show(text, style=style)
        return
    with suppress(EOFError, KeyboardInterrupt):  # who leaves has read enough
        page = Pages()
        page.block(lines)
        page.block(last, together=True)
