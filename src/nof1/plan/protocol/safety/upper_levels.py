"""Whether a dose is above an upper level of `facts/dose.toml`. Nothing here recommends magnesium or a dose."""

from collections.abc import Mapping
from typing import Any

from nof1 import facts
from nof1.language import say
from nof1.plan.protocol.dose import milligrams
from nof1.plan.protocol.safety.screen import Finding, finding_of


def dose_findings(doses: Mapping[str, float], other_mg: float = 0.0) -> tuple[Finding, ...]:
    """A finding for every upper level that an arm's dose goes above; exactly at the level is not above.

    Parameters
    ----------
    doses : mapping of str to float
        Elemental mg a day by the arm's title.
    other_mg : float
        Elemental mg a day from other supplements, antacids and laxatives.

    Raises
    ------
    InputError
        If an amount is no number of 0 or more.
    """
    other = milligrams(other_mg, "magnesium from other products")
    found: list[Finding] = []
    for title, dose in doses.items():
        # Rounded, because 0.1 + 0.2 is a little above 0.3 and would count as above.
        total = round(milligrams(dose, f"magnesium ({title})") + other, 6)
        found += [
            finding_of(row, "ask", _above(row, title, total, dose, other))
            for row in facts.load("dose")
            if total > row["mg_per_day"]
        ]
    return tuple(found)


def _above(row: Mapping[str, Any], title: str, total: float, dose: float, other: float) -> str:
    """That a dose, alone or with what other products hold, is above an upper level."""
    level = {"title": title, "total": total, "limit": row["mg_per_day"], "text": say(row["text"])}
    if not other:
        return say(
            "{title}: {total:.10g} mg elemental magnesium a day is above {limit:g} mg, the {text}. Ask a doctor first.",
            **level,
        )
    return say(
        "{title}: {total:.10g} mg elemental magnesium a day ({dose:g} mg and {other:g} mg from other products) is above "
        "{limit:g} mg, the {text}. Ask a doctor first.",
        dose=dose,
        other=other,
        **level,
    )
