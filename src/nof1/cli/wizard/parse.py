"""Reading what a person typed: numbers, dates, names, choices. Each refusal is one sentence that says what is allowed."""

import re
from datetime import date, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from nof1.cli.wizard.step import Choice, Parse, Talk, Told, told
from nof1.errors import InputError
from nof1.plan.design.fields import Text, column_name

YES, NO, SKIP = "yes", "no", "skip"
SHORT, LONG = 120, 400  # letters of an answer in words
_TEXT: TypeAdapter[str] = TypeAdapter(Text)
_MOST_COVARIATES = 6


def quoted(text: str) -> str:
    """What was typed, short and with invisible characters made visible."""
    if not text:
        return "An empty line"
    return repr(text if len(text) <= 30 else f"{text[:29]}…")


def one_of(choices: Told[tuple[Choice, ...]]) -> Parse:
    """One of the numbered choices, by number or by its value."""

    def parse(text: str, talk: Talk) -> str:
        values = [choice.value for choice in told(choices, talk)]
        if text in values:
            return text
        number = _as_whole(text)
        if number is None or not 1 <= number <= len(values):
            raise InputError(f"{quoted(text)} is none of the choices. Type a number from 1 to {len(values)}.")
        return values[number - 1]

    return parse


def yes_no(text: str, _: Talk) -> str:
    """Yes or no."""
    answer = {"y": YES, YES: YES, "n": NO, NO: NO}.get(text.casefold())
    if answer is None:
        raise InputError(f"{quoted(text)} is neither yes nor no. Type y or n.")
    return answer


def yes_no_skip(text: str, talk: Talk) -> str:
    """Yes, no, or not answered."""
    if _skips(text):
        return SKIP
    try:
        return yes_no(text, talk)
    except InputError:
        raise InputError(f"{quoted(text)} is neither yes nor no. Type y, n, or s to leave it open.") from None


def number_or_skip(most: float) -> Parse:
    """A number from 0, or not answered."""

    def parse(text: str, talk: Talk) -> str:
        if _skips(text):
            return SKIP
        try:
            return number(0, most)(text, talk)
        except InputError as problem:
            raise InputError(f"{problem} Or s to leave it open.") from None

    return parse


def _skips(text: str) -> bool:
    return text.casefold() in ("s", SKIP)


def whole(low: int, high: int) -> Parse:
    """A whole number."""

    def parse(text: str, _: Talk) -> str:
        value = _as_whole(text)
        if value is None or not low <= value <= high:
            raise InputError(f"{quoted(text)} does not fit. Type a whole number from {low} to {high}.")
        return str(value)

    return parse


def _as_whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None


def number(low: float, high: float, *, above: bool = False) -> Parse:
    """A number, with a point or a comma; `above` leaves out the low end itself."""

    def parse(text: str, _: Talk) -> str:
        found = re.fullmatch(r"(-?[0-9]{1,6})(?:[.,]([0-9]{1,9}))?(?: *mg)?", text)
        if found is None:
            raise InputError(f"{quoted(text)} is no number. {_range(low, high, above)}")
        if len(found[2] or "") > 2:  # 1.230 is one and a bit to some, one thousand and more to others
            raise InputError(
                f"{quoted(text)} can be read two ways. Write thousands without a mark, and at most two digits after a point."
            )
        value = float(f"{found[1]}.{found[2] or 0}")
        if not low <= value <= high or (above and value == low):
            raise InputError(f"{quoted(text)} does not fit. {_range(low, high, above)}")
        return f"{value + 0.0:.2f}".removesuffix("0").removesuffix(".0").removesuffix(".")

    return parse


def _range(low: float, high: float, above: bool) -> str:
    start = f"above {low:g} and up to" if above else f"from {low:g} to"
    return f"Type a number {start} {high:g}."


def words(most: int, *, needed: bool = False) -> Parse:
    """Words of the person's own; "-" stands for none where they may be left out."""

    def parse(text: str, _: Talk) -> str:
        if len(text) > most:
            raise InputError(f"That has {len(text)} letters; at most {most} fit. Say it shorter.")
        try:
            plain = _TEXT.validate_python(text)
        except ValidationError as error:
            (problem,) = error.errors(include_url=False)
            reason = problem["msg"].removeprefix("Value error, ")
            if problem["type"] == "string_unicode":
                reason = "holds a letter that cannot be read; type it again"
            raise InputError(f"That text {reason}.") from None
        plain = "" if plain == "-" else plain
        if needed and not plain:
            raise InputError("This one is needed. Type a few words.")
        return plain

    return parse


