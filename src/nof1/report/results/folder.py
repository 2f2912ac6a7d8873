"""The pages of a result, written into its trial's folder."""

from dataclasses import dataclass
from pathlib import Path

from nof1.analyze.results import Result
from nof1.commit import locked
from nof1.files import write_atomic
from nof1.language import ENGLISH
from nof1.record.result_files import RESULTS_FOLDER
from nof1.report.results.summary import checks_figure, pages, summary_file
from nof1.report.results.web import web_file, web_page
from nof1.report.typesetting.typeset import Paper


@dataclass(frozen=True)
class ResultPages:
    """What was written: the pages, their pictures as SVG beside them, and the same as a web page if that was asked for."""

    result: Result
    summary: Path
    figures: tuple[Path, ...]
    html: Path | None = None


def results_pages(
    folder: str | Path,
    result: Result | None = None,
    *,
    language: str = ENGLISH,
    paper: Paper = "a4",
    large_print: bool = False,
    html: bool = False,
) -> ResultPages:
    """Write the results of a trial folder as a PDF, results/summary.pdf, and its figures; other languages and papers beside it.

    Parameters
    ----------
    result : Result, optional
        Read from the folder if not given.
    language, paper, large_print
        As in `summary`.
    html : bool
        Whether to write results/summary.html, too: all of it in one file for a browser, on a phone as well.

    Raises
    ------
    InputError
        If there is no result, or it belongs to other data.
    Nof1Error
        If the pages cannot be made or written, or the language or the paper is unknown.

    Examples
    --------
    >>> import nof1
    >>> nof1.report.results_pages(analyzed, language="de").summary.name
    'summary-de.pdf'
    """
    folder = Path(folder)
    result = Result.load(folder) if result is None else result
    path = folder / RESULTS_FOLDER / summary_file(language=language, paper=paper, large_print=large_print)
    content, drawn = pages(result, language=language, paper=paper, large_print=large_print)
    drawn |= {"checks": checks_figure(result, language=language)}
    suffix = path.stem.removeprefix("summary")
    web = path.with_name(web_file(language=language)) if html else None
    page = web_page(result, language=language) if html else ""
    figures = {path.with_name(f"{name}{suffix}.svg"): svg for name, svg in drawn.items()}
    with locked(folder):
        for figure, svg in figures.items():
            write_atomic(figure, svg)
        write_atomic(path, content)
        if web is not None:
            write_atomic(web, page)
    return ResultPages(result, path, tuple(figures), web)
