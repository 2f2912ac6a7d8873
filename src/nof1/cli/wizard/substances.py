"""Questions on what is taken: form, dose as magnesium or as salt, product. No dose is ever proposed."""

from collections.abc import Callable

from nof1.cli.wizard.answers import (
    BY_MOUTH,
    ELEMENTAL,
    SALT,
    SLOTS,
    TWO_DOSES,
    by_salt,
    dose_words,
    elemental,
    form_of,
    over_the_limit,
    salt_hint,
    slip,
    slots,
    swallowed,
    too_much,
)
from nof1.cli.wizard.parse import NO, SHORT, number, one_of, quoted, words, yes_no
from nof1.cli.wizard.safety import back_to_the_amounts, confirm_dose, flags
from nof1.cli.wizard.step import Choice, Parse, Raw, Step, Talk, Turn
from nof1.errors import InputError
from nof1.language import commas, phrase, say, sentences
from nof1.plan.protocol.dose import Form, elemental_mg, find_form, forms
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.safety.screen import finding_line
from nof1.report.words.phrases import cited

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
        "form than these is fine. Magnesium in each: {shares} (formula and atomic masses). {known} More: {command}.",
        shares=commas(shares),
        known=cited("oxide-absorption", "forms-review"),
        command="nof1 facts forms",
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


# --- by mouth or not

_ROUTES = (
    Choice(BY_MOUTH, phrase("by mouth")),
    Choice("bath", phrase("in a bath")),
    Choice("skin", phrase("on the skin, such as a spray or a cream")),
)


def _route(slot: str) -> Step:
    return Step(
        id=f"route-{slot}",
        part=PART,
        question=lambda talk: say("How will you use your {form}?", form=ours(form_of(talk.raw, slot))),
        help=phrase(
            "Doses by mouth are planned in mg of magnesium. A bath, a spray or a cream has no mg by mouth, since nobody knows how much of it "
            "gets into the body: you say in your own words how much you use, and upper levels do not apply to it."
        ),
        parse=one_of(_ROUTES),
        choices=_ROUTES,
        default=BY_MOUTH,
        condition=lambda raw: slot in slots(raw) and (slot == SLOTS[0] or raw.get("compare") != TWO_DOSES),
        rests_on=(f"form-{slot}",),
    )


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
            and swallowed(raw, slot)
            and find_form(form_of(raw, slot)) is not None
        ),
        rests_on=(f"form-{slot}", f"route-{slot}"),
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
        help=lambda _: say(
            "All that you take in one evening, in mg: pieces times mg each. nof1 proposes no dose; ask a doctor or pharmacist which one is "
            "right for you. Doses above an upper level are pointed out, with the source; above 1,000 mg of magnesium nof1 plans none. {known}",
            known=cited("soft-stools", "diarrhoea-after-stopping"),
        ),
        parse=_parse_amount(slot),
        condition=lambda raw: slot in slots(raw) and swallowed(raw, slot),
        rests_on=(
            "form-first",
            "route-first",
            "label-first",
            *((f"form-{slot}", f"route-{slot}", f"label-{slot}", "compare") if slot == SLOTS[1] else ()),
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
        now = {**raw, f"amount-{slot}": amount}
        if too_much(now):
            told = [finding_line(one) for one in over_the_limit(now) if one.id == "own-limit-most"]
            raise InputError(sentences([*told, salt_hint(now), say("Type another amount.")]))
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


def _meant(slot: str) -> Step:
    """Asked about an amount that looks like a slip: grams, or tablets."""
    return Step(
        id=f"meant-{slot}",
        part=PART,
        body=lambda talk: slip(talk.raw, slot),
        question=phrase("Is this amount meant?"),
        help=phrase(
            "Asked about less than 25 mg of magnesium an evening, a limit of nof1's own: so little is more often grams or a number of tablets. "
            "n takes you back to the amount."
        ),
        parse=yes_no,
        condition=lambda raw: bool(slip(raw, slot)),
        rests_on=(f"amount-{slot}",),
        turn=lambda answer, _: Turn(changes={f"amount-{slot}": None}) if answer == NO else None,
        keys=phrase("y yes   n change the amount"),
    )


def _which_product(slot: str) -> Callable[[Talk], str]:
    def question(talk: Talk) -> str:
        if not swallowed(talk.raw, slot):
            return say(
                "Which product, and how much of it each evening? In your own words, such as two cups of the salt."
            )
        return say(
            "Which product, and how many of it make {mg:g} mg? (may be left empty)", mg=elemental(talk.raw, slot) or 0
        )

    return question


def _parse_product(slot: str) -> Parse:
    return lambda text, talk: words(SHORT, needed=not swallowed(talk.raw, slot))(text, talk)


def _product(slot: str) -> Step:
    return Step(
        id=f"product-{slot}",
        part=PART,
        question=_which_product(slot),
        help=phrase(
            "Such as the brand and the number of capsules. It tells you, your helper and a reader exactly what is taken."
        ),
        parse=_parse_product(slot),
        default=lambda talk: "" if swallowed(talk.raw, slot) else None,
        condition=lambda raw: slot in slots(raw),
        rests_on=(f"form-{slot}", f"route-{slot}", f"amount-{slot}"),
    )


def _to_confirm(talk: Talk) -> str:
    return "\n".join(line for line in (flags(talk), salt_hint(talk.raw)) if line)


_CONFIRM = Step(
    id="dose-agreed",
    part=PART,
    body=_to_confirm,
    question=phrase("Go on with these doses?"),
    help=phrase(
        "An upper level is set by the bodies in brackets, for magnesium from supplements. Talk to a doctor before you go on above it. "
        "Above 500 mg a day nof1 asks for a doctor's agreement: that is a limit of its own. n takes you back to the amounts."
    ),
    parse=yes_no,
    condition=confirm_dose,
    rests_on=tuple(f"amount-{slot}" for slot in SLOTS),
    turn=back_to_the_amounts,
    keys=phrase("y yes   n change the amounts"),
)


def substance_steps() -> tuple[Step, ...]:
    """The questions in their order: both doses, what is to be said of them, the products."""
    doses = (step for slot in SLOTS for step in (_form(slot), _route(slot), _label(slot), _amount(slot), _meant(slot)))
    return (*doses, _CONFIRM, *(_product(slot) for slot in SLOTS))
