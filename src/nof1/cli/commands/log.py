"""nof1 log: a night goes into the diary, or what stands there is corrected; the old value stays in the journal."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from nof1.cli.terminal.console import is_terminal, show, show_json
from nof1.cli.terminal.night_words import belongs_to, command, evening_dose, planned_nights, tell_copies
from nof1.cli.terminal.options import HERE, AsJson, FolderOrHere, night_option, refuse_no_trial_here
from nof1.clock import local_now
from nof1.errors import InputError
from nof1.language import say
from nof1.plan.design.fields import PAUSE
from nof1.plan.orders.amendments import Taken, load_amendments
from nof1.plan.orders.evening_dose import evening_line, takes_any
from nof1.plan.protocol.safety.screen import finding_line
from nof1.record.diary.entry import row_of
from nof1.record.diary.event_questions import to_grade
from nof1.record.diary.events import is_event_name, parted
from nof1.record.diary.missed import log_missed, missed_together, told_of
from nof1.record.diary.night import Logged, Night, both_days, checked_reason, find_night
from nof1.record.diary.night import log as write_night
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import ConflictError
from nof1.record.values.nights import last_night
from nof1.report.words.changes import amendment_sentence

_RECENT = 7  # nights back that are looked at for missing ones
_TEXTS = ("guess", "note")


def log(
    folder: FolderOrHere = HERE,
    night: Annotated[
        date | None, night_option("Date of the evening; last night if not given. tonight: what was taken this evening.")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Set a value without being asked; repeat for more. Of a side effect: 'headache: severity=mild'.",
        ),
    ] = None,
    correct: Annotated[
        bool, typer.Option("--correct", help="With --set: replace what is recorded, or clear it (NAME=).")
    ] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the journal.")] = "",
    missed: Annotated[
        str | None,
        typer.Option(
            metavar="planned|none|unknown",
            help="Nothing was recorded on the last nights: what was taken on them, all in one entry.",
        ),
    ] = None,
    since: Annotated[date | None, night_option("With --missed: the first of these evenings.", "--from")] = None,
    until: Annotated[date | None, night_option("With --missed: the last of these evenings.", "--to")] = None,
    as_json: AsJson = False,
) -> None:
    refuse_no_trial_here(folder, "log")
    reason = checked_reason(reason)
    if missed is not None:
        if values is not None or night is not None or correct or reason:
            raise InputError("--missed stands alone, with --from and --to at most.")
        _together(folder, missed, since, until, as_json=as_json)
        return
    if since is not None or until is not None:
        raise InputError("--from and --to go with --missed.")
    here = find_night(folder, night)
    tell_copies(folder, aside=as_json)
    if values is not None:
        cells = _settings(values, here)
        logged = write_night(folder, cells, night=here.date, correct=correct, reason=reason)
    elif as_json or not is_terminal():
        raise InputError(
            f"Nobody can be asked here. Give the values: {command('log', folder, '--set', f'{here.protocol.outcome.name}=4')}"
        )
    elif here.period.arm == PAUSE and night is None:
        show(f"The night of {both_days(here.date)} is in a pause and does not count, so nothing is asked.")
        show(f"To record it all the same: {command('log', folder, '--night', here.date)}")
        return
    else:
        if night is None:
            _ask_missed(here)
            _tell_tonight(here)
        wanted = _talked(here, reason=reason)
        if wanted is None:
            show("Nothing was changed.")
            return
        logged = wanted
    if as_json:
        _print_json(logged)
        return
    for stop in logged.stops if values is not None else ():  # the questions have told it at once
        show(stop.sentence(), style="bold red")
    if values is not None and any(map(is_event_name, cells)):
        from nof1.cli.terminal.grading import tell_serious

        tell_serious(logged, *dict.fromkeys(parted(name)[0] for name in logged.graded if name in cells))
    for finding in logged.findings:
        show(finding_line(finding), style="bold yellow")
    _tell(logged)


def _together(folder: Path, missed: str, since: date | None, until: date | None, *, as_json: bool) -> None:
    """Missed nights in one entry."""
    told = log_missed(folder, cast("Taken", missed), since=since, until=until)
    if as_json:
        show_json(told.model_dump(mode="json", exclude_none=True))
        return
    show(amendment_sentence(told), style="green")
    show("These nights stay without a rating. What is told of them is printed with the results.")


def _ask_missed(here: Night) -> None:
    """Skipping back in: nights before last night without anything recorded, asked about once and together."""
    from nof1.cli.terminal.night_questions import Left, ask_taken

    latest = last_night(local_now())
    found = missed_together(here.order, read_diary(here.folder, here.protocol), load_amendments(here.folder), latest)
    if not found or here.date != latest:
        return
    try:
        taken = ask_taken(found)
    except Left:
        show("Stopped; nothing was recorded.")
        raise typer.Exit(130) from None
    if taken is not None:
        show(amendment_sentence(log_missed(here.folder, taken, since=found[0], until=found[-1])), style="green")


def _tell_tonight(here: Night) -> None:
    """Where last night is on record, an evening's "log" may well mean the dose that was just taken."""
    if here.protocol.outcome.name not in here.known or here.date >= here.order.end:
        return
    evening = find_night(here.folder, here.date + timedelta(days=1))
    if evening.asked and not evening.known and evening.period.arm != PAUSE and takes_any(here.protocol):
        show(f"For what was taken tonight: {command('log', here.folder, '--night', 'tonight')}")


