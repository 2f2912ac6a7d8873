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
from nof1.plan.protocol.dose import Form, elemental_mg, find_form, forms

PART = "What is compared"
_MOST_MG, _MOST_SALT_MG = 5000, 50_000


def _short(form: Form) -> str:
    return form.name.removeprefix("magnesium ")


_FORMS = tuple(Choice(_short(form), _short(form)) for form in forms())


# --- form


def _form(slot: str) -> Step:
    def question(talk: Talk) -> str:
        if len(slots(talk.raw)) == 1 or talk.raw.get("compare") == TWO_DOSES:
            which = "Which form of magnesium?"
        else:
            which = f"Which form is the {slot}?"
        return f"{which} A number, or its name as on the label."

    shares = ", ".join(f"{_short(form)} {form.elemental_share * 100:.1f} %" for form in forms())
    return Step(
        id=f"form-{slot}",
        part=PART,
        question=question,
        help="Forms may act differently, so a trial keeps to one form or compares them. The label names it, often in small print; "
        f"another form than these is fine. Magnesium in each: {shares} (formula and atomic masses).",
        parse=_parse_form(slot),
        choices=_FORMS,
        condition=lambda raw: slot in slots(raw) and (slot == SLOTS[0] or raw.get("compare") != TWO_DOSES),
    )


def _parse_form(slot: str) -> Parse:
    def parse(text: str, talk: Talk) -> str:
        if not any(letter.isalpha() for letter in text):
            name = one_of(_FORMS)(text, talk)
        else:
            name = words(60, needed=True)(text, talk)
        first = talk.raw.get("form-first", "") if slot == SLOTS[1] else ""
        if first and (find_form(name) or name.casefold()) == (find_form(first) or first.casefold()):
            raise InputError(f"{quoted(name)} is the first form already. Type another one.")
        return name

    return parse


# --- label, amount, product


def _salt(raw: Raw, slot: str) -> str:
    """What the salt is called in full."""
    known = find_form(form_of(raw, slot))
    return known.name if known else form_of(raw, slot)


def _labels(slot: str) -> Callable[[Talk], tuple[Choice, ...]]:
    return lambda talk: (
        Choice(ELEMENTAL, "so many mg of magnesium (elemental magnesium)"),
        Choice(SALT, f"so many mg of {_salt(talk.raw, slot)} (the weight of the salt)"),
    )


def _label(slot: str) -> Step:
    return Step(
        id=f"label-{slot}",
        part=PART,
        question=lambda talk: f"What does the label of your {form_of(talk.raw, slot)} state?",
        help="Labels state either the magnesium itself, called elemental, or the weight of the whole salt, which is more. "
        "nof1 works out the other one and shows both. If the label does not say which, ask a pharmacist before you go on.",
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
        of = f"{_salt(raw, slot)} (the salt)" if by_salt(raw, slot) else "elemental magnesium"
        which = {"first": "The lower dose: how", "second": "The higher dose: how"}[slot]
        how = which if raw.get("compare") == TWO_DOSES else "How"
        form = f" as {form_of(raw, slot)}" if not by_salt(raw, slot) else ""
        return f"{how} many mg of {of}{form} will you take in the evening?"

    return Step(
        id=f"amount-{slot}",
        part=PART,
        question=question,
        help="All that you take in one evening, in mg: pieces times mg each. nof1 proposes no dose; ask a doctor or pharmacist which one is "
        "right for you. Doses above an upper level are pointed out, with the source.",
        parse=_parse_amount(slot),
        condition=lambda raw: slot in slots(raw),
        rests_on=(
            "form-first",
            "label-first",
            *((f"form-{slot}", f"label-{slot}", "compare") if slot == SLOTS[1] else ()),
        ),
        after=lambda _, talk: [f"Dose: {dose_words(talk.raw, slot)}."],
    )


def _parse_amount(slot: str) -> Parse:
    def parse(text: str, talk: Talk) -> str:
        raw = talk.raw
        salt = by_salt(raw, slot)
        amount = number(0, _MOST_SALT_MG if salt else _MOST_MG, above=True)(text, talk)
        dose = elemental_mg(form_of(raw, slot), float(amount)) if salt else float(amount)
        if not 0.1 <= dose <= _MOST_MG:
            raise InputError(f"{quoted(text)} does not fit: that would be {dose:.3g} mg of magnesium. Check the label.")
        lower = elemental(raw, SLOTS[0])
        if slot == SLOTS[1] and raw.get("compare") == TWO_DOSES and lower is not None and dose <= lower:
            raise InputError(
                f"{quoted(text)} is not above the lower dose ({raw['amount-first']} mg). Type a higher one."
            )
        return amount

    return parse


def _product(slot: str) -> Step:
    return Step(
        id=f"product-{slot}",
        part=PART,
        question=lambda talk: (
            f"Which product, and how many of it make {elemental(talk.raw, slot) or 0:g} mg? (may be left empty)"
        ),
        help="Such as the brand and the number of capsules. It tells you, your helper and a reader exactly what is taken.",
        parse=words(SHORT),
        default="",
        condition=lambda raw: slot in slots(raw),
        rests_on=(f"form-{slot}", f"amount-{slot}"),
    )


_CONFIRM = Step(
    id="dose-agreed",
    part=PART,
    body=flags,
    question="Go on with these doses?",
    help="An upper level is set by the bodies in brackets, for magnesium from supplements. Talk to a doctor before you go on above it. "
    "n takes you back to the amounts.",
    parse=yes_no,
    condition=confirm_dose,
    rests_on=tuple(f"amount-{slot}" for slot in SLOTS),
    turn=back_to_the_amounts,
    keys="y yes   n change the amounts",
)


def substance_steps() -> tuple[Step, ...]:
    """The questions in their order: both doses, what is to be said of them, the products."""
    doses = (step for slot in SLOTS for step in (_form(slot), _label(slot), _amount(slot)))
    return (*doses, _CONFIRM, *(_product(slot) for slot in SLOTS))
