"""What a study of many people would find, in plain words: for who plans one, before anybody starts. Never says what to do."""

import math
from typing import TYPE_CHECKING, Any

from nof1.analyze.simulation.alternatives import THIS
from nof1.analyze.studies.power import PeoplePower
from nof1.analyze.studies.tables import SURE
from nof1.language import phrase, say, say_some, sentences
from nof1.report.words.phrases import points

if TYPE_CHECKING:
    import pandas as pd

# What the figures of a study are called, in the order in which a table has them.
FIGURES = {
    "mean_power": phrase("mean: interval on the right side of zero"),
    "mean_wrong": phrase("mean: interval on the wrong side"),
    "mean_held": phrase("mean: interval holds the truth"),
    "mean_estimate": phrase("mean: estimate, in points"),
    "differ": phrase("spread: a test says that people differ"),
    "spread_held": phrase("spread: interval holds the truth"),
    "spread_estimate": phrase("spread: estimate, in points"),
    "spread_lower": phrase("spread: interval from, in points"),
    "spread_upper": phrase("spread: interval to, in points"),
    "told": phrase("own: interval on the right side of zero"),
    "wrong": phrase("own: interval on the wrong side"),
    "held": phrase("own: interval holds the truth"),
    "width": phrase("own: interval, points wide"),
    "told_alone": phrase("own nights alone: on the right side"),
    "wrong_alone": phrase("own nights alone: on the wrong side"),
    "width_alone": phrase("own nights alone: interval, points wide"),
}
IN_POINTS = ("mean_estimate", "spread_estimate", "spread_lower", "spread_upper", "width", "width_alone")
COUNTED = {"blocks": phrase("blocks"), "pairs": phrase("pairs"), "periods": phrase("periods"), "": phrase("blocks")}


def needed_sentences(found: PeoplePower) -> list[str]:
    """How many people this design needs for the mean and for the spread, and what more people do for each person's own answer."""
    return [_for_mean(found), _for_spread(found), _own(found)]


def _for_mean(found: PeoplePower) -> str:
    row, goal = found.designs.iloc[0], 100 * found.settings["goal"]
    if math.isnan(row.get("people_mean", math.nan)):
        return say("The mean effect: by formula no number of people reaches a chance of {goal:g} in 100.", goal=goal)
    told = say_some(
        int(row["people_mean"]),
        "The mean effect: by formula {count} person who finishes reaches a chance of {goal:g} in 100 that its interval lies on the right side of zero.",
        "The mean effect: by formula {count} people who finish reach a chance of {goal:g} in 100 that its interval lies on the right side of zero.",
        goal=goal,
    )
    return sentences([told, _simulated(found)])


def _simulated(found: PeoplePower) -> str:
    if found.studies.empty:
        return ""
    if found.people_simulated is None:
        return say("The simulated studies do not say how many; make more (--trials).")
    low, high = found.people_simulated
    if low == high:
        return say("By the simulated studies: {low:.0f}.", low=low)
    return say("By the simulated studies: {low:.0f} to {high:.0f} (two Monte Carlo errors).", low=low, high=high)


def _for_spread(found: PeoplePower) -> str:
    row, goal = found.designs.iloc[0], 100 * found.settings["goal"]
    if math.isnan(row.get("people_spread", math.nan)):
        return say("The spread: by formula no number of people reaches a chance of {goal:g} in 100.", goal=goal)
    return say_some(
        int(row["people_spread"]),
        "The spread: by formula {count} person who finishes reaches a chance of {goal:g} in 100 that a test says that people differ.",
        "The spread: by formula {count} people who finish reach a chance of {goal:g} in 100 that a test says that people differ.",
        goal=goal,
    )


def _own(found: PeoplePower) -> str:
    row = found.designs.iloc[0]
    if math.isnan(row["own_sd"]):
        return ""
    return say(
        "Each person's own answer is made by their own nights, and more people hardly sharpen it: by formula {told:.0f} in 100 people "
        "get an interval on the right side of zero, {alone:.0f} by their own nights alone.",
        told=100 * row["told"],
        alone=100 * row["told_alone"],
    )


