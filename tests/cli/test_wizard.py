"""The wizard as a person meets it: every branch, every way back, every way out, on a terminal of 80 x 24."""

import re
import stat
import tempfile
import tomllib
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from nof1 import facts
from nof1.cli.wizard import answers_from, ask_plan, discard_draft
from nof1.cli.wizard_answers import changed
from nof1.cli.wizard_draft import draft_path
from nof1.cli.wizard_step import Talk, proposal, told
from nof1.cli.wizard_steps import STEPS
from nof1.errors import InputError, RefusalError
from nof1.plan.protocol import Protocol
from nof1.plan.safety import finding_line, questions, screen
from nof1.plan.template import DEFAULT_TEMPLATE, answered, load_template, merge

TODAY = date(2026, 11, 23)

# What is typed where Enter takes nothing.
TYPED = {
    "form-first": "1",
    "label-first": "1",
    "amount-first": "200",
    "form-second": "oxide",
    "label-second": "2",
    "amount-second": "390",
    **{f"safety-{question.id}": "n" for question in questions()},
    "safety-other_magnesium_mg": "0",
    "agreed": "y",
    "clinician": "Dr Amara",
    "agreed-on": "yesterday",
    "dose-agreed": "y",
    "total-agreed": "y",
    "label": "minutes awake",
    "low": "0",
    "high": "480",
    "better": "1",
    "helper": "Maria",
    "draw": "draw",
}
STOP = {"safety-kidney_severe": "y", "safety-myasthenia": "y"}
ALL_YES = {f"safety-{question.id}": "y" for question in questions()} | {"safety-other_magnesium_mg": "120"}
LONG_WORDS = {"diagnosis": "d" * 400, "conditions": "c " * 200, "medicines": "m" * 400, "title": "t " * 60}
PLAINEST = "off against one form"
BRANCHES = {
    PLAINEST: {},
    "by the weight of the salt": {"label-first": "2", "amount-first": "1200"},
    "a form that is not listed": {"form-first": "magnesium orotate"},
    "two doses": {"compare": "2", "amount-second": "300"},
    "two doses by the salt": {"compare": "2", "label-first": "2", "amount-first": "600", "amount-second": "1200"},
    "two forms": {"compare": "3"},
    "two forms that are not listed": {"compare": "3", "form-first": "???a", "form-second": "washout x"},
    "forms against each other": {"compare": "4"},
    "above both upper levels": {"amount-first": "400"},
    "above them with other products": {"safety-other_magnesium_mg": "200"},
    "stop, with agreement": STOP | {"agreed-words": "Blood test in four weeks."},
    "everything skipped": dict.fromkeys((f"safety-{question.id}" for question in questions()), "s"),
    "a scale of one's own": {"rating": "2", "better": "2", "whole": "n", "threshold": "30,5"},
    "a helper": {"concealed": "2", "dummy": "y"},
    "a helper without a dummy": {"concealed": "2", "packet": "elsewhere"},
    "alone": {"concealed": "3"},
    "alone with a dummy": {"concealed": "3", "dummy": "y", "kind": "2"},
    "helper, forms against each other": {"compare": "4", "concealed": "2"},
    "balanced": {"kind": "2", "periods": "10", "max_run": "3"},
    "mirrored pairs": {"kind": "3", "pairs": "4"},
    "alternating": {"kind": "4", "blocks": "9"},
    "washout, run-in, dates": {
        "washout_nights": "2",
        "run_in_nights": "7",
        "start": "1.2.2027",
        "dose_time": "9.15",
        "entry_time": "7:05",
    },
    "research": {"purpose": "2", "consent": "The committee of the clinic, 2026-10-01."},
    "words and covariates": LONG_WORDS | {"covariates": "1, 4, Cups of tea"},
    "everything at once": STOP
    | ALL_YES
    | LONG_WORDS
    | {"compare": "3", "form-first": "citrate nonahydrate", "label-first": "2", "amount-first": "4000"}
    | {"amount-second": "900", "product-first": "p" * 120, "product-second": "q " * 60}
    | {"concealed": "2", "blocks": "2", "washout_nights": "3", "helper": "h" * 120, "packet": "f" * 90},
}


