"""nof1 status: how far a trial is, what is missing, what is due, what was taken, what harmed. Never the arm of a sealed trial."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from nof1.cli.terminal.console import console, show, show_json
from nof1.cli.terminal.night_words import belongs_to, command, evening_dose, tell_copies
from nof1.cli.terminal.options import HERE, AsJson, FolderOrHere, refuse_no_trial_here
from nof1.language import say
from nof1.plan.orders.evening_dose import takes
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import UNSCREENED, went_without
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.record.diary.night import both_days
from nof1.record.diary.on_record import is_locked
from nof1.record.diary.questions import questions
from nof1.record.so_far import Adherence, Due, Harm, State, Status
from nof1.record.so_far import status as status_of
from nof1.report.words.changes import amendment_sentence
from nof1.subject import about

_SPANS_SHOWN = 10
_DATE_COLUMNS = 12
_WEEK = 7
# State of a night: mark, mark where only ASCII can be shown, colour.
_MARKS: dict[State, tuple[str, str, str | None]] = {
    "recorded": ("■", "#", "green"),
    "missing": ("□", "o", "bold yellow"),
    "to come": ("·", ".", None),
    "pause": ("–", "-", None),
    "not planned": ("–", "-", None),
}


_STATES: dict[State, str] = {"pause": "in a pause", "not planned": "not counted"}
_NOT_PLANNED: tuple[State, ...] = ("pause", "not planned")


def status(folder: FolderOrHere = HERE, as_json: AsJson = False) -> None:
    refuse_no_trial_here(folder, "status")
    so_far = status_of(folder)
    if as_json:
        show_json(_content(so_far))
    else:
        _tell(so_far)


# --- as JSON


def _content(so_far: Status) -> dict[str, Any]:
    protocol, order, nights = so_far.protocol, so_far.order, so_far.nights
    taken = so_far.adherence
    content: dict[str, Any] = {
        "title": protocol.title,
        "simulated": protocol.simulated,
        "unscreened": went_without(protocol.safety),
        "planned": _planned(so_far),
        "due": sum(state not in _NOT_PLANNED and night <= so_far.latest for night, state in nights.items()),
        "recorded": Counter(nights.values())["recorded"],
        "concealed": protocol.concealed,
        "sealed": order.sealed,
        "missed_together": list(so_far.missed_together),
        "missing": list(so_far.missing) if protocol.dated else len(so_far.missing),
        "tonight": None if so_far.tonight is None else belongs_to(protocol, so_far.tonight),
        "evening": so_far.evening,
        "guesses_missing": list(so_far.guesses_missing),
        "nights": [
            ({"night": night} if protocol.dated else {"day": day}) | {"state": state}
            for day, (night, state) in enumerate(nights.items(), start=1)
        ],
        "to_do": [
            {
                "what": due.what,
                "text": _due(so_far, due),
                "night": due.night,
                "period": due.period.number if due.period else None,
                "command": _command(so_far, due),
            }
            for due in so_far.due
        ],
        "adherence": {
            "nights": taken.nights,
            "as_planned": taken.as_planned,
            "not_as_planned": taken.otherwise,
            "not_recorded": taken.not_recorded,
            "share": taken.as_planned / taken.nights if taken.nights else None,
        },
        "harms": [
            {
                "name": harm.name,
                "nights": harm.nights,
                "stop_rule": harm.stop.rule.id if harm.stop else None,
                "level": harm.stop.rule.level if harm.stop else None,
            }
            for harm in so_far.harms
        ],
        "ungraded": [{"night": night, "name": what} for night, what in so_far.ungraded],
        "measures": so_far.measures,
        "stopped": None if so_far.stopped is None else so_far.stopped.model_dump(mode="json", exclude_none=True),
        "conflict_copies": [path.name for path in so_far.conflict_copies],
    }
    return content | ({"start": order.start, "end": order.end} if protocol.dated else {})


# --- to a person


def _tell_tonight(so_far: Status) -> None:
    """Whether this evening's dose is on record, so that nobody takes it twice; or how to put it there."""
    protocol, period = so_far.protocol, so_far.tonight
    if period is None or is_locked(so_far.folder):
        return
    evening = so_far.latest + timedelta(days=1)
    entry = next((one for one in so_far.entries if one.night == evening), None)
    asked = questions(protocol, period, ends_period=False)
    if words := evening_dose(protocol, asked, entry):
        show(say("Recorded for tonight: {value}", value=words))
    elif period.arm is None or takes(protocol, period):
        show(f"Once it is taken: {command('log', so_far.folder, '--night', 'tonight')}")


