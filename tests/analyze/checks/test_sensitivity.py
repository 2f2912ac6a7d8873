from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from families import make_protocol, make_trial
from fitted import fitted
from known import FIRST, SAMPLE, TARGETS, in_blocks, nightly, of_edition, planned_with, two_arms

from nof1 import InputError, RefusalError, Trial, fit
from nof1.analyze.checks.sensitivity import Choice, alternatives, compare, of_pair, sensitivity
from nof1.analyze.engines import choose as engines
from nof1.analyze.engines.marginal import fit_marginals
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.effects import pairs
from nof1.analyze.reasons import Reason, as_told

NUMBERS = ("mean", "sd", "interval", "p_better", "p_benefit", "p_small", "p_harm")
WHOLE = {
    "no carryover": {"carryover": "none"},
    "nights dropped": {"carryover": "discard:2"},
    "no trend": {"trend": False},
    "no period effect": {"period_effects": False},
    "independent errors": {"autocorrelation": False},
    "no start-up": {"start_up": False},
    "no blocks": {"block_effects": False},
    "dose as taken": {"dose": "taken"},
    "prior twice as wide": {"priors": {"effect_sd": 4.0}},
    "prior half as wide": {"priors": {"effect_sd": 1.0}},
    "half-life prior halved": {"priors": {"half_life_median": 1.0}},
    "half-life prior doubled": {"priors": {"half_life_median": 4.0}},
}


@pytest.fixture(scope="module")
def helps():
    return of_edition(Trial.load(SAMPLE / "helps"), 2)


@pytest.fixture(scope="module")
def rows(helps):
    return sensitivity(helps, seed=3, quick=True)


def by_choice(rows):
    return {row.choice: row for row in rows}


def test_every_choice_of_the_list_is_there_after_the_main_analysis(rows):
    assert [row.choice for row in rows] == ["as planned", *WHOLE]
    assert all(row.refused is None and row.engine == "marginal" for row in rows)


@pytest.mark.parametrize(("choice", "analysis"), [("as planned", {}), *WHOLE.items()])
def test_a_choice_equals_a_trial_planned_with_it(helps, rows, choice, analysis):
    direct = fit(planned_with(helps, analysis), engine="marginal", seed=3).record.effects[0]
    row = by_choice(rows)[choice]
    for estimand in ("full", "over_nights"):
        for name in NUMBERS:
            expected, got = (getattr(getattr(one, estimand), name) for one in (direct, row))
            assert got == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert row.verdict == direct.verdict
    assert row.leading == row.over_nights


def test_the_exact_targets_are_each_other_s_alternative():
    _, default, known_to = TARGETS["default"]
    _, without, _ = TARGETS["no-carryover"]
    of_default, of_without = (
        by_choice(sensitivity(two_arms(kind, priors=FIRST), seed=7, quick=True)) for kind in ("exponential", "none")
    )
    for row, target in (
        (of_default["as planned"], default),
        (of_default["no carryover"], without),
        (of_without["as planned"], without),
        (of_without["carryover"], default),
    ):
        numbers = row.full
        got = [numbers.mean, numbers.sd, *numbers.interval]
        np.testing.assert_allclose(got, target, atol=known_to + 0.02 * target[1])


def test_parts_that_are_off_are_put_in():
    of = two_arms("discard:1", trend=False, period_effects=False, autocorrelation=False)
    found = {one.choice: one.analysis for one in alternatives(of)}
    assert {"no carryover", "carryover", "with a trend", "with a period effect", "similar neighbours"} < set(found)
    assert not any("dropped" in choice or choice.startswith("no t") for choice in found)
    assert found["with a trend"].trend
    assert found["with a period effect"].period_effects
    assert found["similar neighbours"].autocorrelation
    assert found["carryover"].carryover == "exponential"


def frame_of(lengths, rng):
    arm = np.concatenate([np.repeat(["off", "on"][i % 2], length) for i, length in enumerate(lengths)])
    return pd.DataFrame({"day": np.arange(1, len(arm) + 1), "arm": arm, "y": rng.normal(5, 1, len(arm))})


