"""What `nof1 serve` bears of connections: how long the head of a request may take, and how many are open at once, of one device and of all.

uvicorn waits for a head without end, and counts all devices together. Which connection gives way is `gives_way`; must not know a trial.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import count
from typing import Any, Protocol

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
OF_DEVICE = 16  # a browser opens six
OF_ALL = 48
_numbers = count()


class Connection(Protocol):
    """What has to be known of a connection to let it stay."""

    device: str
    number: int  # the older, the lower

    @property
    def serves(self) -> bool:
        """Whether a paired browser is waiting for an answer on it."""


def gives_way[One: Connection](opened: Iterable[One], new: One) -> One | None:
    """Which of the connections is closed where there are too many, `new` among them: of the device that has most, the oldest on which no paired browser waits."""
    there = list(opened)
    crowd = [one for one in there if one.device == new.device]
    if len(crowd) <= OF_DEVICE:
        if len(there) <= OF_ALL:
            return None
        ((most, _),) = Counter(one.device for one in there).most_common(1)
        crowd = [one for one in there if one.device == most]
    return min((one for one in crowd if not one.serves), key=lambda one: one.number, default=new)


class PoliteProtocol(H11Protocol):
    """A connection that ends when a head is not there in time, or another one needs its place."""

    _head: Any = None  # what would end the connection

    def connection_made(self, transport: Any) -> None:
        """Take its place among the others."""
        super().connection_made(transport)
        self.device, self.number = self.client[0] if self.client else "", next(_numbers)
        others: Any = [one for one in self.connections if isinstance(one, PoliteProtocol)]
        less = gives_way([one for one in others if not one.transport.is_closing()], self)
        if less is not None:
            less.transport.abort()
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Go on reading."""
        super().data_received(data)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def serves(self) -> bool:
        """Whether a paired browser is waiting for an answer on it."""
        return self._answers and bool(self.scope.get("state", {}).get("paired"))

    @property
    def _answers(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_head(self) -> None:
        """Once for each head, however many pieces it comes in. Between two requests uvicorn waits by itself, and not for long."""
        if self._answers or self.transport.is_closing():
            self._stop_waiting()
        elif self._head is None:
            self._head = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None
