"""From everybody who was there to those in the numbers: how many started, finished, were analysed and pooled, and who was refused why.

Counts and codes alone; sentences about them are made in `report`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nof1.analyze.cohort.cohort import Cohort
from nof1.analyze.cohort.run import FAULT, FILES, TWIN, AnalyzedPeople
from nof1.record.adopting.source import PeopleSource

Kind = Literal[
    "dates",
    "rows",
    "arms",
    "one arm",
    "gaps",
    "values",
    "order",
    "unclear",
    "few nights",
    "no variation",
    "files",
    "twin",
    "fault",
    "no answer",
    "other question",
    "field missing",
]
# Of a table: what was refused at which step, or which question about their rows was left open.
_OF_TABLE: dict[str, Kind] = {
    "dates": "dates", "trust": "dates", "zone": "dates", "rows": "rows", "several": "rows", "arms": "arms", "not-compared": "arms",
    "one arm": "one arm", "gaps": "gaps", "values": "values", "order": "order", "drawn": "order",
}  # fmt: skip
# Of an analysis, by the code of its reason.
_OF_ANALYSIS: dict[str, Kind] = {
    "arm never recorded": "one arm",
    **dict.fromkeys(("too few nights", "no dose taken", "less than one dose", "no block finished"), "few nights"),
    **dict.fromkeys(
        ("no variation", "flat periods", "nothing left over", "strict turn", "same outcome", "constant covariate"), "no variation"
    ),
    "gaps not stated": "gaps",
    **dict.fromkeys(("rating not whole", "rating off the scale", "duration of 0", "dose on reference"), "values"),
    TWIN: "twin",
    FILES: "files",
    FAULT: "fault",
    "as told": "files",
}  # fmt: skip
_OF_POOLING: dict[str, Kind] = {
    **dict.fromkeys(
        (
            "family not pooled", "other arms", "other measure", "other outcome", "higher is better", "lower is better", "other scale",
            "other unit", "other estimand",
        ),
        "other question",
    ),
    "field missing": "field missing",
}  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """Somebody who is not in the numbers: by what kind of reason, and that reason in a sentence."""

    person: str
    kind: Kind
    reason: str


@dataclass(frozen=True)
class Funnel:
    """How many people there were at each step.

    Attributes
    ----------
    tables : tuple of str
        Names of the tables that the trials are of; empty where there were trial folders only.
    people : int
        In the table or the folders.
    started : int
        With a night that has an outcome.
    finished : int or None
        Who came to the last planned period, or night, of a trial that nobody stopped; None where that is known of nobody.
    unplanned : int
        Of how many of those who started it is not known what was planned.
    analysed, pooled : int
    refused : tuple of Refused
        Everybody else.
    nobody, empty : int
        Rows of the tables that name nobody, and rows that hold neither a night nor an outcome.
    """

    tables: tuple[str, ...]
    people: int
    started: int
    finished: int | None
    unplanned: int
    analysed: int
    pooled: int
    refused: tuple[Refused, ...]
    nobody: int = 0
    empty: int = 0

    @property
    def by_kind(self) -> Mapping[Kind, list[str]]:
        """Who was refused for each kind of reason, the most frequent first."""
        out: dict[Kind, list[str]] = {}
        for one in self.refused:
            out.setdefault(one.kind, []).append(one.person)
        return dict(sorted(out.items(), key=lambda item: -len(item[1])))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for cohort.json."""
        return {
            "tables": list(self.tables),
            "people": self.people,
            "started": self.started,
            "finished": self.finished,
            "finished_unknown": self.unplanned,
            "analysed": self.analysed,
            "pooled": self.pooled,
            "rows_of_nobody": self.nobody,
            "rows_without_a_night": self.empty,
            "refused": [{"kind": kind, "count": len(who), "people": who} for kind, who in self.by_kind.items()],
        }


def kind_of(code: str) -> Kind:
    """The kind of an analysis's reason, by its code."""
    return _OF_ANALYSIS.get(code, _OF_POOLING.get(code, "no answer"))


def funnel_of(analyzed: AnalyzedPeople, cohort: Cohort, sources: Sequence[PeopleSource] = ()) -> Funnel:
    """The funnel of a cohort; `sources` are the tables of which its trials were made.

    A number of planned nights counts only where all tables have the same: whose trial is of which table is not told here.
    """
    planned = {source.planned for source in sources}
    nights = planned.pop() if len(planned) == 1 else None
    reached = analyzed.reached.values()
    ends = [one.against(nights) for one in reached if one.started]
    not_made = [one for source in sources for one in source.refused]
    began = sum(one.rated > 0 for one in not_made)
    known = [end for end in ends if end is not None]
    refused = (
        *(Refused(one.person, _OF_TABLE.get(one.kind, "unclear"), one.reason) for one in not_made),
        *(Refused(one.name, kind_of(one.code), one.reason) for one in analyzed.problems),
        *(Refused(name, _OF_POOLING.get(reason.code, "no answer"), str(reason)) for name, reason in cohort.left_out),
    )
    return Funnel(
        tables=tuple(source.file for source in sources),
        people=len(analyzed.people) + len(analyzed.problems) + len(not_made),
        started=sum(one.started for one in reached) + began,
        finished=sum(known) if known else None,
        unplanned=len(ends) - len(known) + began,
        analysed=len(analyzed.people),
        pooled=len(cohort.people),
        refused=refused,
        nobody=sum(source.nobody for source in sources),
        empty=sum(source.empty for source in sources),
    )
