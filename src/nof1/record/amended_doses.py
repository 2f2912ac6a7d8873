"""Another dose from an evening on: which arm's, whether it may be planned, and of a sealed trial new packs from the helper.

Knows no night that was recorded.
"""

from datetime import date
from pathlib import Path

from nof1.errors import InputError, RefusalError
from nof1.language import say
from nof1.plan.design.order import RUN_IN, Order
from nof1.plan.orders.amendments import Amendment, amended_order, load_amendments
from nof1.plan.orders.loading import is_sealed, load_schedule
from nof1.plan.orders.seal import SEAL_FILE, SEALED_ORDER_FILE, load_seal, load_sealed_order, open_order
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.guards import AGREEMENT_ABOVE_MG
from nof1.plan.protocol.safety.screen import other_magnesium_mg
from nof1.plan.protocol.safety.upper_levels import agreed_mg
from nof1.record.diary.journal import beginning, begun_on, journal_bytes
from nof1.record.dose_limits import refuse_doses
from nof1.record.papers import write_new_packing_sheet


def amended_arm(protocol: Protocol, name: str | None, mg: float, *, dose_meant: bool) -> Arm:
    """The arm whose dose changes, with the new one, if nof1 would plan that.

    Raises
    ------
    AmbiguousInput
        If the dose looks like a slip, and nobody said that it is meant.
    InputError
        If it is not clear which arm is meant, the arm has no dose in mg or is the reference, or the dose is above a limit.
    """
    dosed = [arm for arm in protocol.active_arms if arm.dose_mg]
    if name is None and len(dosed) != 1:
        told = ", ".join(arm.name for arm in dosed) or "none"
        raise InputError(f"Say which arm's dose changes with arm=. Arms with a dose in mg: {told}.")
    chosen = next((arm for arm in protocol.arms if arm.name == (name or dosed[0].name)), None)
    if chosen is None:
        raise InputError(f"There is no arm {name!r}. Choose from: {', '.join(arm.name for arm in dosed)}.")
    if chosen.name == protocol.reference:
        raise InputError(
            f"{chosen.name!r} is what all else is compared with: with another dose of it the comparison is another one. Stop this trial "
            "with 'nof1 stop', and plan a new one."
        )
    if not chosen.dose_mg:
        raise InputError(
            f"{chosen.name!r} has no dose in mg that could change. Put what changes on record in words: note=."
        )
    arm = chosen.model_copy(update={"dose_mg": mg, "salt_mg": None, "product": "", "dose_meant": dose_meant})
    arms = tuple(arm if one.name == arm.name else one for one in protocol.arms)
    refuse_doses(protocol.model_copy(update={"arms": arms}))
    day = mg + other_magnesium_mg(protocol.safety)
    if day > AGREEMENT_ABOVE_MG and mg > agreed_mg(protocol.safety, protocol.arms):
        raise InputError(
            say(
                "A doctor agreed to {agreed:g} mg an evening at most, and {mg:g} mg are more. A higher dose needs an agreement and a plan of its "
                "own.",
                agreed=agreed_mg(protocol.safety, protocol.arms),
                mg=mg,
            )
        )
    return arm


def refuse_other_start(folder: Path, protocol: Protocol, start: date) -> None:
    """Refuse a change of the dose from an evening that is none of the trial, or in a sealed trial within a pack.

    Raises
    ------
    InputError
        If it is.
    """
    order = load_schedule(folder, protocol)
    order.period_of(start)  # which says from when to when the trial runs
    if not is_sealed(folder, protocol):
        return
    if protocol.concealed == "alone":
        raise InputError(
            "The packs of this trial are filled and shuffled: another dose needs new ones, and who makes them would learn the order. Leave "
            "the dose, or stop the trial with 'nof1 stop', open it, and plan a new one."
        )
    firsts = [period.start for period in order.periods if period.arm is None]
    if start not in firsts:
        later = [day for day in firsts if day > start]
        raise InputError(
            f"A pack holds one dose, and no pack begins on the evening of {start}. "
            + (
                f"The next one begins on {later[0]}."
                if later
                else "No later pack begins, so the dose stays until the end."
            )
        )


def write_new_packs(folder: Path, protocol: Protocol, helper: Path | None, amendment: Amendment) -> Path | None:
    """A sealed trial's new packing sheet in the helper's folder, from the amended evening on; None where the order is no secret.

    Raises
    ------
    InputError
        If the helper's folder is not given, or a file is damaged.
    RefusalError
        If the sealed order is of another trial or was altered.
    """
    if not is_sealed(folder, protocol):
        return None
    if helper is None:
        raise InputError(
            "The order of this trial is sealed, and its packs hold the dose that was planned. Only with new packs can it change: ask your "
            "helper to make them, and give their folder with helper=; a new packing sheet is written into it."
        )
    drawn = verified_order(folder, protocol, helper)
    lived = amended_order(drawn, [*load_amendments(folder), amendment])
    assert amendment.start is not None  # a change of a dose has one
    journal = journal_bytes(folder)
    return write_new_packing_sheet(
        helper,
        folder,
        protocol,
        drawn.arms(),
        commitment=load_seal(folder).commitment,
        mark=beginning(journal),
        planned=begun_on(journal),
        anew=packs_from(lived, amendment.start),
    )


def packs_from(order: Order, start: date) -> Order:
    """What is left of an order from an evening on: the periods of the packs that are made anew."""
    left = [period for period in order.periods if period.start >= start and period.number != RUN_IN]
    return Order(tuple(left))


def verified_order(folder: Path, protocol: Protocol, helper: str | Path | None) -> Order:
    """The order as drawn, from the helper's folder, held against the commitment of the day of planning.

    Raises
    ------
    InputError
        If the helper's folder is not given, or a file is damaged.
    RefusalError
        If the sealed order is of another trial or was altered.
    """
    if helper is None:
        raise InputError(f"Give the helper's folder, which holds {SEALED_ORDER_FILE}.")
    seal, beginning_of_trial = load_seal(folder), beginning(journal_bytes(folder))
    if beginning_of_trial and not seal.fits(beginning_of_trial):
        raise RefusalError(
            f"{SEAL_FILE} is not the one that was written when this trial was planned: put there or changed by hand. Nothing was opened. "
            "Restore it from a copy."
        )
    return open_order(protocol, seal, load_sealed_order(helper))
