"""Any table: what its columns hold is found by their names, or said by the person."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from nof1.cells import doubled, trimmed
from nof1.errors import InputError
from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.hints import names_treatment
from nof1.record.sources.questions import asked_of
from nof1.record.sources.source import Column, Export
from nof1.record.values.measures import measure_of_column
from nof1.record.values.moments import UnreadableError, with_clock

KEY = "plain"
TITLE = "a plain table"

WHEN_NAMES = (
    "night",
    "date",
    "day",
    "datum",
    "tag",
    "timestamp",
    "datetime",
    "time",
    "zeitstempel",
    "when",
    "wann",
    "evening",
    "morning",
)
# As people call a column of clock times, in the languages of the forms that are known.
_CLOCK_NAMES = (
    "time",
    "clock",
    "clock time",
    "time of day",
    "uhrzeit",
    "zeit",
    "heure",
    "hora",
    "ora",
    "orario",
    "tijd",
    "tijdstip",
    "tid",
    "klokkeslæt",
    "godzina",
)
# As food logs call what was eaten, and what says more of it.
_FOOD_NAMES = (
    "food name", "food", "foods", "food item", "food description", "item", "product", "ingredient", "meal item", "lebensmittel",
    "nahrungsmittel", "produkt", "speise", "zutat", "aliment", "alimento", "voedingsmiddel",
)  # fmt: skip
_FOOD_KINDS = (
    "brand", "marke", "meal", "mahlzeit", "category", "kategorie", "food group", "lebensmittelgruppe", "amount", "menge", "serving",
    "serving size", "serving unit", "portion", "quantity", "unit", "einheit",
)  # fmt: skip
_PRIVATE = re.compile(
    r"e-?mail|correo|^((what is )?your |full |first |last |user ?|vor|nach|nutzer)?name[:?]?$|^(nom|nombre|nome|naam)\b"
    r"|phone|telefon|address|anschrift|device|serial|^ip$",
    re.IGNORECASE,
)


def recognize(file: Opened) -> Export | None:
    """Every table is one of these, so this source comes last."""
    if file.kind != "table":
        return None
    if file.head and all(not any(row.cells[1:]) for row in file.head):
        raise InputError(
            f"{file.name} was read as one column, and a date and a value need two. Let the same mark stand between the cells of every "
            "row, a comma, semicolon, tab or bar; a spreadsheet program writes it so with Save as .csv."
        )
    place = header_place(file)
    export = plain_export(file, place, KEY, TITLE)
    clock = clock_column(export.header, file.head[place + 1 :], export.when)
    return replace(export, clock=clock, foods=food_columns(export.header))


def plain_export(file: Opened, place: int, key: str, title: str) -> Export:
    """An export of one row under another, with the header in the row at `place` of the file's head.

    Raises
    ------
    InputError
        If there is no row under the header, or two columns are called the same.
    """
    header = trimmed(file.head[place].cells) if file.head else ()
    if len(file.head) <= place + 1:
        raise InputError(f"{file.name} holds no rows under its header. Check that it is the right file.")
    if alike := doubled(header):
        raise InputError(f"{file.name} has two columns called {alike[0]!r}. Rename one of them.")
    columns = tuple(plain_column(name) for name in header)
    when = next((name for wanted in WHEN_NAMES for name in header if name.casefold() == wanted), "")
    return Export(
        source=key,
        title=title,
        path=file.path,
        columns=columns,
        when=when,
        rows=rows_after(file, place),
        decimal_hint=True if file.delimiter == ";" else None,
    )


def clock_column(header: Sequence[str], rows: Iterable[Row], when: str) -> str:
    """The column with the clock times of the dates in `when`: called like one, with at least one in these rows.

    "" where there is none, or where the dates have their times themselves.
    """
    known = [dict(zip(header, row.cells, strict=False)) for row in rows]
    dates = [text for cells in known if (text := cells.get(when, ""))]
    if dates and all(":" in text for text in dates):
        return ""
    named = (
        name for name in header if name != when and split_unit(name)[0].replace("_", " ").casefold() in _CLOCK_NAMES
    )
    return next((name for name in named if any(_is_clock(cells.get(name, "")) for cells in known)), "")


def food_columns(header: Sequence[str]) -> tuple[str, ...]:
    """The columns of a food log that say what a row is, the name first; none where no column is called like a food's name."""
    called = {name.replace("_", " ").casefold().strip(): name for name in header if name}
    foods = [called[name] for name in _FOOD_NAMES if name in called]
    return (*foods, *(called[name] for name in _FOOD_KINDS if name in called)) if foods else ()


def _is_clock(text: str) -> bool:
    try:
        return with_clock("2000-01-01", text) != "2000-01-01"
    except UnreadableError:
        return False


def plain_column(name: str) -> Column:
    """What a column's name tells of it. Its unit is looked for in the name wherever the column is taken."""
    bare, _ = split_unit(name)
    spaced = bare.replace("_", " ")
    if _PRIVATE.search(spaced):
        return Column(name, role="private")
    if names_treatment(bare):
        return Column(name, role="treatment")
    measure = measure_of_column(name)
    return Column(name, measure.name if measure else "", belongs=asked_of(bare))


def has_columns(file: Opened, *names: str) -> bool:
    """Whether the file is a table whose first row has these columns, wherever they stand."""
    return file.kind == "table" and set(names) <= set(file.header)


def split_unit(name: str) -> tuple[str, str]:
    """A column's name and the unit in brackets at its end, or ""."""
    match = re.fullmatch(r"(.*\S)\s*[(\[]([^()\[\]]{1,12})[)\]]", name)
    return (match[1], match[2]) if match else (name, "")


def header_place(file: Opened) -> int:
    """Index of the row with the columns' names: the first, or where a title stands above, the first that is as wide as most."""
    wide = [place for place, row in enumerate(file.head) if sum(map(bool, row.cells)) > 1]
    if not wide:
        return 0
    widths = Counter(len(file.head[place].cells) for place in wide)
    usual = max(widths, key=lambda width: (widths[width], width))
    named = next(place for place in wide if len(file.head[place].cells) >= usual)
    # A header with fewer names than its rows have cells is still the header: rows begin with a date or a number somewhere.
    return wide[0] if any(cell[:1].isdigit() for cell in file.head[named].cells) else named


def rows_after(file: Opened, place: int) -> Callable[[], Iterator[Row]]:
    """A callable that yields the rows below the one at `place`."""
    first = file.head[place].line if file.head else 0

    def rows() -> Iterator[Row]:
        return (row for row in file.rows() if row.line > first)

    return rows