# --- a person who types


def talk_at(folder, **raw):
    return Talk(raw, TODAY, folder, STEPS, lambda _: 2.5)


def walk(branch, raw=None):
    """The questions of a branch in their order, each with what is typed and where the conversation stands."""
    talk = changed(talk_at(Path("trial"), **(raw or {})), {})
    while True:
        step = talk.open_step()
        text = (TYPED | branch).get(step.id, "")
        yield step, text, talk
        if step.id == "draw":
            return
        value = step.parse(text.strip() or proposal(step, talk), talk)
        talk = changed(talk, {step.id: value})


def road(branch):
    return plain_road() if branch == {} else [(step, text) for step, text, _ in walk(branch)]


@cache
def plain_road():
    return [(step, text) for step, text, _ in walk({})]


def lines_of(branch):
    return [text for _, text in road(branch)]


class Person:
    """Types lines and keeps every screen that was shown before each."""

    def __init__(self, lines, ending=EOFError):
        self.lines, self.ending = list(lines), ending
        self.out, self.screens = StringIO(), []

    def read(self, prompt):
        self.screens.append(self._shown() + prompt)
        if prompt.startswith("Enter shows more"):
            return ""
        if not self.lines:
            raise self.ending
        return self.lines.pop(0)

    def _shown(self):
        text = self.out.getvalue()
        self.out.seek(0)
        self.out.truncate()
        return text

    def plan(self, folder, **more):
        more = {"today": TODAY, "width": lambda _: 2.5} | more
        with redirect_stdout(self.out):
            answers = ask_plan(folder, read=self.read, **more)
        self.screens.append(self._shown())
        return answers

    @property
    def seen(self):
        """Everything shown, with line breaks taken out so that sentences can be found."""
        return " ".join("\n".join(self.screens).split())


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path):
    return Path("trial")


def protocol_of(answers):
    content = answered(load_template(DEFAULT_TEMPLATE), {key: value for key, value in answers.items() if key != "seal"})
    if content["design"].get("concealed", "open") == "open":
        content = merge(content, {"design": {"seed": 3}})
    return Protocol.build(content)


@cache
def planned(name):
    """A branch played to its end, and the answers it gave."""
    with tempfile.TemporaryDirectory() as home:
        person = Person(lines_of(BRANCHES[name]))
        return person, person.plan(Path(home) / "trial")


# --- every branch


@pytest.mark.parametrize("name", BRANCHES)
def test_every_branch_ends_in_a_valid_protocol_and_the_same_through_toml(name):
    _, answers = planned(name)
    assert tomllib.loads(tomli_w.dumps(answers)) == answers
    protocol = protocol_of(answers)
    assert protocol == protocol_of(tomllib.loads(tomli_w.dumps(answers)))
    assert all(arm.dose_mg for arm in protocol.active_arms)
    assert ("seal" in answers) == (protocol.concealed == "helper")
    assert "seed" not in answers["design"]


def test_nothing_is_drawn_and_no_seed_is_asked(folder, tmp_path):
    person = Person(lines_of({}))
    assert person.plan(folder) is not None
    assert [path.name for path in tmp_path.iterdir()] == ["trial.draft.toml"]
    assert "seed" not in person.seen


def test_the_plainest_road_says_what_was_taken(folder):
    answers = Person(lines_of({})).plan(folder)
    assert answers == {
        "title": "Does magnesium calm my legs at night?",
        "question": "Does magnesium calm my legs at night?",
        "reference": "off",
        "arms": [
            {"name": "off", "label": "no magnesium", "dose_mg": 0},
            {"name": "magnesium", "form": "citrate", "dose_mg": 200.0},
        ],
        "safety": {
            "answers": {question.id: False for question in questions() if question.kind == "yes-no"}
            | {"other_magnesium_mg": 0.0}
        },
        "outcome": {"threshold": 1.0},
        "design": {
            "kind": "randomized-blocks",
            "concealed": "open",
            "start": date(2026, 11, 24),
            "period_nights": 7,
            "blocks": 6,
            "washout_nights": 0,
            "run_in_nights": 0,
        },
        "conduct": {"dose_time": "21:30", "entry_time": "08:00", "purpose": "self-care"},
    }


