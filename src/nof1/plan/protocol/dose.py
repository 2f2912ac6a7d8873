"""Doses: elemental magnesium from the weight of a salt, and back. Knows no protocol and suggests no dose.

Labels state either the salt's weight or the magnesium in it. What is planned, logged and reported is elemental
magnesium, and both are shown.
"""

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from nof1 import facts
from nof1.errors import InputError
from nof1.facts import Certainty
from nof1.language import say, spoken
from nof1.plan.design.fields import as_number
from nof1.plan.protocol.own_words import ours

# Words that say nothing about which salt it is: "as magnesium citrate" is citrate.
_FILLERS = frozenset({"magnesium", "as"})


@dataclass(frozen=True)
class Form:
    """A salt of magnesium.

    `elemental_share` is the share of the salt's weight that is magnesium; `hydrate` says with how much water the share
    was worked out ("anhydrous", "hexahydrate", or "" where it goes without saying); `names` are what people call it.
    """

    id: str
    name: str
    names: tuple[str, ...]
    hydrate: str
    elemental_share: float
    source: str
    certainty: Certainty


@cache
def forms() -> tuple[Form, ...]:
    """The forms that doses can be converted with."""
    return tuple(
        Form(
            id=row["id"],
            name=row["name"],
            names=tuple(row["names"]),
            hydrate=row["hydrate"],
            elemental_share=row["elemental_share"],
            source=row["source"],
            certainty=row["certainty"],
        )
        for row in facts.load("forms")
        if "elemental_share" in row
    )


def find_form(text: str) -> Form | None:
    """The form that `text` names, in any case and order of words; None if it names none of them.

    Plain "citrate" is the anhydrous salt; plain "chloride" and "sulfate" are the hydrates that are sold.
    """
    words = _words(text)
    return next((form for form in forms() if any(words == _words(name) for name in (form.name, *form.names))), None)


def elemental_mg(form: Form | str, salt_mg: float) -> float:
    """Milligrams of elemental magnesium in `salt_mg` milligrams of the salt.

    Raises
    ------
    InputError
        If the form is not known or the amount is no number of 0 or more.
    """
    return milligrams(salt_mg, "salt") * _known(form).elemental_share


def salt_mg(form: Form | str, elemental: float) -> float:
    """Milligrams of the salt that hold `elemental` milligrams of magnesium.

    Raises
    ------
    InputError
        If the form is not known or the amount is no number of 0 or more.
    """
    return milligrams(elemental, "elemental magnesium") / _known(form).elemental_share


def both(form: Form | str, mg: float) -> str:
    """A dose of `mg` elemental magnesium as magnesium and as salt, in words; the salt to three digits.

    Raises
    ------
    InputError
        If the form is not known or the amount is no number of 0 or more.
    """
    known = _known(form)
    salt = _three_digits(salt_mg(known, mg))
    return say(
        "{mg:g} mg elemental magnesium, that is about {salt} mg of {name} ({share:.1f} % magnesium)",
        mg=mg,
        salt=salt,
        name=ours(known.name),
        share=known.elemental_share * 100,
    )


def milligrams(value: Any, what: str) -> float:
    """`value` as an amount in milligrams; `what` it is an amount of stands in the message.

    Raises
    ------
    InputError
        If it is no finite number of 0 or more.
    """
    try:
        mg = as_number(value)
    except ValueError:  # a whole number too large for a float
        mg = None
    if not isinstance(mg, float) or not math.isfinite(mg) or mg < 0:
        raise InputError(f"{value!r} is no amount of {what}; give milligrams as a number of 0 or more, such as 200.")
    return mg


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold())) - _FILLERS


def _known(form: Form | str) -> Form:
    found = form if isinstance(form, Form) else find_form(form)
    if found is None:
        raise InputError(
            f"The form {form!r} is not known, so its dose cannot be converted. "
            f"Known forms: {', '.join(one.name for one in forms())}. "
            "For another form, take the elemental magnesium from the label."
        )
    return found


def _three_digits(value: float) -> str:
    """To three digits, never with an exponent: a label is not more exact than that."""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(value))
    return spoken().number(f"{round(value, digits):.{max(digits, 0)}f}")
