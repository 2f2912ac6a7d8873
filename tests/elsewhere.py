"""Trials whose order was drawn elsewhere, and every order that the words of a statement allow, by a search that knows no code of nof1."""

import itertools
from datetime import date, timedelta

import numpy as np

from nof1 import Trial
from nof1.plan.design.order import order_from_arms
from nof1.plan.design.stated import parse_words, statement
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry

NAMES = ("off", "citrate", "glycinate")
START = date(2026, 3, 2)


def stated_trial(arms, outcome, drawn, *, orders=(), unknown=(), analysis=None, **options):
    """A trial of these nights, `arms` as places among off, citrate and glycinate, in an order drawn as `drawn` says."""
    names = NAMES[: max(2, max(arms) + 1)]
    came = [NAMES[place] for place in dict.fromkeys(arms)]
    numbers = [night + 1 for night in unknown]
    content = {
        "title": "Lived before",
        "reference": "off",
        "outcome": {"name": "legs", "low": -100, "high": 100, "better": "lower"} | options,
        "arms": [{"name": name} for name in names],
        "design": {
            "kind": "adopted",
            "start": START,
            "nights": len(arms),
            "drawn": statement(parse_words(drawn), came, orders=orders, unknown=numbers),
        },
        "analysis": analysis or {},
    }
    entries = [
        Entry(START + timedelta(days=night), outcome=float(y)) for night, y in enumerate(outcome) if not np.isnan(y)
    ]
    order = order_from_arms(START, [NAMES[place] for place in arms])
    return Trial(Protocol.build(content), order, tuple(entries))


def runs(row):
    return [(arm, len(list(run))) for arm, run in itertools.groupby(row)]


def allows(drawn, row, own):
    """Whether the words allow a row of arms, one for each period, in place of `own`; the number of nights of a period plays no part."""
    kind, _, said = drawn.partition(",nights")[0].partition(":")
    arms = len(set(own))
    often = [row.count(arm) for arm in range(arms)] == [own.count(arm) for arm in range(arms)]
    if kind == "any":
        return often
    if kind == "max-run":
        return often and max(length for _, length in runs(row)) <= int(said)
    if kind in ("blocks", "pairs"):
        size = 2 if kind == "pairs" else int(said)
        blocks = list(zip(itertools.batched(row, size), itertools.batched(own, size), strict=True))
        even = all(block.count(arm) <= size // arms for block, _ in blocks for arm in range(arms))
        return even and all(sorted(block) == sorted(there) for block, there in blocks)
    if kind == "mirrored":
        return all(
            len(set(one[:arms])) == len(one[:arms]) and all(one[-1 - i] == one[i] for i in range(arms) if len(one) == 2 * arms)
            and all(one[arms + i] == one[arms - 1 - i] for i in range(len(one) - arms))
            for one in itertools.batched(row, 2 * arms)
        )  # fmt: skip
    if kind == "alternating":
        return len(set(row[:arms])) == len(row[:arms]) and all(row[i] == row[i - arms] for i in range(arms, len(row)))
    if kind == "phases":
        letters, _, least = said.partition(",min=")
        first = list(dict.fromkeys(own))
        planned = [first["ABC".index(letter)] for letter in letters]
        return [arm for arm, _ in runs(row)] == planned and min(length for _, length in runs(row)) >= int(least)
    raise AssertionError(drawn)


def every_row(drawn, own, arm, reference):
    """The rows that the words allow and that leave all other arms where they are."""
    choices = [(arm, reference) if place in (arm, reference) else (place,) for place in own]
    return [row for row in itertools.product(*choices) if allows(drawn, list(row), list(own))]


def difference(row, outcome, arm, reference, *, phases=False, discarded=0):
    """The difference of the arms' means of nights, or of phases, by the words; None where an arm has no night."""
    by_arm = {arm: [], reference: []}
    night = 0
    for place, length in runs(row):
        found = (
            [y for y in outcome[night + discarded : night + length] if not np.isnan(y)] if length > discarded else []
        )
        if place in by_arm and found:
            by_arm[place] += [np.mean(found)] if phases else found
        night += length
    if not all(by_arm.values()):
        return None
    return np.mean(by_arm[arm]) - np.mean(by_arm[reference])


def p_of(values, own):
    """Two-sided p; an order without a difference counts as a hit."""
    return np.mean([value is None or abs(value) >= abs(own) - 1e-9 for value in values])
