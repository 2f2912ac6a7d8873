"""Whether there is something to take on an evening, and what."""

from nof1.language import commas, say
from nof1.plan.design.order import Period
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.guards import route_words


def takes(protocol: Protocol, period: Period) -> bool:
    """Whether there is something to take on its evenings: a dose, a dummy or a pack."""
    if not period.on_trial:
        return False
    return period.arm is None or has_dose(protocol, protocol.arm(period.arm))


def has_dose(protocol: Protocol, arm: Arm) -> bool:
    """Whether an arm has something to take. A reference without a dose, form or product has nothing."""
    if arm.placebo or arm.dose_mg or arm.product:
        return True
    return arm.route != "mouth" or (arm.dose_mg is None and (bool(arm.form) or arm.name != protocol.reference))


def takes_any(protocol: Protocol) -> bool:
    """Whether any arm has something to take; a trial of walks has none.

    Examples
    --------
    >>> takes_any(trial.protocol)
    True
    """
    return any(has_dose(protocol, arm) for arm in protocol.arms)


def swallows_any(protocol: Protocol) -> bool:
    """Whether any arm has something that is swallowed, so that it meets other medicines in the gut; a bath does not.

    Examples
    --------
    >>> swallows_any(trial.protocol)
    True
    """
    return any(arm.route == "mouth" and has_dose(protocol, arm) for arm in protocol.arms)


def contents(protocol: Protocol, arm: Arm) -> str:
    """What one evening on an arm holds, in words."""
    parts: list[str] = []
    if route := route_words(arm):
        parts.append(say("{form}, {route}", form=ours(arm.form), route=route) if arm.form else route)
    if arm.dose_mg:
        if arm.form:
            parts.append(say("{mg:g} mg elemental magnesium as {form}", mg=arm.dose_mg, form=ours(arm.form)))
        else:
            parts.append(say("{mg:g} mg elemental magnesium", mg=arm.dose_mg))
    if arm.salt_mg:
        parts.append(say("that is {mg:g} mg of the salt", mg=arm.salt_mg))
    if arm.placebo:
        parts.append(say("a dummy that looks and tastes the same"))
    if arm.product:
        parts.append(arm.product)
    if not parts:
        parts.append(say("as the protocol says") if has_dose(protocol, arm) else say("nothing to take"))
    return commas(parts)
