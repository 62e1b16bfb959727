"""The heading says who is compared with whom at any width, and never a part of a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.store import Status
from ge_tui.search import Objective
from ge_tui.tui.diff.against import Against, Choice
from ge_tui.tui.diff.heading import figures_line, title_line
from ge_tui.tui.diff.pieces import Pieces, cells
from ge_tui.tui.watch import Individual, RunModel

PARENT = Individual(
    7, 1, 0, "mutate", "llm", (0,), Status.EVALUATED, 0.0, rung="short", metrics={"accuracy": 0.8, "params": 518230.0}
)
CHILD = Individual(
    12, 2, 0, "mutate", "llm", (7,), Status.EVALUATED, 0.0, persona="expert", category="params", segment="SE",
    rung="short", metrics={"accuracy": 0.81, "params": 519254.0},
)  # fmt: skip


def model() -> RunModel:
    run = RunModel()
    run.objectives = (Objective("accuracy", "max"), Objective("params", "min"))
    run.individuals = {7: PARENT, 12: CHILD}
    return run


def text(pieces: Pieces) -> str:
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (70, "#12 mutate · expert · params · SE against parent #7         change 2/5"),
        (50, "#12 mutate · expert against parent #7   change 2/5"),
        (44, "#12 mutate against parent #7      change 2/5"),
        (30, "#12 mutate against parent #7"),
        (20, "#12 mutate against …"),
    ],
)
def test_the_title_gives_way_piece_by_piece(width: int, line: str) -> None:
    seen = text(title_line(CHILD, Choice(Against.PARENT, 7), "change 2/5", width))
    assert seen == line


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (
            130,
            "+12 −3 lines   accuracy 0.8000 → 0.8100 (+0.0100 better)   "
            "params 518,230 → 519,254 (+1,024 worse)   rung short",
        ),
        (80, "+12 −3 lines   accuracy 0.8100 (+0.0100 better)   params 519,254 (+1,024 worse)"),
        (60, "+12 −3 lines   accuracy 0.8100 (+0.0100 better)"),
        (20, "+12 −3 lines"),
    ],
)
def test_figures_are_whole_or_not_there(width: int, line: str) -> None:
    assert text(figures_line(CHILD, PARENT, "+12 −3 lines", model(), width)) == line


def test_without_another_there_is_no_difference() -> None:
    assert text(figures_line(CHILD, None, "", model(), 80)) == "accuracy 0.8100   params 519,254   rung short"
    assert text(figures_line(CHILD, CHILD, "", model(), 80)).startswith("accuracy 0.8100   params 519,254")


def test_a_failure_has_its_outcome() -> None:
    failed = Individual(12, 2, 0, "mutate", "llm", (7,), Status.FAILED, 0.0, outcome=Outcome.SHAPE, params=10)
    seen = text(figures_line(failed, PARENT, "", model(), 80))
    assert seen == "failed: shape   params 518,230 → 10 (−518,220 better)"


@given(st.integers(0, 140), st.text(max_size=30), st.text(max_size=30))
def test_it_never_is_too_wide(width: int, persona: str, segment: str) -> None:
    one = Individual(12, 2, 0, "mutate", "llm", (7,), Status.WAITING, 0.0, persona=persona, segment=segment)
    assert cells(title_line(one, Choice(Against.MARKED, 7), "change 12/345", width)) <= width
    assert cells(figures_line(one, PARENT, "+12 −3 lines", model(), width)) <= width
