"""What is killed in a trial whose order is with a helper: other packs, one period opened, all of it opened."""

import os
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from reliability.killed_folder import NIGHTS, NOW, FolderWork, Rows
from reliability.killing import Acknowledge

import nof1.report
from nof1.files import PART, write_atomic
from nof1.plan.orders.amendments import Amendment, load_amendments
from nof1.plan.orders.loading import is_sealed
from nof1.plan.orders.seal import SEAL_FILE, SEALED_ORDER_FILE, seal_order
from nof1.record import unsealing
from nof1.record.amending import add_dose
from nof1.record.diary.entry import to_csv
from nof1.record.diary.table import DIARY_FILE
from nof1.record.trial import Trial

SHEET = b"sheet"


class SealedWork(FolderWork):
    """Work on a trial whose order is with a helper."""

    design: ClassVar[dict] = {"blocks": 8, "concealed": "helper"}

    def made(self, home: Path) -> None:
        self.helper = home / "helper"
        self.places = (self.folder, self.helper)
        sealed, seal = seal_order(self.protocol, seed=3)
        self.folder.mkdir()
        self.protocol.save(self.folder / "protocol.toml")
        write_atomic(self.folder / DIARY_FILE, to_csv(self.protocol, ()))
        write_atomic(self.folder / SEAL_FILE, seal.to_json())
        write_atomic(self.helper / SEALED_ORDER_FILE, sealed.to_json())


class NewPacks(SealedWork):
    """Another dose of a sealed trial: a new packing sheet with the helper, and the change."""

    def __init__(self, home: Path) -> None:
        # A stand-in: setting the sheet takes a second and threads, and is done before anything is written.
        nof1.report.packing_sheet_like = lambda *_, **__: SHEET
        super().__init__(home)

    def do(self, acknowledge: Acknowledge) -> None:
        add_dose(self.folder, 100, self.first, helper=self.helper, now=NOW)
        acknowledge("changed")

    def judged(self, after: Rows, accepted: list[str]) -> bool:
        kept = [one for one in load_amendments(self.folder) if one.kind == "dose"]
        assert not accepted or kept, "an accepted change is lost"
        sheet = self.helper / f"packing-sheet-from-{self.first}.pdf"
        assert not kept or sheet.read_bytes() == SHEET, (
            "a changed dose without its packs, or with others than the stand-in's"
        )
        if not kept:  # the person does it again
            self.do(lambda _: None)
        for path in self.helper.glob(f"{PART}*"):  # the next sheet is made hours later
            os.utime(path, (0, 0))
        add_dose(self.folder, 150, self.first + timedelta(days=NIGHTS), helper=self.helper, now=NOW)
        return bool(kept)


class Period(SealedWork):
    """One period opened in an emergency."""

    def do(self, acknowledge: Acknowledge) -> None:
        acknowledge(str(unsealing.unblind_period(self.folder, 2, "x", self.helper, now=NOW)))

    def judged(self, after: Rows, accepted: list[str]) -> bool:
        kept: list[Amendment] = [one for one in load_amendments(self.folder) if one.kind == "unblinded"]
        assert len(kept) <= 1, "one opening is there twice"
        assert not accepted or kept, "an arm was told and that is not on record"
        assert is_sealed(self.folder, self.protocol), "the whole order is open"
        return bool(kept)


class Unseal(SealedWork):
    """The whole order opened; killed between its two steps, it is done again."""

    def do(self, acknowledge: Acknowledge) -> None:
        unsealing.unseal(self.folder, self.helper, now=NOW)
        acknowledge("opened")

    def judged(self, after: Rows, accepted: list[str]) -> bool:
        opened = not is_sealed(self.folder, self.protocol)
        assert not accepted or opened, "an accepted opening is lost"
        if not opened:
            unsealing.unseal(self.folder, self.helper, now=NOW)
        trial = Trial.load(self.folder)
        assert trial.unsealing is not None, "opened without a word on record"
        return opened
