"""Reading what a person typed: numbers, dates, names, choices. Each refusal is one sentence that says what is allowed."""

import re
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from nof1.cli.terminal.when import said_clock, said_day
from nof1.cli.wizard.step import Choice, Parse, Talk, Told, told
from nof1.errors import InputError
from nof1.language import phrase, say, sentences
from nof1.plan.design.fields import RESERVED_NAMES, Text, column_name
from nof1.plan.protocol.nightly import NO_ANSWER
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.recorded import is_known
from nof1.record.values.measures import find_measure

YES, NO = "yes", "no"
UNKNOWN, LOW = "unknown", "low"
GO_ON, SEEN, DRAW = "go on", "next", "draw"
# Answers that are kept in English, and what they are called.
_CALLED = {
    YES: phrase("yes"),
    NO: NO_ANSWER,
    UNKNOWN: phrase("not known"),
    LOW: phrase("low"),
    GO_ON: phrase("go on"),
    SEEN: phrase("next"),
    DRAW: phrase("draw"),
    "self-care": phrase("self-care"),
    "research": phrase("research"),
}
SHORT, LONG = 120, 400  # letters of an answer in words
_TEXT: TypeAdapter[str] = TypeAdapter(Text)
MOST_COVARIATES = 6


def spoken_answer(value: str) -> str:
    """An answer as it is shown: in the spoken language where it is not the person's own."""
    return say(_CALLED[value], end="") if value in _CALLED else ours(value)


def quoted(text: str) -> str:
    """What was typed, short and with invisible characters made visible."""
    if not text:
        return say("An empty line")
    return repr(text if len(text) <= 30 else f"{text[:29]}…")


def one_of(choices: Told[tuple[Choice, ...]]) -> Parse:
    """One of the numbered choices, by number or by its value."""

    def parse(text: str, talk: Talk) -> str:
        values = [choice.value for choice in told(choices, talk)]
        if text in values:
            return text
        number = _as_whole(text)
        if number is None or not 1 <= number <= len(values):
            raise InputError(
                say(
                    "{typed} is none of the choices. Type a number from 1 to {count}.",
                    typed=quoted(text),
                    count=len(values),
                )
            )
        return values[number - 1]

    return parse


def yes_no(text: str, _: Talk) -> str:
    """Yes or no."""
    typed = text.casefold()
    if typed in ("y", YES, say("y"), spoken_answer(YES)):
        return YES
    if typed in ("n", NO, spoken_answer(NO)):
        return NO
    raise InputError(say("{typed} is neither yes nor no. Type y or n.", typed=quoted(text)))


def yes_no_unknown(text: str, talk: Talk) -> str:
    """Yes, no, or not known."""
    if is_unknown(text):
        return UNKNOWN
    try:
        return yes_no(text, talk)
    except InputError:
        raise InputError(
            say("{typed} is neither yes nor no. Type y, n, or d if you do not know.", typed=quoted(text))
        ) from None


def number_or_unknown(most: float, *, low: bool = False) -> Parse:
    """A number from 0, or not known; with `low` also that it was too low."""

    def parse(text: str, talk: Talk) -> str:
        if is_unknown(text):
            return UNKNOWN
        if low and text.casefold() in ("l", LOW, say("l"), spoken_answer(LOW)):
            return LOW
        try:
            return number(0, most)(text, talk)
        except InputError as problem:
            more = say("Or l for low, d if you do not know.") if low else say("Or d if you do not know.")
            raise InputError(sentences([str(problem), more])) from None

    return parse


def day_or_unknown(first: Told[date], last: Told[date]) -> Parse:
    """A date, or not known."""

    def parse(text: str, talk: Talk) -> str:
        if is_unknown(text):
            return UNKNOWN
        try:
            return day(first, last)(text, talk)
        except InputError as problem:
            raise InputError(sentences([str(problem), say("Or d if you do not know.")])) from None

    return parse


def is_unknown(text: str) -> bool:
    """Whether somebody typed that they do not know."""
    return text.strip().casefold() in ("d", UNKNOWN, say("d"), spoken_answer(UNKNOWN))


def whole(low: int, high: int) -> Parse:
    """A whole number."""

    def parse(text: str, _: Talk) -> str:
        value = _as_whole(text)
        if value is None or not low <= value <= high:
            raise InputError(
                say(
                    "{typed} does not fit. Type a whole number from {low} to {high}.",
                    typed=quoted(text),
                    low=low,
                    high=high,
                )
            )
        return str(value)

    return parse


def _as_whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None


def number(low: float, high: float, *, above: bool = False) -> Parse:
    """A number, with a point or a comma; `above` leaves out the low end itself."""

    def parse(text: str, _: Talk) -> str:
        found = re.fullmatch(r"(-?[0-9]{1,6})(?:[.,]([0-9]{1,9}))?(?: *mg)?", text)
        if found is None:
            raise InputError(say("{typed} is no number. {range}", typed=quoted(text), range=_range(low, high, above)))
        if len(found[2] or "") > 2:  # 1.230 is one and a bit to some, one thousand and more to others
            raise InputError(
                say(
                    "{typed} can be read two ways. Write thousands without a mark, and at most two digits after a point.",
                    typed=quoted(text),
                )
            )
        value = float(f"{found[1]}.{found[2] or 0}")
        if not low <= value <= high or (above and value == low):
            raise InputError(say("{typed} does not fit. {range}", typed=quoted(text), range=_range(low, high, above)))
        return f"{value + 0.0:.2f}".removesuffix("0").removesuffix(".0").removesuffix(".")

    return parse


def _range(low: float, high: float, above: bool) -> str:
    if above:
        return say("Type a number above {low:g} and up to {high:g}.", low=low, high=high)
    return say("Type a number from {low:g} to {high:g}.", low=low, high=high)


