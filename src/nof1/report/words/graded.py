"""Side effects that were graded, in sentences and cells: what, on which night, how severe, how serious, what was done, the cause.

Says what was recorded and whose judgement it is. Knows the record of results.json and the protocol's names, no night.
"""

from collections import Counter

from nof1.analyze.graded import Graded, graded_side_effects
from nof1.analyze.results import Result
from nof1.language import listed, phrase, say, say_some, sentences, spoken
from nof1.record.diary.events import GRADES
from nof1.report.words.phrases import clip
from nof1.report.words.record import side_effect

_ARM = 40
_WHAT = 80
_MANY = 5  # names in a sentence
_JUDGED = {
    "open": phrase(
        "The grades are the person's own, who knew what they took; what a doctor thought stands beside them."
    ),
    "sealed": phrase(
        "The grades are the person's own, made before the order was opened; what a doctor thought stands beside them."
    ),
    "table": phrase("The grades are as they were recorded; what a doctor thought stands beside them."),
}
_OPINION = phrase(
    "A cause in a single case is an opinion. How often side effects came on each arm is counted above, whatever was thought of them."
)
_CHANGED = phrase(
    "What was graded has changed since this was computed: it is shown as it was. Analyze the trial anew to have it as it is now."
)


def header() -> list[str]:
    """The heads of the columns of `rows`."""
    return [
        say("arm"),
        say("side effect"),
        say("how bad"),
        say("what was done, how it ended"),
        say("from what was taken"),
    ]


def rows(result: Result) -> list[list[str]]:
    """A row for each side effect that was graded, arm by arm; nights that belong to none come last."""
    titles = {arm.name: clip(arm.title, _ARM) for arm in result.trial.protocol.arms}
    events = result.record.graded.events
    ordered = [row for name in titles for row in events if row.arm == name]
    ordered += [row for row in events if row.arm not in titles]
    return [
        [
            titles.get(row.arm or "", say("none")),
            _night(row),
            _cell(row, "severity", "serious"),
            _cell(row, "action", "outcome"),
            _cause(row),
        ]
        for row in ordered
    ]


def _night(row: Graded) -> str:
    night = (
        say("day {day}", day=row.day)
        if row.night is None
        else say("night of {night}", night=spoken().day(row.night, weekday=False))
    )
    return say("{what}, {night}", what=side_effect(row.what, _WHAT), night=night)


def _cell(row: Graded, *fields: str) -> str:
    """What was said in these columns, with what was not said where nothing of it was."""
    told = [say(GRADES[field][getattr(row, field)]) for field in fields if getattr(row, field)]
    return "; ".join(told) or "\N{EN DASH}"


def _cause(row: Graded) -> str:
    own = say(GRADES["cause"][row.cause]) if row.cause else ""
    doctor = say("doctor: {answer}", answer=say(GRADES["doctor"][row.doctor])) if row.doctor else ""
    return "; ".join(filter(None, (own, doctor))) or "\N{EN DASH}"


def judged(result: Result) -> list[str]:
    """Whose judgement the grades are, what was never graded, and that a cause is an opinion."""
    protocol, found = result.trial.protocol, result.record.graded
    how = "table" if not protocol.randomized else "open" if protocol.concealed == "open" else "sealed"
    names = [side_effect(name) for name in found.never[:_MANY]]
    left = len(found.never) - len(names)
    never = say("Never graded: {names}.", names=listed(names)) if names else ""
    more = say_some(
        left, "{count} further kind was not graded either.", "{count:,} further kinds were not graded either."
    )
    changed = say(_CHANGED) if graded_side_effects(result.trial) != found else ""
    return [say(_JUDGED[how]), never, more if left > 0 else "", say(_OPINION), changed]


def serious_sentence(result: Result) -> str:
    """Side effects that were graded as serious, on which arm; empty where there are none."""
    found = [row for row in result.record.graded.events if row.serious not in ("", "no")]
    if not found:
        return ""
    by_arm = Counter(row.arm for row in found)
    titles = {arm.name: clip(arm.title, _ARM) for arm in result.trial.protocol.arms}
    where = [
        say("{arm}: {count}", arm=titles.get(arm or "", say("on nights that belong to no arm")), count=count)
        for arm, count in by_arm.items()
    ]
    names = list(dict.fromkeys(side_effect(row.what) for row in found))[:_MANY]
    told = say_some(
        len(found),
        "{count} side effect was graded as serious ({where}): {names}.",
        "{count:,} side effects were graded as serious ({where}): {names}.",
        where="; ".join(where),
        names=listed(names),
    )
    return sentences([told, say("Talk to a doctor about it, if nobody has yet.")])
