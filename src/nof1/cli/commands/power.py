"""nof1 power: what a design would find, this one beside its neighbours, before a single night is spent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1.cli.terminal.console import show, show_json
from nof1.cli.terminal.options import AsJson, DaskAddress, Folder
from nof1.cli.terminal.power_output import tell_looks, tell_power
from nof1.cli.terminal.progress import counting, elsewhere
from nof1.errors import InputError

if TYPE_CHECKING:
    from nof1.analyze.simulation.power import Power

_PICTURES = (".png", ".svg", ".pdf")


def power(
    folder: Folder,
    trials: Annotated[int, typer.Option(help="Simulated trials of this design.")] = 1000,
    goal: Annotated[float, typer.Option(help="Wanted chance of a right answer at twice the threshold.")] = 0.8,
    effects: Annotated[
        str, typer.Option(help="True effects to try, in thresholds, with the outcome's sign.")
    ] = "-2,-1,0,1,2",
    missing: Annotated[float, typer.Option(help="Share of nights without an entry.")] = 0.05,
    skipped: Annotated[float, typer.Option(help="Share of doses not taken.")] = 0.05,
    from_nights: Annotated[
        bool, typer.Option("--from-nights", help="Level and spread from the nights recorded off treatment.")
    ] = False,
    neighbours: Annotated[bool, typer.Option(help="Try other period lengths and numbers of blocks too.")] = True,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    workers: Annotated[int | None, typer.Option(help="Processes; as many as cores if not given, at most four.")] = None,
    dask: DaskAddress = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the comparison: .png, .svg or .pdf.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    from nof1.analyze.simulation.interim import simulate_looks
    from nof1.analyze.simulation.nuisance import nuisance_from_folder
    from nof1.analyze.simulation.power import power as simulate_power
    from nof1.plan.protocol.protocol import Protocol

    if figure is not None and figure.suffix.lower() not in _PICTURES:
        raise InputError(f"{figure} must end in one of: {', '.join(_PICTURES)}.")
    protocol = Protocol.load(folder)
    wanted = _numbers(effects)
    nuisance = nuisance_from_folder(folder, seed=seed) if from_nights else None
    with counting("Simulating trials") as progress, elsewhere(dask) as spread:
        result = simulate_power(
            protocol,
            trials=trials,
            seed=seed,
            effects=wanted,
            missing=missing,
            skipped=skipped,
            nuisance=nuisance,
            goal=goal,
            neighbours=neighbours,
            workers=workers,
            spread=spread,
            progress=progress,
        )
        looks = None
        if protocol.analysis.interim is not None:
            looks = simulate_looks(
                protocol,
                trials=trials,
                seed=seed,
                missing=missing,
                skipped=skipped,
                nuisance=nuisance,
                workers=workers,
                spread=spread,
                progress=progress,
            )
    if figure is not None:
        _draw(result, figure)
    if as_json:
        show_json(result.to_dict() | {"interim": None if looks is None else looks.to_dict()})
        return
    tell_power(result)
    if looks is not None:
        tell_looks(looks)
    if figure is not None:
        show(f"The figure is {figure}.")


def _numbers(text: str) -> tuple[float, ...]:
    """Numbers with commas between them."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"effects is {text!r}; write numbers with commas between them, such as -2,0,2.") from None


def _draw(result: "Power", path: Path) -> None:
    import io

    from matplotlib import pyplot as plt

    from nof1.files import write_atomic
    from nof1.report import plots

    axes = plots.power(result)
    drawn = axes.get_figure(root=True)
    assert drawn is not None  # a new one was made
    content = io.BytesIO()
    drawn.savefig(content, format=path.suffix[1:].lower(), dpi=200)
    plt.close(drawn)
    write_atomic(path, content.getvalue())