def _tell(so_far: Status) -> None:
    protocol, nights = so_far.protocol, so_far.nights
    planned = _planned(so_far)
    recorded = sum(state == "recorded" for state in nights.values())
    if so_far.evening:
        show(so_far.evening, style="bold")
        _tell_tonight(so_far)
    show(protocol.title, style="bold")
    if protocol.simulated:
        show("Simulated data: made up by a program.")
    if went_without(protocol.safety):
        show(say(UNSCREENED), style="yellow")
    dates = f"{so_far.order.start} to {so_far.order.end}"
    span = "" if not protocol.dated else f", evenings of {dates}" if protocol.randomized else f", {dates}"
    show(f"{recorded} of {planned} {protocol.nights_are} recorded ({100 * recorded / planned:.0f} %){span}.")
    if so_far.stopped is not None:
        show(amendment_sentence(so_far.stopped, dated=protocol.dated), style="yellow")
    _strip(nights, protocol)
    _tell_missing(so_far.missing, protocol)
    for amendment in so_far.amendments:
        if amendment.taken is not None:
            show(amendment_sentence(amendment, dated=protocol.dated))
    _tell_missed(so_far)
    if so_far.adherence.nights:
        show(_adherence(so_far.adherence, protocol.nights_are))
    _tell_harms(so_far.harms, protocol)
    if so_far.ungraded:
        night, what = so_far.ungraded[-1]
        more = f" and {len(so_far.ungraded) - 1} more" if len(so_far.ungraded) > 1 else ""
        place = command("log", so_far.folder, "--night", night)
        show(f"How bad it was has not been said of {what!r}{more}. If you want to: {place}")
    if so_far.measures:
        told = (f"{name} on {_nights(count, protocol)}" for name, count in so_far.measures.items())
        show(f"Also recorded: {', '.join(told)}.")
    tell_copies(so_far.folder)
    for due in so_far.due:
        if due.what in ("dose", "begin"):
            continue  # heads it all
        how = _command(so_far, due)
        next_one = "Next: " if due.what in ("unseal", "analyze") else ""
        show(f"{_due(so_far, due)}. {next_one}{how}" if how else f"{_due(so_far, due)}.")
    if protocol.randomized and so_far.latest < so_far.order.end and not any(harm.stop for harm in so_far.harms):
        with about(protocol.subject):
            show(stop_rule_sentence())


def _planned(so_far: Status) -> int:
    return sum(state not in _NOT_PLANNED for state in so_far.nights.values())


def _due(so_far: Status, due: Due) -> str:
    match due.what:
        case "log" if due.night:
            return f"Last night ({both_days(due.night)}) is not recorded"
        case "guess" if due.period:
            return f"Your guess of period {due.period.number} is not recorded"
        case "begin":
            return f"The first evening is {due.night}"
        case "dose":
            return so_far.evening
    if so_far.stopped is not None:
        return "The trial was stopped"
    return "All planned nights are over" if so_far.protocol.randomized else "What the table held is taken over"


def _command(so_far: Status, due: Due) -> str | None:
    """What to type, where there is something to type."""
    if due.what in ("dose", "begin"):
        return None
    if due.what == "guess":
        return command("log", so_far.folder, "--night", due.night)
    return command(due.what, so_far.folder)


