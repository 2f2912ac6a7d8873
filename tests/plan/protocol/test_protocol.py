"""The protocol: nothing is lost in its file, its hash is of its content, and bad values are refused by name."""

import tomllib
from datetime import date

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from known import adopted
from pydantic import ValidationError

from nof1.errors import InputError
from nof1.plan.design.kinds import MAX_NIGHTS
from nof1.plan.protocol.analysis import Priors
from nof1.plan.protocol.conduct import Conduct
from nof1.plan.protocol.family import OWN_PRIORS
from nof1.plan.protocol.protocol import Protocol

OF_ONE_FAMILY = {name for own in OWN_PRIORS.values() for name in own}
SHARED_PRIORS = [name for name in Priors.model_fields if name not in OF_ONE_FAMILY]

texts = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs")), max_size=30)
names = st.text("abXYäβ漢09_-", max_size=12).map(lambda inner: f"n{inner}m")
positive = st.floats(1e-3, 1e6)
switch = st.booleans()


# Answers that stop nothing; the screen itself is tested with the safety questions.
safety = st.none() | st.fixed_dictionaries(
    {
        "answers": st.fixed_dictionaries(
            {}, optional={"heart_conduction": st.just(False), "other_magnesium_mg": st.floats(0, 500)}
        ),
    },
    optional={"agreement": st.just({"clinician": "Dr. Ä", "date": date(2026, 1, 2), "words": "go on"})},
)


@st.composite
def protocols(draw):
    low, span = draw(st.floats(-1e6, 1e6)), draw(st.floats(0.5, 1e6))
    high = low + span
    dose = draw(st.sampled_from(["assigned", "taken"]))
    arms = draw(st.lists(names, min_size=2, max_size=5, unique_by=str.casefold))
    columns = draw(st.lists(names, min_size=1, max_size=4, unique_by=str.casefold))
    period_nights = draw(st.integers(1, 14))
    start = draw(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
    concealed = draw(st.sampled_from(["open", "helper", "alone"]))
    lengths = {name: draw(st.integers(period_nights, 20)) for name in arms}
    drawn = {
        "start": start,
        "period_nights": draw(st.sampled_from([period_nights, lengths])) if concealed == "open" else period_nights,
        "run_in_nights": draw(st.integers(0, 20)),
        "concealed": concealed,
    } | ({"seed": draw(st.integers(0, 2**63 - 1))} if concealed == "open" else {})
    kinds = [
        {"kind": "randomized-blocks", "blocks": draw(st.integers(2, 20))},
        {"kind": "mirrored-pairs", "pairs": draw(st.integers(1, 20))},
        {"kind": "alternating", "blocks": draw(st.integers(2, 20))},
    ]
    if concealed != "alone":
        periods = len(arms) * draw(st.integers(2, 9))
        kinds += [
            {"kind": "balanced", "periods": periods, "max_run": draw(st.integers(1, 5))},
            {"kind": "listed", "orders": [arms * 2, arms + arms[::-1]]},
        ]
    lived = {"kind": "adopted", "start": start, "dated": draw(switch), "nights": draw(st.integers(2, MAX_NIGHTS))}
    carryovers = ["none", "exponential"] + [f"discard:{period_nights - 1}"] * (period_nights > 1)
    given_doses = positive.map(lambda value: min(value, 5000.0))
    doses = given_doses if dose == "taken" else st.none() | given_doses
    edition, certainty = draw(st.sampled_from([1, 2])), draw(st.floats(0.51, 0.999))
    known_priors = [name for name in SHARED_PRIORS if edition > 1 or name not in ("start_up_sd", "block_sd")]
    priors = st.fixed_dictionaries({}, optional=dict.fromkeys(known_priors, positive))
    second = {"certainty_full": st.floats(0.501, certainty), "start_up": switch, "block_effects": st.just(False)}
    first = {"estimand": st.sampled_from(["full", "as-lived"])}
    of_edition = st.fixed_dictionaries({}, optional=first if edition == 1 else second)
    return Protocol.build(
        {
            "schema": edition,
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
                {
                    "name": name,
                    "label": draw(texts),
                    "form": draw(texts),
                    "product": draw(texts),
                    "placebo": draw(switch),
                }
                | ({} if (amount := draw(doses)) is None else {"dose_mg": amount})
                for name in arms
            ],
            "design": draw(st.sampled_from([*(drawn | kind for kind in kinds), lived])),
            "conduct": {
                "diagnosis": draw(texts),
                "purpose": draw(st.sampled_from(["self-care", "research"])),
                "dose_time": f"{draw(st.times()):%H:%M}",
            },
            "safety": draw(safety),
            "analysis": {
                "certainty": certainty,
                "carryover": draw(st.sampled_from(carryovers)),
                "trend": draw(switch),
                "period_effects": draw(switch),
                "autocorrelation": draw(switch),
                "dose": dose,
                "covariates": columns[1:],
                "priors": draw(priors),
            }
            | draw(of_edition),
        }
    )


