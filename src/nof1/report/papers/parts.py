"""Labelled paragraphs, of which protocol.pdf is made, and how much room there is for them. Knows no protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nof1.language import phrase, say
from nof1.plan.protocol.own_words import ours
from nof1.report.words.phrases import clip, sentence

NOT_STATED = phrase("not stated")
MANY = 5  # names in a sentence


@dataclass(frozen=True)
class Room:
    """How much is told: letters of a person's text and of a label, rows of a list; whether lines are run together."""

    text: int
    label: int
    rows: int
    tight: bool = False


def item(label: str, *texts: str) -> dict[str, Any]:
    """A labelled paragraph; empty texts are left out."""
    return {"label": label, "lines": [" ".join(text for text in texts if text)]}


def lines(label: str, texts: Sequence[str], room: Room) -> dict[str, Any]:
    """A label with one line for each text, run together where there is little room."""
    return item(label, *texts) if room.tight else {"label": label, "lines": list(texts)}


def stated(text: str, room: Room, otherwise: str = NOT_STATED) -> str:
    """A person's own text as a sentence, or the template of what is said where there is none."""
    return sentence(clip(ours(text) if text else say(otherwise), room.text))
