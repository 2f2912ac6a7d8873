"""The question on medicines, asked once with their times of day, and how what was typed is read.

"gabapentin 600 mg 21:30, levothyroxine 75 µg 7:00" are two medicines with a time each. What kinds of medicine they are is found by their
names (`nof1.plan.protocol.safety.medicines`) and shown, so that it can be corrected.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from nof1.cli.wizard.parse import quoted, words
from nof1.cli.wizard.step import Raw, Step, Talk, Told
from nof1.errors import InputError
from nof1.language import commas, phrase, say
from nof1.plan.protocol.safety.answers import Answer, questions
from nof1.plan.protocol.safety.collisions import rules_of
from nof1.plan.protocol.safety.medicines import groups_of
from nof1.plan.protocol.safety.screen import Medicine

MEDICINES = "safety-medicines"
NONE = "-"
_MOST = 1000  # letters
_NONE_WORDS = (
    *("none", "no", "nope", "nothing", "no medicine", "no medicines", "no meds", "n/a", NONE, "0"),
    *("keine", "keins", "nein", "nichts", "keine medikamente", "keine arzneimittel"),
)
# 21:30, 9:30 pm, 9.30 pm, 9 pm; 21.30 Uhr and 21 Uhr. A point alone is part of an amount.
_TIME = re.compile(
    r"(?:\b(?:at|um|@)\s*)?(?<![\d.,:])(?:(?P<h>\d{1,2}):(?P<m>\d{2})|(?P<h2>\d{1,2})\.(?P<m2>\d{2})(?=\s*(?:uhr|[ap]\.?m\b))|(?P<h3>\d{1,2})(?=\s*(?:uhr|[ap]\.?m\b)))"
    r"\s*(?P<half>[ap]\.?m\b\.?)?(?:\s*uhr\b)?(?![\d:])",
    re.IGNORECASE,
)


def medicines_of(raw: Raw) -> tuple[Medicine, ...]:
    """The medicines that were typed; none before."""
    return read_medicines(raw[MEDICINES]) if MEDICINES in raw else ()


def read_medicines(text: str) -> tuple[Medicine, ...]:
    """Medicines and their times, separated by commas or semicolons; a part that holds nothing but times belongs to the one before.

    Raises
    ------
    InputError
        If a time is none, or stands before any medicine, or if a part has no name and no time.
    """
    if text.strip().casefold() in (*_NONE_WORDS, say("none")):
        return ()
    found: list[tuple[str, list[str]]] = []
    for part in re.split(r"[;\n]|(?<!\d),|,(?!\d)", text):
        times = [_clock(match) for match in _TIME.finditer(part)]
        name = re.sub(r"\(\s*\)|/(?=\s*(?:/|$))", " ", _TIME.sub(" ", part))  # what stood round the times
        name = re.sub(r"\s+", " ", name).strip(" -:")
        name = re.sub(r"(?:\s+(?:and|und|at|um|@|&|\+))+$|^(?:and|und)$", "", name, flags=re.IGNORECASE).strip()
        name = re.sub(r"\s+(?:and|und)\s+(?=$|and|und)", " ", name, flags=re.IGNORECASE)
        if name and not re.search(r"[^\W\d_]", re.sub(r"\b(?:and|und)\b", "", name, flags=re.IGNORECASE)):
            raise _unread(text)  # "at 8, 14 and 20": perhaps hours, perhaps amounts
        if name:
            found.append((name, times))
        elif times and found:
            found[-1][1].extend(times)
        elif times:
            raise InputError(say("{typed} holds a time before any medicine. Type the name first.", typed=quoted(text)))
    try:
        return tuple(Medicine(name=name, times=tuple(sorted(dict.fromkeys(times)))) for name, times in found)
    except ValidationError:
        raise _unread(text) from None


def _unread(text: str) -> InputError:
    return InputError(say("{typed} cannot be read. Type names and times only.", typed=quoted(text)))


def _clock(match: re.Match[str]) -> str:
    hour = int(match["h"] or match["h2"] or match["h3"])
    minute = int(match["m"] or match["m2"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise InputError(
                say("{typed} is no time of day. Type it in this way: 21:30.", typed=quoted(match[0].strip()))
            )
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    if hour > 23 or minute > 59:
        raise InputError(say("{typed} is no time of day. Type it in this way: 21:30.", typed=quoted(match[0].strip())))
    return f"{hour:02}:{minute:02}"


def medicines_text(medicines: tuple[Medicine, ...]) -> str:
    """As they are kept in a draft: read again, they are the same."""
    return "; ".join(" ".join([one.name, *one.times]) for one in medicines) or NONE


def medicines_step(
    part: Told[str], findings: Callable[[Talk], list[str]], nothing: Callable[[], Mapping[str, Answer]]
) -> Step:
    """The question; `findings` are lines on what the names lead to, `nothing` the answers of who takes none."""
    return Step(
        id=MEDICINES,
        part=part,
        question=phrase(
            "Which medicines and supplements do you take, and when? With commas between: gabapentin 600 mg 21:30, iron 8:00"
        ),
        help=phrase(
            "Everything by mouth, patch or injection, with or without prescription, with its times of day; without a time where you take "
            "it as needed. Magnesium in the gut can keep medicines from being absorbed, so the times are held against the dose's, and "
            "medicines that bring on restless legs would be taken for an effect of magnesium. What kind of medicine each is shows next; "
            "< brings you back here. - stands for none."
        ),
        parse=_parse,
        gives=lambda answer: _gives(answer, nothing() if answer == NONE else {}),
        after=lambda answer, talk: [*map(_as_read, read_medicines(answer)), *findings(talk)],
        keys=phrase("- none"),
    )


def _parse(text: str, talk: Talk) -> str:
    plain = words(_MOST)(text, talk) if text.strip() != NONE else NONE
    if not plain:
        raise InputError(say("Type your medicines with their times, or - if you take none."))
    return medicines_text(read_medicines(plain))


def _gives(answer: str, told: Mapping[str, Answer]) -> dict[str, Any]:
    named = {"medicines": [one.model_dump(mode="json") for one in read_medicines(answer)]}
    return {"safety": named | ({"answers": dict(told)} if told else {})}


def _as_read(medicine: Medicine) -> str:
    """How a medicine was read, its kinds, and whether its time is missing."""
    short = {question.id: say(question.short) for question in questions()}
    kinds = commas([short[id_] for id_ in groups_of(medicine.name)])
    if medicine.times:
        told = say("{medicine}, at {times}.", medicine=medicine.name, times=", ".join(medicine.times))
    elif rules_of(medicine):
        told = say("{medicine}, no time: it cannot be held against the dose's.", medicine=medicine.name)
    else:
        told = say("{medicine}.", medicine=medicine.name)
    return say("Read: {medicine} {kinds}", medicine=told, kinds=f"({kinds})" if kinds else "").rstrip()
