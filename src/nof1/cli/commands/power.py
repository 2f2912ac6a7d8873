"""nof1 power: what a design would find, this one beside its neighbours, before a single night is spent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1.cli.terminal.console import show, show_json
from nof1.cli.terminal.options import AsJson, DaskAddress, Folder, Spoken
from nof1.cli.terminal.power_output import tell_looks, tell_power
from nof1.cli.terminal.progress import counting, elsewhere
from nof1.errors import InputError
from nof1.language import ENGLISH, say

if TYPE_CHECKING:
    from nof1.analyze.simulation.power import Power
    from nof1.analyze.studies.power import PeoplePower

_MANY = "Many people"
_ALONE = ("effects",)  # options that a plan for many people has no use for
_TOGETHER = (
    "mean", "between", "blocks", "nights", "finish", "cost_person", "cost_night", "currency", "language",
)  # fmt: skip
_PICTURES = (".png", ".svg", ".pdf")


def power(
    context: typer.Context,
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
    people: Annotated[
        int | None,
        typer.Option(metavar="N", help="Plan a study in which so many people finish.", rich_help_panel=_MANY),
    ] = None,
    mean: Annotated[
        float | None, typer.Option(help="True mean effect, in points for the better.", rich_help_panel=_MANY)
    ] = None,
    between: Annotated[
        float | None, typer.Option(help="True sd of the effects between people, in points.", rich_help_panel=_MANY)
    ] = None,
    blocks: Annotated[
        str | None, typer.Option(help="Numbers of blocks to try, such as 2,4,8.", rich_help_panel=_MANY)
    ] = None,
    nights: Annotated[
        str | None, typer.Option(help="Lengths of periods to try, such as 3,7.", rich_help_panel=_MANY)
    ] = None,
    finish: Annotated[
        float | None, typer.Option(help="Share of those who start that finishes.", rich_help_panel=_MANY)
    ] = None,
    cost_person: Annotated[
        float | None, typer.Option(help="Cost of everybody who starts.", rich_help_panel=_MANY)
    ] = None,
    cost_night: Annotated[
        float | None, typer.Option(help="Cost of each of their planned nights.", rich_help_panel=_MANY)
    ] = None,
    currency: Annotated[str, typer.Option(help="What costs are counted in.", rich_help_panel=_MANY)] = "",
    language: Spoken = ENGLISH,  # spoken from here on
    as_json: AsJson = False,
) -> None:
    from nof1.analyze.simulation.interim import simulate_looks
    from nof1.analyze.simulation.nuisance import nuisance_from_folder
    from nof1.analyze.simulation.power import power as simulate_power
    from nof1.plan.protocol.protocol import Protocol

    if figure is not None and figure.suffix.lower() not in _PICTURES:
        raise InputError(f"{figure} must end in one of: {', '.join(_PICTURES)}.")
    _refuse_unused(context, many=people is not None)
    protocol = Protocol.load(folder)
    wanted = _numbers(effects)
    nuisance = nuisance_from_folder(folder, seed=seed) if from_nights else None
    if people is not None:
        if blocks is not None and not neighbours:
            raise InputError("--blocks asks for other designs, and --no-neighbours for none. Leave out one of them.")
        from nof1.analyze.studies.power import power_people

        with counting(say("Simulating studies")) as progress, elsewhere(dask) as spread:
            study = power_people(
                protocol,
                people=people,
                mean=mean,
                spread_between=between,
                goal=goal,
                blocks=_whole("blocks", blocks) if neighbours else (),
                nights=_whole("nights", nights),
                finish=finish,
                cost_person=cost_person,
                cost_night=cost_night,
                currency=currency,
                trials=trials,
                seed=seed,
                missing=missing,
                skipped=skipped,
                nuisance=nuisance,
                workers=workers,
                spread=spread,
                progress=progress,
            )
        _show_people(study, figure, as_json=as_json)
        return
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
        _draw("power", result, figure)
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


def _whole(name: str, text: str | None) -> list[int] | None:
    """Whole numbers with commas between them; None where nothing was said."""
    if text is None:
        return None
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"{name} is {text!r}; write whole numbers with commas between them, such as 2,4,8.") from None


def _refuse_unused(context: typer.Context, *, many: bool) -> None:
    """Refuse options that were given and would not be used."""
    for name in _ALONE if many else _TOGETHER:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = f"--{name.replace('_', '-')}"
            raise InputError(
                f"{option} is not used with --people: that takes one mean effect, --mean. Leave it out."
                if many
                else f"{option} is for a study of many people. Add --people N, or leave it out."
            )


def _show_people(study: "PeoplePower", figure: Path | None, *, as_json: bool) -> None:
    from nof1.cli.terminal.people_power import tell_people

    if figure is not None:
        _draw("power_people", study, figure)
    if as_json:
        show_json(study.to_dict())
        return
    tell_people(study)
    if figure is not None:
        show(say("The figure is {path}.", path=figure))


def _draw(name: str, result: "Power | PeoplePower", path: Path) -> None:
    import io

    from matplotlib import pyplot as plt

    from nof1.files import write_atomic
    from nof1.report import plots

    axes = getattr(plots, name)(result)
    drawn = axes.get_figure(root=True)
    assert drawn is not None  # a new one was made
    content = io.BytesIO()
    drawn.savefig(content, format=path.suffix[1:].lower(), dpi=200)
    plt.close(drawn)
    write_atomic(path, content.getvalue())
