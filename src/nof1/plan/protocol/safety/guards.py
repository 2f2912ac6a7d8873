"""Limits of nof1's own on doses: from when a doctor must have agreed, what is not planned at all, what is asked about again.

They are decisions of this program and no facts: pages call them so. Upper levels, which have a source, are in `upper_levels.py`.
"""

from dataclasses import replace

from nof1 import facts
from nof1.language import phrase, say
from nof1.plan.protocol.dose import elemental_mg, find_form
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.safety.screen import Finding

# Twice the lowest upper level, and four times it: both in elemental mg a day from everything that is swallowed.
AGREEMENT_ABOVE_MG = 500.0
MOST_MG = 1000.0
# A tenth of the lowest upper level. Of 34 products measured by Labdoor the weakest held 38 mg a serving (labdoor.com, read 2026-11-30),
# while grams written as mg (0.4) and tablets counted (2, 4) are far below.
ASKED_BELOW_MG = 25.0

OWN = phrase("a limit of nof1's own, no fact")
_OTHER_ROUTE = {"bath": phrase("in a bath"), "skin": phrase("on the skin")}


def route_words(arm: Arm) -> str:
    """How an arm that is not by mouth is used, such as "in a bath"; empty for what is swallowed."""
    return say(_OTHER_ROUTE[arm.route]) if arm.route in _OTHER_ROUTE else ""


def guard_finding(amount: str, total: float) -> Finding | None:
    """The finding of a day's elemental magnesium above a limit of nof1's own; `amount` says it in words.

    Examples
    --------
    >>> guard_finding("magnesium: 600 mg a day", 600).id, guard_finding("magnesium: 500 mg a day", 500)
    ('own-limit-agreement', None)
    """
    if total > MOST_MG:
        text = say(
            "{amount} is above {limit:,.10g} mg: nof1 plans no trial with so much. Talk to a doctor.",
            amount=amount,
            limit=MOST_MG,
        )
        return Finding("own-limit-most", "stop", text, OWN, "own")
    if total > AGREEMENT_ABOVE_MG:
        text = say(
            "{amount} is above {limit:g} mg: planned only with a doctor's agreement on record.",
            amount=amount,
            limit=AGREEMENT_ABOVE_MG,
        )
        return Finding("own-limit-agreement", "stop", text, OWN, "own")
    return None


def own_rule(guard: Finding) -> str:
    """What a limit of nof1's own says, without an amount."""
    if guard.id == "own-limit-most":
        return say("above {limit:,.10g} mg: nof1 plans no trial with so much", limit=MOST_MG)
    return say("above {limit:g} mg: planned only with a doctor's agreement on record", limit=AGREEMENT_ABOVE_MG)


def taken_finding(planned: Finding, amount: str) -> Finding:
    """The finding of a limit, told of a dose that was taken; `amount` says it in words."""
    if planned.id != "own-limit-most":
        text = say(
            "{amount} is above {limit:g} mg. Ask a doctor before you take so much again.",
            amount=amount,
            limit=AGREEMENT_ABOVE_MG,
        )
        return replace(planned, text=text)
    row = facts.fact("overdose-label")
    text = say(
        "{amount} is above {limit:,.10g} mg, {own}. Take no more, and ask a doctor or a poison centre. {label}",
        amount=amount,
        limit=MOST_MG,
        own=say(OWN),
        label=say(row["text"]),
    )
    return Finding("own-limit-most", "stop", text, row["source"], "own")


def doubt(arm: Arm) -> str:
    """What is to be asked about an arm's dose, as a sentence; empty where it is plausible, or said to be meant (`dose_meant`).

    Examples
    --------
    >>> doubt(Arm(name="on", dose_mg=200)), doubt(Arm(name="on", dose_mg=2, dose_meant=True))
    ('', '')
    >>> print(doubt(Arm(name="on", dose_mg=0.4)))
    on: 0.4 mg of magnesium is very little. Were grams meant (0.4 g are 400 mg), or tablets?
    """
    mg = arm.mouth_mg
    if arm.dose_meant or not mg or mg >= ASKED_BELOW_MG:
        return ""
    if arm.salt_mg is not None:
        form = find_form(arm.form)
        return say(
            "{arm}: {salt:g} mg of {form} hold {mg:g} mg of magnesium, which is very little. Were grams meant "
            "({salt:g} g are {grams:,.10g} mg), or tablets?",
            arm=arm.title,
            salt=arm.salt_mg,
            form=ours(form.name if form else arm.form),
            mg=mg,
            grams=arm.salt_mg * 1000,
        )
    return say(
        "{arm}: {mg:g} mg of magnesium is very little. Were grams meant ({mg:g} g are {grams:,.10g} mg), or tablets?",
        arm=arm.title,
        mg=mg,
        grams=mg * 1000,
    )


def perhaps_salt(arm: Arm) -> str:
    """What the dose would be if it were the weight of the salt, for doses above a limit that are stated as elemental; else empty.

    Examples
    --------
    >>> print(perhaps_salt(Arm(name="on", form="citrate", dose_mg=2000)))
    If the label means the weight of magnesium citrate, 2,000 mg of it hold 324 mg of magnesium.
    """
    form = find_form(arm.form)
    if form is None or arm.salt_mg is not None or not arm.mouth_mg or arm.mouth_mg <= AGREEMENT_ABOVE_MG:
        return ""
    return say(
        "If the label means the weight of {form}, {salt:,.10g} mg of it hold {mg:.3g} mg of magnesium.",
        form=ours(form.name),
        salt=arm.mouth_mg,
        mg=elemental_mg(form, arm.mouth_mg),
    )
