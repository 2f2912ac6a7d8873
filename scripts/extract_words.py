"""Collect what nof1 says to people into src/nof1/languages/*.po, for translators. What is translated already is kept.

Every literal template of `say`, `say_some` and `phrase` is found, in whatever it stands: Babel's own reader of Python misses
calls within calls, and takes keys and names in a call for templates. Every row of the facts is found,
and single facts in code that asks for them by their id. What is said of results is found as it is worded for nights and days of a table, too.
"""

import ast
import sys
import tomllib
from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from nof1 import facts
from nof1.subject import Subject, worded

SOURCE = Path(__file__).parents[1] / "src" / "nof1"
LANGUAGES = SOURCE / "languages"
# Which arguments are templates, counted from 1; the first if nothing else is said.
KEYWORDS: dict[str, tuple[int, ...] | None] = {"say": None, "say_some": (2, 3), "phrase": None}
_HOME = "nof1.language"
_BY_ID = ("fact", "cited")  # functions that are given ids of facts
_WIDTH = 118
# What can be said of a trial that was adopted: the pages of a result, but what is said of plans alone.
_OF_RESULTS = (
    "report/words/",
    "report/results/",
    "report/figures/",
    "report/guidelines.toml",
    "report/checklists.py",
    "analyze/reasons.py",
)
_OF_PLANS = (
    "report/words/facts.py",
    "report/words/looks.py",
    "report/words/measure.py",
    "report/words/reach.py",
    "report/figures/people_power.py",
    "report/figures/power.py",
    "report/words/people_power.py",
)
# What can be said of a trial of something else than magnesium.
_OF_OTHERS = (
    "bedside/",
    "facts/side_effects.toml",
    "facts/stop.toml",
    "plan/orders/",
    "plan/protocol/safety/stop_rules.py",
    "record/diary/",
    "report/",
)
_OTHER = Subject(other=True)
_ADOPTED = (Subject(adopted=True), Subject(adopted=True, days=True))


def read_python(
    file: IO[bytes], keywords: Collection[str], comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, list[str | None], list[str]]]:
    """Line, function and literal arguments of each call, as Babel asks its readers for them.

    Only functions of `nof1.language` count.
    """
    tree = ast.parse(file.read())
    defined = {node.name: node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    imported = {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == _HOME
        for name in node.names
    }
    known = defined if set(keywords) <= set(defined) else imported
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and known.get(node.func.id) in keywords:
            yield node.lineno, known[node.func.id], [_literal(argument) for argument in node.args], []
        if (node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")) in _BY_ID:
            for argument in node.args:
                if (fact_id := _literal(argument)) is not None:
                    yield from _row(node.lineno, facts.fact(fact_id))


def read_facts(
    file: IO[bytes], keywords: Collection[str], comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, list[str | None], list[str]]]:
    """What each row of a facts file says."""
    for row in tomllib.load(file)["fact"]:
        yield from _row(1, row)


def read_topics(
    file: IO[bytes], keywords: Collection[str], comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, list[str | None], list[str]]]:
    """What the topics of the facts are called."""
    for row in tomllib.load(file)["topic"]:
        for key in ("title", "about"):
            yield 1, "say", [row[key]], []


def read_guidelines(
    file: IO[bytes], keywords: Collection[str], comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, list[str | None], list[str]]]:
    """What guidelines ask for, and why some of it stands nowhere; places are sections and labels of the papers, which are said there."""
    for guideline in tomllib.load(file).values():
        if "numbers" in guideline:
            yield 1, "say", [guideline["numbers"]], []
        for row in guideline["items"]:
            for key in ("item", "why"):
                if key in row:
                    yield 1, "say", [row[key]], []


def read_instruments(
    file: IO[bytes], keywords: Collection[str], comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, list[str | None], list[str]]]:
    """What each instrument is called and what is known of it."""
    for row in tomllib.load(file)["instrument"]:
        yield 1, "say", [row["title"]], []
        for note in row["note"]:
            yield from _row(1, note)


def _row(line: int, row: dict[str, Any]) -> Iterator[tuple[int, str, list[str | None], list[str]]]:
    """Text and source of a fact, and its question where it has one: they are said as they stand."""
    for key in ("text", "source", "question", "help", "short", "unknown"):
        if key in row:
            yield line, "say", [row[key]], []


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


READERS = [
    ("**.py", read_python),
    *((f"facts/{name}.toml", read_facts) for name in facts.names() if name not in facts.untold()),
    ("facts/topics.toml", read_topics),
    ("plan/protocol/instruments.toml", read_instruments),
    ("report/guidelines.toml", read_guidelines),
]


def extract(source: Path = SOURCE) -> Catalog:
    """Everything that is said, with the files where it is said."""
    found = Catalog()
    for name, line, message, _, _ in extract_from_dir(source, READERS, keywords=KEYWORDS):
        for one in _worded(name, message):
            found.add(one, locations=[(name, line)])
    return found


def _worded(name: str, message: str | tuple[str, ...]) -> list[str | tuple[str, ...]]:
    """The sentence, and as it is said of something else than magnesium, and of adopted nights and days, where that is another."""
    subjects = [_OTHER] if name.startswith(_OF_OTHERS) else []
    subjects += _ADOPTED if name.startswith(_OF_RESULTS) and name not in _OF_PLANS else ()
    told = [
        worded(message, of) if isinstance(message, str) else tuple(worded(one, of) for one in message)
        for of in subjects
    ]
    return list(dict.fromkeys([message, *told]))


def update(path: Path, found: Catalog) -> tuple[int, int]:
    """Bring a file of translations up to date.

    Returns
    -------
    (int, int)
        Sentences, and how many of them are not translated yet.
    """
    with path.open("rb") as stream:
        catalog = read_po(stream, locale=path.stem)
    catalog.update(found, no_fuzzy_matching=True, update_creation_date=False)
    written = BytesIO()
    write_po(
        written, catalog, width=_WIDTH, omit_header=True, sort_output=True, ignore_obsolete=True, include_lineno=False
    )
    path.write_bytes(_header(path) + written.getvalue())
    waiting = [message for message in catalog if message.id and not _translated(message.string)]
    return len(catalog), len(waiting)


def _header(path: Path) -> bytes:
    """The head of the file as it stands: Babel would put dates into it."""
    head, _, _ = path.read_bytes().partition(b"\n\n")
    return head + b"\n\n"


def _translated(text: str | tuple[str, ...]) -> bool:
    return all(text) if isinstance(text, tuple) else bool(text)


if __name__ == "__main__":
    said = extract()
    for file_name in sys.argv[1:] or sorted(LANGUAGES.glob("*.po")):
        whole, missing = update(Path(file_name), said)
        print(f"{Path(file_name).name}: {whole} sentences, {missing} to translate")
