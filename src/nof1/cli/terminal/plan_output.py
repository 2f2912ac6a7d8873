"""A plan on the screen: what was drawn and written, and what to heed."""

from dataclasses import asdict
from typing import Any

from nof1.analyze.simulation.precision import expected_width
from nof1.cli.terminal.console import console, next_step, say
from nof1.language import clauses
from nof1.language import say as tell
from nof1.plan.design.fields import WASHOUT
from nof1.plan.design.order import ORDER_FILE, RUN_IN, Order
from nof1.plan.orders.concerns import concerns, findings
from nof1.plan.orders.draw import balance, count_orders, smallest_p
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.safety import finding_line, stop_rule_sentence, unanswered
from nof1.record.planning import Plan
from nof1.report.papers.folder import RECIPE, precision
from nof1.report.words.phrases import large

_FEW = 24  # periods listed on the screen


def describe_plan(plan: Plan) -> dict[str, Any]:
    """A plan as plain values."""
    protocol, order = plan.protocol, plan.order
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
        "findings": [asdict(finding) for finding in findings(protocol)],
        "unanswered": [question.id for question in unanswered(protocol.safety)],
    }


def tell_plan(plan: Plan) -> None:
    """Show a plan: its nights, its order, what to heed."""
    folder, protocol, order = plan.folder, plan.protocol, plan.order
    say(ours(protocol.title), style="bold")
    if protocol.simulated:
        say(tell("Simulated: this plan is an example, made up."))
    say(
        tell(
            "{nights} nights, from the evening of {first} to that of {last}.",
            nights=protocol.nights,
            first=str(order.start),
            last=str(order.end),
        )
    )
    _tell_order(plan)
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
            tell(
                "{questions} questions of the safety screen are not answered. 'nof1 plan' asks them on a terminal; protocol.pdf says so.",
                questions=left,
            )
        )
    for concern in concerns(protocol):
        say(tell("Note: {concern}", concern=concern), style="yellow")
    say(stop_rule_sentence())
    say(tell("nof1 gives no medical advice. Talk to a doctor or pharmacist before you take or stop anything."))
    say(
        tell(
            "In {folder}: protocol.pdf (for the doctor), diary.html (a diary for phone or computer), booklet.pdf and diary.xlsx (other "
            "diaries), calendar.ics (reminders).",
            folder=str(folder),
        )
    )
    say(
        tell(
            "Next: after each night, open diary.html, or {log}. For the phone beside the bed: {serve} --lan",
            log=next_step("log", folder),
            serve=next_step("serve", folder),
        )
    )


def _tell_order(plan: Plan) -> None:
    folder, protocol, order = plan.folder, plan.protocol, plan.order
    many = large(count_orders(protocol))
    if protocol.concealed == "open":
        say(
            tell(
                "The order was drawn from {orders} equally likely ones and is in {file}.",
                orders=many,
                file=str(folder / ORDER_FILE),
            )
        )
        means: list[str] = [
            tell(
                "{arm} {periods} periods, mean night {night:.1f}",
                arm=ours(row.arm),
                periods=row.periods,
                night=row.mean_night,
            )
            for row in balance(order)
        ]
        say(tell("Balance: {means}.", means=clauses(means)))
    elif protocol.concealed == "helper":
        say(
            tell(
                "The order was drawn from {orders} equally likely ones and sealed. Only {helper} holds it: give that folder to your helper and",
                orders=many,
                helper=str(plan.helper),
            )
        )
        say(
            tell(
                "keep no copy. The packs have numbers; what is in them you learn with 'nof1 unseal', after the last night."
            )
        )
    else:
        say(
            tell(
                "The order is left to chance: one of {orders} equally likely ones. {file} says how to prepare and shuffle the packs.",
                orders=many,
                file=str(folder / RECIPE),
            )
        )


def _table(order: Order) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    held = tell("pack") if order.sealed else tell("arm")
    for heading in (tell("period"), tell("block"), held, tell("first evening"), tell("nights")):
        table.add_column(heading)
    for period in order.periods:
        number = "" if period.arm == WASHOUT else tell("run-in") if period.number == RUN_IN else str(period.number)
        if period.arm is None:
            what: str = tell("pack {number}", number=period.number)
        else:
            what = tell("washout") if period.arm == WASHOUT else ours(period.arm)
        table.add_row(number, str(period.block or ""), what, str(period.start), str(period.nights))
    console().print(table)
