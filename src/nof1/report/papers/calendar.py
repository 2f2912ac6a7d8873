"""Evenings, mornings and period ends of a trial as calendar.ics (RFC 5545).

Of a concealed order it tells what everybody may know: the numbers of the packs, never an arm. It must not know the diary.
It says in which language it is, and for which paper the others are, so that whatever is written anew later is as it was.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event, vText

from nof1.errors import InputError
from nof1.language import ENGLISH, languages, say, spoken
from nof1.plan.design.fields import PAUSE, WASHOUT
from nof1.plan.design.order import RUN_IN, Order, Period
from nof1.plan.orders.evening_dose import contents, evening_words, planned_arm, takes
from nof1.plan.orders.seal import shown_order
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.period_ends import asks_impression
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import NO_ADVICE
from nof1.plan.protocol.safety.stop_rules import stop_notice
from nof1.report.typesetting.typeset import Paper
from nof1.report.words.phrases import capital, nights, scale, sentence
from nof1.subject import spoken_of

CALENDAR_FILE = "calendar.ics"
_MINUTES = 10  # how long an event lasts
_MAX_SUMMARY = 120
_DAY = timedelta(days=1)
# A file is no place that a phone could open, and its name tells the folders of the computer.
_ADDRESS = re.compile(r"https?://[^\s#\x00-\x1f\x7f-\x9f]{1,2000}")
_PRINTED = "x-nof1-printed"
_MAKER = "-//nof1//N-of-1 trials//"  # RFC 5545, 3.7.3: its last part is the language


@spoken_of
def calendar(
    protocol: Protocol,
    order: Order,
    *,
    revision: int = 0,
    link: str = "",
    paper: Paper = "a4",
    large_print: bool = False,
) -> bytes:
    """calendar.ics: the same bytes for the same input, and in a concealed trial whichever order was drawn.

    Times are local wherever the person is. Stretches of evenings and mornings are one event each, repeated daily. An event
    keeps its UID when pauses move it, so that importing the file again updates it.

    Parameters
    ----------
    order : Order
        As it is lived, pauses included; sealed or not.
    revision : int
        Number of changes since the first file, such as the number of amendments.
    link : str
        Address of the diary page, to which the entries lead: to the night that they are about, or to the page, which opens with last
        night by itself; evenings to "#tonight". "" for none.
    paper, large_print
        How the papers beside it are printed: kept here where it is not A4 in ordinary letters.

    Raises
    ------
    InputError
        If the trial was adopted, the order does not fit, `revision` is negative, or `link` is no address.
    """
    if revision < 0:
        raise InputError(f"revision {revision} must be a whole number from 0.")
    if link and not _ADDRESS.fullmatch(link):
        raise InputError(
            f"{link[:80]!r} is no address of a page that reminders can lead to on a phone. Give one such as http://192.168.1.20:8427/, without '#'."
        )
    order = shown_order(protocol, order)
    out = Calendar()
    out.add("prodid", f"{_MAKER}{spoken().code.upper()}")
    out.add("version", "2.0")
    out.add("calscale", "GREGORIAN")
    out.add("x-wr-calname", _marked(protocol, _name(protocol)))
    if printed := [*([paper] if paper != "a4" else []), *(["large-print"] if large_print else [])]:
        out.add(_PRINTED, " ".join(printed))
    told = dict(_by_uid(protocol, order))
    # A calendar keeps the entries that it was given: those behind a stop are called off, not left out.
    called_off = {uid: one for uid, one in _by_uid(protocol, order.whole) if uid not in told} if order.left else {}
    for uid, (place, event) in (told | called_off).items():
        event.add("uid", uid)
        if uid in called_off:
            event.add("status", "CANCELLED")
            event.subcomponents.clear()  # their alarms
        event.add("dtstamp", datetime.combine(protocol.start, time(0), tzinfo=UTC))
        event.add("sequence", revision)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        if link:
            event.add("url", f"{link}{place}")
            event["description"] = vText(f"{event['description']}\n{link}{place}")
        out.add_component(event)
    return bytes(out.to_ical())


def revision_and_link(content: bytes) -> tuple[int, str]:
    """What an earlier calendar.ics was made with; 0 and "" where that cannot be told.

    >>> revision_and_link(b"no calendar")
    (0, '')
    """
    try:
        event = next(iter(Calendar.from_ical(content).walk("VEVENT")))
        link = str(event.get("url", "")).partition("#")[0]
        return max(0, int(event.get("sequence", 0))), link if _ADDRESS.fullmatch(link) else ""
    except (ValueError, StopIteration, TypeError, IndexError, AttributeError):
        return 0, ""


def language_of(content: bytes) -> str:
    """The language of an earlier calendar.ics; English where that cannot be told.

    >>> language_of(b"no calendar")
    'en'
    """
    found = re.search(rf"^PRODID:{re.escape(_MAKER)}([A-Z]+)\r?$", content.decode("utf-8", "replace"), re.MULTILINE)
    code = found[1].lower() if found else ENGLISH
    return code if code in languages() else ENGLISH


def printed_on(content: bytes) -> tuple[Paper, bool]:
    """The paper of the papers beside an earlier calendar.ics, and whether they are in large print; A4 in ordinary letters where it says nothing.

    >>> printed_on(b"no calendar")
    ('a4', False)
    """
    found = re.search(rf"^{_PRINTED}:(.*?)\r?$", content.decode("utf-8", "replace"), re.MULTILINE | re.IGNORECASE)
    told = found[1].split() if found else []
    return "letter" if "letter" in told else "a4", "large-print" in told


def _name(protocol: Protocol) -> str:
    """A person's title may name an arm; a concealed trial goes without."""
    if protocol.concealed == "open":
        return _clip(say("N-of-1 trial: {title}", title=ours(protocol.title)))
    return say("N-of-1 trial from {start}", start=str(protocol.start))


