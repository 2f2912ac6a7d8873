"""The work of many people on a Dask cluster of real processes, one of which is killed on the way."""

import json
import os
import signal
import subprocess
import sys

import pandas as pd
import pytest
from cohorts import write_people

import nof1
from nof1.analyze.cohort import run as many
from nof1.analyze.cohort.cache import ResultsCache
from nof1.analyze.cohort.fit import pool
from nof1.analyze.parallel import dask as cluster
from nof1.analyze.parallel.dask import run_dask
from nof1.errors import InputError, Nof1Error, how_to_install
from nof1.record.folders import find_trials

COUNT = 10


def needs_dask():
    return pytest.importorskip("distributed", reason=f"Dask's distributed is not installed. {how_to_install('dask')}")


@pytest.fixture(scope="module")
def people(tmp_path_factory, make_protocol):
    return write_people(tmp_path_factory.mktemp("cluster") / "people", make_protocol, COUNT)


@pytest.fixture(scope="module")
def machines():
    distributed = needs_dask()
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options, silence_logs=50) as found:
        yield found


def studied(people, path, **options):
    with ResultsCache(path) as finished:
        return many.analyze_people(find_trials([people]), finished, **options)


@pytest.mark.clock
@pytest.mark.skipif(os.name != "posix", reason="kills a process by a signal")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.slow
@pytest.mark.road
def test_a_machine_that_is_lost_changes_nothing(people, machines, tmp_path, monkeypatch):
    monkeypatch.setattr(many, "CHUNK", 1)
    killed = []

    def kill_one(stage, done, whole):
        if done and not killed:
            killed.append(machines.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    with run_dask(machines.scheduler_address) as spread:
        found = studied(people, tmp_path / "a", spread=spread, progress=kill_one)
    assert killed
    assert killed[0] != os.getpid()
    assert (found.computed, found.problems) == (COUNT, ())
    alone = studied(people, tmp_path / "b", workers=1)
    pd.testing.assert_frame_equal(pool(found.people).people, pool(alone.people).people, rtol=1e-6)


@pytest.mark.clock
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.slow
@pytest.mark.road
def test_the_command_takes_an_address(people, machines, tmp_path):
    command = [sys.executable, "-c", "from nof1.cli import main; main()", "cohort", str(people)]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out"), "--dask", machines.scheduler_address, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["computed"] == COUNT


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.slow
def test_power_is_the_same_on_other_machines(machines, make_protocol):
    protocol = make_protocol(design={"blocks": 2, "period_nights": 4})
    seen = []
    with run_dask(machines.scheduler_address) as spread:
        there = nof1.power(
            protocol, trials=40, neighbours=False, spread=spread, progress=lambda *told: seen.append(told)
        )
    here = nof1.power(protocol, trials=40, neighbours=False, workers=1)
    assert seen[-1] == ("simulating", 40, 40)
    pd.testing.assert_frame_equal(there.table, here.table, rtol=1e-6)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.slow
def test_the_command_for_power_takes_an_address(people, machines):
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-c",
                "from nof1.cli import main; main()",
                "power",
                str(people / "p00"),
                "--trials",
                "20",
            ),
            *("--no-neighbours", "--dask", machines.scheduler_address, "--json"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["settings"]["trials"] == 20


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.slow
def test_a_task_that_fails_on_every_machine_is_told(machines):
    with run_dask(machines.scheduler_address) as spread, pytest.raises(Nof1Error, match="could not do its work"):
        list(spread(int, ["no number"]))


@pytest.mark.slow
def test_an_address_where_nobody_listens_is_refused(monkeypatch):
    needs_dask()
    monkeypatch.setattr(cluster, "_SECONDS", 0.5)
    with (
        pytest.raises(InputError, match=r"no Dask scheduler at tcp://127.0.0.1:9 .* Start one with"),
        run_dask("tcp://127.0.0.1:9"),
    ):
        pass
    with pytest.raises(InputError, match="no Dask scheduler at nonsense://x"), run_dask("nonsense://x"):
        pass


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r"not installed. In nof1's own folder, type: .* pip install -e '\.\[dask\]'"),
        run_dask("tcp://x:1"),
    ):
        pass


@pytest.mark.clock
@pytest.mark.slow
@pytest.mark.road
def test_nothing_of_dask_is_loaded_without_an_address(people, tmp_path):
    code = (
        "import sys\nfrom nof1.cli import main\ntry:\n    main()\nfinally:\n"
        "    assert not {'distributed', 'dask', 'tornado'} & set(sys.modules), 'loaded'"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "cohort", str(people), "--out", str(tmp_path / "out"), "--workers", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
