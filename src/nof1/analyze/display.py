"""How a result shows itself in a terminal and in a notebook: verdict, effect with its interval, chances, failed checks.

Numbers alone; plain sentences about them are made in `report`, which this must not know.
"""

from typing import TYPE_CHECKING, Any

from nof1.plan.display import SIMULATED
from nof1.shown import Row, Table, as_html, as_text, brief

if TYPE_CHECKING:
    from nof1.analyze.results import Result

_ENGINES = {"nuts": "PyMC (NUTS)", "marginal": "the marginal engine alone"}
_ESTIMANDS = {"full": "at full exposure", "as-lived": "as lived"}


def result_text(result: "Result") -> str:
    """A few lines: for every pair of arms the verdict, the effect and the chances; then what failed."""
    rows: list[Row] = []
    for effect in result.lead:
        _, size, interval, verdict, better, benefit, small, harm = _cells(result, effect)
        rows.append((_pair(effect), f"{verdict}; {size} ({interval})"))
        rows.append(
            ("chances", f"better {better}; by the threshold or more: better {benefit}, worse {harm}; less {small}")
        )
    return as_text(f"Result of {brief(result.trial.protocol.title)!r}", [*rows, *_rows(result)])


def result_html(result: "Result") -> str:
    """The same as a table, one row for each pair of arms."""
    level = f"{100 * result.lead[0]['level']:g} % interval"
    threshold = f"{result.trial.protocol.outcome.threshold:g}"
    columns = (
        "arms",
        "effect",
        level,
        "verdict",
        "better",
        f"better by ≥ {threshold}",
        f"change < {threshold}",
        f"worse by ≥ {threshold}",
    )
    table = Table(columns, [_cells(result, effect) for effect in result.lead])
    first = result.lead[0]
    rows = [("answer", f"{_pair(first)}: {result.leading(first)[1]['verdict']}"), ("effect", first["measure"])]
    return as_html(f"Result: {result.trial.protocol.title}", [*rows, *_rows(result)], table)


def _rows(result: "Result") -> list[Row]:
    nights = result.record["nights"]
    failed = [check["sentence"] for check in result.failures]
    if result.trial.changed_after_unsealing:
        failed.insert(0, "The diary was changed after the order was opened.")
    rows = [
        ("nights", f"{nights['analyzed']} analyzed of {nights['planned']}"),
        ("computed", f"by {_ENGINES[result.engine]}"),
        ("failed", "\n".join(failed)) if failed else ("checks", "no check of the computation failed"),
        ("look at", "\n".join(_cautions(result))),
    ]
    rows = [row for row in rows if row[1]]
    return [*rows, ("data", SIMULATED)] if result.record["simulated"] else rows


def _cautions(result: "Result") -> list[str]:
    """Sentences of the checks of the model that were not passed: they say with how much care to take the answer."""
    checks = result.record["checks"].values()
    return [check["sentence"] for check in checks if check["passed"] is False and check.get("kind") == "model"]


def _cells(result: "Result", effect: dict[str, Any]) -> tuple[str, ...]:
    """Arms, effect, interval, verdict and four chances, of the estimand that pages lead with."""
    estimand, numbers = result.leading(effect)
    low, high = numbers["interval"]
    built_up = result.trial.protocol.analysis.carryover == "exponential"
    told = f" {_ESTIMANDS[estimand]}" if built_up or estimand == "as-lived" else ""
    return (
        _pair(effect),
        f"{_signed(numbers['mean'])}{told}",
        f"{_signed(low)} to {_signed(high)}",
        numbers["verdict"],
        *(_percent(numbers[name]) for name in ("p_better", "p_benefit", "p_small", "p_harm")),
    )


def _pair(effect: dict[str, Any]) -> str:
    return f"{effect['arm']} against {effect['reference']}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _percent(chance: float) -> str:
    """A chance that is never told as certain or impossible."""
    if chance < 0.01:
        return "< 1 %"
    return "> 99 %" if chance > 0.99 else f"{100 * chance:.0f} %"
