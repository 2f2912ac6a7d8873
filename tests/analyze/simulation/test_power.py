import json
import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from families import same_nights
from known import two_arms

from nof1 import InputError, RefusalError, Trial, fit
from nof1.analyze.model.data import build_model_data
from nof1.analyze.simulation.alternatives import THIS
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.power import advise, power, right_and_wrong, standard_error
from nof1.analyze.simulation.replicate import VERDICTS, Batch, replicate
from nof1.analyze.simulation.simulate import Calendar, Truth, simulate, simulate_nights, simulated_terms
from nof1.plan.orders.draw import draw_order

NAMES = ("helps", "leans_better", "no_difference", "no_quick", "cant_tell", "leans_worse", "worsens")
NEITHER = ("no difference that matters", "no quick difference")
MONTH = {"blocks": 2, "period_nights": 7, "run_in_nights": 0}
SILENT = {"level": 5.0, "trend": 0.0, "sigma": 1.0, "phi": 0.3, "omega": 0.2, "half_life": 1.0}
SILENT |= {"start_up": 0.0, "block_sd": 0.0}


@pytest.fixture(scope="module")
def month(make_protocol):
    """28 nights in periods of a week."""
    return make_protocol(design=MONTH)


@pytest.fixture(scope="module")
def found(month):
    return power(month, trials=100, workers=1)


# --- what the tables say


def test_chances_sum_to_one_and_answers_are_sorted(found):
    table = found.table
    np.testing.assert_allclose(table[[*NAMES, "no_answer"]].sum(axis=1), 1)
    np.testing.assert_allclose(table[["helps", "worsens", "no_difference", "no_quick"]].sum(axis=1), table["settled"])
    better, none = (table[table["truth"] == truth].iloc[0] for truth in ("better by 2m", "no effect"))
    assert better["effect"] == -2  # a lower rating is better
    assert better["right"] == pytest.approx(better["helps"] + better["leans_better"])
    assert better["wrong"] == pytest.approx(better["worsens"] + better["leans_worse"])
    assert none["right"] == pytest.approx(none["no_difference"] + none["no_quick"] + none["cant_tell"])
    assert none["wrong"] == pytest.approx(1 - none["right"] - none["no_answer"])


def test_the_tables_agree_with_the_simulated_trials(found):
    mine = found.simulated[(found.simulated["change"] == THIS) & (found.simulated["effect"] == 2)]
    row = found.table[(found.table["change"] == THIS) & (found.table["effect"] == 2)].iloc[0]
    assert len(mine) == row["trials"] == 20
    assert row["right"] == mine["verdict"].isin(["worsens", "leans worse"]).mean()
    width = (mine["upper"] - mine["lower"]).dropna()
    assert row["width"] == pytest.approx(width.mean())
    assert row["width_mcse"] == pytest.approx(width.std() / math.sqrt(len(width)))


def test_monte_carlo_error_of_a_chance():
    assert standard_error(800, 1000) == pytest.approx(math.sqrt(0.8 * 0.2 / 1000), rel=0.01)
    assert standard_error(0, 200) > 0.004  # none of 200 is not known exactly
    rng = np.random.default_rng(0)
    hits = rng.binomial(200, 0.3, 4000)
    assert np.mean([standard_error(hit, 200) for hit in hits]) == pytest.approx((hits / 200).std(), rel=0.03)


def test_better_and_worse_are_averaged_for_the_goal(found):
    both = found.table[(found.table["change"] == THIS) & (found.table["effect"].abs() == 2)]
    first = found.designs.iloc[0]
    assert first["change"] == THIS
    assert first["right"] == pytest.approx(both["right"].mean())
    assert first["right_mcse"] == pytest.approx(np.sqrt((both["right_mcse"] ** 2).sum()) / 2)
    assert first["reaches"] == (first["right"] >= 0.8)