@pytest.mark.parametrize(
    ("branch", "reference", "arms"),
    [
        ("two doses", "off", ["off", "lower dose", "higher dose"]),
        ("two forms", "off", ["off", "citrate", "oxide"]),
        ("two forms that are not listed", "off", ["off", "a", "washout-x"]),
        ("forms against each other", "citrate", ["citrate", "oxide"]),
    ],
)
def test_arms_and_reference_follow_from_what_is_compared(branch, reference, arms):
    protocol = protocol_of(planned(branch)[1])
    assert protocol.reference == reference
    assert [arm.name for arm in protocol.arms] == arms


def test_a_dose_by_the_salt_is_shown_and_kept_in_both_ways(folder):
    person = Person(lines_of(BRANCHES["by the weight of the salt"]))
    protocol = protocol_of(person.plan(folder))
    assert protocol.arm("magnesium").salt_mg == 1200
    assert protocol.arm("magnesium").dose_mg == pytest.approx(194.4)
    assert "194.4 mg elemental magnesium, that is about 1200 mg of magnesium citrate" in person.seen


def test_forms_without_off_do_not_say_that_nights_without_are_the_comparison(folder):
    conduct = protocol_of(Person(lines_of(BRANCHES["forms against each other"])).plan(folder)).conduct
    assert "without it" not in conduct.why_comparator


def test_what_was_said_stands_in_the_protocol(folder):
    branch = (
        BRANCHES["washout, run-in, dates"]
        | BRANCHES["a helper"]
        | BRANCHES["a scale of one's own"]
        | BRANCHES["words and covariates"]
        | BRANCHES["stop, with agreement"]
    )
    answers = Person(lines_of(branch)).plan(folder)
    protocol = protocol_of(answers)
    design, outcome = protocol.design, protocol.outcome
    assert (design.washout_nights, design.run_in_nights, str(protocol.start)) == (2, 7, "2027-02-01")
    assert (protocol.conduct.dose_time, protocol.conduct.entry_time) == ("09:15", "07:05")
    assert (protocol.conduct.helper, answers["seal"]) == ("Maria", "trial-helper-packet")
    assert protocol.arm("off").placebo
    assert (outcome.name, outcome.title, outcome.high) == ("minutes-awake", "minutes awake", 480)
    assert (outcome.better, outcome.whole, outcome.threshold) == ("higher", False, 30.5)
    assert protocol.analysis.covariates == ("caffeine", "exercise", "cups-of-tea")
    assert protocol.safety.agreement.clinician == "Dr Amara"
    assert protocol.safety.agreement.date == date(2026, 11, 22)
    assert protocol.safety.answers["myasthenia"] is True


def test_an_answer_that_is_left_open_is_no_answer(folder):
    protocol = protocol_of(Person(lines_of(BRANCHES["everything skipped"])).plan(folder))
    assert protocol.safety is not None
    assert dict(protocol.safety.answers) == {}


# --- the screen


def fits(person):
    for shown in person.screens:
        lines = shown.split("\n")
        assert len(lines) <= 24, shown
        assert max(map(cell_len, lines)) <= 80, shown


@pytest.mark.parametrize("branch", BRANCHES.values(), ids=BRANCHES)
def test_every_screen_and_every_help_fits_80_by_24(folder, branch):
    person = Person(word for text in lines_of(branch) for word in ("?", text))
    assert person.plan(folder) is not None
    fits(person)


@pytest.mark.parametrize("name", BRANCHES)
def test_no_screen_of_a_question_or_summary_has_to_be_paged(name):
    person, _ = planned(name)
    fits(person)
    assert not [shown for shown in person.screens if "Enter shows more" in shown]


def test_questions_are_short(folder):
    """Six lines with its keys and the prompt; choices, flags, prices and summaries take what they need."""
    for branch in BRANCHES.values():
        for step, _, talk in walk(branch):
            assert len(told(step.question, talk)) <= 130, step.id
            assert len(told(step.choices, talk)) <= 7, step.id


