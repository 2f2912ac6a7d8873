"""Why something could not be answered: a code and its numbers, as results.json holds them, and the text of each code.

The texts stand here, since an error says one where it is raised, in English; `nof1.report.words.reasons` says the same of a
record in the spoken language. Knows no trial.
"""

from dataclasses import dataclass, field
from typing import Literal

from nof1.errors import Nof1Error
from nof1.language import phrase
from nof1.subject import worded

Code = Literal[
    "arm never recorded",
    "too few nights",
    "no variation",
    "no dose taken",
    "less than one dose",
    "duration of 0",
    "dose on reference",
    "constant covariate",
    "flat periods",
    "nothing left over",
    "strict turn",
    "rating not whole",
    "rating off the scale",
    "same outcome",
    "weights not trusted",
    "no peak",
    "not for the quick engine",
    "out of precision",
    "chains apart",
    "not settled",
    "one computation",
    "not over time",
    "arm and time",
    "no stretch",
    "gaps not stated",
    "no blocks of two",
    "too few blocks",
    "blocks alike",
    "no shift",
    "order not drawn",
    "too many periods",
    "no night of an arm",
    "no block finished",
    "groups alike",
    "family not pooled",
    "other arms",
    "other measure",
    "other outcome",
    "higher is better",
    "lower is better",
    "other scale",
    "other unit",
    "other estimand",
    "field missing",
    "as told",
]
Value = str | int | float | tuple[str, ...]

