"""Many people's trials together: everybody analysed, pooled, and written into a folder of its own."""

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nof1._version import __version__
from nof1.analyze.cohort.cache import FINISHED_FILE, ResultsCache
from nof1.analyze.cohort.cohort import Cohort
from nof1.analyze.cohort.fit import pool
from nof1.analyze.cohort.funnel import Funnel, Refused, funnel_of, kind_of
from nof1.analyze.cohort.run import AnalyzedPeople, Problem, analyze_people
from nof1.analyze.parallel.processes import Progress, Spread
from nof1.cells import csv_text, path_text, shielded
from nof1.commit import locked
from nof1.errors import InputError, RefusalError, how_to_install
from nof1.files import make_folder, write_atomic
from nof1.language import ENGLISH
from nof1.language import language as spoken
from nof1.plan.protocol.protocol import PROTOCOL_FILE
from nof1.record.adopting.source import PeopleSource, load_source
from nof1.record.folders import COHORT_FILE, find_trials
from nof1.report.results.cohort import About, cohort_pages
from nof1.report.typesetting.typeset import Paper

PEOPLE_FILE, PARQUET_FILE, PROBLEMS_FILE = "people.csv", "people.parquet", "problems.csv"
PDF_FILE, FIGURE_FILE = "cohort.pdf", "cohort.svg"


@dataclass(frozen=True)
class CohortPages:
    """What was written of many people.

    Attributes
    ----------
    folder : Path
    cohort : Cohort
    analyzed : AnalyzedPeople
        Everybody's own answer, and who has none.
    seed : int
    notes : tuple of str
        What could not be written, and why.
    sources : tuple of PeopleSource
        The tables that the trials were made of, as far as they were.
    """

    folder: Path
    cohort: Cohort
    analyzed: AnalyzedPeople
    seed: int
    notes: tuple[str, ...] = ()
    sources: tuple[PeopleSource, ...] = ()

    @property
    def funnel(self) -> Funnel:
        """How many people came how far, and who is not in the numbers."""
        return funnel_of(self.analyzed, self.cohort, self.sources)

    def to_dict(self) -> dict[str, Any]:
        """What cohort.json holds."""
        return {
            "schema": 1,
            "nof1": __version__,
            "seed": self.seed,
            **self.cohort.to_dict(),
            "sha256": self.analyzed.sha256,
            "funnel": self.funnel.to_dict(),
            "problems": [
                {"name": one.person, "kind": one.kind, "reason": one.reason}
                for one in _unpooled(self.funnel, self.cohort)
            ],
            "early": list(self.analyzed.early),
            "computed": self.analyzed.computed,
            "taken_over": self.analyzed.taken_over,
        }


def cohort(
    folders: Iterable[str | Path],
    out: str | Path,
    *,
    moderator: str | None = None,
    workers: int | None = None,
    spread: Spread | None = None,
    seed: int = 1,
    language: str = ENGLISH,
    paper: Paper = "a4",
    progress: Progress | None = None,
) -> CohortPages:
    """Estimate each person's effect with the help of all others, and write pages, tables and numbers.

    Parameters
    ----------
    folders : iterable of path
        Trial folders, or folders that hold trial folders.
    out : path
        Folder for what is written: a new one, or one of an earlier run, which is gone on with.
    moderator : str, optional
        Field of the protocol whose groups are compared, such as "form".
    workers : int, optional
        Processes; as many as cores if not given, at most four.
    spread : callable, optional
        Runs the work elsewhere, such as `nof1.analyze.parallel.dask.run_dask`.
    seed : int
        Of the random numbers.
    language, paper
        As in `summary`.
    progress : callable, optional
        Told the stage, the people done and the whole.

    Raises
    ------
    InputError
        If there is no trial, `out` is no place for the results, or an argument does not fit.
    RefusalError
        If nobody could be analysed or pooled; problems.csv in `out` says why.

    Examples
    --------
    >>> import nof1
    >>> pages = nof1.report.cohort([people], new_folder)
    >>> len(pages.analyzed.people), (pages.folder / "cohort.pdf").is_file()
    (3, True)
    """
    out = Path(out)
    if workers is not None and workers < 1:
        raise InputError(f"workers is {workers}; it must be a whole number from 1.")
    spoken(language)  # an unknown one is refused before the work
    places = [Path(folder) for folder in folders]
    trials = find_trials(places)
    sources = tuple(source for place in places if (source := load_source(place)) is not None)
    _prepare(out)
    with locked(out):
        with ResultsCache(out / FINISHED_FILE) as finished:
            people = analyze_people(trials, finished, seed=seed, workers=workers, spread=spread, progress=progress)
        _write_problems(out, people.problems)
        if not people.people:
            raise RefusalError(
                f"Of {len(trials)} trials none could be analysed. The reasons are in {out / PROBLEMS_FILE}; the first: "
                f"{people.problems[0].name}: {people.problems[0].reason}"
            )
        pooled = CohortPages(out, pool(people.people, moderator=moderator), people, seed, sources=sources)
        _write_refused(out, people.problems, pooled)
        return _write(pooled, language=language, paper=paper)


