"""What nof1 adopt shows of orders that were drawn elsewhere."""

from nof1.plan.orders.stated_orders import whole_set
from nof1.plan.orders.stated_periods import seems_longer
from nof1.record.trial import Trial
from nof1.report.words.drawn_elsewhere import stated_sentence
from nof1.report.words.phrases import large


def drawn_line(trial: Trial, *, counted: bool = True) -> str:
    """Which orders could have been drawn, as it was stated, and how many they are."""
    protocol, stated = trial.protocol, trial.protocol.stated
    if stated is None:
        return "No --drawn: there is no randomization test, since nobody said which orders could have been drawn."
    count = whole_set(protocol, stated, trial.order) if counted else None
    number = "" if count is None else f" That is {large(count)} orders." if count > 1 else " That is one order."
    return f"{stated_sentence(protocol)}{number}"


def drawn_by_periods(trial: Trial) -> list[str]:
    """What may have been forgotten in what was stated: that whole periods were drawn."""
    stated = trial.protocol.stated
    several = None if stated is None else seems_longer(trial.protocol, stated, trial.order)
    if several is None:
        return []
    return [
        f"CAREFUL: every stretch on one arm is a multiple of {several} nights long. If whole periods of {several} nights were drawn, "
        f"and not single nights, say so with --drawn {stated},nights={several}; otherwise the test takes too many orders for possible."
    ]
