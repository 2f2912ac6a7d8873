"""Sentences that can be told in more than one language.

A sentence is a template and the values it is filled with. The template is English and is the key under which
`languages/*.po` holds what other languages say; numbers are written as the spoken language writes them. What is said of a table has the
words for it (`nof1.subject`).
"""

import re
import string
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from numbers import Real
from typing import Any

from nof1.errors import InputError
from nof1.subject import worded

ENGLISH = "en"
_FOLDER = "languages"
# Not strftime: names must not depend on the machine's language.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# What a preposition and a title make together, by language: "mit" and "kein Magnesium" are "ohne Magnesium".
_CONTRACTED = {
    "de": (
        (re.compile(r"\bmit (?:kein|ohne)\b"), "ohne"),
        (re.compile(r"\bMit (?:kein|ohne)\b"), "Ohne"),
        (re.compile(r"\bgegenüber kein\b"), "gegenüber keinem"),
        # The titles of nof1's own that are declined: "mit" and "höhere Dosis" are "mit höherer Dosis".
        (re.compile(r"\b([Mm]it|gegenüber|von|statt|bei) (höher|niedriger)e Dosis\b"), r"\1 \2er Dosis"),
    )
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass
class Language:
    """How sentences and numbers are told.

    Attributes
    ----------
    code : str
        Such as "en" or "de".
    decimal, group : str
        The marks in numbers.
    missing : set of str
        Templates that were asked for and that the language has not: they are told in English.
    """

    code: str
    decimal: str
    group: str
    missing: set[str] = field(default_factory=set)
    _catalogue: NullTranslations = field(default_factory=NullTranslations)

    def template(self, one: str, many: str | None, count: Any) -> str:
        """The template in this language, for a count where there is a plural."""
        return self._catalogue.gettext(one) if many is None else self._catalogue.ngettext(one, many, count)

    def number(self, text: str) -> str:
        """A number that Python wrote, as this language writes it."""
        if self.code == ENGLISH:
            return text
        return text.translate({ord("."): self.decimal, ord(","): self.group})

    def day(self, when: date, *, year: bool = True, month: bool = True, weekday: bool = True) -> str:
        """A date such as "Mon 5 Jan 2026"."""
        if self.code == ENGLISH:
            parts = (
                _WEEKDAYS[when.weekday()] if weekday else "",
                str(when.day),
                _MONTHS[when.month - 1] if month else "",
                str(when.year) if year else "",
            )
            return " ".join(part for part in parts if part)
        from babel.dates import format_skeleton

        skeleton = ("y" if year else "") + ("MMM" if month else "") + ("E" if weekday else "") + "d"
        return str(format_skeleton(skeleton, when, locale=self.code))


@cache
def language(code: str) -> Language:
    """A language by its code.

    Raises
    ------
    InputError
        If nof1 does not speak it.
    """
    if code == ENGLISH:
        return Language(ENGLISH, ".", ",")
    if code not in languages():
        raise InputError(f'nof1 does not speak "{code}". It speaks: {", ".join(languages())}.')
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.numbers import get_decimal_symbol, get_group_symbol

    compiled = BytesIO()
    with (files("nof1") / _FOLDER / f"{code}.po").open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=code))  # without what is empty or not sure
    compiled.seek(0)
    catalogue, missing = GNUTranslations(compiled), set[str]()
    catalogue.add_fallback(_English(missing))
    return Language(code, get_decimal_symbol(code), get_group_symbol(code), missing, catalogue)


class _English(NullTranslations):
    """Tells in English what a language has not, and remembers it."""

    def __init__(self, missing: set[str]) -> None:
        super().__init__()
        self._missing = missing

    def gettext(self, message: str) -> str:
        self._missing.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self._missing.add(msgid1)
        return msgid1 if n == 1 else msgid2


@cache
def languages() -> tuple[str, ...]:
    """Codes of all languages, English first."""
    found = (file.name for file in (files("nof1") / _FOLDER).iterdir())
    return (ENGLISH, *sorted(name.removesuffix(".po") for name in found if name.endswith(".po")))


_SPOKEN: ContextVar[Language | None] = ContextVar("spoken", default=None)


def spoken() -> Language:
    """The language that is spoken at the moment; English unless `speaking` says otherwise."""
    return _SPOKEN.get() or language(ENGLISH)


@contextmanager
def speaking(code: str) -> Iterator[Language]:
    """Say everything in this language for a while."""
    chosen = language(code)
    token = _SPOKEN.set(chosen)
    try:
        yield chosen
    finally:
        _SPOKEN.reset(token)


class _Formatter(string.Formatter):
    """Numbers as the spoken language writes them."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        """The value of a name: nothing within it, since templates come from files, too."""
        return kwargs[field_name], field_name

    def format_field(self, value: Any, spec: str) -> str:
        if isinstance(value, Real):
            return number(float(value)) if spec == "number" else spoken().number(format(value, spec))
        return format(value, spec)


_FORMATTER = _Formatter()


def say(template: str, /, **values: Any) -> str:
    """Fill a template, in the spoken language.

    Numbers take Python's format specifications, and "number": `number`'s digits.
    """
    return _filled(spoken().template(worded(template), None, None), values)


def say_some(count: int, one: str, many: str, /, **values: Any) -> str:
    """Fill the template for one, or the one for any other count, which both may name as {count}."""
    return _filled(spoken().template(worded(one), worded(many), count), {"count": count, **values})


def _filled(template: str, values: dict[str, Any]) -> str:
    text = _FORMATTER.vformat(template, (), values)
    for apart, together in _CONTRACTED.get(spoken().code, ()):
        text = apart.sub(together, text)
    return text


def phrase(template: str, /) -> str:
    """The template itself: marks one that is kept in a table and said later, so that languages know it."""
    return template


def number(value: float) -> str:
    """A number with the digits a reader needs: two after the point below 1, one below 100."""
    size = abs(value)
    text = f"{value:.2f}" if size < 1 else f"{value:.1f}" if size < 100 else f"{value:.0f}"
    text = text.replace("-", "\N{MINUS SIGN}") if float(text) != 0 else text.lstrip("-")
    return spoken().number(text)


def listed(parts: list[str] | tuple[str, ...]) -> str:
    """Parts as "a, b and c"; there must be one."""
    *first, last = parts
    return say("{first} and {last}", first=commas(first), last=last) if first else last


def commas(parts: list[str] | tuple[str, ...]) -> str:
    """Parts as "a, b, c"."""
    return ", ".join(parts)


def clauses(parts: list[str] | tuple[str, ...]) -> str:
    """Parts as "a; b; c"."""
    return "; ".join(parts)


def sentences(parts: list[str] | tuple[str, ...]) -> str:
    """Sentences one after another; empty ones are left out."""
    return " ".join(part for part in parts if part)
