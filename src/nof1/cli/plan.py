"""nof1 plan: from flags or an answers file to a trial folder."""

import secrets
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from nof1 import facts
from nof1.cli.console import console, next_step, say, say_json
from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.plan.order import count_orders, draw_order
from nof1.plan.protocol import Protocol, parse_toml
from nof1.plan.template import DEFAULT_TEMPLATE, answered, load_template, merge
from nof1.record.trial import Trial

_ON = "magnesium"  # the arm of the template that --dose-mg and --form speak of


def plan(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the trial.")],
    answers: Annotated[Path | None, typer.Option(metavar="FILE", help="Answers as TOML; flags go before them.")] = None,
    template: Annotated[str | None, typer.Option(help=f"What to start from; {DEFAULT_TEMPLATE} if not given.")] = None,
    dose_mg: Annotated[
        float | None, typer.Option(help="Planned dose of an evening, elemental mg (from the label).")
    ] = None,
    form: Annotated[str | None, typer.Option(help="Form, such as citrate; one trial, one form.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Smallest change worth having, in points; 1 if not given.")
    ] = None,
    blocks: Annotated[int | None, typer.Option(help="Blocks; each holds every arm once. 6 if not given.")] = None,
    period_nights: Annotated[int | None, typer.Option(help="Nights of a period; 7 if not given.")] = None,
    run_in_nights: Annotated[
        int | None, typer.Option(help="Nights off treatment before the first period; 0 if not given.")
    ] = None,
    start: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First evening; tomorrow if not given.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title in your own words.")] = None,
    question: Annotated[str | None, typer.Option(help="Question in your own words.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Makes the draw repeatable; drawn by the machine and kept if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Plan a trial: fix the protocol, draw the order, write the folder."""
    given = _answers(answers)
    name = template or given.pop("template", None) or DEFAULT_TEMPLATE
    content = answered(load_template(str(name)), given)
    flags: dict[str, Any] = {
        "title": title,
        "question": question,
        "outcome": {"threshold": threshold},
        "design": {
            "start": start.date() if start else None,
            "blocks": blocks,
            "period_nights": period_nights,
            "run_in_nights": run_in_nights,
            "seed": seed,
        },
    }
    content = merge(content, _without_none(flags))
    _set_dose(content, dose_mg, form)
    design = content.setdefault("design", {})
    if isinstance(design, dict):
        design.setdefault("start", _tomorrow())
        design.setdefault("seed", secrets.randbits(32))
    protocol = Protocol.build(content, where=str(answers or "the plan"))
    if not protocol.randomized:
        raise InputError(
            "A plan needs a design whose order is drawn: kind = \"randomized-blocks\". For nights already lived use 'nof1 adopt'."
        )
    _need_doses(protocol)
    trial = Trial(protocol, draw_order(protocol), ())
    trial.create(folder)
    if as_json:
        say_json(
            {
                "folder": str(folder),
                "protocol_sha256": protocol.sha256(),
                "nights": protocol.nights,
                "orders": count_orders(protocol),
            }
        )
        return
    tell_plan(folder, trial)


def _answers(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        text = read_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text. Save it as a plain text file in UTF-8.") from None
    return parse_toml(text, where=str(path))


def _tomorrow() -> date:
    return datetime.now().astimezone().date() + timedelta(days=1)


def _without_none(content: dict[str, Any]) -> dict[str, Any]:
    nested = {key: _without_none(value) if isinstance(value, dict) else value for key, value in content.items()}
    return {key: value for key, value in nested.items() if value is not None and value != {}}


def _set_dose(content: dict[str, Any], dose_mg: float | None, form: str | None) -> None:
    changes = _without_none({"dose_mg": dose_mg, "form": form})
    if not changes:
        return
    arms = content.get("arms")
    on = [arm for arm in arms if isinstance(arm, dict) and arm.get("name") == _ON] if isinstance(arms, list) else []
    if len(on) != 1:
        raise InputError(
            f"--dose-mg and --form speak of an arm called {_ON!r}; this plan has none. Set dose_mg and form of each arm in the answers."
        )
    content["arms"] = [arm | changes if arm is on[0] else arm for arm in arms or []]


def _need_doses(protocol: Protocol) -> None:
    for arm in protocol.active_arms:
        if arm.dose_mg is None:
            raise InputError(
                f"The dose of {arm.name!r} is not fixed. Give --dose-mg (elemental mg of an evening, as on the label), or dose_mg of that arm in the "
                "answers. nof1 suggests no dose: ask a doctor or pharmacist which one is right for you."
            )


def tell_plan(folder: Path, trial: Trial) -> None:
    """Show a plan: its nights, its order, what to heed."""
    protocol = trial.protocol
    say(protocol.title, style="bold")
    if protocol.simulated:
        say("Simulated: this plan is an example, made up.")
    say(f"{protocol.nights} nights, from the evening of {protocol.start} to that of {protocol.end}.")
    say(
        f"The order was drawn from {_count_words(count_orders(protocol))} equally likely ones and is in {folder / 'order.csv'}."
    )
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("period", "block", "arm", "first evening", "nights"):
        table.add_column(heading)
    for period in trial.order.periods:
        table.add_row(
            str(period.number or "run-in"), str(period.block or ""), period.arm, str(period.start), str(period.nights)
        )
    console().print(table)
    for line in _dose_flags(protocol):
        say(line, style="bold yellow")
    say("nof1 gives no medical advice. Talk to a doctor or pharmacist before you take or stop anything.")
    say(f"Next: after each night, {next_step('log', folder)}")


def _count_words(count: int) -> str:
    return f"{count:,}" if count < 10**12 else f"about 10^{len(str(count)) - 1}"


def _dose_flags(protocol: Protocol) -> list[str]:
    """A warning for every arm above an upper level, with its source."""
    return [
        f"Careful: {arm.dose_mg:g} mg a day ({arm.name}) is above {fact['mg_per_day']} mg, the {fact['text']} ({fact['source']}). "
        "Ask a doctor first."
        for arm in protocol.arms
        for fact in facts.load("dose")
        if (arm.dose_mg or 0) > fact["mg_per_day"]
    ]
