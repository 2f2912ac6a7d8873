"""The protocol: nothing is lost in its file, its hash is of its content, and bad values are refused by name."""

import tomllib
from datetime import date

import numpy as np
import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from nof1.errors import InputError
from nof1.plan.analysis import Priors
from nof1.plan.design import MAX_NIGHTS
from nof1.plan.protocol import Protocol

texts = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs")), max_size=30)
names = st.text("abXYäβ漢09_-", max_size=12).map(lambda inner: f"n{inner}m")
positive = st.floats(1e-3, 1e6)
switch = st.booleans()


@st.composite
def protocols(draw):
    low, span = draw(st.floats(-1e6, 1e6)), draw(st.floats(0.5, 1e6))
    high = low + span
    dose = draw(st.sampled_from(["assigned", "taken"]))
    arms = draw(st.lists(names, min_size=2, max_size=5, unique_by=str.casefold))
    columns = draw(st.lists(names, min_size=1, max_size=4, unique_by=str.casefold))
    period_nights = draw(st.integers(1, 14))
    start = draw(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
    blocks = {
        "kind": "randomized-blocks",
        "start": start,
        "blocks": draw(st.integers(2, 20)),
        "period_nights": period_nights,
        "run_in_nights": draw(st.integers(0, 20)),
        "seed": draw(st.integers(0, 2**63 - 1)),
    }
    adopted = {"kind": "adopted", "start": start, "dated": draw(switch), "nights": draw(st.integers(2, MAX_NIGHTS))}
    carryovers = ["none", "exponential"] + [f"discard:{period_nights - 1}"] * (period_nights > 1)
    given_doses = positive.map(lambda value: min(value, 5000.0))
    doses = given_doses if dose == "taken" else st.none() | given_doses
    priors = st.fixed_dictionaries({}, optional=dict.fromkeys(Priors.model_fields, positive))
    return Protocol.build(
        {
            "title": draw(texts.filter(str.strip)),
            "question": draw(texts),
            "simulated": draw(switch),
            "reference": draw(st.sampled_from(arms)),
            "outcome": {
                "name": columns[0],
                "label": draw(texts),
                "low": low,
                "high": high,
                "better": draw(st.sampled_from(["lower", "higher"])),
                "threshold": (high - low) * draw(st.floats(0.01, 0.9)),
                "whole": draw(switch),
            },
            "arms": [
                {"name": name, "label": draw(texts), "form": draw(texts)}
                | ({} if (amount := draw(doses)) is None else {"dose_mg": amount})
                for name in arms
            ],
            "design": draw(st.sampled_from([blocks, adopted])),
            "analysis": {
                "estimand": draw(st.sampled_from(["full", "as-lived"])),
                "certainty": draw(st.floats(0.51, 0.999)),
                "carryover": draw(st.sampled_from(carryovers)),
                "trend": draw(switch),
                "period_effects": draw(switch),
                "autocorrelation": draw(switch),
                "dose": dose,
                "covariates": columns[1:],
                "priors": draw(priors),
            },
        }
    )


@settings(max_examples=100, deadline=None)
@given(protocols())
def test_toml_loses_nothing(protocol):
    again = Protocol.parse(protocol.to_toml())
    assert again == protocol
    assert again.sha256() == protocol.sha256()
    assert again.to_toml() == protocol.to_toml()


def test_a_saved_protocol_is_loaded_as_it_was(tmp_path, make_protocol):
    protocol = make_protocol(title="„Schläft“ my \u2019left\u2019 leg? \U0001f634", question='a "quoted" \\ question')
    protocol.save(tmp_path / "protocol.toml")
    assert Protocol.load(tmp_path) == protocol


def test_the_file_states_every_number_that_was_decided(protocol):
    content = tomllib.loads(protocol.to_toml())
    assert set(content["analysis"]["priors"]) == set(Priors.model_fields)
    assert content["design"]["start"] == date(2026, 1, 5)
    assert content["schema"] == 1


def reversed_keys(value):
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


LAYOUTS = {
    "keys in another order": lambda text: tomli_w.dumps(reversed_keys(tomllib.loads(text))),
    "comments and empty lines": lambda text: text.replace("\n", " # why\n\n"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "whole numbers without .0": lambda text: text.replace("low = 0.0", "low = 0").replace("high = 10.0", "high = 10"),
    "default left out": lambda text: text.replace("trend = true\n", ""),
    "default priors left out": lambda text: text.partition("[analysis.priors]")[0],
}


@pytest.mark.parametrize("change", LAYOUTS.values(), ids=LAYOUTS)
def test_layout_does_not_change_the_hash(protocol, change):
    text = protocol.to_toml()
    assert change(text) != text
    assert Protocol.parse(change(text)).sha256() == protocol.sha256()


def leaves(value, path=()):
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [leaf for place, inner in enumerate(value) for leaf in leaves(inner, (*path, place))]
    return [path]


# One other allowed value for every value of the file; those with a single allowed value are named in FIXED.
FIXED = {("schema",), ("analysis", "family"), ("design", "kind")}
OTHER_VALUES = {
    ("title",): "another",
    ("question",): "another",
    ("simulated",): True,
    ("reference",): "magnesium",
    ("outcome", "name"): "calm",
    ("outcome", "label"): "another",
    ("outcome", "low"): 1,
    ("outcome", "high"): 11,
    ("outcome", "better"): "higher",
    ("outcome", "threshold"): 1.5,
    ("outcome", "whole"): False,
    ("arms", 0, "name"): "none",
    ("arms", 0, "label"): "another",
    ("arms", 0, "form"): "another",
    ("arms", 0, "dose_mg"): 1,
    ("arms", 1, "name"): "Mg",
    ("arms", 1, "label"): "another",
    ("arms", 1, "form"): "oxide",
    ("arms", 1, "dose_mg"): 201,
    ("design", "start"): date(2026, 1, 6),
    ("design", "blocks"): 3,
    ("design", "period_nights"): 4,
    ("design", "run_in_nights"): 0,
    ("design", "seed"): 8,
    ("analysis", "estimand"): "as-lived",
    ("analysis", "certainty"): 0.95,
    ("analysis", "carryover"): "none",
    ("analysis", "trend"): False,
    ("analysis", "period_effects"): False,
    ("analysis", "autocorrelation"): False,
    ("analysis", "dose"): "taken",
    ("analysis", "covariates"): ["sleep_hours"],
    **{("analysis", "priors", name): 1.25 for name in Priors.model_fields},
}


def test_every_value_of_the_file_is_tried(protocol):
    assert set(leaves(protocol.to_dict())) == set(OTHER_VALUES) | FIXED


@pytest.mark.parametrize(("path", "value"), OTHER_VALUES.items(), ids=lambda item: str(item)[:40])
def test_any_value_changes_the_hash(protocol, path, value):
    content = protocol.to_dict()
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    if path == ("arms", 0, "name"):
        content["reference"] = value
    assert Protocol.build(content).sha256() != protocol.sha256()


def test_the_order_of_the_arms_counts(protocol):
    content = protocol.to_dict()
    content["arms"].reverse()
    assert Protocol.build(content).sha256() != protocol.sha256()


@pytest.mark.parametrize(("low", "high"), [(0, 10), (0, 100), (-5, 5), (1, 4)], ids=str)
def test_default_priors_follow_the_range(make_protocol, low, high):
    span = high - low
    priors = make_protocol(outcome={"low": low, "high": high}).priors.model_dump()
    assert priors == pytest.approx(
        {
            "level_mean": (low + high) / 2,
            "level_sd": span / 4,
            "effect_sd": span / 5,
            "trend_sd": span / 5,
            "covariate_sd": span / 5,
            "period_scale": span / 20,
            "noise_scale": span / 4,
            "autocorrelation_a": 4,
            "autocorrelation_b": 2,
            "half_life_median": 2,
            "half_life_log_sd": 0.7,
        }
    )


def test_chosen_priors_replace_the_defaults_and_leave_the_others(make_protocol):
    default = make_protocol().priors.model_dump()
    chosen = make_protocol(analysis={"priors": {"effect_sd": 7, "half_life_median": 3}}).priors.model_dump()
    assert chosen == default | {"effect_sd": 7.0, "half_life_median": 3.0}


NUMBER_FORMS = {"text": "0", "true": True, "NumPy": np.int64(0)}


@pytest.mark.parametrize("low", NUMBER_FORMS.values(), ids=NUMBER_FORMS)
def test_a_scale_end_in_another_form_is_refused_or_gets_its_priors(make_protocol, low):
    try:
        protocol = make_protocol(outcome={"low": low})
    except InputError:
        return
    assert protocol.analysis.priors == Priors.for_range(protocol.outcome.low, protocol.outcome.high)


def test_nights_run_from_the_first_to_the_last_evening(make_protocol):
    protocol = make_protocol()
    assert (protocol.nights, protocol.start, protocol.end) == (14, date(2026, 1, 5), date(2026, 1, 18))
    assert [arm.name for arm in protocol.active_arms] == ["magnesium"]
    assert protocol.randomized


ARMS = [{"name": "off"}, {"name": "magnesium"}]
# What is changed, then what the message must hold: the value and the way out.
REFUSED = {
    "scale upside down": ({"outcome": {"low": 10, "high": 0}}, ["low (10)", "below high (0)"]),
    "threshold as wide as the scale": ({"outcome": {"threshold": 10}}, ["threshold (10)", "smaller"]),
    "threshold zero": ({"outcome": {"threshold": 0}}, ["outcome.threshold", "greater than 0", "0"]),
    "low is nan": ({"outcome": {"low": float("nan")}}, ["outcome.low", "finite", "nan"]),
    "high is infinite": ({"outcome": {"high": float("inf")}}, ["outcome.high", "finite", "inf"]),
    "high beyond all numbers": ({"outcome": {"high": 10**400}}, ["outcome.high"]),
    "better misspelled": ({"outcome": {"better": "less"}}, ["outcome.better", "'less'", "'lower' or 'higher'"]),
    "outcome named like a diary column": ({"outcome": {"name": "night"}}, ["'night'", "choose another"]),
    "outcome begins with a digit": ({"outcome": {"name": "1st"}}, ["'1st'", "start with a letter"]),
    "outcome with a comma": ({"outcome": {"name": "a,b"}}, ["'a,b'", "letters, digits"]),
    "unknown key": ({"colour": "red"}, ["colour", "check the spelling or remove it"]),
    "unknown key inside": ({"analysis": {"trends": True}}, ["analysis.trends", "check the spelling or remove it"]),
    "unknown reference": ({"reference": "placebo"}, ["'placebo'", "off, magnesium"]),
    "two arms of one name": ({"arms": [{"name": "off"}, {"name": "OFF"}]}, ["off, OFF", "same name"]),
    "a single arm": ({"arms": [{"name": "off"}]}, ["arms", "at least 2"]),
    "arm name with a bracket": ({"arms": [{"name": "off"}, {"name": "[x]"}]}, ["'[x]'", "letters, digits"]),
    "dose below zero": ({"arms": [{"name": "off"}, {"name": "m", "dose_mg": -5}]}, ["dose_mg", "-5", "or equal to 0"]),
    "dose is no number": ({"arms": [{"name": "off"}, {"name": "m", "dose_mg": "x"}]}, ["dose_mg", "'x'", "number"]),
    "dose taken without a dose": ({"arms": ARMS, "analysis": {"dose": "taken"}}, ["taken", "dose_mg above 0"]),
    "one block": ({"design": {"blocks": 1}}, ["design.blocks", "greater than or equal to 2", "1"]),
    "no nights in a period": ({"design": {"period_nights": 0}}, ["design.period_nights", "or equal to 1", "0"]),
    "run-in below zero": ({"design": {"run_in_nights": -1}}, ["design.run_in_nights", "-1", "or equal to 0"]),
    "seed below zero": ({"design": {"seed": -1}}, ["design.seed", "-1", "or equal to 0"]),
    "seed too large for TOML": ({"design": {"seed": 2**63}}, ["design.seed", str(2**63)]),
    "start is no date": ({"design": {"start": "soon"}}, ["design.start", "'soon'", "date"]),
    "nights past the calendar's end": ({"design": {"start": date(9999, 12, 25)}}, ["9999-12-25"]),
    "longer than ten years": ({"design": {"blocks": 1000, "period_nights": 2}}, ["4002", str(MAX_NIGHTS)]),
    "unknown design": ({"design": {"kind": "alternating"}}, ["'alternating'", "randomized-blocks"]),
    "family not there yet": ({"analysis": {"family": "poisson"}}, ["analysis.family", "'poisson'", "'normal'"]),
    "unknown estimand": ({"analysis": {"estimand": "half"}}, ["analysis.estimand", "'half'", "'full' or 'as-lived'"]),
    "certainty of a coin": ({"analysis": {"certainty": 0.5}}, ["analysis.certainty", "0.5", "greater than 0.5"]),
    "unknown carryover": ({"analysis": {"carryover": "slow"}}, ["analysis.carryover", "slow", "exponential"]),
    "discard no night": ({"analysis": {"carryover": "discard:0"}}, ["analysis.carryover", "discard:0", "1 to 60"]),
    "discard a whole period": ({"analysis": {"carryover": "discard:3"}}, ["discard:3", "3-night period"]),
    "covariate named like a diary column": ({"analysis": {"covariates": ["note"]}}, ["'note'", "choose another"]),
    "covariate twice": ({"analysis": {"covariates": ["x", "X"]}}, ["severity, x, X", "different names"]),
    "covariate is the outcome": ({"analysis": {"covariates": ["severity"]}}, ["severity, severity", "different names"]),
    "prior of width zero": ({"analysis": {"priors": {"effect_sd": 0}}}, ["priors.effect_sd", "greater than 0"]),
    "unknown prior": ({"analysis": {"priors": {"effect": 1}}}, ["priors.effect", "check the spelling or remove it"]),
    "priors no table": ({"analysis": {"priors": 5}}, ["analysis.priors", "5"]),
    "analysis no table": ({"analysis": 5}, ["analysis", "5"]),
    "empty title": ({"title": "  "}, ["title", "at least 1"]),
    "invisible mark in the title": ({"title": "a\u202eb"}, ["title", "U+202E", "remove it"]),
    "line break in a label": ({"outcome": {"label": "a\nb"}}, ["outcome.label", "U+000A", "remove it"]),
    "endless question": ({"question": "x" * 5001}, ["question", "at most 5000"]),
}


@pytest.mark.parametrize(("changes", "words"), REFUSED.values(), ids=REFUSED)
def test_a_bad_value_is_refused_with_value_and_remedy(make_protocol, changes, words):
    with pytest.raises(InputError) as refusal:
        make_protocol(**changes)
    message = str(refusal.value)
    assert "\n" not in message
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize("part", ["title", "reference", "outcome", "design", "arms", "analysis"])
def test_a_missing_part_is_named(protocol, part):
    content = protocol.to_dict()
    del content[part]
    if part == "analysis":
        assert Protocol.build(content) == protocol  # all of it has defaults
        return
    with pytest.raises(InputError, match=f"{part}: is missing; add it"):
        Protocol.build(content)


def test_several_mistakes_are_told_at_once(protocol):
    content = protocol.to_dict() | {"reference": "nobody", "outcome": {"name": "x"}, "colour": 1}
    with pytest.raises(InputError) as refusal:
        Protocol.build(content, where="my.toml")
    assert str(refusal.value).startswith("my.toml has a mistake: ")
    assert {"outcome.low", "outcome.high", "outcome.better", "outcome.threshold"} <= {
        finding.split(": ")[0] for finding in str(refusal.value).removeprefix("my.toml has a mistake: ").split("; ")
    }


@pytest.mark.parametrize("text", ["title = ", "title = 'a'\ntitle = 'b'", "=", "[a", "a = 1 2"], ids=repr)
def test_damaged_toml_is_refused_with_its_place(text):
    with pytest.raises(InputError, match=r"my\.toml is not valid TOML: .*(line \d|end of document).*restore the file"):
        Protocol.parse(text, where="my.toml")


def test_a_folder_without_a_protocol_is_no_trial(tmp_path):
    with pytest.raises(InputError, match=r"is no trial folder: it holds no protocol\.toml.*nof1 plan"):
        Protocol.load(tmp_path)
    with pytest.raises(InputError, match="is no trial folder"):
        Protocol.load(tmp_path / "nowhere")


def test_a_protocol_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "protocol.toml").write_bytes(b"title = '\xff\xfe'")
    with pytest.raises(InputError, match=r"protocol\.toml is damaged: it is not UTF-8"):
        Protocol.load(tmp_path)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (lambda protocol: protocol, "title"),
        (lambda protocol: protocol.outcome, "low"),
        (lambda protocol: protocol.arms[0], "dose_mg"),
        (lambda protocol: protocol.design, "seed"),
        (lambda protocol: protocol.analysis, "certainty"),
        (lambda protocol: protocol.priors, "effect_sd"),
    ],
    ids=["protocol", "outcome", "arm", "design", "analysis", "priors"],
)
def test_a_protocol_cannot_be_changed(protocol, part, name):
    before = protocol.sha256()
    with pytest.raises(ValidationError, match="frozen"):
        setattr(part(protocol), name, 3)
    assert protocol.sha256() == before
