"""A person who goes through the wizard: what is typed in every branch, and every screen that was shown."""

import tempfile
from contextlib import redirect_stdout
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path

from rich.cells import cell_len

from nof1.analyze.simulation.chances import Chances
from nof1.cli.wizard.answers import changed
from nof1.cli.wizard.conversation import ask_plan
from nof1.cli.wizard.safety import LISTS
from nof1.cli.wizard.step import Price, Talk, Turn, proposal
from nof1.cli.wizard.steps import STEPS
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, answered, load_template, merge

TODAY = date(2026, 11, 23)
PRICE = Price(2.5, Chances(trials=100, points=2.0, says=37, leans=36, says_nothing=49, mistaken=6))
# Questions that are asked one by one, since a yes to one of them alone says stop.
STOPS = ("kidney_severe", "heart_conduction", "myasthenia", "chronic_diarrhoea", "magnesium_allergy")

# What is typed where Enter takes nothing.
TYPED = {
    "form-first": "1",
    "amount-first": "200 elemental",
    "form-second": "oxide",
    "amount-second": "390 salt",
    "meant-first": "y",
    "meant-second": "y",
    "safety-age": "45",
    "safety-medicines": "-",
    **dict.fromkeys(LISTS, "0"),
    **{f"safety-{id_}": "n" for id_ in (*STOPS, "augmentation", "pulse_symptoms")},
    "safety-kidney_measured": "y",
    "safety-known": "0",
    "lately": "5 4 0 6",
    "safety-ferritin": "110",
    "safety-ferritin_on": "2026-10-20",
    "safety-transferrin_saturation": "30",
    "safety-transferrin_saturation_on": "2026-10-20",
    "safety-other_magnesium_mg": "0",
    "collides": "y",
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
KNOWN = {"safety-known": "1, 2, 3"}
MEDICINES = "gabapentin 600 mg 21:30, digoxin 0,25 mg 8 Uhr; a tablet whose name is long 7:00 and 19:00, insulin"
ALL_YES = {id_: ", ".join(question.id for question in listed) for id_, listed in LISTS.items()} | {
    "safety-age": "80",
    "safety-medicines": MEDICINES,
    "safety-known": "1, 2, 3",
    **{f"safety-{id_}": "y" for id_ in (*STOPS, "augmentation", "pulse_symptoms")},
    "safety-kidney_measured": "n",
    "safety-ferritin": "l",
    "safety-transferrin_saturation": "12",
    "safety-other_magnesium_mg": "120",
}
UNKNOWN = (
    dict.fromkeys(LISTS, "d")
    | {"safety-medicines": "insulin"}
    | {
        f"safety-{id_}": "d"
        for id_ in (
            *STOPS,
            "known",
            "age",
            "augmentation",
            "pulse_symptoms",
            "kidney_measured",
            "ferritin",
            "transferrin_saturation",
            "other_magnesium_mg",
        )
    }
)
LONG_WORDS = {"diagnosis": "d" * 400, "conditions": "c " * 200, "medicines": "m" * 400, "title": "t " * 60}
PLAINEST = "off against one form"
BRANCHES = {
    PLAINEST: {},
    "nights at the floor": {"lately": "0 0 3 0 5"},
    "blood values": KNOWN,
    "by the weight of the salt": {"amount-first": "1200 salt"},
    "a form that is not listed": {"form-first": "magnesium orotate", "amount-first": "200"},
    "two doses": {"compare": "2", "amount-second": "300"},
    "two doses by the salt": {"compare": "2", "amount-first": "600 salt", "amount-second": "1200"},
    "two forms": {"compare": "3"},
    "two forms that are not listed": {
        "compare": "3",
        "form-first": "???a",
        "form-second": "washout x",
        "amount-first": "200",
        "amount-second": "390",
    },
    "forms against each other": {"compare": "4"},
    "above both upper levels": {"amount-first": "400 elemental"},
    "above the limit that needs a doctor": {"amount-first": "600 elemental"},
    "a slip that is meant": {"amount-first": "4 elemental"},
    "two doses that look like slips": {"compare": "2", "amount-first": "4 elemental", "amount-second": "6"},
    "a bath": {"form-first": "sulfate", "route-first": "2", "product-first": "two cups of Epsom salt"},
    "a tablet and a spray": {"compare": "3", "route-second": "3", "product-second": "ten sprays"},
    "above them with other products": {"safety-known": "3", "safety-other_magnesium_mg": "200"},
    "stop, with agreement": STOP | {"agreed-words": "Blood test in four weeks."},
    "nothing known": UNKNOWN,
    "gabapentin at a time that is free": {"safety-medicines": "gabapentin 600 mg 21:30", "safety-apart": ""},
    "gabapentin at the dose's time": {
        "safety-medicines": "gabapentin 600 mg 21:30",
        "safety-apart": "1",
        "dose_time": "21:30",
    },
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
    "six of one's own": {"covariates": "Cups of tea, walked, glasses of wine, dinner, bath, mood of the day"}
    | {"covariate-kind-2": "2", "covariate-kind-4": "3", "covariate-kind-6": "4"},
    "everything at once": STOP
    | ALL_YES
    | LONG_WORDS
    | {"compare": "3", "form-first": "citrate nonahydrate", "amount-first": "4000 salt"}
    | {"amount-second": "900 salt", "product-first": "p" * 120, "product-second": "q " * 60}
    | {"concealed": "2", "blocks": "2", "washout_nights": "3", "helper": "h" * 120, "packet": "f" * 90},
}


# --- a person who types


def talk_at(folder, **raw):
    return Talk(raw, TODAY, folder, STEPS, lambda _: PRICE)


def walk(branch, raw=None):
    """The questions of a branch in their order, each with what is typed and where the conversation stands."""
    talk = changed(talk_at(Path("trial"), **(raw or {})), {})
    again, opens = [], bool(branch)
    while True:
        step = talk.following(again)
        again = again[again.index(step.id) + 1 :] if step.id in again else again
        text = (TYPED | branch).get(step.id, "")
        if step.id == "summary" and opens:
            opens = any(one.id in branch and talk.waits(one) for one in STEPS) or "more" in branch
            text, opens = "m" if opens else text, False
        if opens and not fitting(step, text, talk):
            text = ""  # typed once more choices are open
        yield step, text, talk
        if step.id == "draw":
            return
        answer = step.parse(text.strip() or proposal(step, talk), talk)
        turn = step.turn(answer, talk) or Turn(changes={step.id: answer})
        talk = changed(talk, turn.changes)
        again = [*turn.ask, *again]


def fitting(step, text, talk):
    try:
        step.parse(text.strip() or proposal(step, talk) or "", talk)
    except InputError:
        return False
    return True


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
        if prompt.startswith(("Enter shows more", "Eingabetaste zeigt mehr")):
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
        more = {"today": TODAY, "price": lambda _: PRICE} | more
        with redirect_stdout(self.out):
            answers = ask_plan(folder, read=self.read, **more)
        self.screens.append(self._shown())
        return answers

    @property
    def seen(self):
        """Everything shown, with line breaks taken out so that sentences can be found."""
        return " ".join("\n".join(self.screens).split())


def protocol_of(answers):
    told = {key: value for key, value in answers.items() if key not in ("seal", "acknowledge")}
    content = answered(load_template(DEFAULT_TEMPLATE), told)
    if content["design"].get("concealed", "open") == "open":
        content = merge(content, {"design": {"seed": 3}})
    return Protocol.build(content)


@cache
def planned(name):
    """A branch played to its end, and the answers it gave."""
    with tempfile.TemporaryDirectory() as home:
        person = Person(lines_of(BRANCHES[name]))
        return person, person.plan(Path(home) / "trial")


def given_by(branch):
    """The answers of a branch as a draft holds them."""
    raw = next(talk.raw for step, _, talk in walk(branch) if step.id == "draw")
    return {id_: answer for id_, answer in raw.items() if id_ != "summary"}


def fits(person):
    """Holds every screen against 80 x 24."""
    for shown in person.screens:
        lines = shown.split("\n")
        assert len(lines) <= 24, shown
        assert max(map(cell_len, lines)) <= 80, shown
