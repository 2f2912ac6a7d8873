"""What changed after the draw: amendments, the end of a trial that was stopped, the opening of a concealed order, a diary that is another one since."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from nof1.language import phrase, say, say_some, sentences
from nof1.plan.orders.amendments import REASON_LEFT_OUT
from nof1.plan.protocol.own_words import called
from nof1.record.adopting.calendar import UNDATED_START

if TYPE_CHECKING:
    from nof1.analyze.results import Result
    from nof1.plan.orders.amendments import Amendment, StoppedBy, Taken
    from nof1.record.diary.on_record import Doubt

# Before that there was no nof1: an earlier date in a trial without dates stands for the number of its day.
_FIRST_ENTERED = date(2020, 1, 1)

_MISSED: "dict[Taken, tuple[str, str]]" = {
    "planned": (
        phrase(
            "Entered on {day}: on the night of {start} nothing was recorded; doses as planned, as reported afterwards."
        ),
        phrase(
            "Entered on {day}: on {count} nights, {start} to {end}, nothing was recorded; doses as planned, as reported afterwards."
        ),
    ),
    "none": (
        phrase(
            "Entered on {day}: on the night of {start} nothing was recorded; no dose was taken, as reported afterwards."
        ),
        phrase(
            "Entered on {day}: on {count} nights, {start} to {end}, nothing was recorded; no dose was taken, as reported afterwards."
        ),
    ),
    "unknown": (
        phrase("Entered on {day}: on the night of {start} nothing was recorded; what was taken is not known."),
        phrase(
            "Entered on {day}: on {count} nights, {start} to {end}, nothing was recorded; what was taken is not known."
        ),
    ),
}
_STOPPED: "dict[StoppedBy, str]" = {
    "person": phrase(
        "Entered on {day}: the person stopped the trial; its nights end before the evening of {start}. {reason}"
    ),
    "clinician": phrase(
        "Entered on {day}: a doctor stopped the trial; its nights end before the evening of {start}. {reason}"
    ),
    "rule": phrase(
        "Entered on {day}: a rule that was fixed beforehand stopped the trial; its nights end before the evening of {start}. "
        "{reason}"
    ),
}


def amendment_sentence(amendment: "Amendment", *, dated: bool = True) -> str:
    """What one amendment changed, for pages and screens; `dated` says whether the trial's dates are known, or its days are numbered."""
    on, reason = day_called(amendment.entered.date(), dated=dated), reason_of(amendment)
    start = "" if amendment.start is None else day_called(amendment.start, dated=dated)
    if amendment.taken is not None and amendment.start is not None and amendment.nights is not None:
        return say_some(
            amendment.nights,
            _MISSED[amendment.taken][0],
            _MISSED[amendment.taken][1],
            day=on,
            start=start,
            end=day_called(amendment.start + timedelta(days=amendment.nights - 1), dated=dated),
        )
    if amendment.nights is not None:
        pause = say_some(
            amendment.nights,
            "Entered on {day}: a pause of {count} night from the evening of {start}; the nights after it moved. {reason}",
            "Entered on {day}: a pause of {count} nights from the evening of {start}; the nights after it moved. {reason}",
            day=on,
            start=start,
            reason=reason,
        )
        return sentences([pause, _taken_out(amendment)])
    if amendment.period is not None:
        return say(
            "Entered on {day}: period {period} was unblinded. {reason}",
            day=on,
            period=amendment.period,
            reason=reason,
        )
    if amendment.by is not None:
        return say(
            _STOPPED[amendment.by],
            day=on,
            start=start,
            reason=reason,
        )
    if amendment.arm is not None:
        return say(
            "Entered on {day}: from the evening of {start} on, the planned dose of {arm} is {mg:g} mg.{reason}",
            day=on,
            arm=called(amendment.arm),
            mg=amendment.dose_mg,
            start=start,
            reason=f" {reason}" if reason else "",
        )
    if amendment.kind == "medicine":
        return say(
            "Entered on {day}: another medicine, from {start} on. {reason}",
            day=on,
            start=start,
            reason=reason,
        )
    return say("Entered on {day}: {reason}", day=on, reason=reason)


