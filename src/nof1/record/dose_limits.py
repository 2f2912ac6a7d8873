"""Before an order is drawn: doses that look like a slip are asked about, those above a limit of nof1's own are refused.

Only a new plan is held against this; a folder that was planned before loads and is analysed as ever.
"""

from nof1.errors import InputError
from nof1.language import say, sentences
from nof1.plan.orders.evening_dose import takes_any
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.guards import doubt, perhaps_salt, route_words
from nof1.plan.protocol.safety.screen import finding_line, needs_agreement, other_magnesium_mg
from nof1.plan.protocol.safety.upper_levels import by_mouth, dose_findings
from nof1.plan.protocol.topic import says_nothing
from nof1.record.values.ambiguous import AmbiguousInput

_MEANT = "dose-meant"


def refuse_doses(protocol: Protocol) -> None:
    """Hold a new plan's doses against the limits of nof1's own.

    Raises
    ------
    AmbiguousInput
        If a dose looks like a slip, such as 2 mg, and nobody said that it is meant.
    InputError
        If a day's magnesium is above what nof1 plans, or above what it plans without a doctor's agreement on record, or if no arm
        has any.
    """
    for arm in protocol.arms:
        if arm.route == "other" and says_nothing(arm):
            raise InputError(
                say(
                    "Nothing says what {arm} is: give that arm a label or a product in your own words, such as "
                    '"a walk before bed" (--treatment does it).',
                    arm=arm.title,
                )
            )
        if arm.route in ("bath", "skin") and not arm.product and not arm.placebo:
            raise InputError(
                say(
                    "{arm} is used {route}, and nothing says how much of what: give that arm product, in your own words, "
                    'such as "two cups of Epsom salt". nof1 suggests no amount.',
                    arm=arm.title,
                    route=route_words(arm),
                )
            )
        if protocol.of_magnesium and (question := doubt(arm)):
            raise AmbiguousInput(
                sentences([question, say("If it is meant, say so with dose_meant=True for that arm.")]),
                option=_MEANT,
                choices=("true",),
            )
    if not protocol.of_magnesium:  # the limits are of magnesium
        return
    # Nothing would be asked before it, and a dose could be put in later.
    if not takes_any(protocol) and any(map(_names_magnesium, protocol.arms)):
        raise InputError(
            say("No arm has anything to take: 0 mg is no dose. Give the dose of an evening, as the label states it.")
        )
    found = dose_findings(by_mouth(protocol.arms), other_magnesium_mg(protocol.safety))
    agreed = protocol.safety is not None and protocol.safety.agreement is not None
    stops = [one for one in found if one.level == "stop" and not (agreed and one.id == "own-limit-agreement")]
    if not needs_agreement(stops):
        return
    hints = [perhaps_salt(arm) for arm in protocol.arms]
    ways = [
        say("Where the label states the salt, give salt_mg.") if any(hints) else "",
        say("A doctor's agreement is recorded as safety.agreement, with clinician and date.")
        if all(one.id == "own-limit-agreement" for one in stops)
        else "",
    ]
    raise InputError(sentences([*map(finding_line, stops), *hints, *ways]))


def _names_magnesium(arm: Arm) -> bool:
    return bool(arm.form) or any("magnesium" in words.casefold() for words in (arm.name, arm.title))
