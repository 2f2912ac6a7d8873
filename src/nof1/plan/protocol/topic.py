"""Is a trial about magnesium, and is it about restless legs? Then nof1 has facts, a safety screen and words of its own for it; else none.

It reads what a person called things, and knows no night. What says nothing at all is taken for magnesium, so that no dose goes unchecked.
"""

import re
from collections.abc import Iterable

from nof1.plan.protocol.dose import find_form
from nof1.plan.protocol.parts import Arm, Outcome

_MAGNESIUM = re.compile(r"magnes", re.IGNORECASE)
_LEGS = re.compile(
    r"\b(?:legs?|restless\w*|rls\d*|irls|wed|ekbom|beine?n?|bein\w*unruh\w*|wadenunruhe|unruhige\w*)\b", re.IGNORECASE
)
# Names of arms that do not say what is taken.
_SAYS_NOTHING = re.compile(
    r"(?:.|on|active|treatment|test|drug|dose|low(?:er)?|high(?:er)?|(?:low(?:er)?|high(?:er)?) dose|form \d|\w \d)",
    re.IGNORECASE,
)


def names_magnesium(arms: Iterable[Arm]) -> bool:
    """Whether an arm is called by magnesium or by one of its forms, of which alone an arm has a weight of salt.

    Examples
    --------
    >>> names_magnesium(trial.protocol.arms)
    True
    """
    return any(
        any(_MAGNESIUM.search(text) or find_form(text) is not None for text in (arm.name, arm.label, arm.form))
        for arm in arms
    )


def tries_magnesium(title: str, question: str, arms: Iterable[Arm]) -> bool:
    """Whether a planned trial is about magnesium: something says so, or nothing says what its doses are of.

    Examples
    --------
    >>> tries_magnesium("Do I sleep better?", "", [Arm(name="off", dose_mg=0), Arm(name="melatonin", dose_mg=2)])
    False
    >>> tries_magnesium("Do I sleep better?", "", [Arm(name="off", dose_mg=0), Arm(name="on", dose_mg=200)])
    True
    """
    arms = tuple(arms)
    if names_magnesium(arms) or any(
        _MAGNESIUM.search(text) for text in (title, question, *(arm.product for arm in arms))
    ):
        return True
    # "form" is one of magnesium's; a dose of which nobody says what it is of may be.
    return any(
        arm.form or arm.route in ("bath", "skin") or (arm.dose_mg and says_nothing(arm))
        for arm in arms
        if not arm.placebo
    )


def says_nothing(arm: Arm) -> bool:
    """Whether neither name nor label nor product says what is taken.

    Examples
    --------
    >>> says_nothing(Arm(name="on", dose_mg=2)), says_nothing(Arm(name="on", label="melatonin", dose_mg=2))
    (True, False)
    """
    return not arm.product and all(_SAYS_NOTHING.fullmatch(text) for text in (arm.name, arm.label) if text)


def rates_legs(title: str, question: str, outcome: Outcome, more: Iterable[str] = ()) -> bool:
    """Whether what is rated is of restless legs, by the words for it, by the question, or by more: a score that is asked, a diagnosis.

    Examples
    --------
    >>> rates_legs("Do I sleep better?", "", Outcome(name="sleep", low=0, high=10, better="higher"))
    False
    """
    said = (title, question, outcome.name, outcome.label, outcome.low_means, outcome.high_means, outcome.hours, *more)
    return any(_LEGS.search(text.replace("_", " ")) for text in said if text)
