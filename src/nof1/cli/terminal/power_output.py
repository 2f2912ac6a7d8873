"""What nof1 power found, on a terminal: designs, verdicts and looks as tables of 80 columns, then sentences."""

from typing import TYPE_CHECKING

from nof1.cli.terminal.console import console, show
from nof1.language import say

if TYPE_CHECKING:
    from rich.table import Table

    from nof1.analyze.simulation.interim import InterimLooks
    from nof1.analyze.simulation.power import Power

_SAID = ("helps", "worsens", "no_difference", "no_quick")  # verdicts that stop a trial


def tell_power(result: "Power") -> None:
    """Designs, verdicts, advice and what was assumed."""
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
    table = plain_table(f"Designs, at a true effect of {2 * threshold:g} points (better and worse averaged)")
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
    table = plain_table(f"What this design would say, by what is true (m = {threshold:g}, the threshold)")
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


def plain_table(title: str) -> "Table":
    """A table without lines."""
    from rich.table import Table

    return Table(
        title=title, title_justify="left", caption_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False
    )


def _chance(share: float, error: float) -> str:
    return f"{100 * share:.0f} ± {100 * error:.0f}"


def tell_looks(looks: "InterimLooks") -> None:
    """The false alarms of the rule, and where it would stop."""
    from nof1.report.words.looks import false_alarm_sentence

    show()
    for table in (_ways(looks), _stops(looks)):
        console().print(table)
        show()
    show(false_alarm_sentence(looks), style="bold")


def _ways(looks: "InterimLooks") -> "Table":
    """What is said at a look or at the end, by what is true and how somebody looks; fits 80 columns."""
    table = plain_table("Looks before the last night: what is said at any time")
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
    table = plain_table(f"How often the rule stops, at a certainty of {100 * looks.settings['certainty']:g} %")
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
