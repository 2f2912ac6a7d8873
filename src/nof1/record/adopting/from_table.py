"""A trial of each person in a table, and by name those of whom none can be made: the rest of a study goes on without them."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from nof1.cells import brief, path_text
from nof1.clock import local_now
from nof1.errors import InputError, RefusalError
from nof1.files import read_bytes, sha256_bytes
from nof1.new_folders import new_folder, refuse_filled
from nof1.record.adopting.adopt import AdoptedNights, AdoptOptions, adopted_nights
from nof1.record.adopting.asked import ask_what_is_missing
from nof1.record.adopting.columns import names_no_arm
from nof1.record.adopting.folder import read_any
from nof1.record.adopting.people import (
    AdoptedPerson,
    of_nobody,
    of_person,
    options_of,
    rows_by_person,
    settled_for_all,
    write_list,
    write_people,
)
from nof1.record.adopting.schedule import read_schedule
from nof1.record.adopting.source import PeopleSource, RefusedPerson, load_source
from nof1.record.opening.opened import Row
from nof1.record.opening.sheet import cell_text
from nof1.record.sources.table import Table
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.missing import is_missing

if TYPE_CHECKING:
    import pandas as pd

# Questions about the rows of some people, who can be left out instead of answering for all.
ABOUT_SOME = ("several", "trust", "gaps", "drawn", "not-compared", "zone")
_NOT_SENT = "[not completed]"  # of REDCap, where a survey was begun and not sent


@dataclass(frozen=True)
class PeopleOfTable:
    """What a table's people became.

    Attributes
    ----------
    folder : Path
        Of the trials.
    source : PeopleSource
        The table, and who was refused.
    nights : mapping of str to AdoptedNights
        What each person's trial is made of; empty where the trials were there already.
    """

    folder: Path
    source: PeopleSource
    nights: Mapping[str, AdoptedNights]


Look = Callable[[PeopleOfTable], None]


def people_from_table(
    table: "pd.DataFrame | str | Path",
    out: str | Path,
    *,
    schedule: str | Path | None = None,
    sheet: str | None = None,
    now: datetime | None = None,
    leave_out: Collection[str] = (),
    planned: int | None = None,
    look: Look | None = None,
    **options: Unpack[AdoptOptions],
) -> PeopleOfTable:
    """Make a trial of each person in a table whose rows make one; the others are refused by name, in source.json.

    Rows that hold neither a night nor an outcome (other forms of a REDCap project) are no nights, and rows that name nobody cannot be
    anybody's; both are counted. A folder that was made of the same file by the same words is taken as it is.

    Parameters
    ----------
    table : DataFrame or path
        One row a night and person.
    out : path
        New folder for the trials, or the one of an earlier call.
    schedule, sheet, now, options
        As in `adopt_people`, the same for everybody.
    leave_out : collection of str
        Questions about the rows of some people, such as "several": they are left out, where otherwise it is asked.
    planned : int, optional
        How many nights each person was to record, from which it is told who finished.
    look : callable, optional
        Is shown what would be written; what it raises leaves everything as it was.

    Raises
    ------
    AmbiguousInput
        If only a person can say what something means; of several people it is asked once.
    InputError
        If an option does not fit, or `out` is another table's.
    RefusalError
        If nobody is left.

    Examples
    --------
    >>> import pandas as pd
    >>> nights = pd.DataFrame(
    ...     {
    ...         "who": ["P1"] * 4 + ["P2"] * 4,
    ...         "day": [1, 2, 3, 4] * 2,
    ...         "arm": ["off", "on", "on", "off", "on", "on", "on", "on"],
    ...         "legs": [5, 3, 4, 6, 2, 4, 5, 3],
    ...     }
    ... )
    >>> columns = {"person_column": "who", "outcome": "legs", "arm": "arm", "day": "day"}
    >>> made = nof1.record.people_from_table(nights, new_folder, **columns, reference="off", low=0, high=10, better="lower")
    >>> list(made.nights), [(one.person, one.kind) for one in made.source.refused]
    (['P1'], [('P2', 'one arm')])
    """
    _refuse_unsound(options, leave_out, planned)
    out, now = Path(out), now or local_now()
    read = read_any(table, sheet, options)
    ask_what_is_missing(read, options, scheduled=schedule is not None)
    source = _source(read, schedule, sheet, leave_out, planned, options)
    if (earlier := load_source(out)) is not None:
        return _as_it_is(out, earlier, source)
    refuse_filled(out)
    nights_of, empty = _without_empty(read, options)
    nobody = of_nobody(nights_of, str(options["person_column"]))
    by_person = rows_by_person(nights_of, str(options["person_column"]))
    _refuse_reference(nights_of, options)
    settled = settled_for_all(nights_of, options)
    days = read_schedule(schedule) if schedule is not None else None
    nights, refused = _tried(by_person, settled, days, leave_out)
    source = replace(source, people=len(by_person), nobody=len(nobody), empty=empty, refused=refused)
    if not nights:
        raise _nobody_left(source)
    if look is not None:
        look(PeopleOfTable(out, source, nights))
    taken = {person: by_person[person] for person in nights}
    with new_folder(out) as staging:
        made: Sequence[AdoptedPerson] = write_people(
            taken, staging, out, schedule=schedule, sheet=sheet, now=now, options=settled
        )
        write_list(staging, made, read)
        source.save(staging)
    return PeopleOfTable(out, source, {one.person: one.nights for one in made})


def trials_beside(out: Path) -> Path:
    """Where the trials go if nobody says: a folder beside the one of the pages.

    Examples
    --------
    >>> trials_beside(Path("nof1-cohort")).name
    'nof1-cohort-trials'
    """
    whole = out.resolve()
    return out.parent / f"{whole.name}-trials" if out.name else whole.parent / f"{whole.name}-trials"


def _refuse_unsound(options: AdoptOptions, leave_out: Collection[str], planned: int | None) -> None:
    if isinstance(leave_out, str):
        raise InputError(f"leave_out must be a list of questions, such as [{leave_out!r}].")
    for name in leave_out:
        if name not in ABOUT_SOME:
            raise InputError(
                f"leave_out {name!r} is no question about some people's rows. Choose from: {', '.join(ABOUT_SOME)}."
            )
    if planned is not None and planned < 1:
        raise InputError(f"planned {planned} must be a whole number of nights from 1.")
    if options.get("person") is not None:
        raise InputError("A cohort is of everybody in the table: leave person= out, or adopt the rows of one.")


def _tried(
    by_person: Mapping[str, Table], options: AdoptOptions, days: Mapping[int, str] | None, leave_out: Collection[str]
) -> tuple[dict[str, AdoptedNights], tuple[RefusedPerson, ...]]:
    """What each person's trial would be made of, and who is refused.

    Raises
    ------
    AmbiguousInput
        If something has to be asked, with the number of people about whom.
    """
    nights: dict[str, AdoptedNights] = {}
    refused: list[RefusedPerson] = []
    asked: dict[str, list[tuple[str, AmbiguousInput]]] = {}
    for person, own in by_person.items():
        try:
            nights[person] = adopted_nights(own, schedule=days, **options_of(person, own, options))
        except AmbiguousInput as question:
            if question.option not in leave_out:
                asked.setdefault(question.option, []).append((person, question))
            refused.append(_refused(person, own, question.option, question, options))
        except InputError as problem:
            refused.append(_refused(person, own, problem.step, problem, options))
    for found in asked.values():
        person, first = found[0]
        raise of_person(person, first, more=len(found) - 1)
    return nights, tuple(refused)


def _refused(person: str, own: Table, kind: str, problem: InputError, options: AdoptOptions) -> RefusedPerson:
    rated = sum(not is_missing(text, words=True) for text in own.column(options["outcome"]))
    return RefusedPerson(person, kind, str(problem), rated)


def _without_empty(table: Table, options: AdoptOptions) -> tuple[Table, int]:
    """The table without the rows that hold neither a night nor an outcome, and how many these are."""
    when = [name for name in (options.get("date"), options.get("day")) if name is not None]
    places = [table.place(name) for name in (*when, options["outcome"])]

    def holds(row: Row) -> bool:
        return any(not is_missing(row.cells[i], words=True) and row.cells[i] != _NOT_SENT for i in places)

    rows = tuple(row for row in table.rows if holds(row))
    if not rows:
        raise InputError(f"{table.name}: no row holds a night or an outcome. Check the columns that were named.")
    return replace(table, rows=rows), len(table.rows) - len(rows)


def _refuse_reference(table: Table, options: AdoptOptions) -> None:
    """Refuse a reference that nobody has: it would be everybody's fault."""
    arm = options.get("arm")
    reference = cell_text(options["reference"])
    if arm is None:
        return
    there = [text for text in dict.fromkeys(table.column(arm)) if not names_no_arm(text, (reference,))]
    if reference not in there:
        raise InputError(
            f"The reference {reference!r} is not among the arms of column {arm!r}: {', '.join(map(brief, there[:12]))}."
        )


