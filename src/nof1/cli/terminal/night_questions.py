"""The conversation of nof1 log: one question after the other, on a terminal of any width. Knows no file."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date

from rich.cells import cell_len

from nof1.cli.terminal.console import console, show
from nof1.cli.terminal.text import COLUMNS, crop, wrap
from nof1.errors import InputError
from nof1.language import say
from nof1.plan.orders.amendments import Taken
from nof1.record.diary.question import Choice, Question
from nof1.record.diary.questions import CLEAR, applies, cell, shown
from nof1.record.diary.side_effects import note_sentences, stops
from nof1.record.values.answers import by_day

BACK, HELP = "<", "?"
_ROOM = 12  # columns left for an answer, or it gets a line of its own


class Left(Exception):  # noqa: N818 - no error: a person may stop
    """The person pressed Ctrl-C or Ctrl-D."""


def ask_night(questions: Sequence[Question], known: Mapping[str, str]) -> dict[str, str]:
    """Ask all questions that apply; what is known is offered to be kept.

    Returns
    -------
    dict of str to str
        The cells, "" where nothing was answered. Questions that do not apply any more clear what was recorded.

    Raises
    ------
    Left
        If the person stops in the middle.
    """
    cells: dict[str, str] = dict(known)
    answered: set[str] = set()
    at = 0
    while at < len(questions):
        question = questions[at]
        if not applies(question, cells):
            if cells.get(question.field):
                cells[question.field] = ""
            at += 1
            continue
        answer = _answer(question, cells.get(question.field, ""), first=question.field not in answered)
        if answer is None:
            before = [i for i in range(at) if applies(questions[i], cells)]
            at = before[-1] if before else 0
            continue
        cells[question.field] = answer
        answered.add(question.field)
        at += 1
    return {question.field: cells.get(question.field, "") for question in questions}


def confirmed(question: str) -> bool:
    """Whether the person says yes; Enter is no."""
    while True:
        text = _read(question).casefold()
        if text in ("y", "yes"):
            return True
        if text in ("", "n", "no"):
            return False


def ask_taken(nights: Sequence[date]) -> Taken | None:
    """What was taken on missed nights, all of them in one answer; None where the person leaves it open.

    Raises
    ------
    Left
        If the person stops in the middle.
    """
    show(
        f"Nothing is recorded of the {len(nights)} nights {nights[0]} to {nights[-1]}. Ratings are never filled in from memory."
    )
    known: dict[str, Taken | None] = {"1": "planned", "2": "none", "3": "unknown", "": None}
    for line in _list(_TAKEN, _width()):
        console().print(line, soft_wrap=True)
    while True:
        text = _read(_TAKEN.text)
        if text in known:
            return known[text]
        show(_TAKEN.help, style="yellow" if text != HELP else None)


_TAKEN = Question(
    field="taken",
    text="What was taken on these evenings? (Enter = leave it open)",
    asks="What was taken on these evenings?",
    kind="choice",
    help="1 if what was planned was taken each evening (nothing where nothing was planned), 2 if nothing was taken on any, 3 if you do not know.",
    choices=(Choice("planned", "as planned"), Choice("none", "nothing"), Choice("unknown", "not known")),
)


def _answer(question: Question, offer: str, *, first: bool) -> str | None:
    """The cell that was answered; None to go back."""
    if first and question.about:
        for line in wrap(question.about, _width()):
            console().print(line, soft_wrap=True)
    if first and question.kind in ("side_effects", "guess", "choice") and question.yes is None:
        for line in _list(question, _width()):
            console().print(line, soft_wrap=True)
    while True:
        enter = " (Enter = none)" if question.empty == "none" and not offer else ""
        text = _read(question.text + enter, shown(question, offer) if offer else "")
        if text == BACK:
            return None
        if text == HELP:
            show(question.help)
            continue
        if not text:
            return offer
        try:
            answer = cell(question, text)
        except InputError as problem:
            show(str(problem), style="yellow")
            continue
        if question.kind == "clock" and by_day(answer):
            show(
                say(
                    "Taken as {time} by day. If it was in the evening or at night, go back with {back}.",
                    time=answer,
                    back=BACK,
                )
            )
        if question.kind in ("side_effects", "text"):
            side_effects = question.kind == "side_effects"
            for stop in stops([part.strip() for part in answer.split(";")] if side_effects else note_sentences(answer)):
                show(stop.sentence(), style="bold red")
        return answer if text != CLEAR else ""


def _read(question: str, offer: str = "") -> str:
    """A line that was typed after a question, which is wrapped to the terminal."""
    with suppress(ImportError):  # arrow keys work where there is readline
        import readline  # noqa: F401
    width = _width()
    kept = f" [{crop(' '.join(offer.split()), 30)}]" if offer else ""
    colon = ":" if kept or not question.endswith("?") else ""
    *lines, last = wrap(f"{question}{kept}{colon}", width)
    if cell_len(last) > width - _ROOM:
        lines, last = [*lines, last], ">"
    for line in lines:
        console().print(line, soft_wrap=True)
    try:
        return input(f"{last} ").strip()
    except (EOFError, KeyboardInterrupt):
        show()
        raise Left from None


def _list(question: Question, width: int) -> list[str]:
    """The choices with their numbers, as many on a line as fit."""
    lines: list[str] = []
    for number, choice in enumerate(question.choices, start=1):
        item = f"  {number} {choice.text}"
        if lines and cell_len(lines[-1]) + cell_len(item) <= width:
            lines[-1] += item
        else:
            lines += wrap(item, width)
    return lines


def _width() -> int:
    return max(20, min(COLUMNS, console().width - 2))
