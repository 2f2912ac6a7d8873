"""nof1 cohort: many people's trials together, from a folder of folders to a PDF."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1.cli.commands.report import Language
from nof1.cli.terminal.console import show, show_json
from nof1.cli.terminal.options import AsJson, DaskAddress, PaperSize
from nof1.cli.terminal.output import paragraph
from nof1.cli.terminal.progress import counting, elsewhere
from nof1.record.folders import COHORT_FILE
from nof1.subject import about

if TYPE_CHECKING:
    from nof1.report.results.people import CohortPages

OUT = Path("nof1-cohort")
_SHOWN = 10  # problems that are told one by one; all are in the file
Folders = Annotated[
    list[Path], typer.Argument(metavar="DIR", help="Trial folders, or folders that hold trial folders.")
]


def cohort(
    folders: Folders,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for what is written.")] = OUT,
    moderator: Annotated[
        str | None, typer.Option(metavar="FIELD", help="Field of the protocol whose groups are compared, such as form.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; as many as cores if not given, at most four.")] = None,
    dask: DaskAddress = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    language: Language = "en",
    paper: PaperSize = "a4",
    as_json: AsJson = False,
) -> None:
    from nof1.report.results.people import cohort as pages_of

    with counting("Analysing people") as progress, elsewhere(dask) as spread:
        pages = pages_of(
            folders,
            out,
            moderator=moderator,
            workers=workers,
            spread=spread,
            seed=seed,
            language=language,
            paper=paper,
            progress=progress,
        )
    if as_json:
        show_json(pages.to_dict())
    else:
        _tell(pages)
        for note in pages.notes:
            paragraph(note)
    if pages.analyzed.problems:
        raise typer.Exit(1)


def _tell(pages: "CohortPages") -> None:
    with about(pages.cohort.subject):
        _tell_all(pages)


def _tell_all(pages: "CohortPages") -> None:
    from nof1.report.results.people import PDF_FILE, PEOPLE_FILE, PROBLEMS_FILE
    from nof1.report.words import cohort as words

    out, pooled, studied = pages.folder, pages.cohort, pages.analyzed
    if studied.taken_over:
        show(f"{studied.taken_over} people were analysed before, {studied.computed} now.")
    simulated = words.simulated_sentence(pooled)
    if simulated:
        paragraph(simulated)
    paragraph(words.headline(pooled), style="bold")
    for sentence in words.group_sentences(pooled):
        paragraph(sentence)
    if studied.early:
        paragraph(words.early_sentence(len(studied.early)))
    changed = words.changed_sentence(pooled)
    if changed:
        paragraph(changed)
    tell_left("Analysed, but not pooled", {name: str(reason) for name, reason in pooled.left_out}, out / COHORT_FILE)
    tell_left("Could not be analysed", {one.name: one.reason for one in studied.problems}, out / PROBLEMS_FILE)
    show(f"\nThe pages are {out / PDF_FILE}; everybody's numbers are in {out / PEOPLE_FILE}.")


def tell_left(heading: str, reasons: Mapping[str, str], file: Path | None = None) -> None:
    """Who is missing and why: the first of them one by one, or all where no file names them."""
    if not reasons:
        return
    show(f"\n{heading}: {len(reasons)}", style="bold yellow")
    most = _SHOWN if file is not None else len(reasons)
    for name, reason in list(reasons.items())[:most]:
        paragraph(f"{name}: {reason}", lead="  ")
    if len(reasons) > most:
        show(f"  and {len(reasons) - most} more, in {file}")
