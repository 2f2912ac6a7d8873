"""What is told: pictures, words and pages. Computes nothing that a result does not hold.

The names below are imported when they are first used: a command that tells an answer needs the words alone, and the pictures
behind a page take longer to import than the words.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nof1.report.checklists import checklist
    from nof1.report.papers.folder import packing_sheet_like as packing_sheet_like
    from nof1.report.papers.folder import print_papers
    from nof1.report.papers.folder import write_calendar as write_calendar
    from nof1.report.papers.folder import write_papers as write_papers
    from nof1.report.papers.plan_papers import packing_sheet_pdf as packing_sheet_pdf
    from nof1.report.papers.plan_papers import pre_visit_pdf as pre_visit_pdf
    from nof1.report.results.folder import results_pages
    from nof1.report.results.one_file import cohort_from_table
    from nof1.report.results.people import cohort
    from nof1.report.results.summary import summary
    from nof1.report.results.web import web_page
    from nof1.report.words.facts import facts
    from nof1.report.words.sentence import sentence

_HOMES = {
    "checklist": "nof1.report.checklists",
    "cohort": "nof1.report.results.people",
    "cohort_from_table": "nof1.report.results.one_file",
    "facts": "nof1.report.words.facts",
    "packing_sheet_like": "nof1.report.papers.folder",
    "packing_sheet_pdf": "nof1.report.papers.plan_papers",
    "pre_visit_pdf": "nof1.report.papers.plan_papers",
    "print_papers": "nof1.report.papers.folder",
    "results_pages": "nof1.report.results.folder",
    "sentence": "nof1.report.words.sentence",
    "summary": "nof1.report.results.summary",
    "web_page": "nof1.report.results.web",
    "write_calendar": "nof1.report.papers.folder",
    "write_papers": "nof1.report.papers.folder",
}

# What writes the papers of a plan first is not among them: `Trial.plan` and the functions of `nof1.record` do.
__all__ = [
    "checklist",
    "cohort",
    "cohort_from_table",
    "facts",
    "print_papers",
    "results_pages",
    "sentence",
    "summary",
    "web_page",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'nof1.report' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
