"""The words of the pages behind the first: what was planned, how the order came about, and what became of it.

Items 2 to 11 and 13 to 17 of what CENT 2015 asks of a report (`guidelines.toml`), by content, not by number.
"""

import math
from datetime import date

from nof1.analyze.results import Result
from nof1.language import listed, phrase, say, say_some, sentences, spoken
from nof1.plan.design.fields import NO_ARM, NOT_COMPARED
from nof1.plan.design.kinds import Adopted, Alternating, Balanced, Listed, MirroredPairs, RandomizedBlocks
from nof1.plan.design.order import OFF_TRIAL
from nof1.plan.orders.draw import count_orders
from nof1.plan.protocol.anchors import rating_words
from nof1.plan.protocol.dose import find_form
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.guards import route_words
from nof1.record.trial import Trial
from nof1.report.results.parts import Part, Section, beside, item, section, table
from nof1.report.words import looks as words_looks
from nof1.report.words import sentences as words
from nof1.report.words.amended_doses import changed_doses
from nof1.report.words.changes import changes, limits_sentence
from nof1.report.words.drawn_elsewhere import stated_sentence
from nof1.report.words.effect import amount, number
from nof1.report.words.gaps import gaps_sentence, not_compared_sentence, stretch_name
from nof1.report.words.measure import known_of_question, known_of_rating, why_one_person
from nof1.report.words.phrases import BETTER, clip, large, sentence
from nof1.report.words.rule import estimand_sentence, rule_sentences

_TEXT = 400  # letters of a person's own text
_ARM = 40
_BESIDE = 26  # rows of the table of periods from which on two of them stand beside each other


def plan(result: Result) -> Section:
    """Question, person, what is compared, design, threshold."""
    protocol = result.trial.protocol
    if not protocol.randomized:
        return _stated(result)
    conduct = protocol.conduct
    return section(
        say("What was planned"),
        item(say("Question"), _own(protocol.question)),
        item(say("Why one person"), _own(why_one_person(protocol))),
        item(say("Known so far"), *known_of_question(protocol, brief=True)),
        item(say("The person"), _person(protocol)),
        item(say("Setting"), _own(conduct.setting), _own(conduct.co_treatment)),
        item(say("Compared"), *[_arm(result.trial, arm) for arm in protocol.arms]),
        item(say("Outcome"), _outcome(protocol)),
        item(say("Known of it"), known_of_rating(protocol)),
        item(say("Design"), _design(protocol), _surroundings(protocol)),
        item(say("What is estimated"), estimand_sentence(protocol)),
        item(say("Threshold and rule"), _threshold(result), *rule_sentences(protocol)),
        item(say("Looks on the way"), words_looks.rule_sentence(protocol)),
        item(
            say("Registration, purpose"),
            _own(conduct.registration) or say("Not registered."),
            say(_PURPOSE[conduct.purpose]),
        ),
    )


def _stated(result: Result) -> Section:
    """The same of a table that was adopted: what was said of it, and by name what was not."""
    protocol = result.trial.protocol
    conduct = protocol.conduct
    own = {name: _own(text) for name, text in conduct.stated().items()}
    person = [own[name] for name in ("diagnosis", "conditions", "medicines")]
    stated = (
        (say("Question"), [_own(protocol.question)]),
        (say("The person"), [_person(protocol)] if any(person) else []),
        (say("Setting"), [own["setting"]]),
        (say("Other treatment"), [own["co_treatment"]]),
        (say("Registration, purpose"), [own["registration"], say(_PURPOSE["research"]) if own["purpose"] else ""]),
    )
    return section(
        say("What was stated"),
        item(say("Compared"), *[_arm(result.trial, arm) for arm in protocol.arms]),
        item(say("Outcome"), _outcome(protocol)),
        item(say("Design"), _design(protocol)),
        item(say("What is estimated"), estimand_sentence(protocol)),
        item(
            say("Threshold and rule"),
            _threshold(result),
            *rule_sentences(protocol),
        ),
        *(item(label, *(told if any(told) else [say("Not stated.")])) for label, told in stated),
    )


