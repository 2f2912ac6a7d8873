"""Amendments: what changes after the draw, entered with its date and reason, nothing taken back.

What of a dose may be planned, and new packs, are in `amended_doses.py`.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from nof1.clock import local_now
from nof1.commit import commit, locked
from nof1.errors import InputError
from nof1.plan.design.order import ORDER_FILE, Order, Pause
from nof1.plan.orders.amendments import AMENDMENTS_FILE, Amendment, amendments_csv, load_amendments, stop_of
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.amended_doses import amended_arm, refuse_other_start, write_new_packs
from nof1.record.diary.journal import with_files
from nof1.record.diary.table import read_diary, refuse_if_locked
from nof1.record.papers import renew_papers
from nof1.record.values.nights import last_night


def amend(
    folder: str | Path,
    *,
    pause: date | None = None,
    nights: int | None = None,
    exclude: bool = False,
    medicine: str | None = None,
    since: date | None = None,
    note: str | None = None,
    reason: str | None = None,
    dose: float | None = None,
    arm: str | None = None,
    dose_meant: bool = False,
    helper: str | Path | None = None,
    now: datetime | None = None,
) -> Amendment:
    """Put a change after the draw on record, a pause, another dose, another medicine or anything else in words, and write the papers anew.

    Parameters
    ----------
    pause : date, optional
        First evening of a pause; what follows moves. It needs `nights` and `reason`.
    nights : int, optional
        Nights of the pause.
    exclude : bool
        Whether nights of the pause that are recorded are taken out afterwards: they stay in the diary, and the page says so first, with
        the answer both ways.
    medicine : str, optional
        Another medicine that was started, stopped or changed: which, and how. A page that says "worse" names it.
    since : date, optional
        The day from which the medicine was another, or the first evening with another dose; today if not given.
    note : str, optional
        Any other change, such as another pillow.
    reason : str, optional
        Why; it is printed with the results.
    dose : float, optional
        Elemental mg of an evening that are planned from `since` on, everywhere: what is to be taken, and in the analysis a night's
        share of the first planned dose.
    arm : str, optional
        Whose dose, where several arms have one.
    dose_meant : bool
        That a dose which looks like a slip, such as 2 mg, is meant.
    helper : path, optional
        The helper's folder of a sealed trial, whose new packing sheet is written into it: without new packs the dose cannot change.
    now : datetime, optional
        Aware; goes on record. The clock's if not given.

    Raises
    ------
    InputError
        If it is not just one of pause, dose, medicine and note, the pause or the dose is outside the trial, nights after a pause, or
        from another dose on, are recorded already, nights of a pause are and are not to be excluded, the dose is not one that nof1
        plans, or a sealed trial has no helper's folder. Nothing is changed then.
    Nof1Error
        If the papers could not be written anew; the change is on record then.

    Examples
    --------
    >>> import nof1
    >>> nof1.record.amend(folder, note="Tablets of another maker from today on.").kind
    'note'
    >>> nof1.record.amend(folder, medicine="sertraline 50 mg started").kind
    'medicine'
    """
    folder, now = Path(folder), now or local_now()
    if sum(change is not None for change in (pause, dose, medicine, note)) != 1:
        raise InputError("Say what changed: pause= with nights= and reason=, dose=, medicine=, or note=.")
    if since is not None and medicine is None and dose is None:
        raise InputError("since= goes with medicine= or dose=.")
    if dose is None and (arm is not None or dose_meant or helper is not None):
        raise InputError("arm=, dose_meant= and helper= go with dose=.")
    if pause is not None:
        if nights is None or not reason:
            raise InputError("A pause needs nights= and reason=.")
        add_pause(folder, pause, nights, reason, exclude=exclude, now=now)
    elif dose is not None:
        if nights is not None or exclude:
            raise InputError("nights= and exclude= go with pause=.")
        start = since or last_night(now) + timedelta(days=1)
        add_dose(folder, dose, start, arm=arm, reason=reason or "", dose_meant=dose_meant, helper=helper, now=now)
    else:
        if exclude:
            raise InputError("exclude= goes with pause=.")
        if nights is not None:
            raise InputError("nights= goes with pause=.")
        told = str(note if medicine is None else medicine)
        words = f"{told} {reason}" if reason else told
        if medicine is None:
            add_note(folder, words, now=now)
        else:
            add_medicine(folder, words, since or now.date(), now=now)
    renew_papers(folder)
    return load_amendments(folder)[-1]


def add_pause(
    folder: str | Path, start: date, nights: int, reason: str, *, exclude: bool = False, now: datetime
) -> Order:
    """Enter a pause: the nights from `start` on move by `nights`, and so does everything after them.

    What is recorded during the pause stays in the diary and is not analyzed. Nights that were recorded before it was entered are
    taken out with `exclude` alone: their dates go on record, and results tell the answer with them, too.

    Returns
    -------
    Order
        As it is lived from now on; without arms while it is sealed.

    Raises
    ------
    InputError
        If the pause is outside the trial, a value does not fit, or nights after it are recorded already: they would
        come under another arm than they were lived on. Or if nights of it are recorded, and `exclude` does not say to take them
        out; or if it does, and there are none. Nothing is changed then.
    """
    folder = Path(folder)
    protocol = Protocol.load(folder)
    if not protocol.randomized:
        raise InputError("The nights of this trial were taken over from a table, so there is no plan to change.")
    with locked(folder):
        refuse_if_locked(folder)
        refuse_stopped(folder)
        amendment = Amendment.make(
            where="The pause",
            entered=now.replace(microsecond=0),
            kind="pause",
            start=start,
            nights=nights,
            reason=reason,
        )
        order = load_schedule(folder, protocol)
        if order.end > date.max - timedelta(days=nights):
            raise InputError(f"After a pause of {nights} nights the trial would end after the last date there is.")
        after = start + timedelta(days=nights)
        recorded = [entry.night for entry in read_diary(folder, protocol)]
        later = [night for night in recorded if night >= after]
        if later:
            raise InputError(
                f"The night of {later[0]} is recorded already. After a pause of {nights} nights from {start} it would belong to "
                "other nights of the plan than it was lived on. Enter a pause that ends before the nights you have recorded "
                "since, or leave the missed nights missing: a gap does no harm."
            )
        lived = order.with_pauses([Pause(start, nights)])
        counted = {night for period in order.periods if period.counts for night in period.dates}
        within = tuple(night for night in recorded if start <= night < after and night in counted)
        if within and not exclude:
            raise InputError(_over_recorded(within, last=recorded[-1], end=order.end))
        if exclude and not within:
            raise InputError(
                "No night of this pause is recorded, so there is nothing to exclude. Leave exclude=True out."
            )
        amendment = amendment.model_copy(update={"excluded": within})
        contents = amended(folder, amendment)
        if not order.sealed:
            contents[ORDER_FILE] = lived.to_csv()
        commit(folder, with_files(folder, contents, by="amend", now=now))
    return load_schedule(folder, protocol)


def add_dose(
    folder: str | Path,
    mg: float,
    start: date,
    *,
    arm: str | None = None,
    reason: str = "",
    dose_meant: bool = False,
    helper: str | Path | None = None,
    now: datetime,
) -> None:
    """Enter another dose of an arm from an evening on; of a sealed trial write the helper's new packing sheet first.

    Raises
    ------
    AmbiguousInput
        If the dose looks like a slip, and nobody said that it is meant.
    InputError
        If it is not one that nof1 plans, the evening is none of the trial, nights from it on are recorded, or the trial is sealed and
        there are no new packs. Nothing is changed then.
    RefusalError
        If the sealed order is of another trial or was altered.
    """
    folder, helper = Path(folder), None if helper is None else Path(helper)
    protocol = Protocol.load(folder)
    if not protocol.randomized:
        raise InputError("The nights of this trial were taken over from a table, so there is no plan to change.")
    with locked(folder):
        refuse_if_locked(folder)
        refuse_stopped(folder)
        chosen = amended_arm(protocol, arm, mg, dose_meant=dose_meant)
        refuse_other_start(folder, protocol, start)
        _refuse_over_recorded(folder, protocol, start)
        amendment = Amendment.make(
            where="The dose",
            entered=now.replace(microsecond=0),
            kind="dose",
            start=start,
            arm=chosen.name,
            dose_mg=chosen.dose_mg,
            reason=reason,
        )
        write_new_packs(folder, protocol, helper, amendment)
        commit(folder, with_files(folder, amended(folder, amendment), by="amend", now=now))


def _refuse_over_recorded(folder: Path, protocol: Protocol, start: date) -> None:
    """Refuse another plan for nights that are recorded: what was planned then stays, and what was taken stands in the diary."""
    recorded = [entry.night for entry in read_diary(folder, protocol) if entry.night >= start]
    if recorded:
        named = ", ".join(map(str, recorded[:5])) + (f" and {len(recorded) - 5} more" if len(recorded) > 5 else "")
        raise InputError(
            f"Recorded from {start} on: {named}. What was planned for a recorded night is not changed afterwards; what was taken on it stands in the "
            f"diary. The dose can change from {recorded[-1] + timedelta(days=1)} on."
        )


def _over_recorded(nights: Sequence[date], *, last: date, end: date) -> str:
    """Why a pause over recorded nights is refused, by their dates, and the ways on; after the last night there is but one."""
    named = ", ".join(map(str, nights))
    those = "This night of the pause is" if len(nights) == 1 else f"These {len(nights)} nights of the pause are"
    begin = (
        f"Let the pause begin after them, on {last + timedelta(days=1)}, and what is recorded counts. "
        if last < end
        else ""
    )
    return (
        f"{those} recorded already: {named}. A pause takes no recorded night out by itself; nothing was changed. {begin}"
        "If they must not count, add exclude=True: they stay in the diary, the results say first that they were taken "
        "out afterwards and why, and tell the answer with them, too."
    )


def add_note(folder: str | Path, reason: str, *, now: datetime) -> None:
    """Put any other change on record, such as another pillow.

    Raises
    ------
    InputError
        If the text is empty or too long.
    """
    folder = Path(folder)
    Protocol.load(folder)
    amendment = Amendment.make(where="The note", entered=now.replace(microsecond=0), kind="note", reason=reason)
    with locked(folder):
        commit(folder, with_files(folder, amended(folder, amendment), by="amend", now=now))


def add_medicine(folder: str | Path, what: str, since: date, *, now: datetime) -> None:
    """Put on record that another medicine was started, stopped or changed, which moves no night.

    Raises
    ------
    InputError
        If the text is empty or too long, or the day is still to come.
    """
    folder = Path(folder)
    Protocol.load(folder)
    if since > now.date():
        raise InputError(f"{since} is still to come. Enter the change of a medicine when it has happened.")
    amendment = Amendment.make(
        where="The change of a medicine", entered=now.replace(microsecond=0), kind="medicine", start=since, reason=what
    )
    with locked(folder):
        commit(folder, with_files(folder, amended(folder, amendment), by="amend", now=now))


def refuse_stopped(folder: Path) -> None:
    """Refuse what changes nights to come where there are none any more.

    Raises
    ------
    InputError
        If the trial was stopped.
    """
    found = stop_of(load_amendments(folder))
    if found is not None:
        raise InputError(
            f"The trial was stopped: its nights end before {found.start}. There is nothing left to change or to stop."
        )


def amended(folder: Path, amendment: Amendment) -> dict[str, bytes | str]:
    """amendments.csv with one more, by its name. Call it with the folder locked."""
    return {AMENDMENTS_FILE: amendments_csv([*load_amendments(folder), amendment])}
