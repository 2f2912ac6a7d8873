"""Another dose from an evening on: planned everywhere from then on, held to the same limits, and of a sealed trial only with new packs."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from icalendar import Calendar

from nof1 import Trial, fit, record
from nof1.analyze.checks.sensitivity import of_pair
from nof1.analyze.describe import describe_adherence
from nof1.analyze.model.data import build_model_data
from nof1.bedside.content import page_content
from nof1.errors import InputError
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.evening_dose import planned_arm
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.checking.folder import check
from nof1.record.diary.entry import Entry
from nof1.record.diary.questions import questions
from nof1.record.sharing.share import shared
from nof1.record.values.ambiguous import AmbiguousInput

NOW = datetime(2026, 1, 11, 9, 30, tzinfo=UTC)
MG = 200.0
pytestmark = pytest.mark.clock


def day(number):
    return date(2026, 1, 1) + timedelta(days=number - 1)


@pytest.fixture
def folder_of(make_protocol, tmp_path):
    """Four blocks of two periods of 4 nights from 5 January on, all rated, each with the dose that was planned on that night."""

    def make(name="trial", *, carryover="exponential", changes=(), by_dose=True, arms=None):
        design = {"blocks": 4, "period_nights": 4, "run_in_nights": 0, "washout_nights": 0}
        arms = arms or [
            {"name": "off", "dose_mg": 0.0},
            {"name": "on", "dose_mg": MG, "form": "citrate", "product": "2 capsules"},
        ]
        protocol = make_protocol(design=design, arms=arms, analysis={"carryover": carryover})
        order = draw_order(protocol)
        folder = tmp_path / name
        Trial(protocol, order, ()).write(folder)
        for mg, start in changes:
            record.amend(folder, dose=mg, since=start, now=NOW)
        lived = load_schedule(folder, protocol)
        entries = []
        for period in lived.periods:
            mg = planned_arm(protocol, period).dose_mg or 0.0
            for night in period.dates:
                i = (night - lived.start).days
                rating = 6 + (i * 7) % 3 - round(2 * mg / MG)
                entries.append(Entry(night, outcome=float(rating), dose_mg=mg if by_dose else None))
        trial = Trial.load(folder)
        whole = Trial(protocol, trial.order, tuple(entries), trial.amendments)
        there = tmp_path / f"{name}-lived"
        whole.write(there)
        return there

    return make


def test_from_then_on_it_is_planned_everywhere(folder_of):
    """An evening within a period of the arm: the period goes on with the other dose."""
    plain = Trial.load(folder_of("plain"))
    second = [period for period in plain.order.periods if period.arm == "on"][1]
    start = second.start + timedelta(days=1)
    folder = folder_of(changes=[(100, start)])
    trial = Trial.load(folder)
    protocol = trial.protocol
    assert trial.order.without_pauses() == plain.order
    assert trial.order.arms() == plain.order.arms()
    planned = {}
    for period in trial.order.periods:
        arm = planned_arm(protocol, period)
        (dose,) = [one for one in questions(protocol, period, ends_period=False) if one.field == "dose_mg"]
        for night in period.dates:
            planned[night] = arm.dose_mg
            assert dose.yes == (f"{arm.dose_mg:g}" if period.arm == "on" else None)
        if period.dose_mg is not None:
            assert arm.product == ""  # which spoke of the first dose
    on = {night for period in plain.order.periods if period.arm == "on" for night in period.dates}
    assert planned == {night: 0 if night not in on else 100 if night >= start else 200 for night in planned}
    (amendment,) = trial.amendments
    assert (amendment.kind, amendment.start, amendment.arm, amendment.dose_mg, amendment.reason) == (
        "dose",
        start,
        "on",
        100,
        "",
    )
    assert describe_adherence(trial)["on"].share_as_planned == 1
    assert describe_adherence(trial)["on"].mean_share_taken == pytest.approx(1)
    assert record.status(folder, now=datetime(2026, 3, 1, tzinfo=UTC)).adherence.otherwise == 0
    record.amend(folder, note="as above", now=NOW)  # writes the papers
    told = [str(one["SUMMARY"]) for one in Calendar.from_ical((folder / "calendar.ics").read_bytes()).walk("VEVENT")]
    assert sum("200 mg" in one for one in told) == 2
    assert sum("100 mg" in one for one in told) == 3
    forms = page_content(protocol, trial.order)
    assert {one["en"]["yes"] for one in forms["questions"]} >= {"200", "100"}
    assert [one for one in check(folder) if one.level == "problem" or "does not have the last pause" in one.text] == []


def test_the_last_word_counts_and_pauses_move_nights_not_doses(folder_of, tmp_path):
    folder = tmp_path / "trial"
    folder_of(changes=[(100, day(12)), (150, day(20))])
    record.amend(folder, pause=day(22), nights=3, reason="away", now=NOW)
    order = load_schedule(folder, Protocol.load(folder))
    for period in order.periods:
        if period.arm == "on":
            for night in period.dates:
                assert period.dose_mg == (None if night < day(12) else 100 if night < day(20) else 150)
    assert order.without_pauses() == draw_order(Protocol.load(folder))
    record.amend(folder, dose=200, since=day(12), now=NOW)
    assert {period.dose_mg for period in load_schedule(folder, Protocol.load(folder)).periods} == {None, 200}


def test_a_night_counts_with_its_share_of_the_first_dose(folder_of):
    trial = Trial.load(folder_of(changes=[(50, day(15))]))
    data = build_model_data(trial)
    arm = trial.frame["arm"].to_numpy() == "on"
    late = np.arange(len(arm)) >= 10
    assert data.doses[:, 0] == pytest.approx(np.where(arm, np.where(late, 0.25, 1.0), 0.0))
    assert data.share_now == (0.25,)
    assert build_model_data(Trial.load(folder_of("plain"))).share_now == ()


@pytest.mark.parametrize("carryover", ["none", "exponential"])
def test_half_the_dose_throughout_is_a_prior_half_as_wide_on_what_it_does(folder_of, carryover):
    """beta d with d = 1/2 and sd s is beta' with beta' = beta / 2 and sd s / 2: the same answer over these nights, twice that at full dose."""
    lived = folder_of("half", carryover=carryover, changes=[(100, day(5))], by_dose=False)
    half = fit(Trial.load(lived), engine="marginal", sensitivity=False).record.effects[0]
    trial = Trial.load(lived)
    plain = Trial(trial.protocol, draw_order(trial.protocol), trial.entries)
    sd = trial.protocol.priors.effect_sd
    whole = fit(plain, engine="marginal", sensitivity=False, priors={"effect_sd": sd / 2}).record.effects[0]
    assert half.over_nights.mean == pytest.approx(whole.over_nights.mean, abs=1e-6)
    assert half.over_nights.interval == pytest.approx(whole.over_nights.interval, abs=1e-6)
    assert half.full.mean == pytest.approx(2 * whole.full.mean, abs=1e-6)


def test_beside_it_stands_the_answer_with_every_dose_as_the_first(folder_of):
    trial = Trial.load(folder_of(changes=[(100, day(15))]))
    result = fit(trial, engine="marginal")
    (row,) = [one for one in of_pair(result.record.sensitivity) if one.choice == "every dose as the first"]
    plain = fit(Trial(trial.protocol, draw_order(trial.protocol), trial.entries), engine="marginal", sensitivity=False)
    assert row.over_nights.mean == pytest.approx(plain.record.effects[0].over_nights.mean)
    assert abs(row.full.mean - result.lead[0].full.mean) > 0.2
    assert not any(one.choice == "dose as taken" for one in result.record.sensitivity)  # all were taken as planned
    assert "every dose as the first" not in {
        one.choice for one in fit(plain.trial, engine="marginal").record.sensitivity
    }


@pytest.mark.parametrize("changes", [[(100, 15), (150, 25)], [(90, 15)]], ids=["quarters", "not quite half"])
def test_shared_copies_call_and_round_other_doses_as_all_else(folder_of, tmp_path, changes):
    arms = [{"name": "off", "dose_mg": 0.0}, {"name": "Annas pills", "dose_mg": MG, "product": "2 capsules"}]
    folder = folder_of(changes=[(mg, day(one)) for mg, one in changes], arms=arms)
    made = record.share([folder], tmp_path / "copies")
    assert "Annas pills" not in made.names
    (path,) = (tmp_path / "copies" / "trials").iterdir()
    copy, trial = Trial.load(path), Trial.load(folder)
    assert {one.arm for one in copy.amendments} == {"on"}
    told = {150: 150.0, 100: 100.0, 90: 100.0}
    assert [one.dose_mg for one in copy.amendments] == [told[mg] for mg, _ in changes]
    assert [one.dose_mg for one in copy.order.periods] == [told.get(one.dose_mg) for one in trial.order.periods]
    # Every dose was taken as it was planned, and is in the copy.
    planned = {
        night: period.dose_mg or {"off": 0, "on": MG}[period.arm]
        for period in copy.order.periods
        for night in period.dates
    }
    assert {entry.night: entry.dose_mg for entry in copy.entries} == planned


@pytest.mark.parametrize("by_dose", [True, False])
def test_of_what_is_shared_every_night_counts_with_its_own_dose(folder_of, tmp_path, by_dose):
    """The answer, what was taken of the plan and how nights count are those of the trial, though no dose was logged."""
    trial = Trial.load(folder_of(changes=[(100, day(15)), (150, day(25))], by_dose=by_dose))
    shared(trial, "a1").write(tmp_path / "copy")
    copy = Trial.load(tmp_path / "copy")
    assert [one.dose_mg for one in copy.order.periods] == [one.dose_mg for one in trial.order.periods]
    assert [one.start for one in copy.amendments] == [
        day(15) + (copy.order.start - trial.order.start),
        day(25) + (copy.order.start - trial.order.start),
    ]
    assert build_model_data(copy).doses == pytest.approx(build_model_data(trial).doses)
    assert describe_adherence(copy) == describe_adherence(trial)
    found, wanted = (fit(one, engine="marginal", sensitivity=False).lead[0].over_nights for one in (copy, trial))
    assert (found.mean, found.sd) == pytest.approx((wanted.mean, wanted.sd), abs=1e-9)


REFUSED = {
    "above the limit": ({"dose": 1200}, InputError, "nof1 plans no trial with so much"),
    "above what needs a doctor": ({"dose": 600}, InputError, "doctor's agreement"),
    "a slip": ({"dose": 0.1}, AmbiguousInput, "very little"),
    "nothing": ({"dose": 0}, InputError, "0 mg is no dose"),
    "of the reference": ({"dose": 100, "arm": "off"}, InputError, "is what all else is compared with"),
    "of no arm": ({"dose": 100, "arm": "oxide"}, InputError, "no arm 'oxide'. Choose from: on"),
    "outside the trial": ({"dose": 100, "since": day(90)}, InputError, "not a night of this trial"),
    "two things": ({"dose": 100, "note": "x"}, InputError, "Say what changed"),
    "an arm alone": ({"note": "x", "arm": "on"}, InputError, "go with dose="),
}


@pytest.mark.parametrize(("said", "kind", "words"), REFUSED.values(), ids=REFUSED)
def test_what_nof1_would_not_plan_is_no_amendment(folder_of, tmp_path, bytes_in, said, kind, words):
    folder_of()
    before = bytes_in(tmp_path)
    with pytest.raises(kind, match=words):
        record.amend(tmp_path / "trial", **({"since": day(15)} | said if "dose" in said else said), now=NOW)
    assert bytes_in(tmp_path) == before


def test_a_small_dose_that_is_meant_is_taken(folder_of, tmp_path):
    folder_of()
    assert record.amend(tmp_path / "trial", dose=10, since=day(15), dose_meant=True, now=NOW).dose_mg == 10


def test_of_several_arms_it_must_be_said_which(folder_of, tmp_path):
    arms = [{"name": "off", "dose_mg": 0.0}, {"name": "low", "dose_mg": 100.0}, {"name": "high", "dose_mg": 300.0}]
    folder_of(arms=arms)
    with pytest.raises(InputError, match="Arms with a dose in mg: low, high"):
        record.amend(tmp_path / "trial", dose=50, since=day(12), now=NOW)
    record.amend(tmp_path / "trial", dose=50, arm="low", since=day(12), now=NOW)
    assert load_amendments(tmp_path / "trial")[0].arm == "low"


def test_a_sealed_dose_changes_only_with_new_packs(sealed_trial, bytes_in):
    """Packs of 3 nights from 7 January on; nothing of the order comes into the person's folder."""
    trial = sealed_trial(ratings="")
    before = bytes_in(trial.folder)
    with pytest.raises(InputError, match="Only with new packs can it change"):
        record.amend(trial.folder, dose=50, since=day(10), now=NOW)
    with pytest.raises(
        InputError, match=r"no pack begins on the evening of 2026-01-11\. The next one begins on 2026-01-13"
    ):
        record.amend(trial.folder, dose=50, since=day(11), helper=trial.helper, now=NOW)
    assert bytes_in(trial.folder) == before
    record.amend(trial.folder, dose=50, since=day(10), helper=trial.helper, now=NOW)
    assert (trial.helper / "packing-sheet-from-2026-01-10.pdf").is_file()
    assert not [path for path in trial.folder.iterdir() if "packing" in path.name or path.name == "order.csv"]
    assert load_schedule(trial.folder, trial.protocol).sealed
    opened = record.unseal(trial.folder, trial.helper, now=datetime(2026, 2, 1, tzinfo=UTC))
    doses = {
        period.dose_mg
        for period in opened.periods
        if period.arm != trial.protocol.reference and period.start >= day(10)
    }
    assert doses == {50}
    assert {period.dose_mg for period in opened.periods if period.start < day(10)} == {None}
    assert Trial.load(trial.folder).order == opened


