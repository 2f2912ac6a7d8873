"""What an adopted trial shows, wherever it shows something: what the table and the person said, and nothing that nobody did.

Three tables of other things than legs and magnesium. Every text of every page, picture, screen and notebook is looked through in both
languages; and every sentence that could be said of a result is, by the rule that words it.
"""

import importlib.util
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.text import Text

from nof1 import InputError, Trial, fit, fit_cohort, plots
from nof1.language import Language, speaking
from nof1.report.results.cohort import About, cohort_data
from nof1.report.results.summary import summary_data
from nof1.subject import Subject, worded

_SPEC = importlib.util.spec_from_file_location(
    "extract_words", Path(__file__).parents[3] / "scripts" / "extract_words.py"
)
extracting = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(extracting)

# What nobody said of these tables, by language. What is typed (families, options) has its own names.
NOT_SAID = {
    "en": r"(?i)beforehand|before the first (?:night|day)|decided before|magnesium|restless|\blegs?\b|\biron\b|elemental|evening|rating|\brated\b"
    r"|planned|own record|at home|self-care|not registered|the person knew what|full diary|log every|person recorded|\bRLS\b",
    "de": r"(?i)vorab|im Voraus|vor der ersten Nacht|vor dem ersten Tag|Magnesium|unruhig|\bBeine?\b|\bEisen|elementar|Abend|bewert"
    r"|geplant|eigene Aufzeichnung|zu Hause|Selbstfürsorge|nicht registriert|wusste, was|volles Tagebuch|\bRLS\b",
}
OF_NIGHTS = {"en": r"(?i)\bnights?\b|nightly", "de": r"(?i)\bn[aä]chte?n?\b|nächtlich"}
OF_POINTS = {"en": r"\bpoints\b|\d point\b", "de": r"Punkten? (?:niedriger|höher)|in Punkten|\(Punkte\)|\d Punkte?\b"}
TYPED = re.compile(r"`[^`]*`|\"[^\"]*\"|family = \S+|--[\w-]+")

AIR = {"arm": "purifier", "reference": "off", "outcome": "PM2.5 (µg/m³)", "low": 0, "high": 200, "better": "lower"}


