"""Build the documentation site: pages of docs/, README, notebooks and benchmarks, and two pages made from the code.

They are laid out in build/docs-source first, so that nothing generated lies among the sources. A warning is an error, and so
is a page that would fetch something from elsewhere when it is read.
"""

import inspect
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from sphinx.cmd.build import build_main

import nof1
from nof1 import facts
from nof1.report.words.facts import INTRO, Fact, reviewed, told

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "build" / "docs-source"
SITE = ROOT / "build" / "docs"

ROOMS = {"plan": "Plan", "record": "Record", "analyze": "Analyze", "errors": "What can go wrong"}
CALLS = {"record": "What the commands of a trial folder do", "report": "Report"}


def lay_out() -> None:
    """Copy and make all pages."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.copytree(ROOT / "docs", SOURCE, ignore=shutil.ignore_patterns("__pycache__"))
    for folder, kind in (("notebooks", "*.ipynb"), ("benchmarks", "*.md")):
        (SOURCE / folder).mkdir()
        for path in sorted((ROOT / folder).glob(kind)):
            shutil.copy(path, SOURCE / folder)
    shutil.copy(ROOT / "README.md", SOURCE)
    for path in (*SOURCE.glob("*.md"), *SOURCE.glob("notebooks/*")):
        text = path.read_text(encoding="utf-8")
        # docs/ is the root here: from README, from the pages to benchmarks, from the notebooks.
        text = re.sub(r"\]\((?:docs/|\.\./(?=benchmarks/)|(\.\./)docs/)", r"](\1", text)
        path.write_text(text, encoding="utf-8")
    (SOURCE / "safety-facts.md").write_text(facts_page(), encoding="utf-8")
    (SOURCE / "api.md").write_text(api_page(), encoding="utf-8")


def facts_page() -> str:
    """Every fact that is told, by topic, with its source, how sure it is, and when that was found out."""
    parts = [
        "# Facts and their sources\n",
        f"{INTRO} It is what `nof1 facts` shows, and stands in `src/nof1/facts/*.toml`; nof1 shows no medical number that is not here. "
        "Ask a doctor or pharmacist.\n",
        f"**{reviewed()}**\n",
    ]
    for topic in facts.topics():
        parts += [
            f"## {topic.title}\n",
            f"{topic.about}\n",
            "| fact | numbers in use | source | how sure |",
            "|---|---|---|---|",
        ]
        parts += [f"| {' | '.join((_fact(row), _numbers(row), _source(row), row.sure))} |" for row in told(topic)]
        parts.append("")
    return "\n".join(parts)


def _fact(row: Fact) -> str:
    """The fact, with what a study speaks for or the question that it answers before it."""
    before = row.side or row.question
    return (f"**{_cell(before)}** " if before else "") + _cell(row.text)


def _numbers(row: Fact) -> str:
    """What the code reads of a fact, where that is a number."""
    return ", ".join(f"{_cell(name.replace('_', ' '))} {value:g}" for name, value in row.numbers.items())


def _source(row: Fact) -> str:
    """The source, which leads to where it is; where there are several, each has a number."""
    if len(row.where) == 1:
        return _linked(row.source, row.where[0])
    return " ".join([_cell(row.source), *(_linked(f"({i})", where) for i, where in enumerate(row.where, start=1))])


def _linked(text: str, where: str) -> str:
    return f"[{_cell(text)}]({where})" if where.startswith("http") else f"{_cell(text)} {_cell(where)}"


def _cell(text: object) -> str:
    return re.sub(r"([|\\*_`<\[])", r"\\\1", " ".join(str(text).split()))


def api_page() -> str:
    """Every public name, by room, from the docstrings."""
    parts = [
        "# Names in Python\n",
        "`import nof1` gives all of these. Everything that draws at random takes `seed`; numbers are in outcome points, chances "
        "from 0 to 1, intervals 95 % equal-tailed.\n",
    ]
    homes = {name: getattr(nof1, name).__module__ for name in nof1.__all__ if not _is_module(name)}
    for room, title in ROOMS.items():
        names = [name for name, home in homes.items() if home.split(".")[1] == room]
        parts += [f"## {title}\n", *(_directive(f"nof1.{name}", getattr(nof1, name)) for name in names)]
    for room, title in CALLS.items():
        names = getattr(nof1, room).__all__
        parts += [
            f"## {title}\n",
            *(_directive(f"nof1.{room}.{name}", getattr(getattr(nof1, room), name)) for name in names),
        ]
    parts += ["## Pictures\n", "Each takes `ax=None` and returns the Axes.\n"]
    parts += [_directive(f"nof1.plots.{name}", picture) for name, picture in pictures().items()]
    return "\n".join(parts)


def pictures() -> dict[str, Any]:
    """The functions of `nof1.plots` that draw."""
    draws = re.compile(r"\b(Axes|Figure)$")
    functions = {name: getattr(nof1.plots, name) for name in nof1.plots.__all__}
    return {
        name: one
        for name, one in functions.items()
        if draws.search(str(one.__annotations__.get("return")).strip("\"'"))
    }


def _is_module(name: str) -> bool:
    return name == "__version__" or inspect.ismodule(getattr(nof1, name))


def _directive(name: str, thing: Any) -> str:
    """What tells autodoc to put this name's docstring here."""
    if inspect.isfunction(thing):
        return f"```{{eval-rst}}\n.. autofunction:: {name}\n```\n"
    if issubclass(thing, BaseException):
        return f"```{{eval-rst}}\n.. autoexception:: {name}\n```\n"
    fields = "(**content)" if hasattr(thing, "model_fields") else ""  # Pydantic's signature would fill a page
    return f"```{{eval-rst}}\n.. autoclass:: {name}{fields}\n   :members:\n   :exclude-members: model_config\n```\n"


def fetches(page: str) -> list[str]:
    """Addresses that a browser would fetch by itself to show this page, or that its styles name."""
    tags = re.findall(r"<(?:script|img|link|iframe|source|video|audio|embed|object)\b[^>]*>", page)
    named = [
        address for tag in tags for address in re.findall(r"""(?:src|href|data)=["']((?:https?:)?//[^"']+)""", tag)
    ]
    return named + re.findall(r"""(?:url\(\s*["']?|@import\s+["'])((?:https?:)?//[^"')]+)""", page)


def main() -> int:
    """Lay out, build, and look at what was built."""
    lay_out()
    shutil.rmtree(SITE, ignore_errors=True)
    if build_main(["-W", "--keep-going", "-q", "-d", str(ROOT / "build" / "docs-trees"), str(SOURCE), str(SITE)]):
        return 1
    elsewhere = {
        f"{path.relative_to(SITE)}: {address}"
        for path in SITE.rglob("*")
        if path.suffix in (".html", ".css")
        for address in fetches(path.read_text(encoding="utf-8"))
    }
    if elsewhere:
        print("These would be fetched from elsewhere:", *sorted(elsewhere), sep="\n  ")
        return 1
    print(f"{SITE.relative_to(ROOT)}/index.html: {len(list(SITE.rglob('*.html')))} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
