from dataclasses import replace

import numpy as np
import pytest
from known import SAMPLE, of_edition
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from records import changed

from nof1 import InputError, Protocol, Trial, fit, plots
from nof1.analyze.checks.sensitivity import rows_of_refusal, sensitivity
from nof1.analyze.reasons import as_told
from nof1.language import speaking
from nof1.report.figures import sensitivity as drawing
from nof1.report.words.phrases import verdict_words
from nof1.report.words.sensitivity import bayes_factor_words, choice_name


@pytest.fixture(scope="module")
def trial():
    return of_edition(Trial.load(SAMPLE / "helps"), 2)


@pytest.fixture(scope="module")
def rows(trial):
    refused = rows_of_refusal(trial.protocol, "rounded ratings", as_told("It did not settle."))
    return [*sensitivity(trial, seed=1), *refused]


def drawn(rows, trial, **options):
    ax = plots.sensitivity(rows, protocol=trial.protocol, ax=Figure(figsize=(7, 4)).add_subplot(), **options)
    ax.figure.canvas.draw()
    return ax


@pytest.fixture
def ax(rows, trial):
    return drawn(rows, trial)


def marks(ax):
    """Mean and marker of each line's mark by row, and whether it is filled."""
    return {
        float(line.get_ydata()[0]): (
            float(line.get_xdata()[0]),
            line.get_marker(),
            line.get_markerfacecolor() != "white",
        )
        for line in ax.lines
        if line.get_marker() in ("o", "D")
    }


def is_verdict(text):
    return text.get_text()[:1].isalpha()


def test_every_choice_has_its_line_in_order_the_main_analysis_on_top(ax, rows):
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [choice_name(row) for row in rows]
    bottom, top = ax.get_ylim()
    assert bottom > top  # row 0 is on top
    answered = {place: row for place, row in enumerate(rows) if row.refused is None}
    shown = marks(ax)
    assert {place: mean for place, (mean, _, _) in shown.items()} == pytest.approx(
        {place: row.leading.mean for place, row in answered.items()}
    )
    bars = {
        float(line.get_ydata()[0]): list(line.get_xdata())
        for line in ax.lines
        if line.get_marker() == "None" and len(set(line.get_ydata())) == 1 and float(line.get_ydata()[0]).is_integer()
    }
    for place, row in answered.items():
        np.testing.assert_allclose(bars[place], row.leading.interval)
    low, high = ax.get_xlim()
    assert low < min(row.leading.interval[0] for row in answered.values())
    assert high > max(row.leading.interval[1] for row in answered.values())


def test_the_main_analysis_alone_is_filled_and_its_name_bold(ax):
    assert [place for place, (_, _, filled) in marks(ax).items() if filled] == [0]
    assert [tick.get_fontweight() for tick in ax.get_yticklabels()].count("bold") == 1
    assert ax.get_yticklabels()[0].get_fontweight() == "bold"


def test_verdicts_stand_beside_their_lines_and_others_than_planned_are_marked(ax, rows):
    beside = {text.get_position()[1]: text for text in ax.texts if text.get_position()[0] == 1.02 and is_verdict(text)}
    for place, row in enumerate(rows):
        text = beside[place]
        assert text.get_text() == ("no answer" if row.leading is None else row.verdict)
        changed = row.leading is not None and row.verdict != rows[0].verdict and not row.spoken_against
        assert (text.get_fontweight() == "bold") == (changed or place == 0)
        if row.refused is None:
            assert marks(ax)[place][1] == ("D" if changed else "o")
    assert {marker for _, marker, _ in marks(ax).values()} == {"o", "D"}


def test_band_zero_scale_and_sides_are_there(ax, trial, rows):
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((-1.0, 1.0))
    verticals = [
        line.get_xdata()[0] for line in ax.lines if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2
    ]
    assert verticals == pytest.approx([0.0, rows[0].leading.mean])
    texts = {text.get_text() for text in ax.texts}
    assert {"← better", "worse →", "too small to matter", "verdict", "simulated"} <= texts
    assert "RLS severity over these nights (points), magnesium against no magnesium" in ax.get_xlabel()
    assert "95 % interval" in ax.get_xlabel()