def stretches(seed, length, arms, days, low=20.0, effect=-6.0):
    """Made-up values on arms that take turns, each for a few days; the arm, and the values with one of them missing."""
    rng = np.random.default_rng(seed)
    arm = np.tile(np.repeat(arms, length), days)[:days]
    values = np.round(low + effect * (arm == arms[-1]) + rng.normal(0, 3, days), 1)
    values[days // 2] = np.nan
    return arm, values


def air(**options):
    """Days by date, with a unit, labels, guesses, and days without a row that were untreated."""
    arm, values = stretches(1, 4, ["off", "on"], 56)
    guess = np.where(np.arange(56) % 3 == 0, "off", "on")
    frame = pd.DataFrame({"day": pd.date_range("2025-03-01", periods=56), "purifier": arm, "PM2.5 (µg/m³)": values})
    frame = frame.assign(believed=guess).drop(index=[20, 21, 22])
    return frame, AIR | {
        "date": "day", "dated_by": "day", "unit": "µg/m³", "labels": {"on": "purifier on"}, "guess": "believed",
        "gaps": "untreated", "carryover": "exponential",
    } | options  # fmt: skip


def headaches(**options):
    """Numbered nights with nothing said beyond what must be: three arms, a scale, and which way is better."""
    arm, values = stretches(2, 3, ["water", "tea", "coffee"], 54, low=5.0, effect=-1.5)
    frame = pd.DataFrame({"number": np.arange(1, 55), "drink": arm, "headache": np.clip(values, 0, 10)})
    return frame, {
        "arm": "drink", "reference": "water", "outcome": "headache", "low": 0, "high": 10, "better": "lower", "day": "number",
    } | options  # fmt: skip


def steps(**options):
    """Days with a stated threshold, blocks, a start-up, and first days of periods left out."""
    arm, values = stretches(3, 5, ["bus", "bike"], 60, low=8000.0, effect=900.0)
    frame = pd.DataFrame({"n": np.arange(301, 361), "way": arm, "steps": values})
    return frame, {
        "arm": "way", "reference": "bus", "outcome": "steps", "low": 0, "high": 20000, "better": "higher", "day": "n", "nights": "days",
        "unit": "steps", "threshold": 500, "blocks": 2, "start_up": True, "carryover": "discard:1",
    } | options  # fmt: skip


TABLES = {"air": air, "headaches": headaches, "steps": steps}


@pytest.fixture(scope="module", params=TABLES)
def adopted(request):
    """A table's name, its trial and the result."""
    frame, options = TABLES[request.param]()
    trial = Trial.from_frame(frame, **options)
    return request.param, trial, fit(trial, engine="marginal")


def texts(content):
    """Every text in nested data."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from texts(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from texts(value)


def drawn(trial, result):
    """Every text of every picture, and the pictures in words."""
    of_trial, of_result = ("nights", "period_means", "schedule"), (
        "autocorrelation", "checks", "cohort", "effect", "engines", "exposure", "left_out", "over_time", "predictive",
        "prior_posterior", "probabilities", "randomization", "sensitivity",
    )  # fmt: skip
    seen = 0
    for name in (*of_trial, *of_result):
        source = trial if name in of_trial else [result] if name == "cohort" else result
        try:
            picture = getattr(plots, name)(source)
        except InputError as refused:  # words, too: why there is none
            yield name, str(refused)
            continue
        seen += 1
        figure = getattr(picture, "figure", None) or picture
        for text in figure.findobj(Text):
            yield name, text.get_text()
        pyplot.close("all")
    assert seen > 10
    for name, told in plots.describe(trial, result).items():
        yield f"{name} in words", told


def pages(trial, result):
    """Every text of the pages in both sizes, and of the pictures."""
    names = {"nights", "effect", "periods", "exposure", "sensitivity", "probabilities"}
    for large in (False, True):
        for text in texts(summary_data(result, names, large_print=large)):
            yield "page", text
    yield from drawn(trial, result)


def hold(name, found, language="en"):
    """No text holds a word that nobody said, of nights where they are days, or of points where there is a unit."""
    forbidden = [NOT_SAID[language]]
    forbidden += [OF_NIGHTS[language]] if name in ("air", "steps") else []
    forbidden += [OF_POINTS[language]] if name in ("air", "steps") else []
    looked = 0
    for where, text in found:
        looked += bool(text)
        bare = TYPED.sub("", text)
        assert not [match for one in forbidden for match in re.findall(one, bare)], (where, text)
    return looked


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_says_what_nobody_said(adopted, language):
    name, trial, result = adopted
    with speaking(language):
        assert hold(name, pages(trial, result), language) > 200


def test_every_page_names_what_was_not_stated(adopted):
    name, _, result = adopted
    told = " ".join(texts(summary_data(result, set())))
    assert "Setting Not stated." in told
    assert "Other treatment Not stated." in told
    assert ("Nobody stated how large a change must be to matter" in told) == (name != "steps")
    settled = re.findall("made no difference that matters|helped\\.|made it worse\\.", told)
    assert name == "steps" or not settled


def test_notebook_and_record_say_no_more(adopted):
    name, trial, result = adopted
    shown = [("repr", repr(one)) for one in (trial, result, trial.protocol)]
    shown += [("html", one._repr_html_()) for one in (trial, result, trial.protocol)]
    assert hold(name, shown) == 6
    if name != "steps":
        assert all("none stated" in text for where, text in shown if "Trial" not in text[:30])
    effect = result.record.to_dict()["effects"][0]
    assert (effect["threshold"] is None) == (name != "steps")
    if name != "steps":
        assert effect["verdict"] in ("leans better", "leans worse", "can't tell yet")
        assert effect["best_bet"] is None


def test_the_protocol_s_file_says_no_more(adopted):
    name, trial, _ = adopted
    text = trial.protocol.to_toml()
    keys = re.compile(r"^(nights|nights_are|.*_nights) =", re.MULTILINE)
    assert hold(name, [("protocol.toml", keys.sub("", text))])
    assert "conduct" not in text
    assert type(trial.protocol).parse(text) == trial.protocol


@pytest.mark.clock
@pytest.mark.parametrize("name", TABLES)
def test_screens_say_no_more(name, tmp_path, nof1):
    frame, options = TABLES[name]()
    frame.to_csv(tmp_path / "table.csv", index=False)
    labels = options.pop("labels", {})
    words = [
        word for key, value in options.items() if value is not True for word in (f"--{key.replace('_', '-')}", value)
    ]
    words += [f"--{key.replace('_', '-')}" for key, value in options.items() if value is True]
    words += [word for arm, label in labels.items() for word in ("--label", f"{arm}={label}")]
    folder = tmp_path / "it"
    told = []
    for command in (
        ("adopt", folder, tmp_path / "table.csv", *words),
        ("status", folder),
        ("analyze", folder, "--engine", "marginal"),
        ("report", folder),
        ("check", folder),
        ("share", folder, "--out", tmp_path / "shared"),
    ):
        status, out, err = nof1(*command)
        assert status == 0, err
        told += [(command[0], line.replace(str(tmp_path), "")) for line in f"{out}\n{err}".splitlines()]
    assert hold(name, told) > 30
    copies = [*(tmp_path / "shared").glob("*.csv"), *(tmp_path / "shared" / "trials").rglob("protocol.toml")]
    assert len(copies) == 5
    for path in copies:
        assert not re.findall(NOT_SAID["en"], path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_cohort_of_tables_says_no_more(language):
    people = {}
    for i in range(3):
        frame, options = air(guess=None, carryover="none", gaps=None)
        frame["PM2.5 (µg/m³)"] += i
        people[f"home {i}"] = Trial.from_frame(frame, **{key: of for key, of in options.items() if of is not None})
    cohort = fit_cohort(people)
    with speaking(language):
        told = [("cohort", text) for text in texts(cohort_data(cohort, About(outcome="PM2.5")))]
        picture = plots.forest(cohort)
        told += [("forest", text.get_text()) for text in picture.figure.findobj(Text)]
        pyplot.close("all")
    allowed = re.compile(r"many people recorded|viele Menschen aufgezeichnet|eigenen? .*Protokoll")
    assert hold("air", [(where, allowed.sub("", text)) for where, text in told], language) > 40
    assert hold("air", [("repr", repr(cohort)), ("html", cohort._repr_html_())]) == 2
    whole = " ".join(text for _, text in told)
    assert "purifier on" in whole
    assert "µg/m³" in whole
    if language == "en":
        assert "Nobody stated how large a change must be to matter" in whole
        assert "helped" not in whole


# Sentences of results that are said of planned trials alone.
OF_PLANNED_ALONE = {
    # of many people, where it was stated how many nights each was to record, and where it was not
    "finished: recorded to the planned end",
    "A table does not tell how many days were planned.",
    "One day is missing; a full diary would tell more.",
    "{count} days are missing; a full diary would tell more.",
    "Self-care: it answers a question of this one person.",
    "{title}, from {low:g} to {high:g}; {better}. The person's own record of each day.",
    "{mg:g} mg of elemental magnesium a day",  # where the form of magnesium is stated
    "Not registered.",
    "Short periods say nothing about effects that take weeks or months, such as the filling of iron stores.",
    "The {count:,} planned day after the last entry would settle it with a chance of {chance}",
    "The {count:,} planned days after the last entry would settle it with a chance of {chance}",
    "on the first planned day",  # of results of the first version
    "{nights} with magnesium taken",
    "Simulated data: made up by a program, no person recorded these days.",
    "{recorded} of the {planned} days until the trial was stopped were recorded ({whole} were planned)",  # a plan alone is stopped
    "The order of the periods was drawn at random before the first day, and known from then on.",
    "The order of the periods was drawn at random before the first day and sealed with a helper.",
    "{recorded} of {planned} planned days were recorded",
    "The person knew what they took.",
    "Planned without the safety screen. {foot}",
    # beside an answer for the worse, where there is a safety screen, or a table whose arms are magnesium
    "A medicine that can bring restless legs on:",
    "Low iron:",
    "Magnesium can keep part of such a medicine from being absorbed. If {arm} did worse, it may be because less of that medicine got "
    "into the body.",
    "in restless legs also {kinds}",
    "low iron (ferritin and transferrin saturation)",
    "medicines that can bring restless legs on: antihistamines, antidepressants, metoclopramide, antipsychotics",
    "medicines that magnesium can keep from being absorbed, such as gabapentin, and at what hours they are taken",
}


def test_no_sentence_that_a_result_can_have_says_more_of_a_table():
    found = extracting.extract()
    of_results = [
        text
        for message in found
        if message.id
        and any(
            name.startswith(extracting._OF_RESULTS) and name not in extracting._OF_PLANS
            for name, _ in message.locations
        )
        for text in ((message.id,) if isinstance(message.id, str) else message.id)
    ]
    assert len(of_results) > 900
    told = {worded(text, Subject(adopted=True, days=True)) for text in of_results}
    saying = re.compile(f"{NOT_SAID['en']}|{OF_NIGHTS['en'].removeprefix('(?i)')}")
    assert {text for text in told if saying.search(re.sub(r"\{[^{}]*\}", "", TYPED.sub("", text)))} == OF_PLANNED_ALONE


def test_every_sentence_that_was_asked_for_can_be_translated(adopted, monkeypatch):
    asked, template = set(), Language.template

    def remember(language, one, many, count):
        asked.add(one)
        return template(language, one, many, count)

    monkeypatch.setattr(Language, "template", remember)
    _, trial, result = adopted
    for _ in pages(trial, result):
        pass
    found = {
        message.id if isinstance(message.id, str) else message.id[0] for message in extracting.extract() if message.id
    }
    assert len(asked) > 150
    assert asked <= found


def test_words_of_the_table_are_never_nof1_s_own():
    frame, options = air(labels={"on": "magnesium", "off": "off"})
    result = fit(Trial.from_frame(frame, **options), engine="marginal")
    with speaking("de"):
        told = " ".join(texts(summary_data(result, set())))
    assert "magnesium" in told
    assert "Magnesium" not in told
    assert "ohne" not in told.split("magnesium")[1].split(".")[0]


def test_what_is_not_said_is_not_in_the_protocol_and_leaves_older_ones_as_they_were():
    """A protocol of before has every text of a planned trial in it; its hash stands on pages that were printed."""
    frame, options = headaches()
    protocol = Trial.from_frame(frame, **options).protocol
    content = protocol.to_dict()
    assert not {"unit"} & set(content["outcome"])
    assert "nights_are" not in content["design"]
    older = content | {"conduct": type(protocol.conduct)().model_dump(exclude_none=True)}
    read = type(protocol).build(older)
    assert read.to_dict() == older
    assert read.sha256() != protocol.sha256()
    result = fit(_as(read, frame, options), engine="marginal", sensitivity=False)
    assert hold("headaches", [("page", text) for text in texts(summary_data(result, set()))])


def _as(protocol, frame, options):
    return replace(Trial.from_frame(frame, **options), protocol=protocol)