def reason_of(amendment: "Amendment") -> str:
    """The reason as it was written, with a full stop; of a copy that it is left out."""
    reason = amendment.reason
    if reason == REASON_LEFT_OUT:
        return say("The reason is left out of this copy.")
    return reason if reason[-1:] in ("", ".", "!", "?", "…") else f"{reason}."


def day_called(when: date, *, dated: bool) -> str:
    """A date, or in a trial without dates the number of its day: what nof1 itself entered bears a date after all."""
    if dated or when >= _FIRST_ENTERED:
        return str(when)
    return say("day {number}", number=(when - UNDATED_START).days + 1)


def _taken_out(amendment: "Amendment") -> str:
    if not amendment.excluded:
        return ""
    return say_some(
        len(amendment.excluded),
        "{count} night of it had been recorded already and was taken out.",
        "{count} nights of it had been recorded already and were taken out.",
    )


def changes(result: "Result", *, medicines: bool = True) -> list[str]:
    """What changed after the draw, each with its reason, a stop first; and when a concealed order was opened.

    `medicines` says whether to tell changes of other medicines, which stand beside an answer for the worse, too.
    """
    told = [one for one in result.record.amendments if medicines or one.kind != "medicine"]
    dated = result.trial.protocol.dated
    out = [
        amendment_sentence(amendment, dated=dated) for amendment in sorted(told, key=lambda one: one.kind != "stopped")
    ]
    unsealing = result.trial.unsealing
    if unsealing is not None:
        counts: dict[str, Any] = {
            "day": f"{unsealing.opened:%Y-%m-%d}",
            "recorded": unsealing.nights_recorded,
            "planned": unsealing.nights_planned,
        }
        if unsealing.early:
            out.append(
                say(
                    "The order was opened early, on {day}, with {recorded} of {planned} nights recorded and {left} nights still to "
                    "come: the choice of that moment can favour an answer.",
                    left=unsealing.nights_left,
                    **counts,
                )
            )
        else:
            out.append(
                say(
                    phrase(
                        "The order was opened on {day}, after the trial was stopped, with {recorded} of {planned} nights recorded."
                    )
                    if result.trial.order.left
                    else phrase(
                        "The order was opened on {day}, after the last night, with {recorded} of {planned} nights recorded."
                    ),
                    **counts,
                )
            )
    return out


def changed_diary(result: "Result") -> list[str]:
    """A sentence where the diary is not the one that was locked when the order was opened, and where the journal cannot say when that was."""
    changed = say("The diary was changed after the order was opened: it is not the one whose hash went on record then.")
    told = [say(_DOUBTS[doubt]) for doubt in result.trial.doubts]
    return [changed, *told] if result.trial.changed_after_unsealing else told


_DOUBTS: "dict[Doubt, str]" = {
    "journal gone": phrase(
        "The journal of this trial is gone: removed by hand. Whether the order was opened before, and nights changed after that, cannot be "
        "known."
    ),
    "journal cut": phrase(
        "The journal of this trial does not end as it was left: lines were taken off its end or put there by hand. Whether the order was opened "
        "before, and nights changed after that, cannot be known."
    ),
    "journal changed": phrase(
        "The journal of this trial was changed by hand. Whether the order was opened before, and nights changed after that, cannot be known."
    ),
}


def limits_sentence() -> str:
    """What the record of a concealed order cannot show, wherever it is told how the order was kept."""
    return say(
        "Times are those of the machine's own clock. A clock that was set ahead, or a copy of the folder from before the order was opened, "
        "leaves no trace in it; the marks of the journal that somebody else wrote down on the way would show both."
    )
