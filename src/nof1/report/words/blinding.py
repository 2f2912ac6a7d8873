"""How well the order stayed hidden, and what that means for the result. Counts come from `nof1.analyze.checks.blinding`."""

from collections.abc import Mapping

from nof1.analyze.checks.blinding import TELLING, Blinding, Guesses
from nof1.language import clauses, commas, phrase, say, say_some, sentences
from nof1.plan.protocol.noticed import sign_words
from nof1.plan.protocol.protocol import Protocol

_OPEN = phrase("Nobody was blind: the order was known, so what was expected of an arm can have acted on the ratings.")
_ADOPTED = phrase(
    "The table holds no guesses, and whether the person knew the arm is not in it. "
    "If it was known, what was expected of an arm can have acted on the values."
)


def blinding_sentence(protocol: Protocol, blinding: Blinding) -> str:
    """How well the order stayed hidden, and what that means."""
    if not protocol.randomized:
        return _of_a_table(protocol, blinding)
    if blinding.concealed == "open":
        return say(_OPEN)
    by_arm, left_out = blinding.by_arm, blinding.left_out
    parts: list[str] = (
        _meaning(protocol, blinding)
        if by_arm
        else [say("No guess was recorded, so it is not known whether the order stayed hidden.")]
    )
    unanswered = sum(row.unanswered for row in by_arm.values())
    if unanswered:
        parts.append(
            say_some(unanswered, "{count} period ended without a guess.", "{count} periods ended without a guess.")
        )
    if left_out:
        parts.append(
            say_some(
                len(left_out),
                "Period {periods} was unblinded in an emergency and is left out; knowing one period can tell others, too.",
                "Periods {periods} were unblinded in an emergency and are left out; knowing one period can tell others, too.",
                periods=_all([str(number) for number in left_out]),
            )
        )
    return sentences([*parts, noticed_sentence(protocol, blinding)])


def noticed_sentence(protocol: Protocol, blinding: Blinding) -> str:
    """On how many nights something told what was taken, and what; empty where that was not asked."""
    noticed = blinding.noticed
    if noticed is None:
        return ""
    nights = sum(sum(marks.values()) for marks in noticed.values())
    if not nights:
        return say("On no night was it marked that something gave away what was in the pack.")
    told = [
        say(
            "{arm}: {signs}",
            arm=protocol.arm(arm).title,
            signs=commas(
                [say("{sign} {nights}", sign=sign_words(sign), nights=count) for sign, count in marks.items()]
            ),
        )
        for arm, marks in noticed.items()
        if marks
    ]
    return say_some(
        nights,
        "On {count} night something gave away what was in the pack ({signs}): what was expected of an arm can have acted on its rating and on those after it.",
        "On {count:,} nights something gave away what was in the pack ({signs}): what was expected of an arm can have acted on their ratings and on those after them.",
        signs=clauses(told),
    )


def _of_a_table(protocol: Protocol, blinding: Blinding) -> str:
    """The same of guesses that stand in a table; what it says of who knew the arm where there are none."""
    if not blinding.by_arm:
        return say(_ADOPTED)
    unanswered = sum(row.unanswered for row in blinding.by_arm.values())
    without = say_some(unanswered, "{count} night has no guess.", "{count} nights have no guess.") if unanswered else ""
    return sentences([*_meaning(protocol, blinding), without])


def _meaning(protocol: Protocol, blinding: Blinding) -> list[str]:
    """What was guessed, how it is usually read, and what that says of the result."""
    rows = {protocol.arm(name).title: row for name, row in blinding.by_arm.items() if row.guesses}
    noticed, opposite = (
        [title for title, row in rows.items() if row.reading == kind] for kind in ("noticed", "opposite")
    )
    told: list[str] = [(_counts if protocol.randomized else _counts_of_a_table)(blinding.arms, rows)]
    if noticed and opposite:
        told.append(
            say(
                "One answer was given for most periods, whatever they were: a leaning to one guess, and no sign that the order was "
                "known."
            )
            if protocol.randomized
            else say(
                "One answer was given for most nights, whatever they were: a leaning to one guess, and no sign that the arm was known."
            )
        )
    elif noticed:
        told.append(
            say(
                "On {arms} that is more often than chance would have it: what was taken may have been noticed, and then what was "
                "expected of an arm can have acted on the ratings. A guess can also be right because the effect itself was felt.",
                arms=_all(noticed),
            )
        )
    elif opposite:
        told.append(
            say(
                "On {arms} another arm was named more often than chance would have it. The order was not known, but what was "
                "expected of an arm can have acted on the ratings.",
                arms=_all(opposite),
            )
        )
    else:
        told.append(say("A person who did not know could well have guessed so."))
        if any(row.interval is not None and row.interval[1] > TELLING for row in rows.values()):
            told.append(say("So few guesses cannot rule out that something was noticed."))
    return told


def _counts(arms: int, rows: Mapping[str, Guesses]) -> str:
    """How often the guess was right, and how often there was none; of many arms, how often a blind one is."""
    blind = sum(row.dont_know for row in rows.values())
    right = sum(row.correct for row in rows.values())
    guesses = sum(row.guesses for row in rows.values())
    if arms == 2:
        counts = _all(
            [
                say("{right} of {guesses} on {arm}", right=row.correct, guesses=row.guesses, arm=title)
                for title, row in rows.items()
            ]
        )
        if blind:
            return say(
                "At the end of periods the guess was right {counts}, with {blind} “can't tell”.",
                counts=counts,
                blind=blind,
            )
        return say("At the end of periods the guess was right {counts}.", counts=counts)
    if blind:
        return say(
            "At the end of periods the guess was right {right} of {guesses} times, with {blind} “can't tell”; a blind one is right once in {arms}.",
            right=right,
            guesses=guesses,
            blind=blind,
            arms=arms,
        )
    return say(
        "At the end of periods the guess was right {right} of {guesses} times; a blind one is right once in {arms}.",
        right=right,
        guesses=guesses,
        arms=arms,
    )


def _counts_of_a_table(arms: int, rows: Mapping[str, Guesses]) -> str:
    """The same of guesses in a table, which were made whenever they were."""
    right = [
        say("{right} of {guesses} on {arm}", right=row.correct, guesses=row.guesses, arm=arm)
        for arm, row in rows.items()
    ]
    blind = sum(row.dont_know for row in rows.values())
    told = say("The guesses in the table were right {counts}", counts=_all(right))
    if blind:
        told = say("{clause}, with {blind} “can't tell”", clause=told, blind=blind)
    if arms > 2:
        told = say("{clause}; a blind one is right once in {arms}", clause=told, arms=arms)
    return say("{clause}.", clause=told)


def _all(parts: list[str]) -> str:
    """Parts as "a and b and c"."""
    return parts[0] if len(parts) == 1 else say("{first} and {last}", first=_all(parts[:-1]), last=parts[-1])
