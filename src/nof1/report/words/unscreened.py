"""That a trial was planned without the safety screen, for every page of every paper."""

from nof1.language import say
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import UNSCREENED, went_without


def marked_foot(protocol: Protocol, foot: str) -> str:
    """The foot of a page, with that first where nobody was screened.

    Examples
    --------
    >>> marked_foot(trial.protocol, "nof1 booklet")
    'nof1 booklet'
    """
    return say("Planned without the safety screen. {foot}", foot=foot) if went_without(protocol.safety) else foot


def banner(protocol: Protocol, simulated: str) -> str:
    """What stands above a first page: that the trial is simulated, or that nobody was screened; "" of others.

    Examples
    --------
    >>> banner(trial.protocol, "Simulated.") == ("Simulated." if trial.protocol.simulated else "")
    True
    """
    if protocol.simulated:
        return say(simulated)
    return say(UNSCREENED) if went_without(protocol.safety) else ""
