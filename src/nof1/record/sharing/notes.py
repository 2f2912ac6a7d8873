"""What goes with shared trials in words: what was left out or replaced, and what the copies still tell of a person."""

from collections import Counter
from collections.abc import Mapping

from nof1.record.sharing.general import SHARES, STEP_MG, TWO_STEPS_MG
from nof1.record.sharing.tables import FEW, HIDDEN, LEAST
from nof1.record.trial import Trial

NOTES_FILE = "README.md"


def alone(trials: Mapping[str, Trial]) -> int:
    """How many people nobody else is like, by what people.csv tells of their trial: outcome, scale, arms, forms, doses, nights."""
    counts = Counter(map(_like, trials.values()))
    return sum(count for count in counts.values() if count == 1)


def _like(trial: Trial) -> tuple[object, ...]:
    protocol = trial.protocol
    outcome = protocol.outcome
    arms = tuple((arm.name, arm.form, arm.dose_mg) for arm in protocol.arms)
    return (
        outcome.name,
        outcome.unit,
        outcome.low,
        outcome.high,
        outcome.threshold,
        protocol.reference,
        arms,
        protocol.nights,
    )


def names_said(*, keep_names: bool) -> str:
    """What was done with names."""
    if keep_names:
        return "Names of outcomes, arms and units are as people typed them."
    return (
        "Names of outcomes and arms that people typed themselves are replaced: by those of nof1's templates, or by general ones such as outcome, "
        "off and on, with a number where there are several. Units are as people typed them."
    )


def doses_said(*, keep_doses: bool) -> str:
    """What was done with doses."""
    if keep_doses:
        return "Doses are as they were planned and recorded."
    part = {4: "quarter"}[SHARES]
    return (
        f"The dose of an arm is rounded to the nearest {STEP_MG:g} mg, below {TWO_STEPS_MG:g} mg to one digit, and what was taken to the nearest "
        f"{part} of it. Where other parts of a dose were taken, an estimate from the copies can differ a little."
    )


def unprotected(trials: Mapping[str, Trial]) -> list[str]:
    """What the rule of small counts does not protect."""
    unlike, whole = alone(trials), len(trials)
    return [
        f"Counts under {LEAST} are {FEW} or {HIDDEN} in summary.csv, and there alone: no row of any other file is left out or changed for being rare.",
        f"{unlike} of {whole} people {'has' if unlike == 1 else 'have'} a combination of outcome, scale, arms, forms, doses and length that "
        "nobody else has: who knows it of somebody finds them in people.csv.",
        "Whoever knows a few of a person's values can find them in the copies and read everything else they recorded.",
        "Copies that are made again after a person came or went, held beside earlier ones, tell that person's numbers by the difference.",
        "Rare side effects, pauses, other doses, and long or broken-off trials, point to people in the copies even without a name.",
    ]


def notes(trials: Mapping[str, Trial], *, keep_names: bool, keep_doses: bool) -> str:
    """The text of README.md."""
    left = (
        "Dates (days are counted from 2000-01-01, which stands for day 1), titles, questions, labels, notes, products, side effects in own "
        "words, names of covariates that nof1 does not know, measures beside the outcome, the safety screen but for iron, seeds, and of changes after the draw "
        "their reasons, notes and other medicines."
    )
    lines = [
        "# Shared trials",
        "",
        f"{len(trials)} {'trial' if len(trials) == 1 else 'trials'}, each of one person under an id drawn at random. data-dictionary.csv says what each column means.",
        "",
        "## Left out or replaced",
        "",
        f"- Left out: {left}",
        f"- {names_said(keep_names=keep_names)}",
        f"- {doses_said(keep_doses=keep_doses)}",
        "",
        "## What this does not protect",
        "",
        *(f"- {line}" for line in unprotected(trials)),
        "",
        "So give the copies only to those who may have them; this is no anonymous data set.",
    ]
    return "\n".join(lines) + "\n"
