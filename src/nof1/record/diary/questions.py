"""What the diary asks of a night, as plain data, and how an answer becomes the text of a cell.

The one definition for every place that asks: a terminal, a page. Built from the protocol, the period and whether the night ends
it; of a concealed order it is the same whatever arm the period is on. Said in the spoken language. Prints nothing, reads no
file and no clock.
"""

from dataclasses import replace

from nof1.errors import InputError
from nof1.language import phrase, say
from nof1.plan.design.order import Period
from nof1.plan.orders.evening_dose import planned_arm, takes
from nof1.plan.protocol.anchors import rating_words
from nof1.plan.protocol.nightly import NO_ANSWER, beside, recorded_of
from nof1.plan.protocol.noticed import asks_noticed
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.recorded import NO, NONE, YES, Recorded
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.record.diary.entry import MAX_DOSE_MG, NO_GUESS, dose_column, guesses, kept_text, number_text
from nof1.record.diary.period_ends import noticed_question, period_questions
from nof1.record.diary.question import Choice, Condition, Question
from nof1.record.diary.side_effects import parse_side_effects, short_list
from nof1.record.values.answers import NO_TIME, by_day, read_clock_answer
from nof1.record.values.measures import find_measure
from nof1.subject import spoken_of

CLEAR = "-"  # takes a recorded value back
_YES, _NO = ("yes", "y"), ("no", "n", "none")
_CANNOT_TELL = phrase("can't tell")  # as NO_GUESS, which is the text of the cell
_MOST_DIGITS = 9
_SHARES = {"all": 1.0, "whole": 1.0, "half": 0.5, "a half": 0.5, "quarter": 0.25, "a quarter": 0.25}


@spoken_of
def questions(
    protocol: Protocol, period: Period, *, ends_period: bool, number: str | None = None
) -> tuple[Question, ...]:
    """The questions of a night, in the order to be asked; those that do not apply are left out.

    Parameters
    ----------
    period : Period
        The one that holds the night; its arm is None while the order is sealed.
    ends_period : bool
        Whether the night is the last one of a period on an arm.
    number : str, optional
        What stands for the period's number in the texts, such as a place to fill in later.
    """
    called = str(period.number) if number is None else number
    asked = [_rating(protocol)]
    dose = _dose_by_share(protocol, period, called) if protocol.by_share else _dose_open(protocol, period)
    asked += [dose] if dose is not None else []
    asked += [noticed_question()] if period.arm is None and asks_noticed(protocol) else []
    asked.append(_side_effects())
    asked += [_covariate(protocol, name) for name in protocol.analysis.covariates]
    asked += [_recorded(one) for one in beside(protocol)]
    if ends_period:
        asked += period_questions(protocol, called)
    if ends_period and protocol.concealed != "open":
        asked += _guess(protocol, called)
    note = say("Note")
    asked.append(Question("note", note, note, "text", say("Anything in your own words; Enter for none."), empty="none"))
    return tuple(asked)


def applies(question: Question, cells: dict[str, str]) -> bool:
    """Whether a question is to be asked, given the answers so far by field."""
    return question.only_if is None or cells.get(question.only_if.field, "") in question.only_if.values


# --- the questions


def _rating(protocol: Protocol) -> Question:
    outcome = protocol.outcome
    ends = {"low": outcome.low, "high": outcome.high}
    if outcome.better == "lower":
        scale = say("{low:g} to {high:g}, lower is better", **ends)
    else:
        scale = say("{low:g} to {high:g}, higher is better", **ends)
    if outcome.whole:
        wanted = say("A whole number from {low:g} to {high:g} for that night; Enter if you do not know.", **ends)
    else:
        wanted = say("A number from {low:g} to {high:g} for that night; Enter if you do not know.", **ends)
    return Question(
        field=outcome.name,
        text=say("{title} ({scale})", title=outcome.title, scale=scale),
        asks=outcome.title,
        kind="rating",
        help=wanted,
        scale=scale,
        about=rating_words(protocol),
        low=outcome.low,
        high=outcome.high,
        whole=outcome.whole,
    )


