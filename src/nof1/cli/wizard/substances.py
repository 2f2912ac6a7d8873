"""Questions on what is taken: form, dose as magnesium or as salt, product. No dose is ever proposed."""

from collections.abc import Callable

from nof1.cli.wizard.answers import (
    ELEMENTAL,
    SALT,
    SLOTS,
    TWO_DOSES,
    by_salt,
    dose_words,
    elemental,
    form_of,
    slots,
)
from nof1.cli.wizard.parse import SHORT, number, one_of, quoted, words, yes_no
from nof1.cli.wizard.safety import back_to_the_amounts, confirm_dose, flags
from nof1.cli.wizard.step import Choice, Parse, Raw, Step, Talk
from nof1.errors import InputError
from nof1.language import commas, phrase, say
from nof1.plan.protocol.dose import Form, elemental_mg, find_form, forms
from nof1.plan.protocol.own_words import ours

PART = phrase("What is compared")
_MOST_MG, _MOST_SALT_MG = 5000, 50_000


def _short(form: Form) -> str:
    return form.name.removeprefix("magnesium ")


_FORMS = tuple(Choice(_short(form), _short(form)) for form in forms())


# --- form


def _form(slot: str) -> Step:
    def question(talk: Talk) -> str:
        if len(slots(talk.raw)) == 1 or talk.raw.get("compare") == TWO_DOSES:
            return say("Which form of magnesium? A number, or its name as on the label.")
        if slot == SLOTS[0]:
            return say("Which form is the first? A number, or its name as on the label.")
        return say("Which form is the second? A number, or its name as on the label.")

    return Step(
        id=f"form-{slot}",
        part=PART,
        question=question,
        help=_about_forms,
        parse=_parse_form(slot),
        choices=_FORMS,
        condition=lambda raw: slot in slots(raw) and (slot == SLOTS[0] or raw.get("compare") != TWO_DOSES),
    )


def _about_forms(_: Talk) -> str:
    shares: list[str] = [
        say("{form} {share:.1f} %", form=ours(_short(form)), share=form.elemental_share * 100) for form in forms()
    ]
    return say(
        "Forms may act differently, so a trial keeps to one form or compares them. The label names it, often in small print; another "
        "form than these is fine. Magnesium in each: {shares} (formula and atomic masses).",
        shares=commas(shares),
    )


def _listed_form(name: str) -> str:
    """A form of the list by its name in the spoken language; any other name as it is."""
    spelt = name.casefold()
    named = (form for form in forms() if spelt in (ours(form.name).casefold(), ours(_short(form)).casefold()))
    return next((_short(form) for form in named if find_form(name) is None), name)


def _parse_form(slot: str) -> Parse:
    def parse(text: str, talk: Talk) -> str:
        if not any(letter.isalpha() for letter in text):
            name = one_of(_FORMS)(text, talk)
        else:
            name = _listed_form(words(60, needed=True)(text, talk))
        first = talk.raw.get("form-first", "") if slot == SLOTS[1] else ""
        if first and (find_form(name) or name.casefold()) == (find_form(first) or first.casefold()):
            raise InputError(say("{typed} is the first form already. Type another one.", typed=quoted(name)))
        return name

    return parse


# --- label, amount, product


def _salt(raw: Raw, slot: str) -> str:
    """What the salt is called in full."""
    known = find_form(form_of(raw, slot))
    return ours(known.name) if known else form_of(raw, slot)


def _labels(slot: str) -> Callable[[Talk], tuple[Choice, ...]]:
    return lambda _: (
        Choice(ELEMENTAL, phrase("so many mg of magnesium (elemental magnesium)")),
        Choice(
            SALT,
            lambda talk: say("so many mg of {salt} (the weight of the salt)", salt=_salt(talk.raw, slot)),
        ),
    )


