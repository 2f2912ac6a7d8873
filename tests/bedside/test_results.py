"""The answer at the bedside: shown where it fits the diary, else it is said how to make one; of a sealed trial nothing."""

import json
from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from nof1.bedside.server import make_app
from nof1.files import write_atomic
from nof1.plan.orders.draw import draw_order
from nof1.record.amending import add_pause
from nof1.record.diary.writing import Change, record
from nof1.record.result_files import OWN_HASH, results_sha256
from nof1.record.trial import Trial

HOST = "192.168.1.20:8427"
CODE = "ABCD-EFGH"
EARLY = datetime(2026, 1, 12, 7, 0).astimezone()
LATE = datetime(2027, 1, 12, 7, 0).astimezone()


class Pages:
    """Stands for what makes the page of a result; it counts how often it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, folder, language):
        self.asked.append(language)
        return f"<!doctype html><p>{folder.name} in {language}"


@pytest.fixture
def make_page():
    return Pages()


@pytest.fixture
def phone(make_page):
    """A function that pairs a browser with a folder at a moment."""

    def pair(folder, now=LATE, *, paired=True, results=make_page):
        app = make_app(folder, code=CODE, hosts=[HOST], results=results, clock=lambda: now)
        made = TestClient(app, base_url=f"http://{HOST}", headers={"origin": f"http://{HOST}"})
        if paired:
            made.headers["nof1-key"] = made.post("/pair", json={"code": CODE}).json()["key"]
        return made

    return pair


def save_result(folder, **changes):
    """A results.json that says which diary it is of."""
    trial = Trial.load(folder)
    content = {"protocol_sha256": trial.protocol.sha256(), "diary_sha256": trial.diary_sha256, "verdict": "helps"}
    content[OWN_HASH] = results_sha256(content)
    write_atomic(folder / "results" / "results.json", json.dumps(content | changes))


def state(phone):
    return phone.get("/api/results").json()["state"]


def correct(folder, protocol, night, value):
    record(folder, protocol, [Change(night, {"severity": value})], by="log", now=LATE, correct=True)


def test_before_the_last_night_there_is_nothing_to_say(phone, trial_folder):
    assert state(phone(trial_folder, EARLY)) == "none"


def test_after_it_an_answer_is_due(phone, trial_folder, make_page):
    here = phone(trial_folder)
    assert state(here) == "due"
    assert here.get("/api/results/en").status_code == 404
    assert make_page.asked == []


@pytest.mark.parametrize("now", [EARLY, LATE])
def test_without_a_night_that_counts_there_is_nothing_to_say(phone, tmp_path, protocol, now):
    """Not even where all that was recorded lies in a pause."""
    folder = tmp_path / "new"
    Trial(protocol, draw_order(protocol), ()).write(folder)
    assert state(phone(folder, now)) == "none"
    add_pause(folder, protocol.start, 2, "away", now=datetime(2026, 1, 1, 9).astimezone())
    record(folder, protocol, [Change(protocol.start, {"severity": "3"})], by="log", now=LATE, correct=True)
    assert state(phone(folder, now)) == "none"


def test_a_planned_look_is_due_when_its_nights_are_over(phone, tmp_path, make_protocol):
    protocol = make_protocol(design={"blocks": 2}, analysis={"interim": {"after_blocks": [1], "certainty": 0.99}})
    folder = tmp_path / "looks"
    Trial(protocol, draw_order(protocol), ()).write(folder)
    end = max(period.end for period in draw_order(protocol).periods if period.block == 1)
    nights = [protocol.start + timedelta(days=day) for day in range((end - protocol.start).days + 1)]
    record(folder, protocol, [Change(one, {"severity": "3"}) for one in nights[:-1]], by="log", now=LATE)
    morning = datetime.combine(end, EARLY.timetz())
    assert state(phone(folder, morning)) == "none"
    assert state(phone(folder, morning + timedelta(days=1))) == "due"


@pytest.mark.parametrize("now", [EARLY, LATE])
def test_one_that_fits_the_diary_is_shown_in_each_language_and_made_once(phone, trial_folder, make_page, now):
    save_result(trial_folder)
    here = phone(trial_folder, now)
    assert state(here) == "ready"
    for language in ("en", "de", "en", "de"):
        answer = here.get(f"/api/results/{language}")
        assert (answer.status_code, answer.text) == (200, f"<!doctype html><p>{trial_folder.name} in {language}")
        assert answer.headers["cache-control"] == "no-store"
    assert make_page.asked == ["en", "de"]


@pytest.mark.parametrize("language", ["xx", "EN", "..", "%2e%2e", "en/x"])
def test_a_language_that_is_none_is_not_found(phone, trial_folder, make_page, language):
    save_result(trial_folder)
    assert phone(trial_folder).get(f"/api/results/{language}").status_code == 404
    assert make_page.asked == []


def test_one_of_another_diary_is_not_shown_any_more_and_a_new_one_is(phone, trial_folder, protocol, make_page):
    save_result(trial_folder)
    here = phone(trial_folder)
    assert here.get("/api/results/en").status_code == 200
    correct(trial_folder, protocol, protocol.start, "9")
    assert state(here) == "changed"
    assert here.get("/api/results/en").status_code == 404
    save_result(trial_folder)
    assert here.get("/api/results/en").status_code == 200
    assert make_page.asked == ["en", "en"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "{}", "[" * 100_000, '{"protocol_sha256": 1, "diary_sha256": 2}']
)
def test_a_file_that_is_no_result_is_none(phone, trial_folder, make_page, content):
    write_atomic(trial_folder / "results" / "results.json", content)
    here = phone(trial_folder)
    assert state(here) == "changed"
    assert here.get("/api/results/en").status_code == 404
    assert make_page.asked == []


def test_a_result_that_was_changed_by_hand_is_not_shown(phone, trial_folder, make_page):
    save_result(trial_folder, verdict="worse")
    here = phone(trial_folder)
    assert state(here) == "changed"
    assert here.get("/api/results/en").status_code == 404
    assert make_page.asked == []


def test_who_is_not_paired_is_told_nothing(phone, trial_folder, make_page):
    save_result(trial_folder)
    stranger = phone(trial_folder, paired=False)
    for path in ("/api/results", "/api/results/en"):
        assert stranger.get(path).status_code == 401
    assert make_page.asked == []


def test_without_what_makes_the_page_there_is_none(phone, trial_folder):
    save_result(trial_folder)
    here = phone(trial_folder, results=None)
    assert state(here) == "none"
    assert here.get("/api/results/en").status_code == 404


@pytest.mark.parametrize(("now", "told"), [(EARLY, "none"), (LATE, "sealed")])
def test_of_a_sealed_trial_nothing_is_shown_whichever_order_was_drawn(phone, sealed_trial, make_page, now, told):
    """Even with a file in its place that says what a result would say."""
    trials = [sealed_trial(seed=seed, name=f"trial{seed}") for seed in (3, 4, 5)]
    assert len({(trial.helper / "sealed-order.json").read_text() for trial in trials}) == 3
    answers = []
    for trial in trials:
        write_atomic(trial.folder / "results" / "results.json", json.dumps({"order": trial.helper.name}))
        write_atomic(trial.folder / "results" / "summary.html", "magnesium")
        here = phone(trial.folder, now)
        answers.append([here.get(path).content for path in ("/api/results", "/api/results/en", "/api/results/de")])
    assert len({tuple(one) for one in answers}) == 1
    assert json.loads(answers[0][0]) == {"state": told}
    assert make_page.asked == []


def test_a_folder_that_is_not_readable_at_the_moment_is_told_as_such(phone, trial_folder):
    here = phone(trial_folder)
    (trial_folder / "diary.csv").write_bytes(b"\xff\xfe")
    assert here.get("/api/results").status_code == 503


def test_while_the_last_night_can_still_be_recorded_nothing_is_due(phone, trial_folder, protocol):
    last = datetime.combine(protocol.end, EARLY.timetz())
    assert state(phone(trial_folder, last)) == "none"
    assert state(phone(trial_folder, last + timedelta(days=1))) == "due"