def test_every_step_has_help_and_every_default_is_allowed(folder):
    met = set()
    for branch in BRANCHES.values():
        for step, text, talk in walk(branch):
            met.add(step.id)
            assert len(told(step.help, talk)) > 30, step.id
            default = told(step.default, talk)
            if default is not None:
                step.parse(default, talk)
            value = step.parse(text.strip() or proposal(step, talk), talk)
            assert step.parse(value, talk) == value, step.id
    assert met == {step.id for step in STEPS}


def test_help_names_its_sources(folder):
    helps = {step.id: told(step.help, talk_at(folder)) for step in STEPS if step.id not in ("summary", "draw")}
    assert "Farrar 2001" in helps["threshold"]
    assert "Avioli & Berman 1966" in helps["period_nights"]
    assert "Avioli & Berman 1966" in helps["washout_nights"]
    assert "formula and atomic masses" in helps["form-first"]
    assert all(question.help in helps[f"safety-{question.id}"] for question in questions())


def test_no_colour_off_a_terminal_and_a_narrow_one_is_kept(folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "44")
    person = Person(lines_of({}))
    person.plan(folder)
    assert "\x1b" not in person.seen
    assert max(cell_len(line) for shown in person.screens for line in shown.split("\n")[:-1]) <= 44


def test_the_start_says_what_this_is_not(folder):
    person = Person([])
    person.plan(folder)
    assert "no medical device, gives no advice and proposes no dose" in person.seen


# --- safety and dose


@pytest.mark.parametrize("name", BRANCHES)
def test_no_dose_is_ever_proposed(name):
    person, _ = planned(name)
    asked = [shown for shown in person.screens if "mg" in shown and "in the evening?" in " ".join(shown.split())]
    assert asked
    assert all(shown.split("\n")[-1] == "> " for shown in asked)


@pytest.mark.parametrize(("dose", "flags"), [("250", []), ("300", ["250 mg"]), ("351", ["250 mg", "350 mg"])])
def test_doses_above_an_upper_level_are_flagged_with_the_source(folder, dose, flags):
    person = Person(lines_of({"amount-first": dose}))
    person.plan(folder)
    for row in facts.load("dose"):
        told_so = f"is above {row['mg_per_day']} mg" in person.seen
        assert told_so == (f"{row['mg_per_day']} mg" in flags)
        assert (row["source"] in person.seen) == told_so


def test_a_flagged_dose_can_be_taken_back(folder):
    lines = lines_of({"amount-first": "400"})
    place = lines.index("400") + 1
    person = Person([*lines[:place], "n", "200", *lines[place + 1 :]])
    assert person.plan(folder)["arms"][1]["dose_mg"] == 200


def test_other_products_count_towards_the_upper_levels(folder):
    person = Person(lines_of({"safety-other_magnesium_mg": "200"}))
    person.plan(folder)
    assert "400 mg elemental magnesium a day (200 mg and 200 mg from other products) is above 350 mg" in person.seen


@pytest.mark.parametrize("question", [one for one in questions() if one.kind == "yes-no"], ids=lambda one: one.id)
def test_a_yes_shows_its_finding_at_once(folder, question):
    branch = {f"safety-{question.id}": "y"}
    asked = road(branch)
    place = [step.id for step, _ in asked].index(f"safety-{question.id}")
    person = Person([text for _, text in asked[: place + 1]])
    person.plan(folder)
    (finding,) = screen(protocol_of(answers_from(given_by(branch))).safety)
    assert " ".join(finding_line(finding).split()) in " ".join(person.screens[-2].split())


def given_by(branch):
    """The answers of a branch as a draft holds them."""
    return next(talk.raw for step, _, talk in walk(branch) if step.id == "summary")


def test_a_stop_without_agreement_ends_without_a_plan(folder):
    asked = road(STOP)
    place = [step.id for step, _ in asked].index("agreed")
    lines = [text for _, text in asked]
    person = Person([*lines[:place], "n", "must not be asked"])
    assert person.plan(folder) is None
    assert person.lines == ["must not be asked"]
    assert "Show the lines above to the doctor who treats you" in person.seen
    assert draft_path(folder).is_file()
    again = Person(["", *lines[place:]])
    answers = again.plan(folder)
    assert answers["safety"]["agreement"] == {"clinician": "Dr Amara", "date": date(2026, 11, 22)}