def _label(slot: str) -> Step:
    return Step(
        id=f"label-{slot}",
        part=PART,
        question=lambda talk: say("What does the label of your {form} state?", form=ours(form_of(talk.raw, slot))),
        help=phrase(
            "Labels state either the magnesium itself, called elemental, or the weight of the whole salt, which is more. "
            "nof1 works out the other one and shows both. If the label does not say which, ask a pharmacist before you go on."
        ),
        parse=one_of(_labels(slot)),
        choices=_labels(slot),
        condition=lambda raw: (
            slot in slots(raw)
            and (slot == SLOTS[0] or raw.get("compare") != TWO_DOSES)
            and find_form(form_of(raw, slot)) is not None
        ),
        rests_on=(f"form-{slot}",),
    )


def _amount(slot: str) -> Step:
    def question(talk: Talk) -> str:
        raw = talk.raw
        if by_salt(raw, slot):
            what = say("{salt} (the salt)", salt=_salt(raw, slot))
        else:
            what = say("elemental magnesium as {form}", form=ours(form_of(raw, slot)))
        if raw.get("compare") != TWO_DOSES:
            return say("How many mg of {what} will you take in the evening?", what=what)
        if slot == SLOTS[0]:
            return say("The lower dose: how many mg of {what} will you take in the evening?", what=what)
        return say("The higher dose: how many mg of {what} will you take in the evening?", what=what)

    return Step(
        id=f"amount-{slot}",
        part=PART,
        question=question,
        help=phrase(
            "All that you take in one evening, in mg: pieces times mg each. nof1 proposes no dose; ask a doctor or pharmacist which one is "
            "right for you. Doses above an upper level are pointed out, with the source."
        ),
        parse=_parse_amount(slot),
        condition=lambda raw: slot in slots(raw),
        rests_on=(
            "form-first",
            "label-first",
            *((f"form-{slot}", f"label-{slot}", "compare") if slot == SLOTS[1] else ()),
        ),
        after=lambda _, talk: [say("Dose: {dose}.", dose=dose_words(talk.raw, slot))],
    )


def _parse_amount(slot: str) -> Parse:
    def parse(text: str, talk: Talk) -> str:
        raw = talk.raw
        salt = by_salt(raw, slot)
        amount = number(0, _MOST_SALT_MG if salt else _MOST_MG, above=True)(text, talk)
        dose = elemental_mg(form_of(raw, slot), float(amount)) if salt else float(amount)
        if not 0.1 <= dose <= _MOST_MG:
            raise InputError(
                say(
                    "{typed} does not fit: that would be {mg:.3g} mg of magnesium. Check the label.",
                    typed=quoted(text),
                    mg=dose,
                )
            )
        lower = elemental(raw, SLOTS[0])
        if slot == SLOTS[1] and raw.get("compare") == TWO_DOSES and lower is not None and dose <= lower:
            raise InputError(
                say(
                    "{typed} is not above the lower dose ({mg:g} mg). Type a higher one.",
                    typed=quoted(text),
                    mg=float(raw["amount-first"]),
                )
            )
        return amount

    return parse


def _product(slot: str) -> Step:
    return Step(
        id=f"product-{slot}",
        part=PART,
        question=lambda talk: say(
            "Which product, and how many of it make {mg:g} mg? (may be left empty)", mg=elemental(talk.raw, slot) or 0
        ),
        help=phrase(
            "Such as the brand and the number of capsules. It tells you, your helper and a reader exactly what is taken."
        ),
        parse=words(SHORT),
        default="",
        condition=lambda raw: slot in slots(raw),
        rests_on=(f"form-{slot}", f"amount-{slot}"),
    )


_CONFIRM = Step(
    id="dose-agreed",
    part=PART,
    body=flags,
    question=phrase("Go on with these doses?"),
    help=phrase(
        "An upper level is set by the bodies in brackets, for magnesium from supplements. Talk to a doctor before you go on above it. "
        "n takes you back to the amounts."
    ),
    parse=yes_no,
    condition=confirm_dose,
    rests_on=tuple(f"amount-{slot}" for slot in SLOTS),
    turn=back_to_the_amounts,
    keys=phrase("y yes   n change the amounts"),
)


def substance_steps() -> tuple[Step, ...]:
    """The questions in their order: both doses, what is to be said of them, the products."""
    doses = (step for slot in SLOTS for step in (_form(slot), _label(slot), _amount(slot)))
    return (*doses, _CONFIRM, *(_product(slot) for slot in SLOTS))
