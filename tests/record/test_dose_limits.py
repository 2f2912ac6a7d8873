"""A new plan is held against the limits of nof1's own; what was planned before loads, is logged and analysed as ever."""

from datetime import UTC, date, datetime

import pytest

from nof1 import InputError, Trial, record
from nof1.plan.orders.dose_times import collisions
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge, with_dose
from nof1.record.diary.doses import dose_kind
from nof1.record.diary.entry import Entry, columns
from nof1.record.diary.night import find_night
from nof1.record.values.ambiguous import AmbiguousInput

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
LATER = datetime(2026, 1, 12, 9, tzinfo=UTC)
AGREED = {"agreement": {"clinician": "Dr Amara", "date": "2025-12-20"}}
DESIGN = {"blocks": 2, "period_nights": 3, "start": "2026-01-02", "seed": 3}


SHEET = "trial.pre-visit.pdf"


def answers(safety=None, **arm):
    content = merge(
        load_template("magnesium-rls"), {"design": DESIGN, "unscreened": True} | ({"safety": safety} if safety else {})
    )
    return with_dose(content, arm)


@pytest.mark.parametrize(
    ("content", "words", "left"),
    [
        (answers(dose_mg=501), "above 500 mg: planned only with a doctor's agreement", [SHEET]),
        (answers(dose_mg=501), "recorded as safety.agreement, with clinician and date", [SHEET]),
        (
            answers(dose_mg=2000, form="citrate"),
            "hold 324 mg of magnesium. Where the label states the salt, give salt_mg",
            [],
        ),
        (answers({"answers": {"other_magnesium_mg": 250}}, dose_mg=300), "550 mg elemental magnesium a day", [SHEET]),
        (answers(AGREED, dose_mg=1001), "above 1,000 mg: nof1 plans no trial with so much", []),
        (answers(AGREED | {"answers": {"other_magnesium_mg": 800}}, dose_mg=300), "above 1,000 mg", []),
        (answers(form="sulfate", route="bath"), "nothing says how much of what", []),
    ],
)
def test_a_dose_above_a_limit_leaves_no_trial_but_the_page_for_the_doctor_who_may_agree(tmp_path, content, words, left):
    with pytest.raises(InputError, match=words):
        Trial.plan(content, tmp_path / "trial", now=NOW)
    assert [path.name for path in tmp_path.iterdir()] == left


def test_a_trial_with_nothing_to_take_is_refused_for_nothing_would_be_asked_before_it(tmp_path):
    with pytest.raises(InputError, match="No arm has anything to take: 0 mg is no dose"):
        Trial.plan(answers(dose_mg=0), tmp_path / "trial", now=NOW)


def test_a_bath_meets_no_medicine():
    """A keep-apart rule is about what meets in the gut."""
    taken = {"safety": {"medicines": [{"name": "gabapentin", "times": ["21:30"]}]}}
    for arm, meets in (({"dose_mg": 200}, True), ({"form": "sulfate", "route": "bath", "product": "two cups"}, False)):
        content = merge(answers(**arm), taken)
        del content["unscreened"]
        assert bool(collisions(Protocol.build(content))) is meets


def test_an_agreement_lets_a_dose_between_the_limits_be_planned(tmp_path):
    plan = Trial.plan(answers(AGREED, dose_mg=1000), tmp_path / "trial", now=NOW)
    assert plan.protocol.arm("magnesium").dose_mg == 1000


@pytest.mark.parametrize("arm", [{"dose_mg": 2}, {"dose_mg": 0.4}, {"form": "citrate", "salt_mg": 100}])
def test_a_slip_is_a_question_with_a_way_to_say_that_it_is_meant(tmp_path, arm):
    with pytest.raises(AmbiguousInput, match="Were grams meant") as asked:
        Trial.plan(answers(**arm), tmp_path / "trial", now=NOW)
    assert asked.value.option == "dose-meant"
    plan = Trial.plan(answers(**arm, dose_meant=True), tmp_path / "trial", now=NOW)
    assert plan.protocol.arm("magnesium").dose_meant


