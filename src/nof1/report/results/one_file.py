"""From one table with everybody's nights to the pages of them all: a trial of each person, then the cohort of these trials."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from nof1.analyze.parallel.processes import Progress, Spread
from nof1.language import ENGLISH
from nof1.record.adopting.adopt import AdoptOptions
from nof1.record.adopting.from_table import Look, people_from_table, trials_beside
from nof1.report.results.people import CohortPages, cohort, refuse_place
from nof1.report.typesetting.typeset import Paper

if TYPE_CHECKING:
    import pandas as pd


def cohort_from_table(
    table: "pd.DataFrame | str | Path",
    out: str | Path,
    *,
    trials: str | Path | None = None,
    schedule: str | Path | None = None,
    sheet: str | None = None,
    leave_out: Collection[str] = (),
    planned: int | None = None,
    look: Look | None = None,
    moderator: str | None = None,
    workers: int | None = None,
    spread: Spread | None = None,
    seed: int = 1,
    language: str = ENGLISH,
    paper: Paper = "a4",
    progress: Progress | None = None,
    **options: Unpack[AdoptOptions],
) -> CohortPages:
    """Make a trial of each person in a table, and write pages, tables and numbers of them all, as `nof1 cohort FILE` does.

    People whose rows make no trial stop nobody: they are in problems.csv and counted on the page.

    Parameters
    ----------
    table : DataFrame or path
        One row a night and person.
    out : path
        Folder for what is written; see `cohort`.
    trials : path, optional
        Folder for the trials, new or of an earlier call with the same table; beside `out`, with "-trials" behind its name, if not given.
    schedule, sheet, leave_out, planned, look, options
        As in `nof1.record.people_from_table`.
    moderator, workers, spread, seed, language, paper, progress
        As in `cohort`.

    Raises
    ------
    AmbiguousInput
        If only a person can say what something in the table means.
    InputError
        If an option does not fit, or a folder is no place for the results.
    RefusalError
        If nobody could be adopted, analysed or pooled.

    Examples
    --------
    >>> import pandas as pd
    >>> nights = pd.DataFrame(
    ...     {
    ...         "who": ["P1"] * 12 + ["P2"] * 12 + ["P3"] * 2,
    ...         "day": [*range(1, 13), *range(1, 13), 1, 2],
    ...         "arm": ["off", "on", "on", "off"] * 6 + ["on", "on"],
    ...         "legs": [5, 3, 4, 6, 4, 2, 3, 5, 6, 3, 2, 5, 7, 5, 4, 6, 7, 4, 5, 8, 6, 5, 5, 7, 4, 4],
    ...     }
    ... )
    >>> columns = {"person_column": "who", "outcome": "legs", "arm": "arm", "day": "day"}
    >>> pages = nof1.report.cohort_from_table(
    ...     nights, new_folder, **columns, reference="off", low=0, high=10, better="lower"
    ... )
    >>> pages.funnel.people, pages.funnel.pooled, [(one.person, one.kind) for one in pages.funnel.refused]
    (3, 2, [('P3', 'one arm')])
    """
    out = Path(out)
    refuse_place(out)  # before anything is asked or made
    place = trials_beside(out) if trials is None else Path(trials)
    made = people_from_table(
        table, place, schedule=schedule, sheet=sheet, leave_out=leave_out, planned=planned, look=look, **options
    )
    return cohort(
        [made.folder],
        out,
        moderator=moderator,
        workers=workers,
        spread=spread,
        seed=seed,
        language=language,
        paper=paper,
        progress=progress,
    )
