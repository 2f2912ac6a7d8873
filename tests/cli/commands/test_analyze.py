"""nof1 analyze and report, and folders that are no trial or a damaged one."""

import json
import shutil
from pathlib import Path

import pytest
from known import ROOT, SAMPLE

from nof1.plan.orders.draw import draw_order
from nof1.record.diary.entry import Entry
from nof1.record.trial import Trial

# --- analyze and report


@pytest.mark.clock
@pytest.mark.parametrize(
    "name",
    ["helps", pytest.param("worsens", marks=pytest.mark.slow), pytest.param("cant-tell", marks=pytest.mark.slow)],
)
def test_a_sample_trial_is_analyzed_and_reported(nof1, tmp_path, name):
    folder = tmp_path / name
    shutil.copytree(SAMPLE / name, folder)
    status, out, _ = nof1("analyze", folder, "--engine", "marginal")
    assert status == 0
    assert "Simulated" in out
    order = ("RLS severity is estimated", "better at all", "How far to trust it", "What else was recorded", "Saved in")
    places = [out.index(words) for words in order]
    assert places == sorted(places)
    status, out, _ = nof1("analyze", folder, "--engine", "marginal", "--json")
    assert (status, json.loads(out)["schema"]) == (0, 3)
    assert json.loads((folder / "results" / "results.json").read_text())["effects"]
    status, out, _ = nof1("report", folder, "--json")
    assert status == 0
    assert Path(json.loads(out)["summary"]).read_bytes().startswith(b"%PDF-")
    assert (folder / "results" / "checks.svg").read_text().startswith("<?xml")
    assert str(folder / "results" / "checks.svg") in json.loads(out)["figures"]


@pytest.mark.slow
@pytest.mark.clock
def test_other_languages_and_papers_stand_beside_the_usual_page(nof1, refused, tmp_path):
    folder = tmp_path / "helps"
    shutil.copytree(SAMPLE / "helps", folder)
    nof1("analyze", folder, "--engine", "marginal")
    nof1("report", folder)
    status, out, _ = nof1("report", folder, "--language", "de", "--paper", "letter", "--large-print")
    assert status == 0
    assert "On these nights, magnesium helped." in out
    results = folder / "results"
    assert str(results / "summary-de-letter-large.pdf") in out.replace("\n", "")
    assert (results / "summary.pdf").is_file()
    assert (results / "nights-de-letter-large.svg").read_bytes() != (results / "nights.svg").read_bytes()
    assert '"xx"' in refused("report", folder, "--language", "xx")


@pytest.mark.slow
@pytest.mark.clock
def test_the_demonstration_prints_one_json_with_the_answer_and_the_page(nof1, tmp_path, monkeypatch):
    from nof1.analyze import fit

    monkeypatch.setattr(fit, "fit", lambda trial, *, real=fit.fit, **options: real(trial, engine="marginal"))
    status, out, _ = nof1("demo", tmp_path / "demo", "--json")
    content = json.loads(out)
    assert (status, content["schema"]) == (0, 3)
    assert content["effects"] == json.loads((tmp_path / "demo" / "results" / "results.json").read_text())["effects"]
    assert Path(content["summary"]).read_bytes().startswith(b"%PDF-")
    assert all(Path(figure).is_file() for figure in content["figures"])


HOPELESS = {
    "no variation": (lambda i, period: 4, "no variation"),
    "a single period": (lambda i, period: i % 5 if period.number == 1 else None, "No night on"),
    "only the run-in": (lambda i, period: i + 3 if period.number == 0 else None, "No night on 'magnesium'"),
    "an arm never taken": (lambda i, period: i % 5 if period.arm == "off" else None, "No night on 'magnesium'"),
    "the reference never recorded": (lambda i, period: i % 5 if period.arm != "off" else None, "No night on 'off'"),
    "no night at all": (lambda i, period: None, "No night on 'off'"),
    "three nights": (lambda i, period: i % 5 if i in (0, 3, 7) else None, "night"),
}


@pytest.mark.parametrize(("rating", "message"), HOPELESS.values(), ids=HOPELESS)
def test_nights_that_cannot_answer_are_refused(refused, rated_folder, rating, message):
    assert message in refused("analyze", rated_folder(rating), "--engine", "marginal")


