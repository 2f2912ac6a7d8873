"""nof1 stop: the end of a trial before its last planned night."""

from datetime import date
from typing import Annotated

import typer

from nof1.cli.terminal.console import is_terminal, next_step, plain_warnings, show, show_json
from nof1.cli.terminal.options import AsJson, Folder, night_option
from nof1.errors import InputError
from nof1.plan.orders.amendments import StoppedBy
from nof1.plan.orders.loading import is_sealed
from nof1.plan.protocol.protocol import Protocol
from nof1.record.stopping import stop as put_on_record
from nof1.report.words.changes import amendment_sentence

_BY: dict[str, StoppedBy] = {"me": "person", "doctor": "clinician", "rule": "rule"}


def stop(
    folder: Folder,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is printed with the results.")],
    by: Annotated[str, typer.Option(metavar="me|doctor|rule", help="Who decided it, or a rule set beforehand.")] = "me",
    unrelated: Annotated[
        bool | None,
        typer.Option("--unrelated/--related", help="Whether the reason had nothing to do with the ratings."),
    ] = None,
    since: Annotated[
        date | None, night_option("First evening that is not of the trial any more; tonight if not given.", "--from")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Stop it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    if by not in _BY:
        raise InputError(f"--by {by!r} is not one of: {', '.join(_BY)}.")
    protocol = Protocol.load(folder)
    asking = is_terminal() and not as_json
    if unrelated is None and asking:
        unrelated = not typer.confirm("Had the ratings anything to do with it?", default=True)
    if not yes and asking:
        show("A stop cannot be taken back: no night after it can be recorded.")
        if not typer.confirm("Stop the trial?", default=False):
            show("Nothing was changed.")
            return
    with plain_warnings():
        amendment = put_on_record(folder, reason=reason, by=_BY[by], unrelated=unrelated, since=since)
    if as_json:
        show_json(amendment.model_dump(mode="json"))
        return
    show(amendment_sentence(amendment))
    if unrelated is None:
        show(
            "Nobody said whether the ratings had to do with it, so pages say that they may have (--unrelated, --related)."
        )
    show(f"Next: {next_step('unseal' if is_sealed(folder, protocol) else 'analyze', folder)}")
