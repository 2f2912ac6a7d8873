"""What a stranger tries first, and what must never be settled: too few nights, one switch, equal ratings, a vast threshold, half a
sealed trial. On the page in both languages, in the terminal, in the notebook's table and in results.json.
"""

import json
import re
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pypdf
import pytest

from nof1 import Trial, fit, report
from nof1.analyze.model.effects import SETTLED
from nof1.cli.terminal.output import tell
from nof1.errors import RefusalError
from nof1.language import speaking
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry

CLAIMS = {
    "en": ("magnesium helped", "made it worse.", "made no difference that matters"),
    "de": ("geholfen", "verschlechtert.", "keinen Unterschied gemacht"),
}


def planned(*, blocks, nights, threshold, concealed="open", **analysis):
    """A planned trial of two arms."""
    design = {"kind": "randomized-blocks", "start": date(2026, 1, 5), "blocks": blocks, "period_nights": nights}
    return Protocol.build(
        {
            "title": "A stranger's trial",
            "reference": "off",
            "outcome": {"name": "severity", "low": 0, "high": 10, "better": "lower", "threshold": threshold},
            "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "dose_mg": 200}],
            "design": design | ({"seed": 3} if concealed == "open" else {"concealed": concealed}),
            "analysis": {"carryover": "none"} | analysis,
        }
    )


def rated(protocol, ratings, order=None):
    """Its first nights with these ratings."""
    order = order or draw_order(protocol, seed=3)
    entries = [Entry(protocol.start + timedelta(days=i), outcome=float(rating)) for i, rating in enumerate(ratings)]
    return Trial(protocol, order, tuple(entries))


def four_nights():
    return rated(planned(blocks=2, nights=1, threshold=2), [5, 5.5, 5, 5.5])


def four_nights_far_apart():
    protocol = planned(blocks=2, nights=1, threshold=2)
    order = draw_order(protocol, seed=3)
    return rated(protocol, [2.0 + i / 10 if arm == "magnesium" else 9.0 for i, arm in enumerate(order.arms())], order)


def one_switch():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"day": np.arange(1, 43), "arm": np.repeat(["off", "magnesium"], 21)})
    frame["severity"] = np.where(frame["arm"] == "off", 7.0, 2.0) + rng.normal(0, 0.5, 42)
    return Trial.from_frame(
        frame, outcome="severity", arm="arm", day="day", reference="off", low=0, high=10, better="lower", threshold=1.0
    )


def vast_threshold():
    rng = np.random.default_rng(6)
    return rated(planned(blocks=6, nights=3, threshold=7), 5 + rng.normal(0, 0.3, 36))


def threshold_above_half_the_scale():
    rng = np.random.default_rng(6)
    return rated(planned(blocks=7, nights=3, threshold=5.5), 5 + rng.normal(0, 0.3, 42))


def one_switch_in_four_periods():
    """A A B B as a listed order: two periods each, and still one switch."""
    design = {"kind": "listed", "start": date(2026, 1, 5), "period_nights": 7, "seed": 1}
    content = planned(blocks=2, nights=7, threshold=1).to_dict()
    content["design"] = design | {"orders": [["off", "off", "magnesium", "magnesium"]]}
    content["analysis"] = {"carryover": "none"}
    rng = np.random.default_rng(8)
    return rated(Protocol.build(content), np.repeat([7.0, 2.0], 14) + rng.normal(0, 0.5, 28))


def half_of_a_sealed_trial():
    protocol = planned(blocks=2, nights=4, threshold=1, concealed="helper")
    rng = np.random.default_rng(7)
    order = draw_order(protocol, seed=3)
    on = np.repeat([arm == "magnesium" for arm in order.arms()], 4)
    return rated(protocol, 6 - 4 * on[:8] + rng.normal(0, 0.2, 8), order)


STRANGERS = [
    four_nights,
    four_nights_far_apart,
    one_switch,
    one_switch_in_four_periods,
    threshold_above_half_the_scale,
    vast_threshold,
    half_of_a_sealed_trial,
]


@pytest.fixture(scope="module", params=STRANGERS, ids=lambda make: make.__name__)
def answer(request):
    return fit(request.param(), engine="marginal")


def test_nothing_is_settled_for_any_pair_or_engine(answer):
    content = json.loads(json.dumps(answer.record.to_dict(), allow_nan=False))
    assert {entry["verdict"] for entry in content["effects"]}.isdisjoint(SETTLED)
    assert set(answer.effects["verdict"]).isdisjoint(SETTLED)


def test_no_other_choice_settles_it_either(answer):
    """But for a prior twice as wide, by which even the vast threshold is a question that nights can answer."""
    others = [row for row in answer.record.sensitivity if row.choice != "prior twice as wide"]
    assert {row.verdict for row in others}.isdisjoint(SETTLED)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_claims_it(answer, tmp_path, language):
    report.summary(answer, tmp_path / "page.pdf", language=language)
    first = re.sub(r"\s+", " ", pypdf.PdfReader(tmp_path / "page.pdf").pages[0].extract_text())
    headline = first.split("How big:" if language == "en" else "Wie groß:")[0]
    assert len(headline) < len(first)
    assert not [claim for claim in CLAIMS[language] if claim in headline]


def test_neither_terminal_nor_notebook_claims_it(answer, capsys):
    for language in ("en", "de"):
        with speaking(language):
            tell(answer)
        said = capsys.readouterr().out.splitlines()[0]
        assert not [claim for claim in CLAIMS[language] if claim in said]
    for shown in (repr(answer), answer._repr_html_()):
        assert not [verdict for verdict in SETTLED if f"{verdict};" in shown or f">{verdict}<" in shown]


def test_one_switch_says_that_arm_and_time_cannot_be_told_apart(capsys):
    answer = fit(one_switch(), engine="marginal")
    assert answer.lead[0].verdict == "leans better"
    tell(answer)
    assert "cannot be told apart" in " ".join(capsys.readouterr().out.split())


def test_equal_ratings_are_refused():
    with pytest.raises(RefusalError, match="5"):
        fit(rated(planned(blocks=4, nights=3, threshold=1), [5] * 24), engine="marginal")


def test_these_would_have_been_settled_by_the_first_edition():
    """Else the tests above could not fail."""
    protocol = four_nights().protocol
    content = protocol.to_dict() | {"schema": 1}
    content["analysis"] = {"carryover": "none"}
    first = Trial(Protocol.build(content), four_nights().order, four_nights().entries)
    assert fit(first, engine="marginal").lead[0].verdict == "no difference that matters"
