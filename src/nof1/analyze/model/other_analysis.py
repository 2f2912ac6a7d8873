"""The same nights under another analysis than the protocol's: other model parts, other priors. Knows no engine."""

import copy
from collections.abc import Mapping

from pydantic import ValidationError

from nof1.errors import InputError
from nof1.plan.protocol.analysis import Analysis, Priors
from nof1.plan.protocol.explain import explain
from nof1.record.trial import Trial


def with_analysis(trial: Trial, analysis: Analysis) -> Trial:
    """The trial with another analysis: not built anew, since no check of nights or order looks at what is changed here.

    The copy has the table of nights, too, which takes longer to make than a fit.
    """
    _ = trial.frame  # made once, before it is copied
    other = copy.copy(trial)
    object.__setattr__(other, "protocol", trial.protocol.model_copy(update={"analysis": analysis}))
    return other


def at_first_doses(trial: Trial) -> Trial:
    """The trial as if no dose had been changed: each night counts as one with the first planned dose."""
    other = copy.copy(trial)
    object.__setattr__(other, "order", trial.order.at_first_doses())
    return other


def with_priors(trial: Trial, priors: Priors | Mapping[str, float]) -> Trial:
    """The trial with other priors; those that are not named stay as the protocol has them.

    Raises
    ------
    InputError
        If a prior is not one of the family, or a value is not possible for it.
    """
    planned = trial.protocol.priors.model_dump(exclude_none=True)
    if not isinstance(priors, Priors | Mapping):
        raise InputError(
            f"priors takes a mapping of names to numbers, not a {type(priors).__name__}; for example {{'effect_sd': 1.5}}."
        )
    changes = priors.model_dump(exclude_none=True) if isinstance(priors, Priors) else dict(priors)
    for name in changes:
        if name not in planned:
            raise InputError(
                f'There is no prior {name!r} in the family "{trial.protocol.analysis.family}". '
                f"Choose from: {', '.join(planned)}."
            )
    try:
        chosen = Priors(**(planned | changes))
    except ValidationError as error:
        raise InputError(explain(error, "priors")) from None
    return with_analysis(trial, trial.protocol.analysis.model_copy(update={"priors": chosen}))
