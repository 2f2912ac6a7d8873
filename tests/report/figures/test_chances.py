import pytest
from fitted import fitted
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text
from records import with_effects, with_main, with_numbers

from nof1 import InputError, plots
from nof1.report.figures.chances import in_hundred


def with_chances(benefit, small, harm):
    return with_numbers(fitted("helps", sensitivity=False), p_benefit=benefit, p_small=small, p_harm=harm)


def drawn(result, size=(3.5, 2.4), **options):
    figure = Figure(figsize=size, layout="constrained")
    ax = plots.probabilities(result, ax=figure.add_subplot(), **options)
    figure.canvas.draw()
    return ax


def groups(ax):
    """Icons within the square by shape and filling."""
    out = {}
    for line in ax.lines:
        inside = sum(x < 10 for x in line.get_xdata())
        key = (line.get_marker(), line.get_markerfacecolor() != "white")
        out[key] = out.get(key, 0) + inside
    return out


BETTER, SMALL, WORSE = ("o", True), ("o", False), ("X", True)


def labels(ax):
    return [text.get_text().replace("\n", " ") for text in ax.texts if " in 100" in text.get_text()]


def test_a_hundred_icons_in_three_shapes_equal_the_chances():
    ax = drawn(with_chances(0.934, 0.0561, 0.0099))
    assert groups(ax) == {BETTER: 93, SMALL: 6, WORSE: 1}
    places = {(float(x), float(y)) for line in ax.lines for x, y in zip(*line.get_data(), strict=True) if x < 10}
    assert len(places) == 100
    assert labels(ax) == [
        "about 93 in 100: better by 1 point or more",
        "about 6 in 100: a change smaller than 1 point",
        "fewer than 1 in 100: worse by 1 point or more",
    ]


def test_a_chance_that_rounds_to_nothing_is_told():
    ax = drawn(with_chances(0.996, 0.003, 0.001))
    assert groups(ax) == {BETTER: 100, SMALL: 0, WORSE: 0}
    assert [label.split(":")[0] for label in labels(ax)] == [
        "more than 99 in 100",
        "fewer than 1 in 100",
        "fewer than 1 in 100",
    ]


@given(st.tuples(*[st.floats(0, 1)] * 3).filter(lambda chances: sum(chances) > 0.01))
def test_icons_always_add_up_to_a_hundred_and_none_is_far_off(chances):
    shares = [chance / sum(chances) for chance in chances]
    counts = in_hundred(shares)
    assert sum(counts) == 100
    assert all(abs(count - 100 * share) < 1 + 1e-6 for count, share in zip(counts, shares, strict=True))


def test_the_estimand_that_pages_lead_with_is_shown():
    led = with_main(fitted("helps", sensitivity=False), estimand="over-nights")
    shown = drawn(with_effects(led, over_nights={"p_benefit": 0.2, "p_small": 0.7, "p_harm": 0.1}))
    assert groups(shown) == {BETTER: 20, SMALL: 70, WORSE: 10}


def test_without_a_threshold_there_are_no_chances_by_it():
    with pytest.raises(InputError, match="No smallest change that matters was stated"):
        drawn(with_main(fitted("helps", sensitivity=False), threshold=None))


@pytest.mark.parametrize("size", [(3.4, 2.2), (3.5, 2.4), (7.4, 2.45)])
@pytest.mark.parametrize("chances", [(0.97, 0.025, 0.005), (0.3, 0.6, 0.1), (0.001, 0.009, 0.99)])
def test_words_do_not_touch_and_stay_on_the_picture(size, chances):
    ax = drawn(with_chances(*chances), size)
    boxes = [text.get_window_extent() for text in ax.findobj(Text) if text.get_text()]
    assert len(boxes) == 5
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])
    assert all(box.x1 <= ax.figure.bbox.width and box.y0 >= 0 for box in boxes)