def test_agreement_is_asked_right_after_the_last_stop_question():
    ids = [step.id for step in STEPS]
    stops = [f"safety-{row['id']}" for row in facts.load("safety") if row["level"] == "stop"]
    assert ids.index("agreed") == ids.index(stops[-1]) + 1


def test_another_stop_asks_for_agreement_again(folder):
    lines = lines_of({"safety-kidney_severe": "y"})
    person = Person([*lines[:-2], "4", "", "y"])
    assert person.plan(folder) is None
    assert "agreed" not in tomllib.loads(draft_path(folder).read_text())


# --- going back, changing


def test_going_back_once_from_every_question_changes_nothing(folder):
    for branch in ("off against one form", "everything at once"):
        lines = lines_of(BRANCHES[branch])
        expected = Person(lines).plan(folder)
        discard_draft(folder)
        back = [lines[0], *(word for text in lines[1:] for word in ("<", "", text))]
        assert Person(back).plan(folder) == expected
        discard_draft(folder)


def test_back_walks_as_far_as_one_likes(folder):
    asked = road({})
    place = [step.id for step, _ in asked].index("start")
    lines = [text for _, text in asked]
    person = Person([*lines[:place], *["<"] * 200, "2", *lines[1:4], "300", *[""] * 100])
    person.plan(folder)
    assert "This is the first question." in person.seen
    assert tomllib.loads(draft_path(folder).read_text())["compare"] == "off-doses"


def test_back_across_branches_forgets_nothing_that_still_fits(folder):
    asked = road(BRANCHES["a helper"])
    place = [step.id for step, _ in asked].index("kind")
    lines = [text for _, text in asked]
    to_open = [*lines[:place], "<", "<", "<", "<", "1"]  # packet, helper, dummy, concealed
    answers = Person([*to_open, *lines[place:]]).plan(folder)
    assert answers["design"]["concealed"] == "open"
    assert "seal" not in answers
    assert "placebo" not in answers["arms"][0]
    assert "helper" not in answers["conduct"]
    discard_draft(folder)
    there_again = [*to_open, "<", "2", *["", "", ""], *lines[place:]]
    answers = Person(there_again).plan(folder)
    assert (answers["conduct"]["helper"], answers["seal"]) == ("Maria", "trial-helper-packet")


def test_a_choice_that_no_longer_fits_is_asked_again(folder):
    """Packs shuffled by hand cannot make a balanced order."""
    asked = road({"kind": "2"})
    place = [step.id for step, _ in asked].index("price")
    lines = [text for _, text in asked]
    before = [step.id for step, _ in asked].index("concealed")
    back = ["<"] * (place - before)
    person = Person([*lines[:place], *back, "3", "n"])
    person.plan(folder)
    raw = tomllib.loads(draft_path(folder).read_text())
    assert raw["concealed"] == "alone"
    assert "kind" not in raw


def test_another_form_takes_the_dose_back(folder):
    talk = talk_at(folder, **{"form-first": "citrate", "label-first": "salt", "amount-first": "1200"})
    raw = changed(talk, {"form-first": "oxide"}).raw
    assert raw == {"form-first": "oxide"}


def test_a_number_in_the_summary_changes_that_line_alone(folder):
    lines = lines_of({})
    person = Person([*lines[:-1], "5", "2.5"])
    person.plan(folder)  # line 5 is the rating: its Enter-kept answer and then the summary again
    discard_draft(folder)
    person = Person([*lines[:-2], "6", "2.5", "", "3", "1", "2", "900", "", "", "", "draw"])
    answers = person.plan(folder)
    assert answers["outcome"]["threshold"] == 2.5
    assert answers["arms"][1] == {"name": "magnesium", "form": "citrate", "salt_mg": 900.0}


