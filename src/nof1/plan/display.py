"""How a protocol shows itself in a terminal and in a notebook. Knows what was decided, never the order that was drawn."""

from typing import TYPE_CHECKING

from nof1.plan.design import Adopted
from nof1.shown import Row, Table, as_html, as_text, brief

if TYPE_CHECKING:
    from nof1.plan.protocol import Arm, Protocol

SIMULATED = "simulated: no person recorded these nights"
_KNOWN_TO = {"open": "known to everybody", "helper": "sealed with a helper", "alone": "known to nobody, shuffled packs"}


def protocol_text(protocol: "Protocol") -> str:
    """A few lines: arms, outcome, threshold, design, hash."""
    active = ", ".join(_arm(arm) for arm in protocol.active_arms)
    arms = [("arms", f"{active} against {_arm(protocol.arm(protocol.reference))}")]
    return as_text(f"Protocol {brief(protocol.title)!r}", [*arms, *_rows(protocol)])


def protocol_html(protocol: "Protocol") -> str:
    """The same as a table, with one row for each arm."""
    cells = [
        (arm.name, arm.title, arm.form or "–", _dose(arm), "yes" if arm.name == protocol.reference else "")
        for arm in protocol.arms
    ]
    table = Table(("arm", "called", "form", "dose an evening", "reference"), cells)
    return as_html(f"Protocol: {protocol.title}", _rows(protocol), table)


def _rows(protocol: "Protocol") -> list[Row]:
    outcome = protocol.outcome
    rows = [("question", brief(protocol.question))] if protocol.question else []
    rows += [
        ("outcome", f"{outcome.title}, {outcome.low:g} to {outcome.high:g}, {outcome.better} is better"),
        ("threshold", f"{outcome.threshold:g}, the smallest change worth having"),
        ("design", _design(protocol)),
        ("nights", _nights(protocol)),
        ("hash", protocol.sha256()[:16]),
    ]
    return [*rows, ("data", SIMULATED)] if protocol.simulated else rows


def _design(protocol: "Protocol") -> str:
    design = protocol.design
    if isinstance(design, Adopted):
        return "adopted: the order was not drawn by nof1"
    nights = design.period_nights
    if isinstance(nights, dict):
        length = ", ".join(f"{count} on {arm}" for arm, count in nights.items())
        periods = f"{protocol.periods} periods, nights of one: {length}"
    else:
        periods = f"{protocol.periods} periods of {nights} {'night' if nights == 1 else 'nights'}"
    return f"{design.kind}, {periods}, order {_KNOWN_TO[protocol.concealed]}"


def _nights(protocol: "Protocol") -> str:
    dates = f", {protocol.start} to {protocol.end}" if protocol.dated else ""
    return f"{protocol.nights}{dates}"


def _arm(arm: "Arm") -> str:
    what = " ".join(part for part in (arm.form, f"{arm.dose_mg:g} mg" if arm.dose_mg else "") if part)
    return f"{arm.name} ({what})" if what else arm.name


def _dose(arm: "Arm") -> str:
    if arm.dose_mg is None:
        return "–"
    return f"{arm.dose_mg:g} mg elemental" if arm.dose_mg else "none"
