"""Whether there is something to take on an evening, and what."""

from datetime import date

from nof1.language import commas, say, spoken
from nof1.plan.design.fields import PAUSE
from nof1.plan.design.order import RUN_IN, Order, Period
from nof1.plan.protocol.dose import find_form, salt_mg
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.guards import route_words

_LINE = 60  # letters of a person's own words
_SHORT = 18  # of those in a narrow column


def takes(protocol: Protocol, period: Period) -> bool:
    """Whether there is something to take on its evenings: a dose, a dummy or a pack."""
    if not period.on_trial:
        return False
    return period.arm is None or has_dose(protocol, protocol.arm(period.arm))


def has_dose(protocol: Protocol, arm: Arm) -> bool:
    """Whether an arm has something to take. A reference without a dose, form or product has nothing."""
    if arm.placebo or arm.dose_mg or arm.product:
        return True
    return arm.route != "mouth" or (arm.dose_mg is None and (bool(arm.form) or arm.name != protocol.reference))


def takes_any(protocol: Protocol) -> bool:
    """Whether any arm has something to take; a trial of walks has none.

    Examples
    --------
    >>> takes_any(trial.protocol)
    True
    """
    return any(has_dose(protocol, arm) for arm in protocol.arms)


def swallows_any(protocol: Protocol) -> bool:
    """Whether any arm has something that is swallowed, so that it meets other medicines in the gut; a bath does not.

    Examples
    --------
    >>> swallows_any(trial.protocol)
    True
    """
    return any(arm.route == "mouth" and has_dose(protocol, arm) for arm in protocol.arms)


def planned_arm(protocol: Protocol, period: Period) -> Arm:
    """What is planned for the evenings of an open period: its arm, with the dose that an amendment planned, if one did.

    What stands in the protocol of a product speaks of the first dose, so it is left out of another; so is the salt, where nobody
    knows how much of it that is.
    """
    arm = protocol.arm(str(period.arm))
    if period.dose_mg is None or period.dose_mg == arm.dose_mg:
        return arm
    form = find_form(arm.form)
    salt = None if arm.salt_mg is None or form is None else round(salt_mg(form, period.dose_mg), 1)
    return arm.model_copy(update={"dose_mg": period.dose_mg, "salt_mg": salt, "product": ""})


def contents(protocol: Protocol, arm: Arm) -> str:
    """What one evening on an arm holds, in words."""
    parts: list[str] = []
    if route := route_words(arm):
        parts.append(say("{form}, {route}", form=ours(arm.form), route=route) if arm.form else route)
    if arm.dose_mg:
        if arm.form:
            parts.append(say("{mg:g} mg elemental magnesium as {form}", mg=arm.dose_mg, form=ours(arm.form)))
        else:
            parts.append(say("{mg:g} mg elemental magnesium", mg=arm.dose_mg))
    if arm.salt_mg:
        parts.append(say("that is {mg:g} mg of the salt", mg=arm.salt_mg))
    if arm.placebo:
        parts.append(say("a dummy that looks and tastes the same"))
    if arm.product:
        parts.append(arm.product)
    if not parts:
        parts.append(say("as the protocol says") if has_dose(protocol, arm) else say("nothing to take"))
    return commas(parts)


