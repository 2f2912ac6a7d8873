"""What is killed, a class a mode: a night logged, an import, a plan, amendments, a stop, a result saved; and faults planted on purpose."""

import csv
import io
import os
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

from reliability.killed_folder import NIGHTS, NOW, FolderWork, Rows
from reliability.killed_sealed import NewPacks, Period, Unseal
from reliability.killing import Acknowledge, Work

import nof1.commit
from nof1.errors import InputError
from nof1.files import write_atomic
from nof1.new_folders import clear_abandoned, new_folder
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.loading import load_order, load_schedule
from nof1.record import stopping
from nof1.record.amending import add_dose, add_medicine, add_note, add_pause
from nof1.record.diary import writing
from nof1.record.diary.missed import log_missed
from nof1.record.diary.writing import Change, record
from nof1.record.importing.committing import take_import
from nof1.record.importing.importer import plan_import
from nof1.record.importing.ledger import read_ledger
from nof1.record.importing.mapping import complete_map
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.trial import Trial

TABLE = "night,severity,note\n" + "".join(
    f"2026-01-{day:02},{'99' if day == 27 else day % 10},x\n" for day in range(20, 29)
)


class Log(FolderWork):
    """Some nights, one after another."""

    def do(self, acknowledge: Acknowledge) -> None:
        for number, night in enumerate(self.nights()):
            cells = {self.protocol.outcome.name: "7", "note": f"n{number}"}
            record(self.folder, self.protocol, [Change(date.fromisoformat(night), cells)], by="log", now=NOW)
            acknowledge(night)

    def judged(self, after: Rows, accepted: list[str]) -> bool:
        got = [night for night in self.nights() if night in after]
        assert got == self.nights()[: len(got)], "a night is there and one before it is not"
        assert len(accepted) <= len(got) <= len(accepted) + 1, "an accepted night is lost"
        return len(got) > len(accepted) or len(got) == NIGHTS


class Import(FolderWork):
    """A table of nine nights, of which one row is rejected."""

    def made(self, home: Path) -> None:
        super().made(home)
        (home / "table.csv").write_text(TABLE)
        table = csv.DictReader(io.StringIO(TABLE))
        self.wanted = {row["night"] for row in table if int(row["severity"]) <= 10}

    def do(self, acknowledge: Acknowledge) -> None:
        export = recognize(open_file(self.folder.parent / "table.csv"))
        chosen = complete_map(export, self.protocol, {})
        plan = plan_import(self.folder, self.protocol, export, chosen, latest=self.protocol.end)
        take_import(self.folder, self.protocol, plan, now=NOW)
        acknowledge("imported")

    def judged(self, after: Rows, accepted: list[str]) -> bool:
        new = set(after) - set(self.before)
        assert new in (set(), self.wanted), "a part of the import"
        assert not accepted or new, "an accepted import is lost"
        assert bool(new) == bool(read_ledger(self.folder)), "diary and ledger do not belong together"
        return bool(new)


class Amended(FolderWork):
    """One change, which stands in amendments.csv."""

    def judged(self, after: Rows, accepted: list[str]) -> bool:
        amended = load_amendments(self.folder)
        assert len(amended) <= 1, "one change is there twice"
        assert not accepted or amended, "an accepted change is lost"
        told = self.nights() if amended and amended[0].kind == "missed" else []
        assert sorted(set(after) - set(self.before)) == told, "a part of what was told"
        lived, plan = load_schedule(self.folder, self.protocol), draw_order(self.protocol)
        moved = NIGHTS if amended and amended[0].kind == "pause" else 0
        assert bool(lived.left) == bool(amended and amended[0].kind == "stopped"), "the stop is half there"
        if not lived.left:
            assert (lived.end - plan.end).days == moved, "amendments and order tell different nights"
            assert load_order(self.folder, self.protocol).end == lived.end
        return bool(amended)


class Missed(Amended):
    """Missed nights told in one entry, which goes into diary and amendments."""

    def do(self, acknowledge: Acknowledge) -> None:
        log_missed(self.folder, "planned", since=self.first, until=self.first + timedelta(days=NIGHTS - 1), now=NOW)
        acknowledge("told")


class Stop(Amended):
    """The end of the trial, without its papers, each of which is written by itself."""

    def do(self, acknowledge: Acknowledge) -> None:
        stopping.renew_papers = lambda _: None
        stopping.stop(self.folder, reason="x", since=self.first, now=NOW)
        acknowledge("stopped")


class Pause(Amended):
    """A pause, which goes into amendments and order."""

    def do(self, acknowledge: Acknowledge) -> None:
        add_pause(self.folder, self.first, NIGHTS, "x", now=NOW)
        acknowledge("paused")


