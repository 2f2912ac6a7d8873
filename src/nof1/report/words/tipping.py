"""Tipping points in words: how far missing nights or hope would have to go before the answer lost its sign."""

from nof1.analyze.checks.tipping import Hope, MissingNights, TippingPoint
from nof1.analyze.model.standardize import MEASURES
from nof1.language import phrase, say, say_some, sentences
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.effect import Units, number, units
from nof1.report.words.reasons import reason_sentence

_KNOWN = {
    True: phrase("The order was known, and what was hoped or feared can have moved the ratings."),
    False: phrase("Where the arms were known, what was hoped or feared can have moved the ratings."),
}
_HOPE = {
    "better": phrase(
        "If knowing it made a night on {arm} look better by {enough} {unit} than it was, it would be open which way {arm} works; {whole} "
        "would explain the whole effect."
    ),
    "worse": phrase(
        "If knowing it made a night on {arm} look worse by {enough} {unit} than it was, it would be open which way {arm} works; {whole} "
        "would explain the whole effect."
    ),
}


def tipping_sentence(protocol: Protocol, told: TippingPoint) -> str:
    """What would take the sign from the effect of one pair of arms; empty where it has none, or nothing could."""
    if told.sure is None:
        return ""
    parts: list[str] = [missing_sentence(protocol, one) for one in told.missing]
    if told.refused is not None:
        parts.append(reason_sentence(told.refused, remedy=False))
    if told.hope is not None:
        parts.append(hope_sentence(protocol, told, told.hope))
    return sentences(parts)


def missing_sentence(protocol: Protocol, told: MissingNights) -> str:
    """By how much the missing nights of an arm would have to differ from what is expected of them."""
    outcome, arm = protocol.outcome, protocol.arm(told.arm).title
    counted = units(MEASURES[protocol.analysis.family], outcome)
    missing = say_some(
        told.nights,
        "{count} of {planned} nights on {arm} is missing; about {expected} is expected of it.",
        "{count} of {planned} nights on {arm} are missing; about {expected} is expected of them on average.",
        planned=told.planned,
        arm=arm,
        expected=number(told.expected),
    )
    if told.delta is None:
        return sentences(
            [
                missing,
                say("However far from that, up to the end of the scale, the direction of the effect would stand."),
            ]
        )
    if told.kind == "ratio":
        change = say(
            "The direction of the effect would be open only if in truth it was {ratio} times that.",
            ratio=number(told.delta),
        )
        return sentences([missing, change])
    size = _size(counted, abs(told.delta))
    template = (
        phrase("The direction of the effect would be open only if in truth it was {size} {unit} lower than that.")
        if told.delta < 0
        else phrase("The direction of the effect would be open only if in truth it was {size} {unit} higher than that.")
    )
    return sentences([missing, say(template, size=size, unit=counted.axis)])


def hope_sentence(protocol: Protocol, told: TippingPoint, hope: Hope) -> str:
    """The size of hope, or of fear, that would explain the answer away."""
    assert told.sure is not None
    counted = units(MEASURES[protocol.analysis.family], protocol.outcome)
    return sentences(
        [
            say(_KNOWN[protocol.randomized]),
            say(
                _HOPE[told.sure],
                arm=protocol.arm(told.arm).title,
                enough=_size(counted, hope.to_zero),
                whole=_size(counted, hope.whole),
                unit=counted.axis,
            ),
        ]
    )


def _size(counted: Units, value: float) -> str:
    """Points and the like with the digits a reader needs; nights in a hundred as whole ones."""
    return number(value) if counted.factor == 1 else say("{size:.0f}", size=counted.factor * value)