def _talked(here: Night, *, reason: str) -> Logged | None:
    """What the person's answers filled or changed; None if they rather leave what is recorded."""
    from nof1.cli.terminal.night_questions import Left, ask_night, confirmed

    nights = planned_nights(here.order)
    place = f"Night {nights.index(here.date) + 1} of {len(nights)}, " if here.date in nights else ""
    if here.over:
        show(f"The night of {both_days(here.date)}", style="bold")
        show(f"{place}{belongs_to(here.protocol, here.period)}. ? explains, < goes back, Ctrl-C leaves.")
    else:
        show(evening_line(here.protocol, here.order, here.date), style="bold")
        if not here.asked:
            raise InputError("There is nothing to record of this evening. Record the night in the morning.")
        show("? explains, Ctrl-C leaves. How the night was is asked in the morning.")
    if here.known:
        # The dose may have been put down in the evening.
        whole = not here.over or here.protocol.outcome.name in here.known
        already = "It is recorded already." if whole else "Part of it is recorded already."
        show(f"{already} Enter keeps what stands in [brackets], - empties it.")
    try:
        answers = ask_night(here.asked, here.known)
        if not here.known and not any(answers.values()):
            raise InputError("Nothing was answered, so nothing was recorded.")
        cells = {name: text for name, text in answers.items() if text != here.known.get(name, "")}
        replaced = _replaced(here, cells)
        for name, (old, new) in replaced.items():
            show(f"{name}: {old} -> {new or 'empty'}", style="bold")
        if replaced and not confirmed("Change it? The old value stays in journal.csv. (y/n)"):
            return None
        logged = _saved(here, cells, reason=reason)
    except Left:
        show("Stopped; nothing was changed." if here.known else "Stopped; nothing was recorded.")
        raise typer.Exit(130) from None
    if not to_grade(logged.entry, logged.events):
        return logged
    from nof1.cli.terminal.grading import grade_side_effects

    return grade_side_effects(logged, reason=reason)


def _saved(here: Night, cells: dict[str, str], *, reason: str) -> Logged:
    """The answers on record; of a value that another program has recorded since the questions began, the person chooses."""
    from nof1.cli.terminal.night_questions import confirmed

    seen = dict(here.known)
    while True:
        try:
            return write_night(here.folder, cells, night=here.date, correct=True, seen=seen, reason=reason)
        except ConflictError as conflict:
            show(f"The night of {both_days(here.date)} was changed by another program meanwhile.", style="bold yellow")
            for name, recorded in conflict.recorded.items():
                show(f"{name}: {recorded} is recorded now, {conflict.given[name] or 'empty'} is yours", style="bold")
                if confirmed("Replace it with yours? The old value stays in journal.csv. (y/n)"):
                    seen[name] = recorded
                else:
                    cells = _without(here, cells, name)


