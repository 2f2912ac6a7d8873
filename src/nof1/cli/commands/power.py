"""nof1 power: what a design would find, this one beside its neighbours, before a single night is spent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1.cli.terminal.console import console, show, show_json
from nof1.cli.terminal.options import AsJson, DaskAddress, Folder
from nof1.cli.terminal.progress import counting, elsewhere
from nof1.errors import InputError
from nof1.language import say

if TYPE_CHECKING:
    from rich.table import Table

    from nof1.analyze.simulation.interim import InterimLooks
    from nof1.analyze.simulation.power import Power

_SAID = ("helps", "worsens", "no_difference", "no_quick")  # verdicts that stop a trial
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
    _tell(result)
    if looks is not None:
        _tell_looks(looks)
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


def _tell(result: "Power") -> None:
    from rich.text import Text

    from nof1.report.words.reach import limit_sentence, onset_sentence, threshold_sentence

    for table in (_designs(result), _verdicts(result)):
        console().print(table)
        show()
    show(result.advice, style="bold")
    show(threshold_sentence(result.protocol))
    if result.reach is not None:
        limit = limit_sentence(result.protocol, result.reach)
        if limit:
            show(say("Note: {concern}", concern=limit), style="yellow")
        show(onset_sentence(result.reach))
    show(_half_lives(result))
    show(result.slow_pool)
    for note in result.notes:
        console().print(Text(note, style="dim"))


def _designs(result: "Power") -> "Table":
    """The design beside its neighbours, the shortest on top; fits 80 columns."""
    threshold = result.settings["threshold"]
    table = _table(f"Designs, at a true effect of {2 * threshold:g} points (better and worse averaged)")
    for name in (
        "periods\n× nights",
        "\nnights",
        "\nweeks",
        "interval\nwide",
        "right\nanswer",
        "wrong\nway",
        "no\nanswer",
    ):
        table.add_column(name, justify="left" if name.startswith("periods") else "right", no_wrap=True)
    for _, row in result.designs.sort_values(["nights", "periods"], kind="stable").iterrows():
        mine = row["change"] == "this design"
        table.add_row(
            f"{row['periods']} × {row['period_nights']}{' *' if mine else ''}",
            str(row["nights"]),
            f"{row['weeks']:.0f}",
            f"{row['width']:.1f} ± {row['width_mcse']:.1f}",
            *(_chance(row[name], row[f"{name}_mcse"]) for name in ("right", "wrong", "no_answer")),
            style="bold" if mine else None,
        )
    table.caption = "* this design. Chances in 100, ± Monte Carlo error. 95 % interval, in points."
    return table


def _verdicts(result: "Power") -> "Table":
    """What the design would say, by what is true; fits 80 columns."""
    threshold = result.settings["threshold"]
    table = _table(f"What this design would say, by what is true (m = {threshold:g}, the threshold)")
    columns = {
        "\nhelps": "helps",
        "\nworsens": "worsens",
        "no differ-\nence": "no_difference",
        "no\nquick": "no_quick",
        "leans\nbetter": "leans_better",
        "leans\nworse": "leans_worse",
        "can't\ntell": "cant_tell",
        "no\nanswer": "no_answer",
    }
    table.add_column("truth", no_wrap=True, vertical="bottom")
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    rows = result.table[result.table["change"] == "this design"]
    for _, row in rows.iterrows():
        chances = (f"{100 * row[name]:.0f}" for name in columns.values())
        table.add_row(row["truth"], *chances)
    worst = max(float(rows[f"{name}_mcse"].max()) for name in columns.values())
    table.caption = (
        f"Chances in 100, from {int(rows['trials'].iloc[0])} trials each; Monte Carlo error at most {100 * worst:.0f}.\n"
        "The first four settle it. No quick: no quick difference, more time on one arm is open."
    )
    return table


def _table(title: str) -> "Table":
    from rich.table import Table

    return Table(
        title=title, title_justify="left", caption_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False
    )


def _chance(share: float, error: float) -> str:
    return f"{100 * share:.0f} ± {100 * error:.0f}"


def _tell_looks(looks: "InterimLooks") -> None:
    """The false alarms of the rule, and where it would stop."""
    from nof1.report.words.looks import false_alarm_sentence

    show()
    for table in (_ways(looks), _stops(looks)):
        console().print(table)
        show()
    show(false_alarm_sentence(looks), style="bold")


def _ways(looks: "InterimLooks") -> "Table":
    """What is said at a look or at the end, by what is true and how somebody looks; fits 80 columns."""
    table = _table("Looks before the last night: what is said at any time")
    table.padding = (0, 1, 0, 0)
    for name in ("truth", "looks"):
        table.add_column(name, no_wrap=True, vertical="bottom")
    for name in ("\nhelps", "\nworsens", "no differ-\nence", "no\nquick", "stops\nearly", "\nnights"):
        table.add_column(name, justify="right", no_wrap=True)
    before = None
    for _, row in looks.table.iterrows():
        chances = (f"{100 * row[name]:.1f}" for name in _SAID)
        truth = row["truth"] if row["truth"] != before else ""
        table.add_row(truth, row["way"], *chances, f"{100 * row['stopped']:.0f}", f"{row['nights']:.0f}")
        before = row["truth"]
    errors = looks.table[[f"{name}_mcse" for name in (*_SAID, "stopped")]].to_numpy()
    table.caption = (
        f"Chances in 100, from {int(looks.table['trials'].iloc[0])} trials each, the same for every way to look;\n"
        f"Monte Carlo error at most {100 * errors.max():.1f}, of the nights {looks.table['nights_mcse'].max():.1f}."
    )
    return table


def _stops(looks: "InterimLooks") -> "Table":
    """How often the rule stops at each look, by what is true; fits 80 columns."""
    unit = looks.settings["unit"]
    table = _table(f"How often the rule stops, at a certainty of {100 * looks.settings['certainty']:g} %")
    for name in (f"after\n{unit}", "\nnights", *(f"\n{truth}" for truth in looks.stops["truth"].unique())):
        table.add_column(name, justify="right", no_wrap=True)
    for after, rows in looks.stops.groupby("after"):
        chances = (_chance(row["stops"], row["stops_mcse"]) for _, row in rows.iterrows())
        table.add_row(str(after), f"{rows['nights'].mean():.0f}", *chances)
    table.caption = "Chances in 100, ± Monte Carlo error."
    return table


def _half_lives(result: "Power") -> str:
    """How much of an effect the periods show, by how slowly it builds up."""
    table = result.half_lives
    pairs = zip(table["half_life_days"].tolist(), table["share"].tolist(), strict=True)
    shares = ", ".join(f"{days:g} days {100 * share:.0f} %" for days, share in pairs)
    return f"Of an effect that builds up with a half-life of so many days, these periods show: {shares}."