def _marked(protocol: Protocol, text: str) -> str:
    return say("Simulated: {text}", text=text) if protocol.simulated else text


def _by_uid(protocol: Protocol, order: Order) -> Iterator[tuple[str, tuple[str, Event]]]:
    """Every event and its place in the diary page, by an identifier that it keeps when pauses move it."""
    seen: Counter[str] = Counter()
    for kind, number, place, event in _events(protocol, order):
        stretch = f"{kind}-{number}" if number else kind
        seen[stretch] += 1
        yield f"{stretch}-{seen[stretch]}@{protocol.sha256()[:32]}.nof1", (place, event)


def _events(protocol: Protocol, order: Order) -> Iterator[tuple[str, int | None, str, Event]]:
    """Every event with its kind, the number of its period, None where it belongs to none, and its place in the diary page."""
    for period in order.periods:
        if period.arm == PAUSE:
            yield "pause", None, "", _pause(protocol, period)
        else:
            kind = "washout" if period.arm == WASHOUT else "dose" if takes(protocol, period) else "nothing"
            yield kind, period.number, "#tonight", _evening(protocol, period)
    for first, count in _stretches(order):
        yield "entry", None, _at_night(first) if count == 1 else "", _morning(protocol, first, count)
    for period in order.periods:
        if order.ends_period(period.end):
            yield "end", period.number, _at_night(period.end), _period_end(protocol, order, period)


def _at_night(night: date) -> str:
    return f"#night={night}"


def _stretches(order: Order) -> Iterator[tuple[date, int]]:
    """First night and number of nights of every stretch without a pause."""
    for paused, periods in itertools.groupby(order.periods, key=lambda period: period.arm == PAUSE):
        if not paused:
            together = list(periods)
            yield together[0].start, sum(period.nights for period in together)


def _evening(protocol: Protocol, period: Period) -> Event:
    clock = time.fromisoformat(protocol.conduct.dose_time)
    # A night is named by its evening, so a dose after midnight stands on the next date.
    day = period.start + _DAY if clock < time(12) else period.start
    lines: list[str] = [say("{stretch}, {nights}.", stretch=_period_words(period), nights=nights(period.nights))]
    summary = capital(evening_words(protocol, period, timed=False))
    lines.append(_dose_words(protocol, period))
    if takes(protocol, period):
        lines += [say("Open your diary to record it, now or in the morning."), stop_notice(), say(NO_ADVICE)]
        event = _event(protocol, summary, lines, datetime.combine(day, clock), period.nights, category=say("dose"))
        event.add_component(_alarm(summary))
        return event
    lines.append(say("If you took something all the same, say so in the morning."))
    start = datetime.combine(day, clock)
    return _event(protocol, summary, lines, start, period.nights, category=say("nothing"))