@pytest.mark.slow
@settings(max_examples=100)
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
    assert set(content["analysis"]["priors"]) == set(SHARED_PRIORS)
    assert content["design"]["start"] == date(2026, 1, 5)
    assert content["schema"] == 2


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


# One other allowed value for every value of the file; those whose other values ask for other fields, too, are named in FIXED.
FIXED = {("schema",), ("analysis", "family"), ("design", "kind"), ("design", "concealed")}
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
    ("arms", 0, "product"): "another",
    ("arms", 0, "placebo"): True,
    ("arms", 1, "name"): "Mg",
    ("arms", 1, "label"): "another",
    ("arms", 1, "form"): "oxide",
    ("arms", 1, "dose_mg"): 201,
    ("arms", 1, "product"): "another",
    ("arms", 1, "placebo"): True,
    ("design", "start"): date(2026, 1, 6),
    ("design", "blocks"): 3,
    ("design", "period_nights"): 4,
    ("design", "run_in_nights"): 0,
    ("design", "washout_nights"): 1,
    ("design", "seed"): 8,
    ("analysis", "certainty"): 0.95,
    ("analysis", "certainty_full"): 0.75,
    ("analysis", "start_up"): False,
    ("analysis", "block_effects"): False,
    ("analysis", "carryover"): "none",
    ("analysis", "trend"): False,
    ("analysis", "period_effects"): False,
    ("analysis", "autocorrelation"): False,
    ("analysis", "dose"): "taken",
    ("analysis", "covariates"): ["sleep_hours"],
    **{("analysis", "priors", name): 1.25 for name in SHARED_PRIORS},
    **{("conduct", name): "another" for name, field in Conduct.model_fields.items() if field.default is not None},
    ("conduct", "purpose"): "research",
    ("conduct", "dose_time"): "22:00",
    ("conduct", "entry_time"): "07:30",
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


UNSTATED = [name for name, field in Conduct.model_fields.items() if field.default is None]


@pytest.mark.parametrize("name", UNSTATED)
def test_what_nobody_said_of_the_conduct_is_in_no_file_and_no_hash(make_protocol, protocol, name):
    said = make_protocol(conduct={name: "another"})
    assert (said.sha256() == protocol.sha256(), name in protocol.to_toml()) == (False, False)
    assert Protocol.parse(said.to_toml()) == said
    assert protocol.conduct.stated()[name] == ""


def test_values_that_only_some_plans_have_change_the_hash_too(planned, make_protocol, protocol):
    """The edition, who knows the order, the lengths of each arm, the safety screen, and another kind of design with the same periods."""
    plans = [
        planned("randomized-blocks", blocks=2, concealed="helper"),
        planned("randomized-blocks", blocks=2, concealed="alone"),
        planned("randomized-blocks", blocks=2),
        planned("alternating", blocks=2),
        planned("balanced", periods=4, max_run=1),
        planned("balanced", periods=4, max_run=3),
        planned("mirrored-pairs", pairs=1),
        planned("listed", orders=[["off", "citrate", "citrate", "off"]]),
        planned("listed", orders=[["citrate", "off", "off", "citrate"]]),
        planned("randomized-blocks", blocks=2, period_nights={"off": 1, "citrate": 2}),
        planned("randomized-blocks", blocks=2, period_nights={"off": 2, "citrate": 1}),
    ]
    answers = [{}, {"answers": {"heart_conduction": False}}, {"answers": {"other_magnesium_mg": 10}}]
    screened = [Protocol.build(protocol.to_dict() | {"safety": answer}) for answer in answers]
    first = [make_protocol(schema=1, analysis={"estimand": estimand}) for estimand in ("full", "as-lived")]
    lived = adopted(protocol)
    paired = Protocol.build(lived.to_dict() | {"design": lived.to_dict()["design"] | {"block_periods": 2}})
    every = (*plans, *screened, *first, lived, paired, protocol)
    assert len({plan.sha256() for plan in every}) == len(every)


