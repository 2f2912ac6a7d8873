"""Drawing and writing a plan: the trial folder, the helper's packet, and what is said about them."""

import secrets
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from nof1.cli.terminal.console import console, next_step, say
from nof1.clock import local_now
from nof1.errors import InputError, Nof1Error
from nof1.files import new_folder, write_atomic
from nof1.plan.design.fields import WASHOUT
from nof1.plan.design.order import ORDER_FILE, RUN_IN, Order
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.concerns import concerns
from nof1.plan.orders.draw import balance, count_orders, draw_order, schedule, smallest_p
from nof1.plan.orders.seal import SEAL_FILE, SEALED_ORDER_FILE, seal_order
from nof1.plan.protocol.protocol import PROTOCOL_FILE, Protocol
from nof1.plan.protocol.safety import (
    LEVELS,
    Finding,
    dose_findings,
    finding_line,
    screen,
    stop_rule_sentence,
    unanswered,
)
from nof1.record.diary.entry import empty_diary
from nof1.record.diary.journal import beginning, begun, written
from nof1.record.diary.table import DIARY_FILE

PACKING_SHEET = "packing-sheet.pdf"
RECIPE = "shuffling-recipe.pdf"
_FEW = 24  # periods listed on the screen


def secret_seed() -> int:
    """A seed from the system."""
    return secrets.randbits(32)


def write_plan(folder: Path, protocol: Protocol, helper: Path | None, *, now: datetime | None = None) -> Order:
    """Draw the order and write the trial folder and, for a sealed trial, the helper's: all of it or nothing.

    Parameters
    ----------
    now : datetime, optional
        Aware; goes into the journal. The clock's if not given.

    Returns
    -------
    Order
        What the person may know of it.

    Raises
    ------
    InputError
        If a folder is there and not empty, or one is inside the other.
    """
    _refuse_within(folder, helper)
    journal = begun(protocol.sha256(), now or local_now())
    with ExitStack() as both:
        public = both.enter_context(new_folder(folder))
        if protocol.concealed == "open":
            order = draw_order(protocol)
            order.save(public / ORDER_FILE)
        else:
            order = schedule(protocol)
        if helper is not None:
            from nof1.report.papers.plan_papers import packing_sheet_pdf

            private = both.enter_context(new_folder(helper))
            sealed, seal = seal_order(protocol)
            write_atomic(private / SEALED_ORDER_FILE, sealed.to_json())
            write_atomic(private / PACKING_SHEET, packing_sheet_pdf(protocol, sealed.arms))
            write_atomic(public / SEAL_FILE, seal.bound(beginning(journal)).to_json())
        protocol.save(public / PROTOCOL_FILE)
        write_atomic(public / DIARY_FILE, empty_diary(protocol))
        for name, content in written(journal).items():
            write_atomic(public / name, content)
        write_paperwork(public, protocol, order, home=folder)
    return order


def _refuse_within(folder: Path, helper: Path | None) -> None:
    if helper is None:
        return
    one, other = folder.resolve(), helper.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise InputError(
            f"The helper's folder {helper} must not be inside the trial folder {folder}, or the other way round: the order would lie beside the diary."
        )


def write_paperwork(
    folder: Path, protocol: Protocol, order: Order, *, amendments: Any = (), home: Path | None = None
) -> None:
    """Write protocol.pdf, booklet.pdf, diary.html, calendar.ics, diary.xlsx and, for shuffled packs, the recipe.

    None of them depends on an order that is concealed.

    Parameters
    ----------
    home : Path, optional
        Where the folder will be when all of it is written; `folder` if not given.
    """
    from nof1.report.papers.plan_papers import booklet_pdf, protocol_pdf, shuffling_recipe_pdf
    from nof1.report.papers.spreadsheet import diary_xlsx

    write_atomic(
        folder / "protocol.pdf",
        protocol_pdf(
            protocol, order, amendments=amendments, precision=precision(protocol), looks=false_alarms(protocol)
        ),
    )
    write_atomic(folder / "booklet.pdf", booklet_pdf(protocol, order))
    write_diary_page(folder, protocol, order)
    write_calendar(folder, protocol, order, revision=len(amendments), home=home)
    write_atomic(folder / "diary.xlsx", diary_xlsx(protocol, order))
    if protocol.concealed == "alone":
        write_atomic(folder / RECIPE, shuffling_recipe_pdf(protocol))


def renew_paperwork(folder: Path, order: Order) -> None:
    """Write the paperwork anew; calendars take the higher revision for an update."""
    amendments = load_amendments(folder)
    try:
        write_paperwork(folder, Protocol.load(folder), order, amendments=amendments)
    except Nof1Error as error:
        reason = str(error).replace(" Nothing was changed.", "")
        raise Nof1Error(
            f"It is on record, so do not enter it again; but the papers could not be written anew. {reason} The next amendment renews them, too."
        ) from error


def write_diary_page(folder: Path, protocol: Protocol, order: Order) -> Path:
    """Write diary.html, and say where it is."""
    from nof1.bedside.page import PAGE_FILE, diary_page

    write_atomic(folder / PAGE_FILE, diary_page(protocol, order))
    return folder / PAGE_FILE


