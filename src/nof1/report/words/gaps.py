"""What is said of days of an adopted table that belong to no arm: without a row, or compared with nothing.

Counts days of the calendar; knows no outcome and no model.
"""

import itertools
from datetime import date

from nof1.language import commas, phrase, say, say_some, sentences
from nof1.plan.design.fields import NO_ARM, NOT_COMPARED, PAUSE, WASHOUT
from nof1.plan.design.kinds import Adopted
from nof1.plan.protocol.own_words import called
from nof1.record.trial import Trial

_MEANT = {
    "untreated": phrase("As was said, nothing was taken on them, so that what had built up fades."),
    "as-before": phrase("As was said, they were like the day before, and nobody planned to rate them."),
    "pause": phrase(
        "As was said, the trial stood still on them: what had built up is there again on the next day with a row."
    ),
    "not-stated": phrase("Nobody said what they were; without carryover the answer does not depend on it."),
}


_OFF_TRIAL = {
    WASHOUT: phrase("washout"),
    PAUSE: phrase("pause"),
    NO_ARM: phrase("no arm"),
    NOT_COMPARED: phrase("not compared"),
}


def stretch_name(arm: str | None) -> str:
    """What a stretch of nights is called: its arm, or what stands where an arm would."""
    return say(_OFF_TRIAL[str(arm)]) if arm in _OFF_TRIAL else called(str(arm))


def gaps_sentence(trial: Trial) -> str:
    """How many days have no row, or a row without an arm, and what they were; "" where there is none, or nobody had to say."""
    days = days_without_arm(trial)
    if trial.protocol.gaps is None or not days:
        return ""
    longest = max(_stretches(days))
    told = say_some(
        len(days),
        "{count} day has no row, or a row without an arm.",
        "{count} days have no row, or a row without an arm, at most {longest} in a row.",
        longest=longest,
    )
    return sentences([told, meaning_sentence(trial)])


def meaning_sentence(trial: Trial) -> str:
    """What days without a row or an arm were; "" where nobody had to say."""
    gaps = trial.protocol.gaps
    return "" if gaps is None else say(_MEANT[gaps])


def not_compared_sentence(trial: Trial) -> str:
    """How many nights are compared with nothing, and what the table calls them; "" where there is none."""
    design = trial.protocol.design
    nights = sum(period.nights for period in trial.order.periods if period.arm == NOT_COMPARED)
    if not isinstance(design, Adopted) or not nights:
        return ""
    if design.not_compared is None:
        return say_some(nights, "{count} night is compared with nothing.", "{count} nights are compared with nothing.")
    names = commas(list(design.not_compared))
    return say_some(
        nights,
        "{count} night is compared with nothing ({names}); it counts as one without a dose.",
        "{count} nights are compared with nothing ({names}); they count as nights without a dose.",
        names=names,
    )


def days_without_arm(trial: Trial) -> list[date]:
    """Days without a row, and those whose row has no arm and got none."""
    rows = {entry.night for entry in trial.entries}
    return [
        night
        for period in trial.order.periods
        for night in period.dates
        if period.arm == NO_ARM or (night not in rows and period.arm != NOT_COMPARED)
    ]


def _stretches(days: list[date]) -> list[int]:
    """Lengths of runs of days that follow each other."""
    places = [day.toordinal() - place for place, day in enumerate(days)]
    return [len(list(run)) for _, run in itertools.groupby(places)]
