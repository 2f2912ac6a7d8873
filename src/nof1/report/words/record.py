"""What was recorded beside the outcome, in sentences: side effects, doses, guesses.

Says what was counted and how sure that is; never what to do, other than whom to ask. Knows the record of results.json and the
protocol's names, no night.
"""

from typing import Any

from nof1.analyze.results import Result
from nof1.language import clauses, commas, phrase, say, say_some, sentences, spoken
from nof1.plan.protocol.safety.stop_rules import is_emergency, stop_action
from nof1.report.words import ranges
from nof1.report.words.effect import FEWER_MORE
from nof1.report.words.phrases import clip
from nof1.report.words.sentences import about_in_100, level_words

_MAX_SIDE_EFFECTS = 3
_MAX_NAME = 30
# The diary's own short list, which a person may choose from; what was typed is said as it is.
_SIDE_EFFECTS = {
    "soft stools": phrase("soft stools"),
    "diarrhoea": phrase("diarrhoea"),
    "weakness": phrase("weakness"),
    "fainting": phrase("fainting"),
    "slow or irregular heartbeat": phrase("slow or irregular heartbeat"),
    "breathlessness": phrase("breathlessness"),
}


def side_effect(name: str, room: int = _MAX_NAME) -> str:
    """A side effect as it is said: one of the short list in the spoken language, what was typed as it is, cut to `room` letters."""
    return say(_SIDE_EFFECTS[name]) if name in _SIDE_EFFECTS else clip(name, room)


def nothing_but_nights(result: Result) -> bool:
    """Whether a table held neither doses nor side effects, so that nothing can be said of them."""
    record = result.record
    return not result.trial.protocol.randomized and not (
        any(row.dose_recorded or row.as_planned is not None for row in record.adherence.values())
        or any(row.with_side_effects is not None for row in record.harms.values())
    )


def nothing_but_nights_sentence(result: Result) -> str:
    """That nothing is known of doses and side effects; empty where something is."""
    return say("Doses and side effects: not in the table.") if nothing_but_nights(result) else ""


def harms_line(result: Result, arm: str, *, interval: bool = True) -> str:
    """Side effects of one arm: "on 3 of 40 nights (8 in 100; between 2 and 19): loose stools 2, headache 1".

    `interval` says whether to tell the share with its interval, in the brackets.
    """
    row = result.record.harms[arm]
    felt, nights = row.with_side_effects, row.nights
    if felt is None:
        return say("not asked")
    if not nights:
        return say("no night in the diary")
    rate = _in_100(felt, nights, row.interval) if interval else None
    if not felt and rate is None:
        return say("none on {nights} nights in the diary", nights=nights)
    if not felt:
        return say("none on {nights} nights in the diary ({rate})", nights=nights, rate=rate)
    effects = list((row.kinds or {}).items())
    told = commas(
        [
            say("{name} {nights}", name=side_effect(name), nights=kind.nights)
            for name, kind in effects[:_MAX_SIDE_EFFECTS]
        ]
    )
    more = len(effects) - _MAX_SIDE_EFFECTS
    if more > 0:
        told = say_some(more, "{effects}, and {count} other kind", "{effects}, and {count} other kinds", effects=told)
    if rate is None:
        return say("on {felt} of {nights} nights: {effects}", felt=felt, nights=nights, effects=told)
    return say("on {felt} of {nights} nights ({rate}): {effects}", felt=felt, nights=nights, rate=rate, effects=told)


def harms_difference(result: Result, arm: str) -> str:
    """How much more often side effects were recorded on an arm than on the reference; empty where that cannot be said."""
    harms = result.record.harms
    against = harms[arm].against_reference
    if against is None or against.any is None:
        return ""
    here, there = _title(result, arm), _title(result, against.reference)
    if not harms[arm].with_side_effects and not harms[against.reference].with_side_effects:
        return say("No side effect was recorded on {here} or {there}.", here=here, there=there)
    found = against.any
    template = (
        phrase(
            "Of 100 nights, {more} had side effects on {here} than on {there} ({span}); the chance that they are "
            "more frequent on {here} is {chance}."
        )
        if found.difference
        else phrase(
            "Of 100 nights, as many had side effects on {here} as on {there} ({span}); the chance that they are "
            "more frequent on {here} is {chance}."
        )
    )
    low, high = found.interval
    return say(
        template,
        here=here,
        there=there,
        more=_more(found.difference),
        span=ranges.differences(100 * low, 100 * high, FEWER_MORE, whole=True),
        chance=about_in_100(found.p_higher),
    )


