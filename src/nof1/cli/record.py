"""nof1 log and status: last night goes into the diary, and how far the trial is."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from nof1.cli.console import is_terminal, next_step, say, say_json
from nof1.errors import InputError, Nof1Error
from nof1.plan.fields import PAUSE, WASHOUT
from nof1.plan.loading import load_schedule
from nof1.plan.order import RUN_IN, Order, Period
from nof1.plan.protocol import Protocol
from nof1.plan.safety import dose_findings, finding_line, stop_rule_sentence
from nof1.record.diary import (
    Entry,
    add_entries,
    columns,
    dose_column,
    guesses,
    parse_entry,
    read_diary,
    refuse_if_locked,
    to_csv,
)
from nof1.record.nights import last_night

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Trial folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_DATES_SHOWN = 10


def log(
    folder: Folder,
    night: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of the evening; last night if not given.")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Set a value without being asked; repeat for more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record a night: its rating, the dose, side effects, a note; a guess at the end of a concealed period."""
    protocol = Protocol.load(folder)
    order = load_schedule(folder, protocol)
    refuse_if_locked(folder)
    latest = last_night(now_local())
    which = night.date() if night else latest
    period = order.period_of(which)
    if which > latest:
        raise InputError(f"The night of {_both_days(which)} is not over yet. Record it in the morning.")
    if which in {entry.night for entry in read_diary(folder, protocol)}:
        add_entries(folder, protocol, [Entry(which)])  # refuses, with the way to correct it
    asks_guess = protocol.concealed != "open" and order.ends_period(which)
    if values is not None:
        fields = _settings(values, protocol)
    elif is_terminal():
        what = _what(protocol, period)
        say(f"The night of {_both_days(which)} (night {(which - order.start).days + 1} of {order.nights}, {what}).")
        say("Leave an answer empty if you do not know.")
        fields = _ask(protocol, period, asks_guess)
    else:
        raise InputError(
            f"Nobody can be asked here. Give the values: nof1 log {folder} --set {protocol.outcome.name}=4"
        )
    entry = parse_entry(protocol, fields | {"night": which.isoformat()}, where=f"night {which}", until=order.end)
    add_entries(folder, protocol, [entry])
    if as_json:
        say_json({"night": which, "recorded": dict(zip(columns(protocol)[1:], as_row(protocol, entry), strict=True))})
        return
    recorded = len(read_diary(folder, protocol))
    say(f"Recorded the night of {_both_days(which)}. {recorded} of {protocol.nights} nights are in the diary.")
    if asks_guess and not entry.guess:
        say(f"Period {period.number} is over, and no guess was recorded with its last night.")
    for finding in dose_findings({"that evening": entry.dose_mg}) if entry.dose_mg else ():
        say(finding_line(finding), style="bold yellow")


def now_local() -> datetime:
    """The local clock."""
    return datetime.now()  # noqa: DTZ005 - local clock time is what is meant


def as_row(protocol: Protocol, entry: Entry) -> list[str]:
    """The cells of a night as they stand in diary.csv, its date left out."""
    import csv
    import io

    return list(csv.reader(io.StringIO(to_csv(protocol, [entry]))))[1][1:]


def _what(protocol: Protocol, period: Period) -> str:
    """What a night belongs to, in words that tell no secret."""
    if period.arm is None:
        return f"pack {period.number}"
    if not period.on_trial:
        return period.arm
    return f"run-in, {period.arm}" if period.number == RUN_IN else period.arm


def _both_days(night: date) -> str:
    morning = night + timedelta(days=1)
    return f"{night:%A} {night.day} to {morning:%A} {morning.day} {morning:%B %Y}"


def _settings(values: list[str], protocol: Protocol) -> dict[str, str]:
    fields: dict[str, str] = {}
    for pair in values:
        name, found, value = pair.partition("=")
        name = name.strip()
        if not found or name not in columns(protocol)[1:]:
            raise InputError(f"--set {pair!r} must be NAME=VALUE with one of: {', '.join(columns(protocol)[1:])}.")
        if name in fields:
            raise InputError(f"--set names {name!r} twice. Name it once.")
        fields[name] = value
    if not any(value.strip() for value in fields.values()):
        raise InputError("Nothing to record: every value is empty.")
    return fields


def _ask(protocol: Protocol, period: Period, asks_guess: bool) -> dict[str, str]:
    outcome = protocol.outcome
    scale = f"{outcome.low:g} to {outcome.high:g}, {outcome.better} is better"
    fields = {outcome.name: _ask_one(protocol, outcome.name, f"{outcome.title} ({scale})")}
    name = dose_column(protocol)
    fields[name] = _ask_one(protocol, name, _dose_question(protocol, period))
    fields["side_effects"] = _ask_one(protocol, "side_effects", "side effects, separated by ;")
    for covariate in protocol.analysis.covariates:
        fields[covariate] = _ask_one(protocol, covariate, covariate)
    if asks_guess:
        say(f"Period {period.number} is over. Before you know: what do you believe it was?")
        fields["guess"] = _ask_one(protocol, "guess", f"guess ({', '.join(guesses(protocol))})")
        if fields["guess"].strip():
            fields["confidence"] = _ask_one(
                protocol, "confidence", "how sure, from 0 (a blind guess) to 100 (certain)", guess=fields["guess"]
            )
    fields["note"] = _ask_one(protocol, "note", "note")
    if not any(value.strip() for value in fields.values()):
        raise InputError("Nothing was answered, so nothing was recorded.")
    return fields