def test_a_row_of_the_price_table_is_taken_and_priced_again(folder):
    asked = road({})
    place = [step.id for step, _ in asked].index("price")
    lines = [text for _, text in asked]
    widths = []

    def width(protocol):
        widths.append(protocol.nights)
        return 200 / protocol.nights

    person = Person([*lines[:place], "3", *lines[place:]])
    answers = person.plan(folder, width=width)
    table = next(shown for shown in person.screens if "smallest p" in shown)
    row = re.search(r"^  3  (\d+) periods of (\d+) nights? +(\d+) ", table, flags=re.MULTILINE)
    periods, nights, all_nights = map(int, row.groups())
    assert (answers["design"]["blocks"], answers["design"]["period_nights"]) == (periods / 2, nights)
    assert protocol_of(answers).nights == all_nights
    assert f"{200 / all_nights:.1f}" in table
    assert "Smallest p" in table
    assert len(set(widths)) > 4


def test_a_width_that_cannot_be_worked_out_stops_nobody(folder):
    def width(protocol):
        raise RefusalError("no")

    assert Person(lines_of({})).plan(folder, width=width) is not None


def test_the_real_width_is_shown(folder):
    person = Person(lines_of({}))
    person.plan(folder, width=None)
    assert re.search(r"84 nights \(12 weeks\)\. 95 % interval: about [1-9]\.[0-9] points wide", person.seen)


def test_concerns_are_said_before_anything_is_drawn(folder):
    person = Person(lines_of({"blocks": "3"}))
    person.plan(folder)
    assert person.seen.count("can reach p = 0.25 at best") == 2


def test_short_periods_say_what_a_null_result_would_not(folder):
    person = Person(lines_of({}))
    person.plan(folder)
    assert "says little about slow effects (Jadidi 2022)" in person.seen


# --- leaving and going on


@pytest.mark.parametrize("ending", ["q", EOFError, KeyboardInterrupt], ids=["q", "end of input", "Ctrl-C"])
@pytest.mark.parametrize("place", [1, 4, 9, 26, 34, 40])
def test_one_can_leave_anywhere_and_go_on(folder, place, ending):
    lines = lines_of({})
    person = Person([*lines[:place], "q"] if ending == "q" else lines[:place], ending=ending)
    assert person.plan(folder) is None
    path = draft_path(folder)
    assert path.name == "trial.draft.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "nof1 plan trial" in person.seen
    assert "Traceback" not in person.seen
    again = Person(["", *lines[min(place, len(lines) - 2) :]])
    assert again.plan(folder) == planned(PLAINEST)[1]
    assert path.is_file()
    discard_draft(folder)
    assert not path.exists()
    discard_draft(folder)


def test_a_draft_is_the_answers_and_nothing_else(folder):
    Person(lines_of({})).plan(folder)
    raw = tomllib.loads(draft_path(folder).read_text())
    assert raw == given_by({})
    assert set(raw) <= {step.id for step in STEPS if step.kept}


def test_leaving_at_once_leaves_nothing(folder, tmp_path):
    person = Person(["q"])
    assert person.plan(folder) is None
    assert list(tmp_path.iterdir()) == []
    assert "nothing was kept" in person.seen


def test_a_draft_can_be_left_alone_or_started_over(folder):
    lines = lines_of({})
    Person(lines[:6]).plan(folder)
    content = draft_path(folder).read_bytes()
    for leave in (["3"], ["q"], ["?", "<", "3"], []):
        assert Person(leave).plan(folder) is None
        assert draft_path(folder).read_bytes() == content
    answers = Person(["2", *lines_of({"amount-first": "100"})]).plan(folder)
    assert answers["arms"][1]["dose_mg"] == 100


def test_on_another_day_a_start_that_is_over_is_asked_again(folder):
    lines = lines_of({})
    Person(lines[:-2]).plan(folder)
    again = Person(["", "2027-01-04", "", "", "draw"])
    answers = again.plan(folder, today=date(2027, 1, 3))
    assert answers["design"]["start"] == date(2027, 1, 4)


