"""The questions of the wizard, in the order in which they are asked. A new one is one more `Step` in its list."""

from typing import Any

from nof1.cli.wizard import answers
from nof1.cli.wizard.answers import FORMS_ONLY, ONE_FORM, TWO_DOSES, TWO_FORMS, with_off
from nof1.cli.wizard.nights import dates_steps, nights_steps, times_steps
from nof1.cli.wizard.parse import (
    LONG,
    SHORT,
    new_place,
    one_of,
    words,
    yes_no,
)
from nof1.cli.wizard.rating import legs_are_rated, outcome_label, rating_steps
from nof1.cli.wizard.recorded import recorded_steps
from nof1.cli.wizard.safety import safety_steps
from nof1.cli.wizard.step import Choice, Raw, Step, Talk, Told, at, at_if_any
from nof1.cli.wizard.substances import substance_steps
from nof1.cli.wizard.summary import summary_steps
from nof1.language import phrase, say
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, load_template

# --- what you want to know

_ASK = phrase("What you want to know")
_COMPARISONS = (
    Choice(ONE_FORM, phrase("no magnesium against one form of it")),
    Choice(TWO_DOSES, phrase("no magnesium against two doses of one form")),
    Choice(TWO_FORMS, phrase("no magnesium against two forms")),
    Choice(FORMS_ONLY, phrase("two forms against each other")),
)


def _title(talk: Talk) -> str:
    if not legs_are_rated(talk.raw):
        return (
            say("{label} with and without magnesium", label=outcome_label(talk))
            if with_off(talk.raw)
            else say("Which form of magnesium is better for this: {label}?", label=outcome_label(talk))
        )
    if not with_off(talk.raw):
        return "Which form of magnesium is better for my legs at night?"
    return str(load_template(DEFAULT_TEMPLATE)["title"])


_START = (
    Step(
        id="compare",
        part=_ASK,
        question=phrase("What do you want to compare?"),
        help=phrase(
            "Each choice is a trial of its own. The first and the last need the fewest nights. In the first three, nights without magnesium are what the "
            "others are held against; in the last, the form that you name first is."
        ),
        parse=one_of(_COMPARISONS),
        choices=_COMPARISONS,
        default=ONE_FORM,
    ),
    Step(
        id="title",
        part=_ASK,
        question=phrase("What do you want to find out? One short question, in your own words."),
        help=phrase(
            "It stands on every page as the title, and it helps you to judge later whether you got your answer."
        ),
        parse=words(SHORT, needed=True),
        default=_title,
        later=True,
        rests_on=("compare", "rating", "label"),
        gives=lambda text: {"title": text, "question": text},
    ),
)


# --- who knows the order

_KNOWS = phrase("Who knows the order")
_CONCEALED = (
    Choice("open", phrase("everybody, me too: nothing to pack")),
    Choice("helper", phrase("a helper, who packs the doses and keeps the order sealed")),
    Choice("alone", phrase("nobody: I shuffle packs myself and look at the end")),
)


def _hidden(raw: Raw) -> bool:
    return raw.get("concealed", "open") != "open"


def _by_helper(raw: Raw) -> bool:
    return raw.get("concealed") == "helper"


def _packet(talk: Talk) -> str:
    folder = talk.folder if talk.folder.name not in ("", "..") else talk.folder.resolve()
    return str(folder.with_name(f"{folder.name}-helper-packet"))


_ORDER = (
    Step(
        id="concealed",
        part=_KNOWS,
        question=phrase("Who will know what you take when?"),
        help=phrase(
            "Who knows may rate what they hope for. If you cannot know, the rating is fairer, but somebody has to pack. The helper can be a "
            "partner or a pharmacist. Alone, a sheet tells you how to fill, shuffle and number packs."
        ),
        parse=one_of(_CONCEALED),
        choices=_CONCEALED,
        default="open",
        gives=at("design.concealed"),
    ),
    Step(
        id="dummy",
        part=_KNOWS,
        question=phrase("Is there a dummy that looks and tastes the same?"),
        help=phrase(
            "A dummy, or placebo, is taken on nights without magnesium. A pharmacist may be able to make one. Without it the order is a secret "
            "only until you open a pack."
        ),
        parse=yes_no,
        default="no",
        condition=lambda raw: _hidden(raw) and with_off(raw),
        keys=phrase("y yes   n no"),
    ),
    Step(
        id="helper",
        part=_KNOWS,
        question=phrase("Who is your helper? (a name)"),
        help=phrase(
            "The protocol names who keeps the order and packs. It should be somebody who can keep it to themselves until the last night."
        ),
        parse=words(SHORT, needed=True),
        condition=_by_helper,
        gives=at("conduct.helper"),
    ),
    Step(
        id="packet",
        part=_KNOWS,
        question=phrase("Which new folder shall hold the helper's packet?"),
        help=phrase(
            "The sealed order and the packing sheet go there, outside your trial folder. Give it to your helper, on a stick for example, "
            "and keep no copy."
        ),
        parse=new_place,
        default=_packet,
        condition=_by_helper,
        gives=at("seal"),
    ),
)


# --- about you

_YOU = phrase("About you: for whoever reads the protocol, all may be left empty")
_PURPOSES = (Choice("self-care", phrase("for myself")), Choice("research", phrase("research")))


def _diagnosis(talk: Talk) -> str:
    if legs_are_rated(talk.raw):
        return say("Has a doctor found restless legs? Who, and when?")
    return say("Has a doctor found out what it is? Who, what and when?")


def _texts(id_: str, question: Told[str], help_: Told[str]) -> Step:
    return Step(
        id=id_,
        part=_YOU,
        question=question,
        help=help_,
        parse=words(LONG),
        default="",
        gives=at_if_any(f"conduct.{id_}"),
        later=True,
    )


_ABOUT: tuple[Step, ...] = (
    _texts(
        "diagnosis",
        _diagnosis,
        lambda talk: (
            say("Such as: restless legs, neurologist, 2021. Or: not diagnosed.")
            if legs_are_rated(talk.raw)
            else say("Such as: migraine, neurologist, 2021. Or: not diagnosed.")
        ),
    ),
    _texts(
        "conditions",
        phrase("Which other illnesses do you have?"),
        phrase("A reader of the protocol wants to know what else may bear on your nights."),
    ),
    Step(
        id="purpose",
        part=_YOU,
        question=phrase("What is the trial for?"),
        help=phrase(
            "It stands in the protocol. Research has rules of its own on consent and ethics review; ask the people who are responsible for it."
        ),
        parse=one_of(_PURPOSES),
        choices=_PURPOSES,
        default="self-care",
        gives=at("conduct.purpose"),
        later=True,
    ),
    Step(
        id="consent",
        part=_YOU,
        question=phrase("Who gave consent, and which ethics committee agreed?"),
        help=phrase("Names and dates, as the protocol shall state them."),
        parse=words(LONG),
        default="",
        condition=lambda raw: raw.get("purpose") == "research",
        gives=at_if_any("conduct.consent"),
    ),
    *recorded_steps(_YOU),
)

STEPS: tuple[Step, ...] = (
    *_START[:1],
    *substance_steps(),
    *rating_steps(),
    *_START[1:],  # what is rated is in it
    *dates_steps(),
    *_ORDER,
    *nights_steps(),
    *safety_steps(),
    *times_steps(),
    *_ABOUT,
    *summary_steps(),
)


def answers_from(raw: Raw) -> dict[str, Any]:
    """Answers by the step's id in the form of an answers file, as `nof1 plan --answers` reads it."""
    return answers.answers(STEPS, raw)
