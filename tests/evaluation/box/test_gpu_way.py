"""How a way to the GPU is looked for, with drivers that are played: the box opens as little as one needs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ge_tui.evaluation.box import landlock
from ge_tui.evaluation.box.assemble import Box, Opening
from ge_tui.evaluation.box.gpu_way import find_way
from ge_tui.evaluation.box.report import Layer, State
from ge_tui.evaluation.box.sight import Sight

ALL = frozenset(Opening)


def a_box(device: str = "cuda") -> Box:
    states = tuple(State(layer=layer, in_force=True, detail="") for layer in Layer)
    return Box(Sight((), (), (), "/scratch"), device, 7, 7, states)


def driver(*needs: Opening, refuses: Layer | None = None) -> Callable[[Box], str]:
    """One that starts where it has what it needs, and a layer it does not bear is left out."""

    def compute(box: Box) -> str:
        if not box.openings >= set(needs):
            return "RuntimeError: CUDA error 304"
        return f"no {refuses}" if refuses is not None and box.uses(refuses) else ""

    return compute


@pytest.mark.parametrize(
    "needs", [(), (Opening.MEMORY_FILES,), (Opening.THREAD_NAMES,), tuple(Opening)], ids=lambda needs: str(len(needs))
)
def test_a_driver_gets_what_it_needs_and_no_more(needs: tuple[Opening, ...]) -> None:
    found = find_way(a_box(), driver(*needs))
    assert (found.box.openings, found.problem) == (frozenset(needs), "")
    assert all(found.box.uses(layer) for layer in Layer)


def test_the_layer_in_a_drivers_way_is_named_and_stays() -> None:
    found = find_way(a_box(), driver(*Opening, refuses=Layer.LANDLOCK))
    assert found.problem == "no landlock; it works without landlock"
    assert found.box.uses(Layer.LANDLOCK)


def test_a_gpu_that_works_nowhere_is_not_put_down_to_a_layer() -> None:
    found = find_way(a_box(), lambda _box: "RuntimeError: no driver")
    assert found.problem == "RuntimeError: no driver; it fails without any one of the box's layers too"


def test_without_a_gpu_nothing_is_tried_or_opened() -> None:
    found = find_way(a_box("cpu"), lambda _box: pytest.fail("tried"))
    assert (found.box.openings, found.problem) == (frozenset(), "")


def test_threads_may_be_named_in_its_own_part_of_proc_alone() -> None:
    box = a_box()
    shared = Box(box.sight, "cuda", 7, 7, tuple(s for s in box.states if s.layer is not Layer.NAMESPACES), ALL)
    private = Box(box.sight, "cuda", 7, 7, box.states, ALL)
    writable = {path for path, rights in shared._rights() if rights == landlock.REWRITE}
    assert writable == {"/proc/self"}
    assert ("/proc", landlock.REWRITE) in private._rights(), "its own /proc, which knows no process but its own"
    assert not landlock.REWRITE & ~landlock.WRITE
