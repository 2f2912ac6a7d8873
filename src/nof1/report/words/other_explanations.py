"""What else could explain that an arm came out worse, in words: beside every verdict for the worse, on the first page and on screens.

Says what was answered and recorded, what is known of it and by whom, and whom to ask; never that it is the cause, and never what to do.
"""

from collections.abc import Iterable, Iterator

from nof1 import facts
from nof1.analyze.checks.other_explanations import (
    KINDS,
    Explanation,
    FromScreen,
    Interaction,
    Kind,
    LooseStools,
    MedicineChanged,
    MedicineNoted,
    OtherExplanations,
    RescueMedicine,
    explain,
)
from nof1.analyze.results import Result
from nof1.language import clauses, commas, listed, phrase, say, sentences, spoken
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.phrases import cited, clip, some
from nof1.subject import spoken_of

Told = tuple[str, str]  # the words before it, and what is said

_ARM = 60
_NAME = 60
_WORDS = 120
_DAYS = 4  # notes that are named; all are in results.json
_LABELS: dict[Kind, str] = {
    "interaction": phrase("Interaction with another medicine:"),
    "augmentation": phrase("Augmentation by a dopamine medicine:"),
    "iron": phrase("Low iron:"),
    "provoking medicine": phrase("A medicine that can bring restless legs on:"),
    "loose stools": phrase("Loose stools:"),
    "medicine changed": phrase("A change of another medicine during the trial:"),
    "rescue medicine": phrase("Another medicine taken in the night:"),
}
_ABOUT: dict[Kind, str] = {
    "interaction": phrase(
        "medicines that magnesium can keep from being absorbed, such as gabapentin, and at what hours they are taken"
    ),
    "augmentation": phrase("a dopamine agonist or levodopa, now or before"),
    "iron": phrase("low iron (ferritin and transferrin saturation)"),
    "provoking medicine": phrase(
        "medicines that can bring restless legs on: antihistamines, antidepressants, metoclopramide, antipsychotics"
    ),
    "loose stools": phrase("loose stools"),
    "medicine changed": phrase("another medicine that was started, stopped or changed during the trial"),
    "rescue medicine": phrase("another medicine taken in the night against what is rated"),
}
_OF_A_TABLE: dict[Kind, str] = {
    "interaction": phrase("other medicines, and at what hours they were taken"),
    "loose stools": phrase("loose stools"),
    "medicine changed": phrase("another medicine that was started, stopped or changed during the time of the table"),
}
ASK = phrase(
    "This does not say which of them it was, or that it was any. Show this to a doctor or pharmacist before you stop or change any "
    "medicine."
)


def heading() -> str:
    """What stands above them."""
    return say("What else could explain it")


@spoken_of
def told(result: Result, *, brief: bool = False) -> list[Told]:
    """Each explanation with the words before it, then what nobody asked about; empty where no arm came out worse.

    Parameters
    ----------
    result : Result
    brief : bool
        Whether to leave out what is known in general of each but interactions, since there is no room; what this person said stays.

    Examples
    --------
    >>> told(result)  # magnesium helped
    []
    """
    # Not the record's: older ones have none, and a change may have been entered since.
    found = explain(result.trial, result.lead)
    if not found:
        return []
    protocol = result.trial.protocol
    always = ("interaction",) if brief else KINDS
    by_kind = {kind: [(one, pair) for pair in found for one in pair.found if one.kind == kind] for kind in KINDS}
    out = [
        (say(_LABELS[kind]), sentences([*_said(kind, rows, protocol), *(_known(kind, rows) if kind in always else ())]))
        for kind, rows in by_kind.items()
        if rows
    ]
    missing = [kind for kind in KINDS if any(kind in pair.not_asked for pair in found)]
    if not out:
        asked = [kind for kind in KINDS if any(kind in pair.asked for pair in found)]
        out.append(_nothing(asked, protocol))
    if missing:
        out.append((_not_asked_label(protocol), _missing_sentence(missing, protocol)))
    return out


def ask() -> str:
    """Whom to ask."""
    return say(ASK)


def sentences_of(result: Result) -> list[str]:
    """The same as sentences for a screen, the heading first; empty where no arm came out worse.

    Examples
    --------
    >>> sentences_of(result)  # magnesium helped
    []
    """
    rows = told(result)
    return [say("{heading}:", heading=heading()), *(f"{label} {text}" for label, text in rows), ask()] if rows else []


