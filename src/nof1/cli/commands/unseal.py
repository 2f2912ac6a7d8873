"""nof1 unseal: opening a concealed order."""

from pathlib import Path
from typing import Annotated

import typer

from nof1.cli.terminal.console import is_terminal, next_step, plain_warnings, show, show_json
from nof1.cli.terminal.options import AsJson, Folder
from nof1.errors import InputError
from nof1.plan.orders.loading import load_unsealing
from nof1.plan.protocol.protocol import Protocol
from nof1.record.unsealing import open_period
from nof1.record.unsealing import unseal as open_all

_Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why; it is printed with the results.")]


def unseal(
    folder: Folder,
    helper: Annotated[Path | None, typer.Argument(metavar="HELPER_DIR", help="The helper's folder.")] = None,
    packs: Annotated[
        str | None,
        typer.Option(metavar="ARM,ARM,…", help="Shuffled packs: what was in each, in the order of their numbers."),
    ] = None,
    period: Annotated[int | None, typer.Option(help="Emergency: open this period only; the rest stays sealed.")] = None,
    reason: _Reason = None,
    yes: Annotated[bool, typer.Option("--yes", help="Open it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    protocol = Protocol.load(folder)
    if period is not None:
        _emergency(folder, protocol, helper, period, reason, as_json=as_json)
        return
    if reason is not None:
        raise InputError("--reason goes with --period, for an emergency.")
    names = _packs(folder, protocol, packs)
    if not yes and is_terminal():
        show("Opening the order locks the diary for good: no night can be added or changed after it.")
        if not typer.confirm("Open it?", default=False):
            show("Nothing was opened.")
            return
    order = open_all(folder, helper, packs=names)
    record = load_unsealing(folder)
    assert record is not None  # just written
    if as_json:
        show_json({"arms": order.arms(), "unsealing": record.model_dump(mode="json")})
        return
    if protocol.concealed == "helper":
        show("The sealed order fits the commitment made when it was drawn.")
    show(f"The diary was locked with {record.nights_recorded} of {record.nights_planned} nights recorded.")
    if record.early:
        show(f"It was opened early: {record.nights_left} nights were still to come. The results page will say so.")
    show("; ".join(f"period {number}: {arm}" for number, arm in enumerate(order.arms(), start=1)) + ".")
    show(f"Next: {next_step('analyze', folder)}")


def _packs(folder: Path, protocol: Protocol, packs: str | None) -> list[str] | None:
    """What was in the packs, from the option or asked one by one."""
    if packs is not None:
        return [name.strip() for name in packs.split(",")]
    if protocol.concealed != "alone" or load_unsealing(folder) is not None or not is_terminal():
        return None
    arms = [arm.name for arm in protocol.arms]
    show(f"Open the packs one by one. Each slip says one of: {', '.join(arms)}.")
    names: list[str] = []
    while len(names) < protocol.periods:
        answer = str(typer.prompt(f"pack {len(names) + 1}", default="", show_default=False)).strip()
        if answer in arms:
            names.append(answer)
        else:
            show(f"{answer!r} is not one of: {', '.join(arms)}.")
    return names


def _emergency(
    folder: Path, protocol: Protocol, helper: Path | None, period: int, reason: str | None, *, as_json: bool
) -> None:
    with plain_warnings():
        arm = open_period(folder, period, reason or "", helper)
    if as_json:
        show_json({"period": period, "arm": arm})
    elif arm is None:
        show(
            f"Open pack {period}: the slip says what is in it. That it was opened is on record; the rest stays closed."
        )
    else:
        one = protocol.arm(arm)
        dose = f", {one.dose_mg:g} mg elemental magnesium an evening" if one.dose_mg else ""
        show(
            f"Period {period}: {one.title}{dose}. That it was opened is on record; the rest stays sealed.", style="bold"
        )
