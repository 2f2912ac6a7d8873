"""Whether there is something to take on an evening, and what."""

from nof1.plan.design.order import Period
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol


def takes(protocol: Protocol, period: Period) -> bool:
    """Whether there is something to take on its evenings: a dose, a dummy or a pack."""
    if not period.on_trial:
        return False
    return period.arm is None or has_dose(protocol, protocol.arm(period.arm))


def has_dose(protocol: Protocol, arm: Arm) -> bool:
    """Whether an arm has something to take. A reference without a dose, form or product has nothing."""
    if arm.placebo or arm.dose_mg or arm.product:
        return True
    return arm.dose_mg is None and (bool(arm.form) or arm.name != protocol.reference)


def contents(protocol: Protocol, arm: Arm) -> str:
    """What one evening on an arm holds, in words."""
    parts = []
    if arm.dose_mg:
        parts.append(f"{arm.dose_mg:g} mg elemental magnesium{f' as {arm.form}' if arm.form else ''}")
    if arm.salt_mg:
        parts.append(f"that is {arm.salt_mg:g} mg of the salt")
    if arm.placebo:
        parts.append("a dummy that looks and tastes the same")
    if arm.product:
        parts.append(arm.product)
    if not parts:
        parts.append("as the protocol says" if has_dose(protocol, arm) else "nothing to take")
    return ", ".join(parts)