def to_take(protocol: Protocol, period: Period, *, short: bool = False) -> str:
    """What there is to take on the evenings of a period, to stand below "take": the same words wherever it is told.

    Of a concealed order it is the number of the pack.

    Parameters
    ----------
    short : bool
        For a narrow column: without the product, which stands where the arms are described.

    Examples
    --------
    >>> to_take(trial.protocol, trial.order.period_of(trial.order.end))
    '200 mg magnesium (citrate)'
    """
    if period.arm == PAUSE:
        return say("pause")
    if not period.on_trial:
        return say("nothing")
    if period.arm is None or _is_pack(protocol, period):
        return say("pack {number}", number=period.number)
    arm = planned_arm(protocol, period)
    if not takes(protocol, period):
        return say("nothing") if takes_any(protocol) else _room(arm.title, short=short)
    if protocol.concealed != "open":
        return say("run-in pack") if short else say("the pack marked run-in")
    if arm.dose_mg and arm.route == "mouth":
        dose = _short_dose(protocol, arm) if short else _dose(arm)
        if not protocol.of_magnesium:
            dose = say("{arm}, {mg:g} mg", arm=_room(arm.title, short=short), mg=arm.dose_mg)
        return say("{dose}: {product}", dose=dose, product=_room(arm.product)) if arm.product and not short else dose
    if arm.route in ("bath", "skin") and arm.product and not short:
        route = say("bath") if arm.route == "bath" else say("on the skin")
        return say("{dose}: {product}", dose=route, product=_room(arm.product))
    return _room((not short and arm.product) or arm.title, short=short)


def evening_words(protocol: Protocol, period: Period, *, timed: bool = True) -> str:
    """What to do on the evenings of a period, in one line; `timed` says at what time.

    Examples
    --------
    >>> evening_words(trial.protocol, trial.order.period_of(trial.order.end))
    'take 200 mg magnesium (citrate), at 21:30'
    """
    what = to_take(protocol, period)
    if period.arm == PAUSE:
        return say("pause of the trial, nothing is planned")
    if not (takes(protocol, period) or _is_pack(protocol, period)):
        return say("take nothing") if takes_any(protocol) or not period.on_trial else what
    if protocol.concealed != "open" or _is_swallowed(protocol.arm(str(period.arm))):
        what = say("take {what}", what=what)
    return say("{what}, at {time}", what=what, time=protocol.conduct.dose_time) if timed else what


def evening_line(protocol: Protocol, order: Order, tonight: date) -> str:
    """What tonight holds, or the first evening where that is still to come; "" after the last.

    Examples
    --------
    >>> evening_line(trial.protocol, trial.order, trial.order.end)
    'Tonight (Sun 5 Apr): take 200 mg magnesium (citrate), at 21:30'
    """
    if tonight > order.end:
        return ""
    evening = max(tonight, order.start)
    told = {
        "day": spoken().day(evening, year=False),
        "what": evening_words(protocol, order.period_of(evening)),
    }
    return (
        say("Tonight ({day}): {what}", **told) if evening == tonight else say("First evening ({day}): {what}", **told)
    )


def _is_pack(protocol: Protocol, period: Period) -> bool:
    """Whether a numbered pack is planned, whatever is in it: that of a concealed order, opened or not."""
    return protocol.concealed != "open" and period.on_trial and period.number != RUN_IN


def _is_swallowed(arm: Arm) -> bool:
    """Whether something is said of it that people take; of a walk or a blanket there is a name alone."""
    return arm.route == "mouth" and bool(arm.dose_mg or arm.product or arm.placebo or arm.form)


def _dose(arm: Arm) -> str:
    """A dose that is swallowed. What a label says of the salt weighs more than the magnesium in it, so both are named."""
    form = ours(arm.form)
    if arm.salt_mg and form:
        return say("{mg:g} mg magnesium ({salt:g} mg {form})", mg=arm.dose_mg, salt=arm.salt_mg, form=form)
    if form:
        return say("{mg:g} mg magnesium ({form})", mg=arm.dose_mg, form=form)
    return say("{mg:g} mg magnesium", mg=arm.dose_mg)


def _short_dose(protocol: Protocol, arm: Arm) -> str:
    """The dose alone; where forms are compared, with the form that tells the arms apart."""
    forms = {other.form for other in protocol.arms if other.dose_mg}
    if len(forms) == 1 or not arm.form:
        return say("{mg:g} mg", mg=arm.dose_mg)
    return say("{mg:g} mg {form}", mg=arm.dose_mg, form=_room(ours(arm.form), short=True))


def _room(text: str, *, short: bool = False) -> str:
    """A person's own words, cut where they would push the rest off a small screen or out of a column."""
    room = _SHORT if short else _LINE
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"
