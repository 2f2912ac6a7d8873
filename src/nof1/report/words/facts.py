"""What nof1 knows of magnesium, told: each fact with its source, where that is and when it was read; who has reviewed it.

Knows no trial. `nof1 facts`, the site's page of facts and papers that cite facts take their words from here.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nof1 import facts as known
from nof1.language import ENGLISH, clauses, listed, phrase, say, sentences, speaking, spoken
from nof1.report.words.phrases import sentence

if TYPE_CHECKING:
    from pandas import DataFrame

INTRO = phrase(
    "What nof1 knows of magnesium and restless legs, each fact with its source. Nothing here is a recommendation."
)
_DOI = "doi:"
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

    `where` is an address, "" where the fact was worked out; `read` is the day in ISO 8601; `certainty` is S (read in the source) or D
    (worked out); `side` is what a study speaks for, "" for what takes none; `numbers` are those that nof1 computes with.
    """

    topic: str
    id: str
    text: str
    source: str
    where: str
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
        where=address(row.get("where", "")),
        read=str(row.get("read", "")),
        certainty=row["certainty"],
        sure=_sure(row),
        question=say(row["question"]) if "question" in row else "",
        side=say(SIDES[row["side"]]) if "side" in row else "",
        numbers={
            name: value for name, value in row.items() if isinstance(value, int | float) and not isinstance(value, bool)
        },
    )


def address(where: str) -> str:
    """Where a source is, as an address that can be opened: a DOI as one, too."""
    return f"https://doi.org/{where.removeprefix(_DOI)}" if where.startswith(_DOI) else where


def _sure(row: dict[str, Any]) -> str:
    """How sure a fact is: whether its source was read or it was worked out, and when."""
    if "read" not in row:
        return say(_SURE_ANY_DAY[row["certainty"]])
    return say(_SURE[row["certainty"]], day=spoken().day(row["read"], weekday=False))


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


def known_so_far() -> list[str]:
    """What studies of magnesium in restless legs found, and what a guideline says: a line for each side, each study with its source."""
    rows = known.about(known.topic("studies"))
    by_side = {side: [_cited(row) for row in rows if row["side"] == side] for side in SIDES}
    return [
        say("{side}: {studies}", side=say(SIDES[side]), studies=sentences(found))
        for side, found in by_side.items()
        if found
    ]


def _cited(row: dict[str, Any]) -> str:
    return sentence(say("{text} ({source})", text=say(row["text"]), source=origin(row)))