def explanations_sentence(protocol: Protocol, part: OtherExplanations) -> str:
    """One pair of arms with all that was found and what nobody asked about."""
    arm, reference = (_title(protocol, name) for name in (part.arm, part.reference))
    named = [
        sentences([say(_LABELS[kind]), *_said(kind, rows, protocol), *_known(kind, rows)])
        for kind, rows in ((kind, [(one, part) for one in part.found if one.kind == kind]) for kind in part.kinds)
    ]
    return sentences(
        [
            say("What else could explain {arm} against {reference}:", arm=arm, reference=reference),
            *(named or _nothing(part.asked, protocol)),
            sentences([_not_asked_label(protocol), _missing_sentence(part.not_asked, protocol)])
            if part.not_asked
            else "",
            ask(),
        ]
    )


def _not_asked_label(protocol: Protocol) -> str:
    safety = protocol.safety
    if safety is not None and (safety.answers or safety.medicines):
        return say("Nobody asked about:")
    if not protocol.randomized:
        return say("Nobody asked about, since the table does not hold it:")
    return say("Nobody asked about, since there is no safety screen on record:")


def _missing_sentence(missing: Iterable[Kind], protocol: Protocol) -> str:
    return say("{clause}.", clause=clauses(_named(missing, protocol)))


def _nothing(asked: Iterable[Kind], protocol: Protocol) -> Told:
    """That nothing which was asked about fits."""
    kinds = _named(asked, protocol)
    if not kinds:
        return say("Nothing found:"), say("Nothing that could explain it was asked about.")
    return say("Asked about, and none of it fits:"), say("{clause}.", clause=clauses(kinds))


def _named(kinds: Iterable[Kind], protocol: Protocol) -> list[str]:
    """What the kinds are called; of a table, which may be about anything, those of restless legs are called so."""
    if protocol.randomized:
        return [say(_ABOUT[kind]) for kind in kinds]
    plain = [say(_OF_A_TABLE[kind]) for kind in kinds if kind in _OF_A_TABLE]
    legs = [say(_ABOUT[kind]) for kind in kinds if kind not in _OF_A_TABLE]
    return [*plain, *([say("in restless legs also {kinds}", kinds=clauses(legs))] if legs else [])]


_Row = tuple[Explanation, OtherExplanations]


def _said(kind: Kind, rows: list[_Row], protocol: Protocol) -> Iterator[str]:
    """What is on record of one kind."""
    found = list(dict.fromkeys(one for one, _ in rows))
    worse = listed(list(dict.fromkeys(_title(protocol, pair.worse) for _, pair in rows)))
    match found[0]:
        case Interaction():
            yield from _interactions([one for one in found if isinstance(one, Interaction)], worse)
        case FromScreen():
            yield from _from_screen(found[0])
        case LooseStools():
            yield from (_loose_stools(one, pair, protocol) for one, pair in rows if isinstance(one, LooseStools))
        case RescueMedicine():
            yield from (_rescue(one, pair, protocol) for one, pair in rows if isinstance(one, RescueMedicine))
        case MedicineChanged() | MedicineNoted():
            yield from (_changed(one) for one in found if isinstance(one, MedicineChanged))
            yield from (_noted(one) for one in found if isinstance(one, MedicineNoted))


def _known(kind: Kind, rows: list[_Row]) -> Iterator[str]:
    """What is known of one kind in general, with its source; of interactions that of the medicines alone."""
    questions = {one.question for one, _ in rows if isinstance(one, Interaction)}
    for row in facts.load("explanations"):
        if row["kind"] == kind and row.get("medicines_of") in {None, *questions}:
            yield cited(row["id"])


def _interactions(found: list[Interaction], worse: str) -> Iterator[str]:
    """Every medicine, those that are known to meet the dose first; then what it would mean."""
    for one in sorted(found, key=lambda one: (one.hours is None, not one.known)):
        row = facts.fact(one.question)
        if one.hours is not None:
            yield _near(one, source=say(row["source"]))
        elif one.medicine:
            yield say("{medicine}, at an hour that is not on record.", medicine=clip(one.medicine, _NAME))
        else:
            template = phrase("Yes to \u201c{question}\u201d, at an hour that is not on record.")
            unknown = phrase("Not known: \u201c{question}\u201d")
            yield say(template if one.known else unknown, question=say(row["question"]))
    yield say(
        "Magnesium can keep part of such a medicine from being absorbed. If {arm} did worse, it may be because less of that medicine got into the body.",
        arm=worse,
    )


