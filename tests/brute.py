"""Small designs of every kind, what a search through all rows of arms finds in them, and trials that were lived in one."""

import itertools

import numpy as np

from nof1.plan.orders.draw import allowed_sequences, lay_out
from nof1.record.diary.entry import Entry
from nof1.record.trial import Trial

ARM_NAMES = ("off", "citrate", "glycinate", "oxide", "malate")

_LISTED = {
    2: (
        ("off", "citrate", "citrate", "off"),
        ("citrate", "off", "off", "citrate"),
        ("off", "off", "citrate", "citrate"),
    ),
    3: (("off", "citrate", "glycinate", "glycinate", "citrate", "off"), ("glycinate", "citrate", "off") * 2),
    4: (ARM_NAMES[:4] * 2, ARM_NAMES[:4] + ARM_NAMES[3::-1]),
}
# Kind, number of arms, and the design's own fields.
SMALL = [
    ("randomized-blocks", 2, {"blocks": 2}),
    ("randomized-blocks", 2, {"blocks": 5}),
    ("randomized-blocks", 3, {"blocks": 2}),
    ("randomized-blocks", 3, {"blocks": 3}),
    ("randomized-blocks", 4, {"blocks": 2}),
    ("balanced", 2, {"periods": 4, "max_run": 1}),
    ("balanced", 2, {"periods": 6, "max_run": 2}),
    ("balanced", 2, {"periods": 7, "max_run": 2}),
    ("balanced", 2, {"periods": 9, "max_run": 4}),
    ("balanced", 3, {"periods": 6, "max_run": 1}),
    ("balanced", 3, {"periods": 7, "max_run": 2}),
    ("balanced", 3, {"periods": 8, "max_run": 1}),
    ("balanced", 3, {"periods": 9, "max_run": 3}),
    ("balanced", 4, {"periods": 8, "max_run": 1}),
    ("balanced", 4, {"periods": 8, "max_run": 8}),
    ("mirrored-pairs", 2, {"pairs": 1}),
    ("mirrored-pairs", 2, {"pairs": 3}),
    ("mirrored-pairs", 3, {"pairs": 1}),
    ("mirrored-pairs", 4, {"pairs": 1}),
    ("alternating", 2, {"blocks": 2}),
    ("alternating", 2, {"blocks": 5}),
    ("alternating", 3, {"blocks": 3}),
    ("alternating", 4, {"blocks": 2}),
    *[("listed", arms, {"orders": orders}) for arms, orders in _LISTED.items()],
]


def name_of(value):
    """A short name of a test's design."""
    if isinstance(value, dict):
        return " ".join(f"{name}={len(of) if name == 'orders' else of}" for name, of in value.items()) or "no more"
    return f"{value} arms" if isinstance(value, int) else str(value)


def search(kind, arms, *, blocks=None, periods=None, max_run=None, pairs=None, orders=None):
    """Every row of arms 0, 1, ... that fits the words of the design."""
    if kind == "listed":
        return {tuple(ARM_NAMES.index(name) for name in order) for order in orders}
    length = periods or (arms * blocks if blocks else 2 * arms * pairs)

    def fits(row):
        if kind == "balanced":
            times = [row.count(arm) for arm in range(arms)]
            longest = max(len(list(run)) for _, run in itertools.groupby(row))
            return max(times) - min(times) <= 1 and longest <= max_run
        width = 2 * arms if kind == "mirrored-pairs" else arms
        units = list(itertools.batched(row, width))
        firsts = units[:1] if kind == "alternating" else units
        return all(sorted(unit[:arms]) == list(range(arms)) for unit in firsts) and (
            kind == "randomized-blocks"
            or (kind == "mirrored-pairs" and all(unit == unit[::-1] for unit in units))
            or (kind == "alternating" and len(set(units)) == 1)
        )

    return {row for row in itertools.product(range(arms), repeat=length) if fits(row)}


def arms_by_night(order):
    """The arm of every night; None in the run-in, which is no night of the comparison."""
    return tuple(period.arm if period.number else None for period in order.periods for _ in period.dates)


def classes(orders, arm, reference, free=("washout",)):
    """Lists of orders that leave the periods and nights of all arms but these two where they are, `free` nights apart."""
    found = {}
    for order in orders:
        periods = tuple(name if name not in (arm, reference) else None for name in order.arms())
        nights = tuple(name if name not in (arm, reference, *free) else None for name in arms_by_night(order))
        found.setdefault((periods, nights), []).append(order)
    return list(found.values())


def contrasts(orders, arm, reference):
    """For each order, the weights of its nights in the difference of the two arms' means; shape (orders, nights)."""
    rows = []
    for order in orders:
        by_night = arms_by_night(order)
        on, off = (np.array([name == wanted for name in by_night]) for wanted in (arm, reference))
        rows.append(on / on.sum() - off / off.sum())
    return np.array(rows)


def least_p(weights, results):
    """The least two-sided p of a randomization test over sets of results, one a column, by going through all orders.

    Of one set, the order that was lived gets the least p if no other order has a larger difference.
    """
    sizes = np.abs(weights @ results)
    return (sizes >= sizes.max(axis=0) - 1e-9).mean(axis=0).min()


def lived(protocol, order, outcome):
    """A trial with these outcomes on its nights, pauses counted; nan for none."""
    nights = [night for period in order.periods for night in period.dates]
    entries = [Entry(night, outcome=float(y)) for night, y in zip(nights, outcome, strict=True) if not np.isnan(y)]
    return Trial(protocol, order, tuple(entries))


def every_half(n, half):
    """All rows of 0 and 1 with `half` ones."""
    chosen = list(itertools.combinations(range(n), half))
    rows = np.zeros((len(chosen), n), dtype=int)
    np.put_along_axis(rows, np.array(chosen), 1, axis=1)
    return rows


def build_order(protocol, number):
    """The allowed order with this number, from 0."""
    return lay_out(protocol, allowed_sequences(protocol).unrank(number))