class Dose(Amended):
    """Another dose."""

    def do(self, acknowledge: Acknowledge) -> None:
        add_dose(self.folder, 100, self.first, now=NOW)
        acknowledge("changed")


class Medicine(Amended):
    """Another medicine."""

    def do(self, acknowledge: Acknowledge) -> None:
        add_medicine(self.folder, "x", self.first, now=NOW)
        acknowledge("changed")


class Note(Amended):
    """Anything else, in words."""

    def do(self, acknowledge: Acknowledge) -> None:
        add_note(self.folder, "x", now=NOW)
        acknowledge("changed")


class Results(FolderWork):
    """Another result saved over one that is there."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        from nof1.analyze.fit import fit

        trial = Trial.load(self.folder)
        one, self.result = (fit(trial, engine="marginal", sensitivity=False, seed=seed) for seed in (1, 2))
        one.save(self.folder, now=NOW)

    def do(self, acknowledge: Acknowledge) -> None:
        self.result.save(self.folder, now=NOW)
        acknowledge("saved")

    def judged(self, after: Rows, accepted: list[str]) -> bool:
        from nof1.analyze.results import Result

        seed = Result.load(self.folder).record.seed
        assert not accepted or seed == 2, "an accepted result is lost"
        return seed == 2


class Plan(Work):
    """A trial's folder and its helper's, as `plan` makes them; after each death the same is tried again, as a person would."""

    whole: ClassVar[dict] = {
        "trial": {"diary.csv", "last.toml", "papers", "papers/a.pdf"},
        "helper": {"order.json", "packing.pdf"},
    }

    def __init__(self, home: Path) -> None:
        self.trial, self.helper = home / "trials" / "trial", home / "keeper" / "helper"
        self.places = (home / "trials", home / "keeper")

    def do(self, acknowledge: Acknowledge) -> None:
        with ExitStack() as both:
            public = both.enter_context(new_folder(self.trial, last="last.toml"))
            private = both.enter_context(new_folder(self.helper, belongs_to=public))
            for name in ("order.json", "packing.pdf"):
                write_atomic(private / name, os.urandom(8))
            for name in ("diary.csv", "last.toml", "papers/a.pdf"):
                write_atomic(public / name, os.urandom(8))
        acknowledge("planned")

    def look(self, accepted: list[str]) -> bool:
        try:
            self.do(lambda _: None)
            counts = False
        except InputError:  # it is there, and not empty
            counts = True
        assert counts or not accepted, "an accepted plan is lost"
        for place in (self.trial, self.helper):
            clear_abandoned(place.parent)  # as the next plan there
            clear_abandoned(place)
            held = {path.relative_to(place).as_posix() for path in place.rglob("*")}
            assert held == self.whole[place.name], f"{place.name} holds {sorted(held)}"
        return counts


class PlanHere(Plan):
    """The same into folders that are there and empty, as where somebody stands in them."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.places = (self.trial, self.helper)
        self.trial.mkdir(parents=True)
        self.helper.mkdir(parents=True)


class Early(Log):
    """A fault planted: nights are acknowledged before they are written."""

    def do(self, acknowledge: Acknowledge) -> None:
        for night in self.nights():
            acknowledge(night)
        super().do(lambda _: None)


class InPlace(Log):
    """A fault planted: diary and journal are written one after the other, each into the file that is there."""

    def do(self, acknowledge: Acknowledge) -> None:
        def in_place(folder: Path, contents: dict) -> None:
            for name, content in contents.items():
                with (folder / name).open("wb", buffering=0) as stream:
                    stream.write(content.encode() if isinstance(content, str) else content)

        writing.commit = in_place
        super().do(acknowledge)


class Unsettled(Log):
    """A fault planted: the next call leaves what a killed one had begun."""

    def look(self, accepted: list[str]) -> bool:
        settle, nof1.commit.settle = nof1.commit.settle, lambda _: None
        try:
            return super().look(accepted)
        finally:
            nof1.commit.settle = settle


MODES: dict[str, type[Work]] = {
    "log": Log,
    "import": Import,
    "plan": Plan,
    "plan here": PlanHere,
    "pause": Pause,
    "dose": Dose,
    "new packs": NewPacks,
    "medicine": Medicine,
    "note": Note,
    "missed": Missed,
    "stop": Stop,
    "one period opened": Period,
    "unseal": Unseal,
    "results": Results,
}
PLANTED: dict[str, type[Work]] = {"early": Early, "in place": InPlace, "unsettled": Unsettled}
