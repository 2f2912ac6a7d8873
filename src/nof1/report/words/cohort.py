"""Many people's effects in sentences: the group, the next person, who changed by pooling, who is not in it.

Takes a `Cohort`; knows no folder and no night.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from nof1.analyze.model.effects import LEVEL, Verdict
from nof1.analyze.model.standardize import MEASURES
from nof1.language import commas, listed, phrase, say, say_some, sentences
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Outcome
from nof1.report.words import ranges
from nof1.report.words.effect import amount, change, number, span
from nof1.report.words.phrases import verdict_words
from nof1.report.words.rule import asked_for_threshold
from nof1.report.words.sentences import SIMULATED, about_in_100, between_of_100, of_100

if TYPE_CHECKING:
    from nof1.analyze.cohort.cohort import Cohort

MEASURE = MEASURES["normal"]  # what is pooled is in points
MOST_CHANGED = 3
_SHOWN_GROUPS = 4
NO_ADVICE = phrase(
    "These pages report what many people recorded, each in a trial of their own. They are no medical advice and nof1 is no medical "
    "device. Talk to a doctor or pharmacist before you start, change or stop anything."
)


def outcome_of(cohort: "Cohort") -> Outcome:
    """The outcome that all of them share: its scale, direction and smallest change that matters."""
    low, high = cohort.scale
    better: Literal["lower", "higher"] = "lower" if cohort.better == "lower" else "higher"
    unit = cohort.unit or None
    return Outcome(name=cohort.outcome, low=low, high=high, better=better, threshold=cohort.threshold, unit=unit)


def called_in(cohort: "Cohort") -> tuple[str, str]:
    """What arm and reference are called, words of nof1's own in the spoken language.

    Examples
    --------
    >>> called_in(cohort)
    ('magnesium', 'off')
    """
    arm, reference = cohort.called
    return ours(arm), ours(reference)


def _amount(cohort: "Cohort") -> str:
    """The smallest change that matters; empty where nobody stated one."""
    return "" if cohort.threshold is None else amount(MEASURE, outcome_of(cohort))


def in_unit(cohort: "Cohort", points: str, unit: str, **values: Any) -> str:
    """The template for points, or the one with a place for the outcome's own unit."""
    return say(unit, unit=cohort.unit, **values) if cohort.unit else say(points, **values)


def _any(cohort: "Cohort", by_threshold: str, at_all: str) -> str:
    """The template of changes that matter, or that of any change at all where nobody stated which matters."""
    return at_all if cohort.threshold is None else by_threshold


def simulated_sentence(cohort: "Cohort") -> str:
    """That there are made-up people; empty where nobody is."""
    made_up = int(cohort.people["simulated"].sum())
    if made_up == len(cohort.people):
        return say(SIMULATED)
    return (
        say_some(
            made_up,
            "{count} of these people is made up by a program.",
            "{count} of these people are made up by a program.",
        )
        if made_up
        else ""
    )


def headline(cohort: "Cohort") -> str:
    """The answer for the group in one sentence."""
    outcome = outcome_of(cohort)
    arm, reference = called_in(cohort)
    low, high = cohort.mean["interval"]
    template = (
        _any(
            cohort,
            phrase(
                "Over {count:,} people, {arm} made the outcome {size} than {reference} on average; of people like these, {benefit} are helped by "
                "{threshold} or more, and {harm} are harmed as much."
            ),
            phrase(
                "Over {count:,} people, {arm} made the outcome {size} than {reference} on average; of people like these, {benefit} change for "
                "the better at all, and {harm} for the worse."
            ),
        )
        if low * high > 0
        else _any(
            cohort,
            phrase(
                "Over {count:,} people, the average effect of {arm} against {reference} may go either way (estimate {size}); of people like these, "
                "{benefit} are helped by {threshold} or more, and {harm} are harmed as much."
            ),
            phrase(
                "Over {count:,} people, the average effect of {arm} against {reference} may go either way (estimate {size}); of people like these, "
                "{benefit} change for the better at all, and {harm} for the worse."
            ),
        )
    )
    return say(
        template,
        count=len(cohort.people),
        arm=arm,
        reference=reference,
        size=change(MEASURE, outcome, cohort.mean["mean"], cohort.mean["interval"]),
        threshold=_amount(cohort),
        benefit=about_in_100(cohort.share_benefit["mean"]),
        harm=about_in_100(cohort.share_harmed["mean"]),
    )


