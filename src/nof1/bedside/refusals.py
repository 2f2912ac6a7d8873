"""What `nof1 serve` refuses before it looks at a trial: whoever is not meant, and too much at once. Each refusal is logged without its content.

Knows headers and clocks; must not know a trial, a night or what an entry says.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nof1.cells import brief

LOGGER = logging.getLogger("nof1.bedside")
AT_ONCE = 60  # requests that a device may make one after another; opening the page takes three
A_SECOND = 4.0  # and how many it may make after that, lastingly
MAX_CLIENTS = 64  # devices of which the requests are counted one by one
_QUIET_SECONDS = 10.0  # the same refusal is logged once in this time


class Refusal(Exception):  # noqa: N818 - what is done, not what went wrong
    """A request that is not answered. `status` is HTTP's, `detail` goes into the log beside the message."""

    def __init__(
        self, status: int, message: str, *, detail: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.detail, self.headers = status, message, detail, dict(headers or {})


@dataclass
class _Bucket:
    """What is left of a device's requests, and when that was counted."""

    left: float
    counted: float


class Buckets:
    """How many requests each device may still make. The table has an end: when it is full, whoever is new shares one bucket with the others.

    Parameters
    ----------
    ticks : callable
        A clock in seconds that never goes back.
    """

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._clients: dict[str, _Bucket] = {}
        self._others = _Bucket(AT_ONCE, ticks())

    def __len__(self) -> int:
        return len(self._clients)

    def take(self, client: str) -> None:
        """Count a request.

        Raises
        ------
        Refusal
            If there were too many of them.
        """
        bucket, now = self._of(client), self._ticks()
        bucket.left = _filled(bucket, now)
        bucket.counted = now
        if bucket.left < 1:
            wait = {"Retry-After": str(int((1 - bucket.left) / A_SECOND) + 1)}
            raise Refusal(429, "Too many requests at once. Wait a moment.", headers=wait)
        bucket.left -= 1

    def _of(self, client: str) -> _Bucket:
        known = self._clients.get(client)
        if known is not None:
            return known
        now = self._ticks()
        if len(self._clients) >= MAX_CLIENTS:  # those that were quiet for a while are as good as new
            self._clients = {one: bucket for one, bucket in self._clients.items() if _filled(bucket, now) < AT_ONCE}
        if len(self._clients) >= MAX_CLIENTS:
            return self._others
        return self._clients.setdefault(client, _Bucket(AT_ONCE, now))


def _filled(bucket: _Bucket, now: float) -> float:
    return min(float(AT_ONCE), bucket.left + A_SECOND * (now - bucket.counted))


class RefusalLog:
    """One line for each refusal, but not for each of a flood: how many were left out is told with the next one."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._told: dict[str, float] = {}  # by message; there are about a dozen
        self._untold: dict[str, int] = {}

    def note(self, client: str, refusal: Refusal) -> None:
        """Log it, or count it."""
        now, what = self._ticks(), refusal.message
        if now - self._told.get(what, -_QUIET_SECONDS) < _QUIET_SECONDS:
            self._untold[what] = self._untold.get(what, 0) + 1
            return
        self._told[what] = now
        more = self._untold.pop(what, 0)
        detail = f" ({brief(refusal.detail)})" if refusal.detail else ""
        LOGGER.warning(
            "Refused, %d, from %s: %s%s%s",
            refusal.status,
            client,
            what,
            detail,
            f" And {more} more like it before." if more else "",
        )


def refuse_foreign(headers: Mapping[str, str], hosts: frozenset[str], *, method: str, navigates: bool) -> None:
    """Refuse what was not sent by the page itself, or by a person who opens its address.

    Parameters
    ----------
    hosts : frozenset of str
        The names, with their port, by which the page may be asked for. A name that leads here without being one of them
        belongs to somebody who wants a browser to take this server for his own (DNS rebinding).
    navigates : bool
        Whether the address is one that a link may lead to.

    Raises
    ------
    Refusal
        If the request is foreign.
    """
    host = headers.get("host", "")
    if host.lower() not in hosts:
        raise Refusal(421, "The address that was asked for is not one of nof1 serve.", detail=host)
    opened = navigates and method in ("GET", "HEAD")
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        raise Refusal(403, "The request came from another page.", detail=origin)
    site = headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none") and not (opened and headers.get("sec-fetch-mode") == "navigate"):
        raise Refusal(403, "The request came from another page.", detail=f"sec-fetch-site {site}")
