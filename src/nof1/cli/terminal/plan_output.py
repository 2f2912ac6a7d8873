"""A plan on the screen: what was drawn and written, and what to heed."""

from dataclasses import asdict
from typing import Any

from nof1.analyze.simulation.precision import expected_width
from nof1.cli.terminal.console import console, next_step, say
from nof1.plan.design.fields import WASHOUT
from nof1.plan.design.order import ORDER_FILE, RUN_IN, Order
from nof1.plan.orders.concerns import concerns, findings
from nof1.plan.orders.draw import balance, count_orders, smallest_p
from nof1.plan.protocol.safety import finding_line, stop_rule_sentence, unanswered
from nof1.record.planning import Plan
from nof1.report.papers.folder import RECIPE, precision

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
    say(protocol.title, style="bold")
    if protocol.simulated:
        say("Simulated: this plan is an example, made up.")
    say(f"{protocol.nights} nights, from the evening of {order.start} to that of {order.end}.")
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


def _tell_order(plan: Plan) -> None:
    folder, protocol, order = plan.folder, plan.protocol, plan.order
    many = f"{_count_words(count_orders(protocol))} equally likely ones"
    if protocol.concealed == "open":
        say(f"The order was drawn from {many} and is in {folder / ORDER_FILE}.")
        means = "; ".join(f"{row.arm} {row.periods} periods, mean night {row.mean_night:.1f}" for row in balance(order))
        say(f"Balance: {means}.")
    elif protocol.concealed == "helper":
        say(
            f"The order was drawn from {many} and sealed. Only {plan.helper} holds it: give that folder to your helper and"
        )
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
