"""The mark that something gave a pack away: asked of doses from a pack alone, kept beside the diary, counted by arm."""

from datetime import UTC, date, datetime

import pytest
from journals import begin_journal

import nof1
from nof1.analyze.checks.blinding import describe_blinding
from nof1.errors import InputError
from nof1.plan.design.order import RUN_IN
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.protocol.noticed import NOTICED, SIGNS, asks_noticed, sign_words
from nof1.record.diary.night import find_night
from nof1.record.diary.period_ends import kept_measures, recorded_columns
from nof1.record.diary.questions import cell, questions
from nof1.record.trial import Trial
from nof1.record.unsealing import unseal
from nof1.report.papers.booklet import booklet_words
from nof1.report.papers.spreadsheet import diary_xlsx
from nof1.report.words.blinding import noticed_sentence

NOW = datetime(2026, 1, 19, 8, tzinfo=UTC)


def test_it_is_asked_of_every_night_with_a_pack_and_of_no_other(sealed_trial):
    """The run-in is no secret; there is nothing to notice."""
    protocol = sealed_trial().protocol
    for period in schedule(protocol).periods:
        (*_, asked) = [[one.field for one in questions(protocol, period, ends_period=False)]]
        assert (NOTICED in asked) == (period.number != RUN_IN)
        if NOTICED in asked:
            assert asked.index(NOTICED) == asked.index("taken") + 1


def test_an_open_trial_asks_nothing_of_it(protocol):
    assert not asks_noticed(protocol)
    assert NOTICED not in kept_measures(protocol)
    assert not any(
        NOTICED in str(one)
        for one in draw_order(protocol).periods
        for one in questions(protocol, one, ends_period=True)
    )


def test_trials_of_the_first_edition_and_own_columns_of_that_name_are_left_alone(sealed_trial, planned):
    own = planned("randomized-blocks", blocks=2, concealed="helper", analysis={"covariates": [NOTICED]})
    first = own.model_copy(update={"schema_version": 1, "analysis": own.analysis.model_copy(update={"covariates": ()})})
    assert not asks_noticed(own)
    assert not asks_noticed(first)
    assert asks_noticed(sealed_trial().protocol)


@pytest.mark.parametrize(("answer", "kept"), [("", ""), ("2", "2"), ("a rattle", "2"), ("Taste or smell", "3")])
def test_an_answer_is_one_of_the_signs_or_nothing(sealed_trial, answer, kept):
    protocol = sealed_trial().protocol
    period = schedule(protocol).periods[-1]
    question = next(one for one in questions(protocol, period, ends_period=False) if one.field == NOTICED)
    assert cell(question, answer) == kept
    with pytest.raises(InputError, match="is not one of"):
        cell(question, "6")


@pytest.mark.parametrize("value", [0, 6, 1.5, "yes"])
def test_other_numbers_are_refused(sealed_trial, value):
    trial = sealed_trial()
    with pytest.raises(InputError):
        nof1.record.log(trial.folder, {NOTICED: value}, night=date(2026, 1, 8), now=NOW)


def test_marks_are_logged_corrected_and_counted_by_arm(sealed_trial):
    trial = sealed_trial()
    begin_journal(trial.folder, trial.protocol, NOW)
    diary = (trial.folder / "diary.csv").read_bytes()
    for day, sign in ((8, 2), (9, 3), (12, 2), (6, 1)):
        nof1.record.log(trial.folder, {NOTICED: sign}, night=date(2026, 1, day), now=NOW)
    nof1.record.log(trial.folder, {NOTICED: 1}, night=date(2026, 1, 9), correct=True, now=NOW)
    assert find_night(trial.folder, date(2026, 1, 9), now=NOW).known[NOTICED] == "1"
    assert (trial.folder / "diary.csv").read_bytes() == diary  # nothing of it is in the diary or its hash
    order = unseal(trial.folder, trial.helper, now=NOW)
    blinding = describe_blinding(Trial.load(trial.folder))
    expected = {"off": {}, "citrate": {}}
    for day, sign in ((8, 2), (9, 1), (12, 2)):  # that of the run-in tells nothing
        of_arm = expected[order.period_of(date(2026, 1, day)).arm]
        of_arm[sign] = of_arm.get(sign, 0) + 1
    assert blinding.noticed == {arm: dict(sorted(marks.items())) for arm, marks in expected.items()}
    told = noticed_sentence(trial.protocol, blinding)
    assert told.startswith("On 3 nights something gave away what was in the pack (")
    assert "a rattle" in told
    assert "the weight 1" in told


def test_no_mark_is_told_as_no_mark_and_an_open_trial_says_nothing(sealed_trial, trial_folder, protocol):
    trial = sealed_trial(name="sealed")
    unseal(trial.folder, trial.helper, now=NOW)
    none = describe_blinding(Trial.load(trial.folder))
    assert none.noticed == {"off": {}, "citrate": {}}
    assert (
        noticed_sentence(trial.protocol, none)
        == "On no night was it marked that something gave away what was in the pack."
    )
    assert noticed_sentence(protocol, describe_blinding(Trial.load(trial_folder))) == ""


def test_paper_and_spreadsheet_have_a_place_for_it(sealed_trial, tmp_path):
    """And what is typed into the spreadsheet comes in with it."""
    from openpyxl import load_workbook

    trial = sealed_trial(ratings="")
    begin_journal(trial.folder, trial.protocol, NOW)
    words = booklet_words(trial.protocol, schedule(trial.protocol))
    assert "Noticed" in [one["head"] for one in words["columns"]]
    assert all(sign in str(words["steps"]) for sign in SIGNS)
    assert recorded_columns(trial.protocol)[-3:-1] == (NOTICED, "impression_of_change")
    path = tmp_path / "diary.xlsx"
    path.write_bytes(diary_xlsx(trial.protocol, schedule(trial.protocol)))
    book = load_workbook(path)
    header = [one.value for one in book.worksheets[0][1]]
    for row, rating, sign in ((5, 4, 3), (6, 5, None)):
        book.worksheets[0].cell(row, header.index(trial.protocol.outcome.name) + 1, rating)
        book.worksheets[0].cell(row, header.index(NOTICED) + 1, sign)
    book.save(path)
    nof1.record.import_file(trial.folder, path, now=NOW)
    assert find_night(trial.folder, date(2026, 1, 8), now=NOW).known[NOTICED] == "3"
    assert NOTICED not in find_night(trial.folder, date(2026, 1, 9), now=NOW).known


def test_every_sign_has_its_words():
    assert [sign_words(number) for number in range(1, len(SIGNS) + 1)] == list(SIGNS)
