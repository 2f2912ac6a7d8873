"""A design beside its neighbours, and what a design can see of an effect that builds up slowly.

Knows protocols and drawn orders; simulates nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nof1.analyze.arrays import Array
from nof1.analyze.model.days import night_of_period
from nof1.analyze.model.exposure import exposure_by_day
from nof1.analyze.simulation.simulate import Calendar
from nof1.errors import InputError
from nof1.facts import fact
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol

HALF_LIVES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # days; the slow pool's comes on top
SEEN = 0.5  # share of the full effect that must lie between nights on and off
_ORDERS = 128  # drawn to average over
_LONGEST = 366  # nights of a neighbour, unless the design itself is longer

# Name of the change, factor of the length of a period, factor of the number of blocks.
_CHANGES = (
    ("shorter periods", 0.7, 1.0),
    ("longer periods", 1.5, 1.0),
    ("fewer blocks", 1.0, 2 / 3),
    ("more blocks", 1.0, 4 / 3),
    ("twice the blocks", 1.0, 2.0),
    ("same nights, shorter periods", 0.5, 2.0),
    ("same nights, longer periods", 2.0, 0.5),
)
COUNTS = ("blocks", "pairs", "periods")  # what the kinds of design call the number that can be changed
THIS = "this design"


@dataclass(frozen=True)
class Neighbour:
    """A protocol and how it differs from the one asked about."""

    change: str
    protocol: Protocol


def neighbours(protocol: Protocol) -> list[Neighbour]:
    """The design itself and its neighbours: one thing changed at a time, and the same nights divided differently.

    A change that the design's kind does not know, or that makes no valid protocol, is left out; so is one that comes out
    the same as another, or longer than a year.
    """
    out = [Neighbour(THIS, protocol)]
    seen = {_shape(protocol.to_dict()["design"])}
    for change, length, count in _CHANGES:
        content = protocol.to_dict()
        design = _changed(content["design"], length, count, arms=len(protocol.arms))
        if design is None or _shape(design) in seen:
            continue
        try:
            neighbour = Protocol.build(content | {"design": design})
        except InputError:
            continue
        if neighbour.nights <= max(_LONGEST, protocol.nights):
            seen.add(_shape(design))
            out.append(Neighbour(change, neighbour))
    return out


def _changed(design: Mapping[str, Any], length: float, count: float, *, arms: int) -> dict[str, Any] | None:
    """The design's values with periods and blocks multiplied; None where it has nothing to multiply."""
    out = dict(design)
    before = design["period_nights"]
    if length != 1:
        scaled = {name: max(1, round(length * nights)) for name, nights in _by_arm(before).items()}
        out["period_nights"] = scaled if isinstance(before, Mapping) else scaled[""]
        # Nights are whole: the factor that the periods really got decides how many of them fill the same nights.
        got = sum(scaled.values()) / sum(_by_arm(before).values())
        count = count if count == 1 else 1 / got
    if count != 1:
        name = next((name for name in COUNTS if name in design), None)
        if name is None:
            return None
        unit = arms if name == "periods" else 1  # whole sets of arms, so that no arm comes more often
        out[name] = unit * max(1, round(count * design[name] / unit))
    return out


def _by_arm(period_nights: int | Mapping[str, int]) -> dict[str, int]:
    return dict(period_nights) if isinstance(period_nights, Mapping) else {"": period_nights}


def _shape(design: Mapping[str, Any]) -> str:
    return repr(sorted((name, value) for name, value in design.items() if name in ("period_nights", *COUNTS)))


def describe_design(protocol: Protocol) -> dict[str, Any]:
    """What a table says of a design: a label, its periods, their nights, its blocks, nights and weeks in all."""
    periods: dict[int, int] = {}
    blocks = set()
    active = {arm.name for arm in protocol.arms}
    for period in draw_order(protocol, seed=0).periods:
        if period.number > 0 and period.arm in active:
            periods[period.number] = periods.get(period.number, 0) + period.nights
            blocks.add(period.block)
    lengths = " or ".join(str(nights) for nights in sorted(set(periods.values())))
    unit = "night" if lengths == "1" else "nights"
    return {
        "design": f"{len(periods)} periods of {lengths} {unit}",
        "periods": len(periods),
        "period_nights": lengths,
        "blocks": len(blocks - {0}),
        "nights": protocol.nights,
        "weeks": protocol.nights / 7,
    }


def slow_half_life() -> float:
    """Half-life of magnesium's slow pool, in days (Avioli & Berman 1966)."""
    return float(fact("slow-pool")["half_life_days"])


def half_life_table(protocol: Protocol, *, seed: int) -> pd.DataFrame:
    """What the design can see of an effect, by the half-life with which it builds up and fades.

    Returns
    -------
    DataFrame
        `half_life_days`; `share` of the full effect that lies between the nights on the first active arm and the nights
        without any, on average over drawn orders; `seen`, whether that is at least half.
    """
    half_life = np.array([*HALF_LIVES, slow_half_life()])
    share = seen_share(protocol, half_life, seed=seed)
    return pd.DataFrame({"half_life_days": half_life, "share": share, "seen": share >= SEEN})


def seen_share(protocol: Protocol, half_life: Array, *, seed: int) -> Array:
    """Share of the full effect that lies between nights on the first active arm and nights off, by half-life; shape (S,)."""
    orders = [Calendar.from_order(protocol, draw_order(protocol, seed=seed + i)) for i in range(_ORDERS)]
    out: Array = np.mean([_contrast(protocol, calendar, half_life) for calendar in orders], axis=0)
    return out


def _contrast(protocol: Protocol, calendar: Calendar, half_life: Array) -> Array:
    """Mean exposure on the first active arm's nights minus that on nights without any, shape (half-lives,)."""
    exposure = exposure_by_day(calendar.treated.astype(float), half_life)[:, 0]
    counted = night_of_period(calendar.period, calendar.arm) >= protocol.analysis.discarded_nights
    on, off = counted & calendar.treated[:, 0], counted & ~calendar.treated.any(axis=1)
    out: Array = exposure[on].mean(axis=0) - exposure[off].mean(axis=0)
    return out


def slow_pool_sentence(protocol: Protocol, half_lives: pd.DataFrame) -> str:
    """What a null result of this design would say about slow effects."""
    slow = half_lives.iloc[-1]
    days, percent = slow["half_life_days"], round(100 * slow["share"])
    name = protocol.active_arms[0].title
    pool = f"magnesium's slow pool has a half-life of about {days:g} days; Avioli & Berman 1966"
    if slow["seen"]:
        return f"Slow effects can be seen: of one that builds up over a half-life of {days:g} days ({pool}), about {percent} % would lie between nights on and off {name}."
    return (
        f"With these periods, a result of no difference would not speak about slow effects: of an effect that builds up as slowly as "
        f"the body's stores fill ({pool}), only about {percent} % would lie between nights on and off {name}."
    )
