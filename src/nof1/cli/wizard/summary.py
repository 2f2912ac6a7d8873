"""The last two screens: everything that was answered, what it costs and what to heed, before anything is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nof1.cli.terminal.text import COLUMNS, ROWS, crop, wrap
from nof1.cli.wizard.answers import SLOTS, arm_names, dose_words, preview, slots, with_off
from nof1.cli.wizard.nights import ALTERNATING, BALANCED, BLOCKS, MIRRORED
from nof1.cli.wizard.parse import DRAW, SEEN, UNKNOWN, quoted, spoken_answer
from nof1.cli.wizard.price import chance_lines, design_line, notes, price_line
from nof1.cli.wizard.safety import AGREEMENT, STEP_IDS, given
from nof1.cli.wizard.step import ANYTHING, Parse, Raw, Step, Talk, Turn
from nof1.errors import InputError
from nof1.language import clauses, commas, listed, phrase, say, sentences
from nof1.plan.orders.concerns import findings
from nof1.plan.protocol.anchors import ends as meanings
from nof1.plan.protocol.anchors import rated_hours
from nof1.plan.protocol.nightly import column_title
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import NO_ADVICE, finding_line, questions, unanswered
from nof1.report.words.phrases import BETTER, points

MORE = "m"  # goes through everything that has been left at its default
_AROUND = 5  # lines of a screen that are not the body: space, heading, question, keys, prompt

_EMPTY = phrase("(left empty)")
_SECOND = phrase("Second dose")

type Words = Callable[[Raw, Protocol], str]


@dataclass(frozen=True)
class Row:
    """A row of the summary, cut to `lines`; its number leads to the questions with these ids."""

    title: str  # a template
    ids: tuple[str, ...]
    words: Words
    lines: int = 1


# --- the plan


def _given(id_: str) -> Words:
    return lambda raw, _: spoken_answer(raw.get(id_, "")) or say(_EMPTY)


def _covariates(raw: Raw, protocol: Protocol) -> str:
    return ", ".join(column_title(protocol, name) for name in raw.get("covariates", "").split(", ")) or say(_EMPTY)


def _comparison(_: Raw, protocol: Protocol) -> str:
    others = [arm.title for arm in protocol.active_arms]
    return say("{others} against {reference}", others=listed(others), reference=protocol.arm(protocol.reference).title)


def _arm(slot: str) -> Words:
    def words(raw: Raw, _: Protocol) -> str:
        dose = say("{arm}: {dose}", arm=ours(arm_names(raw)[slot]), dose=dose_words(raw, slot))
        return clauses([dose, product]) if (product := raw.get(f"product-{slot}")) else dose

    return words


def _screen(raw: Raw, protocol: Protocol) -> str:
    safety = given(raw)
    yes = list(safety.answers.values()).count(True)
    said = say(
        "{answered} answers, {yes} yes, {unknown} not known; {medicines} medicines named",
        answered=len(safety.answers),
        yes=yes,
        unknown=list(safety.answers.values()).count(UNKNOWN),
        medicines=len(safety.medicines),
    )
    agreement = protocol.safety.agreement if protocol.safety is not None else None
    if agreement is None:
        return said
    agreed = say("{clinician} agreed {day}", clinician=agreement.clinician, day=str(agreement.date))
    return clauses([said, agreed])


def _scale(_: Raw, protocol: Protocol) -> str:
    outcome = protocol.outcome
    ends = say("{low:g} to {high:g}, {better}", low=outcome.low, high=outcome.high, better=say(BETTER[outcome.better]))
    told = [commas([outcome.title, ends]), meanings(protocol), rated_hours(protocol)]
    return clauses([text for text in told if text])


def _points(raw: Raw, protocol: Protocol) -> str:
    worth, lately = say("{points} or more", points=points(protocol.threshold)), raw.get("lately", UNKNOWN)
    if lately == UNKNOWN:
        return worth
    last = say("lately {numbers} (family: {family})", numbers=lately, family=protocol.analysis.family)
    return clauses([worth, last])


def _knows(raw: Raw, protocol: Protocol) -> str:
    if protocol.concealed == "helper":
        who = say("{helper}, packet in {folder}", helper=raw.get("helper"), folder=raw.get("packet"))
    else:
        who = say("everybody") if protocol.concealed == "open" else say("nobody, packs are shuffled")
    return clauses([who, say("dummy")]) if any(arm.placebo for arm in protocol.arms) else who


def _periods(raw: Raw, protocol: Protocol) -> str:
    return say(
        "{periods} of {nights} nights, {how}",
        periods=protocol.periods,
        nights=raw["period_nights"],
        how=say(
            _HOW[protocol.design.kind],
            blocks=raw.get("blocks"),
            pairs=raw.get("pairs"),
            max_run=raw.get("max_run"),
        ),
    )


_HOW = {
    BLOCKS: phrase("in {blocks} blocks"),
    BALANCED: phrase("balanced, at most {max_run} alike in a row"),
    MIRRORED: phrase("in {pairs} mirrored pairs"),
    ALTERNATING: phrase("alternating in {blocks} blocks"),
}


def _extra(raw: Raw, _: Protocol) -> str:
    before = say("{nights} before the first", nights=raw["run_in_nights"])
    if not with_off(raw):
        return before
    return commas([say("{nights} without a dose after each period", nights=raw["washout_nights"]), before])


def _dates(_: Raw, protocol: Protocol) -> str:
    return say(
        "{first} to {last}: {nights} nights, {weeks:.0f} weeks",
        first=str(protocol.start),
        last=str(protocol.end),
        nights=protocol.nights,
        weeks=protocol.nights / 7,
    )


def _times(raw: Raw, _: Protocol) -> str:
    return say("dose at {dose}, diary at {diary}", dose=raw["dose_time"], diary=raw["entry_time"])


_HEALTH = ("diagnosis", "conditions")


def _health(raw: Raw, _: Protocol) -> str:
    return "; ".join(raw[id_] for id_ in _HEALTH if raw.get(id_)) or say(_EMPTY)


_ROWS = (
    Row(phrase("Question"), ("title",), _given("title")),
    Row(phrase("Compared"), ("compare",), _comparison),
    *(
        Row(title, tuple(f"{what}-{slot}" for what in ("form", "route", "amount", "product")), _arm(slot), lines=3)
        for title, slot in zip((phrase("Dose"), _SECOND), SLOTS, strict=True)
    ),
    Row(phrase("Safety"), (*STEP_IDS, *AGREEMENT), _screen),
    Row(
        phrase("Rated"),
        ("rating", "label", "low", "high", "low_means", "high_means", "hours", "better", "whole"),
        _scale,
    ),
    Row(phrase("Worth having"), ("lately", "threshold"), _points),
    Row(phrase("Order known to"), ("concealed", "dummy", "helper", "packet"), _knows),
    Row(phrase("Periods"), ("kind", "period_nights", "blocks", "periods", "pairs", "max_run"), _periods),
    Row(phrase("More nights"), ("washout_nights", "run_in_nights"), _extra),
    Row(phrase("Dates"), ("start",), _dates),
    Row(phrase("Times"), ("dose_time", "collides", "entry_time"), _times),
    Row(phrase("Health"), _HEALTH, _health),
    Row(phrase("Purpose"), ("purpose", "consent"), _given("purpose")),
    Row(phrase("Also recorded"), ("covariates",), _covariates),
)


def _rows(talk: Talk) -> list[Row]:
    second = len(slots(talk.raw)) > 1
    return [row for row in _ROWS if second or row.title != _SECOND]


def _plan(talk: Talk, *, whole: bool = False) -> str:
    """The rows with their numbers; `whole` cuts nothing."""
    protocol, raw = preview(talk), talk.filled()
    lines = []
    for number, row in enumerate(_rows(talk), start=1):
        start = f" {number:>2}  {say(row.title):<15}  "
        room = COLUMNS - len(start)
        text = wrap(row.words(raw, protocol), room)
        if len(text) > row.lines and not whole:
            text = [*text[: row.lines - 1], crop(" ".join(text[row.lines - 1 :]), room)]
        lines += [f"{start if i == 0 else ' ' * len(start)}{line}" for i, line in enumerate(text)]
    return "\n".join(lines)


# --- the price and what to heed


def _heed(talk: Talk, *, whole: bool = False) -> str:
    """Price, concerns and findings; where they do not fit, they are cut to a line each, the weightiest first."""
    protocol = preview(talk)
    lines = [line for one in (design_line(protocol), *chance_lines(protocol, talk)) for line in wrap(one)]
    lines += wrap(price_line(protocol, talk)) if whole else []
    left = len(unanswered(protocol.safety))
    open_ = say("Left open in the safety screen: {left} of {count} questions.", left=left, count=len(questions()))
    last = [*([open_] if left else []), *wrap(say(NO_ADVICE))]
    noted, found = notes(protocol), [finding_line(one) for one in findings(protocol)]
    in_full = [line for one in (*noted, *found) for line in wrap(one)]
    room = ROWS - _AROUND - len(lines) - len(last)
    if whole or len(in_full) <= room:
        return "\n".join([*lines, *in_full, *last])
    # What is said of health weighs more than what is said of the design.
    return "\n".join([*lines, *map(crop, noted), *_cut(found, room - len(noted)), *last])


def _cut(found: Sequence[str], room: int) -> list[str]:
    fits = len(found) if len(found) < room else max(room - 1, 0)
    more = len(found) - fits
    return [
        *(crop(one) for one in found[:fits]),
        sentences([say("And {more} more.", more=more) if more else "", say("Type ? to read all of it in full.")]),
    ]


def _in_full(body: Callable[..., str]) -> Callable[[Talk], str]:
    def whole(talk: Talk) -> str:
        last = say(
            "All of it in full. A number lets you change that line of your plan. Nothing is drawn before you type draw."
        )
        return f"{body(talk, whole=True)}\n{last}"

    return whole


# --- the two screens


def _parse(word: str, does: str) -> Parse:
    def parse(text: str, talk: Talk) -> str:
        if text.casefold() in (word, spoken_answer(word).casefold()):
            return word
        if text.casefold() == MORE:
            return MORE
        rows = len(_rows(talk))
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= rows):
            raise InputError(
                say(
                    "{typed} does not fit. {does}, or type a number from 1 to {rows} to change that line.",
                    typed=quoted(text),
                    does=say(does),
                    rows=rows,
                )
            )
        return text

    return parse


def _turn(answer: str, talk: Talk) -> Turn | None:
    """A number goes through that line's questions again."""
    if answer == SEEN:
        return None
    if answer == DRAW:
        return Turn(done=True)
    if answer == MORE:
        return Turn(changes={"summary": None}, ask=tuple(step.id for step in talk.steps if step.later is not False))
    ids = _rows(talk)[int(answer) - 1].ids
    return Turn(changes={"summary": None}, ask=tuple(step.id for step in talk.steps if step.id in ids))


def summary_steps() -> tuple[Step, ...]:
    """The plan, and then its price with the word that draws."""
    return (
        Step(
            id="summary",
            part=phrase("Your plan"),
            body=_plan,
            question=phrase("Enter shows what it costs and what to heed; a number changes that line."),
            help=_in_full(_plan),
            parse=_parse(SEEN, phrase("Press Enter")),
            default=SEEN,
            rests_on=ANYTHING,
            turn=_turn,
            kept=False,
            keys=phrase("m more choices, one by one"),
        ),
        Step(
            id=DRAW,
            part=phrase("Before the order is drawn"),
            body=_heed,
            question=phrase("Type draw to draw the order and write the plan; a number changes a line."),
            help=_in_full(_heed),
            parse=_parse(DRAW, phrase("Type draw")),
            turn=_turn,
            kept=False,
            keys=phrase("m more choices, one by one"),
        ),
    )
