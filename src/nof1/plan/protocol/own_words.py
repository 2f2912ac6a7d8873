"""Words in a protocol that are nof1's own: labels of its templates, forms, what stands where a person said nothing.

They are told in the spoken language. What a person wrote stays as it is, and so does every word of a table that was adopted.
"""

from nof1.language import phrase, say
from nof1.subject import subject

_OWN = frozenset(
    {
        # the template
        phrase("Does magnesium calm my legs at night?"),
        phrase("Are my nights calmer on magnesium than off it?"),
        phrase("RLS severity"),
        phrase("off"),
        phrase("no magnesium"),
        # what the ends of the ready-made rating mean, and which hours it is of
        phrase("no restless legs at all"),
        phrase("the worst you can imagine"),
        phrase("from lying down in the evening until getting up in the morning"),
        # the templates of something else
        phrase("Do I have less migraine with it?"),
        phrase("Do I have less headache with it than without it?"),
        phrase("headache"),
        phrase("no headache"),
        phrase("the worst headache you can imagine"),
        phrase("the last 24 hours"),
        phrase("without it"),
        phrase("on"),
        phrase("Is my mood better with it?"),
        phrase("Is my mood better with it than without it?"),
        phrase("mood"),
        phrase("as low as you can imagine"),
        phrase("as good as you can imagine"),
        phrase("Do I have less pain with it?"),
        phrase("Do I have less pain with it than without it?"),
        phrase("pain"),
        phrase("no pain"),
        phrase("the worst pain you can imagine"),
        phrase("Do I sleep better with it?"),
        phrase("Are my nights better with it than without it?"),
        phrase("sleep quality"),
        phrase("as bad as you can imagine"),
        phrase("from going to bed until getting up in the morning"),
        phrase(
            "Whether it helps or harms differs between people, and averages of groups do not say what it does in one person."
        ),
        # what the wizard adds
        phrase("Which form of magnesium is better for my legs at night?"),
        phrase("magnesium"),
        phrase("dummy without magnesium"),
        phrase("lower dose"),
        phrase("higher dose"),
        phrase("The same person's nights on one form are the fairest comparison for those on the other."),
        phrase("caffeine"),
        phrase("alcohol"),
        phrase("iron"),
        phrase("exercise"),
        # forms, in full and in short
        phrase("magnesium citrate"),
        phrase("citrate"),
        phrase("magnesium citrate nonahydrate"),
        phrase("citrate nonahydrate"),
        phrase("magnesium oxide"),
        phrase("oxide"),
        phrase("magnesium glycinate"),
        phrase("glycinate"),
        phrase("magnesium chloride hexahydrate"),
        phrase("chloride hexahydrate"),
        phrase("chloride"),
        phrase("magnesium sulfate heptahydrate"),
        phrase("sulfate heptahydrate"),
        phrase("sulfate"),
        phrase("magnesium L-threonate"),
        phrase("L-threonate"),
        phrase("threonate"),
        # how a trial is carried out
        phrase(
            "Whether magnesium calms or worsens restless legs differs between people, and averages of groups do not say "
            "what it does in one person."
        ),
        phrase("The same person's nights without it are the fairest comparison there is."),
        phrase("Other treatment stays as it is where possible; changes are noted in the diary."),
        phrase("at home"),
        phrase("The person alone, and whoever they show it to."),
        phrase("The person gets the results page and may take it to a doctor."),
    }
)


def ours(text: str) -> str:
    """A text of the protocol in the spoken language where it is exactly one of nof1's own; else as it is.

    >>> from nof1.language import speaking
    >>> with speaking("de"):
    ...     print(ours("no magnesium"), "|", ours("no magnesium, but tea"))
    kein Magnesium | no magnesium, but tea
    """
    return say(text) if text in _OWN and not subject().adopted else text


def called(arm: str) -> str:
    """What an arm is called in tables and pictures: its name, or the label that a person gave to it in an adopted table.

    >>> from nof1.subject import Subject, about
    >>> with about(Subject(adopted=True, labels=(("on", "purifier on"),))):
    ...     print(called("on"), "|", called("off"))
    purifier on | off
    """
    label = dict(subject().labels).get(arm, arm)
    return ours(arm) if label == arm else label