@pytest.mark.parametrize(
    "content",
    [
        b"compare = ",
        b"\xff\xfe\x00",
        b"compare = 1\n",
        b"[compare]\na = 1\n",
        b"a = " + b"[" * 5000,
        b"\x00" * 100,
    ],
    ids=["half", "no text", "a number", "a table", "deep", "zeros"],
)
def test_a_damaged_draft_is_kept_aside_with_one_message(folder, content):
    path = draft_path(folder)
    path.write_bytes(content)
    person = Person(lines_of({}))
    assert person.plan(folder) is not None
    assert person.seen.count("is damaged") == 1
    assert path.with_name("trial.draft.damaged.toml").read_bytes() == content


def test_answers_of_a_draft_that_do_not_fit_are_asked_again(folder):
    strange = {
        "compare": "nonsense",
        "amount-first": "-4",
        "kind": "balanced",
        "concealed": "alone",
        "period_nights": "seven",
        "start": "2020-01-01",
        "low": "9",
        "rating": "own",
        "high": "1",
        "covariates": "night",
        "draw": "draw",
        "summary": "99",
        "unknown": "x",
    }
    draft_path(folder).write_text(tomli_w.dumps(strange))
    person = Person(["", *[""] * 3, "citrate", "1", "200"])
    person.plan(folder)
    raw = tomllib.loads(draft_path(folder).read_text())
    assert raw["amount-first"] == "200"
    assert raw["concealed"] == "alone"
    assert raw["low"] == "9"
    assert {"kind", "period_nights", "start", "high", "covariates", "unknown"}.isdisjoint(raw)


def test_a_draft_that_cannot_be_written_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises((InputError, Exception), match="could not be written"):
        Person(lines_of({})).plan(tmp_path / "file" / "trial")


# --- bad and hostile answers


@pytest.mark.parametrize(
    ("step", "text", "sentence"),
    [
        ("compare", "7", "Type a number from 1 to 4."),
        ("compare", "²", "Type a number from 1 to 4."),
        ("title", "a" * 10_000, "That has 10000 letters; at most 120 fit."),
        ("title", "a\x1b[31mb", "invisible character U+001B"),
        ("title", "\udcff", "holds a letter that cannot be read"),
        ("form-first", "", "An empty line is none of the choices."),
        ("form-first", "8", "Type a number from 1 to 7."),
        ("label-first", "", "An empty line is none of the choices."),
        ("amount-first", "", "An empty line is no number."),
        ("amount-first", "1.230", "can be read two ways"),
        ("amount-first", "1,230", "can be read two ways"),
        ("amount-first", "0", "Type a number above 0 and up to 5000."),
        ("amount-first", "-5", "Type a number above 0 and up to 5000."),
        ("amount-first", "nan", "is no number"),
        ("amount-first", "1e3", "is no number"),
        ("amount-first", "٣", "is no number"),
        ("amount-first", "9" * 400, "is no number"),
        ("safety-pregnant", "maybe", "Type y, n, or s to leave it open."),
        ("safety-pregnant", "", "Type y, n, or s to leave it open."),
        ("safety-other_magnesium_mg", "lots", "Or s to leave it open."),
        ("threshold", "10", "Type a number above 0 and up to 9.9."),
        ("concealed", "0", "Type a number from 1 to 3."),
        ("period_nights", "0", "Type a whole number from 1 to 90."),
        ("period_nights", "7.5", "Type a whole number from 1 to 90."),
        ("blocks", "1", "Type a whole number from 2 to 200."),
        ("start", "2026-11-22", "Type a date from 2026-11-23"),
        ("start", "2026-02-30", "is no date"),
        ("start", "12/11/2026", "is no date"),
        ("dose_time", "25:00", "is no time of day"),
        ("price", "9", "is no row of the table"),
        ("covariates", "night", "cannot be recorded"),
        ("covariates", "Severity", "is what you rate each night already"),
        ("covariates", "a,b,c,d,e,f,g", "at most 6"),
        ("summary", "99", "Press Enter, or type a number from 1 to 14"),
        ("draw", "", "Type draw, or type a number from 1 to 14"),
        ("draw", "yes", "Type draw, or type a number from 1 to 14"),
    ],
)
def test_a_bad_answer_gets_one_sentence_and_the_question_again(folder, step, text, sentence):
    asked = road({})
    place = [one.id for one, _ in asked].index(step)
    lines = [typed for _, typed in asked]
    if not text and proposal(asked[place][0], talk_at(folder)) is not None:
        text = " "
    person = Person([*lines[:place], text, *lines[place:]])
    answers = person.plan(folder)
    assert sentence in person.seen
    assert answers == planned(PLAINEST)[1]


