"""Questions of the safety screen that are answered together: a list, and the numbers of what applies.

Each of the list still has an answer of its own: yes for a number, "not known" for d and a number, no for the others.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nof1.cli.wizard.parse import is_unknown, quoted
from nof1.cli.wizard.step import Choice, Parse, Raw, Step, Talk, Told, Turn
from nof1.errors import InputError
from nof1.language import commas, phrase, say
from nof1.plan.protocol.safety.answers import UNKNOWN, Answer, Question

NONE = "none"
_D = phrase("d")  # "don't know", as one letter


def answers_in(kept: str, listed: Iterable[Question]) -> dict[str, Answer]:
    """The answer to each of the list, from what is kept: "digoxin, ?quinidine" or "none"."""
    marked = {name.lstrip("?"): UNKNOWN if name.startswith("?") else True for name in kept.split(", ")}
    return {question.id: marked.get(question.id, False) for question in listed}


def _kept(answers: Mapping[str, Answer]) -> str:
    names = [f"?{id_}" if answer == UNKNOWN else id_ for id_, answer in answers.items() if answer is not False]
    return ", ".join(names) or NONE


def group_step(
    *,
    id_: str,
    part: Told[str],
    question: str,
    listed: tuple[Question, ...],
    help_: str,
    named: Callable[[Raw], frozenset[str]] = lambda _: frozenset(),
    after: Callable[[str, Talk], list[str]],
    turn: Callable[[str, Talk], Turn | None] = lambda _, __: None,
    rests_on: tuple[str, ...] = (),
    condition: Callable[[Raw], bool] = lambda _: True,
    gives: Callable[[str], dict[str, Any]] | None = None,
) -> Step:
    """A question with a list; `named` are those of the list that were named before and so cannot be left out.

    `gives` is what an answer says, where that is not one answer for each of the list.
    """

    def default(talk: Talk) -> str | None:
        there = named(talk.raw)
        return ", ".join(str(i) for i, one in enumerate(listed, start=1) if one.id in there) or None

    def shown(offer: str) -> str:
        answers = answers_in(offer, listed) if not re.match(r"\d", offer) else {}
        if not answers:
            return offer
        marks = {True: "", UNKNOWN: say(_D)}
        numbers = [f"{marks[answers[one.id]]}{i}" for i, one in enumerate(listed, start=1) if answers[one.id]]
        return ", ".join(numbers) or "0"

    def answered(answer: str) -> dict[str, Any]:
        return {"safety": {"answers": answers_in(answer, listed)}}

    return Step(
        id=id_,
        part=part,
        question=question,
        help=lambda _: "\n".join(
            [say(help_), *(f"{i}  {say(one.text)} {one.help}" for i, one in enumerate(listed, start=1))]
        ),
        parse=_parse(listed, named),
        choices=tuple(Choice(one.id, one.short) for one in listed),
        default=default,
        gives=gives or answered,
        condition=condition,
        after=after,
        turn=turn,
        rests_on=rests_on,
        offered=shown,
        keys=phrase("0 none   d3 don't know 3"),
    )


def _parse(listed: tuple[Question, ...], named: Callable[[Raw], frozenset[str]]) -> Parse:
    def parse(text: str, talk: Talk) -> str:
        answers = _read(text, listed)
        for i, one in enumerate(listed, start=1):
            if one.id in named(talk.raw) and answers[one.id] is not True:
                raise InputError(
                    say(
                        "{number} ({what}) is named among your medicines. Type it too, or < to correct the medicines.",
                        number=str(i),
                        what=say(one.short),
                    )
                )
        return _kept(answers)

    return parse


def _read(text: str, listed: tuple[Question, ...]) -> dict[str, Answer]:
    """What was typed, or what is kept, as an answer to each of the list."""
    typed = text.strip().casefold()
    ids = [one.id for one in listed]
    if typed in ("0", "-", NONE, "n", "no", say("none")):
        return dict.fromkeys(ids, False)
    if is_unknown(typed):
        return dict.fromkeys(ids, UNKNOWN)
    answers: dict[str, Answer] = dict.fromkeys(ids, False)
    for part in re.split(r"[,;\s]+", typed):
        # A number, perhaps after d; or an id, as a draft keeps it, perhaps after a question mark.
        found = re.fullmatch(rf"(d|{re.escape(str(say(_D)))})?(\d{{1,2}})", part) or re.fullmatch(
            r"(\?)?([a-z_]+)", part
        )
        name = found[2] if found else ""
        if name.isdecimal() and 1 <= int(name) <= len(ids):
            name = ids[int(name) - 1]
        if not found or name not in ids:
            raise InputError(
                say(
                    "{typed} does not fit. Type numbers from 1 to {count} with commas between, 0 for none, or d and a number where "
                    "you do not know, such as {example}.",
                    typed=quoted(text),
                    count=len(ids),
                    example=commas(["1", f"{say(_D)}3"]),
                )
            )
        answers[name] = UNKNOWN if found[1] else True
    return answers
