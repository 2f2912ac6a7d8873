"""The results as a PDF: a first page for anybody, pages behind it for the clinician and the statistician.

Puts pictures and words together; the words are made in `first_page`, `planned`, `recorded` and `found`, the layout is in summary.typ.
"""

import io
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nof1.analyze.checks.sensitivity import of_pair
from nof1.analyze.results import Result
from nof1.errors import InputError, takes
from nof1.files import write_atomic
from nof1.language import ENGLISH, say, speaking
from nof1.plan.protocol.own_words import ours
from nof1.report import plots
from nof1.report.figures.effect import rows_of
from nof1.report.results import beside_by_arm, first_page, found, period_ends, planned, recorded
from nof1.report.typesetting.typeset import LARGE, Paper, render, sheet_of
from nof1.report.words.phrases import clip
from nof1.report.words.unscreened import marked_foot
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    Size = tuple[float, float]
    from matplotlib.figure import Figure

SUMMARY_FILE = "summary.pdf"
# Sizes of the first page's text in points, size of its pictures, and whether its words are brief: the first that fits is taken.
_FIRST = (
    (10.0, 1.0, False),
    (9.4, 1.0, False),
    (8.8, 1.0, False),
    (8.8, 0.8, False),  # what A4 has room for is to stand on Letter, too
    (8.4, 0.8, False),
    *((8.0, share, False) for share in (0.7, 0.66, 0.62, 0.58, 0.55)),
    (8.8, 0.9, True),
    (8.0, 0.9, True),
    (8.0, 0.7, True),
    (8.0, 0.5, True),
)
LARGE_WIDTH, LARGE_LETTERS = (
    3.5,
    8.0,
)  # inches and points of pictures in large print, which the page shows twice as large
_HIGHEST = 4.3  # inches of such a picture: what a Letter page has room for below a heading
_BEHIND = (8.8, 8.4, 8.0)  # of the pages behind it, so that there are four in all; a long trial takes more
LONG_WORD = 34  # letters of a word that no language has: shorter ones are hyphenated


def summary_file(*, language: str = ENGLISH, paper: Paper = "a4", large_print: bool = False) -> str:
    """Name of the file of these pages: summary.pdf, or summary-de-letter-large.pdf."""
    chosen = (language, language != ENGLISH), (paper, paper != "a4"), ("large", large_print)
    return "-".join([Path(SUMMARY_FILE).stem, *(name for name, told in chosen if told)]) + ".pdf"


@spoken_of
def checks_figure(result: Result, *, language: str = ENGLISH) -> bytes:
    """The sheet of checks as SVG."""
    with speaking(language):
        return as_svg(lambda: plots.checks(result))


def _pictures(result: Result, *, large_print: bool = False) -> dict[str, bytes]:
    """What the pages show; a picture that this result has not is left out.

    In large print they are drawn small, since the page shows them over its whole width: their letters grow to its size.
    """
    drawn = {}
    for name, (ordinary, large, picture) in pictures_of(result).items():
        try:
            drawn[name] = as_svg(
                partial(picture_in, *(large if large_print else ordinary), picture, large_print=large_print)
            )
        except InputError:
            continue  # the words say why there is none
    return drawn


def pictures_of(result: Result) -> dict[str, "tuple[Size, Size, Callable[[Axes], Axes]]"]:
    """The pictures of the pages by name: width and height in inches, those in large print, and what draws them."""
    trial = result.trial
    choices, curves = len(of_pair(result.record.sensitivity)) if result.record.sensitivity else 0, rows_of(result)
    wide = LARGE_WIDTH
    return {
        "nights": ((7.4, 2.3), (wide, 2.8), lambda ax: plots.nights(trial, ax=ax)),
        "effect": (
            (3.9, max(2.3, 0.7 + 0.3 * curves)),
            (wide, max(2.3, 0.9 + 0.36 * curves)),
            lambda ax: plots.effect(result, ax=ax),
        ),
        "probabilities": ((3.5, 2.3), (wide, 2.3), lambda ax: plots.probabilities(result, ax=ax)),
        "periods": ((3.2, 2.2), (wide, 2.4), lambda ax: plots.period_means(trial, ax=ax)),
        "exposure": ((3.2, 1.75), (wide, 2.2), lambda ax: plots.exposure(result, ax=ax)),
        # A line for each choice that can be read.
        "sensitivity": (
            (7.2, max(2.6, 1.35 + 0.165 * choices)),
            (wide, min(max(2.4, 1.2 + 0.235 * choices), _HIGHEST)),
            lambda ax: plots.sensitivity(result, ax=ax),
        ),
    }


