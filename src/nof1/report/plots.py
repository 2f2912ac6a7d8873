"""Pictures: one function each, data in, Axes out. Readable in grey, units on the axes, never shown by themselves."""

from nof1.report.figures.alternatives import describe
from nof1.report.figures.autocorrelation import autocorrelation
from nof1.report.figures.chances import probabilities
from nof1.report.figures.checks import checks, engines
from nof1.report.figures.cohort import cohort
from nof1.report.figures.course import exposure, over_time
from nof1.report.figures.effect import effect
from nof1.report.figures.forest import forest
from nof1.report.figures.model import left_out, predictive, prior_posterior
from nof1.report.figures.nights import nights, period_means
from nof1.report.figures.orders import randomization
from nof1.report.figures.people_power import power_people
from nof1.report.figures.power import power
from nof1.report.figures.schedule import schedule
from nof1.report.figures.sensitivity import sensitivity
from nof1.report.figures.style import arm_styles

__all__ = [
    "arm_styles",
    "autocorrelation",
    "checks",
    "cohort",
    "describe",
    "effect",
    "engines",
    "exposure",
    "forest",
    "left_out",
    "nights",
    "over_time",
    "period_means",
    "power",
    "power_people",
    "predictive",
    "prior_posterior",
    "probabilities",
    "randomization",
    "schedule",
    "sensitivity",
]


def __dir__() -> list[str]:
    return list(__all__)
