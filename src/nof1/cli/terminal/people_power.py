"""A plan for many people on a terminal: designs, what was checked by whole studies, and who must start; 80 columns."""

import math
from typing import TYPE_CHECKING, Any

from nof1.analyze.simulation.alternatives import THIS
from nof1.cli.terminal.console import console, show
from nof1.cli.terminal.power_output import plain_table
from nof1.language import say
from nof1.report.words.people_power import (
    COUNTED,
    FIGURES,
    IN_POINTS,
    assumption_sentences,
    cheapest_sentence,
    cost_words,
    needed_sentences,
    starts_words,
)
from nof1.report.words.phrases import points

if TYPE_CHECKING:
    from rich.table import Table

    from nof1.analyze.studies.power import PeoplePower


def tell_people(found: "PeoplePower") -> None:
    """Everything, one table after another, and what was assumed at the end."""
    from rich.text import Text

    console().print(_designs(found))
    show()
    if not found.checked.empty:
        console().print(_checked(found))
        show()
    console().print(_recruits(found))
    show()
    for sentence in [*needed_sentences(found), cheapest_sentence(found)]:
        if sentence:
            show(sentence, style="bold")
    for note in assumption_sentences(found):
        console().print(Text(note, style="dim"))


def _designs(found: "PeoplePower") -> "Table":
    settings = found.settings
    table = plain_table(
        say(
            "{people} people who finish, by formula; true mean {mean}, spread {spread}",
            people=settings["people"],
            mean=points(settings["mean"]),
            spread=points(settings["spread"]),
        )
    )
    goal = say("people\nfor {goal:.0f}", goal=100 * settings["goal"])
    names = (
        say("{counted}\n× nights", counted=say(COUNTED[settings["counts"]])),
        say("\nnights"),
        say("mean\nseen"),
        goal,
        say("spread\nseen"),
        goal,
        say("own\nseen"),
        say("own\nalone"),
        say("own\nwide"),
    )
    for place, name in enumerate(names):
        table.add_column(name, justify="right" if place else "left", no_wrap=True)
    for _, row in found.designs.iterrows():
        mine = row["change"] == THIS
        table.add_row(
            f"{row['count']} × {row['period_nights']}{' *' if mine else ''}",
            str(row["nights"]),
            _percent(row.get("mean_power")),
            _count(row.get("people_mean")),
            _percent(row.get("differ")),
            _count(row.get("people_spread")),
            _percent(row.get("told")),
            _percent(row.get("told_alone")),
            _number(row.get("width")),
            style="bold" if mine else None,
        )
    table.caption = say(
        "* this design. Chances in 100 that it is seen: that the interval of the mean, or\n"
        "of a person's own effect, lies on the right side of zero; of the spread, that a\n"
        "test says that people differ. Alone: by a person's own nights. Wide: in points."
    )
    return table


def _checked(found: "PeoplePower") -> "Table":
    table = plain_table(
        say(
            "This design with {people} people: formula beside {studies} simulated studies",
            people=found.settings["people"],
            studies=found.settings["studies"],
        )
    )
    table.add_column("", no_wrap=True)
    for name in (say("formula"), say("simulated")):
        table.add_column(name, justify="right", no_wrap=True)
    for _, row in found.checked.iterrows():
        show_one = _number if row["figure"] in IN_POINTS else _percent
        table.add_row(
            say(FIGURES[row["figure"]]),
            show_one(row["formula"]),
            say("{value} ± {error}", value=show_one(row["simulated"]), error=show_one(row["mcse"])),
        )
    unanswered = int(found.studies["mean"].isna().sum())
    lost = int((found.settings["people"] - found.studies["analysed"]).sum())
    table.caption = "\n".join(
        part
        for part in (
            say("Chances in 100, or points; ± Monte Carlo error. Pooled as 'nof1 cohort' does."),
            say("Studies without any answer, which have found nothing: {count}.", count=unanswered)
            if unanswered
            else "",
            say("Simulated people whose nights could not be analysed: {count}.", count=lost) if lost else "",
        )
        if part
    )
    return table


def _recruits(found: "PeoplePower") -> "Table":
    settings = found.settings
    priced = bool(found.recruits["cost"].notna().any())
    table = plain_table(say("Who must start so that {people} finish", people=settings["people"]))
    for name in (
        say("\nfinish"),
        say("on\naverage"),
        starts_words(),
        say("\nnights"),
        *((say("\ncost"),) if priced else ()),
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for _, row in found.recruits.iterrows():
        table.add_row(
            say("{share:.3g} %", share=100 * row["finish"]),
            f"{row['average']:.0f}",
            f"{row['starts']:.0f}",
            f"{row['nights']:.0f}",
            *((cost_words(row["cost"], settings["currency"]),) if priced else ()),
        )
    table.caption = say("By formula (binomial): each finishes with that chance. Nights of all who start.")
    return table


def _percent(share: Any) -> str:
    if share is None or math.isnan(share):
        return "–"
    return (
        say("{share:.0f}", share=100 * share) if share == 0 or share >= 0.01 else say("{share:.1f}", share=100 * share)
    )


def _count(people: Any) -> str:
    return "–" if people is None or math.isnan(people) else f"{people:.0f}"


def _number(value: Any) -> str:
    return "–" if value is None or math.isnan(value) else say("{value:.2f}", value=value)