def test_bad_answers_that_only_some_branches_ask_for(folder):
    cases = [
        (BRANCHES["two doses"], "amount-second", "150", "is not above the lower dose (200 mg)"),
        (BRANCHES["two forms"], "form-second", "Citrate", "is the first form already"),
        (BRANCHES["a helper"], "packet", "trial", "must lie outside the trial folder"),
        (BRANCHES["a helper"], "packet", "trial/packet", "must lie outside the trial folder"),
        (BRANCHES["a helper"], "packet", ".", "must lie outside the trial folder"),
        (BRANCHES["a helper"], "packet", "full", "is already there and not empty"),
        (BRANCHES["a helper"], "packet", "~nobody-at-all/x", "is no name that a folder can have"),
        (BRANCHES["a helper"], "helper", "", "This one is needed."),
        (BRANCHES["stop, with agreement"], "agreed-on", "tomorrow", "Type a date from"),
        (BRANCHES["stop, with agreement"], "clinician", "-", "This one is needed."),
        (BRANCHES["a scale of one's own"], "label", "night", "is a name the diary uses itself"),
        (BRANCHES["a scale of one's own"], "label", "!!!", "Use other words"),
        (BRANCHES["a scale of one's own"], "high", "0", "Type a number above 0"),
        (BRANCHES["balanced"], "periods", "3", "Type a whole number from 4 to 400."),
        (BRANCHES["two forms"] | {"kind": "2"}, "periods", "5", "5 periods are too few for 3 arms"),
        ({"period_nights": "90"}, "blocks", "150", "at most 3660 are allowed"),
    ]
    Path("full").mkdir()
    Path("full", "file").write_text("")
    for branch, step, text, sentence in cases:
        asked = road(branch)
        place = [one.id for one, _ in asked].index(step)
        lines = [typed for _, typed in asked]
        person = Person([*lines[:place], text, *lines[place:]])
        assert person.plan(folder) is not None
        assert sentence in person.seen, step
        discard_draft(folder)


def test_markup_and_emoji_are_data(folder):
    words = "[bold]warm[/bold] :smile: \U0001f9b5 <b>"
    person = Person(lines_of({"title": words, "product-first": words, "covariates": "1"}))
    answers = person.plan(folder)
    assert answers["title"] == words
    assert protocol_of(answers).title == words
    assert words in person.seen


GIVEN = given_by({})
NEAR = st.sampled_from(
    [
        *[""] * 6,
        *"1234ynyn<<?-s",
        "7",
        "12",
        "200",
        "400",
        "draw",
        "2027-01-04",
        "21:30",
        "citrate",
        "own",
        "a" * 10_000,
    ]
)
HOSTILE = st.one_of(NEAR, NEAR, NEAR, st.text(max_size=40))


@settings(max_examples=40, deadline=None)
@given(st.lists(HOSTILE, max_size=80), st.integers(0, 60))
def test_whatever_is_typed_ends_in_a_valid_plan_or_a_draft(lines, start):
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "trial"
        begun = dict(list(GIVEN.items())[: start + 1])
        draft_path(folder).write_text(tomli_w.dumps(begun))
        person = Person(["1", *lines])
        answers = person.plan(folder)
        fits(person)
        if answers is not None:
            assert tomllib.loads(tomli_w.dumps(answers)) == answers
            protocol_of(answers)
        raw = tomllib.loads(draft_path(folder).read_text())
        rest = [text for _, text, _ in walk({}, raw)]
        protocol_of(Person(["", *rest]).plan(folder))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(STEPS), st.text(max_size=30) | NEAR)
def test_reading_an_answer_twice_gives_the_same_answer(step, text):
    talk = replace(talk_at(Path("nowhere")), raw=GIVEN)
    with suppress(InputError):
        answer = step.parse(text, talk)
        assert step.parse(answer, talk) == answer
