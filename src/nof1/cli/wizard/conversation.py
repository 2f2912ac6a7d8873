"""The wizard of `nof1 plan`: a conversation on a terminal of 80 x 24 that ends in the answers of a plan.

Only the loop is here: ask, understand, keep, go back, leave. The questions are data, in `steps.py` and beside it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

from nof1.cli.terminal.console import console, next_step
from nof1.cli.terminal.pages import Line, Pages, read_line
from nof1.cli.terminal.text import COLUMNS, crop
from nof1.cli.wizard.answers import changed
from nof1.cli.wizard.draft import discard_draft, draft_path, keep_aside, load_draft, save_draft, shown
from nof1.cli.wizard.parse import one_of, spoken_answer
from nof1.cli.wizard.price import remembering, worked_out
from nof1.cli.wizard.step import Choice, Price, Step, Talk, Told, Turn, proposal, told, worded
from nof1.cli.wizard.steps import STEPS, answers_from
from nof1.errors import InputError
from nof1.language import ENGLISH, phrase, say, sentences, spoken
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, template_names

__all__ = ["answers_from", "ask_plan", "discard_draft"]

BACK, QUIT, HELP = "<", "q", "?"
_INTRO = (
    phrase("nof1 helps you plan a trial on yourself and shows what your own nights say."),
    phrase("It is no medical device, gives no advice and proposes no dose."),
)
_RESUME, _AFRESH = "resume", "start over"
_BEGINNINGS = (
    Choice(_RESUME, phrase("go on where I stopped")),
    Choice(_AFRESH, phrase("start over, and let the old answers go")),
    Choice(QUIT, phrase("leave, and change nothing")),
)
_BEGIN = Step(
    id="begin",
    part=phrase("A plan for this folder was begun"),
    question=phrase("What now?"),
    help=phrase(
        "Your answers were kept in a draft. It holds what you said about your health, and only you can read it. It is removed when the plan is "
        "written."
    ),
    parse=one_of(_BEGINNINGS),
    choices=_BEGINNINGS,
    default=_RESUME,
)


def ask_plan(
    folder: Path,
    *,
    today: date,
    now: time = time.min,
    read: Callable[[str], str] | None = None,
    price: Callable[[Protocol], Price] | None = None,
    unagreed: Callable[[dict[str, Any]], str] | None = None,
) -> dict[str, Any] | None:
    """Ask a person for a plan.

    Parameters
    ----------
    folder : Path
        The trial folder to be; the draft lies beside it.
    today : date
    now : time
        Of the day; tonight is over when the dose's time is.
    read : function, optional
        Shows a prompt and gives a line that was typed; from the terminal if not given.
    price : function, optional
        What a protocol would find; worked out by `nof1.analyze.simulation` if not given.
    unagreed : function, optional
        Takes the answers of a plan that lacks a doctor's agreement, and gives a sentence on the page to take to them.

    Returns
    -------
    dict or None
        The answers as in an answers file, with the helper's folder as "seal" where there is a helper; None if the
        person left. The draft is kept until `discard_draft`.

    Raises
    ------
    Nof1Error
        If the draft cannot be written.
    """
    talk = Talk({}, today, folder, STEPS, remembering(price or worked_out), now)
    page = Page(read or read_line)
    try:
        begun = _begin(talk, page)
        return None if begun is None else _converse(begun, page, unagreed or (lambda _: ""))
    except (EOFError, KeyboardInterrupt):
        page.write("")
        _farewell(talk, page)
        return None


# --- the loop


def _begin(talk: Talk, page: "Page") -> Talk | None:
    """The conversation as it was left, or a new one; None if the person leaves at once."""
    try:
        raw = load_draft(talk.folder)
    except InputError as problem:
        page.write(
            say(
                "{problem} It is kept as {file}, and the questions start anew.",
                problem=str(problem),
                file=shown(keep_aside(talk.folder)),
            )
        )
        raw = None
    if raw:
        answer = BACK
        while answer == BACK:
            answer = _answer(_BEGIN, replace(talk, steps=(_BEGIN,)), page)
        if answer == _RESUME:
            return changed(replace(talk, raw=raw), {})
        if answer != _AFRESH:
            _farewell(talk, page)
            return None
    for line in _INTRO:
        page.write(say(line))
    page.write(_for_something_else(talk.folder))
    page.write(
        say(
            "There are about {questions} short questions. Enter takes what stands in [brackets]. You can leave with q at any time; "
            "your answers are kept.",
            questions=len([step for step in talk.asked if not talk.waits(step)]),
        )
    )
    return talk


def _for_something_else(folder: Path) -> str:
    """Where to go with anything but magnesium, of which alone the questions are: said before the first of them."""
    return say(
        "The questions are about magnesium. For anything else leave with {quit} and type: {command}, with NAME one of {templates}.",
        quit=QUIT,
        command=f'{next_step("plan", folder)} --template NAME --treatment "{say("a walk before bed")}"{_language_option()}',
        templates=", ".join(name for name in template_names() if name != DEFAULT_TEMPLATE),
    )


def _converse(talk: Talk, page: "Page", unagreed: Callable[[dict[str, Any]], str]) -> dict[str, Any] | None:
    """Ask until the plan is to be drawn, or the person leaves. `again` holds questions to be gone through once more."""
    again: list[str] = []
    while True:
        step = talk.following(again)
        again = again[again.index(step.id) + 1 :] if step.id in again else again
        answer = _answer(step, talk, page)
        if answer == QUIT:
            _farewell(talk, page)
            return None
        if answer == BACK:
            before = talk.before(step)
            if before is None:
                page.write(say("This is the first question."))
            again = [*([before.id] if before else []), step.id, *again]
            continue
        turn = step.turn(answer, talk) or Turn(changes={step.id: answer})
        if turn.leave:
            page.write(sentences([unagreed(answers_from(talk.filled())), say(turn.leave)]))
            _farewell(talk, page)
            return None
        if turn.done:
            return answers_from(talk.filled())
        try:
            talk = changed(talk, turn.changes)
        except InputError as problem:
            page.write(str(problem))
            again = [step.id, *again]
            continue
        again = [*turn.ask, *again]
        save_draft(talk.folder, {one.id: talk.raw[one.id] for one in talk.steps if one.kept and one.id in talk.raw})
        if turn.changes.get(step.id) == answer:
            for line in step.after(answer, talk):
                page.write(line, style="yellow")


def _answer(step: Step, talk: Talk, page: "Page") -> str:
    """Ask one question until there is an answer to it, or `<` or `q`."""
    while True:
        offer = proposal(step, talk)
        page.show(step, talk, offer)
        text = page.read(step, talk, offer).strip()
        if text.casefold() in (BACK, QUIT):
            return text.casefold()
        if text == HELP:
            page.write(worded(step.help, talk))
            continue
        try:
            return step.parse(offer if not text and offer is not None else text, talk)
        except InputError as problem:
            page.write(str(problem))


def _farewell(talk: Talk, page: "Page") -> None:
    """Say where the answers are."""
    path = draft_path(talk.folder)
    if path.exists():
        page.write(say("Your answers are kept in {file}, which only you can read.", file=shown(path)))
        page.write(say("To go on: {command}", command=next_step("plan", talk.folder) + _language_option()))
    else:
        page.write(say("Nothing was answered, so nothing was kept."))


def _language_option() -> str:
    """What a command to paste says of the language."""
    code = spoken().code
    return "" if code == ENGLISH else f" --language {code}"


# --- the screen


class Page(Pages):
    """A question on a terminal; a screen that is not done waits for Enter."""

    def __init__(self, read: Callable[[str], str]) -> None:
        super().__init__(read)
        self._part: Told[str] = ""

    def ended(self, typed: str) -> None:
        """Who types q where there is more to read leaves."""
        if typed.strip().casefold() == QUIT:
            raise EOFError

    def show(self, step: Step, talk: Talk, offer: str | None) -> None:
        """Show a question with its choices and keys."""
        lines: list[Line] = [("", None)]
        if step.part != self._part:
            parts = [one.part for one in talk.asked if one.id == step.id or not talk.waits(one)]
            parts = list(dict.fromkeys(parts))
            number = {"part": parts.index(step.part) + 1, "parts": len(parts)}
            place = say("Part {part} of {parts}.", **number) if len(parts) > 1 else ""
            lines.append((sentences([place, worded(step.part, talk)]), "bold cyan"))
            self._part = step.part
        if body := worded(step.body, talk):
            lines.append((body, None))
        lines.append((worded(step.question, talk), "bold"))
        choices = [worded(choice.words, talk) for choice in told(step.choices, talk)]
        lines += [(line, None) for line in _choices(choices, min(COLUMNS, console().width - 2))]
        keys = [worded(step.keys, talk), say("? help   < back   q leave")]
        keys += [say("- empties it")] if offer and told(step.default, talk) == "" else []
        lines.append((f"  {'   '.join(key for key in keys if key)}", "dim"))
        self.block(lines, together=True)

    def read(self, step: Step, talk: Talk, offer: str | None) -> str:
        """What is typed as an answer."""
        if offer is None:
            return self.ask("> ")
        values = [choice.value for choice in told(step.choices, talk)]
        if step.offered is not None:
            what = step.offered(offer)
        else:
            what = str(values.index(offer) + 1) if offer in values else spoken_answer(offer) or say("leave empty")
        return self.ask(f"[{crop(what, 40)}] > ")


def _choices(choices: list[str], columns: int) -> list[str]:
    """Choices with their numbers, short ones in two columns where there are many and the terminal is wide enough."""
    lines = [f"  {number}  {words}" for number, words in enumerate(choices, start=1)]
    if len(lines) <= 5 or any(len(line) > columns // 2 - 2 for line in lines):
        return lines
    half = (len(lines) + 1) // 2
    right = [*lines[half:], ""]
    return [f"{lines[i]:<{columns // 2}}{right[i]}".rstrip() for i in range(half)]
