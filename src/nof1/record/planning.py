"""A new trial: the protocol completed, the order drawn or sealed, the folder and the helper's written, all of it or nothing."""

import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from nof1.cells import brief
from nof1.clock import local_now
from nof1.errors import InputError
from nof1.files import write_atomic
from nof1.language import sentences, speaking, spoken
from nof1.new_folders import new_folder
from nof1.plan.design.order import ORDER_FILE, Order
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.orders.seal import SEAL_FILE, SEALED_ORDER_FILE, seal_order
from nof1.plan.protocol.protocol import PROTOCOL_FILE, Protocol
from nof1.plan.protocol.recorded import is_known, not_adjusted
from nof1.record.diary.entry import empty_diary
from nof1.record.diary.journal import beginning, begun, written
from nof1.record.diary.table import DIARY_FILE
from nof1.record.dose_limits import refuse_doses
from nof1.record.papers import Paper, write_packing_sheet, write_papers
from nof1.record.screening import filled_screen, said_so, screened
from nof1.record.unagreed import Printed, waiting, write_sheet
from nof1.shown import as_text


@dataclass(frozen=True, repr=False)
class Plan:
    """A trial that was planned, as far as the person may know it.

    Attributes
    ----------
    folder : Path
    protocol : Protocol
    order : Order
        Without arms where it is concealed.
    helper : Path or None
        The folder that holds a sealed order.
    """

    folder: Path
    protocol: Protocol
    order: Order
    helper: Path | None

    def __repr__(self) -> str:
        order = self.order
        rows = [
            ("folder", str(self.folder)),
            ("nights", f"{order.nights}, {order.start} to {order.end}"),
            ("order", "concealed" if order.sealed else f"{self.protocol.periods} periods, known to everybody"),
        ]
        return as_text(
            f"Plan {brief(self.protocol.title)!r}", [*rows, *([("helper", str(self.helper))] if self.helper else [])]
        )


def plan(
    protocol: Protocol | Mapping[str, Any],
    folder: str | Path,
    *,
    helper: str | Path | None = None,
    language: str | None = None,
    paper: Paper = "a4",
    large_print: bool = False,
    now: datetime | None = None,
    where: str = "the plan",
    unscreened: bool = False,
    acknowledge: bool = False,
) -> Plan:
    """Draw the order of a protocol and write the trial folder and, for a sealed trial, the helper's; see `Trial.plan`.

    Parameters
    ----------
    where : str
        What a message names as the place of what does not fit.
    """
    folder, helper = Path(folder), None if helper is None else Path(helper)
    now = now or local_now()
    if not isinstance(protocol, Protocol):
        filled = filled_screen(protocol)
        acknowledge = said_so(filled.pop("acknowledge", False), "acknowledge") or acknowledge
        protocol = _completed(filled, now.date())
    printed = Printed(language or spoken().code, paper, large_print=large_print)
    protocol = _fitting(protocol, folder, helper, where=where, today=now.date(), printed=printed)
    protocol = screened(protocol, now.date(), unscreened=unscreened, acknowledge=acknowledge)
    _refuse_within(folder, helper)
    journal = begun(protocol.sha256(), now)
    with ExitStack() as both:
        both.enter_context(speaking(language or spoken().code))
        public = both.enter_context(new_folder(folder, last=PROTOCOL_FILE))
        if protocol.concealed == "open":
            order = draw_order(protocol)
            order.save(public / ORDER_FILE)
        else:
            order = schedule(protocol)
        if helper is not None:
            private = both.enter_context(new_folder(helper, belongs_to=public))
            sealed, seal = seal_order(protocol)
            write_atomic(private / SEALED_ORDER_FILE, sealed.to_json())
            write_packing_sheet(
                private,
                protocol,
                sealed.arms,
                commitment=seal.commitment,
                mark=beginning(journal),
                planned=now.date(),
                paper=paper,
                large_print=large_print,
            )
            write_atomic(public / SEAL_FILE, seal.bound(beginning(journal)).to_json())
        protocol.save(public / PROTOCOL_FILE)
        write_atomic(public / DIARY_FILE, empty_diary(protocol))
        for name, content in written(journal).items():
            write_atomic(public / name, content)
        write_papers(public, protocol, order, paper=paper, large_print=large_print)
    return Plan(folder, protocol, order, helper)


