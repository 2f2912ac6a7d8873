"""nof1 report: what the nights mean, on paper."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nof1.cli.terminal.console import plain_warnings, show, show_json
from nof1.cli.terminal.options import AsJson, Folder, LargePrint, PaperSize
from nof1.cli.terminal.output import explained, tell_follows
from nof1.errors import InputError

if TYPE_CHECKING:
    from nof1.report.results.folder import ResultPages

Language = Annotated[str, typer.Option(help="Language of the pages: en or de.")]

Checklist = Annotated[
    bool,
    typer.Option(
        "--checklist",
        help="Instead of the results, write checklist.pdf: what reporting guidelines ask of protocol and results, and on which page it stands.",
    ),
]


Papers = Annotated[
    bool,
    typer.Option(
        "--papers",
        help="Instead of the results, write the papers of the plan in this language and print, beside those that are there.",
    ),
]
Html = Annotated[
    bool, typer.Option("--html", help="Write results/summary.html, too: all of it in one file for a browser.")
]


def report(
    folder: Folder,
    language: Language = "en",
    paper: PaperSize = "a4",
    large_print: LargePrint = False,
    papers: Papers = False,
    html: Html = False,
    checklist: Checklist = False,
    as_json: AsJson = False,
) -> None:
    if html and (checklist or papers):
        raise InputError(
            "--html is for the results, --checklist and --papers write something else instead. Choose one of them."
        )
    if papers and checklist:
        raise InputError("--papers writes the papers of the plan, --checklist the checklist. Choose one of them.")
    if papers:
        from nof1.report.papers.folder import print_papers

        with plain_warnings():
            printed = print_papers(folder, language=language, paper=paper, large_print=large_print)
        if as_json:
            show_json({"papers": [str(path) for path in printed]})
        else:
            show(f"Printed into {folder}: {', '.join(path.name for path in printed)}.")
        return
    if checklist:
        from nof1.report.checklists import checklist as write_checklist

        written_to = write_checklist(folder, language=language, paper=paper, large_print=large_print)
        if as_json:
            show_json({"checklist": str(written_to)})
        else:
            show(f"What guidelines ask for, and where it stands, is in {written_to}.")
        return
    from nof1.report.results.folder import results_pages
    from nof1.report.words.sentences import headline

    pages = results_pages(folder, language=language, paper=paper, large_print=large_print, html=html)
    if as_json:
        show_json(written(pages))
        return
    show(headline(pages.result), style="bold")
    explained(pages.result)
    tell_follows(pages.result)
    show(f"The pages are {pages.summary}.")
    if pages.html is not None:
        show(f"For a browser: {pages.html}")


def written(pages: "ResultPages") -> dict[str, Any]:
    """Where the pages and their figures are, as plain values."""
    told = {"summary": str(pages.summary), "figures": [str(figure) for figure in pages.figures]}
    return told if pages.html is None else told | {"html": str(pages.html)}