def test_the_order_of_the_arms_counts(protocol):
    content = protocol.to_dict()
    content["arms"].reverse()
    assert Protocol.build(content).sha256() != protocol.sha256()


SALTS = {
    "oxide": ({"form": "oxide", "salt_mg": 500}, 301.5),
    "citrate": ({"form": "citrate", "salt_mg": 2000}, 323.2),
}


@pytest.mark.parametrize(("arm", "dose_mg"), SALTS.values(), ids=SALTS)
def test_the_elemental_dose_follows_from_the_weight_of_the_salt(make_protocol, arm, dose_mg):
    """Oxide holds 60.3 % magnesium and trimagnesium dicitrate 16.2 %, by their atomic weights."""
    given = make_protocol(arms=[{"name": "off", "dose_mg": 0}, {"name": "magnesium"} | arm])
    assert given.arm("magnesium").dose_mg == pytest.approx(dose_mg, abs=1)
    assert Protocol.parse(given.to_toml()) == given


@pytest.mark.parametrize(
    ("arm", "words"),
    [
        ({"form": "oxide", "salt_mg": 500, "dose_mg": 500}, ["500 mg of oxide hold", "not dose_mg 500", "give one of the two"]),
        ({"form": "moon dust", "salt_mg": 500}, ["moon dust"]),
        ({"form": "moon dust", "salt_mg": 500, "dose_mg": 100}, ["moon dust"]),
        ({"form": "oxide", "salt_mg": 0}, ["salt_mg", "0"]),
        ({"form": "oxide", "salt_mg": "much"}, ["salt_mg", "'much'"]),
        ({"salt_mg": 500}, ["salt_mg", "form"]),
    ],
    ids=str,
)  # fmt: skip
def test_the_weight_of_a_salt_that_gives_no_dose_is_refused(make_protocol, arm, words):
    with pytest.raises(InputError) as refusal:
        make_protocol(arms=[{"name": "off", "dose_mg": 0}, {"name": "magnesium"} | arm])
    assert [word for word in words if word not in str(refusal.value)] == []


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
    "arm called washout": ({"arms": [{"name": "off"}, {"name": "Washout"}]}, ["'Washout'", "choose another name"]),
    "arm called pause": ({"arms": [{"name": "off"}, {"name": "pause"}]}, ["'pause'", "choose another name"]),
    "arm name with a bracket": ({"arms": [{"name": "off"}, {"name": "[x]"}]}, ["'[x]'", "letters, digits"]),
    "dose below zero": ({"arms": [{"name": "off"}, {"name": "m", "dose_mg": -5}]}, ["dose_mg", "-5", "or equal to 0"]),
    "dose is no number": ({"arms": [{"name": "off"}, {"name": "m", "dose_mg": "x"}]}, ["dose_mg", "'x'", "number"]),
    "dose taken without a dose": ({"arms": ARMS, "analysis": {"dose": "taken"}}, ["taken", "dose_mg above 0"]),
    "unknown design": ({"design": {"kind": "crossover"}}, ["'crossover'", "'randomized-blocks'", "'listed'"]),
    "family not there yet": ({"analysis": {"family": "poisson"}}, ["analysis.family", "'poisson'", "'normal'"]),
    "unknown estimand": (
        {"schema": 1, "analysis": {"estimand": "half"}},
        ["analysis.estimand", "'half'", "'full' or 'as-lived'"],
    ),
    "estimand in the second edition": ({"analysis": {"estimand": "full"}}, ["schema = 2", "leave estimand out"]),
    "start-up in the first edition": ({"schema": 1, "analysis": {"start_up": True}}, ["start_up", "write schema = 2"]),
    "block prior in the first edition": (
        {"schema": 1, "analysis": {"priors": {"block_sd": 1}}},
        ["priors.block_sd", "write schema = 2"],
    ),
    "edition to come": ({"schema": 3}, ["schema", "3", "1 or 2"]),
    "more certainty of the full effect than of anything": (
        {"analysis": {"certainty": 0.8, "certainty_full": 0.9}},
        ["certainty_full (0.9)", "must not be above certainty (0.8)"],
    ),
    "certainty of a coin": ({"analysis": {"certainty": 0.5}}, ["analysis.certainty", "0.5", "greater than 0.5"]),
    "unknown carryover": ({"analysis": {"carryover": "slow"}}, ["analysis.carryover", "slow", "exponential"]),
    "discard no night": ({"analysis": {"carryover": "discard:0"}}, ["analysis.carryover", "discard:0", "1 to 60"]),
    "discard a whole period": ({"analysis": {"carryover": "discard:3"}}, ["discard:3", "3-night period"]),
    "covariate named like a diary column": ({"analysis": {"covariates": ["note"]}}, ["'note'", "choose another"]),
    "covariate named like a new column": ({"analysis": {"covariates": ["taken"]}}, ["'taken'", "choose another"]),
    "outcome named like a new column": ({"outcome": {"name": "confidence"}}, ["'confidence'", "choose another"]),
    "covariate twice": ({"analysis": {"covariates": ["x", "X"]}}, ["severity, x, X", "different names"]),
    "covariate is the outcome": ({"analysis": {"covariates": ["severity"]}}, ["severity, severity", "different names"]),
    "prior of width zero": ({"analysis": {"priors": {"effect_sd": 0}}}, ["priors.effect_sd", "greater than 0"]),
    "unknown prior": ({"analysis": {"priors": {"effect": 1}}}, ["priors.effect", "check the spelling or remove it"]),
    "priors no table": ({"analysis": {"priors": 5}}, ["analysis.priors", "5"]),
    "analysis no table": ({"analysis": 5}, ["analysis", "5"]),
    "empty title": ({"title": "  "}, ["title", "at least 1"]),
    "invisible mark in the title": ({"title": "a\u202eb"}, ["title", "U+202E", "remove it"]),
    "line break in a label": ({"outcome": {"label": "a\nb"}}, ["outcome.label", "U+000A", "remove it"]),
    "no time of day": ({"conduct": {"dose_time": "24:00"}}, ["conduct.dose_time", "'24:00'", "21:30"]),
    "unknown purpose": ({"conduct": {"purpose": "fun"}}, ["conduct.purpose", "'fun'", "'self-care' or 'research'"]),
    "a stop without a doctor": ({"safety": {"answers": {"heart_conduction": True}}}, ["clinician", "safety.agreement"]),
    "no question of the screen": ({"safety": {"answers": {"shoe": 40}}}, ["shoe", "no question", "heart_conduction"]),
    "endless question": ({"question": "x" * 5001}, ["question", "at most 5000"]),
}


