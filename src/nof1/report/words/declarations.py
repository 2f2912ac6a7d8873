"""What reporting guidelines ask for besides the trial itself: who enrolled, money, conflicts, data, patients. One sentence each, stated or not."""

from nof1.language import phrase, say
from nof1.plan.protocol.conduct import Conduct
from nof1.plan.protocol.own_words import ours
from nof1.report.words.phrases import clip, sentence

# By the field of `Conduct` that states it.
_DECLARED = {
    "enrolled": phrase("Who enrolled the person: {text}"),
    "funding": phrase("Funding: {text}"),
    "conflicts": phrase("Conflicts of interest: {text}"),
    "data_sharing": phrase("Sharing of the data: {text}"),
    "involvement": phrase("Say of patients in the trial: {text}"),
}


def declarations(conduct: Conduct, most: int) -> list[str]:
    """A sentence for each; "not stated" where nobody said. Texts of a person have at most `most` letters.

    Examples
    --------
    >>> declarations(Conduct(funding="None"), 80)[1:3]
    ['Funding: None.', 'Conflicts of interest: not stated.']
    """
    stated = conduct.stated()
    return [
        sentence(say(template, text=clip(ours(stated[name]), most) if stated[name] else say("not stated")))
        for name, template in _DECLARED.items()
    ]
