"""Sentences that can be told in more than one language.

A sentence is a template and the values it is filled with. The template is English and is the key under which
`languages/*.po` holds what other languages say; numbers are written as the spoken language writes them. What was said keeps
template and values, so that a sentence of results.json can be said again in another language.
"""

import string
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from numbers import Integral, Real
from typing import Any

from nof1.errors import InputError

ENGLISH = "en"
_FOLDER = "languages"
# Not strftime: names must not depend on the machine's language.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


Sentence = str  # what is said to people; mostly a `Said`, which knows what it was made from


class Said(str):
    """A text that knows what it was made from.

    Attributes
    ----------
    template : str
        With the places of the values in braces.
    plural : str or None
        The template for any other count than one; None where there is no count.
    values : dict
        By name of their place: text, numbers, None, or what was said.
    """

    template: str
    plural: str | None
    values: dict[str, Any]

    def __new__(cls, text: str, template: str = "", plural: str | None = None, values: Any = None) -> "Said":
        """The text, and what it was made from."""
        said = super().__new__(cls, text)
        said.template, said.plural, said.values = template, plural, values or {}
        return said

    def to_dict(self) -> dict[str, Any]:
        """As plain data, for a file."""
        return {
            "say": self.template,
            "plural": self.plural,
            "values": {name: _plain(value) for name, value in self.values.items()},
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "Said":
        """What `to_dict` wrote, said in the spoken language.

        Raises
        ------
        KeyError, TypeError, ValueError, IndexError
            If it is damaged.
        """
        values = {
            name: cls.from_dict(value) if isinstance(value, Mapping) else value
            for name, value in told["values"].items()
        }
        return _fill(told["say"], told["plural"], values)


def _plain(value: Any) -> Any:
    if isinstance(value, Said):
        return value.to_dict()
    if isinstance(value, Real):
        return int(value) if isinstance(value, Integral) else float(value)
    return value if value is None else str(value)


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

    def day(self, when: date, *, year: bool = True, weekday: bool = True) -> str:
        """A date such as "Mon 5 Jan 2026"."""
        if self.code == ENGLISH:
            before = f"{_WEEKDAYS[when.weekday()]} " if weekday else ""
            text = f"{before}{when.day} {_MONTHS[when.month - 1]}"
            return f"{text} {when.year}" if year else text
        from babel.dates import format_skeleton

        return str(
            format_skeleton(("y" if year else "") + "MMM" + ("E" if weekday else "") + "d", when, locale=self.code)
        )


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
    """Numbers as the spoken language writes them; what was said is said again in it."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        """The value of a name: nothing within it, since templates come from files, too."""
        return kwargs[field_name], field_name

    def format_field(self, value: Any, spec: str) -> str:
        if isinstance(value, Said):
            return str(again(value))
        if isinstance(value, Real):
            return number(float(value)) if spec == "number" else spoken().number(format(value, spec))
        return format(value, spec)


_FORMATTER = _Formatter()


def say(template: str, /, **values: Any) -> Said:
    """Fill a template, in the spoken language.

    Numbers take Python's format specifications, and "number": `number`'s digits.
    """
    return _fill(template, None, values)


def say_some(count: int, one: str, many: str, /, **values: Any) -> Said:
    """Fill the template for one, or the one for any other count, which both may name as {count}."""
    return _fill(one, many, {"count": count, **values})


def phrase(template: str, /) -> str:
    """The template itself: marks one that is kept in a table and said later, so that languages know it."""
    return template


def again(text: str) -> str:
    """A text in the spoken language, if it is known what it was made from; else as it is."""
    return _fill(text.template, text.plural, text.values) if isinstance(text, Said) else text


def _fill(template: str, plural: str | None, values: dict[str, Any]) -> Said:
    chosen = spoken().template(template, plural, values.get("count"))
    return Said(_FORMATTER.vformat(chosen, (), values), template, plural, values)


def number(value: float) -> str:
    """A number with the digits a reader needs: two after the point below 1, one below 100."""
    size = abs(value)
    text = f"{value:.2f}" if size < 1 else f"{value:.1f}" if size < 100 else f"{value:.0f}"
    text = text.replace("-", "\N{MINUS SIGN}") if float(text) != 0 else text.lstrip("-")
    return spoken().number(text)


def listed(parts: list[str] | tuple[str, ...]) -> Said:
    """Parts as "a, b and c"."""
    *first, last = parts
    if not first:
        return say("{only}", only=last)
    return say("{first} and {last}", first=commas(first), last=last)


def commas(parts: list[str] | tuple[str, ...]) -> str:
    """Parts as "a, b, c"; there must be one."""
    return parts[0] if len(parts) == 1 else say("{some}, {next}", some=commas(parts[:-1]), next=parts[-1])


def clauses(parts: list[str] | tuple[str, ...]) -> str:
    """Parts as "a; b; c"; there must be one."""
    return parts[0] if len(parts) == 1 else say("{some}; {next}", some=clauses(parts[:-1]), next=parts[-1])


def sentences(parts: list[str] | tuple[str, ...]) -> str:
    """Sentences one after another, as one text that can be said again."""
    there = [part for part in parts if part]
    if not there:
        return ""
    return there[0] if len(there) == 1 else say("{some} {next}", some=sentences(there[:-1]), next=there[-1])


def said_in(record: Any) -> dict[str, dict[str, Any]]:
    """Everything in a record that can be said again, by its text."""
    if isinstance(record, Said):
        return {str(record): record.to_dict()}
    out: dict[str, dict[str, Any]] = {}
    for value in _inside(record):
        out |= said_in(value)
    return out


def with_said(record: Any, table: Mapping[str, Mapping[str, Any]]) -> Any:
    """A record with every text that the table knows as one that can be said again: the inverse of `said_in`."""
    if isinstance(record, str):
        return Said.from_dict(table[record]) if record in table else record
    if isinstance(record, Mapping):
        return {key: with_said(value, table) for key, value in record.items()}
    if is_dataclass(record) and not isinstance(record, type):
        return replace(record, **{one.name: with_said(getattr(record, one.name), table) for one in fields(record)})
    return type(record)(with_said(value, table) for value in record) if isinstance(record, list | tuple) else record


def _inside(record: Any) -> Iterable[Any]:
    if isinstance(record, Mapping):
        return record.values()
    if is_dataclass(record):
        return (getattr(record, one.name) for one in fields(record))
    return record if isinstance(record, list | tuple) else ()
