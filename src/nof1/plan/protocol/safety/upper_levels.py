"""Whether a dose is above an upper level of `facts/dose.toml`, or a limit of nof1's own. Nothing here recommends magnesium or a dose.

Upper levels are of magnesium that is swallowed, other products' included; baths and what goes on the skin count nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from nof1 import facts
from nof1.language import listed, phrase, say
from nof1.plan.protocol.dose import milligrams
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.safety.guards import guard_finding, own_rule, taken_finding
from nof1.plan.protocol.safety.screen import LEVELS, Finding, Safety, finding_line, finding_of

_FEW = 4  # findings that are told one by one
TIMES_FROM = 1.1  # what is less above a level than this is told by the numbers alone


def dose_findings(doses: Mapping[str, float], other_mg: float = 0.0) -> tuple[Finding, ...]:
    """A finding for every upper level that an arm's dose goes above, and for the limit of nof1's own; exactly at one is not above.

    Parameters
    ----------
    doses : mapping of str to float
        Elemental mg a day by mouth, by the arm's title; see `by_mouth`.
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
        amount = _amount(title, total, dose, other)
        found += [
            finding_of(row, "ask", _above(row, amount, total))
            for row in facts.load("dose")
            if total > row["mg_per_day"]
        ]
        guard = guard_finding(amount, total)
        found += [guard] if guard is not None else []
    return tuple(found)


def taken_findings(dose: float, other_mg: float = 0.0, *, agreed: float = 0.0) -> tuple[Finding, ...]:
    """What an evening's recorded dose leads to: the upper levels, and what to do where it is above a limit of nof1's own.

    Parameters
    ----------
    dose : float
        Elemental mg of an evening.
    agreed : float
        The planned dose that a doctor has agreed to; up to it, nothing is said of the limit that needs an agreement.
    """
    evening = say("that evening")
    found = dose_findings({evening: dose}, other_mg)
    amount = _amount(evening, round(dose + other_mg, 6), dose, other_mg)
    kept = [one for one in found if not (one.id == "own-limit-agreement" and dose <= agreed)]
    told = [taken_finding(one, amount) if one.certainty == "own" else one for one in kept]
    return tuple(sorted(told, key=lambda one: LEVELS.index(one.level)))


def dose_lines(doses: Mapping[str, float], other_mg: float = 0.0) -> tuple[str, ...]:
    """The findings on doses, a line each; one line a level where there are many, with the arms that are above it."""
    found = dose_findings(doses, other_mg)
    if len(found) <= _FEW:
        return tuple(finding_line(one) for one in found)
    lines: dict[str, str] = {}
    for one in found:
        above = {
            title: mg for title, mg in doses.items() if one.id in {f.id for f in dose_findings({title: mg}, other_mg)}
        }
        lines[one.id] = _level_line(one, listed(list(above)), max(above.values()) + other_mg)
    return tuple(lines.values())


def _level_line(one: Finding, arms: str, most: float) -> str:
    if one.certainty == "own":
        text = phrase("{arms}: up to {most:,.10g} mg elemental magnesium a day, {own_rule}.")
        return finding_line(replace(one, text=say(text, arms=arms, most=most, own_rule=own_rule(one))))
    limit = facts.fact(one.id)["mg_per_day"]
    return finding_line(
        replace(
            one,
            text=say(
                "{arms}: up to {most:,.10g} mg elemental magnesium a day, {times:.2g} times {limit:g} mg, the {text}.",
                arms=arms,
                most=most,
                times=most / limit,
                limit=limit,
                text=say(facts.fact(one.id)["text"]),
            ),
        )
    )


def agreed_mg(safety: Safety | None, arms: Iterable[Arm]) -> float:
    """The highest dose by mouth that a doctor has agreed to: the highest planned one, 0 without an agreement.

    Examples
    --------
    >>> agreed_mg(None, [Arm(name="on", dose_mg=600)])
    0.0
    """
    if safety is None or safety.agreement is None:
        return 0.0
    return max((arm.mouth_mg or 0.0 for arm in arms), default=0.0)


def by_mouth(arms: Iterable[Arm]) -> dict[str, float]:
    """Elemental mg that each arm has swallowed on an evening, by its title: 0 for baths and what goes on the skin; arms without a stated dose are left out.

    Examples
    --------
    >>> by_mouth([Arm(name="off", dose_mg=0), Arm(name="on", dose_mg=200), Arm(name="bath", route="bath", form="sulfate")])
    {'off': 0.0, 'on': 200.0, 'bath': 0.0}
    """
    stated = [arm for arm in arms if arm.mouth_mg is not None]
    titles = [arm.title for arm in stated]
    # Two arms may have the same title, and neither must hide behind the other.
    return {
        arm.title if titles.count(arm.title) == 1 else f"{arm.title} ({arm.name})": arm.mouth_mg or 0.0
        for arm in stated
    }


def route_findings(arms: Iterable[Arm]) -> tuple[Finding, ...]:
    """What is known of the routes other than the mouth that arms have: notes, each with its source.

    Examples
    --------
    >>> [one.id for one in route_findings([Arm(name="bath", route="bath"), Arm(name="on", dose_mg=200)])]
    ['through-skin', 'soak-label']
    """
    routes = {arm.route for arm in arms if not arm.placebo} - {"mouth"}
    rows = [facts.fact("through-skin")] if routes else []
    rows += [facts.fact("soak-label")] if "bath" in routes else []
    return tuple(finding_of(row, "note", say(row["text"])) for row in rows)


def _amount(title: str, total: float, dose: float, other: float) -> str:
    """What a day's magnesium is, and what of it other products hold."""
    if not other:
        return say("{title}: {total:,.10g} mg elemental magnesium a day", title=title, total=total)
    return say(
        "{title}: {total:,.10g} mg elemental magnesium a day ({dose:g} mg and {other:g} mg from other products)",
        title=title,
        total=total,
        dose=dose,
        other=other,
    )


def _above(row: Mapping[str, Any], amount: str, total: float) -> str:
    """That a day's magnesium is above an upper level, and how many times it."""
    limit = row["mg_per_day"]
    values = {"amount": amount, "limit": limit, "text": say(row["text"]), "times": total / limit}
    if total < TIMES_FROM * limit:
        return say("{amount} is above {limit:g} mg, the {text}. Ask a doctor first.", **values)
    return say(
        "{amount} is above {limit:g} mg, the {text}: {times:.2g} times as much. Ask a doctor first.",
        **values,
    )