def page_for_doctor(
    content: Mapping[str, Any],
    folder: str | Path,
    *,
    helper: Path | None,
    printed: Printed,
    now: datetime | None = None,
) -> str:
    """Write the page to take to a doctor, of a plan that lacks nothing but their agreement, and say where it is; "" of any other plan.

    Parameters
    ----------
    content : mapping
        Plain values as for `plan`, without an agreement.
    printed : Printed
        How its papers are asked for.
    """
    now = now or local_now()
    filled = filled_screen(content)
    filled.pop("acknowledge", None)

    def fits(protocol: Protocol) -> None:
        _refuse_unfit(protocol, helper)
        refuse_doses(protocol)

    protocol = waiting(_completed(filled, now.date()), fits, now.date())
    return write_sheet(protocol, Path(folder), printed) if protocol is not None else ""


def _fitting(
    content: Protocol | dict[str, Any],
    folder: Path,
    helper: Path | None,
    *,
    where: str,
    today: date,
    printed: Printed,
) -> Protocol:
    """The protocol, if it can be planned; what lacks a doctor's agreement alone is refused with a page to take to them."""

    def fits(protocol: Protocol) -> None:
        _refuse_unfit(protocol, helper)
        refuse_doses(protocol)

    try:
        protocol = content if isinstance(content, Protocol) else Protocol.build(content, where=where)
        fits(protocol)
    except InputError as refused:
        plain = content.to_dict() if isinstance(content, Protocol) else content
        unagreed = waiting(plain, fits, today)
        if unagreed is None:
            raise
        told = write_sheet(unagreed, folder, printed)
        raise InputError(sentences([str(refused), told])) from None
    return protocol


def _completed(content: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What the person need not say: tomorrow for the first evening, and a seed from the system, which is kept."""
    design = content.get("design", {})
    if not isinstance(design, Mapping):
        return dict(content)
    made: dict[str, Any] = {"start": today + timedelta(days=1)}
    if design.get("concealed", "open") == "open":
        made["seed"] = secret_seed()
    elif "seed" in design:
        raise InputError(
            "A seed that you have chosen or can read gives the order away. Leave the seed out: a secret one is drawn for the helper."
        )
    return {**content, "design": made | dict(design)}


def secret_seed() -> int:
    """A seed from the system."""
    return secrets.randbits(32)


def _refuse_unfit(protocol: Protocol, helper: Path | None) -> None:
    if protocol.concealed == "helper" and helper is None:
        raise InputError("A sealed order needs a new folder for the helper, who keeps it: helper=.")
    if protocol.concealed != "helper" and helper is not None:
        raise InputError("A folder for a helper is given, but the design does not conceal the order from you.")
    if not protocol.randomized:
        raise InputError(
            "A plan needs a design whose order is drawn: kind = \"randomized-blocks\". For nights already lived use 'nof1 adopt'."
        )
    for name in protocol.analysis.covariates:
        if is_known(name):
            raise InputError(f"analysis.covariates: {not_adjusted(name)}: recorded = [{name.casefold()!r}].")
    for arm in protocol.active_arms:
        if arm.mouth_mg is None:
            raise InputError(
                f"The dose of {arm.name!r} is not fixed. Give that arm dose_mg= (elemental mg of an evening, as on the label), here or in the answers. "
                "nof1 suggests no dose: ask a doctor or pharmacist which one is right for you."
            )


def _refuse_within(folder: Path, helper: Path | None) -> None:
    if helper is None:
        return
    one, other = folder.resolve(), helper.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise InputError(
            f"The helper's folder {helper} must not be inside the trial folder {folder}, or the other way round: the order would lie beside the diary."
        )
