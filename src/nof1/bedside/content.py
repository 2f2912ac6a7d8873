"""What the diary's page has to know, as plain values for JSON: nights, questions, stop rules and words, in every language.

Of a concealed trial it is built from nights without arms, so that it is the same whichever order was drawn. It holds nothing that
was recorded, and knows no HTML.
"""

from collections.abc import Callable
from typing import Any

from nof1 import facts
from nof1.bedside.words import words
from nof1.language import languages, say, speaking, spoken
from nof1.plan.design.fields import PAUSE
from nof1.plan.design.order import RUN_IN, Order, Period
from nof1.plan.orders.amendments import Taken
from nof1.plan.orders.evening_dose import evening_words, takes, takes_any
from nof1.plan.orders.seal import shown_order
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.guards import AGREEMENT_ABOVE_MG, MOST_MG, OWN
from nof1.plan.protocol.safety.screen import other_magnesium_mg, went_without
from nof1.plan.protocol.safety.stop_rules import StopRule, stop_rule_sentence, stop_rules
from nof1.plan.protocol.safety.upper_levels import TIMES_FROM, agreed_mg
from nof1.record.diary.entry import MAX_TEXT, NO_GUESS, dose_column
from nof1.record.diary.event_questions import MOST_SHOWN, SERIOUS, event_questions
from nof1.record.diary.events import OPEN
from nof1.record.diary.grammar import GRAMMAR, NUMBERS
from nof1.record.diary.missed import LATELY, TAKEN, TOGETHER, told_dose
from nof1.record.diary.period_ends import recorded_columns
from nof1.record.diary.question import Question
from nof1.record.diary.questions import questions
from nof1.record.diary.side_effects import EMERGENCY_SENTENCE, HARMS, NO_WORDS, STOP_SENTENCE
from nof1.record.sources.diary_page import FORMAT, VERSION
from nof1.record.values.nights import DAY_BEGINS
from nof1.subject import spoken_of

_NUMBER = "{number}"  # the page puts the number of the period in its place
_WHAT = "{what}"  # and here a side effect


@spoken_of
def page_content(protocol: Protocol, order: Order, *, served: bool = False) -> dict[str, Any]:
    """Everything that the page needs: plain values, the same for the same protocol, nights and version of nof1.

    Parameters
    ----------
    order : Order
        As it is lived, pauses included; sealed or not. Of a concealed trial only its nights are used.
    served : bool
        Whether `nof1 serve` sends the page, so that entries go into the trial folder.

    Returns
    -------
    dict
        `stretches` are the nights in calendar order without gaps, each stretch as [nights, number of its period, index into
        `labels`, index into `forms`, index into `forms` for its last night, index into `evenings`]; `forms` hold indexes into
        `questions`. `evenings` say what there is to take, the cell that says it was taken, and as an index
        into the doses of `missed` what its dose is where it was missed. `grading` are the questions about one side effect. What people read is held by language.

    Raises
    ------
    InputError
        If the trial was adopted, or the order does not fit.
    """
    order = shown_order(protocol, order)
    asked: list[dict[str, Any]] = []
    forms: list[list[int]] = []
    labels: list[dict[str, str]] = []
    evenings: list[dict[str, Any]] = []
    missed: list[dict[Taken, str]] = []

    known: dict[tuple[str | None, float | None, bool, bool], int] = {}

    def form(period: Period, *, ends_period: bool) -> int:
        alike = (
            period.arm,
            period.dose_mg,
            period.number == RUN_IN,
            ends_period,
        )  # all that a question depends on, but the number of the period
        if alike not in known:
            found = _in_languages(
                lambda: [_plain(one) for one in questions(protocol, period, ends_period=ends_period, number=_NUMBER)]
            )
            each = [dict(zip(found, versions, strict=True)) for versions in zip(*found.values(), strict=True)]
            known[alike] = _index(forms, [_index(asked, question) for question in each])
        return known[alike]

    stretches = []
    for period in order.periods:
        usual = form(period, ends_period=False)
        last = form(period, ends_period=True) if order.ends_period(period.end) else usual
        label = _index(labels, _label_in_languages(protocol, period))
        told = _index(missed, {taken: told_dose(protocol, period, taken) for taken in TAKEN})
        evening = _index(evenings, _evening(protocol, period) | {"missed": told})
        stretches.append([period.nights, period.number, label, usual, last, evening])
    return {
        "format": FORMAT,
        "version": VERSION,
        "served": served,
        "trial": protocol.sha256(),
        "title": _in_languages(lambda: _title(protocol)),
        "simulated": protocol.simulated,
        "unscreened": went_without(protocol.safety),
        "first": order.start.isoformat(),
        "day_begins": DAY_BEGINS.hour,
        "columns": list(recorded_columns(protocol)),
        "outcome": protocol.outcome.name,
        "stretches": stretches,
        "pauses": [at for at, period in enumerate(order.periods) if period.arm == PAUSE],
        "labels": labels,
        "evenings": evenings,
        "dose": dose_column(protocol),
        "forms": forms,
        "questions": asked,
        "no_guess": NO_GUESS,
        "most_letters": MAX_TEXT,
        "stop": {
            "rules": [_stop_rule(rule) for rule in stop_rules()],
            "sentences": {
                "emergency": _in_languages(lambda: _template(EMERGENCY_SENTENCE)),
                "stop": _in_languages(lambda: _template(STOP_SENTENCE)),
            },
            "general": _in_languages(stop_rule_sentence),
            "harms": sorted(HARMS),
            "none": sorted(NO_WORDS),
            "grammar": GRAMMAR,
            "numbers": NUMBERS,
        },
        "grading": _grading(),
        "missed": {"together": TOGETHER, "lately": LATELY.days, "doses": missed},
        "other_mg": other_magnesium_mg(protocol.safety),
        "limits": [] if protocol.subject.other else [*map(_limit, facts.load("dose")), *_own_limits(protocol)],
        "words": _in_languages(words),
    }


