"""The mark of a concealed trial's night: something told what was in the pack, and what it was.

It is asked of every dose from a pack and kept with the secondary outcomes (measures.csv); no model takes it. A night without a mark is one
on which nothing was noticed, or nobody said. Knows no order.
"""

from nof1.language import phrase, say
from nof1.plan.protocol.protocol import Protocol

NOTICED = "noticed"
# What told it, as it is kept, 1 to 5. Trials are running on these words: another wording is another question.
SIGNS = (
    phrase("the weight"),
    phrase("a rattle"),
    phrase("taste or smell"),
    phrase("a burst capsule"),
    phrase("something else"),
)


def asks_noticed(protocol: Protocol) -> bool:
    """Whether the mark is asked: in every concealed trial, from the second edition on.

    Examples
    --------
    >>> asks_noticed(trial.protocol)
    False
    """
    asked = [one.name for one in protocol.instruments or ()] + [one.name for one in protocol.recorded or ()]
    own = (protocol.outcome.name, *protocol.analysis.covariates, *asked)
    return protocol.randomized and protocol.concealed != "open" and protocol.schema_version > 1 and NOTICED not in own


def sign_words(value: float) -> str:
    """What told what was taken, in the spoken language.

    Examples
    --------
    >>> sign_words(2)
    'a rattle'
    """
    return say(SIGNS[round(value) - 1])