def _threshold(result: Result) -> str:
    protocol = result.trial.protocol
    if protocol.outcome.threshold is None:
        return ""
    return say("A change of {amount} or more matters.", amount=amount(result.lead[0].measure, protocol.outcome))


_PURPOSE = {
    "self-care": phrase("Self-care: it answers a question of this one person."),
    "research": phrase("Research."),
}


def _own(text: str) -> str:
    """A person's own text as a sentence, or one of nof1's own in the spoken language; empty where there is none."""
    return sentence(clip(ours(text), _TEXT)) if text else ""


def _person(protocol: Protocol) -> str:
    conduct = protocol.conduct
    rows = (
        (phrase("Diagnosis: {text}"), conduct.diagnosis),
        (phrase("Other conditions: {text}"), conduct.conditions),
        (phrase("Other medicines: {text}"), conduct.medicines),
    )
    told = [say(template, text=_own(text)) for template, text in rows if text]
    return " ".join(told) or say("Diagnosis, other conditions and other medicines are not stated in the protocol.")


def _arm(trial: Trial, arm: Arm) -> str:
    protocol = trial.protocol
    title = clip(arm.title, _ARM)
    told = [
        _dose(protocol, arm),
        *[
            say("from {day} on {mg:g} mg", day=spoken().day(since), mg=mg)
            for since, mg in changed_doses(trial.order, arm.name)
        ],
        say("form {form}", form=clip(ours(arm.form), _ARM)) if arm.form else "",
        say("product {product}", product=clip(arm.product, _ARM)) if arm.product else "",
        say("a dummy that looks the same") if arm.placebo else "",
        say("the reference") if arm.name == protocol.reference else "",
    ]
    there = [one for one in told if one]
    return say("{arm}: {what}.", arm=title, what=listed(there)) if there else say("{arm}.", arm=title)


def _dose(protocol: Protocol, arm: Arm) -> str:
    """The planned dose; of a table it is of magnesium only where the form is."""
    if not arm.dose_mg:
        return route_words(arm)
    magnesium = protocol.of_magnesium if protocol.randomized else find_form(arm.form) is not None
    template = phrase("{mg:g} mg of elemental magnesium an evening") if magnesium else phrase("{mg:g} mg")
    return say(template, mg=arm.dose_mg)


def _outcome(protocol: Protocol) -> str:
    outcome = protocol.outcome
    if not protocol.randomized:
        template = (
            phrase("{title}, from {low:g} to {high:g} {unit}; {better}.")
            if outcome.unit
            else phrase("{title}, from {low:g} to {high:g}; {better}.")
        )
        return say(
            template,
            title=clip(outcome.title, _ARM),
            low=outcome.low,
            high=outcome.high,
            unit=outcome.unit,
            better=say(BETTER[outcome.better]),
        )
    told = say(
        "{title}, from {low:g} to {high:g}; {better}. The person's own record of each night.",
        title=clip(outcome.title, _ARM),
        low=outcome.low,
        high=outcome.high,
        better=say(BETTER[outcome.better]),
    )
    return sentences([told, rating_words(protocol)])


def _design(protocol: Protocol) -> str:
    match protocol.design:
        case RandomizedBlocks(blocks=blocks):
            return say(
                "Randomized blocks: {blocks} blocks, each with every arm once, in an order drawn anew for each block.",
                blocks=blocks,
            )
        case Balanced(periods=periods, max_run=run):
            return say(
                "Balanced: {periods} periods in any order in which every arm comes equally often or nearly so, at most {run} in a row.",
                periods=periods,
                run=run,
            )
        case MirroredPairs(pairs=pairs):
            return say(
                "Mirrored pairs: {pairs} pairs of blocks; the second block of a pair is the first in reverse, and each pair is drawn anew.",
                pairs=pairs,
            )
        case Alternating(blocks=blocks):
            return say(
                "Alternating: {blocks} blocks with every arm once, all in the same order, which is drawn once.",
                blocks=blocks,
            )
        case Listed(orders=orders):
            return say_some(
                len(orders),
                "One order, listed in the protocol.",
                "One of {count} orders listed in the protocol, each with the same chance.",
            )
        case _:
            return say("None: the nights were taken over from a table, with the arm of each night as it stands there.")


