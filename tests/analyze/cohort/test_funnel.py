"""From everybody to the numbers: every reason has a kind, everybody is counted once."""

from datetime import timedelta
from typing import get_args

import pytest
from cohorts import made_people, write_people

from nof1.analyze.cohort import funnel as counted
from nof1.analyze.cohort.cache import ResultsCache
from nof1.analyze.cohort.fit import pool
from nof1.analyze.cohort.funnel import Funnel, funnel_of, kind_of
from nof1.analyze.cohort.reached import Reached, reached
from nof1.analyze.cohort.run import FAULT, FILES, TWIN, AnalyzedPeople, Problem, analyze_people
from nof1.analyze.reasons import TEXTS, Reason
from nof1.language import language, speaking
from nof1.record.adopting.from_table import ABOUT_SOME
from nof1.record.adopting.source import PeopleSource, RefusedPerson
from nof1.record.adopting.steps import STEPS
from nof1.record.folders import find_trials
from nof1.record.trial import Trial
from nof1.report.words import funnel as words


def test_every_kind_has_words_and_every_code_a_kind():
    kinds = set(get_args(counted.Kind))
    assert set(words.KINDS) == kinds
    assert {kind_of(code) for code in (*TEXTS, TWIN, FILES, FAULT)} <= kinds
    assert set(counted._OF_TABLE) == {*STEPS, *ABOUT_SOME}
    assert set(counted._OF_TABLE.values()) <= kinds
    assert set(counted._OF_ANALYSIS) | set(counted._OF_POOLING) <= {*TEXTS, TWIN, FILES, FAULT}


@pytest.fixture
def everybody():
    """Eight people who were pooled, one who could not be, two damaged folders, and three of a table of whom no trial is."""
    people = made_people(8)
    cohort = pool(people)
    left = (("odd", Reason("other unit", {"own": "h", "usual": "points"})),)
    cohort = type(cohort)(**{**cohort.__dict__, "left_out": left})
    problems = (Problem("p1", "/x/p1", "Gone.", "as told"), Problem("p2", "/x/p2", "Only 3.", "too few nights"))
    far = {one.name: Reached(20, True) for one in people} | {"p2": Reached(3, False), "odd": Reached(24, None)}
    analyzed = AnalyzedPeople((*people, people[0]), problems, 9, 0, reached=far)
    refused = (
        RefusedPerson("t1", "dates", "No date.", 4), RefusedPerson("t2", "trust", "They part.", 0), RefusedPerson("t3", "", "What?", 1),
    )  # fmt: skip
    return analyzed, cohort, PeopleSource("study.csv", "", 90, 14, nobody=2, empty=5, refused=refused)


def test_everybody_is_counted_once(everybody):
    analyzed, cohort, source = everybody
    funnel = funnel_of(analyzed, cohort, [source])
    assert (funnel.people, funnel.analysed, funnel.pooled) == (9 + 2 + 3, 9, 8)
    assert funnel.people == funnel.pooled + len(funnel.refused)
    assert funnel.by_kind == {
        "dates": ["t1", "t2"], "unclear": ["t3"], "files": ["p1"], "few nights": ["p2"], "other question": ["odd"],
    }  # fmt: skip
    assert (funnel.started, funnel.finished, funnel.unplanned) == (10 + 2, 8, 1 + 2)
    told = funnel.to_dict()
    assert sum(one["count"] for one in told["refused"]) == len(funnel.refused)
    assert "/x" not in str(told)


def test_planned_nights_tell_who_finished_where_the_trial_does_not():
    assert [Reached(24, None).against(n) for n in (None, 24, 25)] == [None, True, False]
    assert Reached(24, False).against(10) is False  # a plan of its own goes before


@pytest.mark.parametrize("code", ["en", "de"])
def test_it_is_told_in_words_of_the_language(everybody, code):
    analyzed, cohort, source = everybody
    with speaking(code):
        funnel = funnel_of(analyzed, cohort, [source])
        told = [
            words.funnel_sentence(funnel),
            words.refused_sentence(funnel),
            words.unknown_sentence(funnel),
            words.rows_sentence(funnel),
        ]
        rows = words.refused_rows(funnel)
        missing = set(language(code).missing)
    assert not missing
    assert all(str(n) in told[0] for n in (14, 12, 8, 9))
    assert rows[0][1:] == ["2", "t1, t2"]
    assert ("People" in told[0]) == (code == "en")


def test_where_nobody_s_end_is_known_it_is_not_called_none():
    funnel = Funnel(("t.csv",), 3, 3, None, 3, 3, 3, ())
    assert words.funnel_rows(funnel)[2][1] == "not known"
    assert "finished," not in words.funnel_sentence(funnel)
    assert "does not tell how many nights were planned" in words.unknown_sentence(funnel)
    assert words.refused_sentence(funnel) == ""


def test_many_names_end_with_how_many_more():
    refused = tuple(counted.Refused(f"person-{i:04}", "files", "Gone.") for i in range(300))
    ((_, count, who),) = words.refused_rows(Funnel((), 300, 0, None, 0, 0, 0, refused))
    assert count == "300"
    named = who.count("person-")
    assert len(who) < 500
    assert f"and {300 - named} more, in problems.csv" in who


@pytest.mark.clock
def test_how_far_people_came_is_told_of_planned_trials(tmp_path, make_protocol):
    write_people(tmp_path / "people", make_protocol, 3)
    whole = Trial.load(tmp_path / "people" / "p00")
    assert reached(whole).finished
    half = [one for one in whole.entries if one.night < whole.order.start + timedelta(days=5)]
    assert reached(type(whole)(whole.protocol, whole.order, tuple(half))) == Reached(
        max((one.night - whole.order.start).days + 1 for one in half if one.outcome is not None), False
    )
    assert reached(type(whole)(whole.protocol, whole.order, ())) == Reached(0, False)
    (tmp_path / "people" / "p01" / "protocol.toml").unlink()
    with ResultsCache(tmp_path / "finished.sqlite") as finished:
        analyzed = analyze_people(find_trials([tmp_path / "people"]), finished, workers=1)
        again = analyze_people(find_trials([tmp_path / "people"]), finished, workers=1)
    assert set(analyzed.reached) == {"p00", "p02"}
    assert (again.reached, again.taken_over) == (analyzed.reached, 2)
    assert str(tmp_path) not in analyzed.problems[0].reason
