"""Intervals, taking changes out, and the text of model.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.export.model_file import model_file
from ge_tui.export.reverting import Entangled, revert
from ge_tui.statistics import Summary, paired_difference, t_quantile

SEED = """import torch
# --OPTION--
class A:
    width = 1
    depth = 1
    kind = "a"
# --OPTION--
class B:
    width = 1
"""


@pytest.mark.parametrize(("degrees", "t"), [(1, 12.7062), (2, 4.3027), (3, 3.1824), (9, 2.2622), (30, 2.0423)])
def test_students_t_is_that_of_the_tables(degrees: int, t: float) -> None:
    assert t_quantile(degrees) == pytest.approx(t, abs=1e-4)


def test_a_difference_is_taken_pair_by_pair() -> None:
    gap = paired_difference([0.91, 0.82, 0.73], [0.90, 0.80, 0.70])
    assert gap.mean == pytest.approx(0.02)
    assert (gap.low, gap.high) == (pytest.approx(0.02 - 0.024841, abs=1e-5), pytest.approx(0.02 + 0.024841, abs=1e-5))
    assert gap.error == pytest.approx(0.01 / 3**0.5)
    alone = paired_difference([0.9], [0.8])
    assert (alone.low, alone.high, alone.error) == (None, None, 0.0)
    assert Summary((0.5,)).sd is None


def test_a_change_is_taken_out_from_under_later_ones() -> None:
    first = SEED.replace("depth = 1", "depth = 2")
    later = first.replace("class B:\n    width = 1", "class B:\n    width = 9").replace(
        "import torch", "import torch, os"
    )
    assert revert(later, SEED, first) == later.replace("depth = 2", "depth = 1")
    assert revert(later, first, later) == first


def test_a_change_that_others_build_on_stays() -> None:
    first = SEED.replace("depth = 1", "depth = 2")
    later = first.replace("depth = 2", "depth = 3")
    found = revert(later, SEED, first)
    assert isinstance(found, Entangled)
    assert "A" in found.reason


def test_a_change_that_was_undone_already_leaves_the_text_as_it_is() -> None:
    assert revert(SEED, SEED, SEED.replace("depth = 1", "depth = 2")) == SEED


lines = st.lists(st.sampled_from(["x\n", "y\n", "# --OPTION--\n", "class C:\n", "    z\n", "\n"]), max_size=8).map(
    "".join
)


@given(lines, lines)
def test_the_newest_change_can_always_be_taken_out(before: str, after: str) -> None:
    assert revert(after, before, after) == before


@given(lines, lines, lines)
def test_taking_out_ends_in_a_text_or_a_reason(current: str, before: str, after: str) -> None:
    found = revert(current, before, after)
    assert isinstance(found, str) or found.reason


def test_model_py_keeps_out_of_the_way_of_the_genome(tmp_path: Path) -> None:
    genome = (
        '"""Words."""\nfrom __future__ import annotations\nimport json as _json\nFACTS = 1\nmain = 2\n'
        "def load_network():\n    return classify, FACTS, main, _json\ndef classify():\n    return 3\n"
    )
    facts = {"network": "Net", "classes": ["a'b", 'c"d'], "mean": [0.1]}
    (tmp_path / "model.py").write_text(model_file(genome, facts))
    looks = f"""
import json, model
assert model.load_network() == (model.classify, 1, 2, json)
assert model.classify() == 3
assert model.FACTS_ == {facts!r}
assert callable(model.load_network_)
assert callable(model.main_)
"""
    done = subprocess.run([sys.executable, "-c", looks], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
