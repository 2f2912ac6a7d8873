import numpy as np
import pytest
from matplotlib.figure import Figure

from nof1 import InputError, plots, power_people


@pytest.fixture(scope="module")
def result(make_protocol):
    protocol = make_protocol(design={"blocks": 3, "period_nights": 3, "run_in_nights": 0})
    return power_people(protocol, people=3, trials=20, workers=1, blocks=(2, 3, 6))


def axes():
    return Figure(figsize=(7, 4)).add_subplot()


@pytest.mark.parametrize(("question", "column"), [("mean", "mean_power"), ("spread", "differ")])
def test_every_design_has_a_line_and_the_studies_a_dot(result, question, column):
    ax = plots.power_people(result, question=question, ax=axes())
    lines = [line for line in ax.lines if len(line.get_xdata()) > 2]
    assert len(lines) == len(result.designs)
    for place, line in enumerate(lines):
        np.testing.assert_allclose(line.get_ydata(), result.curve[result.curve["design"] == place][column])
    (bar,) = [container.lines[2][0].get_segments()[0] for container in ax.containers]
    row = result.checked.set_index("figure").loc[column]
    assert bar[:, 0].tolist() == [3, 3]
    np.testing.assert_allclose(bar[:, 1], np.clip(row["simulated"] + 2 * row["mcse"] * np.array([-1, 1]), 0, 1))
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[0] == "3 blocks, periods of 3 nights (this design)"
    assert "10 simulated studies" in labels[-1]
    ax.figure.canvas.draw()


def test_this_design_is_bold_and_formulas_alone_have_no_dot(result):
    alone = power_people(result.protocol, people=3, trials=0)
    ax = plots.power_people(alone, ax=axes())
    widths = [line.get_linewidth() for line in ax.lines if len(line.get_xdata()) > 2]
    assert widths[0] > max(widths[1:])
    assert not ax.containers


def test_another_question_is_refused(result):
    with pytest.raises(InputError, match="no question 'own'"):
        plots.power_people(result, question="own")
