"""What stands beside the headline, of one pair of arms: how big, how sure, what the answer leans on, and the better bet.

Says what was observed and how sure it is; a bet is called one and is never part of the answer. Never what to do.
"""

import math
from collections.abc import Sequence

from nof1.analyze.model.arm_nights import arm_nights
from nof1.analyze.model.effects import TAILS
from nof1.analyze.model.standardize import MEASURES
from nof1.analyze.model.verdict import LEAST_NIGHTS, LEAST_PERIODS
from nof1.analyze.results import Result
from nof1.analyze.schema import PairEffect
from nof1.language import clauses, listed, phrase, say, say_some, spoken
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.safety.guards import route_words
from nof1.report.words import ranges
from nof1.report.words.amended_doses import doses_of
from nof1.report.words.effect import change, span
from nof1.report.words.patterns import pattern_sentences
from nof1.report.words.phrases import clip, nights
from nof1.report.words.sensitivity import robust_sentence
from nof1.report.words.stopped import stopped_for_good

MAX_ARM = 60
_NO_DIFFERENCE = ("no difference that matters", "no quick difference")


def plain_means_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """The plain means of both arms' nights, with dose and form: no model, and the nights that the verdict needs."""
    effect = effect or result.lead[0]
    protocol, found = result.trial.protocol, arm_nights(result.trial)
    one, other = found[effect.arm], found[effect.reference]
    if one.mean is None or other.mean is None:
        return ""
    binary = effect.measure == MEASURES["binary"]
    template = (
        phrase("Counted without a model, {title} was a yes on {one} nights in 100 {first} and on {other} {second}.")
        if binary
        else phrase("The plain mean of {title} was {one} {first} and {other} {second}, run-in aside.")
        if getattr(protocol.design, "run_in_nights", 0)
        else phrase("The plain mean of {title} was {one} {first} and {other} {second}.")
    )
    told = (
        (spoken().number(f"{100 * mean:.0f}") for mean in (one.mean, other.mean))
        if binary
        else ranges.ends(one.mean, other.mean)
    )
    numbers = dict(zip(("one", "other"), told, strict=True))
    first, second = (
        _on(protocol.arm(name), count, doses_of(result.trial, name))
        for name, count in ((effect.arm, one.nights), (effect.reference, other.nights))
    )
    return say(template, title=protocol.outcome.title, first=first, second=second, **numbers)


def _on(arm: Arm, count: int, doses: Sequence[float]) -> str:
    """The arm with form and planned doses, and its rated nights, such as "on magnesium (citrate, 200 mg; 41 nights)"."""
    parts = [clip(ours(arm.form), MAX_ARM)] if arm.form else []
    if arm.dose_mg:
        parts.append(listed([say("{mg:g} mg", mg=mg) for mg in doses]))
    elif route := route_words(arm):
        parts.append(route)
    what = clauses([*([", ".join(parts)] if parts else []), nights(count)])
    return say("on {arm} ({what})", arm=clip(arm.title, MAX_ARM), what=what)


