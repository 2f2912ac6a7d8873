"""What is asked at the end of a period, and that log, phone, sheet and import keep it alike."""

from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook

from nof1.bedside.content import page_content
from nof1.bedside.sent import Batch, Sent
from nof1.bedside.served import Served
from nof1.errors import InputError
from nof1.language import languages, speaking
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.instruments import IMPRESSION
from nof1.plan.protocol.period_ends import STEPS, period_measures, step_words
from nof1.record import import_file
from nof1.record.diary.entry import columns
from nof1.record.diary.night import find_night, log
from nof1.record.diary.period_ends import recorded_columns
from nof1.record.diary.questions import cell, questions, shown
from nof1.record.diary.secondary import read_measures
from nof1.record.sources.nof1_diary import TO_TAKE
from nof1.record.trial import Trial
from nof1.report.papers.spreadsheet import diary_xlsx

AFTER = datetime(2026, 6, 1, 9, tzinfo=UTC)


def last_nights(order):
    return [period.end for period in order.periods if order.ends_period(period.end)]


@pytest.fixture
def ended(trial_folder, protocol):
    """A trial folder and the last night of its first period."""
    return trial_folder, last_nights(draw_order(protocol))[0]


def impression_of(protocol, period):
    (found,) = [one for one in questions(protocol, period, ends_period=True) if one.field == IMPRESSION]
    return found


def rated(folder, night):
    """The rating of a night that has one."""
    return next(int(entry.outcome) for entry in Trial.load(folder).entries if entry.night == night)


# --- what is asked


def test_it_is_asked_on_the_last_night_of_every_period_and_on_no_other(protocol):
    order = draw_order(protocol)
    for period in order.periods:
        for night in period.dates:
            ends = order.ends_period(night)
            asked = [one.field for one in questions(protocol, period, ends_period=ends)]
            assert (IMPRESSION in asked) == (night in last_nights(order))


@pytest.mark.parametrize("concealed", ["open", "helper", "alone"])
def test_it_is_asked_in_every_planned_trial(planned, concealed):
    assert period_measures(planned("randomized-blocks", concealed=concealed, blocks=2, period_nights=2)) == (
        IMPRESSION,
    )


def test_the_rating_of_a_period_of_one_night_says_it_already(planned):
    assert period_measures(planned("randomized-blocks", blocks=2)) == ()


def test_a_trial_of_the_first_edition_or_with_such_a_column_is_asked_as_it_was(make_protocol):
    assert period_measures(make_protocol(schema=1)) == ()
    assert period_measures(make_protocol(analysis={"covariates": [IMPRESSION]})) == ()
    assert period_measures(make_protocol(outcome={"name": IMPRESSION})) == ()


def test_seven_steps_run_from_better_to_worse_around_no_difference_in_every_language(protocol):
    period = draw_order(protocol).periods[-1]
    for code in languages():
        with speaking(code):
            question = impression_of(protocol, period)
            texts = [choice.text for choice in question.choices]
            assert [choice.value for choice in question.choices] == [str(step) for step in range(1, 8)]
            assert len(set(texts)) == 7
            assert [step_words(step) for step in range(1, 8)] == texts
            assert [cell(question, answer) for answer in (*"1234567", *texts)] == [*"1234567"] * 2
            assert shown(question, "2") == texts[1]
            assert cell(question, "") == ""


@pytest.mark.parametrize("answer", ["0", "8", "4.5", "fine", "-3", "yes"])
def test_what_is_no_step_is_refused(protocol, answer):
    with pytest.raises(InputError, match="is not one of"):
        cell(impression_of(protocol, draw_order(protocol).periods[-1]), answer)


# --- it is kept alike, however it comes


def test_log_keeps_it_and_shows_it_again_and_a_correction_replaces_it(ended):
    folder, night = ended
    logged = log(folder, {IMPRESSION: "better"}, night=night, now=AFTER)
    assert [(line.column, line.old, line.new) for line in logged.changed] == [(IMPRESSION, "", "2")]
    assert logged.period_cells == {IMPRESSION: "2"}
    assert find_night(folder, night, now=AFTER).known[IMPRESSION] == "2"
    log(folder, {IMPRESSION: "3"}, night=night, now=AFTER, correct=True)
    assert read_measures(folder) == {(night, IMPRESSION): 3}
    log(folder, {IMPRESSION: ""}, night=night, now=AFTER, correct=True)
    assert read_measures(folder) == {}


def test_it_may_be_skipped(ended):
    folder, night = ended
    log(folder, {"note": "calm"}, night=night, now=AFTER)
    assert read_measures(folder) == {}
    with pytest.raises(InputError, match="Nothing to record"):
        log(folder, {IMPRESSION: ""}, night=date(2026, 1, 18), now=AFTER)


def test_a_number_that_is_no_step_cannot_come_in_by_any_way(ended):
    folder, night = ended
    served = Served(folder, lambda: AFTER)
    for value in ("0", "8", "1e9"):
        with pytest.raises(InputError):
            log(folder, {IMPRESSION: value}, night=night, now=AFTER)
        (result,) = served.take(Batch(trial=served.trial, entries=(Sent(night=night, cells={IMPRESSION: value}),)))
        assert result["status"] == "refused"
    assert read_measures(folder) == {}


