"""nof1 cohort: many people's trials together, from a folder of folders to a PDF."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1.cli.commands.report import Language
from nof1.cli.terminal.console import as_flags, is_terminal, show, show_json
from nof1.cli.terminal.options import AsJson, DaskAddress, PaperSize
from nof1.cli.terminal.output import paragraph
from nof1.cli.terminal.progress import counting, elsewhere
from nof1.cli.terminal.table_options import TableOptions, with_table
from nof1.cli.terminal.table_people import as_typed, tell_table
from nof1.cli.terminal.table_questions import TableRequest, asked
from nof1.errors import InputError
from nof1.record.adopting.from_table import ABOUT_SOME, PeopleOfTable, people_from_table, trials_beside
from nof1.record.folders import COHORT_FILE
from nof1.subject import about

if TYPE_CHECKING:
    from nof1.report.results.people import CohortPages

OUT = Path("nof1-cohort")
_SHOWN = 10  # problems that are told one by one; all are in the file
FileOrFolders = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE_OR_DIR",
        help="A table with everybody's nights (.csv, .tsv, .xlsx, an export of REDCap); or trial folders, or folders that hold some.",
    ),
]
Folders = Annotated[
    list[Path], typer.Argument(metavar="DIR", help="Trial folders, or folders that hold trial folders.")
]


@with_table()
def cohort(
    folders: FileOrFolders,
    *,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for what is written.")] = OUT,
    moderator: Annotated[
        str | None, typer.Option(metavar="FIELD", help="Field of the protocol whose groups are compared, such as form.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; as many as cores if not given, at most four.")] = None,
    dask: DaskAddress = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    language: Language = "en",
    paper: PaperSize = "a4",
    trials: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Of FILE: folder for the trials that are made of it; beside --out, with -trials behind its name, if not given.",
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUESTION",
            help=f"Of FILE: leave out people about whose rows this would have to be asked: {', '.join(ABOUT_SOME)}; repeat for more.",
        ),
    ] = None,
    planned: Annotated[
        int | None,
        typer.Option(
            "--planned-nights",
            metavar="N",
            help="Of FILE: how many nights each person was to record; who recorded the last of them has finished.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Of FILE: go on without asking.")] = False,
    table: TableOptions,
    as_json: AsJson = False,
) -> None:
    from nof1.report.results.people import cohort as pages_of
    from nof1.report.results.people import refuse_place

    ask = is_terminal() and not as_json
    if any(one.is_file() for one in folders):
        refuse_place(out)  # before anything is asked or made
        given = _Given(folders, trials or trials_beside(out), tuple(leave_out or ()), planned)
        made = given.make(table, ask=ask, agreed=yes or not ask, quiet=as_json)
        places, just_shown = [made.folder], bool(made.nights)
    else:
        _refuse_of_file(table, trials=trials, leave_out=leave_out, planned=planned, yes=yes)
        places, just_shown = folders, False

    with counting("Analysing people") as progress, elsewhere(dask) as spread:
        pages = pages_of(
            places,
            out,
            moderator=moderator,
            workers=workers,
            spread=spread,
            seed=seed,
            language=language,
            paper=paper,
            progress=progress,
        )
    if as_json:
        show_json(pages.to_dict())
    else:
        _tell(pages, just_shown=just_shown)
        for note in pages.notes:
            paragraph(note)
    if pages.funnel.refused:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Given:
    """A table, and what is to become of its people."""

    files: list[Path]
    trials: Path
    leave_out: tuple[str, ...]
    planned: int | None

    def make(self, table: TableOptions, *, ask: bool, agreed: bool, quiet: bool) -> PeopleOfTable:
        """The trials of everybody in it, after the questions that only a person can answer and a look at what comes of them."""
        if len(self.files) > 1:
            raise InputError(
                f"Give one table, or folders, not {len(self.files)} of both. Put the rows of several files into one."
            )
        left = list(self.leave_out)
        request = TableRequest(table.sheet, table.adopt_options())
        shown: list[PeopleOfTable] = []

        def look(found: PeopleOfTable) -> None:
            shown.append(found)
            if quiet:
                return
            tell_table(found, scheduled=table.schedule is not None)
            if not agreed and not typer.confirm("Go on with these?", default=True):
                raise InputError("Nothing was made.")

        made = asked(
            lambda: people_from_table(
                self.files[0], self.trials, schedule=table.schedule, sheet=request.sheet, leave_out=left, planned=self.planned, look=look,
                **request.options,
            ),
            request, ask=ask, leave_out=ABOUT_SOME, left=left,
        )  # fmt: skip
        if not quiet:
            show(f"The trials are in {made.folder}{'' if shown else ', as they were made before'}.")
            if ask:
                words = as_typed(request, left, self.planned, schedule=table.schedule)
                paragraph(f"The same again, without questions: nof1 cohort {shlex.quote(str(self.files[0]))} {words}")
        return made


def _refuse_of_file(table: TableOptions, **others: object) -> None:
    """Refuse options of a table where folders were given: they would be silently ignored."""
    said = [*table.said(), *(name for name, value in others.items() if value not in (None, [], False))]
    if said:
        option = said[0] if said[0].startswith("--") else _FLAGS[said[0]]
        raise InputError(
            f"{option} says how a table is read, and there are only folders. Give the table, or leave it out."
        )


_FLAGS = {"trials": "--trials", "leave_out": "--leave-out", "planned": "--planned-nights", "yes": "--yes"}


def _tell(pages: "CohortPages", *, just_shown: bool) -> None:
    with about(pages.cohort.subject):
        _tell_all(pages, just_shown=just_shown)


def _tell_all(pages: "CohortPages", *, just_shown: bool) -> None:
    from nof1.report.results.people import PDF_FILE, PEOPLE_FILE, PROBLEMS_FILE
    from nof1.report.words import cohort as words
    from nof1.report.words import funnel

    out, pooled, studied = pages.folder, pages.cohort, pages.analyzed
    if studied.taken_over:
        show(f"{studied.taken_over} people were analysed before, {studied.computed} now.")
    simulated = words.simulated_sentence(pooled)
    if simulated:
        paragraph(simulated)
    paragraph(words.headline(pooled), style="bold")
    for sentence in words.group_sentences(pooled):
        paragraph(sentence)
    if studied.early:
        paragraph(words.early_sentence(len(studied.early)))
    paragraph(funnel.funnel_sentence(pages.funnel))
    for sentence in (
        funnel.refused_sentence(pages.funnel), funnel.unknown_sentence(pages.funnel), funnel.rows_sentence(pages.funnel),
    ):  # fmt: skip
        if sentence:
            paragraph(sentence)
    changed = words.changed_sentence(pooled)
    if changed:
        paragraph(changed)
    tell_left("Analysed, but not pooled", {name: str(reason) for name, reason in pooled.left_out}, out / COHORT_FILE)
    not_made = {
        one.person: as_flags(one.reason) for source in pages.sources for one in source.refused if not just_shown
    }
    tell_left("No trial could be made of the rows of", not_made, out / PROBLEMS_FILE)
    tell_left("Could not be analysed", {one.name: one.reason for one in studied.problems}, out / PROBLEMS_FILE)
    show(f"\nThe pages are {out / PDF_FILE}; everybody's numbers are in {out / PEOPLE_FILE}.")


def tell_left(heading: str, reasons: Mapping[str, str], file: Path | None = None) -> None:
    """Who is missing and why: the first of them one by one, or all where no file names them."""
    if not reasons:
        return
    show(f"\n{heading}: {len(reasons)}", style="bold yellow")
    most = _SHOWN if file is not None else len(reasons)
    for name, reason in list(reasons.items())[:most]:
        paragraph(f"{name}: {reason}", lead="  ")
    if len(reasons) > most:
        show(f"  and {len(reasons) - most} more, in {file}")