def _dose_open(protocol: Protocol, period: Period) -> Question:
    """Elemental mg taken; "yes" stands for the planned dose, where there is one and it is known."""
    amount = Question(
        field=dose_column(protocol),
        text=say("Any magnesium supplement? (n, or mg)"),
        asks=say("Any magnesium supplement?"),
        kind="dose",
        help=say("n if you took none, or how many mg of elemental magnesium; Enter if you do not know."),
        low=0.0,
        high=MAX_DOSE_MG,
        unit="mg",
        no="0",
    )
    if not takes_something(protocol, period):
        return amount
    planned = planned_arm(protocol, period).dose_mg
    if planned is None:
        return replace(amount, text=say("Magnesium taken (mg, or n)"), asks=say("How much magnesium did you take?"))
    return replace(
        amount,
        text=say("Dose taken? (y = {planned:g} mg as planned, n, or mg)", planned=planned),
        asks=say("Dose taken?"),
        help=say(
            "y if you took the planned {planned:g} mg, n if you took none, or how many mg of elemental magnesium; "
            "Enter if you do not know.",
            planned=planned,
        ),
        yes=number_text(planned),
    )


def _dose_by_share(protocol: Protocol, period: Period, number: str) -> Question | None:
    """The share of the evening's pack or bath; where there was nothing to take, whether there was any all the same."""
    if not takes_something(protocol, period):
        return None if protocol.concealed != "open" else _any_magnesium(protocol)
    route = protocol.arm(period.arm).route if period.arm in [arm.name for arm in protocol.arms] else "mouth"
    if protocol.concealed == "open" and route == "other":
        asks = say("Was it done as planned?")
        text = say("Was it done as planned? (y, n, or a share)")
    elif protocol.concealed == "open" and route == "bath":
        asks = say("Was the bath taken?")
        text = say("Was the bath taken? (y = as planned, n, or a share)")
    elif protocol.concealed == "open" and route == "skin":
        asks = say("Was it put on the skin?")
        text = say("Was it put on the skin? (y = as planned, n, or a share)")
    elif period.arm is None:
        asks = say("Pack {number}: taken?", number=number)
        text = say("Pack {number}: taken? (y = all, n, or a share)", number=number)
    else:
        asks = say("The evening's dose: taken?")
        text = say("The evening's dose: taken? (y = all, n, or a share)")
    return Question(
        field=dose_column(protocol),
        text=text,
        asks=asks,
        kind="dose",
        help=say("y if all of it was done, n if none, or the share, such as half or 0.75; Enter if you do not know.")
        if route == "other"
        else say("y if you took all of it, n if none, or the share, such as half or 0.75; Enter if you do not know."),
        low=0.0,
        high=2.0,
        yes="1",
        no="0",
    )


def _any_magnesium(protocol: Protocol) -> Question:
    """Of an evening without magnesium, in a trial that does not count in mg."""
    return Question(
        field=dose_column(protocol),
        text=say("Any magnesium, in a bath, on the skin or by mouth? (n, or y)"),
        asks=say("Any magnesium, in a bath, on the skin or by mouth?"),
        kind="dose",
        help=say(
            "n if there was none, y if there was some, or the share of another evening's; Enter if you do not know."
        ),
        low=0.0,
        high=2.0,
        yes="1",
        no="0",
    )


def takes_something(protocol: Protocol, period: Period) -> bool:
    """Whether an evening of a period has a dose, a pack or anything else to take."""
    if period.arm is None:
        return True
    if not period.on_trial:
        return False
    if protocol.arm(period.arm).dose_mg:
        return True
    return takes(protocol, period)


def _side_effects() -> Question:
    return Question(
        field="side_effects",
        text=say("Side effects?"),
        asks=say("Side effects?"),
        kind="side_effects",
        help=say(
            "Numbers of the list such as 1 3, your own words, or both with commas between; Enter for none. {stop}",
            stop=stop_rule_sentence(),
        ),
        choices=tuple(Choice(one.text, say(one.text)) for one in short_list()),
        no="",
        empty="none",
    )


