"""How a cohort shows itself: what the numbers say, nothing that is not escaped."""

from dataclasses import replace
from html import unescape

import pytest
from cohorts import made_cohort

NASTY = "<script>alert('x')</script>"


def signed(value):
    return f"{value:+.2f}".replace("-", "−")


@pytest.mark.slow
@pytest.mark.parametrize("field", [False, True])
def test_it_says_what_the_numbers_say(field):
    cohort = made_cohort(12, field=field)
    low, high = cohort.mean["interval"]
    for shown in (repr(cohort), unescape(cohort._repr_html_())):
        assert "Cohort of 12 people: magnesium against off" in shown
        assert f"{signed(cohort.mean['mean'])} ({signed(low)} to {signed(high)})" in shown
        assert f"{100 * cohort.share_benefit['mean']:.0f} in 100" in shown
        assert "simulated: no person recorded these nights" in shown
        assert ("oxide: " in shown) == field
    moved = cohort.most_changed(1).iloc[0]
    assert f'<td style="text-align:left;white-space:pre-line">{moved["name"]}</td>' in cohort._repr_html_()


def test_who_is_left_out_is_named_and_only_the_first_few():
    left = tuple((f"person {i}", "Its outcome is another.") for i in range(8))
    shown = repr(replace(made_cohort(12), left_out=left))
    assert "person 4: Its outcome is another." in shown
    assert "and 3 more" in shown
    assert "person 5" not in shown


def test_names_are_text():
    cohort = made_cohort(12)
    people = cohort.people.assign(name=[f"{NASTY}{i}" for i in range(12)], simulated=False)
    shown = replace(cohort, people=people)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "simulated" not in shown