def words(most: int, *, needed: bool = False) -> Parse:
    """Words of the person's own; "-" stands for none where they may be left out."""

    def parse(text: str, _: Talk) -> str:
        if len(text) > most:
            raise InputError(
                say("That has {count} letters; at most {most} fit. Say it shorter.", count=str(len(text)), most=most)
            )
        try:
            plain = _TEXT.validate_python(text)
        except ValidationError as error:
            (problem,) = error.errors(include_url=False)
            if problem["type"] == "string_unicode":
                raise InputError(say("That text holds a letter that cannot be read; type it again.")) from None
            code = problem["msg"].rpartition("U+")[2].partition(";")[0]
            raise InputError(say("That text holds the invisible character U+{code}; remove it.", code=code)) from None
        plain = "" if plain == "-" else plain
        if needed and not plain:
            raise InputError(say("This one is needed. Type a few words."))
        return plain

    return parse


def spelled(text: str) -> str:
    """Words as a name: letters, digits and hyphens."""
    return re.sub(r"[^\w]+", "-", text).strip("-_")[:40].strip("-_")


def column(text: str, talk: Talk) -> str:
    """Words that a column of the diary can be named after."""
    plain = words(40, needed=True)(text, talk)
    name = spelled(plain).casefold()
    try:
        column_name(name)
    except ValueError:
        if name in RESERVED_NAMES:
            problem = say("{name} is a name the diary uses itself; choose another.", name=repr(name))
        elif name[:1].isdecimal():
            problem = say("{name} must start with a letter.", name=repr(name))
        else:
            problem = say("{name} must hold 1 to 40 letters, digits, - or _, with spaces only inside.", name=repr(name))
        raise InputError(sentences([problem, say("Use other words, such as minutes awake.")])) from None
    return plain


def several(choices: tuple[Choice, ...], taken: Told[str]) -> Parse:
    """Any number of the choices or names of one's own, with commas between; none is fine. `taken` is a name in use."""

    def parse(text: str, talk: Talk) -> str:
        parts = [part.strip() for part in text.split(",") if part.strip(" -")]
        if len(parts) > MOST_COVARIATES:
            raise InputError(
                say(
                    "Those are {count}; at most {most}, or the diary gets too long.",
                    count=str(len(parts)),
                    most=MOST_COVARIATES,
                )
            )
        names: list[str] = []
        for part in parts:
            place = _as_whole(part)
            known = place is not None and 1 <= place <= len(choices)
            name = choices[place - 1].value if known and place else _column_of(part, len(choices))
            if spelled(name).casefold() == told(taken, talk):
                raise InputError(
                    say("{name} is what you rate each night already. Leave it out here.", name=quoted(name))
                )
            names.append(name)
        return ", ".join(
            {name.casefold(): name for name in reversed(names)}[key] for key in dict.fromkeys(map(str.casefold, names))
        )

    return parse


def _column_of(part: str, choices: int) -> str:
    """The name that nof1 knows it by; else the words as they were typed, as far as a column can be called so."""
    name = spelled(part).casefold()
    try:
        column_name(name)
        if find_measure(name) is not None or is_known(name):
            return name
        words = " ".join(part.split())
        return words if _can_be_a_column(words) else name
    except ValueError:
        raise InputError(
            say(
                "{typed} cannot be recorded. Type numbers from 1 to {choices} or short names, with commas between.",
                typed=quoted(part),
                choices=choices,
            )
        ) from None


def _can_be_a_column(words: str) -> bool:
    try:
        column_name(words)
    except ValueError:
        return False
    return True


def day(first: Told[date], last: Told[date]) -> Parse:
    """A date such as 2026-11-23 or 23.11.2026, or as people say it: tonight, tomorrow, Friday, 5 Dec."""

    def parse(text: str, talk: Talk) -> str:
        earliest, latest = told(first, talk), told(last, talk)
        value = said_day(text, talk.today, earliest, latest)
        if value is None or not earliest <= value <= latest:
            ends = {"typed": quoted(text), "first": str(earliest), "last": str(latest), "today": str(talk.today)}
            if value is None:
                problem = say(
                    "{typed} is no date. Type a date from {first} to {last}, in this way: {today} (year-month-day).",
                    **ends,
                )
            else:
                problem = say(
                    "{typed} does not fit. Type a date from {first} to {last}, in this way: {today} (year-month-day).",
                    **ends,
                )
            raise InputError(problem)
        return value.isoformat()

    return parse


def clock(text: str, _: Talk) -> str:
    """A time of day such as 21:30 or 9pm."""
    value = said_clock(text)
    if value is None:
        raise InputError(
            say(
                "{typed} is no time of day. Type it in this way: 21:30, or 9:30pm.",
                typed=quoted(text),
            )
        )
    return value


def new_place(text: str, talk: Talk) -> str:
    """Name of a new folder that is neither inside the trial folder nor around it."""
    plain = words(LONG, needed=True)(text, talk)
    try:
        path, folder = Path(plain).expanduser(), talk.folder.resolve()
        place = path.resolve()
        filled = path.exists() and (not path.is_dir() or any(path.iterdir()))
    except (OSError, RuntimeError, ValueError):
        raise InputError(
            say("{typed} is no name that a folder can have. Type another one.", typed=quoted(text))
        ) from None
    if place == folder or place in folder.parents or folder in place.parents:
        raise InputError(
            say(
                "It must lie outside the trial folder {folder}, or you would find the order there.",
                folder=str(talk.folder),
            )
        )
    if filled:
        raise InputError(
            say("{typed} is already there and not empty. Type the name of a new folder.", typed=quoted(text))
        )
    return str(path)