def test_nothing_is_written_over_anything_else(rows, trial, monkeypatch):
    monkeypatch.setattr(
        drawing,
        "choice_name",
        lambda row: f"a long name of some other choice, number {row.value}" if row in long else choice_name(row),
    )
    long = [replace(row, value=i) for i, row in enumerate(rows)]
    ax = plots.sensitivity([*rows, *long, *rows][:24], protocol=trial.protocol)
    figure = ax.figure
    figure.canvas.draw()
    written = [*ax.texts, *ax.get_yticklabels(), ax.xaxis.label]
    boxes = [text.get_window_extent() for text in written if text.get_text()]
    crossing = [(i, j) for i, one in enumerate(boxes) for j, other in enumerate(boxes[:i]) if one.overlaps(other)]
    assert crossing == []
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height for box in boxes)


def test_bayes_factors_have_a_column_and_what_the_nights_speak_against_is_grey(ax, rows):
    beside = [text for text in ax.texts if text.get_position()[0] == 1.02]
    factors = {text.get_position()[1]: text for text in beside if not is_verdict(text)}
    assert {place: text.get_text() for place, text in factors.items()} == {
        place: bayes_factor_words(row) for place, row in enumerate(rows) if place
    }
    assert factors[1].get_text() == "1/11"
    against = [place for place, row in enumerate(rows) if row.spoken_against]
    assert against == [1, 5]
    for line in ax.lines:
        if line.get_marker() in ("o", "D"):
            assert (to_hex(line.get_color()) == drawing._AGAINST.lower()) == (line.get_ydata()[0] in against)
    assert all(marks(ax)[place][1] == "o" for place in against)
    assert "Bayes\nfactor" in [text.get_text() for text in ax.texts]
    assert "grey: the nights speak against it" in " ".join(ax.get_xlabel().split())


def test_the_effect_that_leads_is_named(ax):
    assert "RLS severity over these nights (points)" in ax.get_xlabel()
    assert not any("over these nights" in tick.get_text() for tick in ax.get_yticklabels())


def test_in_the_first_edition_there_is_no_column_of_bayes_factors(trial):
    first = of_edition(trial, 1)
    ax = drawn(sensitivity(first, seed=1, quick=True), first)
    assert all(is_verdict(text) for text in ax.texts if text.get_position()[0] == 1.02)
    assert "Bayes" not in ax.get_xlabel()


def test_without_a_threshold_there_is_no_band(trial, rows):
    content = trial.protocol.to_dict()
    content["outcome"].pop("threshold")
    content["design"] = {"kind": "adopted", "start": content["design"]["start"], "nights": trial.protocol.nights}
    content["analysis"] |= {"block_effects": False}
    ax = plots.sensitivity(rows, protocol=Protocol.build(content))
    assert not ax.patches
    assert "too small to matter" not in [text.get_text() for text in ax.texts]


@pytest.mark.slow
def test_a_result_brings_its_own_rows_and_protocol(trial, rows):
    result = fit(trial, engine="marginal")
    with_rows = changed(result, sensitivity=tuple(rows))
    ax = plots.sensitivity(with_rows, ax=Figure().add_subplot())
    assert len(ax.get_yticklabels()) == len(rows)
    without = changed(result, sensitivity=None)
    with pytest.raises(InputError, match="this result has none"):
        plots.sensitivity(without)


def test_rows_alone_are_refused(rows):
    with pytest.raises(InputError, match="protocol="):
        plots.sensitivity(rows)


def test_choices_are_text_and_not_mathematics_and_long_ones_are_cut(rows, trial, monkeypatch):
    monkeypatch.setattr(drawing, "choice_name", lambda row: "$5 and $6 " + "x" * 60)
    named = [rows[0], replace(rows[1], estimand="full")]
    label = drawn(named, trial).get_yticklabels()[1].get_text()
    assert label.startswith(r"\$5 and \$6")
    assert label.endswith("… (over these nights)")


def test_a_main_analysis_without_an_answer_leaves_the_others(rows, trial):
    refused = rows_of_refusal(trial.protocol, "as planned", as_told("It cannot be trusted."))
    shown = marks(drawn([*refused, *rows[1:]], trial))
    assert 0 not in shown
    assert {marker for _, marker, _ in shown.values()} == {"o"}
    drawn(refused, trial)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_narrow_picture_never_cuts_a_verdict(rows, language):
    with speaking(language):
        for verdict in ("helps", "no difference that matters", "no quick difference"):
            main = replace(rows[0], verdict=verdict)
            assert drawing.words_of_choice(main, main, 47).endswith(verdict_words(verdict))
            for row in rows[1:]:
                told = drawing.words_of_choice(row, main, 47)
                assert len(told) <= 47
                answered = row.leading is not None and row.verdict is not None
                if answered and row.verdict != verdict:
                    assert verdict_words(row.verdict) in told
                elif answered:
                    assert verdict_words(verdict) not in told