def group_sentences(cohort: "Cohort") -> list[str]:
    """Mean, spread, shares, the next person and the groups, each in a sentence."""
    told = [
        mean_sentence(cohort),
        spread_sentence(cohort),
        shares_sentence(cohort),
        next_sentence(cohort),
        moderator_sentence(cohort),
        threshold_sentence(cohort),
    ]
    return [sentence for sentence in told if sentence]


def threshold_sentence(cohort: "Cohort") -> str:
    """That nobody stated which change matters, and how to; empty where somebody did."""
    return asked_for_threshold() if cohort.threshold is None else ""


def mean_sentence(cohort: "Cohort") -> str:
    """The mean of all people's effects."""
    outcome = outcome_of(cohort)
    return say(
        "Mean effect: {size}; the {level:g} % interval is {span}.",
        size=change(MEASURE, outcome, cohort.mean["mean"], cohort.mean["interval"]),
        level=100 * LEVEL,
        span=span(MEASURE, outcome, *cohort.mean["interval"]),
    )


def spread_sentence(cohort: "Cohort") -> str:
    """How much people differ."""
    return in_unit(
        cohort,
        phrase("People differ: their own effects have a standard deviation of {mean:number} points ({span})."),
        phrase("People differ: their own effects have a standard deviation of {mean:number} {unit} ({span})."),
        mean=cohort.spread["mean"],
        span=ranges.plain(*cohort.spread["interval"]),
    )


def shares_sentence(cohort: "Cohort") -> str:
    """Of people like these, how many are helped and how many are harmed."""
    places: dict[str, str] = {}
    for name, share in (("benefit", cohort.share_benefit), ("harm", cohort.share_harmed)):
        places |= {name: of_100(share["mean"]), f"{name}_span": between_of_100(*share["interval"])}
    return say(
        _any(
            cohort,
            phrase(
                "Of 100 people like these, {benefit} are helped by {threshold} or more ({benefit_span}), and {harm} are harmed as much ({harm_span})."
            ),
            phrase(
                "Of 100 people like these, {benefit} change for the better at all ({benefit_span}), and {harm} for the worse ({harm_span})."
            ),
        ),
        threshold=_amount(cohort),
        **places,
    )


def next_sentence(cohort: "Cohort") -> str:
    """What may be expected of a person who has recorded nothing yet."""
    outcome, told = outcome_of(cohort), cohort.next_person
    return say(
        _any(
            cohort,
            phrase(
                "For the next person, before any night of their own, the effect is probably {span}: {benefit} for a change for the "
                "better by {threshold} or more, {harm} for one as large for the worse."
            ),
            phrase(
                "For the next person, before any night of their own, the effect is probably {span}: {benefit} for a change for the "
                "better at all, {harm} for one for the worse."
            ),
        ),
        span=span(MEASURE, outcome, *told["interval"]),
        benefit=about_in_100(told["p_benefit"]),
        harm=about_in_100(told["p_harm"]),
        threshold=_amount(cohort),
    )


def moderator_sentence(cohort: "Cohort") -> str:
    """How the effect differs by a field of the protocol; empty where none was asked for."""
    told = cohort.moderator
    if not told:
        return ""
    size = (_differences if told["coefficient"] is None else _coefficient)(cohort, told)
    return sentences([size, say("People were not put into these groups by chance: other things may differ, too.")])


def _coefficient(cohort: "Cohort", told: Mapping[str, Any]) -> str:
    """The one coefficient: of a number, or the difference of two groups."""
    coefficient = told["coefficient"]
    places = {"field": told["field"], "mean": coefficient["mean"], "span": ranges.plain(*coefficient["interval"])}
    if told["kind"] == "number":
        return in_unit(
            cohort,
            phrase("With each further unit of {field} the effect changes by {mean:number} points ({span})."),
            phrase("With each further unit of {field} the effect changes by {mean:number} {unit} ({span})."),
            **places,
        )
    first, second = (group["value"] for group in told["groups"])
    return in_unit(
        cohort,
        phrase("{field}: the effect of {second} minus that of {first} is {mean:number} points ({span})."),
        phrase("{field}: the effect of {second} minus that of {first} is {mean:number} {unit} ({span})."),
        first=first,
        second=second,
        **places,
    )


