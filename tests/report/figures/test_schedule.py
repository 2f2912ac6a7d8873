from datetime import date

import pytest
from known import SAMPLE, two_arms
from matplotlib.figure import Figure

from nof1 import InputError, Trial, plots
from nof1.language import speaking
from nof1.plan.design.order import Pause
from nof1.plan.orders.draw import draw_order


def drawn(source, size=(7.4, 2.5)):
    figure = Figure(figsize=size, layout="constrained")
    ax = plots.schedule(source, ax=figure.add_subplot())
    figure.canvas.draw()
    return ax


def rows(ax):
    return [tick.get_text() for tick in ax.get_yticklabels()]


def bars(ax):
    """First night, last night and row of every bar, in the order of the nights."""
    names = rows(ax)
    boxes = [(bar.get_x(), bar.get_width(), bar.get_y() + bar.get_height() / 2) for bar in ax.patches]
    return [(round(x + 0.5), round(x + wide - 0.5), names[round(y)]) for x, wide, y in boxes]


def nights_of(order):
    night, out = 1, []
    for period in order.periods:
        name = "run-in" if period.number == 0 and period.on_trial else period.arm
        out.append((night, night + period.nights - 1, name))
        night += period.nights
    return out


def test_every_period_is_a_bar_in_the_row_of_its_arm():
    trial = Trial.load(SAMPLE / "helps")
    ax = drawn(trial)
    assert rows(ax) == ["run-in", "off", "magnesium"]
    assert bars(ax) == nights_of(trial.order)
    assert [text.get_text() for text in ax.texts if text.get_text().isdigit()] == [str(i) for i in range(1, 13)]
    assert {"simulated", "block 1", "block 6"} <= {text.get_text() for text in ax.texts}
    assert ax.get_xlabel() == "night of the trial and its date, 91 nights in all"
    assert ax.get_xticklabels()[0].get_text() == "1\nMon 5 Jan"


def test_a_protocol_shows_the_order_that_its_seed_draws(protocol):
    assert bars(drawn(protocol)) == bars(drawn(draw_order(protocol))) == nights_of(draw_order(protocol))


@pytest.mark.parametrize("who", ["helper", "alone"])
def test_a_sealed_schedule_shows_no_arm(planned, who):
    protocol = planned("randomized-blocks", 3, concealed=who, period_nights=4, run_in_nights=3, blocks=2)
    ax = drawn(protocol)
    assert rows(ax) == ["run-in", "sealed:\narm not known"]
    shown = " ".join(text.get_text() for text in [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()])
    assert not any(arm.name in shown for arm in protocol.arms)
    colours = {bar.get_facecolor() for bar in ax.patches[1:]}
    assert len(ax.patches) == 7
    assert len(colours) == 1
    assert {bar.get_hatch() for bar in ax.patches[1:]} <= {None, ""}


def test_washout_and_pauses_have_rows_of_their_own(planned):
    protocol = planned("randomized-blocks", period_nights=3, washout_nights=1, blocks=2)
    order = draw_order(protocol).with_pauses([Pause(date(2026, 1, 9), 2)])
    ax = drawn(order)
    assert rows(ax)[-2:] == ["washout", "pause"]
    assert bars(ax) == nights_of(order)


def test_nights_without_dates_are_counted_alone():
    ax = drawn(two_arms())
    assert ax.get_xlabel() == "night of the trial, 28 nights in all"
    assert all("Jan" not in tick.get_text() for tick in ax.get_xticklabels())
    with pytest.raises(InputError, match="not drawn"):
        plots.schedule(two_arms().protocol)


@pytest.mark.parametrize("size", [(7.4, 2.45), (3.5, 2.4)])
def test_dates_do_not_run_into_each_other(size):
    with speaking("de"):
        ax = drawn(Trial.load(SAMPLE / "helps"), size)
    labels = [tick.get_window_extent() for tick in ax.get_xticklabels() if tick.get_text()]
    assert len(labels) >= 3
    assert not any(one.overlaps(other) for i, one in enumerate(labels) for other in labels[:i])
