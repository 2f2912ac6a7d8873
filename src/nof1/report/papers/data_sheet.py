"""The words of data-sheet.pdf: what of a trial is kept where, who can read it, and how it is deleted. Knows the protocol alone."""

from typing import Any

from nof1.language import phrase, say
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.protocol import Protocol
from nof1.report.papers.parts import Room, stated
from nof1.report.words.phrases import NO_ADVICE, SIMULATED, clip
from nof1.report.words.unscreened import banner, marked_foot

DATA_SHEET = "data-sheet.pdf"
_ROOM = Room(text=300, label=60, rows=60)
# Files of the trial folder and what they hold; of the order it depends on who knows it.
_FIRST = (
    (
        phrase("protocol.toml and the papers (PDF)"),
        phrase("the plan; what you said of your health and medicines; names that you gave, such as a doctor's"),
    ),
)
_ORDERS = {
    "open": ((phrase("order.csv"), phrase("which arm is on which evening")),),
    "helper": (
        (phrase("seal.json"), phrase("a fingerprint of the order, which does not tell it")),
        (
            phrase("with the helper: sealed-order.json, packing-sheet.pdf"),
            phrase("the order, and what is in every pack"),
        ),
    ),
    "alone": (
        (phrase("the slips in the packs"), phrase("the order, which is in no file until you enter it at the end")),
    ),
}
_LATER = (
    (
        phrase("diary.csv, diary.xlsx, booklet.pdf, measures.csv"),
        phrase("your entries: ratings, doses, side effects, notes, scores, values from other programs"),
    ),
    (
        phrase("events.csv"),
        phrase("what you said of side effects: how severe and serious, what was done, how they ended, from what"),
    ),
    (
        phrase("journal.csv, amendments.csv, looks.csv"),
        phrase("each entry, correction and change with its time and reason; nothing is taken out of them"),
    ),
    (
        phrase("the folder imports"),
        phrase("the files that were imported, whole, and how they were read"),
    ),
    (phrase("rejected.csv"), phrase("rows of imported files that were not taken, as they stood")),
    (phrase("the folder results"), phrase("the results pages and the numbers behind them")),
    (
        phrase("calendar.ics"),
        phrase("times of doses and entries; an online calendar that takes it shows them to its provider"),
    ),
    (
        phrase("diary.html on a phone"),
        phrase("entries that wait in its browser, until they are exported or sent to the computer"),
    ),
)
_WHO = (
    phrase(
        "nof1 has no account and sends nothing to anybody; only --dask of nof1 cohort hands trials to the machines that you name. The files are not encrypted: whoever can open the folder, a backup of it or a synced copy "
        "can read it. An encrypted disk and a password of your own on the computer keep others out."
    ),
    phrase(
        "nof1 serve shows the diary page to this computer alone. With --lan it is there in the home network, and that connection is not encrypted: "
        "whoever can listen in on the network could read along and take over a pairing. Do not use it in a network that strangers are in."
    ),
    phrase("An export from the phone's page, and papers sent by mail, are not encrypted either."),
    phrase(
        "nof1 share makes copies to give away, without dates, names and notes. Rare things may still tell who somebody is: look through them first."
    ),
)
_DELETING = (
    phrase("Delete the trial folder, and empty the bin. It holds all that nof1 keeps of the trial on this computer."),
    phrase("Delete what lies beside it: drafts of the plan, a sheet for the doctor, and copies made with nof1 share."),
    phrase("On the phone delete the page's data in the browser and the file itself; in calendars the entries."),
    phrase("Delete copies in backups, in synced folders and in mails, and what other programs exported."),
    phrase("Single entries can be corrected but not removed: what they were before stays in journal.csv."),
)
_HELPER = phrase("Ask the helper to delete their folder, and to destroy the packing sheet.")
_DUTIES = phrase(
    "Who keeps data of others for research is responsible for them by law. Ask the data protection office what has to be told, how long they are "
    "kept and who may have them deleted. This page is no legal advice."
)


def data_sheet_words(protocol: Protocol) -> dict[str, Any]:
    """Files and what they hold, who can read them, how they are deleted."""
    foot = say("nof1 data sheet, protocol {hash}", hash=protocol.sha256()[:16])
    return {
        "title": say("Where the data of this trial are, and who sees them"),
        "warning": "",
        "simulated": banner(protocol, SIMULATED),
        "no_advice": say(NO_ADVICE),
        "foot": marked_foot(protocol, foot),
        "sections": [
            _kept(protocol),
            {"heading": say("Who can read them"), "paragraphs": _readers(protocol)},
            {"heading": say("How they are deleted"), "steps": _deleting(protocol)},
        ],
    }


def _kept(protocol: Protocol) -> dict[str, Any]:
    rows = (*_FIRST, *_ORDERS[protocol.concealed], *_LATER)
    return {
        "heading": say("What is kept"),
        "before": [
            clip(ours(protocol.title), _ROOM.text),
            say("All of it is in the trial folder on your computer, unless another place is named. It is health data."),
        ],
        "table": {
            "header": [say("where"), say("what it holds")],
            "widths": ["1fr", "1.6fr"],
            "rows": [[say(where), say(what)] for where, what in rows],
        },
    }


def _readers(protocol: Protocol) -> list[str]:
    duties = [say(_DUTIES)] if protocol.conduct.purpose == "research" else []
    planned = say("Who is meant to see them: {who}", who=stated(protocol.conduct.access, _ROOM))
    return [planned, *(say(one) for one in _WHO), *duties]


def _deleting(protocol: Protocol) -> list[str]:
    helper = [say(_HELPER)] if protocol.concealed == "helper" else []
    return [*(say(one) for one in _DELETING), *helper]
