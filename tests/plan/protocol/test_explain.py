"""What is wrong is told in one message, with its place, in words that need no knowledge of a programming language."""

import copy
import re

import pytest

from nof1.errors import InputError
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.seal import load_sealed_order
from nof1.plan.protocol.explain import parse_toml
from nof1.plan.protocol.protocol import Protocol

# Words of the library that checks, and of the language it is written in; none of them helps a person.
JARGON = re.compile(
    r"validator|validation|function-|pydantic|discriminator|\btags?\b|\btuple|\bdict\b|dictionar|\binstance\b|\bstring\b"
    r"|\bboolean\b|\binteger\b|\bitems?\b|extract fields|\bunion\b|datetime|raw data|\bNone\b|Traceback",
    re.IGNORECASE,
)


def leaves(value, path=()):
    """Every place of the protocol, tables among them."""
    yield path
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from leaves(inner, (*path, key))


def changed(content, path, value):
    content = copy.deepcopy(content)
    here = content
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    return content


WRONG = {"a number": 5, "a text": "x", "no text": "", "a list": [3], "an empty list": [], "a table": {"x": 1}, "an empty table": {}, "true": True}  # fmt: skip


def told(message):
    """The message without what was quoted from the person."""
    return re.sub(r"\(it is .*?\)(?=[;.])|'[^']*'|\"[^\"]*\"", "", message)


@pytest.mark.parametrize("value", WRONG.values(), ids=WRONG)
def test_a_value_of_the_wrong_kind_is_told_without_jargon(make_protocol, value):
    """Put into every place of the protocol, one after the other."""
    content = make_protocol(analysis={"covariates": ["sleep_hours"]}).to_dict()
    bad = []
    for path in leaves(content):
        if not path:
            continue
        try:
            Protocol.build(changed(content, path, value), where="my.toml")
        except InputError as refusal:
            if JARGON.search(told(str(refusal))) or "\n" in str(refusal):
                bad.append(str(refusal))
    assert bad == []


DESIGNS = {
    "no kind": {"start": "2026-01-05"},
    "unknown kind": {"kind": "crossover"},
    "kind is a number": {"kind": 5},
    "no date": {"kind": "randomized-blocks", "start": "soon"},
    "a time": {"kind": "randomized-blocks", "start": "21:30"},
    "orders in words": {"kind": "listed", "orders": "ABBA"},
    "an order in words": {"kind": "listed", "orders": ["ABBA"]},
    "orders of numbers": {"kind": "listed", "orders": [[1, 2, 1]]},
    "no orders": {"kind": "listed", "orders": []},
    "lengths in words": {"kind": "randomized-blocks", "period_nights": {"off": "x", "magnesium": 3}},
    "lengths of numbers": {"kind": "randomized-blocks", "period_nights": {"1": 3, "2": 3}},
    "a seed in words": {"kind": "randomized-blocks", "seed": "luck"},
    "open without a seed": {"kind": "balanced", "periods": 6, "seed": None},
    "sealed with a seed": {"kind": "balanced", "periods": 6, "concealed": "helper"},
}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_a_wrong_design_is_told_once_and_without_jargon(protocol, design):
    base = {"start": "2026-01-05", "period_nights": 3, "seed": 7} | (
        {"blocks": 2} if design.get("kind") == "randomized-blocks" else {}
    )
    with pytest.raises(InputError) as refusal:
        Protocol.build(protocol.to_dict() | {"design": base | design}, where="my.toml")
    message = str(refusal.value)
    assert message.startswith("my.toml has a mistake: design")
    assert message.count("design") == 1
    assert not JARGON.search(told(message))


def test_texts_that_are_too_long_or_empty_are_told_in_letters(make_protocol):
    for changes in ({"title": " "}, {"title": "x" * 5001}, {"arms": [{"name": "off"}]}, {"arms": [{"name": f"a{i}"} for i in range(13)]}):  # fmt: skip
        with pytest.raises(InputError) as refusal:
            make_protocol(**changes)
        assert not JARGON.search(told(str(refusal.value)))


AMENDMENTS = {
    "no reason": {"reason": ""},
    "endless reason": {"reason": "x" * 501},
    "reason is a number": {"reason": 5},
    "no moment": {"entered": "soon"},
    "unknown kind": {"kind": "holiday"},
    "pause in words": {"kind": "pause", "start": "soon", "nights": "x"},
}


@pytest.mark.parametrize("values", AMENDMENTS.values(), ids=AMENDMENTS)
def test_a_wrong_amendment_is_told_without_jargon(values):
    with pytest.raises(InputError) as refusal:
        Amendment.make(**({"entered": "2026-01-12T09:30:00Z", "kind": "note", "reason": "flu"} | values))
    assert not JARGON.search(told(str(refusal.value)))


def test_a_wrong_sealed_order_is_told_without_jargon(tmp_path):
    for content in ('{"arms": 5, "salt": "x", "seed": "luck"}', '{"arms": [5], "schema": 2, "protocol_sha256": 1}'):
        (tmp_path / "sealed-order.json").write_text(content)
        with pytest.raises(InputError) as refusal:
            load_sealed_order(tmp_path)
        assert not JARGON.search(told(str(refusal.value)))


def test_several_mistakes_are_told_at_once(protocol):
    content = protocol.to_dict() | {"reference": "nobody", "outcome": {"name": "x"}, "colour": 1}
    with pytest.raises(InputError) as refusal:
        Protocol.build(content, where="my.toml")
    assert str(refusal.value).startswith("my.toml has a mistake: ")
    assert {"outcome.low", "outcome.high", "outcome.better", "colour"} <= {
        finding.split(": ")[0] for finding in str(refusal.value).removeprefix("my.toml has a mistake: ").split("; ")
    }


def test_endless_mistakes_are_counted(make_protocol):
    with pytest.raises(InputError, match=r"; and \d+ more\.$") as refusal:
        make_protocol(**{f"colour{i}": i for i in range(50)})
    assert len(str(refusal.value)) < 600


def test_a_place_inside_a_list_is_told(make_protocol):
    with pytest.raises(InputError, match=r"arms\.1\.dose_mg: .*-5"):
        make_protocol(arms=[{"name": "off"}, {"name": "magnesium", "dose_mg": -5}])
    with pytest.raises(InputError, match=r"design\.period_nights: 'x'"):
        make_protocol(design={"period_nights": "x"})


@pytest.mark.parametrize("text", ["title = ", "title = 'a'\ntitle = 'b'", "=", "[a", "a = 1 2"], ids=repr)
def test_damaged_toml_is_refused_with_its_place(text):
    for read in (Protocol.parse, parse_toml):
        with pytest.raises(
            InputError, match=r"my\.toml is not valid TOML: .*(line \d|end of document).*restore the file"
        ):
            read(text, where="my.toml")


def test_toml_of_endless_depth_is_refused():
    with pytest.raises(InputError, match=r"my\.toml is not valid TOML"):
        parse_toml("a = " + "[" * 100_000, where="my.toml")
