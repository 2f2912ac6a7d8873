"""What is told: pictures, words and pages. Computes nothing that a result does not hold.

`nof1.report.summary(result, path)` writes the results page. It is imported when it is first used: a command that tells an
answer needs the words alone, and the pictures behind the page take longer to import than the words.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nof1.report.results.summary import summary

__all__ = ["summary"]


def __getattr__(name: str) -> Any:
    if name == "summary":
        from nof1.report.results.summary import summary

        return summary
    raise AttributeError(f"module 'nof1.report' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
