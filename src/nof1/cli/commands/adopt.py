"""nof1 adopt: a trial that was lived before nof1 was there, taken over from a table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import typer

from nof1.cli.terminal.adopted import adopted_json, tell_adopted, tell_people
from nof1.cli.terminal.console import is_terminal, show_json
from nof1.cli.terminal.options import AsJson
from nof1.cli.terminal.table_options import TableOptions, with_table
from nof1.cli.terminal.table_questions import TableRequest, asked
from nof1.errors import InputError
from nof1.record.adopting.people import AdoptedPerson, adopt_people
from nof1.record.importing.ledger import read_ledger
from nof1.record.trial import Trial


@with_table("outcome", "reference", "low", "high")
def adopt(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="New folder for the trial; with --out, the table instead.")
    ],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", readable=False, help="Table with one row a night: .csv, .tsv or .xlsx."),
    ] = None,
    *,
    table: TableOptions,
    person: Annotated[
        str | None, typer.Option(help="Whose rows to take, where the table holds several people's.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Make a trial of each person in --person-column, in this new folder: nof1 adopt FILE --out DIR.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    options = table.adopt_options()
    options["person"] = person
    source, place = _places(folder, file, out)
    request = _Request(table.sheet, options, source, place, table.schedule)
    if out is not None:
        people = asked(request.of_each, request, ask=is_terminal() and not as_json)
        if as_json:
            made = [{"person": one.person, **adopted_json(Trial(*one.nights), one.folder)} for one in people]
            show_json({"folder": str(out), "people": made})
        else:
            tell_people(people, out, scheduled=table.schedule is not None)
        return
    trial = asked(request.of_one, request, ask=is_terminal() and not as_json)
    if as_json:
        show_json(adopted_json(trial, place))
    else:
        tell_adopted(trial, place, read_ledger(place)[-1], scheduled=table.schedule is not None)


@dataclass
class _Request(TableRequest):
    """A table, and where its trials go."""

    table: Path
    place: Path
    schedule: Path | None

    def of_one(self) -> Trial:
        """The trial of one person."""
        return Trial.adopt(self.table, self.place, schedule=self.schedule, sheet=self.sheet, **self.options)

    def of_each(self) -> tuple[AdoptedPerson, ...]:
        """A trial of each person."""
        return adopt_people(self.table, self.place, schedule=self.schedule, sheet=self.sheet, **self.options)


def _places(folder: Path, file: Path | None, out: Path | None) -> tuple[Path, Path]:
    """The table, and the folder to be made: DIR FILE, or FILE --out DIR.

    Raises
    ------
    InputError
        If there is one of the two too few, or too many.
    """
    if out is None and file is None:
        raise InputError(
            "Give the new folder and the table: nof1 adopt DIR FILE; or, for a trial of each person in it: nof1 adopt FILE --person-column NAME --out DIR."
        )
    if out is not None and file is not None:
        raise InputError(
            f"With --out {out} give only the table: nof1 adopt FILE --person-column NAME --out DIR. Each person's trial goes into a folder "
            "of its own in it."
        )
    return (folder, out) if out is not None else (cast("Path", file), folder)
