import numpy as np
import pytest
from matplotlib.figure import Figure

from nof1 import plots
from nof1.analyze.simulation.power import power


@pytest.fixture(scope="module")
def result(make_protocol):
    protocol = make_protocol(
        design={"blocks": 3, "period_nights": 3, "run_in_nights": 0},
        outcome={"label": "legs at $5 a night"},
        simulated=True,
    )
    return power(protocol, trials=20, workers=1, goal=0.7)


@pytest.fixture
def ax(result):
    return plots.power(result, ax=Figure(figsize=(7, 4)).add_subplot())


def marks(ax):
    """The marker of each row: chance, row, and whether it is filled."""
    return [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]), line.get_markerfacecolor() != "white")
        for line in ax.lines
        if line.get_marker() == "o"
    ]


def test_every_design_has_a_row_by_nights_with_its_chance(result, ax):
    designs = result.designs.sort_values(["nights", "periods"], kind="stable")
    shown = sorted(marks(ax), key=lambda mark: mark[1])
    np.testing.assert_allclose([chance for chance, _, _ in shown], designs["right"])
    labels = [tick.get_text() for tick in ax.get_yticklabels()]
    assert len(labels) == len(designs)
    for label, (_, row) in zip(labels, designs.iterrows(), strict=True):
        assert label.startswith(f"{row['nights']} nights: {row['periods']} × {row['period_nights']}")


def test_this_design_alone_is_filled_and_named(ax):
    filled = [row for _, row, is_filled in marks(ax) if is_filled]
    named = [i for i, tick in enumerate(ax.get_yticklabels()) if "(this design)" in tick.get_text()]
    assert filled == named
    assert len(named) == 1


def test_bars_are_two_monte_carlo_errors(result, ax):
    designs = result.designs.sort_values(["nights", "periods"], kind="stable")
    bars = [container.lines[2][0].get_segments()[0] for container in ax.containers]
    np.testing.assert_allclose([np.ptp(bar[:, 0]) for bar in bars], 4 * designs["right_mcse"])


def test_goal_and_width_are_written(result, ax):
    texts = [text.get_text() for text in ax.texts]
    assert "goal 70 %" in texts
    assert any(list(line.get_xdata()) == [0.7, 0.7] for line in ax.lines)
    assert all(f"{width:.1f}" in texts for width in result.designs["width"].dropna())
    assert "simulated" in texts


def test_names_are_text_and_not_mathematics(ax):
    assert r"\$5" in ax.get_xlabel()
    ax.figure.canvas.draw()
