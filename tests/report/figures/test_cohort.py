import pytest
from fitted import fitted
from known import of_edition, two_arms
from matplotlib.figure import Figure

from nof1 import InputError, Result, Trial, fit, plots
from nof1.plan.protocol.protocol import Protocol


@pytest.fixture
def people():
    return {name: fitted(name, sensitivity=False) for name in ("worsens", "helps", "cant-tell")}


def drawn(results):
    return plots.cohort(results, ax=Figure(figsize=(7, 3), layout="constrained").add_subplot())


def rows(ax):
    return [tick.get_text() for tick in ax.get_yticklabels()]


def test_everyone_has_a_line_the_best_on_top_with_the_verdict_beside_it(people):
    ax = drawn(people)
    assert rows(ax) == ["helps", "cant-tell", "worsens"]
    means = {float(line.get_ydata()[0]): float(line.get_xdata()[0]) for line in ax.lines if line.get_marker() == "o"}
    bars = {float(line.get_ydata()[0]): list(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 2.0}
    beside = {text.get_position()[1]: text.get_text() for text in ax.texts if text.get_position()[0] == 1.02}
    for place, name in enumerate(rows(ax)):
        numbers = people[name].lead[0].leading
        assert means[place] == pytest.approx(numbers.mean)
        assert bars[place] == pytest.approx(numbers.interval)
        assert beside[place] == people[name].lead[0].verdict
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((-1, 1))
    assert "each from their own nights alone" in ax.get_xlabel()
    assert "simulated" in {text.get_text() for text in ax.texts}


def test_nothing_is_pooled(people):
    ax = drawn(people)
    alone = drawn({"helps": people["helps"]})
    first = next(list(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 2.0)
    assert first == next(list(line.get_xdata()) for line in alone.lines if line.get_linewidth() == 2.0)
    assert len([line for line in ax.lines if line.get_marker() == "o"]) == 3


def test_without_names_titles_that_are_alike_are_numbered(people):
    titles = {result.trial.protocol.title for result in people.values()}
    shown = rows(drawn([people["helps"], people["helps"]]))
    assert [label[:3] for label in shown] == ["1: ", "2: "]
    assert len(titles) == 3
    assert {label[:10] for label in rows(drawn(list(people.values())))} == {title[:10] for title in titles}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"high": 20}, "the scale differs \\(0 to 20, not 0 to 10\\)"),
        ({"threshold": 2}, "the smallest change that matters differs \\(2 points, not 1 point\\)"),
        ({"better": "higher"}, "the better direction differs"),
    ],
)
def test_other_scales_are_refused_by_name(people, change, reason):
    helps = people["helps"]
    content = helps.trial.protocol.to_dict()
    content["outcome"] |= change
    trial = Trial(Protocol.build(content), helps.trial.order, helps.trial.entries)
    other = Result(trial, helps.record, helps.posterior)
    with pytest.raises(InputError, match=f"“other one” cannot stand beside “first one”: {reason}"):
        plots.cohort({"first one": helps, "other one": other})


def without_threshold(trial):
    content = trial.protocol.to_dict()
    del content["outcome"]["threshold"]
    return Trial(Protocol.build(content), trial.order, trial.entries)


def test_where_no_smallest_change_was_stated_no_band_is_drawn():
    quick = {"engine": "marginal", "sensitivity": False}
    none, some = fit(without_threshold(two_arms()), **quick), fit(two_arms(), **quick)
    ax = drawn({"Ada": none, "Ben": none})
    assert rows(ax) == ["Ada", "Ben"]
    assert not [patch for patch in ax.patches if patch.get_extents().width > 1]
    assert "too small to matter" not in {text.get_text() for text in ax.texts}
    assert "too small to matter" in {text.get_text() for text in drawn({"Ada": some}).texts}
    with pytest.raises(InputError, match=r"the smallest change that matters differs \(not stated, not 1.2 points\)"):
        plots.cohort({"Ada": some, "Ben": none})


def test_which_effect_a_line_is_of_is_said_where_they_differ(people):
    """A trial that was planned by the first edition leads with the full effect, others with the one over these nights."""
    first = fit(of_edition(people["helps"].trial, 1), engine="marginal", sensitivity=False)
    assert first.lead[0].estimand == "full"
    assert set(rows(drawn({"old": first, "new": people["helps"]}))) == {"old", "new (over these nights)"}
    assert rows(drawn({"old": first})) == ["old"]


def test_nobody_is_refused():
    with pytest.raises(InputError, match="no results"):
        plots.cohort([])
