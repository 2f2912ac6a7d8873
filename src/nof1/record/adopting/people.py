"""A table with rows of several people, taken over in one call: one trial for each of them, in a folder of its own."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Unpack, cast

from nof1.cells import brief, csv_text, path_text, shielded
from nof1.clock import local_now
from nof1.errors import InputError
from nof1.files import read_bytes, sha256_bytes, write_atomic
from nof1.new_folders import new_folder
from nof1.record.adopting.adopt import AdoptedNights, AdoptOptions, usual_title
from nof1.record.adopting.columns import settle_comma
from nof1.record.adopting.folder import read_any, write_trial
from nof1.record.importing.persons import NO_PEOPLE, person_key
from nof1.record.opening.opened import Row
from nof1.record.opening.sheet import cell_text
from nof1.record.sources.table import Table
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.missing import is_missing
from nof1.record.values.nights import settle_order

if TYPE_CHECKING:
    import pandas as pd

PEOPLE_FILE = "people.csv"
_MOST = 1000
_LONGEST = 60
# Names that a folder cannot have on Windows.
_TAKEN = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class AdoptedPerson(NamedTuple):
    """One person of a table: as the table calls them, the folder of their trial, and what it is made of."""

    person: str
    folder: Path
    nights: AdoptedNights


def adopt_people(
    table: "pd.DataFrame | str | Path",
    out: str | Path,
    *,
    schedule: str | Path | None = None,
    sheet: str | None = None,
    now: datetime | None = None,
    **options: Unpack[AdoptOptions],
) -> tuple[AdoptedPerson, ...]:
    """Make a trial of each person in a table, all of them or none, as `nof1 adopt --person-column NAME --out DIR` does.

    Each folder holds the rows of its person alone, so that it can be given away; the whole file is kept in `out`, with people.csv, which
    says which folder is whose. `nof1 cohort` takes `out`.

    Parameters
    ----------
    table : DataFrame or path
        One row a night and person.
    out : path
        New folder for the trials.
    schedule, sheet, now
        As in `Trial.adopt`; a schedule is everybody's.
    **options
        Those of `nof1.record.adopting.adopt.adopted_nights`, the same for everybody. `person_column`, the name of the column that tells
        people apart, must be among them.

    Returns
    -------
    tuple of AdoptedPerson
        In the order of the table.

    Raises
    ------
    InputError
        If a row is nobody's, a person's rows do not make a trial, or the folder is there and not empty. Nothing is written then.

    Examples
    --------
    >>> import pandas as pd
    >>> nights = pd.DataFrame(
    ...     {
    ...         "who": ["P1"] * 4 + ["P2"] * 4,
    ...         "day": [1, 2, 3, 4] * 2,
    ...         "arm": ["off", "on", "on", "off", "on", "off", "off", "on"],
    ...         "legs": [5, 3, 4, 6, 2, 4, 5, 3],
    ...     }
    ... )
    >>> columns = {"person_column": "who", "outcome": "legs", "arm": "arm", "day": "day"}
    >>> people = nof1.record.adopt_people(
    ...     nights, new_folder, **columns, reference="off", low=0, high=10, better="lower"
    ... )
    >>> [(one.person, one.folder.name, len(one.nights.entries)) for one in people]
    [('P1', 'P1', 4), ('P2', 'P2', 4)]
    """
    column = options.get("person_column")
    if column is None:
        raise InputError("A trial of each person needs the column that tells them apart: name it with person_column=.")
    if options.get("person") is not None:
        raise InputError("A trial of each person has no person= of its own: leave it out, or adopt the rows of one.")
    now = now or local_now()
    read = read_any(table, sheet, options)
    rows_of_nobody = of_nobody(read, column)
    if rows_of_nobody:
        raise InputError(
            f"{read.name}, line {rows_of_nobody[0].line}: nobody stands in the column {column!r}. Write whose row it is, or take it out."
        )
    by_person = rows_by_person(read, column)
    settled = settled_for_all(read, options)
    out = Path(out)
    with new_folder(out) as staging:
        try:
            made = write_people(by_person, staging, out, schedule=schedule, sheet=sheet, now=now, options=settled)
        except AmbiguousInput:
            raise
        except InputError as problem:
            raise InputError(f"{problem} Nothing was written.") from None
        write_list(staging, made, read)
    return made


def write_people(
    by_person: Mapping[str, Table],
    staging: Path,
    out: Path,
    *,
    schedule: str | Path | None,
    sheet: str | None,
    now: datetime,
    options: AdoptOptions,
) -> tuple[AdoptedPerson, ...]:
    """Write a trial of each person into a folder that is being built; what is wrong, or not clear, names them."""
    made: list[AdoptedPerson] = []
    for name, (person, own) in zip(_folder_names(by_person), by_person.items(), strict=True):
        (staging / name).mkdir(mode=0o700)
        told = {"person": person, "person_column": options.get("person_column")}
        given = options_of(person, own, options)
        try:
            nights = write_trial(own, staging / name, schedule=schedule, sheet=sheet, now=now, told=told, options=given)
        except AmbiguousInput as question:
            raise of_person(person, question) from None
        except InputError as problem:
            raise InputError(f"Person {brief(person)!r}: {problem}") from None
        made.append(AdoptedPerson(person, out / name, nights))
    return tuple(made)


def of_person(person: str, question: AmbiguousInput, more: int = 0) -> AmbiguousInput:
    """The question with the name of the person about whose rows it is asked, and of how many more it would be."""
    others = f" (the same of {more} more {'person' if more == 1 else 'people'})" if more else ""
    return AmbiguousInput(
        f"Person {brief(person)!r}{others}: {question}", option=question.option, choices=question.choices
    )


def options_of(person: str, own: Table, options: AdoptOptions) -> AdoptOptions:
    """The options of one person, whose rows stand in a table of their own."""
    given = cast("AdoptOptions", dict(options))
    given["not_compared"] = _there(own, options)
    given["person_column"] = NO_PEOPLE
    # Their own words if they have any; the person's name tells the pages of many apart.
    given["title"] = f"{options.get('title') or usual_title(options['outcome'], options.get('arm'))}, {brief(person)}"
    return given


def write_list(staging: Path, made: Sequence[AdoptedPerson], table: Table) -> str:
    """Keep the whole file and people.csv, which says whose folder is which; its hash, "" of a frame."""
    sha256 = _kept(staging, table)
    write_atomic(staging / PEOPLE_FILE, _people_csv(made, table, sha256))
    return sha256


def of_nobody(table: Table, column: str) -> list[Row]:
    """The rows that name nobody."""
    place = table.place(column)
    return [row for row in table.rows if is_missing(row.cells[place].strip(), words=True)]


def rows_by_person(table: Table, column: str) -> dict[str, Table]:
    """Each person's rows, by the name that the table writes first; capitals and blanks make no other person."""
    place = table.place(column)
    names: dict[str, str] = {}
    rows: dict[str, list[Row]] = {}
    for row in table.rows:
        text = row.cells[place].strip()
        if is_missing(text, words=True):
            continue
        name = names.setdefault(person_key(text), text)
        rows.setdefault(name, []).append(row)
    if len(rows) > _MOST:
        raise InputError(
            f"{table.name}: the column {column!r} has {len(rows):,} different people, more than the {_MOST:,} there may be. "
            "Check that it is the column that tells people apart."
        )
    # A table of its own, without the path: what is kept with one person's trial must not hold the others' rows.
    return {name: replace(table, rows=tuple(own), path=None) for name, own in rows.items()}


