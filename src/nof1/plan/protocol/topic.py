"""Whether a trial is of magnesium, and whether it is of restless legs: what nof1 knows is of these two, and is told of nothing else.

A protocol has no field for it, so it is read from the doses, the forms and the words of the person. In doubt nothing is told.
"""

import re

from nof1.plan.protocol.conduct import Conduct
from nof1.plan.protocol.dose import find_form
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol

_MAGNESIUM = re.compile(r"magnes|\bmg(?:cl|o|so)", re.IGNORECASE)
_LEGS = re.compile(r"\b(?:i?rls|wed|legs?|beine?n?)\b|restless|ekbom|wadenunruhe|unruhige", re.IGNORECASE)


def of_magnesium(protocol: Protocol) -> bool:
    """Whether magnesium is compared: a dose of it, one of its forms, or its name in what an arm is called.

    Examples
    --------
    >>> of_magnesium(trial.protocol)
    True
    """
    return any(_is_magnesium(arm) for arm in protocol.arms)


def _is_magnesium(arm: Arm) -> bool:
    named = any(_MAGNESIUM.search(text) for text in (arm.name, arm.label, arm.form, arm.product))
    return bool(arm.dose_mg) or arm.route != "mouth" or find_form(arm.form) is not None or named


def of_legs(protocol: Protocol) -> bool:
    """Whether the rating is of restless legs, or somebody said that the trial is about them.

    Examples
    --------
    >>> of_legs(trial.protocol)
    True
    """
    outcome, conduct = protocol.outcome, protocol.conduct
    said = (outcome.label, outcome.name.replace("_", " "), outcome.low_means or "", outcome.high_means or "")
    return any(_LEGS.search(text) for text in (*said, protocol.title, protocol.question, conduct.diagnosis))


def why_is_ours(conduct: Conduct) -> bool:
    """Whether "why one person" is the sentence that stands there where nobody wrote another.

    Examples
    --------
    >>> why_is_ours(trial.protocol.conduct)
    True
    """
    return conduct.why == Conduct().why
