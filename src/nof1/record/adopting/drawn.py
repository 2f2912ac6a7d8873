"""What a person says of how an adopted order was drawn: the words, a file of orders, and what stands in the protocol of it."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.plan.design.order import Order
from nof1.plan.design.stated import LETTERS, MAX_ORDERS, Words, parse_words, statement
from nof1.record.adopting.gaps import SaidGaps
from nof1.record.opening.sheet import cell_text
from nof1.record.values.ambiguous import AmbiguousInput

MAX_PLACES = 2_000_000  # orders times periods, so that the protocol stays a file that can be read
_SEPARATORS = ("\t", ";", ",")


def words_of(drawn: str) -> Words:
    """The words, taken apart.

    Raises
    ------
    InputError
        If they are no statement of which orders could have been drawn.
    """
    if not isinstance(drawn, str):
        raise InputError(f"drawn must be text such as 'any' or 'max-run:2', not {drawn!r}.")
    try:
        return parse_words(drawn)
    except ValueError as problem:
        raise InputError(f"drawn={drawn[:80]!r}: {problem}") from None


def stated_draw(words: Words, *, arms: Sequence[str], came: Sequence[str], unknown: Sequence[int]) -> dict[str, Any]:
    """What the protocol holds of a statement.

    Parameters
    ----------
    words : Words
    arms : sequence of str
        In the protocol's order.
    came : sequence of str
        In the order in which they came first.
    unknown : sequence of int
        Numbers of the nights, from 1, that are on an arm and have no row.

    Raises
    ------
    InputError
        If a file of orders cannot be read or does not fit, or phases have more letters than there are arms.
    """
    orders = read_orders(words.said, arms) if words.kind == "orders" else ()
    try:
        return statement(words, came, orders=orders, unknown=unknown)
    except ValueError as problem:
        raise InputError(f"drawn={words.text!r}: {problem}") from None


def nights_without_row(order: Order, by_night: Mapping[date, str]) -> list[int]:
    """Numbers of the nights that are on an arm, as the night before was, and of which no row says so."""
    on_arm = (night for period in order.periods if period.on_trial for night in period.dates)
    return [(night - order.start).days + 1 for night in on_arm if not by_night.get(night)]


def ask_what_was_drawn(
    words: Words, order: Order, by_night: Mapping[date, str], *, said: SaidGaps | None, dated: bool
) -> None:
    """Ask what days without an arm were, where that decides which orders there are: in any order of single nights it does not.

    Raises
    ------
    AmbiguousInput
        If it matters and was not said.
    """
    if said is not None or (words.kind == "any" and words.numbers.get("nights", 1) == 1):
        return
    days = [night for period in order.periods for night in period.dates if not by_night.get(night)]
    if days:
        first = f"{days[0]}" if dated else f"day {(days[0] - order.start).days + 1}"
        many = f" and {len(days) - 1} more days" if days[1:] else ""
        raise AmbiguousInput(
            f"No row says the arm of {first}{many}, and whether one was drawn for such days decides which orders there were "
            f"(drawn={words.text!r}). If one was, add a row with it and an empty outcome. If not, say gaps='untreated' (nothing was "
            "taken) or gaps='pause' (the trial stood still).",
            option="gaps",
            choices=("untreated", "pause"),
        )


def read_orders(path: str | Path, arms: Sequence[str]) -> tuple[str, ...]:
    """Orders from a file: one a line, an arm for each night or period, as letters A, B, … of these arms.

    Cells are separated by commas, semicolons, tabs or spaces; arms of one letter may stand without anything between them. JSON, a
    list of lists, is read, too.

    Raises
    ------
    InputError
        If it is not of that form, names another arm, or holds an order twice.
    """
    where = Path(path)
    try:
        text = read_bytes(where).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text. Save it so, one order a line.") from None
    letters = dict(zip(arms, LETTERS, strict=False))
    found: dict[str, int] = {}
    places = 0
    length: int | None = None
    for line, cells in islice(_lines(text, str(path)), MAX_ORDERS + 1):
        other = next((cell for cell in cells if cell not in letters), None)
        if other is not None:
            raise InputError(
                f"{path}, line {line}: {other[:40]!r} is no arm of the table. Its arms are: {', '.join(arms)}."
            )
        order = "".join(letters[cell] for cell in cells)
        if order in found:
            raise InputError(f"{path}: lines {found[order]} and {line} are the same order. List each once.")
        length = len(order) if length is None else length
        if len(order) != length:
            raise InputError(f"{path}, line {line} has {len(order)} arms, and the lines before it have {length}.")
        found[order] = line
        places += len(order)
        if len(found) > MAX_ORDERS or places > MAX_PLACES:
            raise InputError(f"{path} lists more than {MAX_ORDERS} orders, or more than {MAX_PLACES} arms in all.")
    if not found:
        raise InputError(f"{path} lists no order. It needs one a line, with the arm of each night.")
    return tuple(found)


def _lines(text: str, path: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of every order."""
    if text.lstrip().startswith("["):
        yield from enumerate(_from_json(text, path), start=1)
        return
    separator = next((one for one in _SEPARATORS if one in text), None)
    for number, line in enumerate(text.splitlines(), start=1):
        if separator is not None:
            cells = [cell.strip() for cell in _cells(line, separator, f"{path}, line {number}")]
        else:
            cells = line.split() if len(line.split()) > 1 else list(line.strip())
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def _cells(line: str, separator: str, where: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error as problem:
        raise InputError(f"{where} cannot be read ({problem}).") from None


def _from_json(text: str, path: str) -> list[list[str]]:
    try:
        content = json.loads(text)
        if not isinstance(content, list) or not all(isinstance(order, list) and order for order in content):
            raise ValueError
        return [[cell_text(cell) for cell in order] for order in content]
    except (ValueError, RecursionError):
        raise InputError(f'{path} is no list of orders. It must look like [["off", "on"], ["on", "off"]].') from None