@pytest.mark.parametrize(
    ("lengths", "dropped"),
    [((4, 4, 4, 4), 2), ((3, 4, 3, 4), 2), ((4, 2, 4, 4), 1), ((4, 1, 4, 4), 0), ((1,) * 12, 0)],
    ids=["long", "three", "two", "one of one night", "nightly"],
)
def test_dropping_nights_never_leaves_a_period_empty(lengths, dropped):
    frame = frame_of(lengths, np.random.default_rng(1))
    of = Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower")
    found = [one.analysis for one in alternatives(of) if one.analysis.discarded_nights]
    assert [one.discarded_nights for one in found] == ([dropped] if dropped else [])
    if dropped:
        kept = build_model_data(planned_with(of, {"carryover": f"discard:{dropped}"}))
        assert len(kept.period_numbers) == len(lengths)


def test_dose_is_varied_only_where_it_was_logged_and_differs(helps):
    taken = planned_with(helps, {"dose": "taken"})
    assert "dose as assigned" in {one.choice for one in alternatives(taken)}
    as_planned = tuple(
        replace(entry, dose_mg=helps.protocol.arm(helps.order.period_of(entry.night).arm).dose_mg)
        for entry in helps.entries
    )
    followed = Trial(helps.protocol, helps.order, as_planned)
    assert not any("dose" in one.choice for one in alternatives(followed))
    assert not any("dose" in one.choice for one in alternatives(two_arms()))


def test_every_pair_of_arms_has_its_rows():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"arm": np.tile(np.repeat(["off", "a", "b"], 4), 3), "y": rng.normal(5, 1, 36)})
    of = Trial.from_frame(
        frame.assign(day=range(1, 37)),
        outcome="y",
        arm="arm",
        day="day",
        reference="off",
        low=0,
        high=10,
        better="lower",
    )
    rows = sensitivity(of, seed=1, quick=True)
    choices = ["as planned", *(one.choice for one in alternatives(of) if one.analysis.family == "normal")]
    expected = [(choice, pair.arm, pair.reference) for choice in choices for pair in pairs(of.protocol)]
    assert [(row.choice, row.arm, row.reference) for row in rows] == expected
    assert [row.arm for row in of_pair(rows, ("b", "a"))] == ["b"] * len(choices)
    with pytest.raises(InputError, match="a against off, b against a, b against off"):
        of_pair(rows, ("c", "off"))


def test_a_refused_choice_is_kept_with_its_reason():
    """Ratings that change between periods only: with period effects there is no posterior."""
    y = np.repeat([5.0, 3.0, 6.0, 2.0], 4)
    frame = frame_of((4, 4, 4, 4), np.random.default_rng(0)).assign(y=y)
    options = {"outcome": "y", "arm": "arm", "day": "day", "reference": "off", "low": 0, "high": 10, "better": "lower"}
    of = Trial.from_frame(frame, **options, analysis={"period_effects": False})
    rows = by_choice(sensitivity(of, seed=1, quick=True))
    refused = rows["with a period effect"]
    assert refused.refused == Reason("flat periods", {"outcome": "y"})
    assert refused.leading is refused.full is refused.over_nights is None
    assert rows["as planned"].refused is None
    told = compare([*rows.values()])
    assert told.refused == (refused,)
    assert told.others == len(rows) - 2 - len(told.spoken_against)


def test_a_refused_main_analysis_is_told_and_nothing_is_held_against_it(monkeypatch):
    of = two_arms()
    original = fit_marginals

    def refuse(trials, **options):
        def planned(data):
            return data.trend and data.period_effects and data.autocorrelation and data.priors == of.protocol.priors

        found = original(trials, **options)
        refusal = RefusalError("The quick engine cannot be trusted.")
        return [refusal if planned(data) else fit for data, fit in zip(trials, found, strict=True)]

    monkeypatch.setattr(engines, "fit_marginals", refuse)
    rows = sensitivity(of, seed=1, quick=True)
    assert rows[0].refused == as_told("The quick engine cannot be trusted.")
    assert by_choice(rows)["no trend"].refused is None
    told = compare(rows)
    assert (told.changed, told.most, told.verdict) == ((), None, None)


def test_rows_are_of_the_effect_that_leads():
    of = two_arms("exponential")
    assert {row.estimand for row in sensitivity(of, seed=1, quick=True)} == {"over-nights"}
    first = sensitivity(of_edition(of, 1), seed=1, quick=True)[0]
    assert (first.estimand, first.leading) == ("full", first.full)