def full_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """The effect once fully built up, and by how much it exceeds that over these nights; empty where it leads or is the same."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    builds_up = protocol.analysis.carryover == "exponential"
    if effect.estimand == "full" or result.short_of_full(effect) or not (builds_up or result.trial.doses_vary):
        return ""
    measure, numbers = effect.measure, effect.full
    size = {
        "size": change(measure, protocol.outcome, numbers.mean, numbers.interval),
        "span": span(measure, protocol.outcome, *numbers.interval),
    }
    binary = measure == MEASURES["binary"]
    if not builds_up:
        return say(
            phrase("At the full planned dose the difference is estimated at {size} nights in 100 ({span}).")
            if binary
            else phrase("At the full planned dose the difference is estimated at {size} ({span})."),
            **size,
        )
    if effect.build_up is None:
        return say(
            phrase("Once fully built up, the difference is estimated at {size} nights in 100 ({span}).")
            if binary
            else phrase("Once fully built up, the difference is estimated at {size} ({span})."),
            **size,
        )
    return say(
        "Once fully built up, the difference is estimated at {size} ({span}): this multiplies what the nights showed by "
        "{factor:.1f} ({factors}).",
        factor=effect.build_up.factor,
        factors=ranges.plain(*effect.build_up.interval),
        **size,
    )


def sure_sentences(result: Result, effect: PairEffect | None = None) -> list[str]:
    """Whether nights suffice, and whether other ways to work it out agree."""
    effect = effect or result.lead[0]
    if not effect.enough:  # the other ways agree because none of them may settle anything
        return [sentence for sentence in [enough_sentence(result, effect)] if sentence]
    robust = robust_sentence(result.record.sensitivity or (), (effect.arm, effect.reference))
    return [robust] if robust else []


def enough_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """What is missing before anything can be settled; empty where nights suffice."""
    effect = effect or result.lead[0]
    if effect.enough:
        return ""
    found = arm_nights(result.trial)
    lacking = [
        say(
            "{arm} has {periods} and {nights}",
            arm=clip(result.trial.protocol.arm(name).title, MAX_ARM),
            periods=say_some(found[name].periods, "{count} period", "{count} periods"),
            nights=nights(found[name].nights),
        )
        for name in (effect.arm, effect.reference)
        if found[name].periods < LEAST_PERIODS or found[name].nights < LEAST_NIGHTS
    ]
    least = say(
        "Nothing can be settled before each arm has at least {periods} periods and {nights} with a rating",
        periods=LEAST_PERIODS,
        nights=nights(LEAST_NIGHTS),
    )
    # Where arms have enough and were changed once, `one_switch_sentence` says what is missing.
    return say("{clause}: {lacking}.", clause=least, lacking=clauses(lacking)) if lacking else ""


def leans_sentences(result: Result, effect: PairEffect | None = None, *, checks: bool = True) -> list[str]:
    """What the answer leans on: that the arm was changed more than once, how fast effects come, which rule it is by.

    With what the checks call out, but where their own sentences stand on the same page.
    """
    effect = effect or result.lead[0]
    told = [
        one_switch_sentence(result, effect),
        _half_lives(result, effect),
        *(_model(result) if checks else []),
        *(_priors(result, effect) if checks else []),
        _build_up(effect),
        say("This trial was planned with the first edition of nof1, and the answer is by its rule.")
        if result.record.edition == 1
        else "",
    ]
    return [sentence for sentence in told if sentence]


def _model(result: Result) -> list[str]:
    """What is unusual about the nights, the first of it; the pages behind have all."""
    patterns = result.record.checks.patterns
    told = [] if patterns is None else pattern_sentences(patterns, result.record.sensitivity)
    if len(told) < 2:
        return told
    return [
        told[0],
        say_some(
            len(told) - 1,
            "One more thing about the nights is unusual (see the pages behind).",
            "{count} more things about the nights are unusual (see the pages behind).",
        ),
    ]


def _priors(result: Result, effect: PairEffect) -> list[str]:
    """That the verdict, or much of the full effect, is the prior's."""
    weight, pair = result.record.checks.prior_weight, (effect.arm, effect.reference)
    if weight is None:
        return []
    told = []
    if pair in weight.resting:
        told.append(
            say("The answer leans on what was assumed beforehand: assuming a little more or less gives another.")
        )
    if pair in [(one.arm, one.reference) for one in weight.mostly_prior]:
        told.append(say("More than a third of what is known of the full effect was assumed beforehand, not seen."))
    return told


def one_switch_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """That arm and time cannot be told apart, where the pair's rated nights hold one change of arm; else empty."""
    effect = effect or result.lead[0]
    frame, outcome = result.trial.frame, result.trial.protocol.outcome.name
    rated = frame.loc[frame[outcome].notna() & (frame["period"] > 0), "arm"]
    arms = rated[rated.isin([effect.arm, effect.reference])].to_numpy()
    if (arms[1:] != arms[:-1]).sum() != 1:
        return ""
    return say(
        "There was one change between {arm} and {reference}: what the arm did and what time did cannot be told apart.",
        arm=clip(result.trial.protocol.arm(effect.arm).title, MAX_ARM),
        reference=clip(result.trial.protocol.arm(effect.reference).title, MAX_ARM),
    )


def _half_lives(result: Result, effect: PairEffect) -> str:
    """Of which effects "no difference" is said: those that come as fast as was assumed."""
    if effect.verdict not in _NO_DIFFERENCE or result.trial.protocol.analysis.carryover != "exponential":
        return ""
    if effect.verdict == "no quick difference":
        return say("An effect that takes longer than a period to come is still open.")
    low, high = half_lives(result)
    return say(
        "This is said of an effect that comes within about a period: half of it within {span} days was assumed. A slower one "
        "could be missed.",
        span=ranges.plain(low, high),
    )


def half_lives(result: Result) -> tuple[float, float]:
    """The ends of the half-lives that the prior holds for likely, in days."""
    from scipy.special import ndtri

    priors = result.record.priors
    low, high = (
        priors["half_life_median"] * math.exp(priors["half_life_log_sd"] * float(ndtri(tail))) for tail in TAILS
    )
    return low, high


def _build_up(effect: PairEffect) -> str:
    if effect.build_up is None:
        return ""
    return say("The size once fully built up leans on how fast it is taken to build up: of that, nights show little.")


def bet_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """Which arm is the better bet today; empty where the answer says it, no threshold was stated, or the trial was stopped for good."""
    effect = effect or result.lead[0]
    if effect.best_bet is None or effect.verdict in ("helps", "worsens") or stopped_for_good(result):
        return ""
    protocol = result.trial.protocol
    return say(
        "If one had to be chosen today, on these nights alone, the better bet would be {arm}. That is a bet, not a finding.",
        arm=clip(protocol.arm(effect.arm if effect.best_bet else effect.reference).title, MAX_ARM),
    )
