"""A plan that waits for nothing but a doctor's agreement: the page to take to them, beside the folder that is not there yet."""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from nof1.errors import InputError, Nof1Error
from nof1.files import write_atomic
from nof1.language import say, speaking
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.papers import Paper, sheet_for_doctor

_ANYBODY = "somebody"  # stands in for the doctor only to see whether anything else is wrong


@dataclass(frozen=True)
class Printed:
    """How the papers of a plan are asked for."""

    language: str
    paper: Paper
    _: KW_ONLY
    large_print: bool


def waiting(content: Mapping[str, Any], fits: Callable[[Protocol], None], today: date) -> Protocol | None:
    """The protocol of a plan that was refused, if a doctor's agreement is all that it lacks; without an agreement.

    Parameters
    ----------
    fits : callable
        Raises InputError for a protocol that is refused for something else.
    """
    safety = content.get("safety", {})
    if not isinstance(safety, Mapping) or "agreement" in safety:
        return None
    agreed = {**content, "safety": {**safety, "agreement": {"clinician": _ANYBODY, "date": today}}}
    try:
        protocol = Protocol.build(agreed)
        fits(protocol)
    except InputError:
        return None
    assert protocol.safety is not None  # it was put there
    return protocol.model_copy(update={"safety": protocol.safety.model_copy(update={"agreement": None})})


def write_sheet(protocol: Protocol, folder: Path, printed: Printed) -> str:
    """Write the page for the doctor beside the trial folder to be, and say where it is; "" where it cannot be written."""
    order = (
        draw_order(protocol) if protocol.concealed == "open" else schedule(protocol)
    )  # of which only the dates are told
    with speaking(printed.language):
        content = sheet_for_doctor(protocol, order, paper=printed.paper, large_print=printed.large_print)
    whole = folder.resolve()
    path = whole.parent / f"{whole.name or 'trial'}.pre-visit.pdf"
    try:
        write_atomic(path, content)
    except Nof1Error:
        return ""  # the refusal is what matters
    return say("A page to take to the doctor is in {file}.", file=str(path))