def test_a_folder_from_before_loads_whatever_its_dose(tmp_path):
    protocol = Protocol.build({key: value for key, value in answers(dose_mg=2970).items() if key != "unscreened"})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "old")
    assert Trial.load(tmp_path / "old").protocol == protocol
    logged = record.log(tmp_path / "old", {"severity": 3, "dose_mg": 2970}, night=date(2026, 1, 2), now=LATER)
    assert logged.entry.dose_mg == 2970
    first = logged.findings[0]
    assert (first.level, first.id) == ("stop", "own-limit-most")
    assert "ask a doctor or a poison centre" in first.text


@pytest.mark.parametrize(("dose", "said"), [(600, False), (700, True)])
def test_what_a_doctor_agreed_to_is_not_told_again_every_night(tmp_path, dose, said):
    Trial.plan(answers(AGREED, dose_mg=600), tmp_path / "trial", now=NOW)
    logged = record.log(tmp_path / "trial", {"severity": 3, "dose_mg": dose}, night=date(2026, 1, 2), now=LATER)
    assert ("own-limit-agreement" in {one.id for one in logged.findings}) is said


def test_other_products_count_on_a_logged_evening(tmp_path):
    content = answers({"answers": {"other_magnesium_mg": 120}}, dose_mg=200)
    Trial.plan(content, tmp_path / "trial", now=NOW)
    logged = record.log(tmp_path / "trial", {"severity": 3, "dose_mg": 200}, night=date(2026, 1, 2), now=LATER)
    assert [one.id for one in logged.findings] == ["upper-level-eu"]


@pytest.fixture
def bath(tmp_path):
    content = answers(form="sulfate", route="bath", product="two cups of Epsom salt")
    return Trial.plan(content, tmp_path / "bath", now=NOW)


def night_on(plan, arm):
    return next(period.start for period in plan.order.periods if period.arm == arm)


def test_a_bath_is_logged_as_taken_or_not_and_never_in_mg(bath):
    assert "dose_mg" not in columns(bath.protocol)
    on, off = night_on(bath, "magnesium"), night_on(bath, "off")
    asked = {one.field: one for one in find_night(bath.folder, on, now=LATER).asked}
    assert "Was the bath taken?" in asked["taken"].text
    assert record.log(bath.folder, {"severity": 3, "taken": "y"}, night=on, now=LATER).entry.taken == 1
    assert record.log(bath.folder, {"severity": 5, "taken": "n"}, night=off, now=LATER).entry.taken == 0
    with pytest.raises(InputError, match="dose_mg"):
        record.log(bath.folder, {"dose_mg": 200}, night=on, correct=True, now=LATER)


@pytest.mark.parametrize(
    ("arm", "taken", "kind"),
    [
        ("magnesium", 1.0, "as_planned"),
        ("magnesium", 0.5, "partly"),
        ("magnesium", 0.0, "missed"),
        ("off", 0.0, "as_planned"),
        ("off", 1.0, "more"),
        ("off", None, "not_recorded"),
    ],
)
def test_a_bath_on_an_evening_without_one_is_off_plan(bath, arm, taken, kind):
    assert dose_kind(bath.protocol, arm, Entry(date(2026, 1, 2), taken=taken)) == kind


def test_a_bath_has_no_mg_in_the_table_of_nights(bath):
    on, off = night_on(bath, "magnesium"), night_on(bath, "off")
    for night, taken, mg in ((on, 1, None), (on, 0, None), (off, 1, None), (off, 0, 0.0)):
        record.log(bath.folder, {"severity": 3, "taken": taken}, night=night, correct=True, now=LATER)
        told = Trial.load(bath.folder).frame.loc[str(night), "dose_mg"]
        assert told == mg if mg is not None else told != told