def write_calendar(
    folder: Path, protocol: Protocol, order: Order, *, revision: int, home: Path | None = None, link: str | None = None
) -> None:
    """Write calendar.ics; where it changes, its entries get a higher revision, so that a calendar that has them takes the new ones.

    Parameters
    ----------
    revision : int
        Number of amendments; it is higher if the calendar was changed for another reason, too.
    home : Path, optional
        As in `write_paperwork`.
    link : str, optional
        Where its entries lead. What an earlier calendar said if not given, unless that was the folder's own diary.html, which may have
        moved.
    """
    from nof1.bedside.page import PAGE_FILE
    from nof1.report.papers.calendar import CALENDAR_FILE, calendar, revision_and_link

    path = folder / CALENDAR_FILE
    old = path.read_bytes() if path.is_file() else b""
    before, kept = revision_and_link(old)
    if link is None:
        link = kept if kept.startswith("http") else ((home or folder).resolve() / PAGE_FILE).as_uri()
    content = calendar(protocol, order, revision=max(revision, before), link=link)
    if old and content != old:
        content = calendar(protocol, order, revision=max(revision, before + 1), link=link)
    write_atomic(path, content)


def precision(protocol: Protocol) -> list[str]:
    """What the design is expected to show, worked out from the priors before any night."""
    from nof1.analyze.simulation.precision import expected_width

    if protocol.analysis.scale != "points":
        return []
    width = expected_width(protocol)
    return [
        f"The 95 % interval of the effect is expected to be about {width:.1f} points wide, with one night in twenty missing "
        "(worked out from the priors; 'nof1 power' simulates it)."
    ]


def false_alarms(protocol: Protocol) -> list[str]:
    """How often the rule for looks before the last night would claim what is not there; nothing where there is no rule."""
    if protocol.analysis.interim is None:
        return []
    from nof1.analyze.simulation.interim import simulate_looks
    from nof1.report.words.looks import false_alarm_sentence

    return [false_alarm_sentence(simulate_looks(protocol, trials=200, effects=()))]


def findings(protocol: Protocol) -> tuple[Finding, ...]:
    """What the safety screen and the doses lead to."""
    doses = {arm.title: arm.dose_mg for arm in protocol.arms if arm.dose_mg is not None}
    answers = protocol.safety.answers if protocol.safety is not None else {}
    other = float(answers.get("other_magnesium_mg", 0.0))
    found = (*screen(protocol.safety), *dose_findings(doses, other))
    return tuple(sorted(found, key=lambda finding: LEVELS.index(finding.level)))


def describe_plan(protocol: Protocol, order: Order) -> dict[str, Any]:
    """A plan as plain values."""
    from nof1.analyze.simulation.precision import expected_width

    return {
        "protocol_sha256": protocol.sha256(),
        "nights": protocol.nights,
        "periods": protocol.periods,
        "concealed": protocol.concealed,
        "orders": count_orders(protocol),
        "smallest_p": smallest_p(protocol),
        "expected_width": expected_width(protocol) if protocol.analysis.scale == "points" else None,
        "balance": None if order.sealed else [asdict(row) for row in balance(order)],
        "concerns": list(concerns(protocol)),
        "findings": [asdict(finding) for finding in findings(protocol)],
        "unanswered": [question.id for question in unanswered(protocol.safety)],
    }


def tell_plan(folder: Path, protocol: Protocol, order: Order, helper: Path | None = None) -> None:
    """Show a plan: its nights, its order, what to heed."""
    say(protocol.title, style="bold")
    if protocol.simulated:
        say("Simulated: this plan is an example, made up.")
    say(f"{protocol.nights} nights, from the evening of {order.start} to that of {order.end}.")
    _tell_order(folder, protocol, order, helper)
    for sentence in precision(protocol):
        say(sentence)
    if len(order.periods) <= _FEW:
        _table(order)
    for finding in findings(protocol):
        style = "bold yellow" if finding.level in ("stop", "ask") else None
        say(finding_line(finding), style=style)
    left = len(unanswered(protocol.safety))
    if left:
        say(
            f"{left} questions of the safety screen are not answered. 'nof1 plan' asks them on a terminal; protocol.pdf says so."
        )
    for concern in concerns(protocol):
        say(f"Note: {concern}", style="yellow")
    say(stop_rule_sentence())
    say("nof1 gives no medical advice. Talk to a doctor or pharmacist before you take or stop anything.")
    say(
        f"In {folder}: protocol.pdf (for the doctor), diary.html (a diary for phone or computer), booklet.pdf and diary.xlsx (other diaries), "
        "calendar.ics (reminders)."
    )
    say(
        f"Next: after each night, open diary.html, or {next_step('log', folder)}. For the phone beside the bed: {next_step('serve', folder)} --lan"
    )


def _tell_order(folder: Path, protocol: Protocol, order: Order, helper: Path | None) -> None:
    many = f"{_count_words(count_orders(protocol))} equally likely ones"
    if protocol.concealed == "open":
        say(f"The order was drawn from {many} and is in {folder / ORDER_FILE}.")
        means = "; ".join(f"{row.arm} {row.periods} periods, mean night {row.mean_night:.1f}" for row in balance(order))
        say(f"Balance: {means}.")
    elif protocol.concealed == "helper":
        say(f"The order was drawn from {many} and sealed. Only {helper} holds it: give that folder to your helper and")
        say("keep no copy. The packs have numbers; what is in them you learn with 'nof1 unseal', after the last night.")
    else:
        say(f"The order is left to chance: one of {many}. {folder / RECIPE} says how to prepare and shuffle the packs.")


def _table(order: Order) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("period", "block", "pack" if order.sealed else "arm", "first evening", "nights"):
        table.add_column(heading)
    for period in order.periods:
        number = "" if period.arm == WASHOUT else "run-in" if period.number == RUN_IN else str(period.number)
        what = f"pack {period.number}" if period.arm is None else period.arm
        table.add_row(number, str(period.block or ""), what, str(period.start), str(period.nights))
    console().print(table)


def _count_words(count: int) -> str:
    return f"{count:,}" if count < 10**12 else f"about 10^{len(str(count)) - 1}"
