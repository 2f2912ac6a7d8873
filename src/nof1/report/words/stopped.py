"""What is said of further nights: the forecast, and of a trial that was stopped what goes before it.

Nobody who stopped for side effects, or on a doctor's word, is told how many more nights would settle it.
"""

from nof1.analyze.model.effects import SETTLED
from nof1.analyze.results import Result
from nof1.analyze.schema import PairEffect
from nof1.language import say, sentences
from nof1.plan.orders.amendments import REASON_LEFT_OUT, stop_of
from nof1.record.diary.side_effects import names_harm
from nof1.report.words.forecast import forecast_sentence


def stopped_for_good(result: Result) -> bool:
    """Whether what is known of the stop forbids to speak of going on.

    A doctor or a rule decided it, its reason names a harm or is not known, or a side effect with which to stop is on record.
    """
    stop = stop_of(result.trial.amendments)
    if stop is None:
        return False
    signs = any(kind.stop is not None for row in result.record.harms.values() for kind in (row.kinds or {}).values())
    return stop.by != "person" or signs or stop.reason == REASON_LEFT_OUT or names_harm(stop.reason)


def further_nights_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """How many more blocks would probably settle a comparison; of a trial that was stopped, what is true instead or before it.

    Empty where it is settled, or where no threshold was stated.
    """
    effect = effect or result.lead[0]
    if stopped_for_good(result):
        return sentences(
            [
                say("The trial was stopped, and what stopped it comes before any answer."),
                ""
                if effect.verdict in SETTLED
                else say(
                    "How many more nights would settle it, or which arm would be the better bet, is not said here."
                ),
                say("Whether anything of it is taken or done again is a question for a doctor or pharmacist."),
            ]
        )
    forecast = effect.forecast
    if forecast is None:
        return ""
    told = forecast_sentence(forecast)
    if stop_of(result.trial.amendments) is None:
        return told
    return sentences(
        [
            say("The trial was stopped, so more nights would be a new trial."),
            told,
            say("If it was stopped because of side effects, ask a doctor or pharmacist before you plan one."),
        ]
    )