def test_a_choice_whose_exposure_stays_short_of_full_speaks_of_the_effect_over_nights():
    """Nightly switching: with carryover the full effect is an extrapolation, and no ground to doubt the main analysis."""
    rows = by_choice(sensitivity(of_edition(nightly(), 1), seed=1, quick=True))
    assert rows["as planned"].estimand == "full"
    other = rows["carryover"]
    assert other.estimand == "over-nights"
    assert other.leading == other.over_nights
    assert other.full.sd > 1.5 * other.leading.sd


def test_an_answer_that_is_there_is_used(helps, rows):
    data = build_model_data(helps)
    planned = engines.estimate(helps.protocol, data, seed=3)
    told = sensitivity(helps, seed=3, planned=planned, quick=True)
    assert told[0].leading == planned.rows[0].leading
    # All others are fitted together, with or without the first: the same but for rounding.
    assert [row.leading.mean for row in told] == pytest.approx([row.leading.mean for row in rows], abs=1e-6)
    other = engines.estimate(helps.protocol, build_model_data(planned_with(helps, {"trend": False})), seed=3)
    told = sensitivity(helps, seed=3, planned=other, quick=True)
    assert told[0].leading.mean == by_choice(rows)["no trend"].leading.mean


def test_covariates_with_gaps_warn_nobody_again():
    rng = np.random.default_rng(2)
    frame = frame_of((4, 4, 4, 4), rng).assign(coffee=rng.integers(0, 4, 16).astype(float))
    frame.loc[3, "coffee"] = np.nan
    options = {"outcome": "y", "arm": "arm", "day": "day", "reference": "off", "low": 0, "high": 10, "better": "lower"}
    of = Trial.from_frame(frame, **options, covariates=["coffee"])
    assert all(row.refused is None for row in sensitivity(of, seed=1, quick=True))


def test_the_families_of_one_scale_are_each_other_s_choices():
    def families(protocol):
        return {one.analysis.family for one in alternatives(make_trial(protocol, np.arange(protocol.nights) % 4 + 1.0))}

    assert families(make_protocol("normal")) == {"normal", "student"}
    assert families(make_protocol("rating")) == {"rating", "normal", "student"}
    assert families(make_protocol("student")) == {"student", "normal"}
    assert families(make_protocol("duration")) == {"duration"}


@pytest.mark.slow
def test_choices_of_a_rating_are_answered_by_the_engines_of_their_families(helps):
    """The main analysis and no trend as ratings, the same nights as normal and Student-t."""
    of = planned_with(helps, {"family": "rating"})
    rows = by_choice([*sensitivity(of, seed=3, quick=True)])
    assert (rows["as planned"].engine, rows["normal nights"].engine) == ("augmented", "marginal")
    normal = by_choice(sensitivity(helps, seed=3, quick=True))["as planned"]
    assert rows["normal nights"].leading.mean == pytest.approx(normal.leading.mean, abs=1e-9)
    assert rows["as planned"].leading.mean == pytest.approx(normal.leading.mean, abs=normal.leading.sd)
    assert set(rows) == {
        "as planned",
        "normal nights",
    }  # what the marginal engine does not answer is left out when quick


def test_durations_are_compared_in_ratios_too():
    protocol = make_protocol("duration", blocks=4, period_nights=4)
    rng = np.random.default_rng(4)
    minutes = np.exp(rng.normal(4.0, 0.5, protocol.nights))
    rows = by_choice(sensitivity(make_trial(protocol, minutes), seed=1, quick=True))
    assert {"no carryover", "no trend", "independent errors", "prior twice as wide"} <= set(rows)
    assert all(row.engine == "marginal" for row in rows.values())
    assert rows["no trend"].log_bayes_factor is not None
    assert rows["nights dropped"].log_bayes_factor is None


def made(choice, mean, verdict, log_bayes_factor=None):
    effect = replace(fitted("helps").record.effects[0].full, mean=mean)
    return Choice(
        choice, "magnesium", "off", "full", "marginal", effect, effect, verdict, log_bayes_factor=log_bayes_factor
    )


def test_compare_finds_the_verdicts_that_differ_and_the_largest_shift():
    rows = [made("as planned", -1.0, "helps"), made("one", -1.4, "helps"), made("two", -0.2, "leans better")]
    told = compare(rows)
    assert told.changed == (rows[2],)
    assert told.most == rows[2]
    assert told.shift == pytest.approx(0.8)
    assert told.others == 2
    assert told.robust is False
    assert compare(rows[:2]).changed == ()
    assert compare(rows[:2]).robust is True
    assert compare(rows[:1]).robust is None


