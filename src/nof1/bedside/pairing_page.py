"""The page that a browser gets which is not paired yet: a field for the code. It holds nothing of the trial.

Reads only files of the package.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from nof1.bedside.page import embedded
from nof1.language import languages, say, speaking

_PARTS = {"style": "pairing.css", "program": "pairing.js"}


@cache
def pairing_page() -> tuple[str, str]:
    """The page as HTML, and its security policy."""
    parts = {place: _source(name) for place, name in _PARTS.items()}
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(parts['program'])}'",
            f"style-src '{_hash(parts['style'])}'",
            "img-src data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
    told = {}
    for code in languages():
        with speaking(code):
            told[code] = _words()
    parts |= {"words": embedded(told), "noscript": told["en"]["noscript"]}
    text = _source("pairing.html")
    for place, part in parts.items():
        text = text.replace(f"%%{place}%%", part)
    return text, policy


def _words() -> dict[str, str]:
    """What the page says, in the spoken language."""
    return {
        "title": say("Pair this browser with your diary"),
        "how": say("On the computer with the trial, nof1 serve shows a code. It is asked for once in each browser."),
        "code": say("Code"),
        "pair": say("Pair"),
        "asking": say("Asking the computer …"),
        "wrong": say("That is not the code. Look at it again; a new one is shown each time nof1 serve is started."),
        "closed": say("Too many wrong codes were given. Start nof1 serve again on the computer: it shows a new code."),
        "wait": say("Too many tries at once. Wait a moment, then try again."),
        "away": say("The computer does not answer. Is it awake, and nof1 serve still running? Then try again."),
        "open": say("This browser is paired already: open the diary"),
        "noscript": say("This page needs JavaScript, and this browser does not run it."),
    }


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _source(name: str) -> str:
    return (files("nof1.bedside") / name).read_text(encoding="utf-8")
