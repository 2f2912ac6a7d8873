"""What a person says of orders drawn elsewhere: taken apart, put back together, refused, and kept in the protocol."""

import pytest
from elsewhere import NAMES, stated_trial
from hypothesis import given
from hypothesis import strategies as st
from known import nightly, two_arms

from nof1.errors import InputError
from nof1.plan.design.kinds import Adopted
from nof1.plan.design.stated import STATED_KINDS, parse_words, statement
from nof1.plan.protocol.protocol import Protocol

FITTING = {
    "any": (0, 1, 1, 0),
    "any,nights=2": (0, 0, 1, 1),
    "max-run:2": (0, 1, 1, 0),
    "blocks:2": (0, 1, 1, 0),
    "blocks:2,nights=2": (0, 0, 1, 1, 1, 1, 0, 0),
    "pairs:3": (0, 0, 0, 1, 1, 1),
    "mirrored": (0, 1, 1, 0),
    "alternating": (0, 1, 0, 1),
    "phases:ABAB,min=2": (1, 1, 0, 0, 1, 1, 0, 0),
}


def said(drawn):
    own = FITTING[drawn]
    return stated_trial(own, range(len(own)), drawn).protocol


@pytest.mark.parametrize("drawn", FITTING)
def test_a_statement_is_kept_in_the_protocol_and_says_itself_again(drawn):
    protocol = said(drawn)
    assert str(protocol.stated) == drawn
    again = Protocol.parse(protocol.to_toml())
    assert again == protocol
    assert again.sha256() == protocol.sha256()
    assert drawn in repr(protocol)
    assert not protocol.randomized


def test_every_kind_is_tried_here():
    assert {drawn.partition(",")[0].partition(":")[0] for drawn in FITTING} == {*STATED_KINDS} - {"orders"}


def test_adopted_protocols_without_a_statement_keep_their_file_and_their_hash():
    """Hashes without a statement: the field leaves no trace where nobody says how an order was drawn."""
    assert two_arms().protocol.sha256() == "0f3419b0d5e963693093e06aade962914e0e6729c467b58be9f16813dbba9c0f"
    assert nightly().protocol.sha256() == "4755616685be0fce08caf7e1f5978ac6c2fa772ac3cd2fe9e680c167cf8dad3f"
    assert "drawn" not in two_arms().protocol.to_toml()
    assert two_arms().protocol.stated is None


def test_letters_of_phases_stand_for_arms_as_they_came_or_for_their_names():
    words = parse_words(" Phases: abab , min = 3 ")
    assert statement(words, ["on", "off"])["phases"] == ["on", "off", "on", "off"]
    assert statement(words, ["B", "A"])["phases"] == ["A", "B", "A", "B"]
    assert statement(words, ["b", "a"])["phases"] == ["a", "b", "a", "b"]
    with pytest.raises(ValueError, match=r"the letter B, and there are 1 arms: on\."):
        statement(words, ["on"])


def test_a_file_may_have_a_comma_in_its_name():
    words = parse_words("orders:my, orders.csv,nights=7")
    assert (words.said, words.numbers) == ("my, orders.csv", {"nights": 7})
    assert parse_words("orders:C:\\orders.csv").said == "C:\\orders.csv"


REFUSED = {
    "": "it is no set of orders",
    "random": "it is no set of orders. Say any, max-run:2",
    "any:2": "any takes nothing behind a colon",
    "any,min=2": "any takes no min=",
    "max-run": "max-run needs a whole number",
    "max-run:0": "max-run needs a whole number",
    "blocks:two": "blocks needs a whole number from 1, such as blocks:2, not 'two'",
    "pairs:3,nights=2": "pairs takes no nights=",
    "alternating:2": "alternating takes nothing",
    "phases:ABAB": r"phases:ABAB,min=4 \(min=1 if there was none\)",
    "phases:A,min=2": "a letter for each phase",
    "phases:AB1,min=2": "a letter for each phase",
    "phases:AB,min=0": "min must be there once, as a whole number from 1",
    "any,nights=2,nights=3": "nights must be there once",
    "orders:": "needs the name of a file",
}


@pytest.mark.parametrize("drawn", REFUSED)
def test_what_is_no_statement_is_refused_with_what_is_wrong(drawn):
    with pytest.raises(ValueError, match=REFUSED[drawn]):
        parse_words(drawn)


@given(st.text(max_size=30))
def test_whatever_is_written_is_a_statement_or_refused(text):
    try:
        kind = parse_words(text).kind
    except ValueError:
        return
    assert kind in STATED_KINDS


@given(
    st.sampled_from(["any", "mirrored", "alternating", "max-run", "blocks"]), st.integers(2, 999), st.integers(1, 365)
)
def test_a_statement_that_is_read_is_written_as_it_was(kind, number, nights):
    text = kind if kind in ("any", "mirrored", "alternating") else f"{kind}:{number - number % 2}"
    text += f",nights={nights}" if nights > 1 else ""
    content = statement(parse_words(text), ["on", "off"])
    adopted = Adopted.model_validate({"kind": "adopted", "start": "2026-01-01", "nights": 9, "drawn": content})
    assert str(adopted.drawn) == text


NOT_OF_THESE_ARMS = [
    ({"kind": "blocks", "size": 3}, "a block of 3 cannot hold 2 arms equally often"),
    ({"kind": "blocks", "size": 1}, r"design\.drawn\.size: must be greater than or equal to 2"),
    ({"kind": "phases", "phases": ["off", "on"], "least": 1}, "phases name the arm 'on'; the arms are: off, citrate"),
    ({"kind": "phases", "phases": ["off", "off"], "least": 1}, "two phases on 'off' follow each other"),
    ({"kind": "orders", "orders": ["AC"]}, "the letters A, B, one for each arm"),
    ({"kind": "orders", "orders": ["AB", "AB"]}, "an order is listed twice"),
    ({"kind": "orders", "orders": ["AB", "ABA"]}, "the same number of periods"),
    ({"kind": "any", "unknown": [9]}, "there is no night 9; the trial has 2"),
    ({"kind": "any", "max_run": 2}, r"design\.drawn\.max_run: is not known"),
    ({"kind": "some"}, "must be one of|kind"),
]


@pytest.mark.parametrize(("drawn", "message"), NOT_OF_THESE_ARMS)
def test_a_protocol_refuses_a_statement_that_is_not_of_its_arms(drawn, message):
    content = said("any").to_dict()
    content["design"] |= {"nights": 2, "drawn": drawn}
    with pytest.raises(InputError, match=message):
        Protocol.build(content)


def test_a_pair_is_of_two_arms():
    with pytest.raises(InputError, match=r"a pair holds two arms, and there are 3; say blocks:3"):
        stated_trial((0, 1, 2), [1, 2, 3], "pairs:1")
    assert len(NAMES) == 3
