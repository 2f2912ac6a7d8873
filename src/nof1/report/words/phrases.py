"""Small pieces of text that the papers share: dates, counts, lists, text cut to a length. Knows no trial."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from nof1 import facts
from nof1.language import commas, listed, phrase, say, say_some, sentences, spoken
from nof1.plan.protocol.parts import Outcome

if TYPE_CHECKING:
    from nof1.analyze.model.effects import Verdict

NO_ADVICE = phrase(
    "This paper is one person's own plan. It is no medical advice and nof1 is no medical device. "
    "Talk to a doctor or pharmacist before you start, change or stop anything."
)
SIMULATED = phrase("Simulated: this trial is an example, made up by a program.")
BETTER = {"lower": phrase("lower is better"), "higher": phrase("higher is better")}
_VERDICTS: "dict[Verdict, str]" = {
    "helps": phrase("helps"),
    "worsens": phrase("worsens"),
    "no difference that matters": phrase("no difference that matters"),
    "no quick difference": phrase("no quick difference"),
    "leans better": phrase("leans better"),
    "leans worse": phrase("leans worse"),
    "can't tell yet": phrase("can't tell yet"),
}


def verdict_words(verdict: "Verdict") -> str:
    """The name of a verdict, as it is said to people."""
    return say(_VERDICTS[verdict])


def scale(outcome: Outcome) -> str:
    """The ends of a scale and which of them is better."""
    better = say(BETTER[outcome.better])
    return say("{low:g} to {high:g} ({better})", low=outcome.low, high=outcome.high, better=better)


def points(value: float) -> str:
    """A number of outcome points."""
    return say("{value:g} point", value=value) if value == 1 else say("{value:g} points", value=value)


def nights(count: int) -> str:
    """A number of nights."""
    return say_some(count, "{count:,} night", "{count:,} nights")


def cited(*fact_ids: str) -> str:
    """Facts as sentences with their sources, leaving out what was never checked."""
    rows = [row for row in map(facts.fact, fact_ids) if facts.shown_as_fact(row)]
    told = [say("{text} ({source})", text=say(row["text"]), source=say(row["source"])) for row in rows]
    return sentences([sentence(one) for one in told])


def day(when: date, *, year: bool = True) -> str:
    """A date such as "Mon 5 Jan 2026"."""
    return spoken().day(when, year=year)


def span(first: date, last: date, *, year: bool = True) -> str:
    """Dates from first to last, such as "Mon 5 to Sun 11 Jan 2026"; year and month are said once where they are the same."""
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
    """A date whose month is said with a later one where it is the same."""
    return spoken().day(when, year=False, month=when.month != last.month)


def large(count: int) -> str:
    """A whole number of any size."""
    return spoken().number(f"{count:,}") if count < 10**12 else say("about 10^{power}", power=len(str(count)) - 1)


def either(parts: Sequence[str]) -> str:
    """Parts as "a, b or c"; there must be one."""
    *first, last = parts
    return say("{first} or {last}", first=commas(first), last=last) if first else last


def some(parts: Sequence[str], most: int) -> str:
    """Parts as a list of at most `most`, such as "a, b and 7 more"."""
    left = len(parts) - most
    return listed(list(parts)) if left <= 0 else listed([*parts[:most], say("{left} more", left=left)])


def clip(text: str, room: int) -> str:
    """The text, cut with an ellipsis where it is longer than `room` letters."""
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def capital(text: str) -> str:
    """The text with a capital."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """The text with a full stop and a capital."""
    return text[:1].upper() + (text[1:] if text[-1:] in (".", "!", "?", "…", "") else f"{text[1:]}.")


def numbers(values: Sequence[int], most: int = 8) -> str:
    """Whole numbers as "1, 4, 5"; a long row in equal steps as "1, 3, 5 and so on to 999"."""
    steps = {later - earlier for earlier, later in itertools.pairwise(values)}
    if len(values) > most and len(steps) == 1:
        return say("{first} and so on to {last}", first=", ".join(map(str, values[:3])), last=values[-1])
    return ", ".join(map(str, values))
