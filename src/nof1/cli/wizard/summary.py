"""The last two screens: everything that was answered, what it costs and what to heed, before anything is drawn."""

from collections.abc import Callable
from dataclasses import dataclass

from nof1.cli.terminal.text import COLUMNS, ROWS, crop, wrap
from nof1.cli.wizard.answers import SLOTS, arm_names, dose_words, preview, slots, with_off
from nof1.cli.wizard.nights import ALTERNATING, BALANCED, BLOCKS, MIRRORED, price_line
from nof1.cli.wizard.parse import SKIP, YES, quoted
from nof1.cli.wizard.safety import AGREEMENT, key
from nof1.cli.wizard.step import ANYTHING, Parse, Raw, Step, Talk, Turn
from nof1.errors import InputError
from nof1.plan.orders.concerns import concerns, findings
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety import finding_line, questions, unanswered

DRAW = "draw"
_SEEN = "next"
_AROUND = 5  # lines of a screen that are not the body: space, heading, question, keys, prompt
_NO_ADVICE = "nof1 gives no medical advice. Ask a doctor or pharmacist before you take or stop anything."

type Words = Callable[[Raw, Protocol], str]


@dataclass(frozen=True)
class Row:
    """A row of the summary, cut to `lines`; its number leads to the questions with these ids."""

    title: str
    ids: tuple[str, ...]
    words: Words
    lines: int = 1


# --- the plan


def _given(id_: str) -> Words:
    return lambda raw, _: raw.get(id_) or "(left empty)"


def _comparison(_: Raw, protocol: Protocol) -> str:
    others = " and ".join(arm.title for arm in protocol.active_arms)
    return f"{others} against {protocol.arm(protocol.reference).title}"


def _arm(slot: str) -> Words:
    def words(raw: Raw, _: Protocol) -> str:
        product = raw.get(f"product-{slot}")
        return f"{arm_names(raw)[slot]}: {dose_words(raw, slot)}{f'; {product}' if product else ''}"

    return words


def _screen(raw: Raw, protocol: Protocol) -> str:
    given = [answer for one in questions() if (answer := raw.get(key(one), SKIP)) != SKIP]
    said = f"{len(given)} of {len(questions())} answered, {given.count(YES)} with yes"
    agreement = protocol.safety.agreement if protocol.safety is not None else None
    return f"{said}; {agreement.clinician} agreed {agreement.date}" if agreement else said


def _scale(_: Raw, protocol: Protocol) -> str:
    outcome = protocol.outcome
    return f"{outcome.title}, {outcome.low:g} to {outcome.high:g}, {outcome.better} is better"


def _points(_: Raw, protocol: Protocol) -> str:
    threshold = protocol.outcome.threshold
    return f"{threshold:g} point{'' if threshold == 1 else 's'} or more"


def _knows(raw: Raw, protocol: Protocol) -> str:
    who = {
        "open": "everybody",
        "helper": f"{raw.get('helper')}, packet in {raw.get('packet')}",
        "alone": "nobody, packs are shuffled",
    }[protocol.concealed]
    return f"{who}; dummy" if any(arm.placebo for arm in protocol.arms) else who


def _periods(raw: Raw, protocol: Protocol) -> str:
    how = {
        BLOCKS: f"in {raw.get('blocks')} blocks",
        BALANCED: f"balanced, at most {raw.get('max_run')} alike in a row",
        MIRRORED: f"in {raw.get('pairs')} mirrored pairs",
        ALTERNATING: f"alternating in {raw.get('blocks')} blocks",
    }[protocol.design.kind]
    return f"{protocol.periods} of {raw['period_nights']} nights, {how}"


def _extra(raw: Raw, _: Protocol) -> str:
    washout = f"{raw['washout_nights']} without a dose after each period, " if with_off(raw) else ""
    return f"{washout}{raw['run_in_nights']} before the first"


def _dates(_: Raw, protocol: Protocol) -> str:
    return f"{protocol.start} to {protocol.end}: {protocol.nights} nights, {protocol.nights / 7:.0f} weeks"


def _times(raw: Raw, _: Protocol) -> str:
    return f"dose at {raw['dose_time']}, diary at {raw['entry_time']}"


_HEALTH = ("diagnosis", "conditions", "medicines")


def _health(raw: Raw, _: Protocol) -> str:
    return "; ".join(raw[id_] for id_ in _HEALTH if raw.get(id_)) or "(left empty)"


