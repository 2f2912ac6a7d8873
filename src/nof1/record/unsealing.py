"""Opening a concealed order: the diary is locked and its hash recorded before anybody sees an arm.

These are two steps, each written whole or not at all: nothing of the order is on the disk, not even laid aside, before the
diary is locked. Stopped in between, the same call goes on where it stopped. An order that was opened stays opened: where its files
are gone, the journal says so, and the same call puts them back.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from nof1.clock import local_now
from nof1.commit import commit, locked
from nof1.errors import InputError, RefusalError
from nof1.files import sha256_bytes
from nof1.plan.design.fields import PAUSE
from nof1.plan.design.order import ORDER_FILE, Order
from nof1.plan.orders.amendments import AMENDMENTS_FILE, Amendment, amended_order, load_amendments
from nof1.plan.orders.draw import order_of_arms, schedule
from nof1.plan.orders.loading import UNSEALING_FILE, Unsealing, is_sealed, load_schedule, load_unsealing
from nof1.plan.orders.seal import SEALED_ORDER_FILE
from nof1.plan.protocol.protocol import Protocol
from nof1.record.amended_doses import verified_order
from nof1.record.amending import amended
from nof1.record.diary.entry import Entry, to_csv
from nof1.record.diary.journal import JOURNAL_FILE, with_files
from nof1.record.diary.on_record import (
    amendments_before,
    lines_on_record,
    load_opening,
    lost_opening,
    opening_on_record,
    values_before,
)
from nof1.record.diary.table import entries_of, read_diary
from nof1.record.papers import renew_papers
from nof1.record.values.nights import last_night


def unseal(
    folder: str | Path,
    helper: str | Path | None = None,
    *,
    packs: Sequence[str] | None = None,
    now: datetime | None = None,
) -> Order:
    """Open the order of a concealed trial: lock the diary, verify the seal, write order.csv.

    Parameters
    ----------
    helper : path, optional
        The helper's folder with sealed-order.json.
    packs : sequence of str, optional
        What was in each pack, by its number, where nobody but chance knew (concealed = "alone").
    now : datetime, optional
        Aware; goes on record. The clock's if not given.

    Returns
    -------
    Order
        As it was lived.

    Raises
    ------
    InputError
        If the trial is not sealed, a file is damaged, or the packs do not make an allowed order.
    RefusalError
        If the sealed order is of another trial or was altered. Nothing is changed then.

    Examples
    --------
    >>> import nof1
    >>> nof1.record.unseal(sealed_folder, helper_folder).sealed
    False
    """
    folder, now = Path(folder), now or local_now()
    protocol = Protocol.load(folder)
    with locked(folder):
        _refuse_open(folder, protocol)
        order, proof = _opened(folder, protocol, helper, packs)
        _put_back(folder, protocol, packs)
        earlier = load_opening(folder, protocol)
        if earlier is not None and earlier.arms is not None and earlier.arms != tuple(packs or ()):
            raise InputError(
                f"Other packs went on record when the diary was locked: {', '.join(earlier.arms)}. Give these; nothing was opened."
            )
        if earlier is None:  # else it was stopped after this step
            contents: dict[str, bytes | str] = {UNSEALING_FILE: _on_record(folder, protocol, packs, now).to_json()}
            commit(folder, with_files(folder, contents, by="unseal", now=now))
        known = {line.column: line.new for line in lines_on_record(folder) if line.by == "unseal" and not line.night}
        if ORDER_FILE not in known:  # else it was open before, and results tell of a diary that was changed since
            _refuse_changed_diary(folder, protocol)
        lived = amended_order(order, load_amendments(folder))
        contents = {} if proof is None else {SEALED_ORDER_FILE: proof}
        contents[ORDER_FILE] = lived.to_csv()
        again = {name: told for name, told in contents.items() if known.get(name) == _sha256(told)}
        new = {name: told for name, told in contents.items() if name not in again}
        commit(folder, again | with_files(folder, new, by="unseal", now=now))
    return lived


def open_period(
    folder: str | Path, period: int, reason: str, helper: str | Path | None = None, *, now: datetime | None = None
) -> str | None:
    """Open one period of a concealed trial in an emergency, put it on record and write the papers anew; the rest stays sealed.

    Parameters
    ----------
    reason : str
        Why; it is printed with the results.
    helper : path, optional
        The helper's folder with sealed-order.json.
    now : datetime, optional
        Aware; goes on record. The clock's if not given.

    Returns
    -------
    str or None
        Name of the arm; None where it stands on a slip in the pack and nobody else knows it.

    Raises
    ------
    InputError
        If there is no such period, no reason is given, or the trial is not sealed.
    RefusalError
        If the sealed order is of another trial or was altered.
    Nof1Error
        If the papers could not be written anew; that the period was opened is on record then.

    Examples
    --------
    >>> import nof1
    >>> nof1.record.open_period(sealed_folder, 1, "A rash.", helper_folder) in ("off", "magnesium")
    True
    """
    folder = Path(folder)
    if not reason:
        raise InputError("Opening one period needs a reason=; it goes on record and is printed with the results.")
    arm = unblind_period(folder, period, reason, helper, now=now or local_now())
    renew_papers(folder)
    return arm


def unblind_period(
    folder: str | Path, period: int, reason: str, helper: str | Path | None = None, *, now: datetime
) -> str | None:
    """Open one period in an emergency, without the papers; parameters and refusals as in `open_period`."""
    folder = Path(folder)
    protocol = Protocol.load(folder)
    with locked(folder):
        _refuse_open(folder, protocol)
        line = opening_on_record(folder)
        if line is not None:
            raise InputError(f"The order of {folder} is open already: it was opened on {line.entered[:10]}.")
        if not 1 <= period <= protocol.periods:
            raise InputError(f"There is no period {period}; the trial has periods 1 to {protocol.periods}.")
        amendment = Amendment.make(
            where="The reason", entered=now.replace(microsecond=0), kind="unblinded", period=period, reason=reason
        )
        arm = None
        if protocol.concealed == "helper":
            arm = verified_order(folder, protocol, helper).arms()[period - 1]
        commit(folder, with_files(folder, amended(folder, amendment), by="unseal", now=now))
    return arm


def _refuse_open(folder: Path, protocol: Protocol) -> None:
    if protocol.concealed == "open":
        raise InputError(f"The order of {folder} was never sealed; it is in {ORDER_FILE}.")
    lost = not (folder / UNSEALING_FILE).is_file() and opening_on_record(folder) is not None
    if not is_sealed(folder, protocol) and not lost:
        raise InputError(f"The order of {folder} is open already; it is in {ORDER_FILE}.")


def _put_back(folder: Path, protocol: Protocol, packs: Sequence[str] | None) -> None:
    """Make unsealing.json again as it went on record, where the order was opened before and the file is gone.

    By the journal: from what it holds of the diary and the amendments of that moment, held against the hash of the file. Where the
    diary is another one since, results say so.

    Raises
    ------
    RefusalError
        If it does not come out as it was, since other packs are named or the journal was changed.
    """
    line = opening_on_record(folder)
    if line is None or (folder / UNSEALING_FILE).is_file():
        return
    opened = datetime.fromisoformat(line.entered)
    plan = amended_order(schedule(protocol), amendments_before(folder, line, load_amendments(folder)))
    # What was filled in by hand before that moment stands in the diary alone.
    known = (entries_of(protocol, values_before(folder, line), until=plan.end), read_diary(folder, protocol))
    made = [_record_of(protocol, entries, plan, packs, opened).to_json() for entries in known]
    again = next((one for one in made if _sha256(one) == line.new), None)
    if again is None:
        raise RefusalError(
            f"{lost_opening(folder, line)} It could not be made again here: "
            + ("other packs were named then, or " if packs is not None else "")
            + f"{JOURNAL_FILE} or {AMENDMENTS_FILE} was changed by hand since. Nothing was opened."
        )
    commit(folder, {UNSEALING_FILE: again})


def _sha256(content: bytes | str) -> str:
    return sha256_bytes(content.encode() if isinstance(content, str) else content)


def _opened(
    folder: Path, protocol: Protocol, helper: str | Path | None, packs: Sequence[str] | None
) -> tuple[Order, bytes | None]:
    """The order as drawn, and the helper's file that proves it."""
    if protocol.concealed == "alone":
        if helper is not None:
            raise InputError("This trial has no helper: its packs were shuffled. Say what was in each pack instead.")
        if packs is None:
            raise InputError(
                f"Open the packs and say what was in each, in the order of their numbers 1 to {protocol.periods}: packs=."
            )
        if len(packs) != protocol.periods:
            raise InputError(f"{len(packs)} packs are named; there are {protocol.periods}. Name what was in each.")
        return order_of_arms(protocol, packs), None
    if packs is not None:
        raise InputError("The order of this trial is with a helper. Give the helper's folder instead of packs.")
    order = verified_order(folder, protocol, helper)
    assert helper is not None  # refused by verified_order otherwise
    return order, (Path(helper) / SEALED_ORDER_FILE).read_bytes()


