"""A dose above an upper level is said, with the level and its source."""

import math

import pytest

from nof1 import facts
from nof1.errors import InputError
from nof1.plan.protocol.safety.upper_levels import dose_findings


@pytest.mark.parametrize(
    ("dose", "other", "above"),
    [
        (0, 0, []),
        (250, 0, []),
        (250.01, 0, [250]),
        (251, 0, [250]),
        (350, 0, [250]),
        (350.01, 0, [250, 350]),
        (351, 0, [250, 350]),
        (150, 100, []),
        (151, 100, [250]),
        (250, 1, [250]),
        (250, 100, [250]),
        (250, 101, [250, 350]),
        (0, 351, [250, 350]),
        (249.9, 0.1, []),
        (349.7, 0.3, [250]),
    ],
)
def test_a_dose_above_an_upper_level_is_flagged_with_level_and_source(dose, other, above):
    levels = {row["mg_per_day"]: row for row in facts.load("dose")}
    findings = dose_findings({"on magnesium": dose}, other)
    assert sorted(finding.id for finding in findings) == sorted(levels[level]["id"] for level in above)
    for finding in findings:
        row = facts.fact(finding.id)
        assert finding.level == "ask"
        assert finding.source == row["source"]
        assert finding.text.startswith(f"on magnesium: {dose + other:.10g} mg elemental")
        assert f"is above {row['mg_per_day']} mg" in finding.text
        assert ("from other products" in finding.text) is (other > 0)
        assert "Ask a doctor first" in finding.text


def test_without_other_products_the_dose_alone_counts():
    assert dose_findings({"on magnesium": 250}) == ()
    (finding,) = dose_findings({"on magnesium": 250.5})
    assert finding.text.startswith("on magnesium: 250.5 mg elemental magnesium a day is above 250 mg")


def test_every_arm_is_looked_at_and_named():
    findings = dose_findings({"off": 0, "half": 200, "full": 400}, other_mg=60)
    assert [finding.text.partition(":")[0] for finding in findings] == ["half", "full", "full"]


@pytest.mark.parametrize("mg", [-1, math.nan, math.inf, "200", True, None, 10**400])
def test_what_is_no_dose_is_refused_rather_than_let_through(mg):
    with pytest.raises(InputError, match=r"no amount of magnesium \(on\); .* number of 0 or more"):
        dose_findings({"on": mg})
    with pytest.raises(InputError, match="no amount of magnesium from other products"):
        dose_findings({"on": 100}, mg)
