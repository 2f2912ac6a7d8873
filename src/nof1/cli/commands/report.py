"""nof1 report: what the nights mean, on paper."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from nof1.cli.terminal.console import say, say_json
from nof1.cli.terminal.options import AsJson, Folder
from nof1.commit import locked
from nof1.files import write_atomic

if TYPE_CHECKING:
    from nof1.analyze.results import Result


Language = Annotated[str, typer.Option(help="Language of the pages: en or de.")]
PaperSize = Annotated[Literal["a4", "letter"], typer.Option(help="Paper to print on.")]
LargePrint = Annotated[
    bool, typer.Option("--large-print", help="Letters of 16 points, on as many pages as that takes.")
]


def report(
    folder: Folder,
    language: Language = "en",
    paper: PaperSize = "a4",
    large_print: LargePrint = False,
    as_json: AsJson = False,
) -> None:
    """Write the results as a PDF, results/summary.pdf, and its figures; other languages and papers beside it."""
    from nof1.analyze.results import Result
    from nof1.report.words import sentences as words

    result = Result.load(folder)
    files = write_pages(folder, result, language=language, paper=paper, large_print=large_print)
    if as_json:
        say_json(files)
        return
    say(words.headline(result), style="bold")
    say(f"The pages are {files['summary']}.")


def write_pages(
    folder: Path,
    result: "Result",
    *,
    language: str = "en",
    paper: Literal["a4", "letter"] = "a4",
    large_print: bool = False,
) -> dict[str, Any]:
    """The pages and their figures are written; where they are."""
    from nof1.record.result_files import RESULTS_FOLDER
    from nof1.report.results.summary import checks_figure, pages, summary_file

    path = folder / RESULTS_FOLDER / summary_file(language=language, paper=paper, large_print=large_print)
    content, drawn = pages(result, language=language, paper=paper, large_print=large_print)
    drawn |= {"checks": checks_figure(result, language=language)}
    suffix = path.stem.removeprefix("summary")
    figures = {path.with_name(f"{name}{suffix}.svg"): svg for name, svg in drawn.items()}
    with locked(folder):
        for figure, svg in figures.items():
            write_atomic(figure, svg)
        write_atomic(path, content)
    return {"summary": str(path), "figures": [str(figure) for figure in figures]}