def test_shuffled_packs_keep_their_dose(sealed_trial, bytes_in):
    trial = sealed_trial("alone", ratings="")
    before = bytes_in(trial.folder)
    with pytest.raises(InputError, match="who makes them would learn the order"):
        record.amend(trial.folder, dose=50, since=day(10), now=NOW)
    assert bytes_in(trial.folder) == before


def test_the_new_sheet_tells_the_packs_that_are_made_anew_alone(sealed_trial):
    from nof1.plan.orders.amendments import amended_order
    from nof1.record.amended_doses import packs_from, verified_order
    from nof1.report.papers.packs import packing_words

    trial = sealed_trial(ratings="")
    record.amend(trial.folder, dose=50, since=day(10), helper=trial.helper, now=NOW)
    drawn = verified_order(trial.folder, trial.protocol, trial.helper)
    lived = amended_order(drawn, load_amendments(trial.folder))
    told = packing_words(trial.protocol, drawn.arms(), anew=packs_from(lived, day(10)))
    table = next(one["table"] for one in told["sections"] if one["heading"] == "What goes in")
    assert [row[0] for row in table["rows"]] == ["2", "3", "4"]
    assert not any("100 mg" in cell for row in table["rows"] for cell in row)
    assert any("50 mg" in row[2] for row in table["rows"])
    assert trial.protocol.sha256()[:16] in told["foot"]


def test_what_was_planned_for_a_recorded_night_stays(folder_of, bytes_in):
    """Whoever has seen a night cannot decide any more how much it counts."""
    folder = folder_of()
    before = bytes_in(folder)
    with pytest.raises(
        InputError, match=r"Recorded from 2026-02-01 on: 2026-02-01, 2026-02-02, .*can change from 2026-02-06 on"
    ):
        record.amend(folder, dose=100, since=day(32), now=NOW)
    assert bytes_in(folder) == before
