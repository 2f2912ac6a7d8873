"""Limits of nof1's own are called so, grow with the dose, hold no bath, and slips are asked about."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1 import InputError, Protocol, facts
from nof1.plan.protocol.dose import forms
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.safety.guards import AGREEMENT_ABOVE_MG, ASKED_BELOW_MG, MOST_MG, doubt, perhaps_salt
from nof1.plan.protocol.safety.screen import LEVELS, finding_line
from nof1.plan.protocol.safety.upper_levels import by_mouth, dose_findings, dose_lines, route_findings, taken_findings
from nof1.plan.protocol.template import load_template, merge, with_dose

AMOUNTS = st.floats(0, 5000, allow_nan=False)


def ids(dose, other=0.0):
    return {finding.id for finding in dose_findings({"on": dose}, other)}


def weight(findings):
    """How much is said: nothing, ask, agreement, not at all."""
    found = {finding.id for finding in findings}
    if "own-limit-most" in found:
        return 3
    if "own-limit-agreement" in found:
        return 2
    return 1 if found else 0


@pytest.mark.parametrize(
    ("dose", "other", "guard"),
    [
        (500, 0, set()),
        (500.01, 0, {"own-limit-agreement"}),
        (300, 201, {"own-limit-agreement"}),
        (0, 501, {"own-limit-agreement"}),
        (1000, 0, {"own-limit-agreement"}),
        (1000.01, 0, {"own-limit-most"}),
        (900, 101, {"own-limit-most"}),
        (2970, 0, {"own-limit-most"}),
    ],
)
def test_above_a_limit_of_its_own_the_strictest_one_is_said(dose, other, guard):
    assert {id_ for id_ in ids(dose, other) if id_.startswith("own")} == guard


def test_a_limit_of_its_own_is_called_so_and_has_no_place_among_the_facts():
    known = {row["id"] for name in facts.names() for row in facts.load(name)}
    for dose in (600, 1200):
        (own,) = [finding for finding in dose_findings({"on": dose}) if finding.certainty == "own"]
        assert own.level == "stop"
        assert "(a limit of nof1's own, no fact)" in finding_line(own)
        assert own.id not in known


def test_eleven_times_a_level_does_not_get_the_words_of_a_little_above_it():
    little, much = (dose_findings({"on": mg}) for mg in (260, 2970))
    assert "times as much" not in little[0].text
    texts = " ".join(finding.text for finding in much)
    assert "8.5 times as much" in texts  # of 350 mg
    assert "12 times as much" in texts  # of 250 mg


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_more_magnesium_never_leads_to_less(dose, more, other, more_other):
    low, high = sorted((dose, more))
    few, many = sorted((other, more_other))
    assert weight(dose_findings({"on": low}, few)) <= weight(dose_findings({"on": high}, many))
    upper = {row["id"] for row in facts.load("dose")}
    assert ids(low, few) & upper <= ids(high, many) & upper


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_taken_dose_is_told_as_strictly_as_a_planned_one_unless_a_doctor_agreed_to_it(dose, other, agreed):
    planned = dose_findings({"on": dose}, other)
    taken = taken_findings(dose, other, agreed=agreed)
    dropped = {one.id for one in planned} - {one.id for one in taken}
    assert dropped <= {"own-limit-agreement"}
    assert not (dropped and dose > agreed)
    assert [LEVELS.index(one.level) for one in taken] == sorted(LEVELS.index(one.level) for one in taken)


@given(st.sampled_from(["bath", "skin"]), st.sampled_from([form.name for form in forms()]), AMOUNTS)
def test_what_is_not_swallowed_counts_nothing_and_other_products_still_do(route, form, other):
    arm = Arm(name="soak", route=route, form=form, product="two cups")
    assert by_mouth([arm]) == {"soak": 0.0}
    assert dose_findings(by_mouth([arm]), other) == dose_findings({"soak": 0.0}, other)
    assert not doubt(arm)
    with pytest.raises(ValueError, match="has no mg by mouth"):
        Arm(name="soak", route=route, form=form, dose_mg=100)
    with pytest.raises(ValueError, match="has no mg by mouth"):
        Arm(name="soak", route=route, form="sulfate", salt_mg=500)


def test_notes_on_a_route_have_a_source_and_come_only_with_it():
    assert route_findings([Arm(name="on", dose_mg=200)]) == ()
    assert [one.id for one in route_findings([Arm(name="on", route="skin")])] == ["through-skin"]
    for one in route_findings([Arm(name="on", route="bath")]):
        assert one.level == "note"
        assert one.source == facts.fact(one.id)["source"]


def test_two_arms_with_one_title_do_not_hide_behind_each_other():
    arms = [Arm(name="a", label="magnesium", dose_mg=900), Arm(name="b", label="magnesium", dose_mg=100)]
    assert by_mouth(arms) == {"magnesium (a)": 900, "magnesium (b)": 100}
    assert "own-limit-agreement" in {one.id for one in dose_findings(by_mouth(arms))}


def test_many_findings_are_a_line_a_level_and_name_every_arm():
    lines = dose_lines({"first": 600, "second": 700, "third": 100}, 10)
    assert len(lines) == 3
    for line in lines:
        assert "first and second: up to 710 mg" in line
        assert "third" not in line


@pytest.mark.parametrize("mg", [0.1, 0.4, 2, 4, 24.9])
def test_an_amount_that_looks_like_grams_or_tablets_is_asked_about_until_it_is_said_to_be_meant(mg):
    assert "Were grams meant" in doubt(Arm(name="on", dose_mg=mg))
    assert not doubt(Arm(name="on", dose_mg=mg, dose_meant=True))


@given(st.floats(ASKED_BELOW_MG, 5000))
def test_an_ordinary_amount_is_not_asked_about(mg):
    assert not doubt(Arm(name="on", dose_mg=mg))


def test_a_little_salt_is_asked_about_by_what_it_holds():
    assert "100 mg of magnesium citrate hold 16.2 mg" in doubt(Arm(name="on", form="citrate", salt_mg=100))
    assert not doubt(Arm(name="on", form="citrate", salt_mg=200))
    assert not doubt(Arm(name="off", dose_mg=0))


def test_what_may_be_the_weight_of_the_salt_is_worked_out():
    assert "2,000 mg of it hold 324 mg" in perhaps_salt(Arm(name="on", form="citrate", dose_mg=2000))
    assert not perhaps_salt(Arm(name="on", form="citrate", dose_mg=AGREEMENT_ABOVE_MG))
    assert not perhaps_salt(Arm(name="on", form="orotate", dose_mg=2000))
    assert not perhaps_salt(Arm(name="on", form="citrate", salt_mg=20_000))


def content(**arm):
    return with_dose(merge(load_template("magnesium-rls"), {"design": {"start": "2026-01-05", "seed": 1}}), arm)


def test_what_was_not_said_is_in_neither_file_nor_hash():
    protocol = Protocol.build(content(dose_mg=200.0, form="citrate"))
    assert "route" not in protocol.to_toml()
    assert "dose_meant" not in protocol.to_toml()
    said = Protocol.build(content(dose_mg=200.0, form="citrate", route="mouth", dose_meant=False))
    assert said.sha256() == protocol.sha256()
    before = json.dumps(protocol.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(before.encode()).hexdigest() == protocol.sha256()
    assert [set(arm) for arm in protocol.to_dict()["arms"]] == [
        {"name", "label", "form", "dose_mg", "product", "placebo"}
    ] * 2


def test_what_was_said_is_kept_and_changes_the_hash():
    bath = Protocol.build(content(form="sulfate", route="bath", product="two cups"))
    assert Protocol.parse(bath.to_toml()) == bath
    assert bath.arm("magnesium").route == "bath"
    meant = Protocol.build(content(dose_mg=4.0, dose_meant=True))
    assert Protocol.parse(meant.to_toml()).arm("magnesium").dose_meant
    assert meant.sha256() != Protocol.build(content(dose_mg=4.0)).sha256()


@given(AMOUNTS)
def test_a_protocol_of_any_dose_loads(mg):
    protocol = Protocol.build(content(dose_mg=mg or 1.0))
    assert Protocol.parse(protocol.to_toml()) == protocol
    assert MOST_MG == 1000


def test_an_unknown_route_is_refused():
    with pytest.raises(InputError, match="route"):
        Protocol.build(content(dose_mg=200.0, route="nose"))
