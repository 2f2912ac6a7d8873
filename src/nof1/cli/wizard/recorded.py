"""Questions on what else is written down each morning: which, and by which kind of answer each of one's own is given."""

from collections.abc import Mapping
from typing import Any

from nof1.cli.wizard.parse import MOST_COVARIATES, one_of, several
from nof1.cli.wizard.rating import legs_are_rated, outcome_name
from nof1.cli.wizard.step import Choice, Raw, Step, Talk
from nof1.language import phrase, say
from nof1.plan.protocol.recorded import IN_A_MODEL, is_known, with_recorded
from nof1.record.values.measures import find_measure

_NUMBER = "number"
_LIKELY = (
    Choice("caffeine", phrase("caffeine")),
    Choice("alcohol", phrase("alcohol")),
    Choice("iron", phrase("iron")),
    Choice("exercise", phrase("exercise")),
)
# Beside the model, since they follow from what was taken; asked in words of restless legs.
_OF_LEGS = (
    Choice("onset", phrase("when it began")),
    Choice("where", phrase("legs or arms")),
    Choice("rescue", phrase("other medicine in the night")),
)
_KINDS = (
    Choice(_NUMBER, phrase("a number, such as how many")),
    Choice("yes-no", phrase("yes or no")),
    Choice("clock", phrase("a time of day")),
    Choice("words", phrase("my own words")),
)


def _choices(talk: Talk) -> tuple[Choice, ...]:
    return (*_LIKELY, *_OF_LEGS) if legs_are_rated(talk.raw) else _LIKELY


def _parse(text: str, talk: Talk) -> str:
    return several(_choices(talk), outcome_name)(text, talk)


def _named(raw: Raw) -> list[str]:
    return [name for name in raw.get("covariates", "").split(", ") if name]


def _own(raw: Raw) -> list[str]:
    """Those of which nof1 knows neither words nor unit, as they were typed."""
    return [name for name in _named(raw) if not is_known(name) and find_measure(name) is None]


def own_kinds(content: Mapping[str, Any], raw: Raw) -> dict[str, Any]:
    """An answers file's content with the kind of answer of each of one's own; a number is a covariate like any other.

    A time and own words are in no model.
    """
    kinds = {name: raw.get(_id(place), _NUMBER) for place, name in enumerate(_own(raw))}
    told = {name: kind for name, kind in kinds.items() if kind != _NUMBER}
    if not told:
        return dict(content)
    analysis = content.get("analysis", {})
    adjusted = [name for name in analysis.get("covariates", ()) if told.get(name, _NUMBER) in IN_A_MODEL]
    own = [{"name": name, "title": name, "kind": kind} for name, kind in told.items()]
    return {
        **content,
        "analysis": {**analysis, "covariates": adjusted},
        "recorded": [*content.get("recorded", ()), *own],
    }


def _id(place: int) -> str:
    return f"covariate-kind-{place + 1}"


def _kind(part: str, place: int) -> Step:
    def question(talk: Talk) -> str:
        own = _own(talk.raw)
        return say("{what}: how will you answer?", what=own[place] if place < len(own) else "")

    return Step(
        id=_id(place),
        part=part,
        question=question,
        help=phrase(
            "The diary asks for it in your words and takes that kind of answer alone. The analysis takes numbers and yes or no into "
            "account; a time of day and your own words stand beside the answer."
        ),
        parse=one_of(_KINDS),
        choices=_KINDS,
        default=_NUMBER,
        condition=lambda raw: place < len(_own(raw)),
        rests_on=("covariates",),
    )


def _help(talk: Talk) -> str:
    told = say(
        "Each is one more question every morning, such as cups of coffee or glasses of wine the day before. The analysis takes them into "
        "account. None is fine."
    )
    if not legs_are_rated(talk.raw):
        return told
    return say(
        "Each is one more question every morning, such as cups of coffee or glasses of wine the day before. The analysis takes "
        "them into account, but not when it began, legs or arms and other medicine in the night: these follow from what was "
        "taken, and stand beside the answer. None is fine."
    )


def recorded_steps(part: str) -> tuple[Step, ...]:
    """The questions in their order: what, then the kind of each of one's own."""
    return (
        Step(
            id="covariates",
            part=part,
            question=phrase("What else will you write down each morning? Numbers or names, with commas."),
            help=_help,
            parse=_parse,
            choices=_choices,
            default="",
            rests_on=("rating", "label"),
            later=True,
            gives=lambda text: with_recorded({}, text.split(", ")) if text else None,
        ),
        *(_kind(part, place) for place in range(MOST_COVARIATES)),
    )