def picture_in(width: float, height: float, draw: "Callable[[Axes], Axes]", *, large_print: bool = False) -> "Figure":
    """A picture of so many inches; for large print no letter of it is smaller than those that the page enlarges to its own."""
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    figure = Figure(figsize=(width, height), layout="constrained")
    draw(figure.add_subplot())
    if large_print:
        for text in figure.findobj(Text):
            text.set_fontsize(max(text.get_fontsize(), LARGE_LETTERS))
    return figure


def as_svg(draw: "Callable[[], Figure]") -> bytes:
    """The same bytes for the same picture; letters are shapes, so that it looks alike everywhere."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    with rc_context({"svg.hashsalt": "nof1", "svg.fonttype": "path", "font.size": 9}):
        figure = draw()
        FigureCanvasSVG(figure)
        stream = io.BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


@takes(Result)
def summary(
    result: Result,
    path: str | Path,
    *,
    language: str = ENGLISH,
    paper: Paper = "a4",
    large_print: bool = False,
) -> Path:
    """Write the results: PDF/UA-1 and PDF/A-2a, the same bytes for the same result.

    Parameters
    ----------
    result : Result
    path : path
        Of the PDF.
    language : str
        "en" or "de".
    paper : str
        "a4" or "letter".
    large_print : bool
        Text of 16 points, in pictures too, which go over the whole width; as many pages as that takes.

    Raises
    ------
    Nof1Error
        If the pages cannot be made or written, or the language or the paper is unknown.

    Examples
    --------
    >>> nof1.report.summary(result, folder / "summary.pdf").name
    'summary.pdf'
    """
    path = Path(path)
    write_atomic(path, pages(result, language=language, paper=paper, large_print=large_print)[0])
    return path


@spoken_of
def pages(
    result: Result, *, language: str = ENGLISH, paper: Paper = "a4", large_print: bool = False
) -> tuple[bytes, dict[str, bytes]]:
    """The PDF, and the pictures on it as SVG, by name; as `summary`."""
    with speaking(language):
        attempts, drawn = summary_attempts(result, language=language, paper=paper, large_print=large_print)
        return render("summary.typ", attempts, drawn, standards=("ua-1", "a-2a"), long=LONG_WORD), drawn


@spoken_of
def summary_attempts(
    result: Result, *, language: str, paper: Paper, large_print: bool
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """The words of the pages in the spoken language, each time with less room needed, and their pictures as SVG, by name."""
    sheet = sheet_of(paper)
    drawn = _pictures(result, large_print=large_print)
    data = summary_data(result, set(drawn), large_print=large_print) | {"language": language, "paper": sheet}
    return [data | {"size": size} for size in ((LARGE,) if large_print else _BEHIND)], drawn


@spoken_of
def summary_data(result: Result, drawn: set[str], *, large_print: bool = False) -> dict[str, Any]:
    """Every word of the pages, as plain data for the template, in the spoken language.

    Parameters
    ----------
    drawn : set of str
        Names of the pictures that there are.
    """
    protocol = result.trial.protocol
    full, brief = first_page.answer(result), first_page.answer(result, brief=True)
    sizes = ((LARGE, 1.0, False),) if large_print else _FIRST
    if large_print:  # what may not be missing on the first page has to fit on it
        full |= {"explanations": first_page.explained(result, brief=True)}
    alternatives = plots.describe(result.trial, result)
    last = result.trial.order.end
    return {
        "title": say("N-of-1 trial: {title}", title=clip(ours(protocol.title), first_page.MAX_TITLE)),
        "foot": marked_foot(
            protocol,
            say(
                "nof1 {version}, protocol {protocol}, diary {diary} (SHA-256, first 16 digits)",
                version=result.record.nof1,
                protocol=result.record.protocol_sha256[:16],
                diary=result.record.diary_sha256[:16],
            ),
        ),
        # PDF/A wants a date, and the same result the same bytes: that of the last night, not of printing.
        "date": [last.year, last.month, last.day],
        "large": large_print,
        "first": [[(brief if short else full) | {"pictures": share}, size] for size, share, short in sizes],
        "sections": [
            planned.plan(result),
            planned.drawn(result),
            planned.happened(result, drawn),
            recorded.recorded(result),
            *[part for part in (recorded.explained(result),) if part is not None],
            *period_ends.period_ends(result),
            *beside_by_arm.beside_by_arm(result),
            found.method(result, drawn),
            found.found(result),
            found.other_choices(result, drawn),
            found.checks(result),
            recorded.limits(result),
            recorded.provenance(result),
        ],
        "alternatives": {name: alternatives.get(name, name) for name in drawn},
    }
