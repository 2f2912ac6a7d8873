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
    milligrams_of,
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
from nof1.language import commas, phrase, say, sentences, spoken
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
        later=True,
        condition=lambda raw: slot in slots(raw) and (slot == SLOTS[0] or raw.get("compare") != TWO_DOSES),
        rests_on=(f"form-{slot}",),
    )


# --- label, amount, product


def _salt(raw: Raw, slot: str) -> str:
    """What the salt is called in full."""
    known = find_form(form_of(raw, slot))
    return ours(known.name) if known else form_of(raw, slot)


# What the number on a label can be, as people may write it; kept in English behind the number.
_KINDS = {ELEMENTAL: phrase("elemental"), SALT: phrase("salt")}
_BATH = phrase("b")


def _amount(slot: str) -> Step:
    def question(talk: Talk) -> str:
        raw = talk.raw
        if find_form(form_of(raw, slot)) is None:
            what = say("How many mg of magnesium itself, as {form}, each evening?", form=ours(form_of(raw, slot)))
        else:
            what = say("How much {form} each evening, in mg, as on the label?", form=ours(form_of(raw, slot)))
        if raw.get("compare") != TWO_DOSES:
            return what
        return (
            sentences([say("The lower dose."), what])
            if slot == SLOTS[0]
            else sentences([say("The higher dose."), what])
        )

    return Step(
        id=f"amount-{slot}",
        part=PART,
        body=lambda talk: _two_ways(talk, slot),
        question=question,
        help=lambda _: say(
            "All that you take in one evening, in mg: pieces times mg each. Labels state either the magnesium itself, called elemental, or the "
            "weight of the whole salt, which is more; nof1 works out the other one and shows both. If the label does not say which, ask a pharmacist "
            "before you go on. nof1 proposes no dose; ask a doctor or pharmacist which one is right for you. Doses above an upper level are pointed "
            "out, with the source; above 1,000 mg of magnesium nof1 plans none. {known}",
            known=cited("soft-stools", "diarrhoea-after-stopping"),
        ),
        parse=_parse_amount(slot),
        condition=lambda raw: slot in slots(raw) and swallowed(raw, slot),
        rests_on=(
            "form-first",
            "route-first",
            *((f"form-{slot}", f"route-{slot}", "compare") if slot == SLOTS[1] else ()),
        ),
        after=lambda _, talk: [say("Dose: {dose}.", dose=dose_words(talk.raw, slot))],
        turn=lambda answer, talk: Turn(ask=(_route_of(talk, slot),)) if answer == _IN_BATH else None,
        offered=lambda amount: " ".join(
            [amount.partition(" ")[0], *(say(_KINDS[kind]) for kind in _KINDS if amount.endswith(kind))]
        ),
        keys=phrase("b a bath or on the skin: no mg"),
    )


_IN_BATH = "bath"


def _route_of(talk: Talk, slot: str) -> str:
    """Id of the question how it is used; two doses of one form share it."""
    return "route-first" if talk.raw.get("compare") == TWO_DOSES else f"route-{slot}"


def _two_ways(talk: Talk, slot: str) -> str:
    """That a number can be two things."""
    if find_form(form_of(talk.raw, slot)) is None:
        return ""
    return say(
        'Type the number and what it is: "… elemental" where the label states the magnesium itself, "… salt" where it states the whole {salt}.',
        salt=_salt(talk.raw, slot),
    )


def _as_typed(text: str, talk: Talk, slot: str) -> tuple[str, str]:
    """The number, and whether it is elemental or the salt: "" of a form that is not known here."""
    typed = text.strip()
    known = find_form(form_of(talk.raw, slot)) is not None
    for kind, called in _KINDS.items():
        for word in (kind, str(say(called)).casefold()):
            if typed.casefold().endswith(word):
                bare = typed[: -len(word)].strip().removesuffix("mg").strip()
                return bare, kind if known else ("" if kind == ELEMENTAL else kind)
    if slot == SLOTS[1] and talk.raw.get("compare") == TWO_DOSES and known:
        return typed, SALT if by_salt(talk.raw, SLOTS[0]) else ELEMENTAL  # one product, one label
    return typed, "" if not known else "?"


def _parse_amount(slot: str) -> Parse:
    def parse(text: str, talk: Talk) -> str:
        if text.casefold() in (_IN_BATH, "b", say(_BATH)):
            return _IN_BATH
        raw = talk.raw
        typed, kind = _as_typed(text, talk, slot)
        if kind == SALT and find_form(form_of(raw, slot)) is None:
            raise InputError(
                say("How much magnesium is in that salt is not known here. Type the magnesium itself, in mg.")
            )
        amount = number(0, _MOST_SALT_MG if kind in (SALT, "?") else _MOST_MG, above=True)(typed, talk)
        if kind == "?":
            raise InputError(
                say(
                    "{amount} mg can be two things. Type {amount} elemental (the magnesium itself) or {amount} salt (the whole salt), as on the label.",
                    amount=spoken().number(amount),
                )
            )
        kept = f"{amount} {kind}".rstrip()
        now = {**raw, f"amount-{slot}": kept}
        dose = elemental_mg(form_of(raw, slot), float(amount)) if kind == SALT else float(amount)
        if not 0.1 <= dose <= _MOST_MG:
            raise InputError(
                say(
                    "{typed} does not fit: that would be {mg:.3g} mg of magnesium. Check the label.",
                    typed=quoted(text),
                    mg=dose,
                )
            )
        if too_much(now):
            told = [finding_line(one) for one in over_the_limit(now) if one.id == "own-limit-most"]
            raise InputError(sentences([*told, salt_hint(now), say("Type another amount.")]))
        lower = elemental(raw, SLOTS[0])
        if slot == SLOTS[1] and raw.get("compare") == TWO_DOSES and lower is not None and dose <= lower:
            raise InputError(
                say(
                    "{typed} is not above the lower dose ({mg:g} mg). Type a higher one.",
                    typed=quoted(text),
                    mg=milligrams_of(raw, SLOTS[0]) or 0,
                )
            )
        return kept

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
        later=True,
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
    doses = (step for slot in SLOTS for step in (_form(slot), _route(slot), _amount(slot), _meant(slot)))
    return (*doses, _CONFIRM, *(_product(slot) for slot in SLOTS))