def _dose_words(protocol: Protocol, period: Period) -> str:
    """What else there is to know of an evening."""
    if period.arm is None:
        return say(
            "Tonight's part of pack {number}. Nobody tells you what is in it before the trial is over.",
            number=period.number,
        )
    if period.arm == WASHOUT:
        return sentence(say("washout"))
    if protocol.concealed != "open":
        return (
            say("Tonight's part of the pack that is marked run-in.")
            if takes(protocol, period)
            else sentence(say("run-in"))
        )
    arm = planned_arm(protocol, period)
    return say("{arm}: {contents}.", arm=arm.title, contents=contents(protocol, arm))


def _morning(protocol: Protocol, first: date, count: int) -> Event:
    outcome = protocol.outcome
    summary = say("Rate last night: {outcome}, {scale}", outcome=outcome.title, scale=scale(outcome))
    lines: list[str] = [
        say("Open your diary: the page on the phone, nof1 log in a terminal, or the booklet."),
        say("A night that is not rated stays missing; never fill it in from memory later."),
    ]
    event = _event(protocol, summary, lines, _morning_after(protocol, first), count, category=say("entry"))
    event.add_component(_alarm(summary))
    return event


def _morning_after(protocol: Protocol, night: date) -> datetime:
    return datetime.combine(night + _DAY, time.fromisoformat(protocol.conduct.entry_time))


def _period_end(protocol: Protocol, order: Order, period: Period) -> Event:
    secret = protocol.concealed != "open"
    summary = say("Period {number} is over", number=period.number)
    lines: list[str] = []
    if secret:
        summary = say("{over}: say which arm you believe it was, and how sure you are", over=summary)
        lines.append(
            say(
                "Put down the arm that you believe it was, or that you can't tell, and how sure you are, from 0 (a blind guess) "
                "to 100 (certain). diary.html and nof1 log ask for both, and the booklet has a box."
            )
        )
    if asks_impression(protocol):
        lines.append(say("diary.html, nof1 log and the booklet ask how the nights of the period were."))
    if period.number != protocol.periods:
        lines.append(say("It ended with the night that began on {night}.", night=str(period.end)))
    elif secret:
        lines.append(
            say(
                "This was the last period. When its last night is recorded, nof1 unseal opens the order, then nof1 analyze "
                "compares the arms."
            )
        )
    else:
        lines.append(say("This was the last period. When its last night is recorded, nof1 analyze compares the arms."))
    return _event(protocol, summary, lines, _morning_after(protocol, period.end), 1, category=say("period end"))


def _pause(protocol: Protocol, period: Period) -> Event:
    """All-day, without a reminder."""
    event = Event()
    event.add("summary", _marked(protocol, say("Pause of the trial")))
    event.add("description", say("The nights that begin on these dates do not count, and nothing is recorded."))
    event.add("categories", [say("pause")])
    event.add("dtstart", period.start)
    event.add("dtend", period.end + _DAY)
    return event


def _event(protocol: Protocol, summary: str, lines: list[str], start: datetime, times: int, *, category: str) -> Event:
    """An event at a local time, repeated daily."""
    event = Event()
    event.add("summary", _marked(protocol, _clip(summary)))
    event.add("description", "\n".join(lines))
    event.add("categories", [category])
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=_MINUTES))
    if times > 1:
        event.add("rrule", {"freq": "daily", "count": times})
    return event


def _alarm(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _clip(summary))
    alarm.add("trigger", timedelta(0))
    return alarm


def _period_words(period: Period) -> str:
    if period.arm == WASHOUT:
        return say("Washout after period {number}", number=period.number)
    return say("Run-in") if period.number == RUN_IN else say("Period {number}", number=period.number)


def _clip(text: str) -> str:
    return text if len(text) <= _MAX_SUMMARY else text[: _MAX_SUMMARY - 1] + "…"
