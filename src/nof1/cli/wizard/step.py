"""What a question of the wizard is, and where the conversation stands. Knows no question and prints nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from nof1.language import say
from nof1.plan.protocol.protocol import Protocol

# Answers as they were given, by the step's id. A draft is exactly this.
type Raw = Mapping[str, str]
# A value, or how it follows from the conversation so far.
type Told[T] = T | Callable[["Talk"], T]
# Reads what was typed and gives the answer as it is kept; InputError says what is allowed. Reading twice changes nothing.
type Parse = Callable[[str, "Talk"], str]

ANYTHING = ("*",)  # for `rests_on`: to be asked again after any change


@dataclass(frozen=True)
class Choice:
    """One of the numbered choices: the answer it stands for, and what a person reads."""

    value: str
    words: Told[str]


@dataclass(frozen=True)
class Turn:
    """What an answer leads to instead of being kept.

    Attributes
    ----------
    changes : mapping of str to str or None
        Answers to change; None takes one back, so that it is asked again.
    ask : tuple of str
        Ids of questions to go through again.
    leave : str
        Why the conversation ends here without a plan.
    done : bool
        Whether the plan is ready to be drawn.
    """

    changes: Mapping[str, str | None] = field(default_factory=dict)
    ask: tuple[str, ...] = ()
    leave: str = ""
    done: bool = False


def _nothing(_: Any, __: Any = None) -> Any:
    return None


@dataclass(frozen=True, kw_only=True)
class Step:
    """A question.

    Attributes
    ----------
    id : str
        Key of its answer.
    part : str
        Heading that it stands under.
    body, question, help : str, or a function of the conversation
        What is shown before it; the question; why it is asked and what the answers mean, with sources. Like `part` and `keys`,
        a template that `worded` says, or a function that says it.
    parse : function
    choices : tuple of Choice, or a function of the conversation
    default : str or None, or a function of the conversation
        What Enter takes.
    condition : function of the answers
        Whether it is asked at all.
    rests_on : tuple of str
        Answers whose change makes this one out of date.
    gives : function of the answer
        Its part of the answers file, such as {"design": {"blocks": 6}}; None gives nothing.
    after : function of the answer
        Sentences to show right after it.
    turn : function of the answer and the conversation
        For the few answers that lead somewhere; None keeps the answer.
    keys : str
        Special answers to be shown in the line of keys.
    kept : bool
        Whether the answer goes into the draft.
    offered : function of an answer, or None
        What stands in [brackets] for it, where that is not the answer itself.
    """

    id: str
    part: Told[str]
    question: Told[str]
    help: Told[str]
    parse: Parse
    body: Told[str] = ""
    choices: Told[tuple[Choice, ...]] = ()
    default: Told[str | None] = None
    condition: Callable[[Raw], bool] = lambda _: True
    rests_on: tuple[str, ...] = ()
    gives: Callable[[str], Mapping[str, Any] | None] = _nothing
    after: Callable[[str, "Talk"], list[str]] = lambda _, __: []
    turn: Callable[[str, "Talk"], Turn | None] = _nothing
    keys: str = ""
    kept: bool = True
    offered: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Talk:
    """Where a conversation stands.

    `width` gives the expected width of the 95 % interval of a protocol, in points.
    """

    raw: Raw
    today: date
    folder: Path
    steps: tuple[Step, ...]
    width: Callable[[Protocol], float]

    @property
    def asked(self) -> list[Step]:
        """The questions that these answers lead to, in order."""
        return [step for step in self.steps if step.condition(self.raw)]

    def open_step(self) -> Step:
        """The first question without an answer; the last one never has one."""
        asked = self.asked
        return next((step for step in asked if step.id not in self.raw), asked[-1])

    def step(self, id_: str) -> Step | None:
        """The question with this id, if it is asked."""
        return next((step for step in self.asked if step.id == id_), None)

    def before(self, step: Step) -> Step | None:
        """The question before this one; None before the first."""
        ids = [one.id for one in self.asked]
        place = ids.index(step.id)
        return self.asked[place - 1] if place else None


def told[T](value: Told[T], talk: Talk) -> T:
    """The value, worked out from the conversation where it follows from it."""
    return value(talk) if callable(value) else value


def worded(value: Told[str], talk: Talk) -> str:
    """A text in the spoken language; empty where there is none."""
    text = told(value, talk)
    return text if callable(value) or not text else say(text)


def proposal(step: Step, talk: Talk) -> str | None:
    """What Enter takes: the answer given before, else the default; None if there is neither."""
    return talk.raw[step.id] if step.id in talk.raw else told(step.default, talk)


def at(place: str, value: Callable[[str], Any] = str) -> Callable[[str], dict[str, Any]]:
    """A `gives` that puts the answer at a place such as "design.blocks"."""

    def gives(answer: str) -> dict[str, Any]:
        content: Any = value(answer)
        for key in reversed(place.split(".")):
            content = {key: content}
        return dict(content)

    return gives


def at_if_any(place: str) -> Callable[[str], dict[str, Any] | None]:
    """The same for texts that may be left empty."""
    return lambda answer: at(place)(answer) if answer else None
