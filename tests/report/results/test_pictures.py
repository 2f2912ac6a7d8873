"""The pages and their pictures: no words lie over each other, no letter is cut by the edge, and in large print none is smaller than the text beside it."""

import itertools
from datetime import date
from functools import cache

import pytest
from boxes import overprinted, pages_ending_early, smallest
from cohorts import made_cohort
from explained import result_of
from fitted import fitted
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from nof1 import Protocol, draw_order, fit
from nof1.analyze.simulation.simulate import Truth, simulate
from nof1.errors import InputError
from nof1.language import languages, speaking
from nof1.report import plots
from nof1.report.results.cohort import cohort_pages
from nof1.report.results.summary import LARGE_LETTERS, LARGE_WIDTH, pages, picture_in, pictures_of
from nof1.report.typesetting.typeset import LARGE

PAGE_INCHES = (210 - 2 * 15) / 25.4  # between the margins of summary.typ, on the narrower of both papers
SLACK = 0.03  # inches of the empty space that belongs to a line of letters


@cache
def three_arms():
    """Two doses against none, with an effect that builds up: six curves."""
    protocol = Protocol.build(
        {
            "title": "Three arms",
            "reference": "off",
            "outcome": {"name": "severity", "low": 0, "high": 10, "better": "lower", "threshold": 1, "whole": True},
            "arms": [{"name": "off", "dose_mg": 0}, {"name": "low", "dose_mg": 100}, {"name": "high", "dose_mg": 200}],
            "design": {
                "kind": "randomized-blocks",
                "blocks": 3,
                "period_nights": 5,
                "start": date(2026, 1, 5),
                "seed": 1,
            },
        }
    )
    trial = simulate(protocol, draw_order(protocol), Truth(5.5, {"low": -0.5, "high": -1.5}), seed=3)
    return fit(trial, engine="marginal")


def drawn(result, *, large_print):
    for name, (ordinary, large, draw) in pictures_of(result).items():
        try:
            figure = picture_in(*(large if large_print else ordinary), draw, large_print=large_print)
        except InputError:
            continue  # this result has no such picture
        FigureCanvasAgg(figure).draw()
        yield name, figure


def told(figure):
    """All words that are seen; numbers of ticks beyond the ends of an axis are not."""
    beyond = {
        label
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) - 1e-9 <= tick.get_loc() <= max(axis.get_view_interval()) + 1e-9
    }
    return [one for one in figure.findobj(Text) if one.get_visible() and one.get_text().strip() and one not in beyond]


def cut(figure):
    """Words that leave the picture."""
    width, height = figure.get_size_inches() * figure.dpi
    slack = SLACK * figure.dpi
    return [
        text.get_text()
        for text in told(figure)
        for box in [text.get_window_extent()]
        if box.x0 < -slack or box.y0 < -slack or box.x1 > width + slack or box.y1 > height + slack
    ]


RESULTS = {
    "two arms": lambda: fitted("helps"),
    "long words": lambda: result_of(
        "worsens",
        outcome=fitted("worsens").trial.protocol.outcome.model_dump() | {"label": "Unruhe der Beine beim Einschlafen"},
    ),
    "three arms": three_arms,
}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("large_print", [False, True], ids=["ordinary", "large"])
@pytest.mark.parametrize("which", RESULTS)
def test_no_word_of_a_picture_is_cut(which, large_print, language):
    with speaking(language):
        found = {name: cut(figure) for name, figure in drawn(RESULTS[which](), large_print=large_print)}
    assert len(found) > 3
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize("which", RESULTS)
def test_letters_of_pictures_in_large_print_are_as_large_as_the_text(which):
    for name, figure in drawn(RESULTS[which](), large_print=True):
        grown = PAGE_INCHES / figure.get_size_inches()[0]
        assert min(one.get_fontsize() for one in told(figure)) * grown >= LARGE, name
    assert LARGE_LETTERS * PAGE_INCHES / LARGE_WIDTH >= LARGE


def test_the_words_of_several_pairs_stand_above_their_curves():
    figure = dict(drawn(RESULTS["three arms"](), large_print=False))["effect"]
    ax = figure.axes[0]
    labels = [one.get_position()[1] for one in told(figure) if one.get_transform() == ax.get_yaxis_transform()]
    tops = [max(path.vertices[:, 1]) % 1 for filled in ax.collections for path in filled.get_paths()]
    assert labels
    assert max(tops) < min(place % 1 for place in labels)


@pytest.mark.parametrize("language", languages())
def test_heads_of_the_columns_of_a_cohort_stand_apart(language):
    with speaking(language):
        figure = plots.cohort(made_cohort(9)).figure
    FigureCanvasAgg(figure).draw()
    boxes = [(one.get_text(), one.get_window_extent()) for one in told(figure)]
    lie_over = [
        (first, second)
        for (first, box), (second, other) in itertools.combinations(boxes, 2)
        if min(box.x1, other.x1) - max(box.x0, other.x0) > 1 and min(box.y1, other.y1) - max(box.y0, other.y0) > 1
    ]
    assert lie_over == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(("paper", "large_print"), [("a4", False), ("letter", False), ("a4", True), ("letter", True)])
@pytest.mark.parametrize("which", ["two arms", "three arms"])
def test_no_words_of_the_pages_lie_over_each_other(which, paper, large_print, language):
    content, _ = pages(RESULTS[which](), language=language, paper=paper, large_print=large_print)
    assert overprinted(content) + pages_ending_early(content) == []
    if large_print:
        assert smallest(content) > LARGE - 0.1


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_no_words_of_a_cohorts_pages_lie_over_each_other(paper, language):
    content, _ = cohort_pages(made_cohort(9), language=language, paper=paper)
    assert overprinted(content) == []
