"""Whether a trial has an answer that can be shown at the bedside, and that answer as a page. Of a sealed trial there is none.

Analyses nothing: it looks at the hashes in results.json, and is given what makes the page of a result (`nof1 serve` does that).
Must not know HTTP or who is asking.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Literal

from nof1.errors import InputError
from nof1.files import is_file, read_bytes, sha256_bytes
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.looks import is_early, load_looks, planned_now
from nof1.record.result_files import OWN_HASH, RESULTS_FILE, RESULTS_FOLDER, results_sha256
from nof1.record.trial import Trial
from nof1.record.values.nights import last_night

# Nothing to say yet; an answer that fits the diary; one is due and there is none, or only that of another diary; the order is sealed still.
State = Literal["none", "ready", "due", "changed", "sealed"]
MakePage = Callable[[Path, str], str]


class Results:
    """The answer of a trial folder that is served.

    Parameters
    ----------
    folder : Path
    clock : callable
        The local time, aware.
    make_page : callable
        The page of the folder's result in a language, as HTML. It may take seconds; what it gave is kept for the same result.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime], make_page: MakePage) -> None:
        self._folder, self._clock, self._make_page = folder, clock, make_page
        self._made: dict[tuple[str, str, str], str] = {}
        self._one_at_a_time = Lock()

    def state(self) -> State:
        """Whether there is an answer, or one is to be made."""
        return self._look()[0]

    def page(self, language: str) -> str:
        """The answer as HTML.

        Raises
        ------
        InputError
            If there is none that fits the diary, or the order is sealed.
        """
        with self._one_at_a_time:
            state, trial, result = self._look()
            if state != "ready":
                raise InputError("There is no answer that fits the diary.")
            key = (language, trial, result)
            if key not in self._made:
                self._made = {known: page for known, page in self._made.items() if known[1:] == key[1:]}
                self._made[key] = self._make_page(self._folder, language)
            return self._made[key]

    def _look(self) -> tuple[State, str, str]:
        """The state, and what a page of it depends on."""
        now = self._clock()
        protocol = Protocol.load(self._folder)
        order = load_schedule(self._folder, protocol)
        if order.sealed:  # before anything of the results is read
            return ("sealed" if last_night(now) >= order.end else "none"), "", ""
        trial = Trial.load(self._folder)
        told = f"{trial.protocol.sha256()} {trial.diary_sha256} {trial.order.to_csv()}"
        fits = self._fits(trial)
        if fits is not None:
            return "ready", told, fits
        if not self._due(trial, now):
            return "none", "", ""
        return ("changed" if is_file(self._folder / RESULTS_FOLDER / RESULTS_FILE) else "due"), "", ""

    def _due(self, trial: Trial, now: datetime) -> bool:
        """Whether the last night is over, or a planned look may be made; never without a night that counts."""
        if len(trial.missing_nights) == len(trial.planned_nights):
            return False
        return not is_early(trial, now) or planned_now(trial, load_looks(self._folder), now) is not None

    def _fits(self, trial: Trial) -> str | None:
        """The hash of results.json where it is that of this diary and as nof1 wrote it."""
        path = self._folder / RESULTS_FOLDER / RESULTS_FILE
        if not is_file(path):
            return None
        content = read_bytes(path)
        try:
            record = json.loads(content)
            hashes = record["protocol_sha256"], record["diary_sha256"], record[OWN_HASH]
            own = results_sha256(record)
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return sha256_bytes(content) if hashes == (trial.protocol.sha256(), trial.diary_sha256, own) else None
