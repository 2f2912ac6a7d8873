"""Setting up: which lock file is installed for whom, by which Python, and how the tests come by a browser."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
TOOLS = ("sh", "rm", "mktemp", "grep", "tail", "cat", "mkdir", "chmod")


def script(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def programs(tmp_path):
    """A folder of programs that holds nothing but a few tools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    return folder


@pytest.fixture
def setup(programs, tmp_path):
    """A function that runs the set-up with nothing but a few tools and a made-up Python."""

    def run(python, lock=LOCKS[0], **variables):
        script(programs / "python3", python)
        command = ["sh", str(ROOT / "scripts" / "setup.sh"), str(tmp_path / "venv"), lock]
        return subprocess.run(
            command, cwd=ROOT, env={"PATH": str(programs)} | variables, capture_output=True, text=True
        )

    return run


@pytest.fixture
def asked(tmp_path):
    """An environment whose Python only notes what it was asked to install; the function tells."""
    inner, notes = tmp_path / "venv" / "bin" / "python", tmp_path / "notes"
    script(inner, f'case "$*" in *" install "*) echo "$*" >>"{notes}";; esac')
    return lambda: notes.read_text().splitlines() if notes.exists() else []


# --- the script


def test_an_old_python_is_refused_in_plain_words(setup, tmp_path):
    done = setup('if [ "$1" = --version ]; then echo "Python 3.9.1"; else exit 1; fi')
    assert done.returncode == 1
    assert "nof1 needs Python 3.12 or newer" in done.stderr
    assert "Found: Python 3.9.1" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_absent_network_is_told_in_plain_words(setup, tmp_path):
    failing = (
        'case "$*" in *pip*) echo "Temporary failure in name resolution" >&2; exit 1;; *--version*) echo Python;; esac'
    )
    script(tmp_path / "venv" / "bin" / "python", failing)
    done = setup("exit 0")
    assert done.returncode == 1
    assert "The first set-up needs the network" in done.stderr


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("quickly", [False, True])
def test_the_packages_of_the_lock_that_was_asked_for_are_installed_and_no_others(setup, asked, programs, lock, quickly):
    if quickly:
        (programs / "awk").symlink_to(shutil.which("awk"))
    done = setup("exit 0", lock)
    assert done.returncode == 0, done.stderr
    by = [line for line in asked() if line.endswith(f"--require-hashes --no-deps -r {lock}")]
    assert ["-m uv pip" in line for line in by] == [quickly]
    assert [line for line in asked() for other in LOCKS if other != lock and other in line] == []
    assert asked()[-1].endswith("--no-deps --no-build-isolation --editable .")


def test_a_python_that_is_asked_for_but_too_old_is_refused_by_its_name(setup, programs, tmp_path):
    script(programs / "python3.9", 'if [ "$1" = --version ]; then echo "Python 3.9.1"; else exit 1; fi')
    done = setup("exit 0", PYTHON="python3.9")
    assert done.returncode == 1
    assert "Found: Python 3.9.1" in done.stderr
    done = setup("exit 0", PYTHON="python3.99")
    assert "no python3.99 at all" in done.stderr
    assert not (tmp_path / "venv").exists()


MAKES_VENV = """case "$*" in
  *"print(sys.version)"*) echo another;;
  "-m venv "*) mkdir -p "$3/bin"; echo 'echo made by another' >"$3/bin/python"; chmod 755 "$3/bin/python";;
esac"""