def refuse_place(out: Path) -> None:
    """Refuse a folder that is somebody's trial or holds something else.

    Raises
    ------
    InputError
        If it is.
    """
    whole = out.resolve()
    for folder in (whole, *whole.parents):
        if (folder / PROTOCOL_FILE).exists():
            raise InputError(
                f"{out} is in a trial folder, {folder}, and results of many people do not belong to one of them. "
                "Name another folder with out=."
            )
    if out.exists() and not (out.is_dir() and ((out / FINISHED_FILE).exists() or not any(out.iterdir()))):
        raise InputError(
            f"{out} is already there and not from 'nof1 cohort'. Name a new folder with out=; nothing was changed."
        )


def _prepare(out: Path) -> None:
    """Make the folder, where it may be."""
    refuse_place(out)
    try:
        make_folder(out)
    except OSError as error:
        raise InputError(f"{out} could not be made ({error.strerror}). Name another folder with out=.") from error


def _write(pooled: CohortPages, *, language: str, paper: Paper) -> CohortPages:
    """All files but the problems."""
    out, people = pooled.folder, pooled.analyzed
    record = json.dumps(pooled.to_dict(), indent=1, ensure_ascii=False, default=_plain)
    write_atomic(out / COHORT_FILE, f"{record}\n")
    write_atomic(out / PEOPLE_FILE, _people_csv(pooled.cohort))
    about = About(
        problems=[(one.name, one.reason) for one in people.problems],
        outcome=people.title,
        last=people.last,
        sha256=people.sha256,
        early=len(people.early),
        funnel=pooled.funnel,
    )
    content, drawn = cohort_pages(pooled.cohort, about, language=language, paper=paper)
    write_atomic(out / FIGURE_FILE, drawn["cohort"])
    write_atomic(out / PDF_FILE, content)
    try:
        write_atomic(out / PARQUET_FILE, _people_parquet(pooled.cohort))
    except ImportError:
        note = f"{PARQUET_FILE} was not written: that needs pyarrow. {PEOPLE_FILE} holds the same. {how_to_install('cohort')}"
        return replace(pooled, notes=(note,))
    return pooled


def _plain(value: Any) -> Any:
    """NumPy's numbers and the like as JSON has them."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _people_csv(pooled: Cohort) -> str:
    table = pooled.people.reset_index(drop=True)
    rows = (
        ["" if cell != cell or cell is None else shielded(str(cell)) for cell in row]
        for row in table.itertuples(index=False)
    )
    return csv_text([list(table.columns), *rows])


def _people_parquet(pooled: Cohort) -> bytes:
    import pyarrow.parquet  # noqa: F401 - an extra; its absence is told

    content = io.BytesIO()
    pooled.people.reset_index(drop=True).to_parquet(content, engine="pyarrow", index=False)
    return content.getvalue()


_PROBLEMS_HEADER = ("name", "folder", "kind", "reason")


def _write_problems(out: Path, problems: Sequence[Problem]) -> None:
    """Those who could not be analysed, before it is known whether anybody could."""
    _save_problems(out, ((one.name, one.folder, kind_of(one.code), one.reason) for one in problems))


def _write_refused(out: Path, problems: Sequence[Problem], pages: CohortPages) -> None:
    """Everybody who is not in the numbers; where each one's folder is, for who looks after them."""
    places = {one.name: one.folder for one in problems}
    _save_problems(
        out, ((one.person, places.get(one.person, ""), one.kind, one.reason) for one in pages.funnel.refused)
    )


def _save_problems(out: Path, rows: Iterable[tuple[str, str, str, str]]) -> None:
    told = ([shielded(name), shielded(path_text(place)), kind, shielded(reason)] for name, place, kind, reason in rows)
    write_atomic(out / PROBLEMS_FILE, csv_text([list(_PROBLEMS_HEADER), *told]))


def _unpooled(funnel: Funnel, cohort: Cohort) -> list[Refused]:
    """Those without an answer of their own: who has one and could not be pooled is in `left_out`."""
    left = {name for name, _ in cohort.left_out}
    return [one for one in funnel.refused if one.person not in left]