def _surroundings(protocol: Protocol) -> str:
    """Nights of a period, run-in, washout."""
    design = protocol.design
    if isinstance(design, Adopted):
        return ""
    lengths = sorted({protocol.period_nights(arm.name) for arm in protocol.arms})
    of = listed([f"{length}" for length in lengths])
    return sentences(
        [
            say("{periods} periods of {lengths} nights.", periods=protocol.periods, lengths=of),
            say_some(design.run_in_nights, "Run-in: {count} night.", "Run-in: {count} nights.")
            if design.run_in_nights
            else say("No run-in."),
            say_some(
                design.washout_nights,
                "Washout: {count} night after each period.",
                "Washout: {count} nights after each period.",
            )
            if design.washout_nights
            else say("No washout; what is left over from the period before is in the model."),
        ]
    )


def drawn(result: Result) -> Section:
    """How the order came about, the whole of it, who knew it, what was changed."""
    trial = result.trial
    protocol = trial.protocol
    if not protocol.randomized:
        changed = changes(result)
        return section(
            say("The order"),
            item(say("Where it is from"), words.order_sentence(protocol)),
            item(say("Who knew it"), say(_KNEW["adopted"])),
            item(say("Changes"), *changed) if changed else None,
        )
    return section(
        say("The order, as drawn"),
        item(say("The draw"), words.order_sentence(protocol), _draw(protocol)),
        item(say("Whole order"), _whole_order(result)),
        item(say("Who knew it"), say(_KNEW[protocol.concealed]), *_limits(protocol)),
        item(say("Changes after the draw"), *(changes(result) or [say("None.")])),
        item(say("Looks before the end"), _looks(result)),
    )


def _draw(protocol: Protocol) -> str:
    design = protocol.design
    if isinstance(design, Adopted):
        return stated_sentence(protocol)
    orders = large(count_orders(protocol))
    if protocol.concealed == "open":
        return say(
            "It is one of {orders} orders that the design allows, each with the same chance; generator PCG64, seed {seed}, so that anyone "
            "can repeat the draw.",
            orders=orders,
            seed=str(design.seed),
        )
    if protocol.concealed == "helper":
        return say(
            "It is one of {orders} orders that the design allows, each with the same chance; generator PCG64 with a secret seed, put on "
            "record beforehand by its hash.",
            orders=orders,
        )
    return say(
        "It is one of {orders} orders that shuffling the packs by the recipe can make, each with the same chance.",
        orders=orders,
    )


def _whole_order(result: Result) -> str:
    """Every period in its order, neighbouring periods of one arm as they are; those behind a stop, too."""
    order, protocol = result.trial.order.whole.at_first_doses(), result.trial.protocol
    told = []
    for period in order.periods:
        name = clip(stretch_name(period.arm), _ARM)
        if period.number == 0:
            name = say("run-in on {arm}", arm=clip(ours(str(protocol.reference)), _ARM))
        told.append(say("{arm} {nights}", arm=name, nights=period.nights))
    return say("{periods} (arm and nights of each period).", periods=", ".join(told))


def _limits(protocol: Protocol) -> list[str]:
    return [] if protocol.concealed == "open" else [limits_sentence()]


_KNEW = {
    "open": phrase("Nobody was blind: the order was known from the first night on."),
    "helper": phrase(
        "A helper kept the order sealed and packed the doses; the person did not know it until it was opened."
    ),
    "alone": phrase("The person packed and shuffled the packs; nobody knew the order until it was opened."),
    "adopted": phrase("Whether the person knew the arm of each night does not stand in the table."),
}