def _on_record(folder: Path, protocol: Protocol, packs: Sequence[str] | None, now: datetime) -> Unsealing:
    return _record_of(protocol, read_diary(folder, protocol), load_schedule(folder, protocol), packs, now)


def _record_of(
    protocol: Protocol, entries: Sequence[Entry], plan: Order, packs: Sequence[str] | None, now: datetime
) -> Unsealing:
    rated = {entry.night for entry in entries if entry.outcome is not None}
    planned = [night for period in plan.periods if period.arm != PAUSE for night in period.dates]
    over = last_night(now.replace(tzinfo=None))
    return Unsealing(
        opened=now.replace(microsecond=0),
        diary_sha256=_sha256(to_csv(protocol, entries)),
        nights_recorded=len(rated & set(planned)),
        nights_planned=len(planned),
        nights_left=sum(night > over for night in planned),
        arms=None if packs is None else tuple(packs),
    )


def _diary_sha256(folder: Path, protocol: Protocol) -> str:
    return _sha256(to_csv(protocol, read_diary(folder, protocol)))


def _refuse_changed_diary(folder: Path, protocol: Protocol) -> None:
    """Hold the diary against the lock, where an earlier call was stopped after it."""
    unsealing = load_unsealing(folder)
    assert unsealing is not None  # written just before
    if unsealing.diary_sha256 != _diary_sha256(folder, protocol):
        raise InputError(
            f"The diary was changed after it was locked on {unsealing.opened:%Y-%m-%d}. Restore diary.csv from a copy; nothing was opened."
        )
