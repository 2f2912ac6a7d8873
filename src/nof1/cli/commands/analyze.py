"""nof1 analyze: what the nights mean, on the screen."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nof1.cli.terminal.console import as_flags, console, next_step, plain_warnings, show, show_json
from nof1.cli.terminal.options import AsJson, Folder
from nof1.cli.terminal.output import paragraph, tell, tell_quick
from nof1.errors import RefusalError

if TYPE_CHECKING:
    from nof1.analyze.parallel.processes import Progress
    from nof1.analyze.results import Result
    from nof1.record.trial import Trial

Seed = Annotated[int, typer.Option(help="Seed of the random numbers.")]
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
    result, results = analyzed(folder, engine, seed, quiet=as_json)
    if as_json:
        looks, _ = result.look(folder)
        show_json(replace(result.record, looks=looks).to_dict())
        return
    if engine == "nuts":
        tell(result, heading="Sampled (PyMC)")
    _tell_looks(folder, result)
    show(f"\nSaved in {results}. Next: {next_step('report', folder)}")


def analyzed(folder: Path, engine: Literal["nuts", "marginal"], seed: int, *, quiet: bool) -> tuple["Result", Path]:
    """The answer and where it was saved; the quick one is told at once unless `quiet`."""
    from nof1.analyze.fit import fit
    from nof1.record.trial import Trial

    trial = Trial.load(folder)
    with plain_warnings():
        quick = _quick(trial, seed, needed=engine == "marginal")
    if quick is not None and not quiet:
        quick.look(folder)  # on record before it is seen: sampling may be stopped
    if engine == "marginal":
        assert quick is not None  # needed=True refuses otherwise
        saved = quick.save(folder)  # before it is told: who reads it may close the pipe
        if not quiet:
            tell(quick)
        return quick, saved
    if quick is not None and not quiet:
        tell_quick(quick, heading="At once (marginal engine)")
    with _progress() as progress, _known_warnings(quick is not None):
        result = fit(trial, seed=seed, progress=progress)
    return result, result.save(folder)


def _quick(trial: "Trial", seed: int, *, needed: bool) -> "Result | None":
    """The marginal answer; None where only that engine refuses and NUTS will still try."""
    from nof1.analyze.fit import fit
    from nof1.analyze.model.data import build_model_data

    build_model_data(trial)  # nights that cannot answer are refused here, for both engines
    try:
        return fit(trial, seed=seed, engine="marginal")
    except RefusalError as refusal:
        if needed:
            raise
        console(stderr=True).print(as_flags(str(refusal)))
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


def _tell_looks(folder: Path, result: "Result") -> None:
    """What this look means, if it is one before the last night, and how many there were."""
    looks, look = result.look(folder)
    if not looks:
        return
    from nof1.report.words.looks import look_sentence, looks_sentence

    show()
    if look is not None:
        paragraph(look_sentence(result, look))
    if look is None or len(looks) > 1:
        sentence = looks_sentence(looks)
        if sentence:
            paragraph(sentence)
