"""What was recorded beside the outcome, in sentences: side effects, doses, guesses.

Says what was counted and how sure that is; never what to do, other than whom to ask. Knows the record of results.json and the
protocol's names, no night.
"""

from nof1.analyze.results import Result
from nof1.report.words import about_in_100, level_words

_MAX_SIDE_EFFECTS = 3
_MAX_NAME = 30


def harms_line(result: Result, arm: str, *, interval: bool = True) -> str:
    """Side effects of one arm: "on 3 of 40 nights (8 in 100; from 2 to 19): loose stools 2, headache 1".

    `interval` says whether to tell the share with its interval, in the brackets.
    """
    row = result.record["harms"][arm]
    if row["with_side_effects"] is None:
        return "not asked"
    if not row["nights"]:
        return "no night in the diary"
    rate = _in_100(row["with_side_effects"], row["nights"], row.get("interval")) if interval else ""
    if not row["with_side_effects"]:
        return f"none on {row['nights']} nights in the diary{rate}"
    named = list(row["side_effects"].items())
    listed = ", ".join(f"{_clip(name)} {count}" for name, count in named[:_MAX_SIDE_EFFECTS])
    more = len(named) - _MAX_SIDE_EFFECTS
    others = f", and {more} other {'kind' if more == 1 else 'kinds'}" if more > 0 else ""
    return f"on {row['with_side_effects']} of {row['nights']} nights{rate}: {listed}{others}"


def harms_difference(result: Result, arm: str) -> str:
    """How much more often side effects were recorded on an arm than on the reference; empty where that cannot be said."""
    harms = result.record["harms"]
    against = harms[arm].get("against_reference")
    if against is None or against["any"] is None:
        return ""
    here, there = _title(result, arm), _title(result, against["reference"])
    if not harms[arm]["with_side_effects"] and not harms[against["reference"]]["with_side_effects"]:
        return f"No side effect was recorded on {here} or {there}."
    found = against["any"]
    low, high = found["interval"]
    size = (
        f"{_more(found['difference'])} had side effects on {here} than"
        if found["difference"]
        else f"as many had side effects on {here} as"
    )
    return (
        f"Of 100 nights, {size} on {there} (from {_more(low)} to {_more(high)}); the chance that they are more frequent "
        f"on {here} is {about_in_100(found['p_higher'])}."
    )


def stop_sentence(result: Result) -> str:
    """The recorded side effects that the stop rules name, and whom to ask; empty if there are none."""
    names = {
        name: None
        for row in result.record["harms"].values()
        for name, kind in (row.get("kinds") or {}).items()
        if kind["stop"] is not None
    }
    if not names:
        return ""
    listed = ", ".join(_clip(name) for name in list(names)[:_MAX_SIDE_EFFECTS])
    others = " and others" if len(names) > _MAX_SIDE_EFFECTS else ""
    return f"The stop rules name some of what was recorded: {listed}{others}. Talk to a doctor or pharmacist about it."


def adherence_line(result: Result, arm: str, *, interval: bool = True) -> str:
    """Doses of one arm: "37 of 42 (88 in 100; from 76 to 95); 4 missed, 1 not recorded".

    `interval` says whether to tell what follows the counts: the share with its interval, and what the other nights were.
    """
    row = result.record["adherence"][arm]
    if row["as_planned"] is None:
        return "no dose planned"
    if not row["dose_recorded"]:
        return "not recorded"
    planned = row.get("planned_doses", row["nights"])
    if not interval:
        return f"{row['as_planned']} of {planned}"
    rate = _in_100(row["as_planned"], planned, row.get("interval_as_planned"))
    magnesium = (
        row.get("contamination") is not None
    )  # a planned dose of 0: what is more than it is some where none was planned
    rest = [
        f"{row[key]} {words}"
        for key, words in (
            ("partly", "in part"),
            ("more", "with magnesium taken" if magnesium else "more than planned"),
            ("missed", "missed"),
            ("not_recorded", "not recorded"),
        )
        if row.get(key)
    ]
    return f"{row['as_planned']} of {planned}{rate}{'; ' if rest else ''}{', '.join(rest)}"


def blinding_line(result: Result, arm: str) -> str:
    """Guesses of one arm: "2 of 3 right, 1 wrong (blinding index 0.33; from -0.63 to 0.90)"; empty if there are none."""
    row = ((result.record["blinding"] or {}).get("by_arm") or {}).get(arm)
    if not row or not row["guesses"]:
        return ""
    rest = [
        f"{row[key]} {words}"
        for key, words in (("incorrect", "wrong"), ("dont_know", "\u201ccan't tell\u201d"))
        if row[key]
    ]
    counts = ", ".join([f"{row['correct']} of {row['guesses']} right", *rest])
    low, high = row["interval"]
    sure = f"; {row['mean_confidence']:.0f} % sure on average" if row["mean_confidence"] is not None else ""
    return f"{counts} (blinding index {_index(row['index'])}; from {_index(low)} to {_index(high)}){sure}"


def blinding_sentence(result: Result) -> str:
    """How well the order stayed hidden, and what that means; empty in results of an earlier version."""
    return str((result.record["blinding"] or {}).get("sentence", ""))


def record_note(result: Result) -> str:
    """What the intervals of the counts are, and what they leave out; empty where there are none."""
    rows = [*result.record["harms"].values(), *result.record["adherence"].values()]
    if not any(row.get("interval") or row.get("interval_as_planned") for row in rows):
        return ""
    return f"\u201cFrom \u2026 to\u201d is a {level_words()}. Nights were counted as if independent; they resemble each other, so it may be too narrow."


def _in_100(count: int, n: int, interval: list[float] | None) -> str:
    """A share as a natural frequency, with its interval where there is one."""
    told = f"{_hundredths(count / n)} in 100"
    return f" ({told}; from {_hundredths(interval[0])} to {_hundredths(interval[1])})" if interval else f" ({told})"


def _hundredths(share: float) -> str:
    """Whole hundredths, but never 0 or 100 for a share that is neither."""
    if share in (0, 1) or 0.005 < share < 0.995:
        return f"{100 * share:.0f}"
    return "under 0.1" if share < 0.001 else "over 99.9" if share > 0.999 else f"{100 * share:.1f}"


def _more(difference: float) -> str:
    """A difference of shares in nights of a hundred: "7 more", "3 fewer"."""
    return f"{_hundredths(abs(difference))} {'fewer' if difference < 0 else 'more'}"


def _index(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}") if round(value, 2) else "0.00"


def _title(result: Result, arm: str) -> str:
    return result.trial.protocol.arm(arm).title


def _clip(text: str) -> str:
    return text if len(text) <= _MAX_NAME else text[: _MAX_NAME - 1] + "\u2026"
