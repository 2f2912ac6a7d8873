"""The bedside diary: one page that asks what `nof1 log` asks, and what serves it. Knows no analysis.

The names below are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nof1.bedside.page import PAGE_FILE, diary_page

__all__ = ["PAGE_FILE", "diary_page"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("nof1.bedside.page"), name)
    raise AttributeError(f"module 'nof1.bedside' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
