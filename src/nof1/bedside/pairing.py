"""Who may use a served diary: a code that the terminal shows is changed for a key, which a browser keeps. All of it is in memory and ends with the server.

Knows codes and keys; must not know a trial.
"""

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256

from nof1.bedside.refusals import LOGGER, Refusal

MAX_WRONG = 10  # codes, by whomever; then nobody can pair until the server is started again
MAX_BROWSERS = 20
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that are taken for one another
_LENGTH = 8
_LONGEST = 64
CLOSED = "Too many wrong codes were given. Start 'nof1 serve' again for a new one."
WRONG = "That is not the code that the terminal shows."


def new_code() -> str:
    """A code such as "ABCD-EFGH": one of 32 to the power of 8."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


@dataclass
class Pairing:
    """The code, how often a wrong one was given, and the browsers that gave the right one."""

    code: str
    wrong: int = 0
    _browsers: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._browsers)

    def pair(self, given: str) -> str:
        """A key for the browser that gave the code; the one that was paired first gives way where there are too many.

        Raises
        ------
        Refusal
            If it is another code, or wrong ones were given too often.
        """
        if self.wrong >= MAX_WRONG:
            raise Refusal(423, CLOSED)
        if not hmac.compare_digest(_plain(given), _plain(self.code)):
            self.wrong += 1
            if self.wrong >= MAX_WRONG:
                LOGGER.error("%d wrong codes were given, so no further browser can be paired. %s", self.wrong, CLOSED)
            raise Refusal(403, WRONG, detail=f"{self.wrong} of {MAX_WRONG}")
        key = secrets.token_urlsafe(32)
        self._browsers[_digest(key)] = None
        while len(self._browsers) > MAX_BROWSERS:
            self._browsers.popitem(last=False)
        return key

    def browser(self, key: str | None) -> str | None:
        """What the browser that was given this key is called here; None if none was."""
        name = None if key is None else _digest(key)
        return name if name in self._browsers else None


def _plain(code: str) -> bytes:
    """A code as it is compared: typed with small letters, spaces or without its dash, it is the same."""
    return "".join(letter for letter in code[:_LONGEST].upper() if letter.isalnum()).encode()


def _digest(key: str) -> str:
    """What is kept of a key: looking it up tells nothing of it by the time that it takes."""
    return sha256(key.encode(errors="replace")).hexdigest()