@pytest.mark.parametrize(
    ("gain", "right", "wrong"),
    [
        (2, {"helps", "leans better"}, {"worsens", "leans worse"}),
        (-1, {"worsens", "leans worse"}, {"helps", "leans better"}),
        (0.5, {"helps", "leans better", *NEITHER}, {"worsens", "leans worse"}),
        (0, {*NEITHER, "can't tell yet"}, {"helps", "leans better", "worsens", "leans worse"}),
    ],
)
def test_which_verdicts_are_right(gain, right, wrong):
    assert tuple(map(set, right_and_wrong(gain))) == (right, wrong)


def test_the_sign_is_the_outcome_s_own(make_protocol):
    protocol = make_protocol(design=MONTH, outcome={"better": "higher"})
    table = power(protocol, trials=20, effects=(0,), neighbours=False, workers=1).table
    assert list(table["effect"]) == [-2, 0, 2]  # the goal's effects are always there
    assert list(table["truth"]) == ["worse by 2m", "no effect", "better by 2m"]
    assert (
        table["helps"].iloc[2] + table["leans_better"].iloc[2] > table["helps"].iloc[0] + table["leans_better"].iloc[0]
    )


def test_everything_can_be_written_as_json(found):
    content = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert content["advice"] == found.advice
    assert len(content["table"]) == len(found.table)
    assert content["settings"]["trials"] == 100


def test_notebooks_get_the_advice_with_its_text_escaped(make_protocol):
    protocol = make_protocol(design=MONTH, outcome={"label": "<b>legs</b>"})
    page = power(protocol, trials=20, neighbours=False, workers=1)._repr_html_()
    assert "&lt;b&gt;legs" in page
    assert "<b>legs" not in page
    assert page.count("<table") == 3


# --- simulated trials