def _differences(cohort: "Cohort", told: Mapping[str, Any]) -> str:
    """Each of several groups against the one with most people; of many those that differ most."""
    rows = sorted(told["rows"], key=lambda row: -abs(row["mean"]))
    parts: list[str] = [
        say(
            "{group} {mean:number} ({span})",
            group=row["group"],
            mean=row["mean"],
            span=ranges.plain(*row["interval"]),
        )
        for row in rows[:_SHOWN_GROUPS]
    ]
    places = {"field": told["field"], "reference": rows[0]["reference"], "groups": commas(parts)}
    if len(rows) > _SHOWN_GROUPS:
        return in_unit(
            cohort,
            phrase(
                "{field}: the effect minus that of {reference}, in points, where they differ most: {groups}; the table has all."
            ),
            phrase(
                "{field}: the effect minus that of {reference}, in {unit}, where they differ most: {groups}; the table has all."
            ),
            **places,
        )
    return in_unit(
        cohort,
        phrase("{field}: the effect minus that of {reference}, in points: {groups}."),
        phrase("{field}: the effect minus that of {reference}, in {unit}: {groups}."),
        **places,
    )


def group_rows(cohort: "Cohort") -> list[list[str]]:
    """Of each group its name, how many people, and the mean effect with its interval; none without a moderator."""
    told = cohort.moderator
    if not told or told["kind"] == "number":
        return []
    return [
        [
            str(group["value"]),
            str(group["people"]),
            number(group["mean"]),
            ranges.plain(*group["interval"]),
        ]
        for group in told["groups"]
    ]


def changed_sentence(cohort: "Cohort", *, most: int = MOST_CHANGED) -> str:
    """Whose estimate was moved most by what is known of the others."""
    rows = cohort.most_changed(most)
    told: list[str] = [
        say(
            "{name} (from {before} alone to {after} with the others)",
            name=str(row["name"]),
            before=number(row["mean"]),
            after=number(row["pooled_mean"]),
        )
        for _, row in rows.iterrows()
    ]
    return say("Moved most by pooling: {people}.", people=listed(told)) if told else ""


def left_sentence(cohort: "Cohort", problems: int) -> str:
    """How many are not in it."""
    return sentences(
        [
            say_some(
                len(cohort.left_out),
                "{count} person was analysed but could not be pooled with the others.",
                "{count} people were analysed but could not be pooled with the others.",
            )
            if cohort.left_out
            else "",
            say_some(problems, "{count} trial could not be analysed.", "{count} trials could not be analysed.")
            if problems
            else "",
        ]
    )


def early_sentence(count: int) -> str:
    """That some trials still run, and what it means to look at them now."""
    if not count:
        return ""
    return sentences(
        [
            say_some(
                count,
                "The last night of {count} trial is still to come, and this look at it is on record in its folder.",
                "The last night of {count} trials is still to come, and this look at each is on record in its folder.",
            ),
            say("Who looks early and often finds chance differences more easily."),
        ]
    )


def verdicts(cohort: "Cohort") -> list[tuple[str, int]]:
    """How many people got each verdict from their own nights alone."""
    counts = cohort.people["verdict"].value_counts()
    return [(verdict_words(cast("Verdict", verdict)), int(count)) for verdict, count in counts.items()]


def edition_sentence(cohort: "Cohort") -> str:
    """That some trials were planned by the first edition's rule; empty where none was."""
    first = int((cohort.people["edition"] == 1).sum())
    if not first:
        return ""
    return say_some(
        first,
        "{count} of these trials was planned by the rule of the first edition of nof1, and its verdict is by that rule.",
        "{count} of these trials were planned by the rule of the first edition of nof1, and their verdicts are by that rule.",
    )


def limits() -> list[str]:
    """What these numbers cannot say."""
    return [
        say(
            "These are trials that people chose to do and to share. They are no random sample, and “people like these” means no more than "
            "people who would do the same."
        ),
        say("Each person's own nights stay the point: with many nights of one's own the others change little."),
        say(
            "The pooled numbers take people's effects for a bell-shaped spread about one mean. Groups that differ much, or a few people who "
            "are quite unlike the rest, appear too alike."
        ),
        say(
            "How much nights may scatter is taken for each person from their own protocol. Where many trials are short and nights much steadier "
            "than that, people appear too alike."
        ),
        say("What was not written down, such as who gave up early and why, is not in these numbers."),
    ]
