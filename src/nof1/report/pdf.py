"""The results page: its figures and its words, laid out on one page."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nof1.analyze.results import Result
from nof1.files import write_atomic
from nof1.report import plots, words, words_record
from nof1.report.typeset import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUMMARY_FILE = "summary.pdf"
_MAX_TITLE = 140
_MAX_OTHERS = 4  # further comparisons on the page; all of them are in results.json
_SIZES = (10.0, 9.4, 8.8, 8.0)  # of the text, in points; the first with which all fits on the page
# Where none does: the same with fewer words on what was recorded beside the outcome, and with smaller pictures.
_BRIEF_SIZES = ((8.8, 1.0), (8.0, 1.0), (8.0, 0.75))


def figures(result: Result) -> dict[str, bytes]:
    """The pictures as SVG, by name: the three of the summary, and the sheet of checks."""
    return _pictures(result) | {"checks": _as_svg(lambda: plots.checks(result))}


def _pictures(result: Result) -> dict[str, bytes]:
    trial = result.trial
    return {
        "nights": _svg(7.4, 2.45, lambda ax: plots.nights(trial, ax=ax)),
        "effect": _svg(3.9, 2.35, lambda ax: plots.effect(result, ax=ax)),
        "periods": _svg(3.4, 2.35, lambda ax: plots.period_means(trial, ax=ax)),
    }


def _svg(width: float, height: float, draw: "Callable[[Axes], Axes]") -> bytes:
    from matplotlib.figure import Figure

    def drawn() -> Figure:
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot())
        return figure

    return _as_svg(drawn)


def _as_svg(draw: "Callable[[], Figure]") -> bytes:
    """The same bytes for the same picture; letters are shapes, so that it looks alike everywhere."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    with rc_context({"svg.hashsalt": "nof1", "svg.fonttype": "path", "font.size": 9}):
        figure = draw()
        FigureCanvasSVG(figure)
        stream = io.BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def summary(result: Result, path: str | Path) -> Path:
    """Write the results page: one A4 page, PDF/UA-1, the same bytes for the same result.

    Parameters
    ----------
    result : Result
    path : path
        Of the PDF.

    Raises
    ------
    Nof1Error
        If the page cannot be made or written.
    """
    path = Path(path)
    drawn = _pictures(result)
    full, brief = summary_data(result), summary_data(result, brief=True)
    attempts = [full | {"size": size, "pictures": 1.0} for size in _SIZES]
    attempts += [brief | {"size": size, "pictures": pictures} for size, pictures in _BRIEF_SIZES]
    write_atomic(path, render("summary.typ", attempts, drawn))
    return path


def summary_data(result: Result, *, brief: bool = False) -> dict[str, Any]:
    """Every word of the summary, as plain data for the template.

    `brief` leaves the intervals of shares to results.json, and of the differences in side effects all but the first.
    """
    trial, record = result.trial, result.record
    protocol = trial.protocol
    arms = [
        {
            "name": protocol.arm(name).title,
            "nights": f"{row['recorded']} of {row['nights']}",
            "dose": words_record.adherence_line(result, name, interval=not brief),
            "side_effects": words_record.harms_line(result, name, interval=not brief),
        }
        for name, row in record["adherence"].items()
    ]
    return {
        "title": _clip(protocol.title),
        "question": _clip(protocol.question),
        "simulated": words.SIMULATED if protocol.simulated else "",
        "failed": words.failed_checks(result),
        "headline": words.headline(result),
        "effect": words.effect_sentence(result),
        "exposure": words.exposure_sentence(result) or words.lived_sentence(result),
        "others": [
            f"{words.headline(result, effect)} {words.effect_sentence(result, effect)}"
            for effect in result.lead[1 : 1 + _MAX_OTHERS]
        ]
        + words.further_comparisons(len(result.lead) - 1 - _MAX_OTHERS),
        "chances": [list(row) for row in words.chances(result)],
        "compared": f"{protocol.arm(result.lead[0]['arm']).title} against {protocol.arm(result.lead[0]['reference']).title}",
        "night": words.night_sentence(result),
        "arms": arms,
        "brief": brief,
        "counted": _counted(result, 1 if brief else 1 + _MAX_OTHERS),
        "blinding": words_record.blinding_sentence(result),
        "dates": f"{trial.order.start} to {trial.order.end}" if protocol.dated else "",
        "nights": words.nights_sentence(result),
        "order": words.order_sentence(protocol),
        "changes": [_clip(sentence, 300) for sentence in words.changes(result)],
        "method": words.method_sentence(result),
        "checks": [check["sentence"] for check in record["checks"].values() if check not in result.failures],
        "no_advice": words.NO_ADVICE,
        "protocol_sha256": record["protocol_sha256"],
        "diary_sha256": record["diary_sha256"],
        "versions": f"nof1 {record['nof1']}, engine {result.engine}, seed {record['seed']}",
        "alternatives": plots.describe(trial, result),
    }


def _counted(result: Result, most: int) -> list[str]:
    """What the table of doses and side effects comes to, with so many comparisons at most, and how to read its intervals."""
    told = [words_record.harms_difference(result, arm.name) for arm in result.trial.protocol.active_arms]
    told = [sentence for sentence in told if sentence]
    more = words.further_comparisons(len(told) - most)
    sentences = [words_record.stop_sentence(result), *told[:most], *more, words_record.record_note(result)]
    return [sentence for sentence in sentences if sentence]


def _clip(text: str, width: int = _MAX_TITLE) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
