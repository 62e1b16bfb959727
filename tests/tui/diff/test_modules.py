"""The layers of two networks: which belong together, and the page of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.evaluation.report import ModuleShape
from ge_tui.tui.diff.folds import ALL
from ge_tui.tui.diff.module_page import module_page, module_text
from ge_tui.tui.diff.modules import align_layers, as_tree, total
from tests.tui.diff.runs import NORM, layers
from tests.tui.diff.test_pages import lines_of

MODULES = st.lists(
    st.builds(
        ModuleShape,
        st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join),
        st.sampled_from(["Conv2d", "Linear", "Gate"]),
        st.just((4, 8)),
        st.integers(0, 9),
    ),
    max_size=12,
)


def test_a_module_stands_in_front_of_what_lies_in_it() -> None:
    tree = as_tree(layers(8, NORM))
    assert [(layer.depth, layer.name, layer.leaf) for layer in tree] == [
        (0, "Net", False), (1, "gate", False), (2, "conv", True), (1, "norm", True), (1, "head", True),
    ]  # fmt: skip


def test_a_module_that_is_used_twice_counts_once() -> None:
    twice = (*layers(8)[:2], *layers(8))
    assert total(as_tree(twice)) == total(as_tree(layers(8))) == (2, 152)


@given(MODULES, MODULES)
def test_every_layer_of_both_is_there_once_and_in_order(old: list[ModuleShape], new: list[ModuleShape]) -> None:
    before, after = as_tree(old), as_tree(new)
    assert sorted(map(repr, (layer.module for layer in before))) == sorted(map(repr, old))
    pairs = align_layers(before, after)
    assert [pair.old for pair in pairs if pair.old] == before
    assert [pair.new for pair in pairs if pair.new] == after
    assert all(p.old.module.path == p.new.module.path for p in pairs if p.old and p.new)


@given(MODULES.filter(len))
def test_a_network_does_not_differ_from_itself(modules: list[ModuleShape]) -> None:
    assert not any(pair.changed for pair in align_layers(as_tree(modules), as_tree(modules)))
    page = module_page(modules, modules, 80, 3)
    assert not page.changes
    assert "No layer differs in type, output or parameters." in lines_of(page)


def test_the_page_marks_what_differs_and_sums_up() -> None:
    lines = lines_of(module_page(layers(8), layers(16, NORM), 100, 0))
    assert [line.rstrip() for line in lines] == [
        "  layer     type          output of one image    own parameters",
        "  Net       Net           10",
        "~   gate    Gate          8×8×8 → 16×8×8",
        "~     conv  Conv2d        8×8×8 → 16×8×8               72 → 144",
        "+   norm    BatchNorm2d   16×8×8                             32",
        "~   head    Linear        10                           80 → 160",
        "─" * 63,
        "  total     2 → 3 layers                       152 → 336 (+184)",
    ]


def test_another_type_at_the_same_place_is_a_change_not_another_layer() -> None:
    new = tuple(ModuleShape(m.path, "Conv1d", m.shape, m.params) if m.path == "gate.conv" else m for m in layers(8))
    assert "~     conv  Conv2d → Conv1d" in module_text(layers(8), new)


def test_folds_and_changes_know_their_lines() -> None:
    many = [ModuleShape(f"m{i}", "Conv2d", (4, 8), i) for i in range(20)]
    other = [*many[:10], ModuleShape("m10", "Conv2d", (4, 9), 10), *many[11:]]
    page = module_page(many, other, 80, 2)
    lines = lines_of(page)
    assert {lines[at] for at in page.folds} == {"… 8 unchanged layers", "… 7 unchanged layers"}
    ((change),) = page.changes
    assert lines[change.start].startswith("~ m10")
    assert module_page(many, other, 80, ALL).folds == {}
    assert module_page(many, other, 20, 2).overflow > 0


def test_names_from_a_genome_cannot_steer_the_terminal() -> None:
    evil = [ModuleShape("a\x1b[31m", "K\nind", (4, 1), 1)]
    assert not any("\x1b" in line or "\n" in line for line in lines_of(module_page(None, evil, 80, 3)))
