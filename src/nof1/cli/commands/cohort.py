"""nof1 cohort: many people's trials together, from a folder of folders to a PDF."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nof1.cli.commands.report import Language, PaperSize
from nof1.cli.terminal.console import say, say_json
from nof1.cli.terminal.options import AsJson, DaskAddress
from nof1.cli.terminal.output import paragraph
from nof1.cli.terminal.progress import counting, elsewhere
from nof1.errors import InputError, RefusalError, how_to_install
from nof1.files import write_atomic

if TYPE_CHECKING:
    from nof1.analyze.cohort.cohort import Cohort
    from nof1.analyze.cohort.run import AnalyzedPeople, Problem

OUT = Path("nof1-cohort")
PEOPLE_FILE, PARQUET_FILE, PROBLEMS_FILE = "people.csv", "people.parquet", "problems.csv"
PDF_FILE, FIGURE_FILE = "cohort.pdf", "cohort.svg"
_SHOWN = 10  # problems that are told one by one; all are in the file
Folders = Annotated[
    list[Path], typer.Argument(metavar="DIR...", help="Trial folders, or folders that hold trial folders.")
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
    """Estimate each person's effect with the help of all others, and what the next person may expect."""
    from nof1.analyze.cohort.fit import pool
    from nof1.commit import locked
    from nof1.language import language as spoken
    from nof1.record.folders import find_trials

    if workers is not None and workers < 1:
        raise InputError(f"workers is {workers}; it must be a whole number from 1.")
    spoken(language)  # an unknown one is refused before the work
    trials = find_trials(folders)
    _prepare(out)
    with locked(out):
        studied = _studied(trials, out, seed=seed, workers=workers, dask=dask)
        _write_problems(out, studied.problems)
        if not studied.people:
            raise RefusalError(
                f"Of {len(trials)} trials none could be analysed. The reasons are in {out / PROBLEMS_FILE}; the first: "
                f"{studied.problems[0].name}: {studied.problems[0].reason}"
            )
        pooled = pool(studied.people, moderator=moderator)
        notes = _write(out, pooled, studied, seed=seed, language=language, paper=paper)
    if as_json:
        say_json(_record(pooled, studied, seed=seed))
    else:
        _tell(out, pooled, studied)
        for note in notes:
            paragraph(note)
    if studied.problems:
        raise typer.Exit(1)


def _prepare(out: Path) -> None:
    """Make the folder, unless it is somebody's trial or holds something else.

    Raises
    ------
    InputError
        If it is.
    """
    from nof1.analyze.cohort.cache import FINISHED_FILE
    from nof1.plan.protocol.protocol import PROTOCOL_FILE

    whole = out.resolve()
    for folder in (whole, *whole.parents):
        if (folder / PROTOCOL_FILE).exists():
            raise InputError(
                f"{out} is in a trial folder, {folder}, and results of many people do not belong to one of them. "
                "Name another folder with --out."
            )
    if out.exists() and not (out.is_dir() and ((out / FINISHED_FILE).exists() or not any(out.iterdir()))):
        raise InputError(
            f"{out} is already there and not from 'nof1 cohort'. Name a new folder with --out; nothing was changed."
        )
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out} could not be made ({error.strerror}). Name another folder with --out.") from error


def _studied(trials: Sequence[Any], out: Path, *, seed: int, workers: int | None, dask: str | None) -> "AnalyzedPeople":
    from nof1.analyze.cohort.cache import FINISHED_FILE, ResultsCache
    from nof1.analyze.cohort.run import analyze_people

    with (
        ResultsCache(out / FINISHED_FILE) as finished,
        counting("Analysing people") as progress,
        elsewhere(dask) as spread,
    ):
        return analyze_people(trials, finished, seed=seed, workers=workers, spread=spread, progress=progress)


def _record(pooled: "Cohort", studied: "AnalyzedPeople", *, seed: int) -> dict[str, Any]:
    """What cohort.json holds."""
    from nof1._version import __version__

    return {
        "schema": 1,
        "nof1": __version__,
        "seed": seed,
        **pooled.to_dict(),
        "sha256": studied.sha256,
        "problems": [{"name": one.name, "reason": one.reason} for one in studied.problems],
        "early": list(studied.early),
        "computed": studied.computed,
        "taken_over": studied.taken_over,
    }


def _write(
    out: Path, pooled: "Cohort", studied: "AnalyzedPeople", *, seed: int, language: str, paper: str
) -> list[str]:
    """All files but the problems; what could not be written."""
    from nof1.report.results.cohort import About, cohort_pages

    record = _record(pooled, studied, seed=seed)
    write_atomic(out / "cohort.json", json.dumps(record, indent=1, ensure_ascii=False, default=_plain) + "\n")
    write_atomic(out / PEOPLE_FILE, _people_csv(pooled))
    about = About(
        problems=[(one.name, one.reason) for one in studied.problems],
        outcome=studied.title,
        last=studied.last,
        sha256=studied.sha256,
        early=len(studied.early),
    )
    content, drawn = cohort_pages(pooled, about, language=language, paper=paper)
    write_atomic(out / FIGURE_FILE, drawn["cohort"])
    write_atomic(out / PDF_FILE, content)
    try:
        write_atomic(out / PARQUET_FILE, _people_parquet(pooled))
    except ImportError:
        return [
            f"{PARQUET_FILE} was not written: that needs pyarrow. {PEOPLE_FILE} holds the same. {how_to_install('cohort')}"
        ]
    return []


def _plain(value: Any) -> Any:
    """NumPy's numbers and the like as JSON has them."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _people_csv(pooled: "Cohort") -> str:
    from nof1.cells import csv_text, shielded

    table = pooled.people.reset_index(drop=True)
    rows = (
        ["" if cell != cell or cell is None else shielded(str(cell)) for cell in row]
        for row in table.itertuples(index=False)
    )
    return csv_text([list(table.columns), *rows])


def _people_parquet(pooled: "Cohort") -> bytes:
    import io

    import pyarrow.parquet  # noqa: F401 - an extra; its absence is told

    content = io.BytesIO()
    pooled.people.reset_index(drop=True).to_parquet(content, engine="pyarrow", index=False)
    return content.getvalue()


def _write_problems(out: Path, problems: Sequence["Problem"]) -> None:
    from nof1.cells import csv_text, path_text, shielded

    rows = ([shielded(one.name), shielded(path_text(one.folder)), shielded(one.reason)] for one in problems)
    write_atomic(out / PROBLEMS_FILE, csv_text([["name", "folder", "reason"], *rows]))


def _tell(out: Path, pooled: "Cohort", studied: "AnalyzedPeople") -> None:
    from nof1.report.words import cohort as words

    if studied.taken_over:
        say(f"{studied.taken_over} people were analysed before, {studied.computed} now.")
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
    tell_left("Analysed, but not pooled", dict(pooled.left_out), out / "cohort.json")
    tell_left("Could not be analysed", {one.name: one.reason for one in studied.problems}, out / PROBLEMS_FILE)
    say(f"\nThe pages are {out / PDF_FILE}; everybody's numbers are in {out / PEOPLE_FILE}.")


def tell_left(heading: str, reasons: Mapping[str, str], file: Path | None = None) -> None:
    """Who is missing and why: the first of them one by one, or all where no file names them."""
    if not reasons:
        return
    say(f"\n{heading}: {len(reasons)}", style="bold yellow")
    most = _SHOWN if file is not None else len(reasons)
    for name, reason in list(reasons.items())[:most]:
        paragraph(f"{name}: {reason}", lead="  ")
    if len(reasons) > most:
        say(f"  and {len(reasons) - most} more, in {file}")
