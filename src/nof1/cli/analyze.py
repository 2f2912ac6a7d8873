"""nof1 analyze, report, demo: what the nights mean, on the screen and on paper."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from nof1.cli.console import console, next_step, plain_warnings, say, say_json
from nof1.cli.options import AsJson, Folder
from nof1.cli.telling import paragraph, tell, tell_quick
from nof1.commit import locked
from nof1.errors import Nof1Error, RefusalError
from nof1.files import write_atomic

if TYPE_CHECKING:
    from nof1.analyze.nuts import Progress
    from nof1.analyze.results import Result
    from nof1.record.trial import Trial

Seed = Annotated[int, typer.Option(help="Seed of the random numbers.")]
DEMO_TRIAL = "helps"
_STAGES = {
    "starting": "Loading PyMC",
    "compiling": "Compiling the model",
    "sampling": "Sampling",
    "checking": "Checking",
    "comparing": "Comparing other choices",
}


def analyze(
    folder: Folder,
    engine: Annotated[
        Literal["nuts", "marginal"], typer.Option(help="marginal stops after the quick answer.")
    ] = "nuts",
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Estimate this person's own effect: at once, then by sampling, one held against the other."""
    result, results = _analyzed(folder, engine, seed, quiet=as_json)
    if as_json:
        looks, _ = result.look(folder)
        say_json(result.record | {"looks": [look.to_dict() for look in looks]})
        return
    if engine == "nuts":
        tell(result, heading="Sampled (PyMC)")
    _tell_looks(folder, result)
    say(f"\nSaved in {results}. Next: {next_step('report', folder)}")


def _analyzed(folder: Path, engine: Literal["nuts", "marginal"], seed: int, *, quiet: bool) -> tuple["Result", Path]:
    """The answer and where it was saved; the quick one is told at once unless `quiet`."""
    from nof1.analyze.fit import fit
    from nof1.record.trial import Trial

    trial = Trial.load(folder)
    with plain_warnings():
        quick = _quick(trial, seed, needed=engine == "marginal")
    if quick is not None and not quiet:
        quick.look(folder)  # on record before it is seen: sampling may be stopped
        _tell(quick, alone=engine == "marginal")
    if engine == "nuts":
        with _progress() as progress, _known_warnings(quick is not None):
            result = fit(trial, seed=seed, progress=progress)
    else:
        assert quick is not None  # needed=True refuses otherwise
        result = quick
    return result, result.save(folder)


def _quick(trial: "Trial", seed: int, *, needed: bool) -> "Result | None":
    """The marginal answer; None where only that engine refuses and NUTS will still try."""
    from nof1.analyze.fit import fit
    from nof1.analyze.terms import terms

    terms(trial)  # nights that cannot answer are refused here, for both engines
    try:
        return fit(trial, seed=seed, engine="marginal")
    except RefusalError as refusal:
        if needed:
            raise
        console(stderr=True).print(str(refusal))
        return None


@contextmanager
def _known_warnings(shown: bool) -> Iterator[None]:
    """Show the toolkit's warnings unless the quick answer has shown the same ones."""
    import warnings

    from nof1.errors import Nof1Warning

    with warnings.catch_warnings():
        if shown:
            warnings.simplefilter("ignore", Nof1Warning)
        yield


@contextmanager
def _progress() -> Iterator["Progress"]:
    """A progress bar on a terminal, silence in a pipe."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task("", total=None)

        def show(stage: str, done: int, whole: int) -> None:
            bar.update(task, description=_STAGES[stage], completed=done, total=whole or None)

        yield show


def _tell(quick: "Result", *, alone: bool) -> None:
    """The quick answer: all of it where no other one follows."""
    if alone:
        tell(quick)
    else:
        tell_quick(quick, heading="At once (marginal engine)")


def _tell_looks(folder: Path, result: "Result") -> None:
    """What this look means, if it is one before the last night, and how many there were."""
    looks, look = result.look(folder)
    if not looks:
        return
    from nof1.report.words_looks import look_sentence, looks_sentence

    say()
    if look is not None:
        paragraph(look_sentence(result, look))
    if look is None or len(looks) > 1:
        sentence = looks_sentence([one.to_dict() for one in looks])
        if sentence:
            paragraph(sentence)


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
    from nof1.report import words

    result = Result.load(folder)
    files = _reported(folder, result, language=language, paper=paper, large_print=large_print)
    if as_json:
        say_json(files)
        return
    say(words.headline(result), style="bold")
    say(f"The pages are {files['summary']}.")


def _reported(
    folder: Path,
    result: "Result",
    *,
    language: str = "en",
    paper: Literal["a4", "letter"] = "a4",
    large_print: bool = False,
) -> dict[str, Any]:
    """The pages and their figures are written; where they are."""
    from nof1.record.result_files import RESULTS_FOLDER
    from nof1.report.pdf import checks_figure, pages, summary_file

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


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the demonstration.")] = Path(
        "nof1-demo"
    ),
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Take the simulated sample trial the whole way: plan, record, analyze, report."""
    from nof1.cli.draw import tell_plan, write_paperwork
    from nof1.cli.status import status
    from nof1.record.trial import Trial

    source = sample_folder(DEMO_TRIAL)
    trial = Trial.load(source)
    trial.create(folder)
    write_paperwork(folder, trial.protocol, trial.order)
    if as_json:
        result, _ = _analyzed(folder, "nuts", seed, quiet=True)
        say_json(result.record | _reported(folder, result))
        return
    say("1. Plan", style="bold cyan")
    tell_plan(folder, trial.protocol, trial.order)
    say("\n2. Record", style="bold cyan")
    status(folder)
    say("\n3. Analyze", style="bold cyan")
    analyze(folder, seed=seed)
    say("\n4. Report", style="bold cyan")
    report(folder)


def sample_folder(name: str) -> Path:
    """Folder of a sample trial, in an installed package or in a checkout.

    Raises
    ------
    Nof1Error
        If the sample data is not there.
    """
    package = Path(__file__).parent.parent
    for home in (package / "sample", package.parent.parent / "data" / "sample"):
        if (home / name).is_dir():
            return home / name
    raise Nof1Error("The sample data is missing from this installation. Install nof1 again.")