def spelled(text: str) -> str:
    """Words as a name: letters, digits and hyphens."""
    return re.sub(r"[^\w]+", "-", text).strip("-_")[:40].strip("-_")


def column(text: str, talk: Talk) -> str:
    """Words that a column of the diary can be named after."""
    plain = words(40, needed=True)(text, talk)
    try:
        column_name(spelled(plain).casefold())
    except ValueError as problem:
        raise InputError(f"{str(problem).capitalize()}. Use other words, such as leg restlessness.") from None
    return plain


def several(choices: tuple[Choice, ...], taken: Told[str]) -> Parse:
    """Any number of the choices or names of one's own, with commas between; none is fine. `taken` is a name in use."""

    def parse(text: str, talk: Talk) -> str:
        parts = [part.strip() for part in text.split(",") if part.strip(" -")]
        if len(parts) > _MOST_COVARIATES:
            raise InputError(f"Those are {len(parts)}; at most {_MOST_COVARIATES}, or the diary gets too long.")
        names: list[str] = []
        for part in parts:
            place = _as_whole(part)
            known = place is not None and 1 <= place <= len(choices)
            name = choices[place - 1].value if known and place else _column_of(part, len(choices))
            if name == told(taken, talk):
                raise InputError(f"{quoted(name)} is what you rate each night already. Leave it out here.")
            names.append(name)
        return ", ".join(dict.fromkeys(names))

    return parse


def _column_of(part: str, choices: int) -> str:
    name = spelled(part).casefold()
    try:
        return column_name(name)
    except ValueError:
        raise InputError(
            f"{quoted(part)} cannot be recorded. Type numbers from 1 to {choices} or short names, with commas between."
        ) from None


def day(first: Told[date], last: Told[date]) -> Parse:
    """A date such as 2026-11-23 or 23.11.2026, or today, tomorrow, yesterday."""

    def parse(text: str, talk: Talk) -> str:
        value = _as_day(text, talk.today)
        earliest, latest = told(first, talk), told(last, talk)
        if value is None or not earliest <= value <= latest:
            why = "is no date" if value is None else "does not fit"
            raise InputError(
                f"{quoted(text)} {why}. Type a date from {earliest} to {latest}, in this way: {talk.today} (year-month-day)."
            )
        return value.isoformat()

    return parse


def _as_day(text: str, today: date) -> date | None:
    near = {"yesterday": -1, "today": 0, "tomorrow": 1}.get(text.casefold())
    if near is not None:
        return today + timedelta(days=near)
    found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text)
    turned = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", text)
    parts = found.groups() if found else turned.groups()[::-1] if turned else None
    try:
        return date(*map(int, parts)) if parts else None
    except ValueError:
        return None


def clock(text: str, _: Talk) -> str:
    """A time of day such as 21:30."""
    found = re.fullmatch(r"([0-9]{1,2})[:.]([0-9]{2})", text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise InputError(f"{quoted(text)} is no time of day. Type it in this way: 21:30 (hours from 0 to 23).")
    return f"{int(found[1]):02}:{found[2]}"


def new_place(text: str, talk: Talk) -> str:
    """Name of a new folder that is neither inside the trial folder nor around it."""
    plain = words(LONG, needed=True)(text, talk)
    try:
        path, folder = Path(plain).expanduser(), talk.folder.resolve()
        place = path.resolve()
        filled = path.exists() and (not path.is_dir() or any(path.iterdir()))
    except (OSError, RuntimeError, ValueError):
        raise InputError(f"{quoted(text)} is no name that a folder can have. Type another one.") from None
    if place == folder or place in folder.parents or folder in place.parents:
        raise InputError(f"It must lie outside the trial folder {talk.folder}, or you would find the order there.")
    if filled:
        raise InputError(f"{quoted(text)} is already there and not empty. Type the name of a new folder.")
    return str(path)
