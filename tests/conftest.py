"""What the tests of several rooms share: protocols of every design, trial folders open and sealed, the bytes in a folder."""

import sys
from datetime import date
from types import SimpleNamespace

import pytest
from brute import ARM_NAMES
from clock import one_clock, pytest_fixture_setup  # noqa: F401 - the suite's clock
from fitted import drop_stale
from hypothesis import settings

from nof1.commit import LOCK_NAME
from nof1.files import write_atomic
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.seal import SEAL_FILE, SEALED_ORDER_FILE, seal_order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge
from nof1.record.diary.entry import parse_entry, to_csv
from nof1.record.diary.table import DIARY_FILE
from nof1.record.trial import Trial

# The same examples for everybody; `make calibrate` looks for others, with a seed that it prints.
settings.register_profile("the-same", derandomize=True, database=None, deadline=None)
settings.register_profile("others", derandomize=False, database=None, deadline=None, print_blob=True)
settings.load_profile("the-same")

START = date(2026, 1, 5)
# 2 run-in nights, then 2 blocks of 2 periods of 3 nights: 14 nights, 5 to 18 January 2026.
ANSWERS = {
    "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
    "design": {"start": START, "blocks": 2, "period_nights": 3, "run_in_nights": 2, "seed": 7},
}
RATINGS = ("4", "6", "5", "", "7", "3")


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        drop_stale()


@pytest.fixture(scope="session")
def make_protocol():
    """A function that makes the small protocol with changes, given as tables of the TOML file."""
    return lambda **changes: Protocol.build(merge(merge(load_template("magnesium-rls"), ANSWERS), changes))


@pytest.fixture(scope="session")
def planned():
    """A function that makes a protocol of any kind of design, in periods of one night if nothing else is said.

    Arms are given by name or by number: off, citrate, glycinate and so on, with 0, 100, 200 mg. A concealed design gets
    no seed.
    """

    def make(kind, arms=2, *, reference="off", analysis=None, **design):
        names = ARM_NAMES[:arms] if isinstance(arms, int) else arms
        seed = {} if design.get("concealed", "open") != "open" else {"seed": 1}
        content = load_template("magnesium-rls") | {
            "reference": reference,
            "arms": [{"name": name, "dose_mg": 100 * ARM_NAMES.index(name)} for name in names],
            "design": {"kind": kind, "start": START, "period_nights": 1} | seed | design,
            "analysis": analysis or {},
        }
        return Protocol.build(content)

    return make


@pytest.fixture
def protocol(make_protocol):
    return make_protocol()


def _entries(protocol, ratings):
    return tuple(
        parse_entry(protocol, {"night": f"2026-01-{5 + i:02}", protocol.outcome.name: rating}, where="fixture")
        for i, rating in enumerate(ratings)
    )


@pytest.fixture
def trial_folder(tmp_path, protocol):
    """A trial folder with six nights in its diary, the fourth without a rating."""
    folder = tmp_path / "trial"
    Trial(protocol, draw_order(protocol), _entries(protocol, RATINGS)).write(folder)
    return folder


@pytest.fixture
def sealed_trial(tmp_path, planned):
    """A function that makes a trial with a concealed order: `protocol`, `folder`, and `helper`, the helper's folder.

    If nothing else is said: 2 run-in nights, 2 blocks of 2 periods of 3 nights, 5 to 18 January 2026, all of them rated.
    """

    def make(concealed="helper", *, kind="randomized-blocks", ratings="46573546573546", seed=3, name="trial", **design):
        shape = {"period_nights": 3, "run_in_nights": 2} | ({"blocks": 2} if kind == "randomized-blocks" else {})
        protocol = planned(kind, concealed=concealed, **(shape | design))
        folder, helper = tmp_path / name, tmp_path / f"{name}-helper"
        folder.mkdir()
        protocol.save(folder / "protocol.toml")
        write_atomic(folder / DIARY_FILE, to_csv(protocol, _entries(protocol, ratings)))
        if concealed == "helper":
            helper.mkdir()
            sealed, seal = seal_order(protocol, seed=seed)
            write_atomic(helper / SEALED_ORDER_FILE, sealed.to_json())
            write_atomic(folder / SEAL_FILE, seal.to_json())
        return SimpleNamespace(protocol=protocol, folder=folder, helper=helper)

    return make


@pytest.fixture(scope="session")
def bytes_in():
    """A function that reads every file below a folder; the empty lock file is nobody's data and left out."""
    return lambda folder: {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if path.name != LOCK_NAME
    }


@pytest.fixture
def nof1(monkeypatch, capsys):
    """A function that runs a command in this process: exit status, what it printed, what it complained."""

    from nof1.cli import main  # late: most tests run no command

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["nof1", *map(str, words)])
        capsys.readouterr()
        try:
            main()
        except SystemExit as ending:
            status = ending.code or 0
        else:
            status = 0
        return status, *capsys.readouterr()

    return run
