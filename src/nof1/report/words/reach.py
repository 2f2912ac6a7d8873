"""What a design can say at best, in plain words: for who plans, before any night. Never says what to do."""

import numpy as np

from nof1.analyze.model.verdict import LEAST_NIGHTS, LEAST_PERIODS
from nof1.analyze.simulation.reach import Reach
from nof1.language import phrase, say, say_some, sentences
from nof1.plan.design.kinds import Balanced, MirroredPairs
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.phrases import nights, points

_SHORT = 1.0  # days: a half-life below it is not told as a number of nights


def limit_sentence(protocol: Protocol, found: Reach) -> str:
    """That a design can never say *no difference that matters*, or hardly, and the nearest that can; "" where it can."""
    if found.usual:
        return ""
    told = {"threshold": points(protocol.threshold), "arm": protocol.active_arms[0].title}
    match found.obstacle:
        case "too few nights":
            return sentences(
                [
                    say(
                        "This design can never settle anything: a verdict asks for at least {periods} periods and {count} rated "
                        "nights of each arm.",
                        periods=LEAST_PERIODS,
                        count=LEAST_NIGHTS,
                    ),
                    _nearest(found),
                ]
            )
        case "prior alone":
            return sentences(
                [
                    say(
                        "A threshold of {threshold} is so large that the model takes the effect to be smaller before the first night, "
                        "so these nights can never say no difference that matters.",
                        **told,
                    ),
                    say(
                        "With a threshold below about {largest} they can.",
                        largest=points(float(f"{found.largest_threshold:.2g}")),
                    ),
                ]
            )
        case "too wide":
            never = say(
                "This design can never say no difference that matters: even where {arm} does nothing and the nights vary little, a "
                "difference of {threshold} stays possible.",
                **told,
            )
            quick = say("At best it says no quick difference: none over these nights.") if found.quick else ""
            return sentences([never, quick, _nearest(found)])
        case None:
            hardly = say(
                "Where {arm} does nothing, this design says no difference that matters only if the nights vary less than is usual; "
                "otherwise a difference of {threshold} stays possible.",
                **told,
            )
            return sentences([hardly, _nearest(found)])


def _nearest(found: Reach) -> str:
    nearest = found.nearest
    if nearest is None:
        return say("No design of this kind within a year can say it of nights that vary as is usual.")
    design = nearest.design
    if isinstance(design, MirroredPairs):
        return say_some(
            design.pairs,
            "The nearest that can has about {count} mirrored pair ({nights}).",
            "The nearest that can has about {count} mirrored pairs ({nights}).",
            nights=nights(nearest.nights),
        )
    if isinstance(design, Balanced):
        return say_some(
            design.periods,
            "The nearest that can has about {count} period ({nights}).",
            "The nearest that can has about {count} periods ({nights}).",
            nights=nights(nearest.nights),
        )
    return say_some(
        nearest.periods // len(nearest.arms),
        "The nearest that can has about {count} block ({nights}).",
        "The nearest that can has about {count} blocks ({nights}).",
        nights=nights(nearest.nights),
    )


def onset_sentence(found: Reach) -> str:
    """How slowly an effect may build up and still be seen; "" in a model without build-up."""
    if found.half_life is None:
        return ""
    if found.half_life < _SHORT:
        return say(
            "With these periods only effects that come and go within a night are seen: of one that builds up and fades with a "
            "half-life of a night, less than half lies between nights on and off."
        )
    days = np.floor(2 * found.half_life) / 2  # rounded down, so that no more is promised than is seen
    template = (
        phrase(
            "With these periods, effects that build up and fade with a half-life of up to about one night are seen; of slower ones, "
            "less than half lies between nights on and off."
        )
        if days == 1
        else phrase(
            "With these periods, effects that build up and fade with a half-life of up to about {days:g} nights are seen; of slower "
            "ones, less than half lies between nights on and off."
        )
    )
    return say(template, days=days)


def threshold_sentence(protocol: Protocol) -> str:
    """That an effect of just the threshold is rarely called one."""
    return say(
        "An effect of exactly {threshold} is called helps or worsens in few trials, by construction: nights put it above the threshold "
        "about as often as below, and such a verdict asks for a chance of {certainty:g} % that it is above.",
        threshold=points(protocol.threshold),
        certainty=100 * protocol.analysis.certainty,
    )
