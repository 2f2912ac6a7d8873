"""nof1 plan: from a conversation, flags or an answers file to a protocol."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from nof1.cli.terminal.console import is_terminal, say_json
from nof1.cli.terminal.options import date_option
from nof1.cli.terminal.plan_output import describe_plan, secret_seed, tell_plan, write_plan
from nof1.clock import local_now
from nof1.errors import InputError
from nof1.files import read_bytes, refuse_filled
from nof1.plan.protocol.explain import parse_toml
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, answered, load_template, merge

_ON = "magnesium"  # the arm of the template that --dose-mg and --form speak of

Kind = Literal["randomized-blocks", "balanced", "mirrored-pairs", "alternating"]


def plan(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the trial.")],
    answers: Annotated[Path | None, typer.Option(metavar="FILE", help="Answers as TOML; flags go before them.")] = None,
    template: Annotated[str | None, typer.Option(help=f"What to start from; {DEFAULT_TEMPLATE} if not given.")] = None,
    dose_mg: Annotated[
        float | None, typer.Option(help="Planned dose of an evening, elemental mg (from the label).")
    ] = None,
    salt_mg: Annotated[
        float | None, typer.Option(help="Instead: weight of the salt in mg; with --form it gives the elemental dose.")
    ] = None,
    form: Annotated[str | None, typer.Option(help="Form, such as citrate; one trial, one form.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Smallest change worth having, in points; 1 if not given.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="How orders are drawn; randomized-blocks if not given.")] = None,
    blocks: Annotated[int | None, typer.Option(help="Blocks; each holds every arm once. 6 if not given.")] = None,
    periods: Annotated[int | None, typer.Option(help="Periods of a balanced order.")] = None,
    max_run: Annotated[
        int | None, typer.Option(help="Most periods alike in a row of a balanced order; 2 if not given.")
    ] = None,
    pairs: Annotated[int | None, typer.Option(help="Mirrored pairs, such as ABBA.")] = None,
    period_nights: Annotated[int | None, typer.Option(help="Nights of a period; 7 if not given.")] = None,
    washout_nights: Annotated[int | None, typer.Option(help="Nights without a dose between periods.")] = None,
    run_in_nights: Annotated[
        int | None, typer.Option(help="Nights off treatment before the first period; 0 if not given.")
    ] = None,
    start: Annotated[date | None, date_option("First evening; tomorrow if not given.")] = None,
    title: Annotated[str | None, typer.Option(help="Title in your own words.")] = None,
    question: Annotated[str | None, typer.Option(help="Question in your own words.")] = None,
    seal: Annotated[
        Path | None, typer.Option(metavar="HELPER_DIR", help="Conceal the order: new folder for the helper who packs.")
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Conceal the order without a helper: shuffled packs.")] = False,
    seed: Annotated[
        int | None, typer.Option(help="Makes the draw repeatable; drawn by the machine and kept if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Plan a trial: fix the protocol, draw the order, write the folder. Without options on a terminal, it asks."""
    given = _answers(answers)
    flags: dict[str, Any] = {
        "title": title,
        "question": question,
        "outcome": {"threshold": threshold},
        "design": {
            "kind": kind,
            "start": start,
            "blocks": blocks,
            "periods": periods,
            "max_run": max_run,
            "pairs": pairs,
            "period_nights": period_nights,
            "washout_nights": washout_nights,
            "run_in_nights": run_in_nights,
            "concealed": "helper" if seal else "alone" if alone else None,
            "seed": seed,
        },
    }
    flags = _without_none(flags)
    if seal and alone:
        raise InputError("--seal gives the order to a helper, --alone to nobody. Choose one of them.")
    dose = _without_none({"dose_mg": dose_mg, "salt_mg": salt_mg, "form": form})
    refuse_filled(folder)
    asked = answers is None and template is None and not flags and not dose and not as_json and is_terminal()
    if asked:
        from nof1.cli.wizard.conversation import ask_plan

        told = ask_plan(folder, today=local_now().date())
        if told is None:
            return
        given = told
    name = template or given.pop("template", None) or DEFAULT_TEMPLATE
    helper = seal or _path(given.pop("seal", None))
    content = merge(answered(load_template(str(name)), merge(given, {"design": {"kind": kind}} if kind else {})), flags)
    _set_dose(content, dose)
    protocol = _protocol(content, helper, where=str(answers or "the plan"))
    lived = write_plan(folder, protocol, helper)
    if asked:
        from nof1.cli.wizard.conversation import discard_draft

        discard_draft(folder)
    if as_json:
        say_json({"folder": str(folder), **describe_plan(protocol, lived)})
        return
    tell_plan(folder, protocol, lived, helper)


def _protocol(content: dict[str, Any], helper: Path | None, *, where: str) -> Protocol:
    design = content.setdefault("design", {})
    if isinstance(design, dict):
        design.setdefault("start", local_now().date() + timedelta(days=1))
        concealed = design.get("concealed", "open")
        if concealed != "open" and "seed" in design:
            raise InputError(
                "A seed that you have chosen or can read gives the order away. Leave the seed out: a secret one is drawn for the helper."
            )
        if concealed == "open":
            design.setdefault("seed", secret_seed())
        if concealed == "helper" and helper is None:
            raise InputError("A sealed order needs a folder for the helper, who keeps it: --seal HELPER_DIR.")
        if concealed != "helper" and helper is not None:
            raise InputError("A folder for a helper is given, but the design does not conceal the order from you.")
    protocol = Protocol.build(content, where=where)
    if not protocol.randomized:
        raise InputError(
            "A plan needs a design whose order is drawn: kind = \"randomized-blocks\". For nights already lived use 'nof1 adopt'."
        )
    _need_doses(protocol)
    return protocol


def _answers(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        text = read_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text. Save it as a plain text file in UTF-8.") from None
    return parse_toml(text, where=str(path))


def _path(value: Any) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise InputError(f"seal {value!r} must be the name of a new folder for the helper.")
    return Path(value)


def _without_none(content: dict[str, Any]) -> dict[str, Any]:
    nested = {key: _without_none(value) if isinstance(value, dict) else value for key, value in content.items()}
    return {key: value for key, value in nested.items() if value is not None and value != {}}


def _set_dose(content: dict[str, Any], changes: dict[str, Any]) -> None:
    if not changes:
        return
    arms = content.get("arms")
    on = [arm for arm in arms if isinstance(arm, dict) and arm.get("name") == _ON] if isinstance(arms, list) else []
    if len(on) != 1:
        raise InputError(
            f"--dose-mg, --salt-mg and --form speak of an arm called {_ON!r}; this plan has none. Set dose_mg and form of each arm in the answers."
        )
    # A new dose makes the other way of stating the old one untrue.
    stale = {"dose_mg", "salt_mg"} if {"dose_mg", "salt_mg"} & set(changes) else set()
    kept = {name: value for name, value in on[0].items() if name not in stale}
    content["arms"] = [kept | changes if arm is on[0] else arm for arm in arms or []]


def _need_doses(protocol: Protocol) -> None:
    for arm in protocol.active_arms:
        if arm.dose_mg is None:
            raise InputError(
                f"The dose of {arm.name!r} is not fixed. Give --dose-mg (elemental mg of an evening, as on the label), or dose_mg of that arm in the "
                "answers. nof1 suggests no dose: ask a doctor or pharmacist which one is right for you."
            )
