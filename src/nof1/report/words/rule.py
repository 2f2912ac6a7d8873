"""What a trial estimates, and by which rule its answer is found: for the paper of a plan and for the pages of a result alike.

Knows the protocol alone.
"""

from nof1.analyze.model.standardize import MEASURES
from nof1.analyze.model.verdict import LEAST_NIGHTS, LEAST_PERIODS
from nof1.language import phrase, say
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.effect import amount
from nof1.report.words.phrases import clip

_ARM = 40


def estimand_sentence(protocol: Protocol) -> str:
    """What is estimated: the contrast, the nights, and the schedule that theirs is compared with."""
    fixed = protocol.analysis
    if fixed.estimand == "full":
        return say("It estimates the effect at full exposure, after build-up.")
    if fixed.estimand is not None:
        return say("It estimates the effect over these nights: its mean over the nights on the arm.")
    active = protocol.active_arms
    arm = clip(active[0].title, _ARM) if len(active) == 1 else say("each other arm")
    template = (
        phrase(
            "Estimated first is the mean difference in {title} between the nights on {arm} under this trial's schedule and the same "
            "nights had every night been on {reference}; second, the same once {arm} is fully built up."
        )
        if fixed.carryover == "exponential"
        else phrase(
            "Estimated is the mean difference in {title} between the nights on {arm} under this trial's schedule and the same nights "
            "had every night been on {reference}."
        )
    )
    return say(
        template,
        title=clip(protocol.outcome.title, _ARM),
        arm=arm,
        reference=clip(protocol.arm(protocol.reference).title, _ARM),
    )


def ask_threshold_sentence(protocol: Protocol) -> str:
    """That no smallest change worth having was stated, what that leaves out, and how to state one; empty where there is one."""
    return "" if protocol.outcome.threshold is not None else asked_for_threshold()


def asked_for_threshold() -> str:
    """The sentence where none was stated."""
    return say(
        "Nobody stated how large a change must be to matter, so this tells the direction and how sure it is, and no more. Which change would "
        "matter? State it when the table is adopted again (--threshold), and not by what this answer says."
    )


def rule_sentences(protocol: Protocol) -> list[str]:
    """The rule by which the answer is found, one part a sentence or two."""
    fixed = protocol.analysis
    certainty = 100 * fixed.certainty
    leans = say(
        "Leans better, leans worse: a chance of at least {certainty:g} in 100 of any change in that direction. Otherwise these nights "
        "can't tell yet.",
        certainty=certainty,
    )
    if protocol.outcome.threshold is None:
        return [ask_threshold_sentence(protocol), leans]
    threshold = amount(MEASURES[fixed.family], protocol.outcome)
    if protocol.schema_version == 1:
        return [
            say(
                "The first of these that reaches a chance of {certainty:g} % is what is said; otherwise these nights can't tell yet.",
                certainty=certainty,
            ),
            say(
                "Helps: better by {threshold} or more. Worsens: worse by {threshold} or more. No difference that matters: a change "
                "smaller than {threshold}. Leans better, leans worse: any change in that direction.",
                threshold=threshold,
            ),
        ]
    return [
        say(
            "The first of these that holds is the answer. Sure means a chance of at least {certainty:g} in 100, by nights that would have "
            "brought somebody there who began undecided (Bayes factor at least {factor:.3g}).",
            certainty=certainty,
            factor=fixed.certainty / (1 - fixed.certainty),
        ),
        *_claims(protocol, threshold),
        leans,
        say(
            "All but leaning needs {periods} periods with a rated night and {nights} rated nights on each of both arms.",
            periods=LEAST_PERIODS,
            nights=LEAST_NIGHTS,
        ),
    ]


def _claims(protocol: Protocol, threshold: str) -> list[str]:
    """The verdicts that settle, of the second edition."""
    fixed = protocol.analysis
    if fixed.carryover != "exponential":
        return [
            say(
                "Helps, worsens: surely better, or worse, by {threshold} or more. No difference that matters: surely a change smaller than "
                "{threshold}.",
                threshold=threshold,
            )
        ]
    full = fixed.certainty if fixed.certainty_full is None else fixed.certainty_full
    return [
        say(
            "Helps, worsens: surely better, or worse, by {threshold} or more once fully built up.",
            threshold=threshold,
        ),
        say(
            "No difference that matters: surely a change smaller than {threshold} over these nights, and with a chance of {full:g} in 100 "
            "(Bayes factor at least {factor:.3g}) once fully built up, too. No quick difference: the first without the second.",
            threshold=threshold,
            full=100 * full,
            factor=full / (1 - full),
        ),
    ]
