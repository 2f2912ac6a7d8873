"""What a person writes down each morning beside the rating, with a fitting kind of answer: those nof1 knows, and a person's own.

A clock time, one of several, yes or no, a number, own words. Knows no protocol, which holds them, and no night.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from nof1.errors import InputError
from nof1.language import phrase, say
from nof1.plan.design.fields import Column, Finite, Frozen, Text, spelled_out

Kind = Literal["number", "yes-no", "clock", "choice", "words"]
IN_A_MODEL: tuple[Kind, ...] = ("number", "yes-no")  # what a model can adjust for
NONE = "none"  # in place of a clock time: it did not happen that night
YES, NO = "yes", "no"
RESCUE = "rescue"  # another medicine taken in the night
MOST = 12  # each is one more question every morning
_MOST_CHOICES = 12


def _choice(value: str) -> str:
    if {",", ";", '"'} & set(value):
        raise ValueError(f"{value!r} must hold no comma, semicolon or quotation mark")
    return value


class Recorded(Frozen):
    """One thing that is written down each morning beside the rating.

    Attributes
    ----------
    name : str
        Its column in the diary.
    title : str
        What it is called above a column and in the results.
    kind : {"number", "yes-no", "clock", "choice", "words"}
        Which kind of answer fits.
    question : str or None
        How it is asked; the title where there is none.
    unit : str or None
        Of a number.
    low, high : float or None
        Ends of a number.
    choices : tuple of str or None
        Of which one is the answer.
    only_if : str or None
        Asked only on nights on which this one, a yes-no before it, is yes.
    """

    name: Column
    title: Annotated[Text, Field(min_length=1, max_length=40)]
    kind: Kind
    question: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    unit: Annotated[Text, Field(min_length=1, max_length=20)] | None = None
    low: Finite | None = None
    high: Finite | None = None
    choices: (
        Annotated[
            tuple[Annotated[Text, Field(min_length=1, max_length=40), BeforeValidator(_choice)], ...],
            Field(min_length=2, max_length=_MOST_CHOICES),
        ]
        | None
    ) = None
    only_if: Column | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> "Recorded":
        of_number = [name for name in ("unit", "low", "high") if getattr(self, name) is not None]
        if of_number and self.kind != "number":
            raise ValueError(f"{of_number[0]} is for a number; leave it out of what is answered by {self.kind}")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        if (self.kind == "choice") != (self.choices is not None):
            raise ValueError("choices are what a choice, and nothing else, needs")
        folded = [one.casefold() for one in self.choices or ()]
        if len(set(folded)) < len(folded):
            raise ValueError(f"choices: one is there twice: {', '.join(self.choices or ())}")
        known = _KNOWN.get(self.name.casefold())
        if known is not None and self != known:
            raise ValueError(
                f"{self.name!r} is something that nof1 asks in its own words; write {self.name!r} alone, or give it another name"
            )
        return self

    @property
    def called(self) -> str:
        """The title in the spoken language, where it is one of nof1's own.

        Examples
        --------
        >>> find_recorded("onset")[0].called
        'Onset'
        """
        return self._spoken(self.title)

    @property
    def asks(self) -> str:
        """The question, likewise.

        Examples
        --------
        >>> find_recorded("onset")[0].asks
        'When did the restlessness begin?'
        """
        return self._spoken(self.question or self.title)

    def choice_words(self, value: str) -> str:
        """One of the choices, likewise.

        Examples
        --------
        >>> find_recorded("where")[0].choice_words("legs and arms")
        'legs and arms'
        """
        return self._spoken(value)

    def _spoken(self, text: str) -> str:
        return say(text) if self.name in _KNOWN else text


_KNOWN: Mapping[str, Recorded] = MappingProxyType({})  # while they are made themselves
_GROUPS: Mapping[str, tuple[Recorded, ...]] = MappingProxyType(
    {
        "onset": (
            Recorded(
                name="onset",
                title=phrase("Onset"),
                question=phrase("When did the restlessness begin?"),
                kind="clock",
            ),
        ),
        "where": (
            Recorded(
                name="where",
                title=phrase("Where"),
                question=phrase("Where was the restlessness?"),
                kind="choice",
                choices=(
                    phrase("nowhere"),
                    phrase("legs"),
                    phrase("arms"),
                    phrase("legs and arms"),
                    phrase("elsewhere too"),
                ),
            ),
        ),
        RESCUE: (
            Recorded(
                name=RESCUE,
                title=phrase("Rescue medicine"),
                question=phrase("Did you take anything else in the night against the restlessness?"),
                kind="yes-no",
            ),
            Recorded(
                name="rescue_what",
                title=phrase("Rescue: what and when"),
                question=phrase("What was it, how much, and at what time?"),
                kind="words",
                only_if=RESCUE,
            ),
        ),
    }
)
_KNOWN = MappingProxyType({one.name: one for group in _GROUPS.values() for one in group})


def known_recorded() -> tuple[Recorded, ...]:
    """All that nof1 asks in its own words.

    All of them follow from the treatment or belong to the night that is rated: no model may adjust for them.

    Examples
    --------
    >>> [one.name for one in known_recorded()]
    ['onset', 'where', 'rescue', 'rescue_what']
    """
    return tuple(_KNOWN.values())


def is_known(name: str) -> bool:
    """Whether a name stands for something that nof1 asks in its own words.

    Examples
    --------
    >>> is_known("Onset"), is_known("caffeine")
    (True, False)
    """
    return name.strip().casefold() in _GROUPS


def find_recorded(name: str) -> tuple[Recorded, ...]:
    """What a name stands for: one question, or one with the question that follows it.

    Raises
    ------
    InputError
        If nof1 knows none of that name.

    Examples
    --------
    >>> [one.name for one in find_recorded("rescue")]
    ['rescue', 'rescue_what']
    """
    found = _GROUPS.get(name.strip().casefold())
    if found is None:
        raise InputError(
            f"There is no {name[:40]!r} that nof1 asks in its own words; there is: {', '.join(_GROUPS)}. "
            "Of your own give name, title and kind."
        )
    return found


def refuse_unsound(recorded: Iterable[Recorded], columns: Iterable[str], covariates: Iterable[str]) -> None:
    """Hold what is recorded against the other columns of the diary, and against what the model adjusts for.

    Parameters
    ----------
    columns : iterable of str
        Names of everything else that is recorded, the covariates left out.

    Raises
    ------
    ValueError
        If a name is there twice, a question hangs on one that is not asked before it, or the model would adjust for what follows
        from the treatment.
    """
    taken = {name.casefold() for name in columns}
    adjusted = {name.casefold() for name in covariates}
    asked: dict[str, Recorded] = {}
    for one in recorded:
        name = one.name.casefold()
        if name in taken or name in asked:
            raise ValueError(f"recorded: {one.name!r} is the name of something else that is recorded, or there twice")
        if one.only_if is not None and getattr(asked.get(one.only_if.casefold()), "kind", None) != "yes-no":
            raise ValueError(f"recorded: only_if of {one.name!r} must name a yes-no that is asked before it")
        if name in adjusted and name in _KNOWN:
            raise ValueError(f"recorded: {not_adjusted(one.name)}")
        if name in adjusted and one.kind not in IN_A_MODEL:
            raise ValueError(
                f"recorded: a covariate of the model is a number or yes-no; {one.name!r} is answered by {one.kind}. "
                "Leave it out of analysis.covariates"
            )
        asked[name] = one


def with_recorded(content: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """An answers file's content with more to write down: what nof1 keeps beside the model there, every other name as a covariate of it.

    Examples
    --------
    >>> with_recorded({"title": "Legs"}, ["caffeine", "onset"])
    {'title': 'Legs', 'analysis': {'covariates': ['caffeine']}, 'recorded': ['onset']}
    """
    asked = [name.strip() for name in names]
    kept = [name.casefold() for name in asked if is_known(name)]
    adjusted = [name for name in asked if not is_known(name)]
    content = dict(content)
    if adjusted:
        analysis = dict(content.get("analysis", {}))
        content["analysis"] = analysis | {"covariates": [*_listed(analysis.get("covariates")), *adjusted]}
    if kept:
        content["recorded"] = [*_listed(content.get("recorded")), *kept]
    return content


def _listed(value: Any) -> list[Any]:
    """What is no list is refused with the rest of the file."""
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def not_adjusted(name: str) -> str:
    """Why the model cannot have it."""
    return (
        f"{name!r} follows from the treatment, or is part of the night that is rated: adjusting for it would take away part of the "
        "effect. It is recorded beside the model: leave it out of analysis.covariates and write it in recorded"
    )


# What a protocol holds: each in full, so that its file says how it was asked; None for none.
AllRecorded = Annotated[
    tuple[Recorded, ...], BeforeValidator(spelled_out(find_recorded)), Field(min_length=1, max_length=MOST)
]