@pytest.mark.slow
def test_workers_do_not_change_the_result(month):
    one, two = (power(month, trials=100, neighbours=False, workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)
    pd.testing.assert_frame_equal(one.simulated, two.simulated, check_exact=True)
    other = power(month, trials=100, neighbours=False, workers=1, seed=2)
    assert not other.table.equals(one.table)


def test_progress_is_told_up_to_the_whole(month):
    told = []
    power(month, trials=40, neighbours=False, workers=1, progress=lambda *step: told.append(step))
    assert told[-1] == ("simulating", 40, 40)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


@pytest.mark.slow
def test_more_nights_make_narrower_intervals(make_protocol):
    few, many = (
        power(make_protocol(design=MONTH | {"blocks": blocks}), trials=60, neighbours=False, workers=1).designs.iloc[0]
        for blocks in (2, 8)
    )
    assert many["width"] < few["width"] - 2 * few["width_mcse"]


@pytest.mark.slow
def test_trials_without_an_answer_are_counted(month):
    nothing_moves = Nuisance(month, fixed=SILENT | {"sigma": 1e-3, "omega": 1e-3})
    table = power(month, trials=60, nuisance=nothing_moves, neighbours=False, workers=1).table
    none = table[table["effect"] == 0].iloc[0]
    assert none["no_answer"] == 1
    assert none["right"] == none["wrong"] == 0
    assert math.isnan(none["width"])


@pytest.mark.slow
def test_nights_that_switch_arms_daily_nearly_always_get_an_answer(make_protocol):
    """Noise and period spread are hard to tell apart there; the mode's curvature alone leaves one in five unanswered."""
    protocol = make_protocol(design={"blocks": 42, "period_nights": 1, "run_in_nights": 0})
    rows = Batch(protocol, Nuisance(protocol), 2.0, range(40), 1, 0.05, 0.05).results()
    assert np.isnan(rows[:, 1]).mean() <= 0.1


def test_simulated_nights_are_those_of_simulate(make_protocol):
    """The arrays that power uses, and the trial with a diary that everything else uses, hold the same numbers."""
    for analysis in ({}, {"dose": "taken"}, {"carryover": "discard:2"}):
        protocol = make_protocol(design=MONTH | {"run_in_nights": 5}, analysis=analysis)
        order, truth = draw_order(protocol), Truth(level=4, missing=0.15, skipped=0.2)
        trial = simulate(protocol, order, truth, seed=9)
        calendar = Calendar.from_order(protocol, order)
        quick = simulated_terms(
            protocol, calendar, simulate_nights(protocol, calendar, truth, np.random.default_rng(9))
        )
        slow = build_model_data(trial)
        assert same_nights(quick, slow)
        np.testing.assert_array_equal(quick.y, slow.y)


@pytest.mark.slow
def test_known_answer_against_a_plain_loop(month):
    """The same chances from `simulate` and `fit`, one trial at a time, with seeds of their own."""
    trials = 40
    nuisance = Nuisance(month, fixed=SILENT)
    batch = Batch(month, nuisance, -2.0, range(trials), 1, 0.05, 0.05)
    rows = replicate([batch], workers=1)[0]
    truth = Truth(**{name: SILENT[name] for name in SILENT}, effects={"magnesium": -2.0}, missing=0.05, skipped=0.05)
    widths, right = [], 0
    for i in range(trials):
        trial = simulate(month, draw_order(month, seed=5000 + i), truth, seed=9000 + i)
        effect = fit(trial, engine="marginal").effects.iloc[0]
        widths.append(effect["upper"] - effect["lower"])
        right += effect["verdict"] in ("helps", "leans better")
    mine = np.isin(rows[:, 0], [VERDICTS.index(verdict) for verdict in ("helps", "leans better")]).mean()
    assert mine == pytest.approx(right / trials, abs=3 * math.sqrt(2) * standard_error(right, trials))
    error = math.sqrt(2) * np.std(widths) / math.sqrt(trials)
    assert (rows[:, 3] - rows[:, 2]).mean() == pytest.approx(np.mean(widths), abs=3 * error)


def test_each_trial_gets_the_answer_that_fit_gives(month):
    batch = Batch(month, Nuisance(month, fixed=SILENT | {"sigma": 2.0}), 1.0, range(8), 3, 0.1, 0.1)
    for trial, (_, mean, lower, upper) in zip(batch.trials, batch.results(), strict=True):
        truth, order, seed = batch.truth(trial)
        effect = fit(simulate(month, order, truth, seed=seed), engine="marginal").effects.iloc[0]
        sd = (effect["upper"] - effect["lower"]) / 4
        np.testing.assert_allclose(
            [mean, lower, upper], effect[["mean", "lower", "upper"]].astype(float), atol=0.1 * sd
        )


def test_neighbours_meet_the_same_persons_and_orders_are_drawn_anew(month, make_protocol):
    longer = make_protocol(design=MONTH | {"blocks": 6})
    people = Nuisance(month)
    here, there = (Batch(protocol, people, -2.0, range(20), 1, 0, 0) for protocol in (month, longer))
    for trial in here.trials:
        assert here.truth(trial)[0] == there.truth(trial)[0]
    assert len({here.truth(trial)[1] for trial in here.trials}) == 4  # all orders of two blocks of two


def test_every_active_arm_has_the_effect_and_the_first_is_reported(make_protocol):
    arms = [{"name": "off", "dose_mg": 0}, {"name": "citrate"}, {"name": "oxide"}]
    protocol = make_protocol(arms=arms, design=MONTH)
    truth, _, _ = Batch(protocol, Nuisance(protocol), -2.0, range(1), 1, 0, 0).truth(0)
    assert truth.effects == {"citrate": -2.0, "oxide": -2.0}
    found = power(protocol, trials=20, neighbours=False, workers=1)
    assert found.settings["arm"] == "citrate"
    assert any("citrate against off" in note or "citrate against" in note for note in found.notes)


@pytest.mark.slow
@pytest.mark.parametrize(
    "design",
    [
        {"kind": "balanced", "periods": 6, "max_run": 2},
        {"kind": "mirrored-pairs", "pairs": 2},
        {"kind": "alternating", "blocks": 3},
        {"kind": "listed", "orders": [["off", "magnesium"] * 2, ["magnesium", "off"] * 2]},
        {"kind": "randomized-blocks", "blocks": 2, "period_nights": {"off": 4, "magnesium": 8}, "washout_nights": 2},
        {"kind": "randomized-blocks", "blocks": 3, "concealed": "helper"},
    ],
    ids=lambda design: design.get("concealed", design["kind"]),
)
def test_every_kind_of_design_can_be_tried(make_protocol, design):
    common = {"start": date(2026, 1, 5), "period_nights": 6, "run_in_nights": 0, "seed": 7}
    content = make_protocol().to_dict()
    content["design"] = common | design
    del content["analysis"]["block_effects"]  # other kinds have no blocks
    if "concealed" in design:
        del content["design"]["seed"]
    protocol = type(make_protocol()).build(content)
    result = power(protocol, trials=20, workers=1)
    np.testing.assert_allclose(result.table[[*NAMES, "no_answer"]].sum(axis=1), 1)
    assert len(result.designs) >= 3
    assert result.designs["nights"].iloc[0] == protocol.nights
    assert result.designs["design"].is_unique


# --- advice


def table_of(*rows):
    names = ("change", "design", "nights", "right", "right_mcse")
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    return frame.assign(reaches=frame["right"] >= 0.8)


def test_advice_names_the_shortest_design_that_reaches_the_goal(month):
    table = table_of(
        (THIS, "12 periods of 7 nights", 84, 0.70, 0.02),
        ("more blocks", "16 periods of 7 nights", 112, 0.82, 0.03),
        ("longer periods", "12 periods of 10 nights", 120, 0.95, 0.03),
    )
    advice = advise(table, month, 0.8)
    assert "The shortest of the 3 designs tried" in advice
    assert "is 16 periods of 7 nights, 112 nights in all, with about 82 in 100 (Monte Carlo error 3)" in advice
    assert "true change of 2 points in RLS severity" in advice
    assert "no advice for or against magnesium" in advice


def test_advice_says_when_no_design_reaches_the_goal(month):
    table = table_of(
        (THIS, "12 periods of 7 nights", 84, 0.70, 0.02), ("fewer blocks", "8 periods of 7 nights", 56, 0.50, 0.03)
    )
    advice = advise(table, month, 0.8)
    assert advice.startswith("None of the 2 designs tried reaches your goal")
    assert "the closest is 12 periods of 7 nights (this design), 84 nights in all, with about 70 in 100" in advice


# --- refusals


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("trials", 5, "trials is 5"),
        ("trials", 30.5, "trials is 30.5"),
        ("trials", True, "trials is True"),
        ("seed", -1, "seed is -1"),
        ("goal", 1.0, "goal is 1.0"),
        ("goal", "high", "goal is 'high'"),
        ("missing", -0.1, "missing is -0.1"),
        ("skipped", 1.0, "skipped is 1.0"),
        ("skipped", math.nan, "skipped is nan"),
        ("workers", 0, "workers is 0"),
        ("effects", (0, math.inf), "effects holds inf"),
        ("effects", ("two",), "effects holds 'two'"),
    ],
)
def test_options_are_refused_by_name(month, option, value, words):
    with pytest.raises(InputError, match=words):
        power(month, **{option: value})


def test_an_order_that_was_not_drawn_is_refused():
    with pytest.raises(InputError, match="not drawn by nof1"):
        power(two_arms().protocol)


def test_ratings_that_change_between_periods_only_are_refused(make_protocol):
    """Period effects explain them exactly, and the density has no bound."""
    protocol = make_protocol(design=MONTH)
    order = draw_order(protocol)
    arms = {period.start + timedelta(days=i): period for period in order.periods for i in range(period.nights)}
    entry = simulate(protocol, order, Truth(level=5), seed=1).entries[0]
    entries = tuple(
        type(entry)(night=night, outcome=float(3 + period.number % 3), dose_mg=None) for night, period in arms.items()
    )
    with pytest.raises(RefusalError, match="Within every period the recorded severity never changes"):
        fit(Trial(protocol, order, entries), engine="marginal")
