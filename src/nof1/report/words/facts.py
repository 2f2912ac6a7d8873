"""What nof1 knows of magnesium, told: each fact with its source, where that is and when it was read; who has reviewed it.

Knows no trial. `nof1 facts`, the site's page of facts and papers that cite facts take their words from here.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from nof1 import facts as known
from nof1.language import ENGLISH, clauses, listed, phrase, say, sentences, speaking, spoken
from nof1.report.words.phrases import sentence

if TYPE_CHECKING:
    from pandas import DataFrame

INTRO = phrase(
    "What nof1 knows of magnesium and restless legs, each fact with its source. Nothing here is a recommendation."
)
_DOI = re.compile(r"^(?:doi:)?(?=10\.\d{4,}/)")
# How sure a fact is, with the day on which that was found out.
_SURE = {"S": phrase("read on {day}"), "D": phrase("worked out on {day}")}
_SURE_ANY_DAY = {"S": phrase("read"), "D": phrase("worked out")}
# What a study speaks for, in the order in which it is told; a guideline after them.
SIDES = {
    "for": phrase("Speaks for an effect"),
    "open": phrase("Leaves it open"),
    "against": phrase("Speaks against it"),
    "guideline": phrase("Guideline"),
}


@dataclass(frozen=True)
class Fact:
    """A fact in the spoken language: `text`, with the question that it answers where it has one, and where it comes from.

    `where` holds an address or several, none where the fact was worked out; `read` is the day in ISO 8601; `certainty` is S (read in the source) or D
    (worked out); `side` is what a study speaks for, "" for what takes none; `numbers` are those that nof1 computes with.
    """

    topic: str
    id: str
    text: str
    source: str
    where: tuple[str, ...]
    read: str
    certainty: str
    sure: str
    question: str
    side: str
    numbers: dict[str, float]


def facts(topic: str | None = None, *, language: str = ENGLISH) -> "DataFrame":
    """What nof1 knows of magnesium and restless legs, a row a fact: the text, its source, where that is and when it was read.

    Parameters
    ----------
    topic : str, optional
        Such as "forms" or "studies"; all topics if not given.
    language : str
        "en" or "de".

    Raises
    ------
    InputError
        If there is no such topic or language.

    Examples
    --------
    >>> nof1.report.facts("studies")[["id", "source"]].head(2)
                  id         source
    0   hornyak-1998   Hornyak 1998
    1  gorantla-2024  Gorantla 2024
    """
    from pandas import DataFrame

    with speaking(language):
        wanted = known.topics() if topic is None else (known.topic(topic),)
        return DataFrame([asdict(fact) for one in wanted for fact in told(one)])


def told(topic: known.Topic) -> list[Fact]:
    """The facts of a topic in the spoken language."""
    return [_told(topic.id, row) for row in known.about(topic)]


def _told(topic: str, row: dict[str, Any]) -> Fact:
    return Fact(
        topic=topic,
        id=row["id"],
        text=sentence(say(row["text"])),
        source=say(row["source"]),
        where=addresses(row.get("where", "")),
        read=str(row.get("read", "")),
        certainty=row["certainty"],
        sure=_sure(row),
        question=say(row["question"]) if "question" in row else "",
        side=say(SIDES[row["side"]]) if "side" in row else "",
        numbers={
            name: value for name, value in row.items() if isinstance(value, int | float) and not isinstance(value, bool)
        },
    )


def addresses(where: str) -> tuple[str, ...]:
    """Where the sources of a fact are, one by one, as addresses that can be opened: DOIs as well."""
    return tuple(_DOI.sub("https://doi.org/", one) for one in where.split("; ") if one)


def _sure(row: dict[str, Any]) -> str:
    """How sure a fact is: whether its source was read or it was worked out, and when."""
    if "read" not in row:
        return say(_SURE_ANY_DAY[row["certainty"]])
    return say(_SURE[row["certainty"]], day=spoken().day(date.fromisoformat(str(row["read"])), weekday=False))


def origin(row: dict[str, Any]) -> str:
    """The source of a fact with its DOI or address, as a paper cites it: a reader of paper cannot click."""
    return clauses([say(row["source"]), *([row["where"]] if row.get("where") else [])])


def reviewed() -> str:
    """Who has reviewed what nof1 says of magnesium as a clinician, or that nobody has."""
    by = known.reviewers()
    if not by:
        return say("The facts, the safety screen and the stop rules of nof1 are not reviewed by a clinician.")
    each = [
        say("{name} ({profession}) on {day}", name=one.name, profession=one.profession, day=spoken().day(one.date))
        for one in by
    ]
    return say(
        "The facts, the safety screen and the stop rules of nof1 were reviewed by {clinicians}.",
        clinicians=listed(each),
    )


def known_so_far(*, brief: bool = False) -> list[str]:
    """What studies of magnesium in restless legs found, and what a guideline says: a line for each side, each study with its source.

    With `brief` studies are named alone, and what tells more of them; every side is there all the same.
    """
    rows = known.about(known.topic("studies"))
    told = [_side(side, [row for row in rows if row["side"] == side], brief=brief) for side in SIDES]
    more = say("In full: {command}.", command=f"nof1 facts {known.topic('studies').id}") if brief else ""
    return [line for line in (*told, more) if line]


def _side(side: str, rows: Sequence[dict[str, Any]], *, brief: bool) -> str:
    if not rows:
        return ""
    in_full = not brief or side == "guideline"  # which is to be told exactly as it stands
    studies = (
        sentences([_cited(row) for row in rows]) if in_full else sentence(listed([say(row["source"]) for row in rows]))
    )
    return say("{side}: {studies}", side=say(SIDES[side]), studies=studies)


def _cited(row: dict[str, Any]) -> str:
    return sentence(say("{text} ({source})", text=say(row["text"]), source=origin(row)))
