"""The picture of the randomization test: what every order that could have been drawn would have given."""

from typing import TYPE_CHECKING

import numpy as np

from nof1.analyze.checks.order_statistics import Differences
from nof1.analyze.checks.randomization_test import NotTested, RandomizationTest
from nof1.analyze.checks.reference_set import reference_set
from nof1.analyze.results import Result
from nof1.errors import InputError, takes
from nof1.language import say
from nof1.plan.design.sequences import TIE
from nof1.plan.protocol.own_words import called
from nof1.record.trial import Trial
from nof1.report.figures.style import ARM_COLOURS, finish, new_axes, shorten, wrapped
from nof1.report.words.effect import unit_of_nights
from nof1.report.words.reasons import reason_sentence
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 41  # an odd number, so that zero is in the middle of one


@takes(Result)
@spoken_of
def randomization(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """Histogram of the difference over all orders, or over those that were looked at; the recorded one is marked.

    Bars at least as far out as the recorded difference, on either side, are dark: their share is p.

    Parameters
    ----------
    result : Result
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Raises
    ------
    InputError
        If there was no randomization test, with the reason.

    Examples
    --------
    >>> nof1.plots.randomization(result).get_xlabel().splitlines()[0]
    'difference of period means (points), magnesium against off'
    """
    from matplotlib.ticker import MaxNLocator

    test = test_of(result)
    ax = ax or new_axes(5.5, 3.2)
    protocol = result.trial.protocol
    found = differences(result.trial, test, seed=result.record.seed)
    known = found.value[~np.isnan(found.value)]
    observed = abs(test.statistic)
    far = np.abs(known) >= observed - TIE * found.size
    reach = 1.05 * max(float(np.abs(known).max(initial=0.0)), observed, 1e-9)
    edges = np.linspace(-reach, reach, min(_MOST_BARS, 2 * int(np.sqrt(len(known))) + 5) + 1)
    ax.hist(
        [known[~far], known[far]],
        bins=list(edges),
        stacked=True,
        color=["#CFCFCF", ARM_COLOURS[0]],
        edgecolor="white",
        linewidth=0.5,
        label=[say("nearer to zero"), say("at least as far out")],
    )
    ax.axvline(test.statistic, ymax=0.82, color="black", lw=1.8)
    ax.axvline(-test.statistic, ymax=0.82, color="black", lw=1.0, ls=(0, (4, 3)))
    ax.set_title(_title(test, stated=protocol.stated is not None), fontsize=9)
    ax.set(xlim=(-reach, reach), ylabel=say("orders"))
    of = say("difference of period means") if test.of == "periods" else say("difference of means of nights")
    ax.set_xlabel(
        wrapped(
            say(
                "{difference} ({unit}), {arm} against {reference}\nline: as recorded; dashed: the same the other way",
                difference=of,
                unit=unit_of_nights(protocol.analysis.family, protocol.outcome),
                arm=shorten(called(test.arm), 16),
                reference=shorten(called(test.reference), 16),
            ),
            ax,
        ),
        fontsize=8.5,
    )
    ax.set_ylim(top=1.35 * ax.get_ylim()[1])  # room for the words above the bars
    below = 0.93 if protocol.simulated else 1.0
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, below),
        ncols=2,
        frameon=False,
        fontsize=7.5,
        handlelength=1.2,
        columnspacing=1.0,
    )
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    finish(ax, protocol)
    return ax


def test_of(result: Result) -> RandomizationTest:
    """The randomization test of the main comparison.

    Raises
    ------
    InputError
        If there was none, with the reason.
    """
    test = result.record.randomization_tests[0]
    if isinstance(test, NotTested):
        raise InputError(reason_sentence(test.refused))
    return test


def differences(trial: Trial, test: RandomizationTest, *, seed: int) -> Differences:
    """The difference that each order would have given: the same orders that the test looked at.

    Parameters
    ----------
    test : RandomizationTest
    seed : int
        Of the test.
    """
    return reference_set(trial, test.arm, test.reference).differences(test.of, draws=test.draws, seed=seed)


def _title(test: RandomizationTest, *, stated: bool) -> str:
    told = (
        say("p = {p}, from {looked:,} possible orders", p=p_words(test.p), looked=test.orders)
        if test.exact
        else say(
            "p = {p}, from {looked:,} orders drawn of {orders}",
            p=p_words(test.p),
            looked=test.draws,
            orders=_large(test.orders),
        )
    )
    return say("{title}\n(as stated by the person)", title=told) if stated else told


def p_words(p: float) -> str:
    """The p of a test, with two digits."""
    return say("{p:.2g}", p=p) if p >= 0.001 else say("less than {p:g}", p=0.001)


def _large(count: int) -> str:
    return say("{count:,}", count=count) if count < 10**9 else say("about 10^{power}", power=len(str(count)) - 1)
