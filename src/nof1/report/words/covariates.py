"""A covariate that follows the arm, in words: how far apart the arms are, what that can mean, and the answer without it."""

from nof1.analyze.checks.covariate_by_arm import CovariateByArm
from nof1.analyze.results import Result
from nof1.analyze.schema import Covariates
from nof1.language import listed, number, phrase, say, sentences
from nof1.plan.protocol.nightly import column_title, recorded_of
from nof1.plan.protocol.protocol import Protocol
from nof1.record.values.measures import find_measure
from nof1.report.words.phrases import clip
from nof1.report.words.reasons import reason_sentence
from nof1.report.words.sentences import headline, size_clause

_ARM = 60
_MOST = 3  # covariates that are named; all are in results.json

# Templates, by what it rests on that a covariate follows the arm.
_FOLLOWS = {
    "orders": phrase(
        "Careful: {covariate} goes with the arm. Its mean is {one} on {arm} and {other} on {reference}; fewer than 1 in 100 of the "
        "possible orders would set them as far apart."
    ),
    "orders and periods": phrase(
        "Careful: {covariate} goes with the arm. Its mean is {one} on {arm} and {other} on {reference}; none of the {orders} possible "
        "orders would set them further apart, and on one and the same arm it changes far less."
    ),
    "periods": phrase(
        "Careful: {covariate} goes with the arm. Its mean is {one} on {arm} and {other} on {reference}; on one and the same arm it changes "
        "far less."
    ),
}


def covariate_title(protocol: Protocol, name: str) -> str:
    """What people call a covariate: its own title, or as the diary asks for it, or its name.

    Examples
    --------
    >>> covariate_title(trial.protocol, "wine")
    'wine'
    """
    measure = find_measure(name) if recorded_of(protocol, name) is None else None
    return clip(column_title(protocol, name), _ARM) if measure is None else measure.question


def by_arm_sentence(protocol: Protocol, row: CovariateByArm) -> str:
    """How a covariate stands with one pair of arms."""
    one, other = row.means
    values = {
        "covariate": covariate_title(protocol, row.covariate),
        "arm": clip(protocol.arm(row.arm).title, _ARM),
        "reference": clip(protocol.arm(row.reference).title, _ARM),
    }
    if one is None or other is None:
        return say("{covariate} was recorded on nights of one arm alone, of {arm} and {reference}.", **values)
    values |= {"one": number(one), "other": number(other)}
    if row.follows and row.by is not None:
        return say(_FOLLOWS[row.by], orders=row.orders, **values)
    told = say("{covariate}: {one} on {arm} and {other} on {reference} on average", **values)
    if row.by is None:
        return say("{clause}; there are too few periods to tell whether it goes with the arm.", clause=told)
    p = row.p_periods if row.p is None else row.p
    return say("{clause}; that it goes with the arm is not shown (p = {p:.2g}).", clause=told, p=p)


def follows_sentences(result: Result) -> list[str]:
    """What the first page says of covariates that follow an arm; empty where none does."""
    told, protocol = result.record.covariates, result.trial.protocol
    if told is None or not told.following:
        return []
    rows = [row for row in told.rows if row.follows]
    named = list({row.covariate: row for row in reversed(rows)}.values())[::-1]  # each by its first pair
    return [
        *(by_arm_sentence(protocol, row) for row in named[:_MOST]),
        meaning_sentence(protocol),
        without_sentence(result, told),
    ]


def meaning_sentence(protocol: Protocol) -> str:
    """What it can mean that a covariate follows the arm."""
    told = say(
        "If the treatment itself is in it, or something that the treatment changes, the model counts part of the effect as the covariate's."
    )
    if protocol.randomized:
        return told
    return sentences([told, say("If the arm was chosen by it, the answer with it is the fairer one.")])


def without_sentence(result: Result, told: Covariates) -> str:
    """The answer without those that follow an arm, or why there is none."""
    if not told.following:
        return ""
    names = listed([covariate_title(result.trial.protocol, name) for name in told.following[:_MOST]])
    if told.refused is not None:
        reason = reason_sentence(told.refused, remedy=False)
        return say("Without {names} in the model there is no answer: {reason}", names=names, reason=reason)
    effect = told.without[0]
    size = size_clause(result, effect, letters=_ARM)
    return say(
        "Without {names} in the model: {answer} {size}.", names=names, answer=headline(result, effect), size=size
    )


def covariates_sentence(result: Result, told: Covariates) -> str:
    """All of it: every covariate with the main pair of arms, and the answer without those that follow one."""
    protocol = result.trial.protocol
    rows = [by_arm_sentence(protocol, row) for row in told.rows]
    ends = [meaning_sentence(protocol), without_sentence(result, told)] if told.following else []
    return sentences([*rows, *ends])
