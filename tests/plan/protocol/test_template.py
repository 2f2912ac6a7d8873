"""The templates: each one completes to a protocol, and answers go on top of it."""

import copy
from datetime import date

import pytest

from nof1.errors import InputError
from nof1.plan.protocol.conduct import WHY_ANYTHING
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import (
    DEFAULT_TEMPLATE,
    answered,
    load_template,
    merge,
    template_names,
    with_dose,
    with_treatment,
)

ASKED = {"design": {"start": date(2026, 1, 5), "seed": 1}}


def test_the_default_is_one_of_them():
    assert DEFAULT_TEMPLATE in template_names()


@pytest.mark.parametrize("name", template_names())
def test_a_template_needs_only_a_start_and_a_seed_to_be_a_protocol(name):
    protocol = Protocol.build(merge(load_template(name), ASKED))
    assert protocol.randomized
    with pytest.raises(InputError, match=r"design\.start: is missing"):
        Protocol.build(load_template(name))


@pytest.mark.parametrize("name", template_names())
def test_a_template_suggests_no_dose(name):
    protocol = Protocol.build(merge(load_template(name), ASKED))
    assert [arm.dose_mg for arm in protocol.active_arms] == [None] * len(protocol.active_arms)


def test_magnesium_rls_is_twelve_weeks_off_and_on():
    protocol = Protocol.build(merge(load_template("magnesium-rls"), ASKED))
    assert protocol.nights == 84
    assert [arm.name for arm in protocol.arms] == ["off", "magnesium"]
    assert (protocol.outcome.low, protocol.outcome.high, protocol.outcome.better) == (0, 10, "lower")


@pytest.mark.parametrize("name", ["zinc", "", "../templates/magnesium-rls", "magnesium-rls.toml"])
def test_an_unknown_template_is_refused_with_those_there_are(name):
    with pytest.raises(InputError, match=f"no template {name!r}. Choose one of: .*magnesium-rls"):
        load_template(name)


@pytest.mark.parametrize(
    ("base", "changes", "merged"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": 2, "b": 3}, {"a": 2, "b": 3}),
        ({"t": {"a": 1, "b": 2}}, {"t": {"b": 3}}, {"t": {"a": 1, "b": 3}}),
        ({"t": {"u": {"a": 1, "b": 2}}}, {"t": {"u": {"a": 0}}}, {"t": {"u": {"a": 0, "b": 2}}}),
        ({"l": [1, 2, 3]}, {"l": [4]}, {"l": [4]}),
        ({"t": {"a": 1}}, {"t": 5}, {"t": 5}),
        ({"t": 5}, {"t": {"a": 1}}, {"t": {"a": 1}}),
    ],
    ids=["nothing", "values", "a table", "a table in a table", "a list", "a table by a value", "a value by a table"],
)
def test_merge_puts_changes_on_top(base, changes, merged):
    before = copy.deepcopy((base, changes))
    assert merge(base, changes) == merged
    assert (base, changes) == before


def test_a_loaded_template_can_be_changed_without_harm():
    load_template(DEFAULT_TEMPLATE)["outcome"]["low"] = 99
    assert load_template(DEFAULT_TEMPLATE)["outcome"]["low"] == 0


def test_another_outcome_needs_a_title_of_its_own():
    outcome = {"name": "migraine", "low": 0, "high": 10, "better": "lower", "threshold": 1}
    content = answered(load_template(DEFAULT_TEMPLATE), {"outcome": outcome} | ASKED)
    with pytest.raises(InputError, match="title: is missing"):
        Protocol.build(content)


def test_other_arms_need_a_title_of_their_own():
    arms = [{"name": "off", "dose_mg": 0}, {"name": "walk", "route": "other"}]
    content = answered(load_template(DEFAULT_TEMPLATE), {"arms": arms} | ASKED)
    with pytest.raises(InputError, match="title: is missing"):
        Protocol.build(content)


@pytest.mark.parametrize("name", [name for name in template_names() if name != DEFAULT_TEMPLATE])
def test_the_other_templates_leave_open_what_is_tried(name):
    content = with_treatment(answered(load_template(name), ASKED), "a walk")
    protocol = Protocol.build(content)
    assert (protocol.of_magnesium, protocol.of_legs) == (False, False)
    assert protocol.arm("on").title == "a walk"
    assert protocol.conduct.why == WHY_ANYTHING
    assert Protocol.parse(protocol.to_toml()) == protocol


def test_what_is_weighed_is_swallowed():
    content = with_dose(with_treatment(load_template("pain"), "melatonin"), {"dose_mg": 2})
    protocol = Protocol.build(merge(content, ASKED))
    assert (protocol.arm("on").route, protocol.arm("on").dose_mg) == ("mouth", 2.0)


def test_a_treatment_of_the_default_template_is_refused():
    with pytest.raises(InputError, match="sleep-quality"):
        with_treatment(load_template(DEFAULT_TEMPLATE), "a walk")