def _covariate(protocol: Protocol, name: str) -> Question:
    own = recorded_of(protocol, name)
    if own is not None:
        return _adjusted(own)
    measure = find_measure(name)
    if measure is None:
        wanted = say("A number; Enter if you do not know.")
        return Question(field=name, text=name, asks=name, kind="number", help=wanted, yes="1", no="0")
    flag = measure.flag
    text = _capital(measure.question)
    if flag:
        wanted = say("y or n; Enter if you do not know.")
    elif measure.unit:
        wanted = say("A number, in {unit}, or n for none; Enter if you do not know.", unit=say(measure.unit))
    else:
        wanted = say("A number, or n for none; Enter if you do not know.")
    return Question(
        field=name,
        text=text,
        asks=text,
        kind="number",
        help=wanted,
        low=measure.low,
        high=measure.high,
        whole=flag,
        unit=say(measure.unit) if measure.unit else "",
        choices=(Choice("1", say("yes")), Choice("0", say(NO_ANSWER, end=""))) if flag else (),
        yes="1" if flag else None,
        no="0" if measure.low <= 0 else None,
    )


def _adjusted(one: Recorded) -> Question:
    """A covariate of the model that has words of its own: a number, or yes and no as 1 and 0."""
    asked = _recorded(one)
    if one.kind == "number":
        return asked
    choices = (Choice("1", say("yes")), Choice("0", say(NO_ANSWER, end="")))
    return replace(asked, kind="number", low=0.0, high=1.0, whole=True, choices=choices, yes="1", no="0")


def _recorded(one: Recorded) -> Question:
    """What has a kind of answer of its own; its cell is the answer as text."""
    asks, only_if = one.asks, None if one.only_if is None else Condition(one.only_if, (YES,))
    question = Question(field=one.name, text=asks, asks=asks, kind="text", help="", only_if=only_if)
    match one.kind:
        case "clock":
            return replace(
                question,
                kind="clock",
                text=say("{question} (22:30 or 10:30 pm; n = none)", question=asks),
                help=say("A time of day such as 22:30 or 10:30 pm, n if there was none; Enter if you do not know."),
                choices=(Choice(NONE, say(NO_TIME)),),
            )
        case "choice":
            choices = tuple(Choice(value, one.choice_words(value)) for value in one.choices or ())
            told = say("A number of the list; Enter if you do not know.")
            return replace(question, kind="choice", help=told, choices=choices)
        case "yes-no":
            choices = (Choice(YES, say("yes")), Choice(NO, say(NO_ANSWER, end="")))
            told = say("y or n; Enter if you do not know.")
            text = say("{question} (y or n)", question=asks)
            return replace(question, kind="choice", text=text, help=told, choices=choices, yes=YES, no=NO)
        case "number":
            unit = one.unit or ""
            told = (
                say("A number, in {unit}; Enter if you do not know.", unit=unit)
                if unit
                else say("A number; Enter if you do not know.")
            )
            text = say("{question} ({unit})", question=asks, unit=unit) if unit else asks
            no = "0" if one.low is None or one.low <= 0 else None
            return replace(question, kind="number", text=text, help=told, unit=unit, low=one.low, high=one.high, no=no)
        case "words":
            return replace(question, help=say("In your own words; Enter if you do not know."))


def _guess(protocol: Protocol, number: str) -> list[Question]:
    titles = {arm.name: arm.title for arm in protocol.arms}
    choices = tuple(Choice(name, titles.get(name) or say(_CANNOT_TELL)) for name in guesses(protocol))
    asks = say("Period {number} is over. What do you believe it was?", number=number)
    scale = say("0 = a blind guess, 100 = certain")
    return [
        Question(
            field="guess",
            text=asks,
            asks=asks,
            kind="guess",
            help=say(
                "A number of the list; Enter to leave it open. Asked before anybody knows, to see whether it could be noticed."
            ),
            choices=choices,
        ),
        Question(
            field="confidence",
            text=say("How sure? ({scale})", scale=scale),
            asks=say("How sure?"),
            kind="confidence",
            help=say("A number from 0 to 100; Enter to leave it open."),
            scale=scale,
            low=0.0,
            high=100.0,
            only_if=Condition("guess", tuple(choice.value for choice in choices if choice.value != NO_GUESS)),
        ),
    ]


# --- from an answer to a cell, and back


