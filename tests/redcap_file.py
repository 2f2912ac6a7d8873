"""A file like an export of REDCap: many simulated people, a row of other forms for each, and some people with faults. Who has which is told."""

import csv
import io
from datetime import date

import numpy as np

from nof1.analyze.simulation.simulate import Truth, simulate
from nof1.plan.orders.draw import draw_order

HEADER = (
    "record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "age", "night", "drink", "severity",
    "diary_complete",
)  # fmt: skip
MEAN, SPREAD = -1.2, 0.9
WORDS = (
    "--person-column",
    "record_id",
    "--outcome",
    "severity",
    "--arm",
    "drink",
    "--date",
    "night",
    "--reference",
    "off",
)
SCALE = ("--low", "0", "--high", "10", "--better", "lower", "--threshold", "1")
# By the place of the person in the file: a fault, and the kind of reason by which they are refused.
FAULTS = {"few nights": 4, "one arm": 10, "dates": 16, "several": 22, "values": 34}


def name_of(number):
    return f"R{number + 1:03}"


def redcap_rows(make_protocol, count=60, *, blocks=3, period_nights=4, faults=FAULTS, nobody=2, seed=7):
    """The rows, a header first. Each person has an effect of their own; `nobody` rows have no record_id."""
    rng = np.random.default_rng(seed)
    rows = [list(HEADER)]
    for number in range(count):
        protocol = make_protocol(
            simulated=True,
            design={
                "start": date(2024, 3, 4), "blocks": blocks, "period_nights": period_nights, "run_in_nights": 0, "seed": number,
            },
        )  # fmt: skip
        truth = Truth(level=6.0, effects={"magnesium": MEAN + SPREAD * rng.standard_normal()}, missing=0.05)
        trial = simulate(protocol, draw_order(protocol), truth, seed=number)
        fault = next((name for name, place in faults.items() if place == number), "")
        rows.append([name_of(number), "baseline_arm_1", "", "", str(20 + number), "", "", "", ""])
        rows += _nights(trial, name_of(number), fault)
    for row in rows[-nobody:] if nobody else ():
        rows.append(["", *row[1:]])
    return rows


def _nights(trial, name, fault):
    arm_of = {night: period.arm for period in trial.order.periods for night in period.dates}
    rows = [
        [
            name, "diary_arm_1", "diary", str(place), "", entry.night.isoformat(), arm_of[entry.night],
            "" if entry.outcome is None else f"{entry.outcome:g}", "2",
        ]
        for place, entry in enumerate(trial.entries, start=1)
    ]  # fmt: skip
    if fault == "few nights":
        first = next(i for i, row in enumerate(rows) if row[6] != rows[0][6])
        return rows[first - 1 : first + 2]
    if fault == "one arm":
        return [row for row in rows if row[6] == "off"]
    if fault == "dates":
        rows[3][5] = "2024-13-07"
    if fault == "several":
        rows.append([*rows[2][:7], "9", "2"])
    if fault == "values":
        rows[5][7] = "44"
    return rows


def write_redcap(path, *arguments, **options):
    """The same as a file; returns its path."""
    content = io.StringIO()
    csv.writer(content).writerows(redcap_rows(*arguments, **options))
    path.write_text(content.getvalue(), encoding="utf-8")
    return path
