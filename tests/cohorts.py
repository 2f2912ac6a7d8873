"""Folders of many simulated people, and cohorts whose people's likelihoods are normal: quick to make, with a known truth."""

from functools import cache

import numpy as np

from nof1.analyze.cohort.fit import pool
from nof1.analyze.cohort.likelihood import Person, PersonPair
from nof1.analyze.simulation.simulate import Truth, simulate
from nof1.plan.orders.draw import draw_order

MEAN, SPREAD = -1.2, 0.9


def write_people(folder, make_protocol, count, *, blocks=3, period_nights=4, seed=5):
    """So many trial folders, called p00, p01 and so on; each person has an effect of their own."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        protocol = make_protocol(
            simulated=True,
            design={"blocks": blocks, "period_nights": period_nights, "run_in_nights": 0, "seed": number},
        )
        truth = Truth(level=6.0, effects={"magnesium": MEAN + SPREAD * rng.standard_normal()}, missing=0.05)
        simulate(protocol, draw_order(protocol), truth, seed=number).write(folder / f"p{number:02}")
    return folder


def made_people(count, *, better="lower", seed=1, field=False, simulated=True):
    """People with effects about MEAN, each known to about half a point."""
    rng = np.random.default_rng(seed)
    people = []
    for number in range(count):
        error = 0.3 + 0.6 * rng.random()
        mean = MEAN + SPREAD * rng.standard_normal() + error * rng.standard_normal()
        grid = np.linspace(-20, 20, 401)
        low, high = mean - 1.96 * error, mean + 1.96 * error
        alone = {
            "mean": mean,
            "sd": error,
            "interval": (low, high),
            "p_better": 0.9,
            "p_benefit": 0.6,
            "p_small": 0.3,
            "p_harm": 0.1,
        }
        verdict = "helps" if high < 0 else "worsens" if low > 0 else "can't tell yet"
        pair = PersonPair(
            arm="magnesium",
            reference="off",
            outcome="severity",
            measure="difference in points",
            better=better,
            scale=(0.0, 10.0),
            threshold=1.0,
            estimand="full",
            effect_sd=2.0,
            grid=grid,
            log_likelihood=-0.5 * ((grid - mean) / error) ** 2,
            alone=alone | {"verdict": verdict},
            fields={"form": "oxide" if number % 2 else "citrate"} if field else {},
        )
        about = {"protocol_sha256": f"{number:064x}", "diary_sha256": "0" * 64, "nights": 84}
        people.append(Person(name=f"person {number + 1}", pairs=(pair,), simulated=simulated, **about))
    return people


@cache
def made_cohort(count, **options):
    """A cohort of such people; take it as it is, since every test gets the same one."""
    field = options.get("field")
    return pool(made_people(count, **options), moderator="form" if field else None)
