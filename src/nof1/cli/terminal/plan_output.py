"""A plan on the screen: what was drawn and written, and what to heed."""

from dataclasses import asdict
from typing import Any

from nof1.analyze.simulation.precision import expected_width
from nof1.analyze.simulation.reach import reach
from nof1.cli.terminal.console import console, next_step, show
from nof1.clock import local_now
from nof1.language import clauses, say
from nof1.plan.design.fields import WASHOUT
from nof1.plan.design.order import ORDER_FILE, RUN_IN, Order
from nof1.plan.orders.concerns import concerns, findings
from nof1.plan.orders.draw import balance, count_orders, smallest_p
from nof1.plan.orders.evening_dose import evening_line
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.safety.screen import NO_ADVICE, UNSCREENED, finding_line, unanswered, went_without
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.record.planning import Plan
from nof1.record.values.nights import tonight
from nof1.report.papers.folder import RECIPE, precision
from nof1.report.words.phrases import large
from nof1.report.words.reach import limit_sentence, onset_sentence

_FEW = 24  # periods listed on the screen


def describe_plan(plan: Plan) -> dict[str, Any]:
    """A plan as plain values."""
    protocol, order = plan.protocol, plan.order
    found = reach(protocol)
    return {
        "folder": str(plan.folder),
        "protocol_sha256": protocol.sha256(),
        "nights": protocol.nights,
        "periods": protocol.periods,
        "concealed": protocol.concealed,
        "orders": count_orders(protocol),
        "smallest_p": smallest_p(protocol),
        "expected_width": expected_width(protocol) if protocol.analysis.scale == "points" else None,
        "balance": None if order.sealed else [asdict(row) for row in balance(order)],
        "concerns": list(concerns(protocol)),
        "reach": None if found is None else found.to_dict(),
        "findings": [asdict(finding) for finding in findings(protocol)],
        "unanswered": [question.id for question in unanswered(protocol.safety)],
        "unscreened": went_without(protocol.safety),
    }


def tell_plan(plan: Plan) -> None:
    """Show a plan: its nights, its order, what to heed."""
    folder, protocol, order = plan.folder, plan.protocol, plan.order
    show(ours(protocol.title), style="bold")
    if protocol.simulated:
        show(say("Simulated: this plan is an example, made up."))
    if went_without(protocol.safety):
        show(say(UNSCREENED), style="bold yellow")
    show(
        say(
            "{nights} nights, from the evening of {first} to that of {last}.",
            nights=protocol.nights,
            first=str(order.start),
            last=str(order.end),
        )
    )
    _tell_order(plan)
    found = reach(protocol)
    for sentence in precision(protocol):
        show(sentence)
    if found is not None and (onset := onset_sentence(found)):
        show(onset)
    if len(order.periods) <= _FEW:
        _table(order)
    for finding in findings(protocol):
        style = "bold yellow" if finding.level in ("stop", "ask") else None
        show(finding_line(finding), style=style)
    left = len(unanswered(protocol.safety))
    if left:
        show(
            say(
                "{questions} questions of the safety screen are not answered. 'nof1 plan' asks them on a terminal; protocol.pdf says so.",
                questions=left,
            )
        )
    limit = limit_sentence(protocol, found) if found is not None else ""
    for concern in (*concerns(protocol), *([limit] if limit else [])):
        show(say("Note: {concern}", concern=concern), style="yellow")
    show(stop_rule_sentence())
    show(say(NO_ADVICE))
    show(
        say(
            "In {folder}: protocol.pdf and pre-visit.pdf (for the doctor), consent.pdf (to read and sign), data-sheet.pdf (what is kept where), adverse-events.pdf (a form for side effects), diary.html (a diary for phone or computer), booklet.pdf and diary.xlsx (other "
            "diaries), calendar.ics (reminders).",
            folder=str(folder),
        )
    )
    show(
        say(
            "Next: after each night, open diary.html, or {log}. For the phone beside the bed: {serve} --lan",
            log=next_step("log", folder),
            serve=next_step("serve", folder),
        )
    )
    if line := evening_line(protocol, order, tonight(local_now())):
        show(line, style="bold")


def _tell_order(plan: Plan) -> None:
    folder, protocol, order = plan.folder, plan.protocol, plan.order
    many = large(count_orders(protocol))
    if protocol.concealed == "open":
        show(
            say(
                "The order was drawn from {orders} equally likely ones and is in {file}.",
                orders=many,
                file=str(folder / ORDER_FILE),
            )
        )
        means: list[str] = [
            say(
                "{arm} {periods} periods, mean night {night:.1f}",
                arm=ours(row.arm),
                periods=row.periods,
                night=row.mean_night,
            )
            for row in balance(order)
        ]
        show(say("Balance: {means}.", means=clauses(means)))
    elif protocol.concealed == "helper":
        show(
            say(
                "The order was drawn from {orders} equally likely ones and sealed. Only {helper} holds it: give that folder to your helper and",
                orders=many,
                helper=str(plan.helper),
            )
        )
        show(
            say(
                "keep no copy. The packs have numbers; what is in them you learn with 'nof1 unseal', after the last night."
            )
        )
    else:
        show(
            say(
                "The order is left to chance: one of {orders} equally likely ones. {file} says how to prepare and shuffle the packs.",
                orders=many,
                file=str(folder / RECIPE),
            )
        )


def _table(order: Order) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    held = say("pack") if order.sealed else say("arm")
    for heading in (say("period"), say("block"), held, say("first evening"), say("nights")):
        table.add_column(heading)
    for period in order.periods:
        number = "" if period.arm == WASHOUT else say("run-in") if period.number == RUN_IN else str(period.number)
        if period.arm is None:
            what: str = say("pack {number}", number=period.number)
        else:
            what = say("washout") if period.arm == WASHOUT else ours(period.arm)
        table.add_row(number, str(period.block or ""), what, str(period.start), str(period.nights))
    console().print(table)
