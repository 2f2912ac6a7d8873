"""The whole road, from the plan to the report, with the network forbidden to the process and to all that it starts; and nobody else may read what it writes."""

import os
import subprocess
import sys

import pytest

# Python runs this when it starts, in every process of the road, the workers among them.
GUARD = """
import os, sys
FORBIDDEN = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname",
             "socket.gethostbyaddr", "socket.getnameinfo", "urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect", "webbrowser.open")
PROGRAMS = {"curl", "wget", "ssh", "scp", "sftp", "rsync", "ftp", "nc", "ncat", "telnet", "git", "pip", "uv", "xdg-open", "open"}
WHERE = os.environ["NOF1_GUARD"]
def guard(event, arguments):
    if event in FORBIDDEN:
        what = event
    elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
        first = arguments[0] if isinstance(arguments[0], (str, bytes)) else arguments[1][0]
        name = os.path.basename(os.fsdecode(first).split()[0])
        if name not in PROGRAMS:
            return
        what = f"{event} {name}"
    else:
        return
    with open(os.path.join(WHERE, "reached"), "a") as log:
        log.write(f"{what} {arguments!r}\\n")
    raise PermissionError(f"the network is forbidden: {what}")
sys.addaudithook(guard)
with open(os.path.join(WHERE, "guarded"), "a") as log:
    log.write(f"{os.getpid()}\\n")
"""
ANSWERS = """
unscreened = true
[[arms]]
name = "off"
dose_mg = 0
[[arms]]
name = "magnesium"
form = "citrate"
dose_mg = 200
[design]
start = 2026-01-05
blocks = 3
period_nights = 4
seed = 7
"""
TABLE = "night,severity,sleep (h),note\n" + "".join(
    f"2026-01-{day:02},{(day * 7) % 10},{5 + day % 4},n{day}\n" for day in range(6, 29)
)
TRIAL, TABLE_FILE, ANSWERS_FILE = "trial", "table.csv", "answers.toml"
STEPS = {
    "plan": ["plan", TRIAL, "--answers", ANSWERS_FILE],
    "power": ["power", TRIAL, "--trials", "20", "--workers", "2", "--no-neighbours"],
    "log": ["log", TRIAL, "--night", "2026-01-05", "--set", "severity=6"],
    "import": ["import", TRIAL, TABLE_FILE, "--measure", "slept=sleep (h)", "--map", "severity=severity", "--yes"],
    "correct": ["log", TRIAL, "--night", "2026-01-05", "--set", "severity=5", "--correct", "--reason", "a slip"],
    "amend": ["amend", TRIAL, "--note", "a lower dose"],
    "status": ["status", TRIAL],
    "check": ["check", TRIAL],
    "analyze, marginal": ["analyze", TRIAL, "--engine", "marginal"],
    "report": ["report", TRIAL],
    "analyze": ["analyze", TRIAL],
    "check again": ["check", TRIAL],
}


def walked(place, *words, code="from nof1.cli import main; main()"):
    way = os.pathsep.join([os.environ["PYTHONPATH"], str(place / "guard")])  # the suite's clock runs the guard, too
    environment = os.environ | {"PYTHONPATH": way, "NOF1_GUARD": str(place / "guard")}
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=place,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        **({"umask": 0o022} if os.name == "posix" else {}),
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.clock
@pytest.mark.slow
@pytest.mark.road
def test_the_road_needs_no_network_and_nobody_else_may_read_what_it_writes(tmp_path):
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    (tmp_path / TABLE_FILE).write_text(TABLE)
    (tmp_path / ANSWERS_FILE).write_text(ANSWERS)
    for name, words in STEPS.items():
        status, said = walked(tmp_path, *words)
        assert status == 0, f"{name}: {said}"
        assert "Traceback" not in said
    assert not (tmp_path / "guard" / "reached").exists(), (tmp_path / "guard" / "reached").read_text()
    processes = set((tmp_path / "guard" / "guarded").read_text().split())
    assert len(processes) >= len(STEPS) + 2  # one for each step, and two workers at least: they were guarded too
    assert (tmp_path / TRIAL / "results" / "results.json").is_file()
    kept = [path for path in (tmp_path / TRIAL / "imports").glob("*.csv") if path.name != "ledger.csv"]
    assert [path.read_text() for path in kept] == [TABLE]
    if os.name == "posix":
        others_may_not_look(tmp_path / TRIAL)


def others_may_not_look(folder):
    written = [folder, *sorted(folder.rglob("*"))]
    assert len(written) > 15
    assert not [f"{path} {path.stat().st_mode & 0o777:03o}" for path in written if path.stat().st_mode & 0o077]


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import subprocess; subprocess.run(['curl', 'http://127.0.0.1:9/'])",
    ],
)
def test_the_guard_would_have_noticed(tmp_path, code):
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    status, said = walked(tmp_path, code=code)
    assert status != 0
    assert "the network is forbidden" in said
    assert (tmp_path / "guard" / "reached").is_file()
