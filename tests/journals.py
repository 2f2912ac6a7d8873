"""A trial folder made by hand gets the journal that 'nof1 plan' would have begun."""

from nof1.files import write_atomic
from nof1.plan.orders.seal import SEAL_FILE, load_seal
from nof1.record.diary.journal import audited, beginning, begun, written


def begin_journal(folder, protocol, now):
    """Begin journal.csv, its head, and bind the seal of a sealed trial to it."""
    journal = begun(protocol.sha256(), now)
    for name, content in written(journal).items():
        write_atomic(folder / name, content)
    if (folder / SEAL_FILE).is_file():
        write_atomic(folder / SEAL_FILE, load_seal(folder).bound(beginning(journal)).to_json())


def read_journal(folder):
    """All lines, whatever their checksums say."""
    return tuple(line for line, _, _ in audited(folder))