def stop_sentence(result: Result) -> str:
    """The recorded side effects that are signs for the emergency number or with which to stop, and whom to ask; empty if there are none."""
    kinds = [(name, kind.stop) for row in result.record.harms.values() for name, kind in (row.kinds or {}).items()]
    urgent = dict.fromkeys(name for name, stop in kinds if stop is not None and is_emergency(stop))
    others = dict.fromkeys(name for name, stop in kinds if stop is not None and not is_emergency(stop))
    told = []
    if urgent:
        template = phrase(
            "Some of what was recorded is a reason to call the emergency number: {effects}. Talk to a doctor about it, even if it is "
            "over. If it comes again: {action}."
        )
        told.append(say(template, effects=_some(list(urgent)), action=say(stop_action("emergency"))))
    if others:
        template = phrase(
            "The stop rules name some of what was recorded: {effects}. Talk to a doctor or pharmacist about it."
        )
        told.append(say(template, effects=_some(list(others))))
    return sentences(told)


def _some(names: list[str]) -> str:
    """The first of the side effects, and that there are others."""
    told = [side_effect(name) for name in names[:_MAX_SIDE_EFFECTS]]
    return say("{effects} and others", effects=", ".join(told)) if len(names) > len(told) else commas(told)


def adherence_line(result: Result, arm: str, *, interval: bool = True) -> str:
    """Doses of one arm: "37 of 42 (88 in 100; between 76 and 95); 4 missed, 1 not recorded".

    `interval` says whether to tell what follows the counts: the share with its interval, and what the other nights were.
    """
    row = result.record.adherence[arm]
    if row.as_planned is None:
        return say("no dose planned")
    if not row.dose_recorded:
        return say("not recorded")
    planned = row.planned_doses
    if not interval:
        return say("{doses} of {planned}", doses=row.as_planned, planned=planned)
    rate = _in_100(row.as_planned, planned, row.interval_as_planned)
    told = say("{doses} of {planned} ({rate})", doses=row.as_planned, planned=planned, rate=rate)
    # A planned dose of 0: what is more than it is some where none was planned.
    some = row.contamination is not None
    taken = (
        phrase("{nights} with magnesium taken") if result.trial.protocol.randomized else phrase("{nights} with a dose")
    )
    rest: list[str] = [
        say(template, nights=nights)
        for nights, template in (
            (row.partly, phrase("{nights} in part")),
            (row.more, taken if some else phrase("{nights} more than planned")),
            (row.missed, phrase("{nights} missed")),
            (row.not_recorded, phrase("{nights} not recorded")),
        )
        if nights
    ]
    return clauses([told, commas(rest)]) if rest else told


def blinding_line(result: Result, arm: str) -> str:
    """Guesses of one arm: "2 of 3 right, 1 wrong (blinding index 0.33; between -0.63 and 0.90)"; empty if there are none."""
    row = result.record.blinding.by_arm.get(arm)
    if row is None or row.index is None or row.interval is None:
        return ""
    counts: list[str] = [say("{right} of {guesses} right", right=row.correct, guesses=row.guesses)]
    if row.incorrect:
        counts.append(say("{guesses} wrong", guesses=row.incorrect))
    if row.dont_know:
        counts.append(say("{guesses} \u201ccan't tell\u201d", guesses=row.dont_know))
    low, high = row.interval
    told = say(
        "{counts} (blinding index {index}; between {low} and {high})",
        counts=commas(counts),
        index=_index(row.index),
        low=_index(low),
        high=_index(high),
    )
    if row.mean_confidence is None:
        return told
    return say("{line}; {sure:.0f} % sure on average", line=told, sure=row.mean_confidence)


def record_note(result: Result) -> str:
    """What the intervals of the counts are, and what they leave out; empty where there are none."""
    record = result.record
    felt = (row.interval for row in record.harms.values())
    taken = (row.interval_as_planned for row in record.adherence.values())
    if not any((*felt, *taken)):
        return ""
    return say(
        "\u201cBetween \u2026 and\u201d is a {interval}. Nights were counted as if independent; they resemble each other, so it may "
        "be too narrow.",
        interval=level_words(),
    )


def _in_100(count: int, n: int, interval: tuple[float, float] | None) -> str:
    """A share as a natural frequency, with its interval where there is one."""
    values: dict[str, Any] = {"share": _hundredths(count / n)}
    if not interval:
        return say("{share} in 100", **values)
    low, high = (_hundredths(end) for end in interval)
    return say("{share} in 100; between {low} and {high}", low=low, high=high, **values)


def _hundredths(share: float) -> str:
    """Whole hundredths, but never 0 or 100 for a share that is neither."""
    if share in (0, 1) or 0.005 < share < 0.995:
        return f"{100 * share:.0f}"
    if share < 0.001:
        return say("under {share:.1f}", share=0.1)
    return say("over {share:.1f}", share=99.9) if share > 0.999 else spoken().number(f"{100 * share:.1f}")


def _more(difference: float) -> str:
    """A difference of shares in nights of a hundred: "7 more", "3 fewer"."""
    size = _hundredths(abs(difference))
    return say("{size} fewer", size=size) if difference < 0 else say("{size} more", size=size)


def _index(value: float) -> str:
    return spoken().number(f"{value:.2f}".replace("-", "\N{MINUS SIGN}") if round(value, 2) else "0.00")


def _title(result: Result, arm: str) -> str:
    return result.trial.protocol.arm(arm).title
