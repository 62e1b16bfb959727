"""The curves: the best so far, the hypervolume, the learning curves; and how they share the pane."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.store import Status
from ge_tui.search import Objective
from ge_tui.tui.front.curves import best_plot, best_so_far, draw_curves, hypervolume_plot, learning_plot
from ge_tui.tui.front.layout import Show, curve_sizes, split
from ge_tui.tui.plot.pieces import text_of, width_of
from ge_tui.tui.watch import RunModel
from tests.tui.front.sample import ACCURACY, at, front_model, individuals
from tests.tui.population.sample import one


def test_the_best_so_far_of_all_and_of_the_small_ones() -> None:
    trained = [individual for individual in individuals() if individual.metrics]
    assert best_so_far(trained, ACCURACY) == ((1, 0.80), (2, 0.82), (5, 0.95), (8, 0.95))
    assert best_so_far(trained, ACCURACY, most_params=500_000) == ((1, 0.80), (2, 0.82), (6, 0.90), (8, 0.90))
    losses = best_so_far(trained, Objective("loss", "min"))
    assert [round(y, 2) for _, y in losses] == [0.2, 0.18, 0.05, 0.05]


def test_a_failed_training_counts_as_an_evaluation_and_a_failed_check_does_not() -> None:
    diverged = one(1, Status.FAILED, outcome=Outcome.DIVERGED, rung="full")
    unbuilt = one(2, Status.FAILED, outcome=Outcome.BUILD, rung=None)
    model = front_model((individuals()[0], diverged, unbuilt, at(3, 0.9, 4e5)))
    (any_size, _) = best_plot(model).series
    assert any_size.points == ((1, 0.80), (3, 0.9))


def test_plots_of_a_run() -> None:
    model = front_model()
    any_size, small = best_plot(model).series
    assert any_size.points[-1][1] == 0.95
    assert small.points[-1][1] == 0.90
    assert hypervolume_plot(model).series[0].points == ((0, 0.0), (1, 0.1), (2, 0.2))
    learning = learning_plot(model, 5)
    assert [series.name for series in learning.series] == ["seed", "best", "#5"]
    assert learning.series[-1].points == ((1, 0.45), (2, 0.90))
    assert learning_plot(model, 9).series[-1].points == learning.series[-1].points  # a duplicate of 5
    assert [series.name for series in learning_plot(model, 0).series] == ["best", "#0"]


def test_a_run_that_has_nothing_yet() -> None:
    model = RunModel()
    for plot in (best_plot(model), hypervolume_plot(model), learning_plot(model, None), learning_plot(model, 3)):
        assert not any(series.points for series in plot.series)
        assert draw_curves([plot], (40, 8))


@given(st.integers(1, 250), st.integers(1, 70), st.sampled_from(Show))
def test_the_parts_fit_into_the_pane(width: int, height: int, show: Show) -> None:
    parts = split(width, height, show)
    if parts.beside:
        assert parts.chart[0] + parts.curves[0] < width
        assert parts.chart[1] == parts.curves[1] == height
    else:
        assert parts.chart[1] + parts.curves[1] == height
    assert (parts.chart == (0, 0)) == (show is Show.CURVES)


@given(st.integers(0, 200), st.integers(0, 70), st.integers(0, 4))
def test_curves_fit_into_theirs(width: int, height: int, count: int) -> None:
    sizes = curve_sizes(width, height, count)
    for row in sizes:
        assert sum(size[0] for size in row) + len(row) - 1 == width
        assert len({size[1] for size in row}) == 1
    if sizes:
        assert sum(row[0][1] for row in sizes) == height
    assert sum(map(len, sizes)) <= count
    model = front_model()
    plots = [best_plot(model), hypervolume_plot(model), learning_plot(model, 5)]
    rows = draw_curves(plots, (width, height))
    assert len(rows) in (0, height)
    assert all(width_of(row) <= width for row in rows)


def test_three_curves_at_usual_sizes() -> None:
    model = front_model()
    plots = [best_plot(model), hypervolume_plot(model), learning_plot(model, 5)]
    for size in ((80, 8), (53, 16), (40, 37)):
        text = "\n".join(map(text_of, draw_curves(plots, size, unicode=False)))
        assert "best accuracy" in text
        assert "hypervolume" in text
        assert "learning" in text
        assert text.isascii()
