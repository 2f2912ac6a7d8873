"""Whether a row of a food log is food, or a supplement: by its group, its amount and its name.

What stands in a food log and is no food (the trial's own capsule, a multivitamin) would make a covariate of food a copy of the
treatment. Knows the arms, not their order; must not know a night.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from nof1.plan.protocol.dose import find_form
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol

Kind = Literal["food", "supplement", "unsure"]

_TOKEN = re.compile(r"[^\W\d_]+")
# The form in which nothing is eaten: whole words, and the ends of German ones such as "Magnesiumkapseln".
_SHAPE = re.compile(
    r"\b(?:\w*kapseln?|\w*tabletten?|\w*pillen?|\w*drag[ée]es?|capsul[ea]s?|cápsulas?|gélules?|gelules?|softgels?|caplets?|tablets?|tabletas?"
    r"|pills?|lozenges?|comprim[ée]s?|comprimidos?|compress[ae]|multivitamins?|multimineral\w*|multivitamine)\b"
)
# What comes in capsules and is drunk.
_DRUNK = re.compile(
    r"coffee|kaffee|\bcaf[ée]\b|espresso|nespresso|lungo|ristretto|cappuccino|macchiato|\bteas?\b|tee\b|cocoa|kakao|chocolate"
    r"|juice|saft\b|nektar|nectar|\bdrink\b|getränk"
)
_CALLED = re.compile(
    r"supplement|\bsupps?\b|suplement|supplément|nahrungserg(?:ä|ae|a)nz|compl[ée]ments? alimentaires?|integrator[ei]\b"
)
# A group of nothing but these is no meal.
_GROUPS = frozenset(
    [
        "vitamin",
        "vitamins",
        "vitamine",
        "vitaminas",
        "vitamines",
        "mineral",
        "minerals",
        "mineralstoffe",
        "minerales",
        "med",
        "meds",
        "medication",
        "medications",
        "medicine",
        "medicines",
        "medikament",
        "medikamente",
        "arzneimittel",
        "medicamentos",
        "médicaments",
        "farmaci",
        "pills",
        "drugs",
        "and",
        "und",
        "y",
        "et",
        "e",
        "more",
        "other",
        "others",
    ]
)
_JOINING = frozenset(["and", "und", "y", "et", "e", "more", "other", "others"])
# An amount of medicine; nobody weighs a meal in milligrams.
_DOSE = re.compile(r"(?:[\d.,]+\s*)?(?:mg|mcg|µg|μg|ug|iu|ie|i\.?\s?[eu]\.)", re.IGNORECASE)
_DOSE_WITHIN = re.compile(r"\d\s*(?:mg|mcg|µg|μg|ug|iu|ie)\b(?!\s*(?:/|per\b|pro\b|je\b|each\b))")
_SALTS = re.compile(
    r"citrat|glycinat|malat|taurat|threonat|orotat|gluconat|glukonat|picolinat|fumarat|sul(?:f|ph)at|chlorid|lactat|laktat"
    r"|carbonat(?!ed)|aspartat|hydroxid|oxid|pidolat|ascorbat|chelat|polymaltos|anhydrous|hidróxido|óxido|cloruro|solfato|sulfato"
)
# Words around a nutrient's name that say that it is in something eaten.
_IN_FOOD = re.compile(
    r"\b(?:fortified|enriched|added|prepared|rich|free|source|angereichert\w*|zugesetzt\w*|reich|haltig\w*|frei|enriquecid\w*|enrichi\w*)\b"
    r"|reiche?[rsn]?\b|haltige?[rsn]?\b|freie?[rsn]?\b"
)
_WITHIN = re.compile(r"\b(?:with|mit|avec|con|without|ohne|sans|sin|no|low|plus)\b")
# Words of an arm's name that name nothing: by them alone no food is like the arm.
_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "on",
        "off",
        "no",
        "none",
        "not",
        "with",
        "without",
        "control",
        "controls",
        "placebo",
        "dummy",
        "usual",
        "active",
        "treatment",
        "baseline",
        "dose",
        "low",
        "lower",
        "high",
        "higher",
        "evening",
        "morning",
        "night",
        "day",
        "daily",
        "mg",
        "capsule",
        "capsules",
        "tablet",
        "tablets",
        "pill",
        "pills",
        "kapsel",
        "kapseln",
        "tablette",
        "tabletten",
        "ohne",
        "mit",
        "kein",
        "keine",
        "before",
        "after",
        "and",
        "or",
        "und",
        "oder",
        "diet",
        "food",
        "meal",
    ]
)
_LEAST = 3  # letters by which an arm's name may be found in a food's


class Nutrient:
    """A substance that both food and supplements hold.

    Attributes
    ----------
    measure : str
        The measure that is of it, as in `nof1.record.values.measures`.
    of_food : bool
        Whether that measure is what was in the food, by its definition. Of caffeine it is all there was.
    """

    def __init__(self, measure: str, pattern: str, *, of_food: bool) -> None:
        self.measure = measure
        self.of_food = of_food
        self._word = re.compile(rf"\b(?:{pattern})\b")

    def named(self, text: str) -> re.Match[str] | None:
        """Where a text, in small letters, names it."""
        return self._word.search(text)


NUTRIENTS = {
    nutrient.measure: nutrient
    for nutrient in (
        # "Mg" and "mag" name it before a salt; elsewhere the one is a unit and the other a journal.
        Nutrient(
            "dietary_magnesium_mg",
            r"magn[eé]si(?:um|o)\w*|ma?g(?=[ -](?:\w*citrat|\w*glycinat|malat|oxid|\w*threonat|taurat|chlorid))",
            of_food=True,
        ),
        Nutrient("dietary_iron_mg", r"iron|fe|eisen\w*|ferrous|ferric|ferr(?:um|o)|fer|hierro", of_food=True),
        Nutrient("caffeine_mg", r"caffeine|[ck]offein\w*|caf[eé][ií]n[ea]|caffeina", of_food=False),
    )
}
# In which an arm gives caffeine without saying so.
_WITH_CAFFEINE = re.compile(r"\bcoffee\b|kaffee\b|\bcaf[ée]\b|espresso")


def treats_with(protocol: Protocol, nutrient: Nutrient) -> bool:
    """Whether the trial is about the substance: an arm or its title names it, or an arm's form is one of magnesium's."""
    texts = [text for arm in protocol.arms for text in _texts(arm)] + [protocol.title.casefold()]
    if any(nutrient.named(text) for text in texts):
        return True
    if nutrient.measure == "caffeine_mg":
        return any(_WITH_CAFFEINE.search(text) for text in texts)
    return nutrient.measure == "dietary_magnesium_mg" and any(find_form(arm.form) for arm in protocol.arms)


def doses_of(protocol: Protocol, nutrient: Nutrient) -> frozenset[float]:
    """The planned doses of a trial that is about the substance, as element and as salt."""
    if not treats_with(protocol, nutrient):
        return frozenset()
    return frozenset(dose for arm in protocol.arms for dose in (arm.dose_mg, arm.salt_mg) if dose)


def kind_of(nutrient: Nutrient, protocol: Protocol, texts: Sequence[str]) -> Kind:
    """What a row of a food log is.

    Parameters
    ----------
    texts : sequence of str
        What the row says of itself: the name first, then group, amount, unit and category where the log has them.
    """
    name, *others = (" ".join(text.casefold().split()) for text in texts)
    if any(_is_group(text) or _CALLED.search(text) for text in (name, *others)):
        return "supplement"
    drunk = _DRUNK.search(name)
    if not drunk and any(_SHAPE.search(text) for text in (name, *others)):
        return "supplement"
    if any(_DOSE.fullmatch(text) for text in others):
        return "supplement"
    return _by_name(nutrient, protocol, name)


def _by_name(nutrient: Nutrient, protocol: Protocol, name: str) -> Kind:
    tokens = _TOKEN.findall(name)
    likeness = {_like(arm, tokens) for arm in protocol.arms}
    if "supplement" in likeness:
        return "supplement"
    if _IN_FOOD.search(name):
        return "food"
    named = nutrient.named(name)
    if named is None:
        return "unsure" if "unsure" in likeness else "food"
    if _WITHIN.search(name[: named.start()]) or _DRUNK.search(name):
        return "unsure"
    alone = all(nutrient.named(token) or token in ("mg", "mcg", "elemental", "elementar") for token in tokens)
    return "supplement" if alone or _SALTS.search(name) or _DOSE_WITHIN.search(name) else "unsure"


def _is_group(text: str) -> bool:
    tokens = _TOKEN.findall(text)
    return bool(set(tokens) - _JOINING) and _GROUPS.issuperset(tokens)


def _texts(arm: Arm) -> Iterable[str]:
    return (text.casefold() for text in (arm.name, arm.label, arm.product, arm.form) if text)


def _like(arm: Arm, tokens: Sequence[str]) -> Kind:
    """Whether a food is named like an arm: exactly, so that it is the treatment, or among other words."""
    kind: Kind = "food"
    for text in _texts(arm):
        own = _TOKEN.findall(text)
        telling = {token for token in own if token not in _EMPTY and len(token) >= _LEAST}
        if not telling or telling != {token for token in own if token not in _EMPTY}:
            continue
        if telling == {token for token in tokens if token not in _EMPTY}:
            return "supplement"
        if telling <= set(tokens) and not all(nutrient_of(token) for token in telling):
            kind = "unsure"
    return kind


def nutrient_of(token: str) -> Nutrient | None:
    """The nutrient that a word names, if it is one."""
    return next((one for one in NUTRIENTS.values() if one.named(token)), None)