def cell(question: Question, answer: str) -> str:
    """The text of the cell that an answer stands for; "" for an empty one.

    Raises
    ------
    InputError
        If the answer does not fit; one sentence that says what does.
    """
    answer = answer.strip()
    if answer in ("", CLEAR):
        return ""
    match question.kind:
        case "text":
            return kept_text(answer, what="It")
        case "side_effects":
            return kept_text(parse_side_effects(answer), what="It")
        case "guess" | "choice":
            return _chosen(question, answer)
        case "clock":
            return _clock(answer)
        case _:
            return _number(question, answer)


def _clock(answer: str) -> str:
    try:
        return read_clock_answer(answer)
    except ValueError as problem:
        raise InputError(f"{problem}.") from None


def _chosen(question: Question, answer: str) -> str:
    for words, meaning in ((_YES, question.yes), (_NO, question.no)):
        if meaning is not None and answer.casefold() in words:
            return meaning
    said = answer.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    for text in ("value", "text"):
        found = [choice.value for choice in question.choices if getattr(choice, text).casefold() == said]
        if len(found) == 1:
            return str(found[0])
    number = _digits(said) if said.isascii() else None
    if number is not None and 1 <= number <= len(question.choices):
        return question.choices[number - 1].value
    names = ", ".join(choice.value for choice in question.choices)
    raise InputError(
        f"{_quoted(answer)} is not one of: {names}. Type a name or a number from 1 to {len(question.choices)}."
    )


def _number(question: Question, answer: str) -> str:
    word = answer.casefold()
    for words, meaning in ((_YES, question.yes), (_NO, question.no)):
        if word in words:
            if meaning is None:
                raise InputError(f"{_quoted(answer)} does not say how much. {_wanted(question)}")
            return meaning
    value = _share(word) if question.kind == "dose" and not question.unit else None
    if value is None:
        value = _plain_number(question, word)
    if value is None:
        raise InputError(f"{_quoted(answer)} is no answer here. {_wanted(question)}")
    if (question.low is not None and value < question.low) or (question.high is not None and value > question.high):
        what = "scale," if question.kind == "rating" else "range, from"
        unit = f" {question.unit}" if question.unit else ""
        raise InputError(f"{_quoted(answer)} is outside its {what} {question.low:g} to {question.high:g}{unit}.")
    if question.whole and value != int(value):
        raise InputError(f"{_quoted(answer)} must be a whole number from {question.low:g} to {question.high:g}.")
    return number_text(value)


def _plain_number(question: Question, word: str) -> float | None:
    """A number with a point or a comma, with or without its unit; None if it is none."""
    word = word.removesuffix(question.unit.casefold()).strip() if question.unit else word
    if word.count(",") == 1 and "." not in word:
        whole, _, part = word.partition(",")
        if len(part) == 3 and whole not in ("0", "-0"):  # 1,230 is one and a bit to some, a thousand and more to others
            raise InputError(f"{_quoted(word)} can be read two ways. Write thousands without a mark.")
        word = f"{whole}.{part}"
    try:
        value = float(word) if word.isascii() and "_" not in word else None
    except ValueError:
        return None
    return value if value is not None and abs(value) < float("inf") else None


def _share(word: str) -> float | None:
    """A share in words, as a fraction, or in percent; None if it is none of these."""
    if word in _SHARES:
        return _SHARES[word]
    above, below = (_digits(part) for part in word.partition("/")[::2])
    if above is not None and below:
        return above / below
    percent = _digits(word.removesuffix("%")) if word.endswith("%") else None
    return None if percent is None else percent / 100


def _digits(text: str) -> int | None:
    """A number of digits alone; None if it is none, or has more of them than anything asked for here."""
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _wanted(question: Question) -> str:
    """What to type instead, from the help."""
    return f"Type {_lower(question.help.partition(';')[0])}."


def shown(question: Question, text: str) -> str:
    """The text of a cell in words, such as "200 mg"."""
    words = {choice.value: choice.text for choice in question.choices}
    if text in words:
        return words[text]
    if question.kind == "clock":
        return say("{time}, by day", time=text) if by_day(text) else text
    if text and question.kind == "dose" and not question.unit:
        return {"1": "all", "0": "none", "0.5": "half"}.get(text, text)
    return f"{text} {question.unit}" if text and question.unit else text


def _quoted(answer: str) -> str:
    return repr(answer if len(answer) <= 40 else f"{answer[:39]}…")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
