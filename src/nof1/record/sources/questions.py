"""Of which night or day a question speaks: the words of a survey say so, in the languages that are shipped.

Must not know when it was answered.
"""

import re

from nof1.record.values.nights import Belongs

_DAY_BEFORE = re.compile(
    r"\b(yester(day|night)\w*|(last|previous|past) (night|evening|day)\b|(the )?(day|night|evening) before\b"
    r"|gestern|vorgestrig\w*|gestrig\w*|am vortag|(letzte|vergangene|vorige)[rns]? (nacht|abend|tag)\b)",
    re.IGNORECASE,
)
_TODAY = re.compile(r"\b(today|heute)\b(?! (night|nacht|morning|früh|morgen)\b)", re.IGNORECASE)


def asked_of(question: str) -> Belongs:
    """What an answer speaks of: the day or night before it, that day, or, where no word says so, what the clock tells.

    >>> [asked_of(words) for words in ("How many cups of coffee yesterday?", "Coffee today", "How bad were your legs?")]
    ['day before', 'day', 'night']
    """
    words = " ".join(question.replace("_", " ").split())
    before, today = _DAY_BEFORE.search(words), _TODAY.search(words)
    if before:
        return "night" if today else "day before"
    return "day" if today else "night"
