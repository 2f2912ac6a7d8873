"""The results as one web page: the words and pictures of the PDF, in a file that asks nobody for anything and can be read on a phone.

All words come from `summary`; here they become elements. Whatever a person wrote is text, never markup, and the page's security
policy lets no program run. Must not know a trial.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from nof1.analyze.results import Result
from nof1.errors import takes
from nof1.language import ENGLISH, say, speaking
from nof1.report.results.summary import summary_attempts, summary_file
from nof1.subject import spoken_of


def web_file(*, language: str = ENGLISH) -> str:
    """Name of the file of this page: summary.html, or summary-de.html."""
    return f"{Path(summary_file(language=language)).stem}.html"


@takes(Result)
def web_page(result: Result, *, language: str = ENGLISH) -> str:
    """The results as HTML: one file, the same text for the same result.

    Parameters
    ----------
    result : Result
    language : str
        "en" or "de".

    Raises
    ------
    Nof1Error
        If the language is unknown.

    Examples
    --------
    >>> nof1.report.web_page(nof1.Result.load(analyzed)).startswith("<!doctype html>")
    True
    """
    with speaking(language):
        return _page(result, language)


@spoken_of
def _page(result: Result, language: str) -> str:
    attempts, drawn = summary_attempts(result, language=language, paper="a4", large_print=False)
    _, narrow = summary_attempts(result, language=language, paper="a4", large_print=True)
    data = attempts[0]
    first = data["first"][0][0]
    pictures = {name: _picture(svg, narrow[name], data["alternatives"][name]) for name, svg in drawn.items()}
    body = [*_first(first, pictures), *(_section(one, pictures) for one in data["sections"])]
    body.append(f"<footer><p>{_text(data['foot'])}</p></footer>")
    style = _style()
    policy = f"default-src 'none'; style-src '{_hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="{escape(language)}">',
            '<head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            '<link rel="icon" href="data:,">',
            f"<title>{_text(data['title'])}</title>",
            f"<style>{style}</style></head>",
            f'<body class="alone"><main><article class="result" lang="{escape(language)}">',
            *body,
            "</article></main></body></html>\n",
        )
    )


def _first(one: dict[str, Any], pictures: dict[str, str]) -> list[str]:
    """What everybody reads, in the order of the PDF's first page."""
    heads = one["headings"]
    answer = [f'<p class="headline">{_text(one["headline"])}</p>', _explained(one["explanations"])]
    answer += [_labelled(part) for part in one["answer"]] + _paragraphs(one["others"])
    parts = [
        f"<h1>{_text(one['heading'])}</h1>",
        f'<p class="question">{_text(one["question"])}</p>' if one["question"] else "",
        f'<p class="told">{_text(one["simulated"])}</p>' if one["simulated"] else "",
        *(f'<p class="told failed">{_text(sentence)}</p>' for sentence in one["failed"]),
        f'<section class="answer">{"".join(answer)}</section>',
        _follows(one["follows"]),
        _head(heads["nights"]),
        pictures.get("nights", ""),
        *_paragraphs([" ".join(one["nights"])]),
        _head(heads["effect"]),
        pictures.get("effect", ""),
        _head(heads["chances"]),
        pictures.get("probabilities", ""),
        _table([one["compared"], *one["chances"]["header"][1:]], one["chances"]["rows"], heads["chances"]),
        _head(heads["side_effects"]),
        _table(one["side_effects"]["header"], one["side_effects"]["rows"], heads["side_effects"]),
        *_paragraphs([" ".join(one["side_effects"]["told"])]),
    ]
    if one["more"]:
        parts += [_head(heads["more"]), *_paragraphs([" ".join(one["more"])])]
    behind = say(
        "Below stands how the trial was planned and carried out, how this was computed, and how far it can be trusted."
    )
    parts.append(f"<p><strong>{_text(one['no_advice'])}</strong> {_text(behind)}</p>")
    return [part for part in parts if part]


