"""What a question of the wizard is, and where the conversation stands. Knows no question and prints nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nof1.language import say
from nof1.plan.protocol.protocol import Protocol

if TYPE_CHECKING:
    from nof1.analyze.simulation.chances import Chances

# Answers as they were given, by the step's id. A draft is exactly this.
type Raw = Mapping[str, str]
# A value, or how it follows from the conversation so far.
type Told[T] = T | Callable[["Talk"], T]
# Reads what was typed and gives the answer as it is kept; InputError says what is allowed. Reading twice changes nothing.
type Parse = Callable[[str, "Talk"], str]

ANYTHING = ("*",)  # for `rests_on`: to be asked again after any change


@dataclass(frozen=True)
class Price:
    """What a design would find, counted in made-up trials, and how wide its interval would be.

    Attributes
    ----------
    width : float or None
        Expected width of the 95 % interval in points; None where it cannot be worked out, as the chances.
    chances : Chances or None
    """

    width: float | None
    chances: "Chances | None"


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
    gives_of : function of the answers
        The same where that rests on other answers, too.
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
    later : bool, or a function of the conversation
        Whether it waits behind "more choices": its default holds, and is shown in the summary, until somebody opens it. One without a
        default is asked all the same.
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
    gives_of: Callable[[Raw], Mapping[str, Any] | None] = _nothing
    after: Callable[[str, "Talk"], list[str]] = lambda _, __: []
    turn: Callable[[str, "Talk"], Turn | None] = _nothing
    keys: str = ""
    kept: bool = True
    offered: Callable[[str], str] | None = None
    later: Told[bool] = False


@dataclass(frozen=True)
class Talk:
    """Where a conversation stands: the answers, the day and the time of day at its start, and what a protocol would find."""

    raw: Raw
    today: date
    folder: Path
    steps: tuple[Step, ...]
    price: Callable[[Protocol], Price]
    now: time = time.min

    @property
    def asked(self) -> list[Step]:
        """The questions that these answers lead to, in order."""
        return [step for step in self.steps if step.condition(self.raw)]

    def waits(self, step: Step) -> bool:
        """Whether its default stands for the answer until somebody opens it."""
        return step.id not in self.raw and told(step.later, self) and told(step.default, self) is not None

    def open_step(self) -> Step:
        """The first question without an answer; the last one never has one."""
        asked = self.asked
        return next((step for step in asked if step.id not in self.raw and not self.waits(step)), asked[-1])

    def following(self, again: Sequence[str]) -> Step:
        """The question to be asked now: the first of those to be gone through again, or an open one that comes before it."""
        asked, first_open = self.asked, self.open_step()
        waiting = next((step for id_ in again if (step := self.step(id_)) is not None), first_open)
        return min(waiting, first_open, key=asked.index)

    def filled(self) -> Raw:
        """The answers, with the defaults of those questions that nobody opened."""
        raw = dict(self.raw)
        for step in self.steps:
            now = replace(self, raw=raw)
            if step.condition(raw) and now.waits(step):
                raw[step.id] = str(told(step.default, now))
        return raw

    def step(self, id_: str) -> Step | None:
        """The question with this id, if it is asked."""
        return next((step for step in self.asked if step.id == id_), None)

    def before(self, step: Step) -> Step | None:
        """The question before this one that was asked; None before the first."""
        ids = [one.id for one in self.asked if one.id == step.id or not self.waits(one)]
        place = ids.index(step.id)
        return self.step(ids[place - 1]) if place else None


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
