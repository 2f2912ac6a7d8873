"""Adverse events: side effects of a night that were graded, in events.csv. Severity, seriousness, what was done, how it ended, the cause.

A side effect stays in the diary whether it was graded or not. Knows no arm, no order and no model.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nof1.cells import csv_rows, csv_text, shielded, unshielded
from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.language import phrase
from nof1.record.diary.entry import Entry, parse_night
from nof1.record.diary.side_effects import note_sentences, stops

EVENTS_FILE = "events.csv"
# What can be said of an event: column of events.csv, then each code with its words.
GRADES: dict[str, dict[str, str]] = {
    "severity": {"mild": phrase("mild"), "moderate": phrase("moderate"), "severe": phrase("severe")},
    "serious": {
        "no": phrase("not serious"),
        "hospital": phrase("serious: a stay in hospital"),
        "danger": phrase("serious: a danger to life"),
        "lasting": phrase("serious: lasting harm"),
        "other": phrase("serious: another reason"),
    },
    "action": {
        "none": phrase("nothing was changed"),
        "less": phrase("less was taken"),
        "paused": phrase("doses were left out"),
        "stopped": phrase("the trial was stopped"),
        "treated": phrase("it was treated"),
    },
    "outcome": {
        "over": phrase("over"),
        "better": phrase("getting better"),
        "not over": phrase("not over"),
        "lasting": phrase("over, with something left behind"),
        "unknown": phrase("not known"),
    },
    "cause": {
        "no": phrase("surely not"),
        "unlikely": phrase("unlikely"),
        "possible": phrase("possible"),
        "likely": phrase("likely"),
        "unknown": phrase("cannot be said"),
    },
}
GRADES["doctor"] = GRADES["cause"]  # the same question, answered by a doctor or pharmacist
OPEN = ("", "better", "not over")  # outcomes of what goes on
COLUMNS = ("night", "what", *GRADES)
_BETWEEN = ": "


@dataclass(frozen=True)
class Event:
    """A side effect of a night, graded; "" for what was not said. `what` are the words of the diary.

    Examples
    --------
    >>> Event(date(2026, 1, 5), "headache", severity="mild").severity
    'mild'
    """

    night: date
    what: str
    severity: str = ""
    serious: str = ""
    action: str = ""
    outcome: str = ""
    cause: str = ""
    doctor: str = ""

    @property
    def grades(self) -> dict[str, str]:
        """What was said of it, by column."""
        return {field: getattr(self, field) for field in GRADES if getattr(self, field)}

    @property
    def goes_on(self) -> bool:
        """Whether it was not over when it was graded."""
        return self.outcome in OPEN


def events_of(cells: Mapping[tuple[date, str], str]) -> tuple[Event, ...]:
    """The events of cells by night and name, such as "headache: severity", in calendar order."""
    found: dict[tuple[date, str], dict[str, str]] = {}
    for (night, name), text in cells.items():
        what, field = parted(name)
        found.setdefault((night, what), {})[field] = text
    return tuple(Event(night, what, **grades) for (night, what), grades in sorted(found.items()))


def cells_of(events: Iterable[Event]) -> dict[tuple[date, str], str]:
    """What was said of events, by night and name."""
    return {
        (event.night, event_name(event.what, field)): text for event in events for field, text in event.grades.items()
    }


def event_name(what: str, field: str) -> str:
    """What a grade of a side effect is called among the values of its night.

    >>> event_name("headache", "severity")
    'headache: severity'
    """
    return f"{what}{_BETWEEN}{field}"


def is_event_name(name: str) -> bool:
    """Whether a name is that of a grade; no column of a diary and no measure has such a name.

    >>> is_event_name("headache: severity"), is_event_name("severity"), is_event_name("at 3: pain")
    (True, False, False)
    """
    what, between, field = name.rpartition(_BETWEEN)
    return bool(between and what.strip()) and field in GRADES


def parted(name: str) -> tuple[str, str]:
    """Side effect and column of a name."""
    what, _, field = name.rpartition(_BETWEEN)
    return what, field


def can_be_graded(entry: Entry) -> tuple[str, ...]:
    """What a night holds that can be graded: its side effects, and sentences of its note that tell a sign with which to stop."""
    words = (*entry.side_effects, *(stop.entered for stop in stops(note_sentences(entry.note))))
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word.casefold(), word)
    return tuple(found.values())


def gradable_word(entry: Entry, what: str, *, where: str) -> str:
    """The words of the night that are meant.

    Raises
    ------
    InputError
        If the night holds no such side effect.
    """
    words = can_be_graded(entry)
    found = [word for word in words if word.casefold() == what.strip().casefold()]
    if not found:
        there = f"There are: {', '.join(words)}." if words else "It has none."
        raise InputError(
            f"{where}: {what[:60]!r} is no side effect of this night. {there} Record it first: side_effects={what[:60]}"
        )
    return found[0]


def grade(field: str, text: str, *, where: str) -> str:
    """The code that was written.

    Raises
    ------
    InputError
        If there is no such code.
    """
    code = text.strip().casefold()
    if code and code not in GRADES[field]:
        raise InputError(f"{where}: {field} {text.strip()[:40]!r} is not one of: {', '.join(GRADES[field])}.")
    return code


def new_grade(entry: Entry, grades: Mapping[tuple[date, str], str], name: str, text: str) -> dict[str, str]:
    """What a grade, by its name, adds to those that are known of a night; nothing if it is known already.

    Raises
    ------
    InputError
        If the night holds no such side effect, there is no such code, or another one is known.
    """
    where = f"night {entry.night}"
    what, field = parted(name)
    name = event_name(gradable_word(entry, what, where=where), field)
    code, known = grade(field, text, where=where), grades.get((entry.night, name), "")
    if known not in ("", code):
        raise InputError(f"{where}: recorded already is {name} {known}; given was {code}.")
    return {} if known else {name: code}


def read_events(folder: str | Path) -> dict[tuple[date, str], str]:
    """What events.csv says, by night and name; nothing if there is no such file.

    Raises
    ------
    InputError
        If the file is damaged or a value does not fit.
    """
    path = Path(folder) / EVENTS_FILE
    if not path.is_file():
        return {}
    events: dict[tuple[date, str], Event] = {}
    for where, row in csv_rows(read_bytes(path), COLUMNS, where=str(path)):
        event = parse_event(row, where=where)
        if (event.night, event.what) in events:
            raise InputError(f"{where}: {event.what!r} of the night {event.night} is there twice. Remove one.")
        events[event.night, event.what] = event
    return cells_of(events.values())


def parse_event(row: Mapping[str, str], *, where: str) -> Event:
    """One row of events.csv.

    Raises
    ------
    InputError
        If a value does not fit, or nothing is said of the side effect.
    """
    what = unshielded(row["what"]).strip()
    if not what:
        raise InputError(f"{where}: the side effect is missing. Mend that line.")
    event = Event(
        parse_night(row["night"], where=where),
        what,
        **{field: grade(field, row[field], where=where) for field in GRADES},
    )
    if not event.grades:
        raise InputError(f"{where}: nothing is said of {what[:40]!r}. Remove that line or fill it in.")
    return event


def events_csv(events: Iterable[Event]) -> str:
    """events.csv, in calendar order."""
    rows = [
        (event.night.isoformat(), shielded(event.what), *(getattr(event, field) for field in GRADES))
        for event in sorted(events, key=lambda event: (event.night, event.what))
    ]
    return csv_text([COLUMNS, *rows])
