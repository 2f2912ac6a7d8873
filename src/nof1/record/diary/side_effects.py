"""Side effects of a night: the short list that the diary offers, what was typed, and the stop rules that it meets.

Knows no trial, no arm and no order; what it says rests on the facts files alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from nof1 import facts
from nof1.errors import InputError
from nof1.language import phrase, say
from nof1.plan.protocol.safety.stop_rules import StopRule, stop_rules
from nof1.record.diary.entry import SIDE_EFFECT_SEPARATOR
from nof1.record.diary.symptoms import Signs, found, plainly, says, words_of

STOP_SENTENCE = phrase(
    "You entered {entered}. The stop rule for {rule}: {action} ({source}). nof1 gives no medical advice: ask a doctor."
)
EMERGENCY_SENTENCE = phrase(
    "You entered {entered}. This is an emergency sign ({rule}): {action} ({source}). Call even if you are not sure. nof1 gives no "
    "medical advice."
)
NO_WORDS = frozenset(("none", "no", "n", "nothing", "0", "-", "keine", "nein", "nichts"))


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
        """What was entered, what the rule says, where it is from, and what this is not; in the spoken language."""
        return say(
            EMERGENCY_SENTENCE if self.rule.level == "emergency" else STOP_SENTENCE,
            entered=repr(self.entered),
            rule=say(self.rule.text),
            action=say(self.rule.action),
            source=say(self.rule.source),
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

    What only says that there was none, such as "no headache", is left out.

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
        if re.fullmatch(r"[0-9][0-9 ,]*", part):
            found += _numbered(part)
        elif part and part.casefold() not in NO_WORDS and not is_denial(part):
            found.append(part)
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


def spellings(side_effects: Iterable[str]) -> dict[str, str]:
    """Side effects in small letters and as they were first written, without what says that there was none."""
    out: dict[str, str] = {}
    for effect in side_effects:
        key = effect.casefold()
        if key not in out and key not in NO_WORDS and not is_denial(effect):
            out[key] = effect
    return out


def stops(side_effects: Iterable[str]) -> tuple[Stop, ...]:
    """The stop rules that these side effects meet, each once for each side effect; emergencies first."""
    met = [Stop(entered, rule) for entered in side_effects for rule in stop_rules() if says(entered, _signs(rule))]
    return tuple(sorted(met, key=lambda stop: stop.rule.level != "emergency"))


def note_sentences(note: str) -> tuple[str, ...]:
    """The sentences of a note, each to be looked through by itself.

    >>> note_sentences("Slept badly. Chest pain at 3!")
    ('Slept badly.', 'Chest pain at 3!')
    """
    return tuple(part for part in (part.strip() for part in re.findall(r"[^.;!?\n]+[.;!?]*", note)) if part)


@cache
def _signs(rule: StopRule) -> Signs:
    return Signs(rule.symptoms, rule.misspelt, rule.others, rule.harmless)


@cache
def _all_signs() -> Signs:
    return Signs(tuple(symptom for rule in stop_rules() for symptom in rule.symptoms))


# What says no more than that there was nothing, such as "no headache or nausea", is no side effect. In English and German; the
# diary's page has the same in bedside/page/symptoms.js.
_KEIN = r"kein(?:e[mnrs]?)?"
_NO = (
    rf"\b(?:no(?:\s+more)?|not|without|nor|neither|{_KEIN}|nicht|ohne|weder|(?:did|was|is|am|do)\s?n'?t)"
    r"(?:\s+(?:any|longer|further|real|signs?|of|feel|feeling|mehr))*"
)
_DENIAL = re.compile(
    rf"{_NO}\s+(?P<what>.+?)(?:\s+(?:at all|today|tonight|last night|any ?more|this time|so far|yet|heute|letzte nacht|mehr))?[ .!]*"
)
# Each goes on with the denial; what follows a comma or "and" without a "no" of its own may well have been there.
_AND = re.compile(
    rf"(?:\s*,\s*(?:and\s+|und\s+)?(?:no|{_KEIN})|\s+(?:and|und)\s+(?:no|{_KEIN})|\s*,?\s+(?:or|nor|oder|noch)(?:\s+(?:no|any|{_KEIN}))?)"
    r"\s+(?:signs?\s+of\s+)?"
)
# Words for a harm, which was not there if "no" stands before them. "no sleep" and "no appetite" are harms themselves.
HARMS = frozenset(
    (
        "side effects", "side-effects", "side effect", "effects", "symptoms", "complaints", "problems", "issues", "trouble", "harm",
        "headache", "headaches", "migraine", "nausea", "vomiting", "sickness", "dizziness", "vertigo", "tiredness", "fatigue",
        "drowsiness", "sleepiness", "cramp", "cramps", "stomach cramps", "pain", "pains", "stomach pain", "stomach ache",
        "stomachache", "belly ache", "bloating", "gas", "wind", "heartburn", "constipation", "loose stools", "soft stool", "itch",
        "itching", "rash", "flushing", "sweating", "fever", "dry mouth", "thirst", "swelling", "trembling", "tremor", "numbness",
        "tingling", "anxiety", "nightmares", "vivid dreams", "bad dreams",
        "nauseous", "dizzy", "sick", "tired", "drowsy", "sleepy", "ill", "itchy", "bloated", "constipated",
        "nebenwirkung", "nebenwirkungen", "beschwerden", "symptome", "probleme", "kopfschmerz", "kopfschmerzen", "kopfweh", "migräne",
        "übelkeit", "erbrechen", "schwindel", "müdigkeit", "krämpfe", "bauchkrämpfe", "schmerz", "schmerzen", "bauchschmerzen",
        "bauchweh", "magenschmerzen", "blähungen", "sodbrennen", "verstopfung", "weicher stuhl", "weichen stuhl", "juckreiz",
        "ausschlag", "fieber", "albträume", "übel", "schlecht", "schwindelig", "schwindlig", "müde", "krank",
    )
)  # fmt: skip


def is_denial(entered: str) -> bool:
    """Whether the words say no more than that there was no such harm, such as "no headache"; "no sleep" is one.

    >>> is_denial("no headache or nausea"), is_denial("no sleep"), is_denial("no headache but nausea")
    (True, False, False)
    """
    denial = _DENIAL.fullmatch(plainly(entered))
    return denial is not None and all(_is_harm(what) for what in _AND.split(denial["what"]))


def _is_harm(what: str) -> bool:
    words = words_of(what)
    return (
        what in HARMS
        or any(what == one.text for one in short_list())
        or any(
            len(places) == len(words) - 1  # all of it: the last word marks the end
            for slots in _all_signs().slots
            for places in found(words, slots)
        )
    )


# In own words a harm may stand beside anything else: parts that a denial does not go on in.
_PARTS = re.compile(r"[,.;:!?\n]|\b(?:but|aber|doch|sondern)\b")


def names_harm(text: str) -> bool:
    """Whether own words name a harm that was there. What cannot be told counts as one.

    >>> names_harm("Loose stools every day"), names_harm("moved house, no side effects")
    (True, False)
    """
    if stops(note_sentences(text)):
        return True
    harms = {*HARMS, *(one.text for one in short_list())}
    named = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(harms, key=len, reverse=True)))})(?!\w)")
    return any(named.search(plainly(part)) and not is_denial(part.strip()) for part in _PARTS.split(text))
