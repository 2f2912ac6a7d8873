"""A trial folder that something is killed in: how it is made, and what must hold of it whatever was killed."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from reliability.killing import Work

from nof1.commit import locked
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge
from nof1.record.diary.entry import row_of
from nof1.record.diary.journal import audited, replayed
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import Change, record
from nof1.record.importing.ledger import read_ledger
from nof1.record.importing.rejected import read_rejected
from nof1.record.trial import Trial

START = date(2026, 1, 5)
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
NIGHTS = 3  # told by each child
Rows = dict[str, dict[str, str]]


def small_protocol(**design) -> Protocol:
    """Two arms, 2 run-in nights, blocks of 2 periods of 3 nights."""
    shape = {"start": START, "period_nights": 3, "run_in_nights": 2} | design
    arms = [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}]
    return Protocol.build(merge(load_template("magnesium-rls"), {"arms": arms, "design": shape}))


def state(folder: Path, protocol: Protocol) -> Rows:
    """Every recorded value, after what was stopped has been settled; refuses a torn or contradictory folder."""
    with locked(folder):
        pass
    rows = {str(entry.night): row_of(protocol, entry) for entry in read_diary(folder, protocol)}
    lines = list(audited(folder))
    assert all(sound for _, _, sound in lines), "a line of the journal is damaged"
    told = {key: value for key, value in replayed(line for line, _, _ in lines).items() if key[0]}
    held = {
        (night, name): text for night, row in rows.items() for name, text in row.items() if name != "night" and text
    }
    assert not lines or told == held, "diary and journal tell different values"
    known = {line.sha256 for line in read_ledger(folder)}
    for line in read_ledger(folder):
        assert line.rows == line.taken + line.merged + line.rejected, "the ledger does not add up"
        assert sum(row.rows for row in read_rejected(folder) if row.sha256 == line.sha256) == line.rejected
        assert any(path.name.startswith(line.sha256) for path in (folder / "imports").iterdir()), "no copy of the file"
    home = folder / "imports"
    stray = {path.name for path in home.iterdir() if path.stem not in known} if home.is_dir() else set()
    assert stray <= {"ledger.csv", "maps.json"}, f"copies of a file that was not taken: {sorted(stray)}"
    return rows


class FolderWork(Work):
    """Work on a trial of 50 nights, of which six are recorded."""

    design: ClassVar[dict] = {"blocks": 8, "seed": 7}

    def __init__(self, home: Path) -> None:
        self.folder, self.protocol = home / "trial", small_protocol(**self.design)
        self.places = (self.folder,)
        self.made(home)
        for night in range(6):
            change = Change(START + timedelta(days=night), {self.protocol.outcome.name: "465735"[night]})
            record(self.folder, self.protocol, [change], by="log", now=NOW)
        self.first = START + timedelta(days=20)
        self.before = state(self.folder, self.protocol)

    def made(self, home: Path) -> None:
        """Make the folder."""
        Trial(self.protocol, draw_order(self.protocol), ()).write(self.folder)

    def look(self, accepted: list[str]) -> bool:
        after = state(self.folder, self.protocol)
        assert all(after.get(night) == row for night, row in self.before.items()), "what was recorded before is lost"
        return self.judged(after, accepted)

    def judged(self, after: Rows, accepted: list[str]) -> bool:
        """Whether what was killed counts."""
        raise NotImplementedError

    def nights(self) -> list[str]:
        """The nights that a child tells of."""
        return [str(self.first + timedelta(days=offset)) for offset in range(NIGHTS)]