def _in_languages[T](tell: Callable[[], T]) -> dict[str, T]:
    """What is told, by language."""
    told = {}
    for code in languages():
        with speaking(code):
            told[code] = tell()
    return told


def _index[T](table: list[T], row: T) -> int:
    """Where a row stands in a table; put there if it does not yet."""
    if row not in table:
        table.append(row)
    return table.index(row)


def _plain(question: Question) -> dict[str, Any]:
    """A question as plain values, without what a terminal asks for."""
    return {name: value for name, value in question.to_json().items() if name not in ("text", "help")}


def _template(template: str) -> str:
    """A template in the spoken language, its places left open."""
    return spoken().template(template, None, None)


def _title(protocol: Protocol) -> str:
    """A person's title may name an arm; a concealed trial goes without, as in its calendar."""
    if protocol.concealed == "open":
        return ours(protocol.title)
    return say("N-of-1 trial from {start}", start=protocol.start.isoformat())


def _grading() -> dict[str, Any]:
    """What is asked of a side effect that is to be graded, with a place for its words."""
    found = _in_languages(lambda: [_plain(one) for one in event_questions(_WHAT)])
    return {
        "questions": [dict(zip(found, versions, strict=True)) for versions in zip(*found.values(), strict=True)],
        "open": list(OPEN),
        "serious": _in_languages(lambda: _template(SERIOUS)),
        "letters": MOST_SHOWN,
    }


def _label(protocol: Protocol, period: Period) -> str:
    """What a night belongs to, in words that tell no secret."""
    if period.arm is None:
        return say("pack {number}", number=_NUMBER)
    if period.arm == PAUSE:
        return say("pause")
    if not period.on_trial:
        return say("washout")
    title = protocol.arm(period.arm).title
    if period.number != RUN_IN:
        return title
    return say("run-in, {arm}", arm=title) if protocol.concealed == "open" else say("run-in")


def _label_in_languages(protocol: Protocol, period: Period) -> dict[str, str]:
    return _in_languages(lambda: _label(protocol, period))


def _evening(protocol: Protocol, period: Period) -> dict[str, Any]:
    """What there is to take, and the cell that says it was taken as planned; "" where a tap cannot say it."""
    asked = questions(protocol, period, ends_period=False)
    dose = next((one for one in asked if one.field == dose_column(protocol)), None)
    planned = period.arm != PAUSE and takes_any(protocol) and dose is not None
    takes_some = dose is not None and (period.arm is None or takes(protocol, period))
    cell = (dose.yes if takes_some else dose.no) if planned and dose is not None else None
    return {
        "text": _in_languages(lambda: evening_words(protocol, period)),
        "takes": takes_some,
        "cell": cell or "",
    }


def _stop_rule(rule: StopRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "level": rule.level,
        "symptoms": list(rule.symptoms),
        "misspelt": list(rule.misspelt),
        "others": list(rule.others),
        "harmless": list(rule.harmless),
        "text": _in_languages(lambda: say(rule.text)),
        "action": _in_languages(lambda: say(rule.action)),
        "source": _in_languages(lambda: say(rule.source)),
    }


def _limit(row: dict[str, Any]) -> dict[str, Any]:
    """An upper level for a dose, as `nof1.plan.protocol.safety.upper_levels.taken_findings` tells it."""
    return {
        "says": "above",
        "mg": row["mg_per_day"],
        "limit": row["mg_per_day"],
        "times_from": TIMES_FROM,
        "text": _in_languages(lambda: say(row["text"])),
        "source": _in_languages(lambda: say(row["source"])),
    }


def _own_limits(protocol: Protocol) -> list[dict[str, Any]]:
    """The limits of nof1's own, of which the highest alone is told."""
    row = facts.fact("overdose-label")
    agreed = agreed_mg(protocol.safety, protocol.arms) + other_magnesium_mg(protocol.safety)
    own = {"times_from": TIMES_FROM, "text": _in_languages(lambda: ""), "source": _in_languages(lambda: say(OWN))}
    most = {"text": _in_languages(lambda: say(row["text"])), "source": _in_languages(lambda: say(row["source"]))}
    return [
        own | {"says": "above_own", "mg": max(AGREEMENT_ABOVE_MG, agreed), "to": MOST_MG, "limit": AGREEMENT_ABOVE_MG},
        own | most | {"says": "above_most", "mg": MOST_MG, "limit": MOST_MG},
    ]
