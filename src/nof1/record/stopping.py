"""Ending a trial before its last planned night, with who decided it and why. Nothing that was recorded is taken back."""

from datetime import date, datetime, timedelta
from pathlib import Path

from nof1.clock import local_now
from nof1.commit import commit, locked
from nof1.errors import InputError
from nof1.plan.orders.amendments import Amendment, StoppedBy
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.amending import amended, refuse_stopped
from nof1.record.diary.journal import with_files
from nof1.record.diary.table import read_diary, refuse_if_locked
from nof1.record.papers import renew_papers
from nof1.record.values.nights import last_night


def stop(
    folder: str | Path,
    *,
    reason: str,
    by: StoppedBy = "person",
    unrelated: bool | None = None,
    since: date | None = None,
    now: datetime | None = None,
) -> Amendment:
    """End a trial: the nights so far are the trial, those behind them are not missing. It cannot be taken back.

    A sealed order can be opened then, as after the last planned night.

    Parameters
    ----------
    reason : str
        Why; it is printed with the results.
    by : {"person", "clinician", "rule"}
        Who decided it: the person, their doctor, or a rule that was fixed beforehand.
    unrelated : bool, optional
        Whether the reason had nothing to do with the ratings, such as moving house; None where nobody said. The randomization
        test says what that means for it.
    since : date, optional
        The first evening that is not of the trial any more. The first one after last night, and after every recorded night, if
        not given.
    now : datetime, optional
        Aware; goes on record. The clock's if not given.

    Raises
    ------
    InputError
        If the trial has not begun, is over or was stopped, nights from that evening on are recorded, or the diary is locked.
        Nothing is changed then.
    Nof1Error
        If the papers could not be written anew; the stop is on record then.

    Examples
    --------
    >>> import nof1
    >>> from datetime import date
    >>> nof1.record.stop(running, reason="Loose stools.", by="clinician", since=date(2026, 1, 9)).kind
    'stopped'
    >>> nof1.record.status(running).order.nights
    4
    """
    folder, now = Path(folder), now or local_now()
    protocol = Protocol.load(folder)
    if not protocol.randomized:
        raise InputError("The nights of this trial were taken over from a table, so there is no plan to stop.")
    with locked(folder):
        refuse_if_locked(folder)
        start = _first_evening_after(folder, protocol, since, now)
        amendment = Amendment.make(
            where="The stop",
            entered=now.replace(microsecond=0),
            kind="stopped",
            start=start,
            reason=reason,
            by=by,
            unrelated=unrelated,
        )
        commit(folder, with_files(folder, amended(folder, amendment), by="stop", now=now))
    renew_papers(folder)
    return amendment


def _first_evening_after(folder: Path, protocol: Protocol, since: date | None, now: datetime) -> date:
    """The first evening that is not of the trial any more, as the person says it or from clock and diary."""
    refuse_stopped(folder)
    order = load_schedule(folder, protocol)
    tonight = last_night(now) + timedelta(days=1)
    recorded = [entry.night for entry in read_diary(folder, protocol)]
    start = max([tonight, *(night + timedelta(days=1) for night in recorded)]) if since is None else since
    if since is not None:
        if since > tonight:
            raise InputError(
                f"{since} is still to come. Stop the trial when it is to end, today or from a day on that is past."
            )
        later = [night for night in recorded if night >= since]
        if later:
            told = ", ".join(map(str, later[:5])) + (f" and {len(later) - 5} more" if len(later) > 5 else "")
            raise InputError(
                f"Recorded from {since} on: {told}. What was recorded stays part of the trial, so it can be stopped from "
                f"{later[-1] + timedelta(days=1)} on at the earliest."
            )
    if start <= order.start:
        raise InputError(
            f"The trial has no night before {start}: its first evening is {order.start}. There is nothing to stop yet."
        )
    if start > order.end:
        raise InputError(f"The trial was over after the night of {order.end}, so there is nothing left to stop.")
    return start
