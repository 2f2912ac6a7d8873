"""Fifteen people, each with what a professional expects: the right level, the right row, no false alarm."""

import pytest
from people import HEALTHY, PEOPLE

from nof1.plan.orders.concerns import findings
from nof1.plan.orders.dose_times import collisions, proposed_times
from nof1.plan.protocol.safety.screen import LEVELS, Safety, missing, screen

ids = [person.name for person in PEOPLE]


def test_there_are_fifteen():
    assert len({person.name for person in PEOPLE}) == 15
    assert screen(Safety(answers=HEALTHY)) == ()


@pytest.mark.parametrize("person", PEOPLE, ids=ids)
def test_the_highest_level_is_what_a_professional_expects(person):
    found = screen(person.safety)
    highest = found[0].level if found else "note"
    assert (highest if highest != "note" else "nothing") == person.expect
    assert set(person.facts) <= {finding.id for finding in found if finding.level == highest}


@pytest.mark.parametrize("person", PEOPLE, ids=ids)
def test_nothing_is_alarming_but_what_is_expected(person):
    """No row speaks of what the person has not got."""
    about = set(person.facts) | {
        "other_medicines",
        "losing_medicines",
        "sparing_diuretics",
        "dopamine",
        "heart_failure",
        "digoxin",
    }
    told = {finding.id for finding in screen(person.safety) if finding.level != "note"}
    assert told <= about


@pytest.mark.parametrize("person", PEOPLE, ids=ids)
def test_the_screen_of_each_is_whole(person):
    assert missing(person.safety) == ()


@pytest.mark.parametrize("person", PEOPLE, ids=ids)
def test_a_dose_at_half_past_nine_collides_with_theirs_or_not(person, make_protocol):
    agreed = {"clinician": "Dr A", "date": "2026-11-30"} if person.expect == "stop" else None
    safety = person.safety.model_dump(mode="json") | {"agreement": agreed}
    protocol = make_protocol(safety={name: value for name, value in safety.items() if value is not None})
    assert [one.time for one in collisions(protocol)] == (["21:30"] if person.collides else [])
    if person.collides:
        assert proposed_times(protocol)[:3] == ("19:30", "23:30", "19:00")
    else:
        assert proposed_times(protocol)[0] == "21:30"
    levels = [finding.level for finding in findings(protocol)]
    assert levels == sorted(levels, key=LEVELS.index)
