"""The diary as one file: a page with its style, its program and what it has to know, that asks nobody for anything.

Its security policy names the style and the program by their hashes, so that nothing else runs, and forbids every connection; a served
page may reach the one that sent it. Reads only files of the package.
"""

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from nof1.bedside.content import page_content
from nof1.plan.design.order import Order
from nof1.plan.protocol.protocol import Protocol

PAGE_FILE = "diary.html"
# In this order: each uses those before it.
PROGRAM = (
    "dom.js", "words.js", "nights.js", "symptoms.js", "cells.js", "store.js", "entries.js", "files.js", "fields.js", "form.js",
    "grades.js", "missed.js", "views.js", "answer.js", "tonight.js", "sync.js", "conflicts.js", "main.js",
)  # fmt: skip
_FOLDER = "page"
_PLACE = re.compile("%%([a-z]+)%%")


def diary_page(protocol: Protocol, order: Order, *, served: bool = False) -> str:
    """The page as HTML: the same text for the same protocol, nights and version of nof1.

    Parameters
    ----------
    order : Order
        As it is lived, pauses included; sealed or not. In a concealed trial the page is the same whichever order was drawn.
    served : bool
        Whether it is sent by `nof1 serve`, and so may ask it for what is recorded and send it entries.

    Raises
    ------
    InputError
        If the trial was adopted, or the order does not fit.
    """
    parts = {
        "policy": page_policy(served=served),
        "style": _source("diary.css"),
        "program": _program(),
        "content": embedded(page_content(protocol, order, served=served)),
    }
    return _PLACE.sub(
        lambda place: parts[place[1]], _source("diary.html")
    )  # once over all of it: no part is searched for places


def embedded(content: Any) -> str:
    """JSON that can stand in a script element: nothing in it ends the element or begins a comment."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def page_policy(*, served: bool, scripts: tuple[str, ...] = (), styles: tuple[str, ...] = ()) -> str:
    """What the page may do, as its security policy says it; `scripts` and `styles` may stand in it, too."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(_program(), *scripts)}",
            f"style-src {_hashes(_source('diary.css'), *styles)}",
            "img-src data:",
            f"connect-src {"'self'" if served else "'none'"}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hashes(*texts: str) -> str:
    return " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts)


@cache
def _program() -> str:
    """All of the program, in a scope of its own."""
    parts = "\n".join(_source(name) for name in PROGRAM)
    return f'(() => {{\n"use strict";\n{parts}}})();'


@cache
def _source(name: str) -> str:
    return (files("nof1.bedside") / _FOLDER / name).read_text(encoding="utf-8")
