"""Whether a column tells the treatment, by its name or by what it holds: none that does may reach a sealed trial.

Knows the arms, not their order; must not know a night.
"""

import re
from collections.abc import Iterable

from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import number_text

# A name that begins with one of these is about the treatment, whatever follows.
_LEADING = frozenset(
    {"arm", "condition", "treatment", "intervention", "group", "phase", "allocation", "bedingung", "behandlung"}
)
# These are, unless something is said that makes it another thing, such as "caffeine dose".
_TREATMENT = _LEADING | frozenset(
    {"arms", "treatments", "interventions", "dose", "dosage", "dosis", "drug", "verum", "placebo", "gruppe"}
)
_BESIDE = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "my",
        "your",
        "this",
        "that",
        "which",
        "what",
        "is",
        "was",
        "current",
        "study",
        "trial",
        "assigned",
        "actual",
        "allocated",
        "given",
        "taken",
        "today",
        "tonight",
        "night",
        "evening",
        "mg",
        "g",
        "mcg",
        "µg",
        "unit",
        "id",
        "name",
        "code",
        "no",
        "nr",
        "number",
        "der",
        "die",
        "das",
        "welche",
        "welcher",
        "welches",
        "heute",
        "studie",
    ]
)
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def names_treatment(header: str) -> bool:
    """Whether a column's name says that it tells the treatment; punctuation, units and little words do not count.

    >>> [names_treatment(name) for name in ("Which treatment?", "Dose (mg)", "Caffeine dose (mg)")]
    [True, True, False]
    """
    words = [word.casefold() for word in _WORD.findall(_CAMEL.sub(" ", header))]
    if words[:1] == ["current"]:
        del words[0]
    if words and words[0] in _LEADING:
        return True
    return not _TREATMENT.isdisjoint(words) and _TREATMENT.issuperset(word for word in words if word not in _BESIDE)


def holds_arms(protocol: Protocol, cells: Iterable[str]) -> bool:
    """Whether cells name the arms: at least half of those that are filled do, or two different arms are named."""
    arms = {_plain(text): arm.name for arm in protocol.arms for text in (arm.label, arm.name) if _plain(text)}
    filled = [text for text in map(_plain, cells) if text]
    named = [arms[text] for text in filled if text in arms]
    return bool(named) and (2 * len(named) >= len(filled) or len(set(named)) > 1)


def holds_doses(protocol: Protocol, cells: Iterable[str]) -> bool:
    """Whether cells are the planned doses of at least two arms, as `number_text` writes them, and nothing else."""
    doses = {number_text(dose) for arm in protocol.arms for dose in (arm.dose_mg, arm.salt_mg) if dose is not None}
    filled = {text for text in cells if text}
    return len(filled) > 1 and filled <= doses


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .,;:!?'\"()[]")
