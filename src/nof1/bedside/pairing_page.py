"""The page that every browser gets at first: it asks for the diary with the browser's key, and for the code where it has none. It holds nothing of the trial.

A browser keeps its key for this address and port alone, and sends it in a header, so that no other server of the machine is
ever given it; a cookie would go to every port. Reads only files of the package.
"""

from functools import cache
from importlib.resources import files

from nof1.bedside.page import embedded, page_policy
from nof1.language import languages, say, speaking

_PARTS = {"style": "pairing.css", "program": "pairing.js"}


@cache
def pairing_page() -> tuple[str, str]:
    """The page as HTML, and its security policy: the diary takes its place, and is bound by it."""
    parts = {place: _source(name) for place, name in _PARTS.items()}
    policy = page_policy(served=True, scripts=(parts["program"],), styles=(parts["style"],))
    told = {}
    for code in languages():
        with speaking(code):
            told[code] = _words()
    parts |= {"words": embedded(told), "noscript": told["en"]["noscript"]}
    # What the diary says of itself; another one is of another version, and would not be let run here.
    parts |= {"policy": embedded(page_policy(served=True))}
    text = _source("pairing.html")
    for place, part in parts.items():
        text = text.replace(f"%%{place}%%", part)
    return text, f"{policy}; frame-ancestors 'none'"


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
        "unkept": say(
            "This browser keeps nothing for this page, so it cannot be paired. Is this a private window, or is storage blocked in its settings?"
        ),
        "again": say("Try again"),
        "open": say("This browser is paired already: open the diary"),
        "noscript": say("This page needs JavaScript, and this browser does not run it."),
    }


def _source(name: str) -> str:
    return (files("nof1.bedside") / name).read_text(encoding="utf-8")
