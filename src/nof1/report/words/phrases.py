"""Small pieces of text that the papers share: dates, counts, lists, text cut to a length. Knows no trial."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from nof1.language import ENGLISH, phrase, say, spoken
from nof1.language import listed as listed_with_and

if TYPE_CHECKING:
    from nof1.analyze.model.effects import Verdict

# Not strftime: names must not depend on the machine's language.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NO_ADVICE = (
    "This paper is one person's own plan. It is no medical advice and nof1 is no medical device. "
    "Talk to a doctor or pharmacist before you start, change or stop anything."
)
SIMULATED = "Simulated: this trial is an example, made up by a program."
_VERDICTS: "dict[Verdict, str]" = {
    "helps": phrase("helps"),
    "worsens": phrase("worsens"),
    "no difference that matters": phrase("no difference that matters"),
    "leans better": phrase("leans better"),
    "leans worse": phrase("leans worse"),
    "can't tell yet": phrase("can't tell yet"),
}


def verdict_words(verdict: "Verdict") -> str:
    """The name of a verdict, as it is said to people."""
    return say(_VERDICTS[verdict])


def day(when: date, *, year: bool = True) -> str:
    """A date such as "Mon 5 Jan 2026"."""
    return spoken().day(when, year=year)


def span(first: date, last: date, *, year: bool = True) -> str:
    """Dates from first to last, such as "Mon 5 to Sun 11 Jan 2026"; year, and in English month, are said once where they are the same."""
    if first == last:
        return day(first, year=year)
    if first.year != last.year:
        return _to(day(first), day(last))
    return _to(_within(first, last), day(last, year=year))


def both_days(night: date) -> str:
    """A night named by both its days, such as "Mon 5 to Tue 6 Jan"."""
    morning = night + timedelta(days=1)
    return _to(_within(night, morning), day(morning, year=False))


def _to(first: str, last: str) -> str:
    return say("{first} to {last}", first=first, last=last)


def _within(when: date, last: date) -> str:
    """A date whose month is said with a later one, where the language does so."""
    if spoken().code == ENGLISH and when.month == last.month:
        return f"{_WEEKDAYS[when.weekday()]} {when.day}"
    return day(when, year=False)


def counted(count: int, one: str, many: str = "") -> str:
    """A count with its noun, such as "1 night" or "84 nights"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def large(count: int) -> str:
    """A whole number of any size."""
    return spoken().number(f"{count:,}") if count < 10**12 else say("about 10^{power}", power=len(str(count)) - 1)


def listed(parts: Sequence[str], joint: str = "and") -> str:
    """Parts as "a, b and c"."""
    if joint == "and":
        return listed_with_and(list(parts))
    *first, last = parts
    return f"{', '.join(first)} {joint} {last}" if first else last


def some(parts: Sequence[str], most: int) -> str:
    """Parts as a list of at most `most`, such as "a, b and 7 more"."""
    left = len(parts) - most
    return listed(parts) if left <= 0 else listed([*parts[:most], say("{left} more", left=left)])


def clip(text: str, room: int) -> str:
    """The text, cut with an ellipsis where it is longer than `room` letters."""
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def sentence(text: str) -> str:
    """The text with a full stop and a capital."""
    return text[:1].upper() + (text[1:] if text[-1:] in (".", "!", "?", "…", "") else f"{text[1:]}.")


def numbers(values: Sequence[int], most: int = 8) -> str:
    """Whole numbers as "1, 4, 5"; a long row in equal steps as "1, 3, 5 and so on to 999"."""
    steps = {later - earlier for earlier, later in itertools.pairwise(values)}
    if len(values) > most and len(steps) == 1:
        return say("{first} and so on to {last}", first=", ".join(map(str, values[:3])), last=values[-1])
    return ", ".join(map(str, values))
