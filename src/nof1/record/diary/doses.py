"""What was taken of a night's plan: one rule, by which everything that counts doses counts."""

from typing import Literal

from nof1.plan.design.order import RUN_IN, Period
from nof1.plan.orders.evening_dose import has_dose, takes
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry

DoseKind = Literal["as_planned", "partly", "more", "missed", "not_recorded"]
WITHIN_MG = 1.0  # a dose this close to the planned one is the planned one


def planned_dose(protocol: Protocol, arm: str) -> float | None:
    """Elemental mg that an open trial plans for an evening on an arm; None where the protocol names something to take and no dose.

    A reference that names no dose has none, if another arm names one or there is nothing to take on it.
    """
    one = protocol.arm(arm)
    if one.dose_mg is not None or arm != protocol.reference:
        return one.dose_mg
    named = any(other.dose_mg for other in protocol.arms)
    return 0.0 if named or (protocol.randomized and not has_dose(protocol, one)) else None


def planned_share(protocol: Protocol, arm: str | None) -> float:
    """The share of an evening's pack or bath that is planned: all of it, or 0 where everybody knows that the evening has none."""
    known = protocol.concealed == "open" and arm in [one.name for one in protocol.arms]
    return 0.0 if arm is not None and known and not has_dose(protocol, protocol.arm(arm)) else 1.0


def counts_doses(protocol: Protocol, period: Period) -> bool:
    """Whether the doses of a period are counted: of a concealed trial only where there is a pack, which a run-in need not have."""
    return protocol.concealed == "open" or period.number != RUN_IN or takes(protocol, period)


def dose_kind(
    protocol: Protocol, arm: str | None, entry: Entry | None, *, amended_mg: float | None = None
) -> DoseKind | None:
    """What a night's dose was beside the plan; None where nobody can say what was planned.

    `amended_mg` is the dose of its evening where an amendment planned another than the protocol (`Period.dose_mg`).

    Of an open trial that is the elemental dose, give or take 1 mg; where an arm names something to take and no dose, any dose is as
    planned. Of a concealed trial, whose `arm` need not be known, it is the share of the pack; with baths, the share of those.
    """
    if protocol.by_share:
        planned, within, amount = planned_share(protocol, arm), 0.0, entry.taken if entry else None
    else:
        of_arm = planned_dose(protocol, str(arm)) if amended_mg is None else amended_mg
        amount = entry.dose_mg if entry else None
        if of_arm is None:
            if not protocol.randomized:
                return None
            return "not_recorded" if amount is None else "as_planned" if amount > 0 else "missed"
        planned, within = of_arm, WITHIN_MG
    if amount is None:
        return "not_recorded"
    if abs(amount - planned) <= within:
        return "as_planned"
    if amount == 0:
        return "missed"
    return "partly" if amount < planned else "more"
