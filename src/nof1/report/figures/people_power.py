"""The picture of a planned study: chance of seeing the mean effect, or the spread, against people who finish, a line a design."""

from typing import TYPE_CHECKING, Any, Literal

from nof1.analyze.simulation.alternatives import THIS
from nof1.analyze.studies.power import PeoplePower
from nof1.errors import InputError, takes
from nof1.language import say
from nof1.report.figures.style import ARM_COLOURS, GREY, finish, new_axes, shorten, wrapped
from nof1.report.words.people_power import design_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ERRORS = 2.0  # Monte Carlo standard errors that the bar reaches to each side
_DASHES = ("-", "--", "-.", ":")
_QUESTIONS = {"mean": "mean_power", "spread": "differ"}


@takes(PeoplePower)
def power_people(
    result: PeoplePower, *, question: Literal["mean", "spread"] = "mean", ax: "Axes | None" = None
) -> "Axes":
    """Chance against people, a line for each number of blocks and length of periods, the design asked about in bold.

    Lines are formulas; the dot with its bar of two Monte Carlo standard errors is what whole simulated studies of this design found.

    Parameters
    ----------
    result : PeoplePower
    question : {"mean", "spread"}
        Whether the interval of the mean effect lies on the right side of zero, or a test says that people differ.
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Examples
    --------
    >>> nof1.plots.power_people(study).get_xlabel()
    'people who finish'
    """
    if question not in _QUESTIONS:
        raise InputError(f"There is no question {question!r}. Choose one of: {', '.join(_QUESTIONS)}.")
    column = _QUESTIONS[question]
    ax = ax or new_axes(7.0, 4.0)
    settings = result.settings
    for number in range(len(result.designs)):
        design = result.designs.iloc[number]
        rows = result.curve[result.curve["design"] == number]
        mine = design["change"] == THIS
        ax.plot(
            rows["people"],
            rows[column],
            color=ARM_COLOURS[number % len(ARM_COLOURS)],
            ls=_DASHES[number % len(_DASHES)],
            lw=2.6 if mine else 1.4,
            label=shorten(design_words(design, settings["counts"]), 60),
        )
    _simulated(ax, result, column)
    ax.axhline(settings["goal"], color=GREY, lw=0.9, ls=(0, (2, 2)), zorder=0)
    ax.text(1.0, settings["goal"], say("goal {percent:g} %", percent=100 * settings["goal"]), transform=ax.get_yaxis_transform(),
            ha="right", va="bottom", fontsize=8)  # fmt: skip
    ax.set(ylim=(0, 1.02), xlim=(0, None))
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    ax.set_xlabel(say("people who finish"))
    told = (
        say(
            "Chance that the interval of the mean effect lies on the right side of zero; true mean {mean:g}, spread {spread:g} points",
            mean=settings["mean"],
            spread=settings["spread"],
        )
        if question == "mean"
        else say("Chance that a test says that people differ; true spread {spread:g} points", spread=settings["spread"])
    )
    ax.set_title(wrapped(told, ax, size=10), loc="left", fontsize=10)
    ax.legend(loc="lower right", frameon=False, fontsize=8, title=say("lines: by formula"), title_fontsize=8)
    finish(ax, None)
    return ax


def _simulated(ax: "Axes", result: PeoplePower, column: str) -> None:
    found: Any = result.checked[result.checked["figure"] == column]
    if found.empty:
        return
    row = found.iloc[0]
    reach = _ERRORS * row["mcse"]
    ax.errorbar(
        result.settings["people"],
        row["simulated"],
        yerr=[[min(reach, row["simulated"])], [min(reach, 1 - row["simulated"])]],  # no chance is above 1
        fmt="o",
        color="black",
        ms=6,
        capsize=3,
        label=say("{count} simulated studies, two Monte Carlo errors", count=result.settings["studies"]),
    )
