"""nof1 status: how far a trial is, what is missing, what is due, what was taken, what harmed. Never the arm of a sealed trial.

Adherence and harms are told in total only, and worked out from the diary and what the person may know of the order.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from nof1.cli.terminal.console import console, say, say_json
from nof1.cli.terminal.night_words import belongs_to, both_days, command, planned_nights, tell_copies
from nof1.cli.terminal.options import HERE, AsJson, FolderOrHere, refuse_no_trial_here
from nof1.clock import local_now
from nof1.plan.design.fields import PAUSE, WASHOUT
from nof1.plan.design.order import RUN_IN, Order, Period
from nof1.plan.orders.evening_dose import takes
from nof1.plan.orders.loading import UNSEALING_FILE, load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety import stop_rule_sentence
from nof1.record.checking.copies import conflict_copies
from nof1.record.diary.doses import dose_kind
from nof1.record.diary.entry import Entry
from nof1.record.diary.secondary import read_measures
from nof1.record.diary.side_effects import Stop, spellings, stops
from nof1.record.diary.table import read_diary
from nof1.record.values.nights import last_night

_SPANS_SHOWN = 10
_DATE_COLUMNS = 12
_WEEK = 7
RECORDED, MISSING, TO_COME, PAUSED = "recorded", "missing", "to come", PAUSE
# State of a night: mark, mark where only ASCII can be shown, colour.
_MARKS = {
    RECORDED: ("■", "#", "green"),
    MISSING: ("□", "o", "bold yellow"),
    TO_COME: ("·", ".", None),
    PAUSED: ("–", "-", None),
}


@dataclass(frozen=True)
class Adherence:
    """Nights on which there was something to take or to leave, all of them over: taken as planned, otherwise, not recorded."""

    nights: int
    as_planned: int
    otherwise: int
    not_recorded: int

    def sentence(self) -> str:
        """In words."""
        share = 100 * self.as_planned / self.nights
        rest = [f"{self.otherwise} otherwise" if self.otherwise else ""]
        rest.append(f"{self.not_recorded} not recorded" if self.not_recorded else "")
        told = ", ".join(part for part in rest if part)
        return f"Taken as planned on {self.as_planned} of {self.nights} nights so far ({share:.0f} %){'; ' if told else ''}{told}."


@dataclass(frozen=True)
class Harm:
    """A side effect and on how many nights it was recorded, over the whole trial."""

    name: str
    nights: int
    stop: Stop | None


@dataclass(frozen=True)
class Due:
    """Something that waits for the person. `what` is "log", "guess", "dose", "begin", "unseal" or "analyze"."""

    what: str
    text: str
    night: date | None = None
    period: int | None = None
    command: str | None = None


@dataclass(frozen=True)
class _Trial:
    """A trial as status sees it; `latest` is last night."""

    folder: Path
    protocol: Protocol
    order: Order
    entries: tuple[Entry, ...]
    latest: date

    @property
    def locked(self) -> bool:
        return (self.folder / UNSEALING_FILE).is_file()

    @property
    def rated(self) -> frozenset[date]:
        return frozenset(entry.night for entry in self.entries if entry.outcome is not None)

    def states(self) -> dict[date, str]:
        """What each night of the trial is, in calendar order."""
        rated, found = self.rated, {}
        for period in self.order.periods:
            for night in period.dates:
                if period.arm == PAUSE:
                    found[night] = PAUSED
                else:
                    found[night] = RECORDED if night in rated else MISSING if night <= self.latest else TO_COME
        return found


def status(folder: FolderOrHere = HERE, as_json: AsJson = False) -> None:
    """Show how far the trial is: nights, what is due, doses taken, side effects; never the arm of a sealed trial."""
    refuse_no_trial_here(folder, "status")
    protocol = Protocol.load(folder)
    trial = _Trial(
        folder, protocol, load_schedule(folder, protocol), read_diary(folder, protocol), last_night(local_now())
    )
    if as_json:
        say_json(_content(trial))
    else:
        _tell(trial)


# --- what there is to tell


def adherence(protocol: Protocol, order: Order, entries: tuple[Entry, ...], latest: date) -> Adherence:
    """How often was taken what was planned, over all nights up to `latest`; washout and pauses are left out.

    A night without an entry counts among them, so that who stops does not look as if all had been taken. Of a concealed trial
    only nights with a pack count. What is as planned the results count by the same rule.
    """
    by_night = {entry.night: entry for entry in entries}
    kinds = Counter(
        dose_kind(protocol, period.arm, by_night.get(night))
        for period in order.periods
        if period.on_trial and (protocol.concealed == "open" or period.number != RUN_IN or takes(protocol, period))
        for night in period.dates
        if night <= latest
    )
    del kinds[None]
    total, taken, unknown = kinds.total(), kinds["as_planned"], kinds["not_recorded"]
    return Adherence(total, taken, total - taken - unknown, unknown)


def harms(entries: tuple[Entry, ...]) -> tuple[Harm, ...]:
    """Side effects by number of nights, those with which to stop first."""
    written = spellings(effect for entry in entries for effect in entry.side_effects)
    nights = Counter(key for entry in entries for key in spellings(entry.side_effects))
    found = [Harm(name, nights[key], next(iter(stops([name])), None)) for key, name in written.items()]
    return tuple(sorted(found, key=lambda harm: (harm.stop is None, -harm.nights, harm.name)))


def _due(trial: _Trial) -> list[Due]:
    if not trial.protocol.dated:
        return [_next(trial)]
    found = []
    states = trial.states()
    if states.get(trial.latest) == MISSING and not trial.locked:
        text = f"Last night ({both_days(trial.latest)}) is not recorded"
        found.append(Due("log", text, night=trial.latest, command=command("log", trial.folder)))
    if not trial.locked:
        for number, night in _guesses_due(trial).items():
            how = command("log", trial.folder, "--night", night)
            text = f"Your guess of period {number} is not recorded"
            found.append(Due("guess", text, night=night, period=number, command=how))
    tonight = trial.latest + timedelta(days=1)
    if tonight < trial.order.start:
        found.append(Due("begin", f"The first evening is {trial.order.start}", night=trial.order.start))
    elif tonight > trial.order.end:
        found.append(_next(trial))
    else:
        period = trial.order.period_of(tonight)
        found.append(Due("dose", f"Tonight: {_tonight(trial.protocol, period)}", night=tonight, period=period.number))
    return found


def _next(trial: _Trial) -> Due:
    step = "unseal" if trial.order.sealed else "analyze"
    return Due(step, "All planned nights are over", command=command(step, trial.folder))


def _guesses_due(trial: _Trial) -> dict[int, date]:
    """Concealed periods that are over without a guess, with their last night."""
    if trial.protocol.concealed == "open":
        return {}
    guessed = {trial.order.period_of(entry.night).number for entry in trial.entries if entry.guess}
    return {
        period.number: period.end
        for period in trial.order.periods
        if period.end <= trial.latest and trial.order.ends_period(period.end) and period.number not in guessed
    }


def _tonight(protocol: Protocol, period: Period) -> str:
    if period.arm is None:
        return f"a dose of pack {period.number}"
    if period.arm == WASHOUT:
        return "washout, no dose"
    if period.arm == PAUSE:
        return "pause, this night does not count"
    arm = protocol.arm(period.arm)
    return f"{arm.title}, {arm.dose_mg:g} mg" if arm.dose_mg else arm.title


def _measures(trial: _Trial) -> dict[str, int]:
    return dict(sorted(Counter(name for _, name in read_measures(trial.folder)).items()))


# --- as JSON


def _content(trial: _Trial) -> dict[str, Any]:
    protocol, order = trial.protocol, trial.order
    states = trial.states()
    counts = Counter(states.values())
    missing = [night for night, state in states.items() if state == MISSING]
    tonight = trial.latest + timedelta(days=1)
    period = order.period_of(tonight) if order.start <= tonight <= order.end else None
    taken = adherence(protocol, order, trial.entries, trial.latest)
    content: dict[str, Any] = {
        "title": protocol.title,
        "simulated": protocol.simulated,
        "planned": len(planned_nights(order)),
        "due": sum(state != PAUSED and night <= trial.latest for night, state in states.items()),
        "recorded": counts[RECORDED],
        "concealed": protocol.concealed,
        "sealed": order.sealed,
        "missing": missing if protocol.dated else len(missing),
        "tonight": None if period is None else belongs_to(protocol, period),
        "guesses_missing": list(_guesses_due(trial)),
        "nights": [
            ({"night": night} if protocol.dated else {"day": day}) | {"state": state}
            for day, (night, state) in enumerate(states.items(), start=1)
        ],
        "to_do": [asdict(due) for due in _due(trial)],
        "adherence": {
            "nights": taken.nights,
            "as_planned": taken.as_planned,
            "not_as_planned": taken.otherwise,
            "not_recorded": taken.not_recorded,
            "share": taken.as_planned / taken.nights if taken.nights else None,
        },
        "harms": [
            {"name": harm.name, "nights": harm.nights, "stop_rule": harm.stop.rule.id if harm.stop else None}
            for harm in harms(trial.entries)
        ],
        "measures": _measures(trial),
        "conflict_copies": [path.name for path in conflict_copies(trial.folder)],
    }
    return content | ({"start": order.start, "end": order.end} if protocol.dated else {})


# --- to a person


def _tell(trial: _Trial) -> None:
    protocol = trial.protocol
    states = trial.states()
    planned = planned_nights(trial.order)
    recorded = sum(state == RECORDED for state in states.values())
    say(protocol.title, style="bold")
    if protocol.simulated:
        say("Simulated data: made up by a program.")
    span = f", evenings of {trial.order.start} to {trial.order.end}" if protocol.dated else ""
    say(f"{recorded} of {len(planned)} nights recorded ({100 * recorded / len(planned):.0f} %){span}.")
    _strip(states, dated=protocol.dated)
    _tell_missing([night for night, state in states.items() if state == MISSING], dated=protocol.dated)
    taken = adherence(protocol, trial.order, trial.entries, trial.latest)
    if taken.nights:
        say(taken.sentence())
    harmed = harms(trial.entries)
    _tell_harms(harmed)
    if measures := _measures(trial):
        say(f"Also recorded: {', '.join(f'{name} on {_nights(count)}' for name, count in measures.items())}.")
    tell_copies(trial.folder)
    for due in _due(trial):
        say(
            f"{due.text}. {'Next: ' if due.what in ('unseal', 'analyze') else ''}{due.command}"
            if due.command
            else f"{due.text}."
        )
    if protocol.randomized and trial.latest < trial.order.end and not any(harm.stop for harm in harmed):
        say(stop_rule_sentence())


def _strip(states: dict[date, str], *, dated: bool) -> None:
    """A mark for each night, in weeks, as many on a line as the terminal holds; and what the marks mean."""
    from rich.text import Text

    out = console()
    ascii_only = not _can_show("".join(mark for mark, _, _ in _MARKS.values()), out.encoding)
    weeks = max(1, (min(out.width, 80) - _DATE_COLUMNS) // (_WEEK + 1))
    nights = list(states.items())
    for start in range(0, len(nights), weeks * _WEEK):
        first = str(nights[start][0]) if dated else f"night {start + 1}"
        line = Text(f"{first:<{_DATE_COLUMNS}}")
        for i, (_, state) in enumerate(nights[start : start + weeks * _WEEK]):
            mark, plain, colour = _MARKS[state]
            line.append(" " if i and i % _WEEK == 0 else "").append(plain if ascii_only else mark, style=colour)
        out.print(line, soft_wrap=True)
    counts = Counter(states.values())
    legend = (
        f"{plain if ascii_only else mark} {counts[state]} {'in a pause' if state == PAUSED else state}"
        for state, (mark, plain, _) in _MARKS.items()
        if counts[state]
    )
    say("  ".join(legend))


def _can_show(marks: str, encoding: str) -> bool:
    try:
        marks.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _tell_missing(missing: list[date], *, dated: bool) -> None:
    if not missing:
        say("No night is missing so far.")
    elif dated:
        spans = _spans(missing)
        left = len(spans) - _SPANS_SHOWN
        say(f"{len(missing)} missing{', the last of them' if left > 0 else ''}: {', '.join(spans[-_SPANS_SHOWN:])}.")
    else:
        say(f"{_nights(len(missing))} {'is' if len(missing) == 1 else 'are'} missing.")


def _spans(nights: list[date]) -> list[str]:
    """Neighbouring nights as one, such as "2026-01-08 to 2026-01-11"."""
    spans: list[list[date]] = []
    for night in nights:
        if spans and night - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(night)
        else:
            spans.append([night])
    return [str(span[0]) if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in spans]


def _tell_harms(found: tuple[Harm, ...]) -> None:
    if not found:
        say("No side effects recorded so far.")
        return
    say(f"Side effects so far: {', '.join(f'{harm.name} on {_nights(harm.nights)}' for harm in found)}.")
    for rule in {harm.stop.rule.id: harm.stop.rule for harm in found if harm.stop}.values():
        names = ", ".join(harm.name for harm in found if harm.stop and harm.stop.rule.id == rule.id)
        say(f"Stop rule: {names}. With {rule.text}, {rule.action} ({rule.source}).", style="bold red")


def _nights(count: int) -> str:
    return f"{count} night" if count == 1 else f"{count} nights"