def _without(here: Night, cells: Mapping[str, str], left: str) -> dict[str, str]:
    """The cells without one that stays as it is recorded, and without those that belong to it: a guess and how sure it is."""
    pairs = [{question.field, question.only_if.field} for question in here.asked if question.only_if is not None]
    together = {left}.union(*(pair for pair in pairs if left in pair))
    return {name: text for name, text in cells.items() if name not in together}


def _replaced(here: Night, cells: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Recorded values that these replace or clear: old and new by column."""
    return {
        name: (here.known[name], text) for name, text in cells.items() if here.known.get(name, "") not in ("", text)
    }


def _settings(values: list[str], here: Night) -> dict[str, str]:
    """The values that --set gives."""
    cells: dict[str, str] = {}
    names = here.names
    for pair in values:
        name, found, value = pair.partition("=")
        name = name.strip()
        if not found or not here.holds(name):
            raise InputError(f"--set {pair!r} must be NAME=VALUE with one of: {', '.join(names)}.")
        if name in cells:
            raise InputError(f"--set names {name!r} twice. Name it once.")
        cells[name] = value
    return cells


def _tell(logged: Logged) -> None:
    here, nights = logged.night, planned_nights(logged.night.order)
    if not here.over:
        _tell_evening(logged)
        return
    rated = {entry.night for entry in logged.entries if entry.outcome is not None}
    count = f"{sum(night in rated for night in nights)} of {len(nights)} nights"
    if here.date not in rated:
        count = f"without a rating; {count} have one"
    if not logged.changed:
        show(f"The night of {both_days(here.date)} stands as it was, {count}.")
        return
    corrected = any(line.old for line in logged.changed)
    show(f"{'Corrected' if corrected else 'Recorded'} the night of {both_days(here.date)}, {count}.", style="green")
    if logged.events:
        from nof1.cli.terminal.grading import tell_open

        tell_open(logged)
    told, latest = rated | {here.date} | told_of(load_amendments(here.folder)), last_night(local_now())
    recent = [night for night in nights if latest - timedelta(days=_RECENT) < night <= latest and night not in told]
    if recent:
        how = "1 recent night is" if len(recent) == 1 else f"{len(recent)} recent nights are"
        show(f"{how} missing: {command('log', here.folder, '--night', recent[-1])}")


def _tell_evening(logged: Logged) -> None:
    """What stands now of tonight's dose, in the words in which it was asked."""
    here = logged.night
    words = evening_dose(here.protocol, here.asked, logged.entry)
    if not words:
        show("Nothing is recorded for tonight any more." if logged.changed else "Nothing is recorded for tonight.")
        return
    show(say("Recorded for tonight: {value}", value=words), style="green")
    show(f"How the night was is asked in the morning: {command('log', here.folder)}")


def _print_json(logged: Logged) -> None:
    show_json(
        {
            "night": logged.night.date,
            "recorded": {
                name: _typed(name, text)
                for name, text in (
                    row_of(logged.night.protocol, logged.entry) | logged.period_cells | logged.graded
                ).items()
                if name != "night"
            },
            "changed": [
                {"column": line.column, "old": _typed(line.column, line.old), "new": _typed(line.column, line.new)}
                for line in logged.changed
            ],
            "stop_rules": [
                {
                    "id": stop.rule.id,
                    "level": stop.rule.level,
                    "entered": stop.entered,
                    "text": stop.rule.text,
                    "action": stop.rule.action,
                    "source": stop.rule.source,
                }
                for stop in logged.stops
            ],
            "findings": [asdict(finding) for finding in logged.findings],
        }
    )


def _typed(name: str, text: str) -> Any:
    """A cell as a program wants it: a number, a list of side effects, a text; None for what is not recorded."""
    if name == "side_effects":
        return [part.strip() for part in text.split(";") if part.strip()]
    if not text or name in _TEXTS or is_event_name(name):
        return text or None
    number = float(text)
    return int(number) if number == int(number) else number
