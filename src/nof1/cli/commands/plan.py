"""nof1 plan: from a conversation, flags or an answers file to a protocol."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from nof1.cli.terminal.console import is_terminal, show_json
from nof1.cli.terminal.options import LargePrint, PaperSize, Spoken, clock_option, date_option
from nof1.clock import local_now
from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.language import ENGLISH
from nof1.new_folders import refuse_filled
from nof1.plan.protocol.explain import parse_toml
from nof1.plan.protocol.instruments import asked_instruments
from nof1.plan.protocol.parts import Route
from nof1.plan.protocol.recorded import with_recorded
from nof1.plan.protocol.template import (
    DEFAULT_TEMPLATE,
    answered,
    load_template,
    merge,
    template_names,
    with_dose,
    with_treatment,
)
from nof1.record.planning import page_for_doctor
from nof1.record.trial import Trial
from nof1.record.unagreed import Printed

Kind = Literal["randomized-blocks", "balanced", "mirrored-pairs", "alternating"]


def plan(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the trial.")],
    answers: Annotated[Path | None, typer.Option(metavar="FILE", help="Answers as TOML; flags go before them.")] = None,
    template: Annotated[
        str | None,
        typer.Option(help=f"What to start from: {', '.join(template_names())}; {DEFAULT_TEMPLATE} if not given."),
    ] = None,
    treatment: Annotated[
        str | None, typer.Option(help="What is tried, in your own words, in a template that leaves it open.")
    ] = None,
    dose_mg: Annotated[
        float | None, typer.Option(help="Planned dose of an evening, elemental mg (from the label).")
    ] = None,
    salt_mg: Annotated[
        float | None, typer.Option(help="Instead: weight of the salt in mg; with --form it gives the elemental dose.")
    ] = None,
    form: Annotated[str | None, typer.Option(help="Form, such as citrate; one trial, one form.")] = None,
    dose_meant: Annotated[
        bool, typer.Option("--dose-meant", help="The dose is meant, though it looks like a slip, such as 2 mg.")
    ] = False,
    route: Annotated[
        Route | None,
        typer.Option(help="How it is used; mouth if not given. A bath has no mg; other is what is no dose."),
    ] = None,
    product: Annotated[
        str | None, typer.Option(help="Product, and how much of it, in your own words; a bath needs it.")
    ] = None,
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
    instrument: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FILE",
            help="Also take this score at the end of each period: irls, isi, rls6, or a TOML file of your own; repeat for more.",
        ),
    ] = None,
    covariate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Also write this down each morning. The model takes what may bear on a night, such as caffeine; beside it are kept "
            "onset (a clock time), where (legs, arms) and rescue (another medicine taken in the night). Repeat for more.",
        ),
    ] = None,
    start: Annotated[date | None, date_option("First evening; tomorrow if not given.")] = None,
    dose_time: Annotated[str | None, clock_option("Time of the evening dose; 21:30 if not given.")] = None,
    title: Annotated[str | None, typer.Option(help="Title in your own words.")] = None,
    question: Annotated[str | None, typer.Option(help="Question in your own words.")] = None,
    seal: Annotated[
        Path | None, typer.Option(metavar="HELPER_DIR", help="Conceal the order: new folder for the helper who packs.")
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Conceal the order without a helper: shuffled packs.")] = False,
    seed: Annotated[
        int | None, typer.Option(help="Makes the draw repeatable; drawn by the machine and kept if not given.")
    ] = None,
    unscreened: Annotated[
        bool, typer.Option("--unscreened", help="Plan without the safety screen; every page says so.")
    ] = False,
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="Go on with medicines too near to the dose; the protocol says so.")
    ] = False,
    language: Spoken = ENGLISH,  # spoken from here on
    paper: PaperSize = "a4",
    large_print: LargePrint = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    from nof1.cli.terminal.plan_output import describe_plan, tell_plan
    from nof1.cli.wizard.conversation import ask_plan, discard_draft

    if seal and alone:
        raise InputError("--seal gives the order to a helper, --alone to nobody. Choose one of them.")
    scores = [one.model_dump(exclude_none=True) for text in instrument or () for one in asked_instruments(text)]
    given = _answers(answers)
    flags: dict[str, Any] = {
        "title": title,
        "question": question,
        "outcome": {"threshold": threshold},
        "conduct": {"dose_time": dose_time},
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
    dose = _without_none(
        {"dose_mg": dose_mg, "salt_mg": salt_mg, "form": form}
        | {"route": route, "product": product, "dose_meant": dose_meant or None}
    )
    refuse_filled(folder)
    consented = unscreened or acknowledge
    asked = not (answers or template or treatment or flags or dose or as_json or consented) and is_terminal()
    if asked:
        now = local_now()
        printed = Printed(language, paper, large_print=large_print)
        told = ask_plan(folder, today=now.date(), now=now.time(), unagreed=_for_doctor(folder, printed, now))
        if told is None:
            return
        given = told
    name = template or given.pop("template", None) or DEFAULT_TEMPLATE
    helper = seal or _path(given.pop("seal", None))
    content = merge(answered(load_template(str(name)), merge(given, {"design": {"kind": kind}} if kind else {})), flags)
    content = with_recorded(content, covariate or [])
    if scores:
        content["instruments"] = [*_listed(content.get("instruments")), *scores]
    planned = Trial.plan(
        with_dose(with_treatment(content, treatment), dose),
        folder,
        helper=helper,
        language=language,
        paper=paper,
        large_print=large_print,
        where=str(answers or "the plan"),
        unscreened=unscreened,
        acknowledge=acknowledge,
    )
    if asked:
        discard_draft(folder)
    if as_json:
        show_json(describe_plan(planned))
    else:
        tell_plan(planned, seen=asked)


def _for_doctor(folder: Path, printed: Printed, now: datetime) -> Callable[[dict[str, Any]], str]:
    """Writes the page to take to the doctor of a plan that lacks an agreement, as the refusal of an answers file does."""

    def write(told: dict[str, Any]) -> str:
        helper = _path(told.pop("seal", None))
        content = answered(load_template(DEFAULT_TEMPLATE), told)
        return page_for_doctor(content, folder, helper=helper, printed=printed, now=now)

    return write


def _answers(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        text = read_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text. Save it as a plain text file in UTF-8.") from None
    return parse_toml(text, where=str(path))


def _listed(value: Any) -> list[Any]:
    """The instruments of an answers file; what is no list is refused with the rest of the file."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _path(value: Any) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise InputError(f"seal {value!r} must be the name of a new folder for the helper.")
    return Path(value)


def _without_none(content: dict[str, Any]) -> dict[str, Any]:
    nested = {key: _without_none(value) if isinstance(value, dict) else value for key, value in content.items()}
    return {key: value for key, value in nested.items() if value is not None and value != {}}