def test_a_dose_that_was_never_taken_is_refused(refused, nof1, tmp_path, make_protocol):
    protocol = make_protocol(analysis={"dose": "taken"})
    order = draw_order(protocol)
    entries = [Entry(night, outcome=night.day % 5, dose_mg=0) for period in order.periods for night in period.dates]
    Trial(protocol, order, tuple(entries)).write(tmp_path / "trial")
    assert "magnesium" in refused("analyze", tmp_path / "trial", "--engine", "marginal")


@pytest.mark.clock
def test_an_answer_is_saved_before_it_is_told(nof1, tmp_path, monkeypatch):
    shutil.copytree(SAMPLE / "helps", tmp_path / "helps")
    results = tmp_path / "helps" / "results" / "results.json"
    results.unlink(missing_ok=True)
    saved = []
    monkeypatch.setattr("nof1.cli.commands.analyze.tell", lambda *_, **__: saved.append(results.is_file()))
    nof1("analyze", tmp_path / "helps", "--engine", "marginal")
    assert saved == [True]


def test_a_report_before_an_analysis_is_refused_with_the_next_step(refused, trial_folder):
    assert "nof1 analyze" in refused("report", trial_folder)


# --- folders that are no trial, and damaged ones

OF_A_TRIAL = {
    "log": ("--night", "2026-01-12", "--set", "severity=4"),
    "status": (),
    "import": ("FILE", "--yes"),
    "analyze": ("--engine", "marginal"),
    "report": (),
}


@pytest.mark.clock
@pytest.mark.parametrize("command", OF_A_TRIAL)
@pytest.mark.parametrize("place", ["nowhere", "empty", "file"])
def test_a_folder_that_is_no_trial_is_refused(refused, tmp_path, write, command, place):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    table = write("date,severity\n2026-01-12,3\n")
    words = [table if word == "FILE" else word for word in OF_A_TRIAL[command]]
    assert "is no trial folder" in refused(command, tmp_path / place, *words)


DAMAGE = {
    "damaged TOML": ("protocol.toml", lambda text: text.replace("[outcome]", "[outcome", 1)),
    "no TOML at all": ("protocol.toml", lambda text: "\0\1\2"),
    "unknown option": ("protocol.toml", lambda text: text.replace("trend =", "trends =")),
    "a scale that is text": ("protocol.toml", lambda text: text.replace("low = 0.0", 'low = "zero"')),
    "an arm the protocol does not know": ("order.csv", lambda text: text.replace("magnesium", "zinc")),
    "a night missing in the order": ("order.csv", lambda text: text.replace("2026-01-09,", "2026-01-10,")),
    "an order without nights": ("order.csv", lambda text: text.splitlines()[0] + "\n"),
    "two rows for a night": ("diary.csv", lambda text: text + text.splitlines()[-1] + "\n"),
    "an outcome outside its scale": ("diary.csv", lambda text: text.replace(",6,", ",60,", 1)),
    "an unreadable date": ("diary.csv", lambda text: text.replace("2026-01-06", "6 January")),
    "a missing column": ("diary.csv", lambda text: text.replace("severity", "mood")),
}


# Taking nights into the diary needs no order, and a report is made of the results.
DAMAGED = {
    f"{what}, {command}": (command, name, damage)
    for what, (name, damage) in DAMAGE.items()
    for command in ("log", "status", "import", "analyze")
    if (command, name) != ("import", "order.csv")
}


@pytest.mark.clock
@pytest.mark.parametrize(("command", "name", "damage"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_trial_is_refused_with_the_name_of_the_file(refused, trial_folder, write, command, name, damage):
    path = trial_folder / name
    damaged = damage(path.read_text())
    assert damaged != path.read_text()
    path.write_text(damaged)
    words = [write("date,severity\n2026-01-12,3\n") if word == "FILE" else word for word in OF_A_TRIAL[command]]
    assert name in refused(command, trial_folder, *words)


def test_every_stage_of_an_analysis_has_words():
    import re

    from nof1.cli.commands.analyze import _STAGES

    room = ROOT / "src" / "nof1" / "analyze"
    sources = [room / name for name in ("fit.py", "engines/nuts.py")]
    told = {stage for source in sources for stage in re.findall(r'progress\("(\w+)"', source.read_text())}
    assert "sampling" in told
    assert told <= set(_STAGES)
