"""When to stop: the symptoms of `facts/stop.toml`, and what to do."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from nof1 import facts
from nof1.facts import Certainty
from nof1.language import clauses, commas, say


@dataclass(frozen=True)
class StopRule:
    """A symptom with which to stop.

    `symptoms` are words that people write for it, in any order; a word that ends in * may go on. Words that are nearly those of
    `misspelt` count as them.
    """

    id: str
    text: str
    action: str
    symptoms: tuple[str, ...]
    misspelt: tuple[str, ...]
    source: str
    certainty: Certainty


@cache
def stop_rules() -> tuple[StopRule, ...]:
    """The symptoms with which to stop, each with what to do."""
    action = facts.fact("stop-action")["text"]
    return tuple(
        StopRule(
            id=row["id"],
            text=row["text"],
            action=action,
            symptoms=tuple(dict.fromkeys((*row["symptoms"], *_together(row.get("together", []))))),
            misspelt=tuple(row.get("misspelt", ())),
            source=row["source"],
            certainty=row["certainty"],
        )
        for row in facts.load("stop")
        if "symptoms" in row
    )


def _together(lists: list[list[str]]) -> Iterator[str]:
    """Every choice of a word of each list; none of no lists."""
    return (" ".join(words) for words in itertools.product(*lists) if words)


def stop_rule_sentence() -> str:
    """When to stop and what to do, with the source, in one sentence for every place where the person looks."""
    rules = stop_rules()
    first: list[str] = [say(rule.text) for rule in rules[:-1]]
    return say(
        "If you notice {first} or {last}: {action} ({sources}).",
        first=commas(first),
        last=say(rules[-1].text),
        action=say(rules[0].action),
        sources=clauses([say(source) for source in dict.fromkeys(rule.source for rule in rules)]),
    )
