"""An address as a QR code on a terminal, readable on a dark one and on a light one."""

from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_BORDER = 2  # modules; the standard's 4 do not fit beside much else, and the block has a background of its own
# What two modules above each other are, dark ones first: the letter's own colour is the dark one.
_BLOCKS = {(1, 1): "\N{FULL BLOCK}", (1, 0): "\N{UPPER HALF BLOCK}", (0, 1): "\N{LOWER HALF BLOCK}", (0, 0): " "}
_COLOURS = "#000000 on #ffffff"


def qr_text(address: str, console: "Console") -> "Text | None":
    """The code, two modules in the height of a line; None where the terminal cannot show it: too narrow, without colours, or none."""
    from rich.text import Text
    from segno import make_qr

    rows = [list(row) for row in make_qr(address, error="l").matrix_iter(border=_BORDER)]
    width = len(rows[0])
    plain = console.no_color or console.color_system is None or console.encoding.lower() not in ("utf-8", "utf8")
    if not console.is_terminal or plain or console.width < width:
        return None
    pairs = zip_longest(rows[::2], rows[1::2], fillvalue=[0] * width)
    lines = ["".join(_BLOCKS[int(top > 0), int(low > 0)] for top, low in zip(*pair, strict=True)) for pair in pairs]
    return Text("\n").join(Text(line, style=_COLOURS) for line in lines)