def settled_for_all(table: Table, options: AdoptOptions) -> AdoptOptions:
    """What the whole table says of how it is written, since the few rows of one person may leave it open."""
    out = cast("AdoptOptions", dict(options))
    date = options.get("date")
    if date is not None:
        out["date_order"] = settle_order(table.column(date), options.get("date_order"))
    others = (options.get("confidence"), options.get("dose"))
    columns = [options["outcome"], *options.get("covariates", ()), *(column for column in others if column is not None)]
    out["decimal_comma"] = settle_comma(table, columns, options.get("decimal_comma"))
    arm = options.get("arm")
    if arm is not None:
        there = dict.fromkeys(table.column(arm))
        for name in map(cell_text, options.get("not_compared", ())):
            if name not in there:
                raise InputError(
                    f"not_compared {name!r} is not among the arms of column {arm!r}: {', '.join(filter(None, there))}."
                )
    return out


def _there(own: Table, options: AdoptOptions) -> list[str]:
    """The arms that are not compared and of which this person has nights."""
    arm = options.get("arm")
    said = [cell_text(name) for name in options.get("not_compared", ())]
    return said if arm is None else [name for name in said if name in own.column(arm)]


def _folder_names(people: Iterable[str]) -> list[str]:
    """A name that a folder can have on any system for each person, all of them different."""
    taken: set[str] = set()
    out = []
    for person in people:
        plain = re.sub(r"[^\w.@+-]+", "_", unicodedata.normalize("NFC", person))[:_LONGEST].strip("._") or "person"
        plain = f"{plain}_" if _TAKEN.fullmatch(plain) else plain
        name, number = plain, 2
        while name.casefold() in taken or name.casefold() == PEOPLE_FILE:
            name, number = f"{plain}-{number}", number + 1
        taken.add(name.casefold())
        out.append(name)
    return out


def _kept(folder: Path, table: Table) -> str:
    """The hash of the whole file, which is kept under it; "" of a frame, which is no file."""
    if table.path is None:
        return ""
    content = read_bytes(table.path)
    sha256 = sha256_bytes(content)
    suffix = table.path.suffix.lower()
    write_atomic(folder / f"{sha256}{suffix if re.fullmatch('[.][a-z0-9]{1,11}', suffix) else ''}", content)
    return sha256


def _people_csv(made: Iterable[AdoptedPerson], table: Table, sha256: str) -> str:
    """Which folder is whose, and the file that it is from."""
    head = ("person", "folder", "nights", "file", "sha256")
    rows = (
        (person, folder.name, str(len(nights.entries)), path_text(table.name), sha256)
        for person, folder, nights in made
    )
    return csv_text([head, *([shielded(cell) for cell in row] for row in rows)])
