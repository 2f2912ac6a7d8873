"""How a protocol shows itself, as lines and in a notebook. Must not know a file."""

from nof1.cells import brief
from nof1.plan.design.kinds import Adopted
from nof1.plan.protocol.decided import Decided
from nof1.plan.protocol.parts import Arm, Outcome
from nof1.shown import Row, Table, as_html, as_text

SIMULATED = "simulated: no person recorded these nights"
ASK_THRESHOLD = "none stated; say which change matters to you (threshold), without looking at the answer"
_KNOWN_TO = {"open": "known to everybody", "helper": "sealed with a helper", "alone": "known to nobody, shuffled packs"}


def protocol_as_text(protocol: Decided) -> str:
    """A few lines: arms, outcome, threshold, design, hash."""
    active = ", ".join(_arm(arm) for arm in protocol.active_arms)
    arms = [("arms", f"{active} against {_arm(protocol.arm(protocol.reference))}")]
    return as_text(f"Protocol {brief(protocol.title, 100)!r}", [*arms, *_rows(protocol)])


def protocol_as_html(protocol: Decided) -> str:
    """The same as a table, with one row for each arm."""
    doses = protocol.randomized or any(arm.form or arm.dose_mg is not None for arm in protocol.arms)
    cells = [
        (
            arm.name,
            arm.title,
            *((arm.form or "–", _dose(arm, elemental=protocol.of_magnesium)) if doses else ()),
            _reference(protocol, arm),
        )
        for arm in protocol.arms
    ]
    table = Table(("arm", "called", *(("form", "dose an evening") if doses else ()), "reference"), cells)
    return as_html(f"Protocol: {protocol.title}", _rows(protocol), table)


def _reference(protocol: Decided, arm: Arm) -> str:
    return "yes" if arm.name == protocol.reference else ""


def _rows(protocol: Decided) -> list[Row]:
    outcome = protocol.outcome
    rows = [("question", brief(protocol.question, 100))] if protocol.question else []
    rows += [
        (
            "outcome",
            f"{outcome.title}, {outcome.low:g} to {_with_unit(outcome, outcome.high)}, {outcome.better} is better",
        ),
        ("threshold", _threshold(outcome)),
        ("design", _design(protocol)),
        (protocol.nights_are, _nights(protocol)),
        ("hash", protocol.sha256()[:16]),
    ]
    return [*rows, ("data", SIMULATED)] if protocol.simulated else rows


def _threshold(outcome: Outcome) -> str:
    if outcome.threshold is None:
        return ASK_THRESHOLD
    return f"{_with_unit(outcome, outcome.threshold)}, the smallest change worth having"


def _with_unit(outcome: Outcome, value: float) -> str:
    return f"{value:g} {outcome.unit}" if outcome.unit else f"{value:g}"


def _design(protocol: Decided) -> str:
    design = protocol.design
    if isinstance(design, Adopted):
        return (
            f"adopted: drawn elsewhere, as stated: {design.drawn}"
            if design.drawn
            else "adopted: the order was not drawn by nof1"
        )
    nights = design.period_nights
    if isinstance(nights, dict):
        length = ", ".join(f"{count} on {arm}" for arm, count in nights.items())
        periods = f"{protocol.periods} periods, nights of one: {length}"
    else:
        periods = f"{protocol.periods} periods of {nights} {'night' if nights == 1 else 'nights'}"
    return f"{design.kind}, {periods}, order {_KNOWN_TO[protocol.concealed]}"


def _nights(protocol: Decided) -> str:
    dates = f", {protocol.start} to {protocol.end}" if protocol.dated else ""
    return f"{protocol.nights}{dates}"


def _arm(arm: Arm) -> str:
    how = f"{arm.dose_mg:g} mg" if arm.dose_mg else {"bath": "bath", "skin": "on the skin"}.get(arm.route, "")
    what = " ".join(part for part in (arm.form, how) if part)
    return f"{arm.name} ({what})" if what else arm.name


def _dose(arm: Arm, *, elemental: bool) -> str:
    if arm.route != "mouth":
        return {"bath": "bath", "skin": "on the skin"}.get(arm.route, "–")
    if arm.dose_mg is None:
        return "–"
    return f"{arm.dose_mg:g} mg{' elemental' if elemental else ''}" if arm.dose_mg else "none"