def test_the_phone_asks_it_and_the_served_page_keeps_and_shows_it(ended, protocol):
    folder, night = ended
    content = page_content(protocol, draw_order(protocol))
    (asked,) = [one for one in content["questions"] if one["en"]["field"] == IMPRESSION]
    assert (asked["en"]["kind"], len(asked["de"]["choices"])) == ("choice", 7)
    assert content["columns"] == list(recorded_columns(protocol))
    served = Served(folder, lambda: AFTER)
    (result,) = served.take(Batch(trial=served.trial, entries=(Sent(night=night, cells={IMPRESSION: "6"}),)))
    assert (result["status"], result["recorded"][IMPRESSION]) == ("recorded", "6")
    assert served.nights()["nights"][str(night)][IMPRESSION] == "6"
    (again,) = served.take(Batch(trial=served.trial, entries=(Sent(night=night, cells={IMPRESSION: "6"}),)))
    assert again["status"] == "same"


def test_the_sheet_has_a_column_that_import_takes_back(ended, protocol, tmp_path):
    folder, night = ended
    path = tmp_path / "diary.xlsx"
    path.write_bytes(diary_xlsx(protocol, draw_order(protocol)))
    book = load_workbook(path)
    sheet = book.worksheets[0]
    header = [one.value for one in sheet[1]]
    assert [name for name in header if name != TO_TAKE] == list(recorded_columns(protocol))
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value.date() == night)
    row[header.index(IMPRESSION)].value = 5
    row[header.index(protocol.outcome.name)].value = rated(folder, night)
    book.save(path)
    import_file(folder, path, now=AFTER)
    assert read_measures(folder) == {(night, IMPRESSION): 5}


def test_the_table_of_a_phone_is_taken_back(ended, protocol, tmp_path):
    folder, night = ended
    path = tmp_path / "table.csv"
    names = recorded_columns(protocol)
    cells = {"night": str(night), IMPRESSION: "7", "note": "hot", protocol.outcome.name: str(rated(folder, night))}
    path.write_text(",".join(names) + "\n" + ",".join(cells.get(name, "") for name in names) + "\n")
    import_file(folder, path, now=AFTER)
    assert read_measures(folder) == {(night, IMPRESSION): 7}


def test_the_diary_itself_has_no_new_column(protocol):
    assert IMPRESSION not in columns(protocol)
    assert len(STEPS) == 7


# --- scores of instruments

OWN = {"name": "calm_legs", "title": "Calm legs score", "low": 0, "high": 60, "better": "higher"}


@pytest.fixture
def scored(make_protocol, tmp_path):
    """A trial that takes a known score and one of the person's own: its folder, protocol and the last night of its first period."""
    protocol = make_protocol(instruments=["irls", OWN])
    order = draw_order(protocol)
    folder = tmp_path / "scored"
    Trial(protocol, order, ()).write(folder)
    return folder, protocol, last_nights(order)[0]


def test_scores_are_asked_after_the_impression_with_their_ends_and_how_far_they_look_back(scored):
    _, protocol, night = scored
    period = draw_order(protocol).period_of(night)
    asked = [one for one in questions(protocol, period, ends_period=True) if one.field in period_measures(protocol)]
    assert [one.field for one in asked] == [IMPRESSION, "irls", "calm_legs"]
    assert [(one.low, one.high, one.scale) for one in asked[1:]] == [
        (0, 40, "0 to 40, lower is better"),
        (0, 60, "0 to 60, higher is better"),
    ]
    assert "the last 7 days" in asked[1].about
    assert [cell(asked[1], answer) for answer in ("0", "40", "22")] == ["0", "40", "22"]
    for answer in ("41", "-1", "22.5", "bad"):
        with pytest.raises(InputError):
            cell(asked[1], answer)


@pytest.mark.parametrize(("name", "low", "high"), [("irls", 0, 40), ("calm_legs", 0, 60)])
def test_a_score_off_its_ends_comes_in_neither_by_log_nor_phone_nor_file(scored, tmp_path, name, low, high):
    folder, protocol, night = scored
    served = Served(folder, lambda: AFTER)
    path = tmp_path / "scores.csv"
    for value in (low - 1, high + 1, low + 0.5):
        with pytest.raises(InputError):
            log(folder, {name: value}, night=night, now=AFTER)
        (result,) = served.take(Batch(trial=served.trial, entries=(Sent(night=night, cells={name: f"{value:g}"}),)))
        assert result["status"] == "refused"
        names = recorded_columns(protocol)
        cells = {"night": str(night), name: f"{value:g}", protocol.outcome.name: "4"}
        path.write_text(",".join(names) + "\n" + ",".join(cells.get(one, "") for one in names) + "\n")
        import_file(folder, path, now=AFTER, measures={"calm_legs": "calm_legs"} if name == "calm_legs" else None)
        assert read_measures(folder) == {}
    assert log(folder, {name: high}, night=night, now=AFTER).period_cells == {name: f"{high:g}"}


def test_the_sheet_takes_scores_back_too(scored, tmp_path):
    folder, protocol, night = scored
    path = tmp_path / "diary.xlsx"
    path.write_bytes(diary_xlsx(protocol, draw_order(protocol)))
    book = load_workbook(path)
    header = [one.value for one in book.worksheets[0][1]]
    row = next(row for row in book.worksheets[0].iter_rows(min_row=2) if row[0].value.date() == night)
    for name, value in ((protocol.outcome.name, 4), (IMPRESSION, 5), ("irls", 23), ("calm_legs", 31)):
        row[header.index(name)].value = value
    book.save(path)
    import_file(folder, path, now=AFTER)
    assert read_measures(folder) == {(night, IMPRESSION): 5, (night, "irls"): 23, (night, "calm_legs"): 31}
