"""Side effects of a night: the short list that the diary offers, what was typed, and the stop rules that it meets.

Knows no trial, no arm and no order; what it says rests on the facts files alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from nof1 import facts
from nof1.errors import InputError
from nof1.plan.safety import StopRule, stop_rules
from nof1.record.entry import SIDE_EFFECT_SEPARATOR

NO_WORDS = frozenset(("none", "no", "n", "nothing", "0", "-"))


@dataclass(frozen=True)
class Listed:
    """A side effect of the short list. `stop` is the id of the stop rule it belongs to, "" if there is none."""

    text: str
    stop: str
    source: str


@dataclass(frozen=True)
class Stop:
    """A side effect, as it was entered, that is one with which to stop."""

    entered: str
    rule: StopRule

    def sentence(self) -> str:
        """What was entered, what the rule says, where it is from, and what this is not."""
        return (
            f"You entered {self.entered!r}. The stop rule for {self.rule.text}: {self.rule.action} ({self.rule.source}). "
            "nof1 gives no medical advice: ask a doctor."
        )


@cache
def short_list() -> tuple[Listed, ...]:
    """What the diary offers, the same in every trial and on every night."""
    return tuple(
        Listed(row["text"], row.get("stop", ""), row["source"])
        for row in facts.load("side_effects")
        if facts.shown_as_fact(row)
    )


def parse_side_effects(text: str) -> str:
    """What was typed as the diary keeps it: numbers of the short list, own words, or both, such as "1 3" or "2, headache".

    Raises
    ------
    InputError
        If a number is not on the list.
    """
    if text.strip().casefold() in NO_WORDS:
        return ""
    separator = SIDE_EFFECT_SEPARATOR if SIDE_EFFECT_SEPARATOR in text else ","
    found: list[str] = []
    for part in (part.strip() for part in text.split(separator)):
        found += _numbered(part) if re.fullmatch(r"[0-9][0-9 ,]*", part) else [part] if part else []
    return f"{SIDE_EFFECT_SEPARATOR} ".join(_once(found))


def _numbered(part: str) -> list[str]:
    listed = short_list()
    numbers = [int(digits) for digits in re.findall("[0-9]{1,9}", part)]
    for number in numbers:
        if not 1 <= number <= len(listed):
            raise InputError(f"{number} is not on the list, which runs from 1 to {len(listed)}; or write it in words.")
    return [listed[number - 1].text for number in numbers]


def _once(words: Iterable[str]) -> list[str]:
    return list({word.casefold(): word for word in reversed(list(words))}.values())[::-1]


def stops(side_effects: Iterable[str]) -> tuple[Stop, ...]:
    """The stop rules that these side effects meet, each once for each side effect."""
    return tuple(Stop(entered, rule) for entered in side_effects for rule in stop_rules() if _says(entered, rule))


# "no diarrhoea", "not faint", "no signs of weakness", "no nausea or diarrhoea". Nothing looser: a warning too many does less
# harm than one too few, so "no sleep, weakness" and "not only weak" are warned of.
_DENIED = re.compile(
    r"\b(?:no|not|without|never|nor|neither|(?:did|was|is|am|do)\s?n['\N{RIGHT SINGLE QUOTATION MARK}]?t)"
    r"(?:\s+(?:any|more|longer|further|real|signs?|of|felt|feel|feeling|been))*"
    r"(?:\s+\w+\s+(?:or|nor))*(?:\s+any)?\s+$"
)


def _says(entered: str, rule: StopRule) -> bool:
    text = " ".join(entered.casefold().split())
    return any(
        not _DENIED.search(text[: match.start()])
        for symptom in rule.symptoms
        for match in re.finditer(rf"(?<!\w){re.escape(symptom.casefold())}(?!\w)", text)
    )
