"""nof1 report: what the nights mean, on paper."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nof1.cli.terminal.console import show, show_json
from nof1.cli.terminal.options import AsJson, Folder, LargePrint, PaperSize
from nof1.cli.terminal.output import explained, tell_follows

if TYPE_CHECKING:
    from nof1.report.results.folder import ResultPages

Language = Annotated[str, typer.Option(help="Language of the pages: en or de.")]


def report(
    folder: Folder,
    language: Language = "en",
    paper: PaperSize = "a4",
    large_print: LargePrint = False,
    as_json: AsJson = False,
) -> None:
    """Write the results as a PDF, results/summary.pdf, and its figures; other languages and papers beside it."""
    from nof1.report.results.folder import results_pages
    from nof1.report.words.sentences import headline

    pages = results_pages(folder, language=language, paper=paper, large_print=large_print)
    if as_json:
        show_json(written(pages))
        return
    show(headline(pages.result), style="bold")
    explained(pages.result)
    tell_follows(pages.result)
    show(f"The pages are {pages.summary}.")


def written(pages: "ResultPages") -> dict[str, Any]:
    """Where the pages and their figures are, as plain values."""
    return {"summary": str(pages.summary), "figures": [str(figure) for figure in pages.figures]}
