from dataclasses import replace
from itertools import product
from typing import get_args

import pytest
from fitted import fitted
from known import SAMPLE, two_arms

from nof1 import Trial
from nof1.analyze.checks.over_time import Course, OverTime, effect_over_time
from nof1.analyze.model.data import build_model_data
from nof1.analyze.reasons import Reason
from nof1.language import number, speaking
from nof1.report.words.over_time import course_sentence, over_time_sentences
from nof1.report.words.ranges import between


def test_the_effect_at_both_ends_is_told_with_the_change():
    trial = Trial.load(SAMPLE / "worsens")
    told = effect_over_time(trial.protocol, build_model_data(trial), seed=1, leading=["full"])
    first, size = over_time_sentences(trial.protocol, told)
    assert first == course_sentence(trial.protocol, told.rows[0])
    row = told.rows[0].full
    assert size.startswith(
        "The effect of magnesium against no magnesium on RLS severity, once fully built up, is estimated at "
    )
    assert f"{number(row.early.mean)} points higher (between" in size
    assert " on night 15 and " in size  # the first night on magnesium, and below the last
    assert f"on night 84: a change of {number(row.change.mean)} points; " in size
    assert f"the 95 % equal-tailed interval of the change is {between(*row.change.interval)}." in size


def test_an_effect_over_time_that_was_refused_is_told():
    told = OverTime(0.9, "eti", 0.95, refused=Reason("weights not trusted", {"k": 1.234, "limit": 0.7}))
    assert over_time_sentences(two_arms().protocol, told) == [
        "Whether the effect changed over the trial could not be computed. The quick engine cannot be trusted on these nights "
        "(Pareto k 1.23, at most 0.7). Sample instead: 'nof1 analyze' without --engine marginal."
    ]


@pytest.mark.parametrize(("course", "crosses"), [*product(get_args(Course), (True, False))])
def test_every_course_is_told_in_both_languages(course, crosses):
    result = fitted("helps")
    row = replace(result.record.over_time.rows[0], course=course, crosses=crosses)
    english = course_sentence(result.trial.protocol, row)
    assert ("can cancel" in english) == crosses
    with speaking("de") as german:
        german.missing.clear()
        assert course_sentence(result.trial.protocol, row) != english
        assert not german.missing
