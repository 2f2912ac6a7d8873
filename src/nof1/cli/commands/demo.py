"""nof1 demo: the whole road with a simulated trial."""

from pathlib import Path
from typing import Annotated

import typer

from nof1.cli.commands.analyze import Seed, analyze, analyzed
from nof1.cli.commands.report import report, written
from nof1.cli.terminal.console import show, show_json
from nof1.cli.terminal.options import AsJson
from nof1.errors import Nof1Error
from nof1.new_folders import new_folder
from nof1.record.papers import write_papers
from nof1.record.planning import Plan
from nof1.record.trial import Trial

DEMO_TRIAL = "helps"


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the demonstration.")] = Path(
        "nof1-demo"
    ),
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    from nof1.cli.commands.status import status
    from nof1.cli.terminal.plan_output import tell_plan
    from nof1.report.results.folder import results_pages

    source = sample_folder(DEMO_TRIAL)
    trial = Trial.load(source)
    with new_folder(folder) as staging:
        trial.write(staging)
        write_papers(staging, trial.protocol, trial.order)
    if as_json:
        result, _ = analyzed(folder, "nuts", seed, quiet=True)
        show_json(result.record.to_dict() | written(results_pages(folder, result)))
        return
    show("1. Plan", style="bold cyan")
    tell_plan(Plan(folder, trial.protocol, trial.order, None))
    show("\n2. Record", style="bold cyan")
    status(folder)
    show("\n3. Analyze", style="bold cyan")
    analyze(folder, seed=seed)
    show("\n4. Report", style="bold cyan")
    report(folder)


def sample_folder(name: str) -> Path:
    """Folder of a sample trial, in an installed package or in a checkout.

    Raises
    ------
    Nof1Error
        If the sample data is not there.
    """
    package = Path(__file__).parents[2]
    for home in (package / "sample", package.parent.parent / "data" / "sample"):
        if (home / name).is_dir():
            return home / name
    raise Nof1Error("The sample data is missing from this installation. Install nof1 again.")
