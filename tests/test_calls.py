"""The calls of `nof1.record` and `nof1.report`: each has an example, and it runs."""

import doctest
from datetime import date

import pytest
from cohorts import write_people
from known import SAMPLE

import nof1
from nof1 import Trial, fit
from nof1.plan.protocol.template import load_template, merge, with_dose

pytestmark = pytest.mark.clock

CALLS = [
    getattr(room, name)
    for room in (nof1.record, nof1.report)
    for name in room.__all__
    if name not in ("sentence", "summary")
]


def plan(folder, helper=None, **design):
    design |= {"concealed": "helper"} if helper else {}
    content = merge(load_template("magnesium-rls"), {"design": {"blocks": 2, "period_nights": 3} | design})
    Trial.plan(with_dose(content, {"dose_mg": 100}), folder, helper=helper, unscreened=True)


def analyzed(folder):
    Trial.load(SAMPLE / "helps").write(folder)
    fit(Trial.load(folder), engine="marginal", sensitivity=False).save(folder)


@pytest.fixture
def places(tmp_path, make_protocol):
    """What the examples name, each made only for those that name it."""
    at = {name: tmp_path / name for name in ("folder", "running", "sealed_folder", "analyzed", "people")}
    made = {
        "folder": plan,
        "running": lambda folder: plan(folder, start=date(2026, 1, 5)),
        "sealed_folder": lambda folder: plan(folder, tmp_path / "helper"),
        "analyzed": analyzed,
        "people": lambda folder: write_people(folder, make_protocol, 3),
    }

    def named_in(text):
        for name, make in made.items():
            if name in text:
                make(at[name])
        beside = {"helper_folder": tmp_path / "helper", "new_folder": tmp_path / "new", "table": tmp_path / "table.csv"}
        return {"nof1": nof1, **at, **beside}

    return named_in


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_every_call_has_an_example_that_runs(places, call):
    examples = doctest.DocTestParser().get_doctest(call.__doc__, {}, call.__name__, None, 0)
    assert examples.examples
    examples.globs |= places("".join(example.source for example in examples.examples))
    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0


def test_each_room_lists_its_calls_and_nothing_else():
    for room in (nof1.record, nof1.report, nof1.bedside):
        assert sorted(dir(room)) == sorted(room.__all__)
        assert [name for name in room.__all__ if not hasattr(room, name)] == []


def test_what_calls_give_back_shows_itself_in_a_few_lines(places):
    """In a notebook's cell, or at the prompt: never page after page of what a folder holds, and never an arm that is sealed."""
    at = places("running sealed_folder")
    logged = nof1.record.log(at["running"], {"severity": 4, "note": "x" * 500}, night=date(2026, 1, 5))
    told = [logged, logged.night, nof1.record.status(at["running"]), nof1.record.status(at["sealed_folder"])]
    told += [Trial.load(at["running"]).order, nof1.record.status(at["sealed_folder"]).order]
    for one in told:
        assert len(repr(one)) < 400
        assert repr(one).count("\n") <= 4
    assert repr(told[5]).endswith("arms sealed")
    assert "severity '4'" in repr(logged)
    assert "1 recorded" in repr(nof1.record.status(at["running"]))