def _source(
    table: Table,
    schedule: str | Path | None,
    sheet: str | None,
    leave_out: Collection[str],
    planned: int | None,
    options: AdoptOptions,
) -> PeopleSource:
    """The file and what was said of it; the people are not counted yet."""
    said: dict[str, Any] = {"sheet": sheet, "leave_out": sorted(leave_out), **options}
    said["schedule"] = None if schedule is None else sha256_bytes(read_bytes(Path(schedule)))
    said = {name: _plain(value) for name, value in sorted(said.items()) if not _unsaid(name, value)}
    sha256 = "" if table.path is None else sha256_bytes(read_bytes(table.path))
    return PeopleSource(path_text(table.name), sha256, len(table.rows), 0, planned=planned, options=said)


# What stands for an option where nobody said anything.
_USUAL: Mapping[str, Any] = {"carryover": "none", "dated_by": "evening", "analysis": {"family": "normal"}}


def _unsaid(name: str, value: Any) -> bool:
    empty = isinstance(value, list | tuple | Mapping) and not value
    return value is None or (value is False and name != "decimal_comma") or empty or value == _USUAL.get(name)


def _plain(value: Any) -> Any:
    """As JSON holds it, so that what is said once is found again."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return list(value) if isinstance(value, tuple | set | frozenset) else value


def _as_it_is(out: Path, earlier: PeopleSource, source: PeopleSource) -> PeopleOfTable:
    """The trials that are there, where they are of the same file by the same words."""
    if not source.sha256 or earlier.sha256 != source.sha256:
        raise InputError(
            f"{out} holds the trials of another table, or of an earlier state of this one. Name another folder for these; nothing was changed."
        )
    if json.loads(json.dumps(source.options, default=str)) != earlier.options or source.planned != earlier.planned:
        raise InputError(
            f"{out} holds the trials of this table as it was read by other words. Name another folder for these; nothing was changed."
        )
    return PeopleOfTable(out, earlier, {})


def _nobody_left(source: PeopleSource) -> RefusalError:
    if not source.refused:
        return RefusalError(f"{source.file} names nobody. Check the column that tells people apart.")
    first = source.refused[0]
    return RefusalError(
        f"{source.file}: of {source.people} people nobody's rows make a trial, and nothing was written. The first, "
        f"{brief(first.person)!r}: {first.reason}"
    )
