"""Why something could not be answered, in the spoken language. The texts stand beside their codes, in `nof1.analyze.reasons`."""

from nof1.analyze.reasons import REMEDIES, TEXTS, Reason
from nof1.language import listed, say, sentences


def reason_sentence(reason: Reason, *, remedy: bool = True) -> str:
    """The reason, and the next step unless that has been taken already (`remedy`)."""
    values = {name: listed(one) if isinstance(one, tuple) else one for name, one in reason.values.items()}
    there = remedy and reason.code in REMEDIES
    return sentences([say(TEXTS[reason.code], **values), say(REMEDIES[reason.code]) if there else ""])