def test_a_choice_that_the_nights_speak_against_is_no_rival():
    """Odds of 11 to 1 are beyond 10 to 1, those of 9 to 1 are not."""
    rows = [
        made("as planned", -1.0, "helps"),
        made("no carryover", -0.2, "leans better", -np.log(11)),
        made("no trend", -0.9, "helps", -np.log(9)),
    ]
    told = compare(rows)
    assert (told.spoken_against, told.others, told.most) == ((rows[1],), 1, rows[2])
    assert told.robust is True
    other = compare([rows[0], rows[1], replace(rows[2], verdict="leans better")])
    assert (other.changed, other.robust) == ((replace(rows[2], verdict="leans better"),), False)
    assert compare(rows[:2]).robust is None  # nothing is left to compare with


# Log Bayes factors of the series with exact targets, second edition, from a program that knows none of this one's code (± 0.012).
FACTORS = {"no carryover": -0.703, "no start-up": -0.341, "no blocks": -0.080, "no trend": 0.208}


def test_bayes_factors_are_the_exact_ones_and_of_the_same_nights_alone():
    rows = by_choice(sensitivity(in_blocks(two_arms("exponential")), seed=2, quick=True))
    for choice, exact in FACTORS.items():
        assert rows[choice].log_bayes_factor == pytest.approx(exact, abs=0.03)
    assert rows["as planned"].log_bayes_factor is None
    assert rows["nights dropped"].log_bayes_factor is None
    assert type(rows["no trend"].log_bayes_factor) is float
    assert rows["half-life prior halved"].value == 1.0
    assert [choice for choice, row in rows.items() if row.spoken_against] == ["independent errors"]


def test_what_is_on_by_the_plan_is_taken_out_and_blocks_only_where_a_design_has_them():
    def found(of):
        return {one.choice for one in alternatives(of)}

    parts = {"no start-up", "with a start-up", "no blocks", "with blocks"}
    assert found(in_blocks(two_arms())) & parts == {"no start-up", "no blocks"}
    assert found(in_blocks(two_arms(), block_effects=False)) & parts == {"no start-up", "with blocks"}
    assert found(two_arms()) & parts == {"with a start-up"}  # adopted, without blocks
    assert not any("half-life" in choice for choice in found(two_arms()))  # nothing builds up


def test_on_the_sample_no_carryover_is_no_rival(rows):
    """It beats the plan's verdict only by a model that the nights speak against, by about 11 to 1."""
    without = by_choice(rows)["no carryover"]
    assert without.log_bayes_factor == pytest.approx(-np.log(11.4), abs=0.1)
    told = compare(rows)
    assert without in told.spoken_against
    assert without not in told.changed
    assert without.verdict != told.verdict


def test_in_the_first_edition_every_choice_counts():
    """As it was planned: no part that its model has not, and no Bayes factors."""
    rows = sensitivity(of_edition(Trial.load(SAMPLE / "helps"), 1), seed=3, quick=True)
    assert {row.choice for row in rows} == {"as planned", *WHOLE} - {"no start-up", "no blocks"}
    assert all(row.log_bayes_factor is None for row in rows)
    assert compare(rows).others == len(rows) - 1


@pytest.mark.slow
def test_a_choice_of_another_family_has_no_bayes_factor():
    ratings = make_trial(make_protocol("rating", blocks=4, period_nights=4), np.arange(34) % 5)
    known = engines.from_augmented(ratings.protocol, build_model_data(ratings), seed=1)
    assert known.log_evidence is None
    normal = by_choice(sensitivity(ratings, seed=1, planned=known, quick=True))["normal nights"]
    assert normal.refused is None
    assert normal.log_bayes_factor is None


@pytest.mark.slow
def test_a_process_beside_leaves_the_workers_of_power_alone():
    """joblib keeps an executor to use again, and must not find one that is not its own."""
    import joblib

    assert engines.in_background(sum, [1, 2, 3])() == 6
    assert joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(value) for value in (-1, -2)) == [1, 2]
    assert engines.in_background(sum, [4])() == 4


@pytest.mark.parametrize(("name", "answered"), [("floor", True), ("helps", False)])
def test_the_quick_answer_has_that_of_a_family_that_fits_what_is_called_out_better(name, answered):
    choices = {row.choice for row in fitted(name).record.sensitivity}
    assert ("rounded ratings" in choices) == answered
    assert "Student-t nights" not in choices
