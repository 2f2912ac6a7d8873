from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from cohorts import made_cohort
from matplotlib.figure import Figure

from nof1 import plots
from nof1.errors import InputError
from nof1.language import speaking
from nof1.report.figures.forest import NAMED, SORTED, described, size


def drawn(cohort):
    figure = Figure(figsize=size(len(cohort.people)), layout="constrained")
    ax = plots.cohort(cohort, ax=figure.add_subplot())
    figure.draw_without_rendering()
    return ax


def dots(ax, label):
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


def names(ax):
    return [tick.get_text() for tick in ax.get_yticklabels()]


@pytest.mark.slow
def test_some_people_have_a_row_each_alone_and_pooled_the_best_on_top():
    cohort = made_cohort(10)
    ax = drawn(cohort)
    people = cohort.people.sort_values("pooled_mean")
    assert names(ax) == [*people["name"], "mean of all", "next person"]
    alone, alone_at = dots(ax, "own nights alone")
    pooled, pooled_at = dots(ax, "with the help of the others")
    assert alone == pytest.approx(people["mean"])
    assert pooled == pytest.approx(people["pooled_mean"])
    assert np.all(np.diff(pooled) >= 0)
    assert np.all(alone_at < pooled_at)  # alone above, since the axis runs down
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    low, high = ax.get_xlim()
    assert low < people["lower"].min()
    assert high > people["upper"].max()
    ends = [segment[:, 0] for segment in ax.collections[1].get_segments()]
    assert [list(end) for end in ends] == [
        pytest.approx(row) for row in people[["pooled_lower", "pooled_upper"]].to_numpy().tolist()
    ]


def test_where_higher_is_better_the_highest_is_on_top():
    cohort = made_cohort(6, better="higher")
    ax = drawn(cohort)
    assert names(ax)[0] == cohort.people.sort_values("pooled_mean", ascending=False)["name"].iloc[0]
    assert {"← worse", "better →"} <= {text.get_text() for text in ax.texts}


def test_mean_and_next_person_stand_below_with_their_intervals():
    cohort = made_cohort(10)
    ax = drawn(cohort)
    spans = [list(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
    assert list(cohort.mean["interval"]) in spans
    assert list(cohort.next_person["interval"]) in spans


@pytest.mark.slow
@pytest.mark.parametrize("count", [NAMED + 1, SORTED, SORTED + 1])
def test_many_have_no_names_and_take_no_more_room(count):
    cohort = made_cohort(count)
    ax = drawn(cohort)
    assert not [name for name in names(ax) if name.startswith("person")]
    assert "mean of all" in names(ax)
    assert size(count)[1] < 6
    pooled, _ = dots(ax, "with the help of the others")
    assert np.all(np.diff(pooled) >= 0)
    assert len(pooled) == (count if count <= SORTED else 100)
    if count > SORTED:
        people = cohort.people
        assert pooled[50] == pytest.approx(people["pooled_mean"].median(), abs=0.1)
        assert len(ax.collections) == 1  # one ribbon


@pytest.mark.slow
def test_what_is_made_up_is_called_so():
    assert "simulated" in {text.get_text() for text in drawn(made_cohort(4)).texts}
    assert "simulated" not in {text.get_text() for text in drawn(made_cohort(4, simulated=False)).texts}


@pytest.mark.slow
def test_labels_do_not_lie_on_each_other():
    for count in (3, NAMED, 100):
        ax = drawn(made_cohort(count))
        boxes = [tick.get_window_extent() for tick in ax.get_yticklabels() if tick.get_text()]
        boxes.sort(key=lambda box: box.y0)
        assert all(later.y0 > earlier.y0 + 0.6 * earlier.height for earlier, later in pairwise(boxes))


def test_nobody_is_refused():
    cohort = made_cohort(2)
    with pytest.raises(InputError, match="nobody to show"):
        plots.cohort(replace(cohort, people=cohort.people.iloc[:0]))


@pytest.mark.slow
def test_the_picture_in_words():
    cohort = made_cohort(1200)
    told = described(cohort)
    assert "1,200 people" in told
    with speaking("de"):
        assert "1.200" in described(cohort)
