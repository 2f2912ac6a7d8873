"""When to stop and when to call the emergency number: the signs of `facts/stop.toml`, and what to do."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from nof1 import facts
from nof1.facts import Certainty
from nof1.language import clauses, commas, say
from nof1.subject import subject

Level = Literal["emergency", "stop"]


@dataclass(frozen=True)
class StopRule:
    """A sign with which to stop, or to call the emergency number.

    `symptoms` are words that people write for it, in any order; a|b is either word, and a word that ends in * may go on. Words that
    are nearly those of `misspelt` count as them, and `others` are no misspelling; `harmless` words mean something else. `where` and
    `read` say where and when the source was read.
    """

    id: str
    level: Level
    text: str
    action: str
    symptoms: tuple[str, ...]
    misspelt: tuple[str, ...]
    others: tuple[str, ...]
    harmless: tuple[str, ...]
    source: str
    where: str
    read: date
    certainty: Certainty


@cache
def stop_rules() -> tuple[StopRule, ...]:
    """The signs with which to stop, those for the emergency number first, each with what to do."""
    rules = [
        StopRule(
            id=row["id"],
            level=row["level"],
            text=row["text"],
            action=stop_action(row["level"]),
            symptoms=tuple(row["symptoms"]),
            misspelt=tuple(row.get("misspelt", ())),
            others=tuple(row.get("others", ())),
            harmless=tuple(row.get("harmless", ())),
            source=row["source"],
            where=row["where"],
            read=row["read"],
            certainty=row["certainty"],
        )
        for row in facts.load("stop")
        if "symptoms" in row
    ]
    return tuple(sorted(rules, key=lambda rule: rule.level != "emergency"))


def stop_action(level: Level) -> str:
    """What to do at a level.

    >>> stop_action("stop")
    'stop the supplement, call a doctor, and record it'
    """
    text: str = facts.fact(f"{level}-action")["text"]
    return text


def is_emergency(text: str) -> bool:
    """Whether the sign of this name, as a result holds it, is one for the emergency number.

    >>> is_emergency("fainting"), is_emergency("weakness")
    (True, False)
    """
    return any(rule.text == text and rule.level == "emergency" for rule in stop_rules())


def stop_notice() -> str:
    """What to do with which sign, at both levels.

    >>> stop_notice()[:53]
    'If you notice fainting, breathlessness, chest pain, s'
    """
    return f"{_notice('emergency')} {_notice('stop')}"


def told_rules() -> tuple[StopRule, ...]:
    """The signs that are told: of something else than magnesium those that are not known from it alone.

    Examples
    --------
    >>> from nof1.subject import Subject, about
    >>> with about(Subject(other=True)):
    ...     {"fainting", "great thirst"} & {rule.text for rule in told_rules()}
    {'fainting'}
    """
    return tuple(rule for rule in stop_rules() if not (subject().other and "magnesium" in rule.source.casefold()))


def _notice(level: Level) -> str:
    texts = [say(rule.text) for rule in told_rules() if rule.level == level]
    return say(
        "If you notice {first} or {last}: {action}.",
        first=commas(texts[:-1]),
        last=texts[-1],
        action=say(stop_action(level)),
    )


def stop_rule_sentence() -> str:
    """When to stop and what to do, with the sources, for every place where the person looks."""
    sources = dict.fromkeys(rule.source for rule in told_rules())
    return say(
        "{notice} Sources: {sources}.", notice=stop_notice(), sources=clauses([say(source) for source in sources])
    )
