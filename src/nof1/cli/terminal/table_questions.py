"""What a table leaves open, asked on a terminal until it can be read: sheets, columns, scales, rows that can be read two ways."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, cast

import typer

from nof1.cli.terminal.asking import choose
from nof1.cli.terminal.console import as_flags, show
from nof1.record.adopting.adopt import AdoptOptions
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.numbers import number_reader

LEAVE_OUT = "leave these people out"
_FREE = {"zone": "Time zone, such as Europe/Berlin", "reference": "The arm to compare with, as the table writes it"}


@dataclass
class TableRequest:
    """What was asked for; what only the person can say is put into it when they have answered."""

    sheet: str | None
    options: AdoptOptions


def asked[Made](
    make: Callable[[], Made],
    request: TableRequest,
    *,
    ask: bool,
    leave_out: Collection[str] = (),
    left: list[str] | None = None,
) -> Made:
    """Make it; on a terminal, ask for what only the person can say, and try again.

    Of the questions in `leave_out` an answer is that those people are left out, which is put into `left`.
    """
    while True:
        try:
            return make()
        except AmbiguousInput as question:
            if not ask:
                raise
            show(as_flags(str(question)))
            if left is not None and question.option in leave_out:
                answer = _choose(question, LEAVE_OUT) if question.choices else None
                if answer == LEAVE_OUT:
                    left.append(question.option)
                    continue
                _answer(request, question, answer)
            else:
                _answer(request, question, None)


def _answer(request: TableRequest, question: AmbiguousInput, given: str | None) -> None:
    """Put what the person says into the options."""
    options = cast("dict[str, Any]", request.options)
    if question.option in ("low", "high"):
        options[question.option] = _number(question.option)
        return
    said = given if given is not None else _choose(question) if question.choices else _typed(question)
    if question.option == "sheet":
        request.sheet = said
    elif question.option == "decimal":
        options["decimal_comma"] = said == "comma"
    elif question.option == "not-compared":
        options["not_compared"] = [*options["not_compared"], said]
    else:
        options[question.option.replace("-", "_")] = said


def _choose(question: AmbiguousInput, *more: str) -> str:
    return choose("Which is it?", (*question.choices, *more), leaves="and nothing is made")


def _typed(question: AmbiguousInput) -> str:
    return str(typer.prompt(_FREE.get(question.option, question.option))).strip()


def _number(end: str) -> float:
    while True:
        try:
            found = number_reader(False)(typer.prompt(f"The {end} end").strip())
        except ValueError as problem:
            show(f"That {problem}.")
            continue
        if found is not None:
            return found