def cheapest_sentence(found: PeoplePower) -> str:
    """The design that reaches the goal for the mean at the least cost, or with the fewest nights where no cost was given; "" of one."""
    frame = found.designs
    if "people_mean" not in frame or len(frame) < 2:
        return ""
    priced = bool(frame["cost_mean"].notna().any())
    able = frame.dropna(subset=["people_mean"])
    if able.empty:
        return ""
    best = able.sort_values(["cost_mean" if priced else "nights_mean", "people_mean"], kind="stable").iloc[0]
    places = {
        "design": design_words(best, found.settings["counts"]),
        "people": int(best["people_mean"]),
        "starts": int(best["starts_mean"]),
        "nights": int(best["nights_mean"]),
    }
    if priced:
        return say(
            "Cheapest of the designs tried for that goal of the mean: {design}, {people} people who finish, {starts} who start, {nights} nights, {cost}.",
            cost=cost_words(float(best["cost_mean"]), found.settings["currency"]),
            **places,
        )
    return say(
        "Fewest nights in all of the designs tried for that goal of the mean: {design}, {people} people who finish, {starts} who start, {nights} nights.",
        **places,
    )


def design_words(row: "pd.Series[Any]", counts: str) -> str:
    """A design in a few words, such as "4 blocks, periods of 7 nights (this design)"."""
    places = {"blocks": int(row["count"]), "counted": say(COUNTED[counts]), "nights": row["period_nights"]}
    one_night = 1 if row["period_nights"] == "1" else 2
    if row["change"] == THIS:
        return say_some(
            one_night,
            "{blocks} {counted}, periods of one night (this design)",
            "{blocks} {counted}, periods of {nights} nights (this design)",
            **places,
        )
    return say_some(
        one_night,
        "{blocks} {counted}, periods of one night",
        "{blocks} {counted}, periods of {nights} nights",
        **places,
    )


def cost_words(cost: float, currency: str) -> str:
    """A cost, with the person's own word for what it is counted in."""
    return say("{cost:,.0f} {currency}", cost=cost, currency=currency).strip() if not math.isnan(cost) else "–"


def assumption_sentences(found: PeoplePower) -> list[str]:
    """What was taken for granted."""
    settings, outcome = found.settings, found.protocol.outcome
    out = []
    if settings["mean_assumed"]:
        out.append(
            say(
                "Assumed: a true mean effect of {mean}, the threshold; say another with --mean.",
                mean=points(settings["mean"]),
            )
        )
    if settings["spread_assumed"]:
        out.append(
            say(
                "Assumed: own effects that spread about the mean with a standard deviation of {spread}, the threshold; nobody knows it "
                "beforehand, so try others with --between.",
                spread=points(settings["spread"]),
            )
        )
    if settings["finish"] is None:
        out.append(
            say(
                "How many finish is not known, so several shares are shown, and designs are compared as if everybody did; say one with --finish."
            )
        )
    out += [
        say(
            "Who does not finish counts as nothing, as if they stopped by chance; who stops because it does not help biases the answer."
        ),
        say("Nights and costs of all who start are counted in full, so they are at most that."),
        say(
            "Formulas: a t-test of the mean, a test of whether own estimates scatter more than their errors, own estimates drawn towards "
            "the mean; errors by the model's own arithmetic, with autocorrelation, periods and build-up, as if noise and half-life were known."
        ),
        say(
            "Other programs add two quantiles of t for the mean and get {count:.0f} people.",
            count=found.designs.iloc[0].get("people_quantiles", math.nan),
        )
        if found.designs.iloc[0].get("people_quantiles", math.nan) > 0
        else "",
        say(
            "{missing:g} % of nights have no entry. Noise and the like: {source}.",
            missing=100 * settings["missing"],
            source=say("the protocol's priors")
            if settings["nuisance"] == "the protocol's priors"
            else settings["nuisance"],
        ),
    ]
    if found.protocol.analysis.family != "normal":
        out.append(say("Ratings and Student-t nights are taken as normal."))
    if found.protocol.analysis.interim is not None:
        out.append(say("Looks before the last night are left out: everybody is taken to finish."))
    if len(found.protocol.active_arms) > 1:
        first, reference = found.protocol.active_arms[0], found.protocol.arm(found.protocol.reference)
        out.append(say("Compared: {arm} with {reference}.", arm=first.title, reference=reference.title))
    if not found.studies.empty:
        out.append(
            say(
                "Simulated people skip {skipped:g} % of doses, and their nights are cut at the ends of the scale ({low:g} to {high:g}): "
                "both take away from an effect, which formulas do not know.",
                skipped=100 * settings["skipped"],
                low=outcome.low,
                high=outcome.high,
            )
        )
    out.append(
        say("This is about a plan, and no advice for or against {arm}.", arm=found.protocol.active_arms[0].title)
    )
    return [one for one in out if one]


def starts_words() -> str:
    """What the number of those who must start is, for the head of a column."""
    return say("in {sure:.0f}\nof 100", sure=100 * SURE)