def _near(one: Interaction, *, source: str) -> str:
    template = (
        phrase("{medicine} and the dose, both at {time}; at least {needed:g} hours apart are asked for ({source}).")
        if one.time == one.dose_time
        else phrase(
            "{medicine} at {time}, the dose at {dose_time}; at least {needed:g} hours apart are asked for ({source})."
        )
    )
    return say(
        template,
        medicine=clip(one.medicine, _NAME),
        time=one.time,
        dose_time=one.dose_time,
        needed=one.needed,
        source=source,
    )


_SAID: dict[Kind, str] = {
    "augmentation": phrase("Said on the safety screen: a dopamine agonist or levodopa is or was taken."),
    "provoking medicine": phrase("Said on the safety screen: such a medicine is taken."),
}
_UNKNOWN: dict[Kind, str] = {
    "augmentation": phrase("Not known on the safety screen: whether a dopamine agonist or levodopa is or was taken."),
    "provoking medicine": phrase("Not known on the safety screen: whether such a medicine is taken."),
}
_SIGNS = phrase("Signs of it were reported: earlier in the day, or in the arms or trunk.")
_TESTS = {
    "ferritin": phrase("ferritin"),
    "transferrin_saturation": phrase("transferrin saturation"),
    # One question of before, for both.
    "iron_unknown": phrase("ferritin or transferrin saturation, or it was never measured"),
}


def _from_screen(one: FromScreen) -> Iterator[str]:
    if one.kind == "iron":
        yield from _iron(one)
        return
    if one.medicines:
        names = commas([clip(name, _NAME) for name in one.medicines])
        yield say("Said on the safety screen: {medicines}.", medicines=names)
    elif set(one.questions) <= set(one.unknown):
        yield say(_UNKNOWN[one.kind])
    else:
        yield say(_SAID[one.kind])
    if "augmentation" in set(one.questions) - set(one.unknown):
        yield say(_SIGNS)


def _iron(one: FromScreen) -> Iterator[str]:
    low = [say(_TESTS[question]) for question in one.questions if question not in one.unknown]
    unknown = [say(_TESTS[question]) for question in one.unknown]
    if low:
        yield say("Said on the safety screen to be low: {tests}.", tests=listed(low))
    if unknown:
        yield say("Said on the safety screen to be unknown or never measured: {tests}.", tests=listed(unknown))


def _loose_stools(one: LooseStools, pair: OtherExplanations, protocol: Protocol) -> str:
    better = pair.reference if pair.worse == pair.arm else pair.arm
    return say(
        "They were recorded on {worse} of {nights} nights on {arm} and on {better} of {other_nights} on {other}. A night broken by them is a worse night for that reason alone.",
        worse=one.worse,
        nights=one.worse_nights,
        arm=_title(protocol, pair.worse),
        better=one.better,
        other_nights=one.better_nights,
        other=_title(protocol, better),
    )


def _rescue(one: RescueMedicine, pair: OtherExplanations, protocol: Protocol) -> str:
    better = pair.reference if pair.worse == pair.arm else pair.arm
    return say(
        "It was taken on {worse} of {nights} nights on {arm} and on {better} of {other_nights} on {other}. It can have made its own night "
        "better or worse, and those nights count as they were rated.",
        worse=one.worse,
        nights=one.worse_nights,
        arm=_title(protocol, pair.worse),
        better=one.better,
        other_nights=one.better_nights,
        other=_title(protocol, better),
    )


def _changed(one: MedicineChanged) -> str:
    return say("From {day} on: {what}.", day=spoken().day(one.since), what=clip(one.words, _WORDS).rstrip("."))


def _noted(one: MedicineNoted) -> str:
    days = some([spoken().day(day) for day in one.days], _DAYS)
    return say("A note of {days} names a medicine; whether it was changed, the note says.", days=days)


def _title(protocol: Protocol, arm: str) -> str:
    return clip(protocol.arm(arm).title, _ARM)
