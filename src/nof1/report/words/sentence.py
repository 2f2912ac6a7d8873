"""One function for an analyst: what any part of a result says, in one or a few sentences."""

from nof1.analyze.checks.blinding import Blinding
from nof1.analyze.checks.computation import Check
from nof1.analyze.checks.covariate_by_arm import CovariateByArm
from nof1.analyze.checks.other_explanations import OtherExplanations
from nof1.analyze.checks.over_time import PairOverTime
from nof1.analyze.checks.paired_cycles import PairedCycles
from nof1.analyze.checks.randomization_test import NotTested, RandomizationTest
from nof1.analyze.checks.sensitivity import Choice
from nof1.analyze.checks.tipping import TippingPoint
from nof1.analyze.reasons import Reason
from nof1.analyze.results import Result
from nof1.analyze.schema import Covariates
from nof1.errors import InputError, require
from nof1.language import ENGLISH, speaking
from nof1.plan.orders.amendments import Amendment
from nof1.record.trial import Trial
from nof1.report.words.blinding import blinding_sentence
from nof1.report.words.changes import amendment_sentence
from nof1.report.words.checks import check_sentence
from nof1.report.words.covariates import by_arm_sentence, covariates_sentence
from nof1.report.words.cycles import cycles_sentence
from nof1.report.words.other_explanations import explanations_sentence
from nof1.report.words.over_time import course_sentence
from nof1.report.words.randomization import randomization_of_trial
from nof1.report.words.reasons import reason_sentence
from nof1.report.words.sensitivity import choice_sentence
from nof1.report.words.tipping import tipping_sentence
from nof1.subject import spoken_of

Part = (
    Check
    | RandomizationTest
    | NotTested
    | PairedCycles
    | TippingPoint
    | PairOverTime
    | Choice
    | Blinding
    | OtherExplanations
    | Covariates
    | CovariateByArm
    | Amendment
    | Reason
)


@spoken_of
def sentence(of: Result | Trial, part: Part, *, language: str = ENGLISH) -> str:
    """What a part of a result says, as its pages do.

    Parameters
    ----------
    of : Result or Trial
        The result that it is part of; a trial will do for a test of `nof1.randomization_test`.
    part : object
        Of `result.record`: one of its `checks`, `randomization_tests`, `paired_cycles`, `tipping`, `over_time.rows`,
        `sensitivity`, `other_explanations`, `covariates.rows` or `amendments`, its `blinding` or `covariates`, or why one of them was `refused`.
    language : str
        "en" or "de".

    Raises
    ------
    InputError
        If it is something else, or the language is unknown.

    Examples
    --------
    >>> trial = Trial.load("data/sample/helps")
    >>> test = nof1.randomization_test(trial)
    >>> nof1.report.sentence(trial, test).partition(",")[0]
    '64 orders were possible'
    """
    if not isinstance(of, Trial):
        require(of, Result, "sentence")
    with speaking(language):
        return _said(of, part)


def _said(of: Result | Trial, part: Part) -> str:
    protocol = of.protocol if isinstance(of, Trial) else of.trial.protocol
    match part:
        case Check() if isinstance(of, Result):
            return check_sentence(of.record.engines, part, of.record.sensitivity)
        case RandomizationTest() | NotTested():
            return randomization_of_trial(of if isinstance(of, Trial) else of.trial, part)
        case PairedCycles():
            return cycles_sentence(protocol, part)
        case TippingPoint():
            return tipping_sentence(protocol, part)
        case PairOverTime():
            return course_sentence(protocol, part)
        case Choice():
            return choice_sentence(part)
        case OtherExplanations():
            return explanations_sentence(protocol, part)
        case Covariates() if isinstance(of, Result):
            return covariates_sentence(of, part)
        case CovariateByArm():
            return by_arm_sentence(protocol, part)
        case Blinding():
            return blinding_sentence(protocol, part)
        case Amendment():
            return amendment_sentence(part)
        case Reason():
            return reason_sentence(part)
    raise InputError(
        f"sentence has none for a {type(part).__name__} of a {type(of).__name__}. Pass a result and a part of its record."
    )