@pytest.mark.parametrize(("changes", "words"), REFUSED.values(), ids=REFUSED)
def test_a_bad_value_is_refused_with_value_and_remedy(make_protocol, changes, words):
    with pytest.raises(InputError) as refusal:
        make_protocol(**changes)
    message = str(refusal.value)
    assert "\n" not in message
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize("edition", [1, 2])
def test_nights_taken_over_alone_may_be_without_a_threshold(protocol, edition):
    def without(protocol):
        content = protocol.to_dict() | {"schema": edition}
        del content["outcome"]["threshold"], content["analysis"]
        return Protocol.build(content)

    with pytest.raises(InputError, match="outcome: threshold is missing; add the smallest change worth having"):
        without(protocol)
    if edition == 1:
        with pytest.raises(InputError, match="threshold is missing; schema = 1 needs it"):
            without(adopted(protocol))
    else:
        assert without(adopted(protocol)).outcome.threshold is None


def test_blocks_need_a_design_that_has_them(planned, protocol):
    """Or an adopted trial of which somebody says how long a block is."""
    for without in (planned("balanced", periods=4), planned("listed", orders=[["off", "citrate", "citrate", "off"]])):
        content = without.to_dict()
        assert not content["analysis"]["block_effects"]
        content["analysis"]["block_effects"] = True
        with pytest.raises(InputError, match=r"needs blocks that hold every arm.*leave block_effects out\.$"):
            Protocol.build(content)
    content = adopted(protocol).to_dict()
    content["analysis"]["block_effects"] = True
    with pytest.raises(InputError, match="or say how many periods make a block"):
        Protocol.build(content)
    content["design"]["block_periods"] = 2
    assert Protocol.build(content).block_periods == 2


@pytest.mark.parametrize("part", ["title", "reference", "outcome", "design", "arms", "analysis"])
def test_a_missing_part_is_named(protocol, part):
    content = protocol.to_dict()
    del content[part]
    if part == "analysis":
        assert Protocol.build(content) == protocol  # all of it has defaults
        return
    with pytest.raises(InputError, match=f"{part}: is missing; add it"):
        Protocol.build(content)


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
