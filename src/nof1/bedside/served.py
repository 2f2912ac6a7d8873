"""A trial folder as the served diary sees it: its page, its recorded nights, and entries that go through the same code as those of `nof1 log`.

Knows folders and nights; must not know HTTP, keys or who is asking.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from nof1.bedside.page import diary_page
from nof1.bedside.sent import Batch, Missed, Sent, entered, own_cells, refuse_changed
from nof1.errors import InputError
from nof1.files import sha256_bytes
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry, row_of
from nof1.record.diary.events import is_event_name, read_events
from nof1.record.diary.journal import revisions
from nof1.record.diary.missed import log_missed, told_already
from nof1.record.diary.night import refuse_not_over
from nof1.record.diary.on_record import is_locked
from nof1.record.diary.period_ends import period_cells, recorded_columns
from nof1.record.diary.secondary import read_measures
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import Change, ConflictError, record

BY = "diary page"  # in the journal
_REMEMBERED = 10_000


class OtherTrialError(InputError):
    """The entries are of another trial than the one that is served."""


@dataclass(frozen=True)
class Page:
    """The page, and the hash by which a browser finds out that it is out of date."""

    text: str
    sha256: str


class Served:
    """A trial folder that is served.

    Parameters
    ----------
    folder : Path
    clock : callable
        The local time, aware.

    Raises
    ------
    InputError
        If the folder is no trial folder, or has no page.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder, self._clock = folder, clock
        self._made: tuple[Protocol, Order, Page] | None = None
        self._one_at_a_time = Lock()
        self._latest: dict[tuple[str, date], int] = {}  # number of the last entry that was heard of
        self.trial = Protocol.load(folder).sha256()
        self.page()

    def page(self) -> Page:
        """The page, of the folder as it is now: an amendment moves its nights."""
        protocol = Protocol.load(self.folder)
        order = load_schedule(self.folder, protocol)
        made = self._made
        if made is None or made[:2] != (protocol, order):
            text = diary_page(protocol, order, served=True)
            made = self._made = protocol, order, Page(text, sha256_bytes(text.encode()))
        return made[2]

    def nights(self) -> dict[str, Any]:
        """What is recorded, by night, and what tells the page whether it is out of date."""
        protocol = Protocol.load(self.folder)
        return {
            "trial": protocol.sha256(),
            "page": self.page().sha256,
            "today": self._clock().isoformat(timespec="seconds"),
            "nights": {str(night): cells for night, cells in self._recorded(protocol).items()},
            "revisions": revisions(self.folder),
            "missed": self._told(),
            "locked": is_locked(self.folder),
        }

    def take_missed(self, batch: Batch) -> list[dict[str, Any]]:
        """Record nights that are told together to have been missed, each such entry by itself, and tell what came of each.

        What was told before is "same": a request may come twice, and its answer may be lost.

        Raises
        ------
        OtherTrialError, Nof1Error
            As for `take`.
        """
        self._refuse_other(batch)
        with self._one_at_a_time:
            return [self._missed(one) for one in batch.missed]

    def take(self, batch: Batch) -> list[dict[str, Any]]:
        """Record entries, each by itself, and tell what came of each.

        An entry that comes after a later one of the same browser and night, held up on its way, is "old" and changes nothing.

        Raises
        ------
        OtherTrialError
            If the page was made for another trial.
        Nof1Error
            If the folder cannot be written to at the moment. Entries before that are recorded, and the same again is harmless.
        """
        protocol = self._refuse_other(batch)
        with self._one_at_a_time:
            results = self._taken(protocol, batch)
        recorded, changed = self._recorded(protocol), revisions(self.folder)
        for sent, result in zip(batch.entries, results, strict=True):
            result["recorded"] = recorded.get(sent.night, {})
            result["revisions"] = changed.get(str(sent.night), {})
        return results

    def _refuse_other(self, batch: Batch) -> Protocol:
        protocol = Protocol.load(self.folder)
        if batch.trial != protocol.sha256():
            raise OtherTrialError("This page belongs to another trial than the one that nof1 serve has open.")
        return protocol

    def _taken(self, protocol: Protocol, batch: Batch) -> list[dict[str, Any]]:
        now = self._clock()
        recorded, changed = self._recorded(protocol), revisions(self.folder)
        results: list[dict[str, Any]] = []
        for sent in batch.entries:
            known, times = recorded.get(sent.night, {}), changed.get(str(sent.night), {})
            status, message, latest = "recorded", "", self._heard(batch.device, sent)
            try:
                if latest > sent.number:
                    status = "old"
                elif not self._take(protocol, sent, known, times, now):
                    status = "same"
            except ConflictError as conflict:
                status, message = "conflict", str(conflict)
            except InputError as problem:
                status, message = "refused", str(problem)
            results.append({"night": str(sent.night), "status": status, "message": message, "latest": latest})
        return results

    def _heard(self, device: str, sent: Sent) -> int:
        """The highest number of an entry of this browser and night so far, this one among them."""
        if not device:
            return sent.number
        key = device, sent.night
        latest = max(self._latest.pop(key, 0), sent.number)
        self._latest[key] = latest
        while len(self._latest) > _REMEMBERED:
            del self._latest[next(iter(self._latest))]
        return latest

    def _take(
        self, protocol: Protocol, sent: Sent, known: Mapping[str, str], times: Mapping[str, int], now: datetime
    ) -> bool:
        """Whether anything changed."""
        for name in sent.cells:
            if name not in recorded_columns(protocol)[1:] and not is_event_name(name):
                raise InputError(f"{name[:40]!r} is not recorded in this trial.")
        refuse_not_over(protocol, sent.night, sent.cells, now=now)
        cells = entered(sent, known)
        refuse_changed(sent, cells, known, times)
        change = Change(
            sent.night, cells, seen=sent.seen | {name: known.get(name, "") for name in own_cells(sent, known)}
        )
        return bool(change.cells and record(self.folder, protocol, [change], by=BY, now=now, correct=True))

    def _missed(self, sent: Missed) -> dict[str, Any]:
        status, message = "recorded", ""
        try:
            if told_already(load_amendments(self.folder), sent.start, sent.end, sent.taken):
                status = "same"
            else:
                log_missed(self.folder, sent.taken, since=sent.start, until=sent.end, by=BY, now=self._clock())
        except InputError as problem:
            status, message = "refused", str(problem)
        return {"start": str(sent.start), "end": str(sent.end), "status": status, "message": message}

    def _told(self) -> list[dict[str, str]]:
        """Nights of which was told in one entry that nothing was recorded, by first and last evening."""
        return [
            {"start": str(one.start), "end": str(one.start + timedelta(days=one.nights - 1)), "taken": one.taken}
            for one in load_amendments(self.folder)
            if one.taken is not None and one.start is not None and one.nights is not None
        ]

    def _recorded(self, protocol: Protocol) -> dict[date, dict[str, str]]:
        recorded = {entry.night: _cells(protocol, entry) for entry in read_diary(self.folder, protocol)}
        measures = read_measures(self.folder)
        for night in {night for night, _ in measures}:
            if cells := period_cells(protocol, measures, night):
                recorded[night] = _cells(protocol, Entry(night)) | recorded.get(night, {}) | cells
        for (night, name), text in read_events(self.folder).items():
            recorded[night] = recorded.get(night, _cells(protocol, Entry(night))) | {name: text}
        return recorded


def _cells(protocol: Protocol, entry: Entry) -> dict[str, str]:
    return {name: text for name, text in row_of(protocol, entry).items() if name != "night"}