def _adherence(taken: Adherence, nights: str) -> str:
    share = 100 * taken.as_planned / taken.nights
    rest = [f"{taken.otherwise} otherwise" if taken.otherwise else ""]
    rest.append(f"{taken.not_recorded} not recorded" if taken.not_recorded else "")
    told = ", ".join(part for part in rest if part)
    return f"Taken as planned on {taken.as_planned} of {taken.nights} {nights} so far ({share:.0f} %){'; ' if told else ''}{told}."


def _strip(states: Mapping[date, State], protocol: Protocol) -> None:
    """A mark for each night, in weeks, as many on a line as the terminal holds; and what the marks mean."""
    from rich.text import Text

    out = console()
    ascii_only = not _can_show("".join(mark for mark, _, _ in _MARKS.values()), out.encoding)
    weeks = max(1, (min(out.width, 80) - _DATE_COLUMNS) // (_WEEK + 1))
    nights = list(states.items())
    for start in range(0, len(nights), weeks * _WEEK):
        first = str(nights[start][0]) if protocol.dated else f"{protocol.nights_are.removesuffix('s')} {start + 1}"
        line = Text(f"{first:<{_DATE_COLUMNS}}")
        for i, (_, state) in enumerate(nights[start : start + weeks * _WEEK]):
            mark, plain, colour = _MARKS[state]
            line.append(" " if i and i % _WEEK == 0 else "").append(plain if ascii_only else mark, style=colour)
        out.print(line, soft_wrap=True)
    counts = Counter(states.values())
    legend = (
        f"{plain if ascii_only else mark} {counts[state]} {_STATES.get(state, state)}"
        for state, (mark, plain, _) in _MARKS.items()
        if counts[state]
    )
    show("  ".join(legend))


def _can_show(marks: str, encoding: str) -> bool:
    try:
        marks.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _tell_missing(missing: Sequence[date], protocol: Protocol) -> None:
    if not missing:
        show(f"No {protocol.nights_are.removesuffix('s')} is missing{' so far' if protocol.randomized else ''}.")
    elif protocol.dated:
        spans = _spans(missing)
        left = len(spans) - _SPANS_SHOWN
        show(f"{len(missing)} missing{', the last of them' if left > 0 else ''}: {', '.join(spans[-_SPANS_SHOWN:])}.")
    else:
        show(f"{_nights(len(missing), protocol)} {'is' if len(missing) == 1 else 'are'} missing.")


def _tell_missed(so_far: Status) -> None:
    """How to tell of several missed nights in one entry."""
    found = so_far.missed_together
    if found:
        how = command("log", so_far.folder, "--missed", "planned")
        show(
            f"To tell in one entry what was taken on the {len(found)} nights {found[0]} to {found[-1]}: {how} (or none, or unknown)."
        )


def _spans(nights: Sequence[date]) -> list[str]:
    """Neighbouring nights as one, such as "2026-01-08 to 2026-01-11"."""
    spans: list[list[date]] = []
    for night in nights:
        if spans and night - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(night)
        else:
            spans.append([night])
    return [str(span[0]) if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in spans]


def _tell_harms(found: tuple[Harm, ...], protocol: Protocol) -> None:
    if not found:
        if protocol.randomized:  # nobody asked for those of a table
            show("No side effects recorded so far.")
        return
    show(f"Side effects so far: {', '.join(f'{harm.name} on {_nights(harm.nights, protocol)}' for harm in found)}.")
    for rule in {harm.stop.rule.id: harm.stop.rule for harm in found if harm.stop}.values():
        names = ", ".join(harm.name for harm in found if harm.stop and harm.stop.rule.id == rule.id)
        what = "Emergency sign" if rule.level == "emergency" else "Stop rule"
        show(f"{what}: {names}. With {rule.text}, {rule.action} ({rule.source}).", style="bold red")


def _nights(count: int, protocol: Protocol) -> str:
    return f"{count} {protocol.nights_are.removesuffix('s') if count == 1 else protocol.nights_are}"
