"""Supplements in food logs: told by group, amount and name, in the languages of such logs; what is food stays food."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.plan.protocol.parts import Arm
from nof1.record.sources.supplements import NUTRIENTS, doses_of, kind_of, treats_with

MAGNESIUM, IRON, CAFFEINE = (NUTRIENTS[name] for name in ("dietary_magnesium_mg", "dietary_iron_mg", "caffeine_mg"))


@pytest.fixture
def of_arms(protocol):
    """A function that makes the protocol one of other arms; its title names no substance."""

    def made(*arms):
        return protocol.model_copy(update={"arms": tuple(Arm(**arm) for arm in arms), "title": "Calmer nights?"})

    return made


@pytest.fixture
def massage(of_arms):
    return of_arms({"name": "off"}, {"name": "massage"})


@pytest.mark.parametrize(
    "texts",
    [
        ("Magnesium citrate capsule", "Supplements", "Supplements", "1 capsule"),
        ("Magnesium Citrate 200 mg", "", ""),
        ("MAGNESIUM", "Snacks", "1.00 each"),
        ("Magnesium glycinate", "", "2.00 each"),
        ("Magnesium Bisglycinate Powder", "", "3 g"),
        ("Nature Made, Magnesium 400mg", "", ""),
        ("Nightly", "Vitamins & Minerals", "1 each"),
        ("Slow thing", "Meds", ""),
        ("Slow thing", "", "200.00 mg"),
        ("Slow thing", "", "mg", "200"),
        ("Slow thing", "", "1 softgel"),
        ("Multivitamin, women's", "Breakfast", "1 each"),
        ("Magnesiumkapseln", "Abendessen", "1 Stück"),
        ("Magnesium-Brausetablette", "Abendessen", "1 Stück"),
        ("Mg glycinate", "", "1 each"),
        ("Mag Citrate 200", "", "1 each"),
        ("Magnesiumcitrat Pulver", "Abendessen", "1 Portion"),
        ("Zink plus", "Nahrungsergänzung", ""),
        ("Zink plus", "Nahrungsergänzungsmittel", ""),
        ("Zink plus", "", "1 Kapsel"),
        ("Citrate de magnésium", "Dîner", "1 gélule"),
        ("Citrato de magnesio", "", ""),
        ("Complément alimentaire", "", ""),
    ],
)
def test_supplements_are_told_apart(massage, texts):
    assert kind_of(MAGNESIUM, massage, texts) == "supplement"


@pytest.mark.parametrize(
    "texts",
    [
        ("Lentil soup", "Lunch", "1 plate", "Meals"),
        ("Oats, rolled", "Breakfast", "80.00 g", "Cereal"),
        ("Cereal, fortified with magnesium", "Breakfast", "1 cup"),
        ("Tofu, raw, firm, prepared with calcium sulfate and magnesium chloride (nigari)", "", "100 g"),
        ("Milk, whole, with added vitamin D", "Breakfast", "1 cup"),
        ("Vitamin water", "Snacks", "1 bottle"),
        ("Coffee, 1 capsule", "Breakfast", "1 capsule"),
        ("Nespresso Lungo", "Breakfast", "1.00 capsule"),
        ("Kaffeekapsel", "Frühstück", "1 Stück"),
        ("Multivitaminsaft", "Frühstück", "200 ml"),
        ("Mineral water", "Drinks", "500 ml"),
        ("Carbonated water, magnesium rich", "Drinks", "500 ml"),
        ("Oats, 12 mg oxalate", "", "1 cup"),
        ("Gummy bears", "Snacks", "30 g"),
        ("Eisbergsalat", "Mittag", "1 Portion"),
        ("Pillsbury biscuits", "", ""),
        ("", "Breakfast", ""),
    ],
)
def test_food_is_food(massage, texts):
    assert kind_of(MAGNESIUM, massage, texts) == "food"


@pytest.mark.parametrize(
    "name", ["Doctor's Best High Absorption Magnesium", "Water with magnesium", "Magnesium Coffee"]
)
def test_what_may_be_either_is_unsure(massage, name):
    assert kind_of(MAGNESIUM, massage, (name, "", "")) == "unsure"


def test_a_nutrient_is_looked_for_where_its_amounts_stand(massage):
    assert kind_of(MAGNESIUM, massage, ("Iron bisglycinate",)) == "food"
    assert kind_of(IRON, massage, ("Iron bisglycinate",)) == "supplement"
    assert kind_of(IRON, massage, ("Ferrous sulfate",)) == "supplement"
    assert kind_of(IRON, massage, ("Eisentabletten",)) == "supplement"
    assert kind_of(IRON, massage, ("Slow Fe",)) == "unsure"
    assert kind_of(IRON, massage, ("Iron-fortified cereal",)) == "food"
    assert kind_of(IRON, massage, ("Eisenhaltiger Saft",)) != "supplement"
    assert kind_of(IRON, massage, ("Floradix Iron + Herbs",)) == "unsure"
    assert kind_of(CAFFEINE, massage, ("Caffeine 200 mg",)) == "supplement"
    assert kind_of(CAFFEINE, massage, ("Koffeintablette",)) == "supplement"
    assert kind_of(CAFFEINE, massage, ("Coffee, brewed, caffeine free",)) == "food"


def test_a_food_called_like_an_arm_is_the_treatment(of_arms):
    trial = of_arms({"name": "off"}, {"name": "cherry", "label": "Tart cherry juice"}, {"name": "zma"})
    assert kind_of(MAGNESIUM, trial, ("tart CHERRY juice",)) == "supplement"
    assert kind_of(MAGNESIUM, trial, ("ZMA",)) == "supplement"
    assert kind_of(MAGNESIUM, trial, ("ZMA Nightfood",)) == "unsure"
    assert kind_of(MAGNESIUM, trial, ("Pie with tart cherry juice",)) == "unsure"
    assert kind_of(MAGNESIUM, trial, ("Off-brand cola",)) == "food"
    assert kind_of(MAGNESIUM, trial, ("Apple juice",)) == "food"


def test_what_a_trial_is_about_is_told_by_its_arms(of_arms, massage):
    assert not any(treats_with(massage, nutrient) for nutrient in NUTRIENTS.values())
    assert treats_with(of_arms({"name": "a"}, {"name": "b", "form": "citrate"}), MAGNESIUM)
    assert treats_with(of_arms({"name": "a"}, {"name": "b", "product": "Ferrous sulfate"}), IRON)
    assert treats_with(of_arms({"name": "decaf"}, {"name": "coffee"}), CAFFEINE)
    trial = of_arms({"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "salt_mg": 1250})
    assert doses_of(trial, MAGNESIUM) == {trial.arms[1].dose_mg, 1250}
    assert doses_of(trial, IRON) == frozenset()


MARKS = st.sampled_from(
    [
        "Supplements",
        "1 capsule",
        "2 tablets",
        "1 Kapsel",
        "Nahrungsergänzung",
        "Vitamins",
        "300 mg",
        "400 mcg",
        "1 pill",
        "softgel",
    ]
)


@given(
    mark=MARKS,
    name=st.sampled_from(["Evening thing", "Magnesium", "Zink", "Zen 7"]),
    place=st.integers(0, 2),
    data=st.data(),
)
def test_one_mark_anywhere_is_enough(make_protocol, mark, name, place, data):
    protocol = make_protocol()
    texts = [data.draw(st.sampled_from(["", "Dinner", "Other", "1.00 each"])) for _ in range(3)]
    texts[place] = data.draw(st.sampled_from([mark, mark.upper(), f"  {mark} "]))
    assert kind_of(MAGNESIUM, protocol, (name, *texts)) == "supplement"


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_texts_have_a_kind(make_protocol, texts):
    protocol = make_protocol()
    for nutrient in NUTRIENTS.values():
        assert kind_of(nutrient, protocol, texts) in ("food", "supplement", "unsure")
