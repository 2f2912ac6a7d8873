"""Pages: figures as vectors, words as data, laid out by Typst. User text never becomes markup."""

import io
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nof1.analyze.results import Result
from nof1.errors import Nof1Error
from nof1.files import write_atomic
from nof1.report import plots, words
from nof1.report.letters import font_folder, showable

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from typst import Fonts

SUMMARY_FILE = "summary.pdf"
_MAX_TITLE = 140
_MAX_OTHERS = 4  # further comparisons on the page; all of them are in results.json
_RUNS_OVER = "runs over"  # said by the template where one page is not enough
_SIZES = (10.0, 9.4, 8.8, 8.0)  # of the text, in points
_MAX_SIDE_EFFECTS = 3


def figures(result: Result) -> dict[str, bytes]:
    """The three pictures of the summary as SVG, by name."""
    trial = result.trial
    return {
        "nights": _svg(7.4, 2.45, lambda ax: plots.nights(trial, ax=ax)),
        "effect": _svg(3.9, 2.35, lambda ax: plots.effect(result, ax=ax)),
        "periods": _svg(3.4, 2.35, lambda ax: plots.period_means(trial, ax=ax)),
    }


def _svg(width: float, height: float, draw: "Callable[[Axes], Axes]") -> bytes:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "nof1", "svg.fonttype": "path", "font.size": 9}):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.add_subplot())
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
    drawn = figures(result)
    write_atomic(path, render("summary.typ", summary_data(result), drawn))
    return path


def render(template: str, data: dict[str, Any], drawn: dict[str, bytes]) -> bytes:
    """Compile a template of this package with data and figures to a PDF of one page.

    Type and figures are made smaller, step by step, until all fits on the page.
    """
    import typst

    source = (files("nof1.report") / template).read_bytes()
    inputs = {f"figure-{name}": svg.decode() for name, svg in drawn.items()}
    for size in _SIZES:
        smallest = size == _SIZES[-1]  # runs over rather than fail
        inputs["data"] = json.dumps(_showable(data | {"size": size, "may_run_over": smallest}), ensure_ascii=False)
        try:
            content = typst.compile(
                source,
                format="pdf",
                pdf_standards="ua-1",
                sys_inputs=inputs,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                timestamp=0,
            )
        except typst.TypstError as error:
            if _RUNS_OVER in error.message and not smallest:
                continue
            raise Nof1Error(
                f"The page could not be laid out: {error.message}. Please report this as a fault of nof1."
            ) from error
        assert isinstance(content, bytes)
        return content
    raise AssertionError("the smallest size returns or raises")


@cache
def _fonts() -> "Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(font_folder())])


def _showable(data: Any) -> Any:
    """The data with every text made showable."""
    if isinstance(data, str):
        return showable(data)
    if isinstance(data, list):
        return [_showable(item) for item in data]
    if isinstance(data, dict):
        return {key: _showable(item) for key, item in data.items()}
    return data


def summary_data(result: Result) -> dict[str, Any]:
    """Every word of the summary, as plain data for the template."""
    trial, record = result.trial, result.record
    protocol = trial.protocol
    arms = [
        {
            "name": protocol.arm(name).title,
            "nights": f"{row['recorded']} of {row['nights']}",
            "dose": _doses(row),
            "side_effects": _side_effects(record["harms"][name]),
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
        "dates": f"{protocol.start} to {protocol.end}" if protocol.dated else "",
        "nights": words.nights_sentence(result),
        "order": words.order_sentence(protocol),
        "method": words.method_sentence(result),
        "checks": [check["sentence"] for check in record["checks"].values() if check["passed"] is not False],
        "no_advice": words.NO_ADVICE,
        "protocol_sha256": record["protocol_sha256"],
        "diary_sha256": record["diary_sha256"],
        "versions": f"nof1 {record['nof1']}, engine {result.engine}, seed {record['seed']}",
        "alternatives": plots.describe(trial, result),
    }


def _doses(row: dict[str, Any]) -> str:
    if row["as_planned"] is None:
        return "no dose planned"
    return f"{row['as_planned']} of {row['nights']}" if row["dose_recorded"] else "not recorded"


def _side_effects(row: dict[str, Any]) -> str:
    if row["with_side_effects"] is None:
        return "not asked"
    if not row["with_side_effects"]:
        return f"none on {row['nights']} nights in the diary"
    named = list(row["side_effects"].items())
    listed = ", ".join(f"{_clip(name, 30)} {count}" for name, count in named[:_MAX_SIDE_EFFECTS])
    more = f", and {len(named) - _MAX_SIDE_EFFECTS} other kinds" if len(named) > _MAX_SIDE_EFFECTS else ""
    return f"on {row['with_side_effects']} of {row['nights']} nights ({listed}{more})"


def _clip(text: str, width: int = _MAX_TITLE) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