_ROWS = (
    Row("Question", ("title",), _given("title")),
    Row("Compared", ("compare",), _comparison),
    *(
        Row(title, tuple(f"{what}-{slot}" for what in ("form", "label", "amount", "product")), _arm(slot), lines=3)
        for title, slot in zip(("Dose", "Second dose"), SLOTS, strict=True)
    ),
    Row("Safety", (*(key(question) for question in questions()), *AGREEMENT), _screen),
    Row("Rated", ("rating", "label", "low", "high", "better", "whole"), _scale),
    Row("Worth having", ("threshold",), _points),
    Row("Order known to", ("concealed", "dummy", "helper", "packet"), _knows),
    Row("Periods", ("kind", "period_nights", "blocks", "periods", "pairs", "max_run"), _periods),
    Row("More nights", ("washout_nights", "run_in_nights"), _extra),
    Row("Dates", ("start",), _dates),
    Row("Times", ("dose_time", "entry_time"), _times),
    Row("Health", _HEALTH, _health),
    Row("Purpose", ("purpose", "consent"), _given("purpose")),
    Row("Also recorded", ("covariates",), _given("covariates")),
)


def _rows(talk: Talk) -> list[Row]:
    second = len(slots(talk.raw)) > 1
    return [row for row in _ROWS if second or row.title != "Second dose"]


def _plan(talk: Talk, *, whole: bool = False) -> str:
    """The rows with their numbers; `whole` cuts nothing."""
    protocol = preview(talk)
    lines = []
    for number, row in enumerate(_rows(talk), start=1):
        start = f" {number:>2}  {row.title:<15}  "
        room = COLUMNS - len(start)
        text = wrap(row.words(talk.raw, protocol), room)
        if len(text) > row.lines and not whole:
            text = [*text[: row.lines - 1], crop(" ".join(text[row.lines - 1 :]), room)]
        lines += [f"{start if i == 0 else ' ' * len(start)}{line}" for i, line in enumerate(text)]
    return "\n".join(lines)


# --- the price and what to heed


def _heed(talk: Talk, *, whole: bool = False) -> str:
    """Price, concerns and findings; findings are cut to a line each, the weightiest first, where they do not fit."""
    protocol = preview(talk)
    lines = wrap(price_line(protocol, talk))
    lines += [line for one in concerns(protocol) for line in wrap(f"Note: {one}")]
    left = len(unanswered(protocol.safety))
    last = [f"Left open in the safety screen: {left} of {len(questions())} questions."] if left else []
    last += wrap(_NO_ADVICE)
    found = [finding_line(one) for one in findings(protocol)]
    in_full = [line for one in found for line in wrap(one)]
    room = ROWS - _AROUND - len(lines) - len(last)
    return "\n".join([*lines, *(in_full if whole or len(in_full) <= room else _cut(found, room)), *last])


def _cut(found: list[str], room: int) -> list[str]:
    fits = len(found) if len(found) < room else max(room - 1, 0)
    more = len(found) - fits
    return [
        *(crop(one) for one in found[:fits]),
        f"{f'And {more} more. ' if more else ''}Type ? to read all of it in full.",
    ]


def _in_full(body: Callable[..., str]) -> Callable[[Talk], str]:
    return lambda talk: (
        f"{body(talk, whole=True)}\nAll of it in full. A number lets you change that line of your plan. Nothing is drawn before you type draw."
    )


# --- the two screens


def _parse(word: str, does: str) -> Parse:
    def parse(text: str, talk: Talk) -> str:
        if text.casefold() == word:
            return word
        rows = len(_rows(talk))
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= rows):
            raise InputError(
                f"{quoted(text)} does not fit. {does}, or type a number from 1 to {rows} to change that line."
            )
        return text

    return parse


def _turn(answer: str, talk: Talk) -> Turn | None:
    """A number goes through that line's questions again."""
    if answer == _SEEN:
        return None
    if answer == DRAW:
        return Turn(done=True)
    return Turn(changes={"summary": None}, ask=_rows(talk)[int(answer) - 1].ids)


def summary_steps() -> tuple[Step, ...]:
    """The plan, and then its price with the word that draws."""
    return (
        Step(
            id="summary",
            part="Your plan",
            body=_plan,
            question="Enter shows what it costs and what to heed; a number changes that line.",
            help=_in_full(_plan),
            parse=_parse(_SEEN, "Press Enter"),
            default=_SEEN,
            rests_on=ANYTHING,
            turn=_turn,
            kept=False,
        ),
        Step(
            id=DRAW,
            part="Before the order is drawn",
            body=_heed,
            question="Type draw to draw the order and write the plan; a number changes a line.",
            help=_in_full(_heed),
            parse=_parse(DRAW, "Type draw"),
            turn=_turn,
            kept=False,
        ),
    )