def _dose_question(protocol: Protocol, period: Period) -> str:
    if protocol.concealed != "open":
        pack = f"pack {period.number}" if period.arm is None else "the evening's dose"
        return f"how much of {pack} you took (1 = all of it, 0.5 = half, 0 = none)"
    planned = protocol.arm(period.arm).dose_mg if period.on_trial and period.arm is not None else 0.0
    hint = f"; planned: {planned:g}" if planned is not None else ""
    return f"dose taken that evening, elemental mg{hint}"


def _ask_one(protocol: Protocol, name: str, question: str, **beside: str) -> str:
    """Ask until the answer fits; the message says what does not."""
    while True:
        answer = str(typer.prompt(question, default="", show_default=False))
        try:
            parse_entry(protocol, {"night": protocol.start.isoformat(), **beside, name: answer}, where="That answer")
        except InputError as problem:
            say(str(problem))
        else:
            return answer


def status(folder: Folder, as_json: AsJson = False) -> None:
    """Show how far the trial is, which nights are missing, and what comes next; never the arm of a sealed trial."""
    protocol = Protocol.load(folder)
    order = load_schedule(folder, protocol)
    entries = read_diary(folder, protocol)
    latest = last_night(now_local())
    planned = [night for period in order.periods if period.arm != PAUSE for night in period.dates]
    rated = {entry.night for entry in entries if entry.outcome is not None}
    missing = [night for night in planned if night <= latest and night not in rated]
    tonight = latest + timedelta(days=1)
    period = order.period_of(tonight) if order.start <= tonight <= order.end else None
    recorded = sum(night in rated for night in planned)
    guesses_due = _guesses_due(protocol, order, entries, latest)
    if as_json:
        content: dict[str, Any] = {
            "title": protocol.title,
            "simulated": protocol.simulated,
            "planned": len(planned),
            "due": sum(night <= latest for night in planned),
            "recorded": recorded,
            "concealed": protocol.concealed,
            "sealed": order.sealed,
            "missing": missing if protocol.dated else len(missing),
            "tonight": None if period is None else _what(protocol, period),
            "guesses_missing": guesses_due,
        }
        say_json(content | ({"start": order.start, "end": order.end} if protocol.dated else {}))
        return
    say(protocol.title, style="bold")
    if protocol.simulated:
        say("Simulated data: made up by a program.")
    span = f", evenings of {order.start} to {order.end}" if protocol.dated else ""
    say(f"{recorded} of {len(planned)} nights recorded ({100 * recorded / len(planned):.0f} %){span}.")
    _tell_missing(missing, dated=protocol.dated)
    if guesses_due:
        say(f"No guess was recorded at the end of period {', '.join(map(str, guesses_due))}.")
    if period is not None:
        say(f"Tonight: {_tonight(protocol, period)}.")
    elif tonight < order.start:
        say(f"The first evening is {order.start}.")
    elif order.sealed:
        say(f"All planned nights are over. Next: {next_step('unseal', folder)}")
    else:
        say(f"All planned nights are over. Next: {next_step('analyze', folder)}")
    if protocol.randomized and tonight <= order.end:
        say(stop_rule_sentence())


def _guesses_due(protocol: Protocol, order: Order, entries: tuple[Entry, ...], latest: date) -> list[int]:
    """Numbers of concealed periods that are over without a guess."""
    if protocol.concealed == "open":
        return []
    guessed = {order.period_of(entry.night).number for entry in entries if entry.guess}
    over = [period.number for period in order.periods if period.end <= latest and order.ends_period(period.end)]
    return [number for number in over if number not in guessed]


def _tell_missing(missing: list[date], *, dated: bool) -> None:
    if missing and dated:
        shown = ", ".join(str(night) for night in missing[-_DATES_SHOWN:])
        say(f"{len(missing)} missing{', the last of them' if len(missing) > _DATES_SHOWN else ''}: {shown}.")
    elif missing:
        say(f"{len(missing)} nights are missing.")
    else:
        say("No night is missing so far.")


def _tonight(protocol: Protocol, period: Period) -> str:
    if period.arm is None:
        return f"a dose of pack {period.number}"
    if period.arm == WASHOUT:
        return "washout, no dose"
    if period.arm == PAUSE:
        return "pause, this night does not count"
    return protocol.arm(period.arm).title


def sample_folder(name: str) -> Path:
    """Folder of a sample trial, in an installed package or in a checkout.

    Raises
    ------
    Nof1Error
        If the sample data is not there.
    """
    package = Path(__file__).parent.parent
    for home in (package / "sample", package.parent.parent / "data" / "sample"):
        if (home / name).is_dir():
            return home / name
    raise Nof1Error("The sample data is missing from this installation. Install nof1 again.")