def _explained(it: dict[str, Any]) -> str:
    """Beside an answer for the worse: what else could be behind it."""
    if not it["rows"]:
        return ""
    rows = "".join(_labelled(row) for row in it["rows"])
    return f'<div class="told"><p><strong>{_text(it["heading"])}</strong></p>{rows}<p>{_text(it["ask"])}</p></div>'


def _follows(sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    return f'<p class="told"><strong>{_text(sentences[0])}</strong> {_text(" ".join(sentences[1:]))}</p>'


def _section(section: dict[str, Any], pictures: dict[str, str]) -> str:
    """What stands under one heading; labelled paragraphs in a row are one list."""
    told, items = [_head(section["heading"])], []
    for part in section["parts"]:
        if part["kind"] == "item":
            items.append(f"<dt>{_text(part['label'])}</dt><dd>{_text(part['text'])}</dd>")
            continue
        told += [_list(items), _part(part, pictures, section["heading"])]
        items = []
    return f"<section>{''.join((*told, _list(items)))}</section>"


def _list(items: Sequence[str]) -> str:
    return f"<dl>{''.join(items)}</dl>" if items else ""


def _part(part: dict[str, Any], pictures: dict[str, str], heading: str) -> str:
    match part["kind"]:
        case "text":
            return f"<p>{_text(part['text'])}</p>"
        case "table":
            return _table(part["header"], part["rows"], heading)
        case "pictures":
            return f'<div class="pictures">{"".join(pictures[name] for name in part["names"])}</div>'
        case "beside":
            return _part(part["part"], pictures, heading) + pictures[part["name"]]
        case kind:
            raise ValueError(f"no part of a page is called {kind}")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], label: str) -> str:
    """A table that can be moved sideways, by keys too; on a phone each row is a list, whose values say of which column they are.

    A table that is laid out as a list is one to a screen reader only if its parts say what they are.
    """
    head = "".join(
        f'<th role="columnheader" scope="col">{_text(cell)}</th>' if cell else '<td role="cell"></td>'
        for cell in header
    )
    body = "".join(
        f'<tr role="row"><th role="rowheader" scope="row" data-head="{_text(header[0])}">{_text(first)}</th>{_cells(cells, header[1:])}</tr>'
        for first, *cells in rows
    )
    if not body:
        return ""
    inside = f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody>'
    inside = f'<table role="table">{inside}</table>'
    return f'<div class="wide" role="group" tabindex="0" aria-label="{_text(label)}">{inside}</div>'


def _cells(cells: Sequence[str], heads: Sequence[str]) -> str:
    """The cells of a row but its first, each with the heading of its column."""
    each = zip(cells, chain(heads, repeat("")), strict=False)  # a row may have fewer than there are headings
    return "".join(f'<td role="cell" data-head="{_text(head)}">{_text(cell)}</td>' for cell, head in each)


def _labelled(part: dict[str, str]) -> str:
    return f"<p><strong>{_text(part['label'])}</strong> {_text(part['text'])}</p>"


def _paragraphs(texts: Iterable[str]) -> list[str]:
    return [f"<p>{_text(one)}</p>" for one in texts if one]


def _head(text: str) -> str:
    return f"<h2>{_text(text)}</h2>"


def _picture(svg: bytes, narrow: bytes, alternative: str) -> str:
    """A picture that is part of the page, with what it shows in words; on a phone the one of large print, whose letters can be read there."""
    wide, small = (f"data:image/svg+xml;base64,{b64encode(one).decode()}" for one in (svg, narrow))
    source = f'<source media="(max-width: 34rem)" srcset="{small}">'
    return f'<figure><picture>{source}<img alt="{_text(alternative)}" src="{wide}"></picture></figure>'


def _text(text: str) -> str:
    return escape(text)


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _style() -> str:
    return (files("nof1.report.results") / "web.css").read_text(encoding="utf-8")
