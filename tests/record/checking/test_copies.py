"""Conflict copies of synced drives are told from what people keep on purpose."""

import pytest

from nof1.record.checking.copies import conflict_copies, copied_from

COPIES = {
    "diary (conflicted copy 2026-10-01).csv": "diary.csv",
    "diary (Anna's conflicted copy 2026-10-01).csv": "diary.csv",
    "diary (conflicted copy 2026-10-01 101530).csv": "diary.csv",
    "diary-DESKTOP-AB12.csv": "diary.csv",
    "diary-Annas MacBook.csv": "diary.csv",
    "diary.sync-conflict-20261001-101530-ABCDEFG.csv": "diary.csv",
    "diary_conflict-20261001.csv": "diary.csv",
    "diary 2.csv": "diary.csv",
    "diary (1).csv": "diary.csv",
    "diary - Copy.csv": "diary.csv",
    "diary (Case Conflict).csv": "diary.csv",
    "diary (In Konflikt stehende Kopie von Anna 2026-10-01).csv": "diary.csv",
    "diary (copie en conflit de Anna 2026-10-01).csv": "diary.csv",
    "diary (Copia en conflicto de Anna 2026-10-01).csv": "diary.csv",
    "diary-Anna's MacBook Pro.csv": "diary.csv",
    "diary-Anna\N{RIGHT SINGLE QUOTATION MARK}s MacBook Pro.csv": "diary.csv",
    "diary-anna-pc.csv": "diary.csv",
    "diary-Old PC.csv": "diary.csv",
    "diary 10.csv": "diary.csv",
    "diary copy.csv": "diary.csv",
    "diary (1) (1).csv": "diary.csv",
    "diary~anna.csv": "diary.csv",
    "Diary 2.CSV": "diary.csv",
    "amendments 2.csv": "amendments.csv",
    "rejected (1).csv": "rejected.csv",
    "unsealing-anna-pc.json": "unsealing.json",
    "sealed-order 2.json": "sealed-order.json",
    "seal (1).json": "seal.json",
    "journal 2.head": "journal.head",
    "journal-DESKTOP-AB12.csv": "journal.csv",
    "measures 2.csv": "measures.csv",
    "protocol (1).toml": "protocol.toml",
    "order.sync-conflict-20261001-101530-ABCDEFG.csv": "order.csv",
}
OTHERS = (
    "diary.csv", "diary.xlsx", "diary-old.csv", "diary-2026-10.csv", "diary backup.csv", "mydiary 2.csv", "diary2.csv",
    "journal.csv", "protocol.pdf", "order.csv", "export 2.csv", "diary 2.txt", "rejected.csv",
    "diary-backup-2026-10-01.csv", "diary old 2.csv", "protocol-draft.toml", "seal.json", "sealed-order.json", "journal.head", "unfinished-diary.csv",
)  # fmt: skip


@pytest.mark.parametrize(("name", "of"), COPIES.items())
def test_a_conflict_copy_is_known_by_its_name(name, of):
    assert copied_from(name) == of


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_are_left_in_peace(name):
    assert copied_from(name) is None


def test_the_copies_of_a_folder_are_named_and_folders_are_not(trial_folder):
    (trial_folder / "diary 2.csv").write_text("")
    (trial_folder / "diary 3.csv").mkdir()
    assert conflict_copies(trial_folder) == (trial_folder / "diary 2.csv",)
