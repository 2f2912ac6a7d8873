"""nof1 amend: what changes after the draw."""

from datetime import date
from typing import Annotated

import typer

from nof1.cli.terminal.console import say, say_json
from nof1.cli.terminal.options import AsJson, Folder, date_option
from nof1.clock import local_now
from nof1.errors import InputError
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol

_Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why; it is printed with the results.")]


def amend(
    folder: Folder,
    pause: Annotated[date | None, date_option("First evening of a pause; what follows moves.")] = None,
    nights: Annotated[int | None, typer.Option(help="Nights of the pause.")] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Any other change, such as a lower dose.")] = None,
    reason: _Reason = None,
    as_json: AsJson = False,
) -> None:
    """Put a change after the draw on record: a pause, or anything else in words."""
    from nof1.cli.terminal.plan_output import renew_paperwork
    from nof1.record.amending import add_note, add_pause

    if (pause is None) == (note is None):
        raise InputError("Say what changed: --pause DATE --nights N --reason TEXT, or --note TEXT.")
    now = local_now()
    if pause is not None:
        if nights is None or not reason:
            raise InputError("A pause needs --nights N and --reason TEXT.")
        order = add_pause(folder, pause, nights, reason, now=now)
    else:
        if nights is not None:
            raise InputError("--nights goes with --pause.")
        add_note(folder, f"{note} {reason}" if reason else str(note), now=now)
        order = load_schedule(folder, Protocol.load(folder))
    renew_paperwork(folder, order)
    amendments = load_amendments(folder)
    if as_json:
        say_json({"amendments": [one.model_dump(mode="json") for one in amendments], "end": order.end})
        return
    say(amendments[-1].sentence())
    say(
        f"The last evening is {order.end}. Booklet, calendar, diary.html, diary sheet and protocol.pdf were written anew."
    )
