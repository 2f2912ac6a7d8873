"""Which letters can be shown. Pictures and pages have DejaVu Sans, which comes with matplotlib, and no other fallback."""

from functools import cache
from pathlib import Path
from unicodedata import category

_NOBODY_S = ("Co", "Cn", "Cs")  # private letters mean something else in every font; PDF/A allows none


def font_folder() -> Path:
    """Folder of the DejaVu fonts."""
    from matplotlib import get_data_path

    return Path(get_data_path()) / "fonts" / "ttf"


@cache
def _letters() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    known = FT2Font(str(font_folder() / "DejaVuSans.ttf")).get_charmap()
    return frozenset(letter for letter in known if category(chr(letter)) not in _NOBODY_S)


def showable(text: str) -> str:
    """The text with a box for every character that no font here can show; PDF/UA allows none of them."""
    return "".join(character if ord(character) in _letters() else "\N{WHITE SQUARE}" for character in text)
