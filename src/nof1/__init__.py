"""nof1: personal (N-of-1) trials. Plan, record, analyze, report.

The names below are imported when they are first used, so that a command which needs no PyMC never waits for it.

Every function and method has an example. In these, `folder` is a trial folder, a copy of data/sample/helps; `trial` is its trial,
`result` its fit by the marginal engine, `sampled` one by PyMC, `found` what `power` says of its design, `study` what
`power_people` does, and `cohort` a `Cohort`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nof1._version import __version__

if TYPE_CHECKING:
    from nof1 import bedside, record, report
    from nof1.analyze.checks.randomization_test import randomization_test
    from nof1.analyze.cohort.cohort import Cohort
    from nof1.analyze.cohort.fit import fit_cohort
    from nof1.analyze.fit import fit
    from nof1.analyze.results import Result
    from nof1.analyze.simulation.interim import simulate_looks
    from nof1.analyze.simulation.power import Power, power
    from nof1.analyze.studies.power import PeoplePower, power_people
    from nof1.errors import InputError, Nof1Error, Nof1Warning, RefusalError
    from nof1.plan.design.order import Order
    from nof1.plan.orders.draw import Balance, balance, count_orders, draw_order, enumerate_orders, smallest_p
    from nof1.plan.protocol.protocol import Protocol
    from nof1.record.trial import Trial
    from nof1.report import plots

_HOMES = {
    "Balance": "nof1.plan.orders.draw",
    "Cohort": "nof1.analyze.cohort.cohort",
    "PeoplePower": "nof1.analyze.studies.power",
    "Power": "nof1.analyze.simulation.power",
    "balance": "nof1.plan.orders.draw",
    "enumerate_orders": "nof1.plan.orders.draw",
    "power": "nof1.analyze.simulation.power",
    "power_people": "nof1.analyze.studies.power",
    "randomization_test": "nof1.analyze.checks.randomization_test",
    "simulate_looks": "nof1.analyze.simulation.interim",
    "smallest_p": "nof1.plan.orders.draw",
    "InputError": "nof1.errors",
    "Nof1Error": "nof1.errors",
    "Nof1Warning": "nof1.errors",
    "Order": "nof1.plan.design.order",
    "Protocol": "nof1.plan.protocol.protocol",
    "RefusalError": "nof1.errors",
    "Result": "nof1.analyze.results",
    "Trial": "nof1.record.trial",
    "count_orders": "nof1.plan.orders.draw",
    "draw_order": "nof1.plan.orders.draw",
    "fit": "nof1.analyze.fit",
    "fit_cohort": "nof1.analyze.cohort.fit",
}
_MODULES = {
    "bedside": "nof1.bedside",
    "plots": "nof1.report.plots",
    "record": "nof1.record",
    "report": "nof1.report",
}

__all__ = [
    "Balance",
    "Cohort",
    "InputError",
    "Nof1Error",
    "Nof1Warning",
    "Order",
    "PeoplePower",
    "Power",
    "Protocol",
    "RefusalError",
    "Result",
    "Trial",
    "__version__",
    "balance",
    "bedside",
    "count_orders",
    "draw_order",
    "enumerate_orders",
    "fit",
    "fit_cohort",
    "plots",
    "power",
    "power_people",
    "randomization_test",
    "record",
    "report",
    "simulate_looks",
    "smallest_p",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(_MODULES[name])
    raise AttributeError(f"module 'nof1' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
