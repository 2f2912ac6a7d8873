"""Protocol, order and entries from a table of nights that were lived before nof1 was there."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Required, TypedDict

from nof1.errors import InputError
from nof1.plan.design.fields import as_number
from nof1.plan.design.order import Order, order_from_arms
from nof1.plan.orders.stated_periods import refuse_unstated
from nof1.plan.protocol.protocol import Protocol
from nof1.record.adopting.calendar import nights_of_rows
from nof1.record.adopting.columns import EntryColumns, arms_by_night, clock_of, entries_of, rows_by_night
from nof1.record.adopting.drawn import ask_what_was_drawn, nights_without_row, stated_draw, words_of
from nof1.record.adopting.gaps import SaidGaps, every_day, refuse_unknown, settle_gaps
from nof1.record.adopting.naming import Called, nights_are
from nof1.record.adopting.protocol import (
    adopted_protocol,
    distinct_arms,
    periods_are_short,
    refuse_other_blocks,
    set_apart,
)
from nof1.record.adopting.schedule import hold_schedule
from nof1.record.adopting.whose import rows_of_person
from nof1.record.diary.entry import Entry
from nof1.record.importing.aggregate import refuse_no_rule
from nof1.record.importing.persons import NO_PEOPLE
from nof1.record.importing.reading import Trust
from nof1.record.opening.sheet import cell_text
from nof1.record.sources.source import Merge
from nof1.record.sources.table import Table
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.nights import DatedBy, DateOrder


class AdoptOptions(TypedDict, total=False):
    """The options of `adopted_nights`, all but the schedule."""

    outcome: Required[str]
    reference: Required[str]
    low: Required[float]
    high: Required[float]
    better: Required[Literal["lower", "higher"] | None]
    arm: str | None
    date: str | None
    day: str | None
    trust: Trust | None
    person: str | None
    person_column: str | None
    several: Merge | None
    gaps: SaidGaps | None
    not_compared: Sequence[str]
    threshold: float | None
    unit: str | None
    labels: Mapping[str, str] | None
    nights: Called | None
    carryover: str
    blocks: int | None
    start_up: bool
    drawn: str | None
    covariates: Sequence[str]
    guess: str | None
    confidence: str | None
    dose: str | None
    dose_unit: str | None
    title: str | None
    simulated: bool
    dated_by: DatedBy
    date_order: DateOrder | None
    zone: str | None
    decimal_comma: bool | None
    analysis: Mapping[str, Any] | None


class AdoptedNights(NamedTuple):
    """What a trial is made of."""

    protocol: Protocol
    order: Order
    entries: tuple[Entry, ...]


def adopted_nights(
    table: Table,
    *,
    outcome: str,
    reference: str,
    low: float,
    high: float,
    better: Literal["lower", "higher"] | None,
    arm: str | None = None,
    schedule: Mapping[int, str] | None = None,
    date: str | None = None,
    day: str | None = None,
    trust: Trust | None = None,
    person: str | None = None,
    person_column: str | None = None,
    several: Merge | None = None,
    gaps: SaidGaps | None = None,
    not_compared: Sequence[str] = (),
    threshold: float | None = None,
    unit: str | None = None,
    labels: Mapping[str, str] | None = None,
    nights: Called | None = None,
    carryover: str = "none",
    blocks: int | None = None,
    start_up: bool = False,
    drawn: str | None = None,
    covariates: Sequence[str] = (),
    guess: str | None = None,
    confidence: str | None = None,
    dose: str | None = None,
    dose_unit: str | None = None,
    title: str | None = None,
    simulated: bool = False,
    dated_by: DatedBy = "evening",
    date_order: DateOrder | None = None,
    zone: str | None = None,
    decimal_comma: bool | None = None,
    analysis: Mapping[str, Any] | None = None,
) -> AdoptedNights:
    """Protocol, order and entries from a table of nights, or of several ratings a night.

    What days without a row, or whose row has no arm, were is `gaps`; without it a few single days become missing nights on the arm of the
    day before.

    Parameters
    ----------
    outcome : str
        Name of a column.
    reference : str
        The arm to compare with, as the table writes it (or the schedule, where there is no column of arms).
    low, high : float
        Ends of the outcome's scale; a value outside is refused.
    better : {"lower", "higher"}
        Which way is better; None is asked about (AmbiguousInput).
    arm : str, optional
        Name of the column with the arm of each night; empty cells, NA, #N/A and the like (`is_missing`) are nights without one.
    schedule : mapping of int to str, optional
        The arm of each day, by its number from 1, where the table has no column of arms; where it has one, it is held against
        this, and the column's names are kept.
    date, day : str
        Name of the column with dates, or with day numbers, which may begin anywhere: the first row is the first night. With both, each
        day number is held against the calendar.
    trust : {"date", "day"}, optional
        What to go by where dates and day numbers disagree. By day numbers the trial has no dates.
    person, person_column : str, optional
        Whose rows are meant, where the table holds several people's, and which column tells; "none" where no column does.
        `nof1.record.adopt_people` makes a trial of each.
    several : Merge, optional
        How several ratings of a night become one: "mean", "last", "first", "max", "min" or "sum".
    gaps : {"untreated", "as-before", "pause"}, optional
        What days without an arm were: without any dose, so that what had built up fades; on the arm of the day before; or outside
        the trial, which goes on after them where it had stopped: exposure stands still, while trend and the likeness of neighbouring
        nights go by the calendar. Without carryover it need not be said; with it, more than two such days in a row are asked about.
    not_compared : sequence of str
        Arms whose nights are a baseline or a washout: without a dose, kept, and compared with nothing.
    threshold : float, optional
        Smallest change worth having, in the outcome's unit. Without it nothing is said of changes that matter.
    unit : str, optional
        What stands behind the outcome's numbers, such as "µg/m³"; "points" if not given.
    labels : mapping of str to str, optional
        What pages call an arm, by its name in the table, such as ``{"on": "purifier on"}``.
    nights : {"nights", "days"}, optional
        What pages call a row; days where `dated_by` is "day", else nights, if not given.
    carryover : str
        As in `Analysis`.
    blocks : int, optional
        How many periods in a row make a block that holds every arm; the model has block offsets then. A period is a stretch on one arm.
    start_up : bool
        Whether the model has a start that fades.
    drawn : str, optional
        Which orders could have been drawn, for the randomization test: "any", "max-run:2", "blocks:2", "pairs:3", "mirrored",
        "alternating", "phases:ABAB,min=4" or "orders:FILE", each but pairs with ",nights=7" behind it where whole periods of 7
        nights were drawn; what each means is in `nof1.plan.design.stated`. Without it there is no such test.
    covariates : sequence of str
        Columns of numbers that enter the model.
    guess, confidence : str, optional
        Columns with the arm that the person believed a night was on, and how sure they were, from 0 to 100.
    dose, dose_unit : str, optional
        Column with what was taken each night, and its unit (mg, g, µg) where neither its name nor its cells say it; doses are kept in mg.
    zone : str, optional
        IANA name of the zone that times with an offset are turned into, such as "Europe/Berlin".
    decimal_comma : bool, optional
        Whether numbers are written 4,5; found out if not given.
    analysis : mapping, optional
        Further fields of `Analysis`, such as ``{"trend": False}``.

    Raises
    ------
    AmbiguousInput
        If only the person can say what something means, such as gaps before carryover.
    InputError
        If a column is missing, a value does not fit, a night is there twice and `several` is not given, days and dates or arms and
        schedule contradict each other, there is only one arm, a block does not hold every arm, or the order is none of those
        that are stated to have been drawn.

    Notes
    -----
    Where nights have several measurements and no stretch on one arm has rows of more than two nights, the model has no period effects
    unless `analysis` says so: what a period has of its own is then hardly more than what its nights have, and a spread for each of the two
    widens the interval and says nothing. With one measurement a night they stay, as in analyses that were published.

    Where the clock times stand in a column beside the dates (`clock_of`), they count as in a date with its time.
    """
    _refuse_unsound(arm, schedule, trust, several, covariates, not_compared, low, high)
    if better is None:
        raise AmbiguousInput(
            f"{table.name}: nobody said which way is better for {outcome!r}: better='lower' or better='higher'.",
            option="better",
            choices=("lower", "higher"),
        )
    if better not in ("lower", "higher"):
        raise InputError(f"better {better!r} must be 'lower' or 'higher'.")
    refuse_unknown(gaps, schedule=schedule is not None)
    if dose_unit is not None and dose is None:
        raise InputError("A unit of doses needs the column of doses: name it with dose=, or leave dose_unit out.")
    if confidence is not None and guess is None:
        raise InputError(
            "A confidence goes with a guess: name the column of guesses, too (guess=), or leave confidence out."
        )
    words = words_of(drawn) if drawn is not None else None
    analysis = {"carryover": carryover, **(analysis or {})}
    reference, not_compared = cell_text(reference), [cell_text(name) for name in not_compared]
    table = own_rows(
        table,
        AdoptOptions(
            outcome=outcome, reference=reference, low=low, high=high, better=better, arm=arm, date=date, day=day, person=person,
            person_column=person_column, guess=guess, confidence=confidence, dose=dose, covariates=covariates, dated_by=dated_by,
            date_order=date_order, zone=zone,
        ),
    )  # fmt: skip
    clock = clock_of(table, date, (outcome, arm, day, guess, confidence, dose, *covariates)) if date is not None else ""
    rows = nights_of_rows(
        table, date=date, day=day, clock=clock, trust=trust, dated_by=dated_by, date_order=date_order, zone=zone
    )
    groups = rows_by_night(table, rows, several)
    by_night = arms_by_night(table, groups, arm, (reference, *not_compared)) if arm is not None else {}
    armless = {night for night, of in by_night.items() if not of}
    start, last = rows.start, rows.last
    meant = None
    if schedule is not None:
        by_night, armless = hold_schedule(table, schedule, rows, by_night), set()
        start, last = rows.day_1, max(by_night)
    else:
        carried = str(analysis["carryover"])
        meant = settle_gaps(table.name, by_night, start, last, said=gaps, carryover=carried, dated=rows.dated)
    column = arm or "of the schedule"
    by_night = set_apart(by_night, not_compared, column, reference)
    distinct = distinct_arms(by_night.values(), column, reference)
    order = order_from_arms(start, every_day(start, last, by_night, meant))
    if words is not None:
        ask_what_was_drawn(words, order, by_night, said=gaps, dated=rows.dated)
    if any(len(of) > 1 for of in groups.values()) and periods_are_short(order, groups):
        analysis = {"period_effects": False, **analysis}
    protocol = adopted_protocol(
        arms=distinct,
        start=start,
        dated=rows.dated,
        nights=(last - start).days + 1,
        gaps=meant,
        not_compared=not_compared,
        outcome=outcome,
        reference=reference,
        low=low,
        high=high,
        better=better,
        threshold=threshold,
        unit=unit,
        labels=labels or {},
        nights_are=nights_are(nights, dated_by),
        blocks=blocks,
        start_up=start_up,
        drawn=None
        if words is None
        else stated_draw(
            words,
            arms=distinct,
            came=list(dict.fromkeys(order.arms())),
            unknown=nights_without_row(order, by_night),
        ),
        covariates=covariates,
        title=title or usual_title(outcome, arm),
        simulated=simulated,
        analysis=analysis,
    )
    if blocks is not None:
        refuse_other_blocks(order, blocks, distinct)
    if protocol.stated is not None:
        refuse_unstated(protocol, protocol.stated, order)
    entries = entries_of(
        table,
        groups,
        protocol,
        EntryColumns(outcome, covariates, guess, confidence, dose, dose_unit),
        armless=armless,
        several=several,
        decimal_comma=decimal_comma,
    )
    return AdoptedNights(protocol, order, entries)


def usual_title(outcome: str, arm: str | None) -> str:
    """The title of a trial to which nobody gave one."""
    return f"{outcome} by {arm or 'schedule'}"


def own_rows(table: Table, options: AdoptOptions) -> Table:
    """The rows of the person who is meant; see `rows_of_person`."""
    date, day = options.get("date"), options.get("day")
    if date is None and day is None:
        raise InputError("Name the column of dates (date=) or the column of day numbers (day=).")
    covariates = options.get("covariates", ())
    named = (
        options["outcome"],
        options.get("arm"),
        date,
        day,
        options.get("guess"),
        options.get("confidence"),
        options.get("dose"),
        *covariates,
    )
    others = [column for column in named if column is not None]
    if options.get("person_column") == NO_PEOPLE and options.get("person") is None:
        return table
    clock = clock_of(table, date, named) if date is not None else ""
    # By the dates alone, if there are any: the day numbers of two people need not agree with them.
    found = nights_of_rows(
        table,
        date=date,
        day=day if date is None else None,
        clock=clock,
        trust=None,
        dated_by=options.get("dated_by", "evening"),
        date_order=options.get("date_order"),
        zone=options.get("zone"),
    )
    return rows_of_person(
        table,
        found.nights,
        person=options.get("person"),
        person_column=options.get("person_column"),
        others=[*others, *([clock] if clock else [])],
    )


def _refuse_unsound(
    arm: str | None,
    schedule: Mapping[int, str] | None,
    trust: str | None,
    several: Merge | None,
    covariates: Sequence[str],
    not_compared: Sequence[str],
    low: float,
    high: float,
) -> None:
    """Refuse options that cannot be meant, whatever the table holds."""
    if arm is None and schedule is None:
        raise InputError("Name the column with the arm of each night (arm=), or give the schedule (schedule=).")
    if trust not in (None, "date", "day"):
        raise InputError(f"trust {trust!r} must be 'date' or 'day'.")
    refuse_no_rule(several)
    for name, of, what in (("covariates", covariates, "columns"), ("not_compared", not_compared, "arms")):
        if isinstance(of, str):
            raise InputError(f"{name} must be a list of {what}, such as [{of!r}].")
    for end in (low, high):
        if not isinstance(as_number(end), float):
            raise InputError(f"The scale needs two numbers; {end!r} is none.")
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"The scale runs from {low:g} to {high:g}; its low end must be below its high end.")
