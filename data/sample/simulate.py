"""Make the sample data of people who do not exist. `make sample` runs this; the same seeds give the same files.

helps                      magnesium lowers the ratings
worsens                    magnesium raises them, with loose stools
cant-tell                  the nights can't tell
floor                      mild nights: a third of the ratings are 0, the lowest there is, and the protocol takes them for a bell curve
simulated-sleep-diary.csv  no trial but a table, as somebody keeps it who never heard of nof1: a walk in the evening or none
"""

import shutil
from datetime import date
from pathlib import Path

from nof1.analyze.simulation.simulate import Truth, simulate
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.explain import parse_toml
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge

HERE = Path(__file__).parent
LIVED = {"missing": 0.08, "skipped": 0.05, "half_life": 2.0, "omega": 0.3}
TRIALS = {
    "helps": (
        "Simulated example: magnesium helps",
        11,
        Truth(
            level=3.7,
            effects={"magnesium": -2.6},
            trend=-0.4,
            sigma=1.5,
            phi=0.3,
            side_effects={"magnesium": ("loose stools", 0.06)},
            **LIVED,
        ),
    ),
    "worsens": (
        "Simulated example: magnesium makes it worse",
        18,
        Truth(
            level=2.6,
            effects={"magnesium": 2.8},
            trend=0.3,
            sigma=1.4,
            phi=0.3,
            side_effects={"magnesium": ("loose stools", 0.25), "off": ("headache", 0.03)},
            **LIVED,
        ),
    ),
    "cant-tell": (
        "Simulated example: the nights can't tell",
        13,
        Truth(
            level=3.0,
            effects={"magnesium": -0.3},
            sigma=2.4,
            phi=0.55,
            side_effects={"magnesium": ("nausea", 0.03), "off": ("headache", 0.03)},
            **LIVED,
        ),
    ),
    "floor": (
        "Simulated example: many nights at 0",
        17,
        Truth(
            level=1.9,
            effects={"magnesium": -2.2},
            sigma=1.7,
            phi=0.3,
            side_effects={"magnesium": ("loose stools", 0.06)},
            **LIVED,
        ),
    ),
}
TABLE = "simulated-sleep-diary.csv"
DIARY = {
    "title": "Simulated example: a walk in the evening",
    "simulated": True,
    "reference": "home",
    "outcome": {"name": "sleep", "low": 0, "high": 100, "better": "higher", "threshold": 10, "whole": True},
    "arms": [{"name": "home"}, {"name": "walk"}],
    "design": {"kind": "balanced", "start": date(2026, 1, 5), "periods": 70, "period_nights": 1, "seed": 20},
    "analysis": {"carryover": "none"},
}
DIARY_TRUTH = Truth(level=64, effects={"walk": 1.5}, trend=4, sigma=9, phi=0.35, omega=0.0, half_life=0.0, missing=0.03)


def main() -> None:
    answers = parse_toml((HERE / "answers.toml").read_text(encoding="utf-8"), where="answers.toml")
    template = load_template(answers.pop("template"))
    for name, (title, seed, truth) in TRIALS.items():
        content = merge(template, answers)
        protocol = Protocol.build(merge(content, {"title": title, "design": {"seed": seed}}), where=name)
        trial = simulate(protocol, draw_order(protocol), truth, seed=seed)
        shutil.rmtree(HERE / name, ignore_errors=True)
        trial.write(HERE / name)
        print(f"{name}: {len(trial.entries)} of {protocol.nights} nights")
    keep_diary()


def keep_diary() -> None:
    """The evenings of the table, written down without a trial around them; a night without a rating has no row."""
    protocol = Protocol.build(DIARY, where=TABLE)
    trial = simulate(protocol, draw_order(protocol), DIARY_TRUTH, seed=20)
    rows = [f"{entry.night},{trial.order.period_of(entry.night).arm},{entry.outcome:.0f}" for entry in trial.entries]
    (HERE / TABLE).write_text("\n".join(["date,evening,sleep", *rows, ""]), encoding="utf-8", newline="\n")
    print(f"{TABLE}: {len(rows)} of {protocol.nights} nights")


if __name__ == "__main__":
    main()
