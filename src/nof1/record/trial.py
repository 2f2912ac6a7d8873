"""A trial: protocol, order and diary on one row per calendar day. A `Trial` that exists is valid."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Unpack

from nof1.errors import InputError
from nof1.files import sha256_bytes, write_atomic
from nof1.new_folders import new_folder
from nof1.plan.design.order import ORDER_FILE, Order
from nof1.plan.orders.amendments import Amendment, load_amendments, save_amendments, taken_out
from nof1.plan.orders.draw import check_order
from nof1.plan.orders.loading import UNSEALING_FILE, Unsealing, load_order
from nof1.plan.protocol.protocol import PROTOCOL_FILE, Protocol
from nof1.record.daily import daily
from nof1.record.diary.entry import Entry, check_entry, to_csv
from nof1.record.diary.events import EVENTS_FILE, Event, events_csv, events_of, gradable_word, read_events
from nof1.record.diary.on_record import Doubt, doubts, load_opening
from nof1.record.diary.paused import as_journal_tells
from nof1.record.diary.planned import nights_to_rate
from nof1.record.diary.secondary import MEASURES_FILE, measures_csv, read_measures
from nof1.record.diary.table import DIARY_FILE, read_diary
from nof1.record.trial_shown import trial_html, trial_text

if TYPE_CHECKING:
    import pandas as pd

    from nof1.record.adopting.adopt import AdoptOptions
    from nof1.record.adopting.gaps import SaidGaps
    from nof1.record.adopting.naming import Called
    from nof1.record.papers import Paper
    from nof1.record.planning import Plan
    from nof1.record.sources.source import Merge
    from nof1.record.values.nights import DatedBy


@dataclass(frozen=True, repr=False)
class Trial:
    """Everything known of one person's trial.

    Attributes
    ----------
    protocol : Protocol
    order : Order
    entries : tuple of Entry
        The recorded nights.
    amendments : tuple of Amendment
        Changes after the draw; `order` has their pauses already.
    unsealing : Unsealing or None
        What went on record before a concealed order was opened.
    measures : mapping of (date, str) to float
        Secondary outcomes by night and name, such as "sleep_minutes".
    events : tuple of Event
        Side effects that were graded: how severe, how serious, what was done, how it ended, from what.
    doubts : tuple of str
        Why the journal cannot say whether a concealed order was opened before, such as "journal cut".

    Examples
    --------
    >>> trial = nof1.Trial.load(folder)
    >>> trial.protocol.nights, len(trial.missing_nights)
    (91, 8)
    """

    protocol: Protocol
    order: Order
    entries: tuple[Entry, ...]
    amendments: tuple[Amendment, ...] = ()
    unsealing: Unsealing | None = None
    measures: Mapping[tuple[date, str], float] = field(default_factory=lambda: MappingProxyType({}))
    events: tuple[Event, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def __post_init__(self) -> None:
        check_order(self.protocol, self.order)
        if self.order.sealed:
            raise InputError("The order is sealed, and without it nothing can be compared. Open it with 'nof1 unseal'.")
        nights = [entry.night for entry in self.entries]
        if len(set(nights)) < len(nights):
            raise InputError("A night is there twice in the diary. Keep the right row and remove the other.")
        for entry in self.entries:
            check_entry(self.protocol, entry, where=f"night {entry.night}", until=self.order.end)
        by_night = {entry.night: entry for entry in self.entries}
        for event in self.events:
            entry = by_night.get(event.night, Entry(event.night))
            gradable_word(entry, event.what, where=f"{EVENTS_FILE}, night {event.night}")

    def __repr__(self) -> str:
        return trial_text(self)

    def _repr_html_(self) -> str:
        return trial_html(self)

    @classmethod
    def plan(
        cls,
        protocol: Protocol | Mapping[str, Any],
        folder: str | Path,
        *,
        helper: str | Path | None = None,
        language: str | None = None,
        paper: "Paper" = "a4",
        large_print: bool = False,
        now: datetime | None = None,
        where: str = "the plan",
        unscreened: bool = False,
        acknowledge: bool = False,
    ) -> "Plan":
        """Plan a trial as `nof1 plan` does: draw the order and write the folder with journal and papers, all of it or nothing.

        Parameters
        ----------
        protocol : Protocol or mapping
            What is fixed beforehand; as a mapping with the keys of protocol.toml, where the first evening (tomorrow) and the
            seed (drawn by the machine) may be left out.
        folder : path
            New folder for the trial.
        helper : path, optional
            New folder for the helper, with the sealed order and the packing sheet, where the design says ``concealed = "helper"``.
        language : str, optional
            Of the papers: "en" or "de". The spoken one if not given, which is English.
        paper : str
            To print the papers on: "a4" or "letter". Papers that are written anew later keep it.
        large_print : bool
            Papers with letters of 16 points.
        now : datetime, optional
            Aware; goes into the journal. The clock's if not given.
        where : str
            What a message names as the place of what does not fit.
        unscreened : bool
            Plan without the safety screen; every page then says so.
        acknowledge : bool
            Go on although a medicine is too near to the dose; recorded with the date.

        Returns
        -------
        Plan
            Folder, protocol and order as far as the person may know it. `Trial.load` reads the folder, once its order is open.

        Raises
        ------
        InputError
            If a value does not fit, a dose is not fixed, the safety screen is not answered, a medicine collides with the dose, a
            folder is there and not empty, or one is inside the other.

        Examples
        --------
        >>> plan = Trial.plan(
        ...     {
        ...         "title": "Walks",
        ...         "reference": "home",
        ...         "outcome": {"name": "legs", "low": 0, "high": 10, "better": "lower", "threshold": 1},
        ...         "arms": [{"name": "home", "dose_mg": 0}, {"name": "walk", "dose_mg": 0}],
        ...         "design": {"kind": "randomized-blocks", "blocks": 6, "period_nights": 3},
        ...     },
        ...     new_folder,
        ... )
        >>> plan.protocol.nights, sorted(path.name for path in plan.folder.iterdir())[:3]
        (36, ['adverse-events.pdf', 'booklet.pdf', 'calendar.ics'])
        """
        from nof1.record.planning import plan

        return plan(
            protocol,
            folder,
            helper=helper,
            language=language,
            paper=paper,
            large_print=large_print,
            now=now,
            where=where,
            unscreened=unscreened,
            acknowledge=acknowledge,
        )

    @classmethod
    def adopt(
        cls,
        table: "pd.DataFrame | str | Path",
        folder: str | Path,
        *,
        schedule: str | Path | None = None,
        sheet: str | None = None,
        now: datetime | None = None,
        **options: "Unpack[AdoptOptions]",
    ) -> "Trial":
        """Take nights over that were lived before, as `nof1 adopt` does: the folder with ledger, journal and what was read, kept as it was.

        Parameters
        ----------
        table : DataFrame or path
            One row a night: a frame, or a .csv, .tsv or .xlsx file.
        folder : path
            New folder for the trial.
        schedule : path, optional
            JSON with the arm of each day, ``{"1": 0, "2": 1}``; it is compared with `arm` if both are given.
        sheet : str, optional
            Sheet of a spreadsheet, where several hold tables.
        now : datetime, optional
            Aware; goes on record. The clock's if not given.
        **options
            Those of `from_frame`, and `trust`, `date_order`, `zone` and `decimal_comma`, as in
            `nof1.record.adopting.adopt.adopted_nights`.

        Raises
        ------
        InputError
            If a column is missing, a value does not fit, or the folder is there and not empty. Nothing is written then.

        Examples
        --------
        >>> import pandas as pd
        >>> nights = pd.DataFrame({"day": [1, 2, 3, 4], "arm": ["off", "on", "on", "off"], "legs": [5, 3, 4, 6]})
        >>> trial = Trial.adopt(
        ...     nights, new_folder, outcome="legs", arm="arm", day="day", reference="off", low=0, high=10, better="lower"
        ... )
        >>> Trial.load(new_folder) == trial
        True
        """
        from nof1.record.adopting.folder import adopt

        return cls(*adopt(table, folder, schedule=schedule, sheet=sheet, now=now, **options))

    @classmethod
    def load(cls, folder: str | Path) -> "Trial":
        """Read a trial folder.

        Raises
        ------
        InputError
            If the folder is no trial folder, or a file in it is missing or damaged.

        Examples
        --------
        >>> nof1.Trial.load(folder) == trial
        True
        """
        protocol = Protocol.load(folder)
        unsealing = load_opening(folder, protocol)
        order = load_order(folder, protocol)
        return cls(
            protocol,
            order,
            read_diary(folder, protocol),
            as_journal_tells(folder, load_amendments(folder)),
            unsealing,
            MappingProxyType(read_measures(folder)),
            events_of(read_events(folder)),
            doubts(folder, protocol),
        )

    @classmethod
    def from_frame(
        cls,
        frame: "pd.DataFrame",
        *,
        outcome: str,
        arm: str,
        reference: str,
        low: float,
        high: float,
        better: Literal["lower", "higher"],
        date: str | None = None,
        day: str | None = None,
        person: str | None = None,
        person_column: str | None = None,
        several: "Merge | None" = None,
        gaps: "SaidGaps | None" = None,
        not_compared: Sequence[str] = (),
        threshold: float | None = None,
        unit: str | None = None,
        labels: Mapping[str, str] | None = None,
        nights: "Called | None" = None,
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
        dated_by: "DatedBy" = "evening",
        analysis: Mapping[str, Any] | None = None,
    ) -> "Trial":
        """A trial from a table that already holds outcome and arm, one row a night.

        Parameters
        ----------
        outcome, arm : str
            Names of columns.
        reference : str
            The arm that the others are compared with.
        low, high : float
            Ends of the outcome's scale, in its unit.
        better : {"lower", "higher"}
            Which way is better.
        date, day : str, optional
            Name of the column with dates, or with day numbers, which may begin anywhere. If neither is given, an index of dates is
            taken.
        person, person_column : str, optional
            Whose rows are meant, where the table holds several people's, and which column tells; "none" where no column does.
        several : {"mean", "last", "first", "max", "min", "sum"}, optional
            How several rows of a night become one.
        gaps : {"untreated", "as-before", "pause"}, optional
            What days without a row, or whose row has no arm, were: without any dose; on the arm of the day before; or outside the trial.
            Without carryover it need not be said.
        not_compared : sequence of str
            Arms whose nights are a baseline or a washout: without a dose, and compared with nothing.
        threshold : float, optional
            Smallest change worth having, in the outcome's unit. Without it nothing is said of changes that matter.
        unit : str, optional
            What stands behind the outcome's numbers, such as "µg/m³"; "points" if not given.
        labels : mapping of str to str, optional
            What pages call an arm, by its name in the table, such as ``{"on": "purifier on"}``.
        nights : {"nights", "days"}, optional
            What pages call a row; days where `dated_by` is "day", else nights, if not given.
        carryover : str
            "none", "exponential" or "discard:n", as in `Analysis`.
        blocks : int, optional
            How many periods in a row make a block that holds every arm, for block offsets; a period is a stretch on one arm.
        start_up : bool
            Whether the model has a start that fades.
        drawn : str, optional
            Which orders could have been drawn, for the randomization test: "any", "max-run:2", "blocks:2", "pairs:3",
            "mirrored", "alternating", "phases:ABAB,min=4" or "orders:FILE", each but pairs with ",nights=7" behind it where whole
            periods of 7 nights were drawn; see docs/importing.md. Without it there is no such test.
        covariates : sequence of str
            Columns of numbers that enter the model.
        guess, confidence : str, optional
            Columns with the arm that the person believed a night was on, and how sure they were, from 0 to 100.
        dose, dose_unit : str, optional
            Column with what was taken each night, and its unit where neither its name nor its cells say it.
        title : str, optional
        simulated : bool
            Whether the nights are made up; every page says so then.
        dated_by : {"evening", "morning", "day"}
            What a date means.
        analysis : mapping, optional
            Further fields of `Analysis`, such as ``{"trend": False}``.

        Raises
        ------
        AmbiguousInput
            If only the person can say what something means: whose rows are meant, or what gaps before carryover were.
        InputError
            If a column is missing, a value does not fit, a block does not hold every arm, or the order is none of those that are
            stated to have been drawn.

        Examples
        --------
        >>> import pandas as pd
        >>> nights = pd.DataFrame({"day": [1, 2, 3, 4], "arm": ["off", "on", "on", "off"], "legs": [5, 3, 4, 6]})
        >>> columns = {"outcome": "legs", "arm": "arm", "day": "day", "reference": "off"}
        >>> trial = Trial.from_frame(nights, **columns, low=0, high=10, better="lower")
        >>> trial.protocol.nights
        4
        """
        from nof1.record.adopting.adopt import adopted_nights
        from nof1.record.sources.table import table_from_frame, with_dates

        if date is None and day is None:
            frame, date = with_dates(frame)
        adopted = adopted_nights(
            table_from_frame(frame),
            outcome=outcome,
            arm=arm,
            reference=reference,
            low=low,
            high=high,
            date=date,
            day=day,
            person=person,
            person_column=person_column,
            several=several,
            gaps=gaps,
            not_compared=not_compared,
            better=better,
            threshold=threshold,
            unit=unit,
            labels=labels,
            nights=nights,
            carryover=carryover,
            blocks=blocks,
            start_up=start_up,
            drawn=drawn,
            covariates=covariates,
            guess=guess,
            confidence=confidence,
            dose=dose,
            dose_unit=dose_unit,
            title=title,
            simulated=simulated,
            dated_by=dated_by,
            analysis=analysis,
        )
        return cls(*adopted)

    def write(self, folder: str | Path) -> None:
        """Write the trial alone into a new folder: protocol.toml, order.csv and diary.csv, and what was amended or opened; all or nothing.

        There is no journal and no paper in it; `Trial.plan` and `Trial.adopt` make those.

        Raises
        ------
        InputError
            If the folder is there and not empty, or the order was sealed with a helper: what proves it is in the trial's own folder alone.

        Examples
        --------
        >>> import pandas as pd
        >>> nights = pd.DataFrame({"day": [1, 2, 3, 4], "arm": ["off", "on", "on", "off"], "legs": [5, 3, 4, 6]})
        >>> columns = {"outcome": "legs", "arm": "arm", "day": "day", "reference": "off"}
        >>> trial = Trial.from_frame(nights, **columns, low=0, high=10, better="lower")
        >>> trial.write(new_folder)
        >>> Trial.load(new_folder) == trial
        True
        """
        if self.protocol.concealed == "helper" or (self.protocol.concealed == "alone" and self.unsealing is None):
            raise InputError(
                "The order of this trial was concealed, and what proves it lies in the trial's own folder. Copy that folder instead."
            )
        with new_folder(Path(folder), last=PROTOCOL_FILE) as staging:
            if self.amendments:
                save_amendments(staging, self.amendments)
            if self.unsealing is not None:
                write_atomic(staging / UNSEALING_FILE, self.unsealing.to_json())
            self.protocol.save(staging / PROTOCOL_FILE)
            self.order.save(staging / ORDER_FILE)
            write_atomic(staging / DIARY_FILE, to_csv(self.protocol, self.entries))
            if self.measures:
                write_atomic(staging / MEASURES_FILE, measures_csv(self.measures))
            if self.events:
                write_atomic(staging / EVENTS_FILE, events_csv(self.events))

    @property
    def diary_sha256(self) -> str:
        """Hash of the diary in its canonical form, as `to_csv` writes it."""
        return sha256_bytes(to_csv(self.protocol, self.entries).encode())

    @property
    def missing_nights(self) -> tuple[date, ...]:
        """Planned nights without an outcome; pauses are not planned, nor are gaps of an adopted table that were explained."""
        rated = {entry.night for entry in self.entries if entry.outcome is not None}
        return tuple(night for night in self.planned_nights if night not in rated)

    @cached_property
    def planned_nights(self) -> tuple[date, ...]:
        """The nights that were to have an outcome, in calendar order.

        Examples
        --------
        >>> len(trial.planned_nights) == trial.protocol.nights
        True
        """
        return nights_to_rate(self.protocol, self.order, self.entries)

    @property
    def taken_out(self) -> tuple[date, ...]:
        """Nights with an outcome that a pause took out after they had been recorded, in calendar order.

        Examples
        --------
        >>> trial.taken_out
        ()
        """
        rated = {entry.night for entry in self.entries if entry.outcome is not None}
        return tuple(sorted(rated & taken_out(self.order, self.amendments).keys()))

    def with_taken_out(self) -> "Trial":
        """The trial as if those nights counted: in its `frame` each is on the arm that it was lived on; all else is the same.

        Nights without an outcome that were recorded before the pause come back, too: what was taken on them had its effect.

        Examples
        --------
        >>> trial.with_taken_out().frame.equals(trial.frame)
        True
        """
        out = taken_out(self.order, self.amendments)
        other = copy(self)
        frame = daily(self.protocol, self.order, self.entries, self.measures, instead=out)
        object.__setattr__(other, "frame", frame)
        return other

    @property
    def doses_changed(self) -> bool:
        """Whether an amendment planned another dose on some of the nights."""
        return any(period.dose_mg is not None for period in self.order.periods)

    @property
    def doses_vary(self) -> bool:
        """Whether not every night on an arm counts as one full dose: doses count as taken, or the planned one was changed.

        Examples
        --------
        >>> trial.doses_vary
        False
        """
        return self.protocol.analysis.dose == "taken" or self.doses_changed

    @property
    def changed_after_unsealing(self) -> bool:
        """Whether the diary is another one than when the order was opened."""
        return self.unsealing is not None and self.unsealing.diary_sha256 != self.diary_sha256

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """One row per calendar night, missing ones and pauses included.

        Index `night` (dates of the evenings); columns `day` (from 1), `period`, `block`, `arm`, the outcome, `dose_mg`,
        `side_effects`, `guess`, `confidence`, the covariates, what is recorded beside the model (as text), `note`, then the secondary outcomes that were recorded. Numbers
        that were not recorded are nan. `arm` is
        "washout" or "pause" on nights that belong to none; `dose_mg` of a concealed trial is the share of the pack that
        was taken, times the dose that turned out to be in it.

        Examples
        --------
        >>> trial.frame.columns[:6].tolist()
        ['day', 'period', 'block', 'arm', 'severity', 'dose_mg']
        """
        return daily(self.protocol, self.order, self.entries, self.measures)