def _looks(result: Result) -> str:
    return words_looks.looks_sentence(result.record.looks) or say("None.")


def happened(result: Result, drawn: set[str]) -> Section:
    """What became of the plan: nights, and every period with its results."""
    return section(
        say("What actually happened, period by period"),
        item(say("Nights"), words.nights_sentence(result), _by_arm(result)),
        _gaps(result),
        item(say("Dates"), _dates(result)),
        _periods(result, drawn),
    )


def _gaps(result: Result) -> Part | None:
    told = [gaps_sentence(result.trial), not_compared_sentence(result.trial)]
    return item(say("Days between"), *filter(None, told)) if any(told) else None


def _by_arm(result: Result) -> str:
    protocol = result.trial.protocol
    told = [
        str(
            say(
                "{arm} {recorded} of {nights}",
                arm=clip(protocol.arm(name).title, _ARM),
                recorded=row.recorded,
                nights=row.nights,
            )
        )
        for name, row in result.record.adherence.items()
    ]
    return say("Nights with a rating, by arm: {arms}.", arms=", ".join(told))


def _dates(result: Result) -> str:
    if not result.trial.protocol.dated:
        return say("The nights are numbered; their dates are not known.")
    return words.dates_sentence(result)


def _periods(result: Result, drawn: set[str]) -> Part | None:
    """Every period with its dose, mean and spread, beside their picture; two tables beside each other where there are many."""
    trial = result.trial
    dated = trial.protocol.dated
    doses = _doses(result)
    # Of days between rows there is nothing to tell but how many they are, which stands above.
    told_of = [
        (place, period)
        for place, period in enumerate(result.record.periods)
        if period.recorded or period.arm not in (NO_ARM, NOT_COMPARED)
    ]
    many = len(told_of) > _BESIDE
    rows = []
    for place, period in told_of:
        on_trial = period.arm not in OFF_TRIAL
        cells = {
            "period": str(period.period) if period.period else say("run-in") if on_trial else "\N{EN DASH}",
            "arm": clip(stretch_name(period.arm), 22),
            "evenings": _evenings(period.start, period.end, weekdays=not many)
            if period.start and period.end
            else str(period.nights),
            "rated": say("{recorded} of {nights}", recorded=period.recorded, nights=period.nights),
            "dose": doses[place] if doses else "",
            "mean": _or_dash(period.mean),
            "sd": _or_dash(period.sd),
        }
        rows.append([cell for name, cell in cells.items() if doses or name != "dose"])
    header = [
        say("period"),
        say("arm"),
        say("nights") if not dated else say("evenings") if trial.protocol.randomized else say("dates"),
        say("rated"),
        *([say("mg taken")] if doses else []),
        say("mean"),
        say("sd"),
    ]
    told = table(header, rows, columns=["auto"] * len(header), groups=2 if many else 1)
    return told if many or "periods" not in drawn else beside(told, "periods")


def _doses(result: Result) -> list[str]:
    """Mean dose recorded in every period, in mg; empty where no dose is planned or recorded."""
    trial = result.trial
    frame = trial.frame
    if "dose_mg" not in frame or not any(arm.dose_mg for arm in trial.protocol.arms) or frame["dose_mg"].isna().all():
        return []
    means = [frame.loc[str(period.start) : str(period.end), "dose_mg"].mean() for period in trial.order.periods]
    return ["\N{EN DASH}" if math.isnan(mean) else say("{mg:.0f}", mg=float(mean)) for mean in means]


def _or_dash(value: float | None) -> str:
    return "\N{EN DASH}" if value is None else number(value)


def _evenings(first: date, last: date, *, weekdays: bool) -> str:
    told = [spoken().day(day, year=False, weekday=weekdays) for day in dict.fromkeys((first, last))]
    return " \N{EN DASH} ".join(told)
