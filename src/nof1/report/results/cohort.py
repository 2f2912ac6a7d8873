"""Many people's results as a PDF: the answer for the group, the picture, who was left out, limits. Words as data for cohort.typ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from nof1._version import __version__
from nof1.analyze.cohort.nodes import MEAN_SD, SPREAD_SCALE
from nof1.analyze.model.effects import LEVEL
from nof1.language import ENGLISH, phrase, say, say_some, sentences, speaking, spoken
from nof1.report.figures.forest import described, forest, size
from nof1.report.results import parts
from nof1.report.results.summary import as_svg
from nof1.report.typesetting.typeset import render, sheet_of
from nof1.report.words import cohort as words
from nof1.report.words import funnel as funnel_words
from nof1.report.words import ranges
from nof1.report.words.effect import amount, number, scale_sentence
from nof1.report.words.phrases import clip
from nof1.report.words.reasons import reason_sentence
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nof1.analyze.cohort.cohort import Cohort
    from nof1.analyze.cohort.funnel import Funnel, Refused

_SIZES = (10.0, 9.4, 8.8)  # of the text in points; the first that fits two pages is taken
_MOST_LEFT, _MOST_CHANGED = 16, 8  # rows of a table
_MOST_TOLD = 6  # reasons in full, beside a funnel that names everybody
_REASON, _NAME = 150, 30  # letters
_UNDATED = date(2000, 1, 1)


@dataclass(frozen=True)
class About:
    """What the pages say beyond the numbers.

    Attributes
    ----------
    problems : sequence of (str, str)
        Name and reason of each trial that could not be analysed.
    outcome : str
        Title of what was rated; "" for its name.
    last : date or None
        The last night of all, from which the document is dated.
    sha256 : str
        Hash over the hashes of all protocols and diaries; "" if it is not known.
    early : int
        How many trials are looked at before their last night.
    funnel : Funnel, optional
        How many people came how far, and who is not in the numbers; it tells the problems, too.
    """

    problems: Sequence[tuple[str, str]] = ()
    outcome: str = ""
    last: date | None = None
    sha256: str = ""
    early: int = 0
    funnel: "Funnel | None" = None


@spoken_of
def cohort_pages(
    cohort: "Cohort", about: About | None = None, *, language: str = ENGLISH, paper: str = "a4"
) -> tuple[bytes, dict[str, bytes]]:
    """The PDF (PDF/UA-1 and PDF/A-2a, the same bytes for the same cohort), and the picture on it as SVG, by name.

    Parameters
    ----------
    cohort : Cohort
    about : About, optional
    language : str
        "en" or "de".
    paper : str
        "a4" or "letter".

    Raises
    ------
    InputError
        If the language or the paper is unknown, or there is nobody in the cohort.
    Nof1Error
        If the pages cannot be laid out.
    """
    sheet = sheet_of(paper)
    about = about or About()
    with speaking(language):
        drawn = {"cohort": cohort_figure(cohort)}
        data = cohort_data(cohort, about) | {"language": language, "paper": sheet}
        attempts = [data | {"size": points} for points in _SIZES]
        return render("cohort.typ", attempts, drawn, standards=("ua-1", "a-2a")), drawn


@spoken_of
def cohort_figure(cohort: "Cohort") -> bytes:
    """The forest plot as SVG."""
    from matplotlib.figure import Figure

    def draw() -> "Figure":
        figure = Figure(figsize=size(len(cohort.people)), layout="constrained")
        forest(cohort, ax=figure.add_subplot())
        return figure

    return as_svg(draw)


@spoken_of
def cohort_data(cohort: "Cohort", about: About) -> dict[str, Any]:
    """Every word of the pages, as plain data for the template, in the spoken language."""
    last = about.last or _UNDATED
    return {
        "title": say(
            "{arm} against {reference}: {count:,} people, each with a trial of their own", **_compared(cohort)
        ),
        "foot": say(
            "nof1 {version}, cohort {sha256} (SHA-256, first 16 digits)", version=__version__, sha256=about.sha256[:16]
        )
        if about.sha256
        else say("nof1 {version}", version=__version__),
        "date": [last.year, last.month, last.day],
        "simulated": words.simulated_sentence(cohort),
        "headline": words.headline(cohort),
        "asked": _asked(cohort, about),
        "alternatives": {"cohort": described(cohort)},
        "sections": [
            _group(cohort),
            _people(cohort),
            _left_out(cohort, about) if about.funnel is None else _from_all(cohort, about.funnel),
            parts.section(say("What these numbers cannot say"), *(parts.text(line) for line in _limits(about))),
            _provenance(cohort, about),
        ],
        "no_advice": say(words.NO_ADVICE),
    }


def _limits(about: About) -> list[str]:
    early = words.early_sentence(about.early)
    return [*words.limits(), *([early] if early else [])]


def _compared(cohort: "Cohort") -> dict[str, Any]:
    arm, reference = words.called_in(cohort)
    return {"arm": arm, "reference": reference, "count": len(cohort.people)}


def _asked(cohort: "Cohort", about: About) -> str:
    outcome = words.outcome_of(cohort)
    places = {
        "low": outcome.low,
        "high": outcome.high,
        "title": about.outcome or cohort.outcome,
        **_compared(cohort),
    }
    asked = say(
        "Asked: what does {arm} do to {title} against {reference}, in each of {count:,} people and in people like them?",
        **places,
    )
    if cohort.threshold is None:
        return sentences([asked, scale_sentence(words.MEASURE, outcome)])
    scale = (
        say(
            "The scale runs from {low:g} to {high:g}, lower is better; a change of {threshold} or more matters.",
            threshold=amount(words.MEASURE, outcome),
            **places,
        )
        if outcome.better == "lower"
        else say(
            "The scale runs from {low:g} to {high:g}, higher is better; a change of {threshold} or more matters.",
            threshold=amount(words.MEASURE, outcome),
            **places,
        )
    )
    return sentences([asked, scale])


def _group(cohort: "Cohort") -> parts.Section:
    lines = (
        (say("Mean"), words.mean_sentence(cohort)),
        (say("Spread"), words.spread_sentence(cohort)),
        (
            say("Better and worse") if cohort.threshold is None else say("Helped and harmed"),
            words.shares_sentence(cohort),
        ),
        (say("Next person"), words.next_sentence(cohort)),
        (say("Subgroups"), words.moderator_sentence(cohort)),
        (say("Threshold"), words.threshold_sentence(cohort)),
    )
    header = [cohort.moderator["field"] if cohort.moderator else "", say("people"), say("mean"), say("interval")]
    return parts.section(
        say("The group"),
        *(parts.item(label, text) for label, text in lines),
        parts.table(header, words.group_rows(cohort), columns=("1fr", "auto", "auto", "auto")),
    )


def _people(cohort: "Cohort") -> parts.Section:
    rows = [
        [
            clip(str(row["name"]), _NAME),
            number(row["mean"]),
            ranges.plain(row["lower"], row["upper"]),
            number(row["pooled_mean"]),
            ranges.plain(row["pooled_lower"], row["pooled_upper"]),
        ]
        for _, row in cohort.most_changed(_MOST_CHANGED).iterrows()
    ]
    header = [say("person"), say("alone"), say("interval"), say("pooled"), say("interval")]
    return parts.section(
        say("Each person"),
        parts.text(
            say(
                "Everybody's own nights alone said: {verdicts}.",
                verdicts="; ".join(
                    say("{verdict} {count}", verdict=verdict, count=count) for verdict, count in words.verdicts(cohort)
                ),
            ),
            words.edition_sentence(cohort),
            words.in_unit(
                cohort,
                phrase("Those whose estimate was moved most by what is known of the others, in points:"),
                phrase("Those whose estimate was moved most by what is known of the others, in {unit}:"),
            ),
        ),
        parts.table(header, rows, columns=("1fr", "auto", "auto", "auto", "auto")),
    )


def _left_out(cohort: "Cohort", about: About) -> parts.Section:
    left = [*((name, reason_sentence(reason)) for name, reason in cohort.left_out), *about.problems]
    rows = [[clip(name, _NAME), clip(reason, _REASON)] for name, reason in left[:_MOST_LEFT]]
    more = len(left) - len(rows)
    return parts.section(
        say("Not in these numbers"),
        parts.text(words.left_sentence(cohort, len(about.problems)) or say("Nobody was left out.")),
        parts.table([say("trial"), say("why")], rows, columns=("auto", "1fr")),
        parts.text(
            say_some(
                more,
                "{count} more is in problems.csv and cohort.json.",
                "{count} more are in problems.csv and cohort.json.",
            )
        )
        if more > 0
        else None,
    )


def _from_all(cohort: "Cohort", funnel: "Funnel") -> parts.Section:
    """How many came how far, who is not in it by kind of reason, and the first of the reasons in full."""
    spoken_reasons = {name: reason_sentence(reason) for name, reason in cohort.left_out}
    told = [(one.person, spoken_reasons.get(one.person) or _in_full(one)) for one in funnel.refused]
    rows = [[clip(name, _NAME), clip(reason, _REASON)] for name, reason in told if reason][:_MOST_TOLD]
    narrow = ("1fr", "auto")
    return parts.section(
        say("From everybody to these numbers"),
        parts.table([say("step"), say("people")], funnel_words.funnel_rows(funnel), columns=narrow),
        parts.text(funnel_words.unknown_sentence(funnel), funnel_words.rows_sentence(funnel)),
        parts.table(
            [say("not in these numbers, because of"), say("people"), say("who")],
            funnel_words.refused_rows(funnel),
            columns=("1fr", "auto", "1fr"),
        )
        if funnel.refused
        else parts.text(say("Nobody was left out.")),
        parts.table([say("person"), say("why, in full")], rows, columns=("auto", "1fr")),
        parts.text(say("The reason of everybody who is not in it stands in problems.csv."))
        if len(funnel.refused) > len(rows)
        else None,
    )


def _in_full(one: "Refused") -> str:
    """What a reason says before its remedy, in English alone; elsewhere its kind, which the table above names, has to do."""
    if spoken().code != ENGLISH:
        return ""
    first, dot, _ = one.reason.partition(". ")
    return first + dot.rstrip()


def _provenance(cohort: "Cohort", about: About) -> parts.Section:
    low, high = cohort.scale
    return parts.section(
        say("How this was computed"),
        parts.text(
            words.in_unit(
                cohort,
                phrase(
                    "Each person's nights were analysed alone, by the model of their own protocol. What they say of the effect, without the "
                    "prior, was then pooled: people's effects are normal about a mean with the prior Normal(0, {mean_sd:number}), with a spread "
                    "whose prior is HalfNormal({spread_scale:number}), in points. Intervals are {level:g} % equal-tailed."
                ),
                phrase(
                    "Each person's nights were analysed alone, by the model of their own protocol. What they say of the effect, without the "
                    "prior, was then pooled: people's effects are normal about a mean with the prior Normal(0, {mean_sd:number}), with a spread "
                    "whose prior is HalfNormal({spread_scale:number}), in {unit}. Intervals are {level:g} % equal-tailed."
                ),
                mean_sd=MEAN_SD * (high - low),
                spread_scale=SPREAD_SCALE * (high - low),
                level=100 * LEVEL,
            )
        ),
        parts.item(say("Hash of all trials"), about.sha256),
    )
