"""What a protocol has the diary ask every morning beside rating, dose and side effects: in the model, or beside it."""

from nof1.language import commas, phrase, say
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.recorded import NO, YES, Recorded


def recorded_of(protocol: Protocol, name: str) -> Recorded | None:
    """How a column is answered, where the protocol says so.

    Examples
    --------
    >>> recorded_of(trial.protocol, "onset") is None
    True
    """
    return next((one for one in protocol.recorded or () if one.name == name), None)


def beside(protocol: Protocol) -> tuple[Recorded, ...]:
    """What is recorded beside the model, in the order in which it is asked: no covariate, and no adjustment for it.

    Examples
    --------
    >>> beside(trial.protocol)
    ()
    """
    return tuple(one for one in protocol.recorded or () if one.name not in protocol.analysis.covariates)


def column_title(protocol: Protocol, name: str) -> str:
    """What people call a column of their own: its title where the protocol has one.

    Examples
    --------
    >>> column_title(trial.protocol, "caffeine")
    'caffeine'
    """
    one = recorded_of(protocol, name)
    return ours(name) if one is None else one.called


YES_ANSWER, NO_ANSWER = phrase("yes"), phrase("no{end}")  # "no" alone is a count to the catalogues, as in "no nights"


def answers(one: Recorded) -> list[str]:
    """What can be chosen, in the spoken language; nothing where an answer is written or typed.

    Examples
    --------
    >>> from nof1.plan.protocol.recorded import find_recorded
    >>> answers(find_recorded("rescue")[0]), answers(find_recorded("onset")[0])
    (['yes', 'no'], [])
    """
    if one.kind == "yes-no":
        return [say(YES_ANSWER), say(NO_ANSWER, end="")]
    return [one.choice_words(value) for value in one.choices or ()]


def answer_words(one: Recorded, text: str) -> str:
    """The text of a cell in words.

    Examples
    --------
    >>> from nof1.plan.protocol.recorded import find_recorded
    >>> answer_words(find_recorded("where")[0], "arms")
    'arms'
    """
    if one.kind == "yes-no":
        return dict(zip((YES, NO), answers(one), strict=True)).get(text, text)
    return one.choice_words(text) if one.kind == "choice" else text


def recorded_words(one: Recorded) -> str:
    """A question with what can be answered, for a sheet on which it is answered; ends with a full stop or a question mark.

    Examples
    --------
    >>> from nof1.plan.protocol.recorded import find_recorded
    >>> recorded_words(find_recorded("rescue")[0])
    'Did you take anything else in the night against the restlessness? Yes or no.'
    """
    match one.kind:
        case "clock":
            told = say("A time of day such as 22:30, or \u201cnone\u201d.")
        case "choice":
            told = say("One of: {choices}.", choices=commas(answers(one)))
        case "yes-no":
            told = say("Yes or no.")
        case "number":
            told = say("A number, in {unit}.", unit=one.unit) if one.unit else say("A number.")
        case "words":
            told = say("In your own words.")
    if one.only_if is not None:
        told = say("{told} Only on nights with a yes before it.", told=told)
    mark = "" if one.asks[-1:] in "?.:!" else "."
    return f"{one.asks}{mark} {told}"


def beside_words() -> str:
    """Why no model takes these."""
    return say(
        "No model adjusts for these: they follow from what was taken, or are part of the night that is rated, so that adjusting would "
        "take away part of the effect that is asked about."
    )