TEXTS: dict[Code, str] = {
    "arm never recorded": phrase(
        "No night on {arm} has a recorded {outcome}, so nothing can be compared with it. "
        "Record nights on every arm first ('nof1 status' shows what is missing)."
    ),
    "too few nights": phrase(
        "Only {nights} nights have a recorded {outcome}; at least {least} are needed. Record more nights, then analyze again."
    ),
    "no variation": phrase(
        "Every recorded {outcome} is {value:g}: with no variation at all there is no spread to measure an effect "
        "against, and any interval would be invented. Check that the right column was recorded."
    ),
    "no dose taken": phrase("No dose of {arm} was taken before the last recorded night, so its effect cannot be seen."),
    "less than one dose": phrase(
        "On the nights of {arm} less than one full dose of it was taken in all before the last recorded night, so its "
        "effect cannot be seen."
    ),
    "gaps not stated": phrase(
        "There are days without a row, or whose row has no arm, and nobody said what they were; an effect that builds up and lingers "
        "depends on it. Adopt the table again with --gaps untreated, as-before or pause."
    ),
    "duration of 0": phrase(
        "{nights} nights have a {outcome} of 0, and a duration that is analysed as a ratio must be above 0. "
        'Record the smallest time you would notice instead, or plan with family = "normal".'
    ),
    "dose on reference": phrase(
        "On {night} a dose was logged on the reference arm, and with several arms it is not known of which. "
        'Correct the diary, or analyze with dose = "assigned".'
    ),
    "constant covariate": phrase(
        "The covariate {covariate} does not vary over the recorded nights; take it out of the analysis."
    ),
    "flat periods": phrase(
        "Within every period the recorded {outcome} never changes, so there is no spread between nights to measure an "
        "effect against. Record more nights."
    ),
    "nothing left over": phrase(
        "Arms and the other parts of the model explain every recorded {outcome} without anything left over. With no spread "
        "between nights there is nothing to measure an effect against, and any interval would be invented. Check that "
        "the right column was recorded."
    ),
    "strict turn": phrase(
        "Beside what arms and the other parts of the model explain, the recorded {outcome} only goes up and down in strict "
        "turn, one night to the next. With no spread between nights there is nothing to measure an effect against, and "
        "any interval would be invented. Check that the right column was recorded."
    ),
    "rating not whole": phrase('The rating {rating:g} is not a whole number. Choose family = "normal", or correct it.'),
    "rating off the scale": phrase(
        'The rating {rating:g} is not from {low:g} to {high:g}. Choose family = "normal", or correct it.'
    ),
    "same outcome": phrase(
        "{same} of {nights} nights have the very same outcome as others on their arm. A Student-t then takes the rest for "
        'outlying nights, and its spread shrinks to nothing. Use family = "rating".'
    ),
    "weights not trusted": phrase(
        "The quick engine cannot be trusted on these nights (Pareto k {k:.2f}, at most {limit})."
    ),
    "no peak": phrase("The quick engine cannot be trusted on these nights (it found no peak to start from)."),
    "not for the quick engine": phrase('The quick engine is for the families {families}, not for "{family}".'),
    "out of precision": phrase("The quick sampler ran out of precision on these nights. Sample with PyMC instead."),
    "chains apart": phrase(
        "The quick sampler's chains do not agree on these nights (R-hat {rhat:.3f}, at most {most}; "
        "effective draws {draws:.0f}, at least {least:.0f}). Sample with PyMC instead."
    ),
    "not settled": phrase("The sampler did not settle (R-hat {rhat:.2f})."),
    "one computation": phrase('For the family "{family}" there is one computation only.'),
    "not over time": phrase(
        'An effect that changes over time is estimated for the family "normal", not for "{family}".'
    ),
    "arm and time": phrase(
        "{arm} and {reference} changed places only once, so what the arm did and what time did cannot be told apart."
    ),
    "no stretch": phrase(
        "{arm} and {reference} were not compared over two nights or more, so no change of the effect can be seen."
    ),
    "no blocks of two": phrase(
        "Only a plan in blocks of two periods, one on each of two arms, can be compared block by block."
    ),
    "too few blocks": phrase(
        "Only {blocks} blocks have a rated night on both arms; at least {least} are needed to compare them block by block."
    ),
    "blocks alike": phrase(
        "The difference between the arms is the same in every block, so there is no spread to tell an interval from."
    ),
    "no shift": phrase(
        'What missing nights could change is worked out for the families {families}, not for "{family}".'
    ),
    "order not drawn": phrase(
        "A randomization test needs to know which other orders could have been drawn. The order of these nights was not "
        "drawn by nof1, and nobody stated how it was drawn; adopt them with --drawn if you know, or plan the next trial with "
        "'nof1 plan', which draws it."
    ),
    "too many periods": phrase(
        "Orders with a limit to how often an arm may come in a row are counted for up to {most} periods or single nights, and "
        "there are {periods}."
    ),
    "no block finished": phrase(
        "The trial was stopped before a block of the plan was finished, and this test keeps to finished blocks."
    ),
    "no night of an arm": phrase("One of the two arms has no recorded night, so there is no difference to test."),
    "groups alike": phrase(
        "The groups cannot be told apart reliably (Pareto k {k:.2f}, at most {limit}). Compare fewer groups, or groups with more people."
    ),
    "family not pooled": phrase(
        'Trials of the family "{family}" cannot be pooled yet; only those of the family "normal" can.'
    ),
    "other arms": phrase("It does not compare {arm} with {reference}; it has: {pairs}."),
    "other measure": phrase("Its effect is a {own}, not a {usual}."),
    "other outcome": phrase("Its outcome is {own}, not {usual}."),
    "higher is better": phrase("In its outcome higher is better, not lower."),
    "lower is better": phrase("In its outcome lower is better, not higher."),
    "other scale": phrase("Its scale has {own:g} points, not {usual:g}."),
    "other unit": phrase("Its outcome is in {own}, not in {usual}."),
    "other estimand": phrase("Its effect is another estimand, {own}."),
    "field missing": phrase("It does not say {field}."),
    "as told": phrase("{text}"),
}
_SAMPLE = phrase("Sample instead: 'nof1 analyze' without --engine marginal.")
# The next step, where a page that has taken it already leaves it out.
REMEDIES: dict[Code, str] = dict.fromkeys(("weights not trusted", "no peak", "not for the quick engine"), _SAMPLE)


@dataclass(frozen=True)
class Reason:
    """Why something could not be answered.

    Attributes
    ----------
    code : str
        One of `TEXTS`; "as told" for a text that has no code, such as one of an older results.json.
    values : dict
        What stands in the text, by name.

    Examples
    --------
    >>> print(Reason("not settled", {"rhat": 1.234}))
    The sampler did not settle (R-hat 1.23).
    """

    code: Code
    values: dict[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        told = {name: " and ".join(one) if isinstance(one, tuple) else one for name, one in self.values.items()}
        parts = (TEXTS[self.code], REMEDIES.get(self.code, ""))
        return " ".join(worded(part).format(**told) for part in parts if part)


def refused[E: Nof1Error](kind: type[E], code: Code, /, **values: Value) -> E:
    """An error that knows its reason, to be raised."""
    reason = Reason(code, values)
    error = kind(str(reason))
    error.reason = reason
    return error


def reason_of(error: Nof1Error) -> Reason:
    """Why an error was raised; its text where it has no code."""
    return error.reason if isinstance(error.reason, Reason) else as_told(str(error))


def as_told(text: str) -> Reason:
    """A reason of which there is the text alone."""
    return Reason("as told", {"text": text})