def test_another_python_than_the_environment_has_makes_it_anew(setup, programs, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    mark = tmp_path / "venv" / "mark"
    mark.touch()
    setup("exit 0", PYTHON=sys.executable)
    setup("exit 0")
    assert mark.exists()  # of the same Python, and where none is asked for, it stays
    script(programs / "python3.12", MAKES_VENV)
    done = setup("exit 0", PYTHON="python3.12")
    assert "made by another" in done.stdout
    assert not mark.exists()


@pytest.mark.parametrize("chosen", [{}, {"PYTHON": "python3"}])
def test_a_python_that_pyenv_hides_is_found(setup, tmp_path, chosen):
    script(tmp_path / "pyenv" / "versions" / "3.12.1" / "bin" / "python3", MAKES_VENV)
    done = setup("echo 'pyenv: version is not installed'; exit 1", PYENV_ROOT=str(tmp_path / "pyenv"), **chosen)
    assert "made by another" in done.stdout


# --- the targets


def make(*arguments, cwd=ROOT):
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "PYTHON")}
    done = subprocess.run(["make", *arguments], cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("target", ["setup", "demo"])
def test_who_only_uses_nof1_gets_the_first_lock_alone(target):
    steps = make("--dry-run", "--always-make", target)
    assert re.findall(r"\S+\.lock", steps) == ["requirements.lock"]


TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("target", sorted(TARGETS - {"help", "clean", "setup", "demo", "lock"}))
def test_who_works_on_nof1_gets_the_second_lock(target):
    steps = make("--dry-run", "--always-make", target)
    assert re.findall(r"\S+\.lock", steps) == ["requirements-dev.lock"]


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose set-up only notes what it was asked for: a function that runs targets and tells."""
    for name in ("Makefile", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    script(tmp_path / "scripts" / "setup.sh", 'mkdir -p "$1"; echo "$2 ${PYTHON:-}" >>notes')
    for path in tmp_path.rglob("*"):
        os.utime(path, (1000, 1000))

    def run(*targets):
        (tmp_path / "notes").write_text("")
        for target in targets:
            make(*target.split(), cwd=tmp_path)
        return (tmp_path / "notes").read_text().split()

    return run


def test_what_developers_need_is_added_and_nothing_is_done_twice(checkout):
    assert checkout("setup", "setup") == ["requirements.lock"]
    assert checkout("setup-dev", "setup-dev", "setup") == ["requirements-dev.lock"]


def test_the_second_lock_holds_the_first(checkout):
    assert checkout("setup-dev", "setup") == ["requirements-dev.lock"]


@pytest.mark.parametrize(("changed", "again"), [("requirements.lock", [*LOCKS]), ("requirements-dev.lock", [LOCKS[1]])])
def test_a_lock_that_changed_is_installed_by_the_next_target(checkout, tmp_path, changed, again):
    checkout("setup", "setup-dev")
    for stamp in (tmp_path / ".venv").iterdir():
        os.utime(stamp, (2000, 2000))
    os.utime(tmp_path / changed, (3000, 3000))
    assert checkout("setup", "setup-dev") == again


def test_a_python_that_is_asked_for_is_never_ignored(checkout):
    checkout("setup-dev")
    assert checkout("PYTHON=python3.12 setup") == ["requirements.lock", "python3.12"]
    assert checkout("PYTHON=python3.12 setup-dev") == ["requirements-dev.lock", "python3.12"]


# --- the browser for the tests


@pytest.fixture
def browser(programs, tmp_path):
    """A function that runs the browser's script as somebody; gives what it says and which programs it called."""
    notes = tmp_path / "notes"
    for name in ("apt-get", "sudo"):
        script(programs / name, f'echo "{name} $*" >>"{notes}"; exit "$STATUS"')

    def run(user, status=0):
        script(programs / "id", f"echo {user}")
        environment = {"PATH": str(programs), "STATUS": str(status)}
        command = ["sh", str(ROOT / "scripts" / "browser.sh")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0
        return done.stdout, notes.read_text() if notes.exists() else ""

    return run


TO_TYPE = "Type as root: apt-get install chromium (Debian), dnf install chromium (Fedora)"


def test_only_root_gets_a_browser_installed_and_is_told(browser):
    told, called = browser(0)
    assert "since this is root: apt-get install chromium" in told
    assert re.fullmatch(r"apt-get install .* chromium\n", called)
    assert "skipped" not in told


def test_somebody_else_is_told_what_to_type(browser):
    told, called = browser(1000)
    assert TO_TYPE in told
    assert called == ""


def test_a_browser_that_cannot_be_installed_is_told(browser):
    told, called = browser(0, status=1)
    assert "could not be installed" in told
    assert TO_TYPE in told
    assert "sudo" not in called


def test_tests_that_are_skipped_for_want_of_a_browser_say_what_to_type():
    assert TO_TYPE in (ROOT / "tests" / "bedside" / "conftest.py").read_text()


def test_nothing_calls_sudo():
    files = [ROOT / "Makefile", *(ROOT / ".ci").iterdir(), *(ROOT / "scripts").glob("*.*")]
    assert len(files) > 5
    assert [path.name for path in files if "sudo" in path.read_text()] == []
