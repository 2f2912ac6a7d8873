"""A plan on the screen: what was drawn and written, and what to heed."""

from dataclasses import asdict
from datetime import date
from typing import Any

from nof1.analyze.simulation.precision import expected_width
from nof1.analyze.simulation.reach import reach
from nof1.cli.terminal.console import next_step
from nof1.cli.terminal.pages import Line, tell
from nof1.clock import local_now
from nof1.language import clauses, say
from nof1.plan.design.fields import WASHOUT
from nof1.plan.design.order import ORDER_FILE, RUN_IN, Order
from nof1.plan.orders.concerns import concerns, findings
from nof1.plan.orders.draw import balance, count_orders, smallest_p
from nof1.plan.orders.evening_dose import evening_line
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.safety.screen import NO_ADVICE, UNSCREENED, finding_line, given, unanswered, went_without
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.record.planning import Plan
from nof1.record.values.nights import tonight
from nof1.report.papers.folder import RECIPE, precision
from nof1.report.papers.treatment import UNKNOWN_HERE
from nof1.report.words.phrases import large
from nof1.report.words.reach import limit_sentence, onset_sentence
from nof1.subject import spoken_of

_FEW = 24  # periods listed on the screen


@spoken_of
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


@spoken_of
def tell_plan(plan: Plan, *, seen: bool = False, today: date | None = None) -> None:
    """Show a plan: its nights, its order, what to heed; and last, what there is to take and what to do next.

    `seen` leaves out what the person has just read before the draw.
    """
    protocol, order = plan.protocol, plan.order
    lines: list[Line] = [(ours(protocol.title), "bold")]
    if protocol.simulated:
        lines.append((say("Simulated: this plan is an example, made up."), None))
    if went_without(protocol.safety):
        lines.append((say(UNSCREENED), "bold yellow"))
    lines.append(
        (
            say(
                "{nights} nights, from the evening of {first} to that of {last}.",
                nights=protocol.nights,
                first=str(order.start),
                last=str(order.end),
            ),
            None,
        )
    )
    lines += [(text, None) for text in _order(plan)]
    lines += [] if seen else [(text, None) for text in _balance(plan)] + _to_heed(plan)
    lines.append((stop_rule_sentence(), None))
    lines += [] if seen else [(say(NO_ADVICE), None)]
    lines.append(
        (
            say(
                "In {folder}: protocol.pdf and pre-visit.pdf (for the doctor), consent.pdf (to read and sign), data-sheet.pdf (what is kept where), adverse-events.pdf (a form for side effects), diary.html (a diary for phone or computer), booklet.pdf and diary.xlsx (other "
                "diaries), calendar.ics (reminders).",
                folder=str(plan.folder),
            ),
            None,
        )
    )
    dose = evening_line(protocol, order, today or tonight(local_now()))
    tell(lines, [*([(dose, "bold")] if dose else []), (_next(plan), None)])


def _to_heed(plan: Plan) -> list[Line]:
    """Precision, the order, findings and concerns."""
    protocol, order = plan.protocol, plan.order
    found = reach(protocol)
    told = list(precision(protocol))
    if found is not None and (onset := onset_sentence(found)):
        told.append(onset)
    if len(order.periods) <= _FEW:
        told += _table(order)
    lines: list[Line] = [(text, None) for text in told]
    lines += [
        (finding_line(one), "bold yellow" if one.level in ("stop", "ask") else None) for one in findings(protocol)
    ]
    left = len(unanswered(protocol.safety))
    if left and not protocol.of_magnesium and not given(protocol.safety):
        lines.append((say(UNKNOWN_HERE), "bold yellow"))
    elif left:
        lines.append(
            (
                say(
                    "{questions} questions of the safety screen are not answered. 'nof1 plan' asks them on a terminal; protocol.pdf says so.",
                    questions=left,
                ),
                None,
            )
        )
    limit = limit_sentence(protocol, found) if found is not None else ""
    noted = (*concerns(protocol), *([limit] if limit else []))
    return lines + [(say("Note: {concern}", concern=concern), "yellow") for concern in noted]


def _next(plan: Plan) -> str:
    """The one thing to do next."""
    if plan.helper is not None:
        return say("Next: give the folder {helper} to your helper, and keep no copy.", helper=str(plan.helper))
    if plan.protocol.concealed == "alone":
        return say("Next: prepare and shuffle the packs, as {file} says.", file=str(plan.folder / RECIPE))
    return say("Next: each morning, {log}, or diary.html on your phone.", log=next_step("log", plan.folder))


def _order(plan: Plan) -> list[str]:
    """How the order was drawn, and where it is."""
    folder, protocol = plan.folder, plan.protocol
    many = large(count_orders(protocol))
    if protocol.concealed == "open":
        return [
            say(
                "The order was drawn from {orders} equally likely ones and is in {file}.",
                orders=many,
                file=str(folder / ORDER_FILE),
            )
        ]
    if protocol.concealed == "helper":
        return [
            say(
                "The order was drawn from {orders} equally likely ones and sealed. Only {helper} holds it: give that folder to your helper and",
                orders=many,
                helper=str(plan.helper),
            ),
            say(
                "keep no copy. The packs have numbers; what is in them you learn with 'nof1 unseal', after the last night."
            ),
        ]
    return [
        say(
            "The order is left to chance: one of {orders} equally likely ones. {file} says how to prepare and shuffle the packs.",
            orders=many,
            file=str(folder / RECIPE),
        )
    ]


def _balance(plan: Plan) -> list[str]:
    """How evenly the arms lie in the time, where the order is known."""
    if plan.order.sealed:
        return []
    means: list[str] = [
        say(
            "{arm} {periods} periods, mean night {night:.1f}",
            arm=ours(row.arm),
            periods=row.periods,
            night=row.mean_night,
        )
        for row in balance(plan.order)
    ]
    return [say("Balance: {means}.", means=clauses(means))]


def _table(order: Order) -> list[str]:
    """The periods, a line each."""
    held = say("pack") if order.sealed else say("arm")
    rows = [(say("period"), say("block"), held, say("first evening"), say("nights"))]
    for period in order.periods:
        number = "" if period.arm == WASHOUT else say("run-in") if period.number == RUN_IN else str(period.number)
        if period.arm is None:
            what: str = say("pack {number}", number=period.number)
        else:
            what = say("washout") if period.arm == WASHOUT else ours(period.arm)
        rows.append((number, str(period.block or ""), what, str(period.start), str(period.nights)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
