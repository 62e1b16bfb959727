"""What each operator writes."""

import random
import re

import pytest

from ge_tui.genome import Contract, cut
from ge_tui.llm import offline

from .genomes import RESIDUAL, SEED, SEED_CONTRACT, STEPWISE, only


def sources(operator, source=SEED, contract=SEED_CONTRACT, tries=40, temperature=1.0):
    """The distinct children one operator makes."""
    made = {}
    for seed in range(tries):
        edit = offline.mutate(
            cut(source), contract, random.Random(seed), temperature=temperature, weights=only(operator)
        )
        if edit is not None:
            made[edit.source] = edit
    return made


def test_widths_change_together_in_steps_of_four():
    for source in sources("width"):
        numbers = re.findall(r"self\.\w+ = (?:FCT|DFSEBV2|EVE|ME|DW)\((.*)\)", source)
        widths = [int(n) for text in numbers for n in re.findall(r"\d+", text) if int(n) > 3]
        assert all(width % 4 == 0 for width in widths)
        assert len(set(widths)) <= 5


def test_widths_divide_by_the_groups():
    source = SEED.replace("padding=kernel_size // 2, groups=cin)", "padding=kernel_size // 2, groups=12)", 1)
    for child in sources("width", source.replace("self.block1 = DFSEBV2", "self.block1 = DFSEBV2")):
        widths = [int(w) for w in re.findall(r"DFSEBV2\((\d+),", child)]
        assert all(width % 12 == 0 for width in widths)


def test_kernels_stay_odd_and_take_their_padding_along():
    children = sources("kernel")
    assert any("nn.Conv2d(cin, cin, 6, stride=2, padding=2, groups=cin, bias=False)" in s for s in children)
    for source in children:
        assert all(int(k) % 2 for k in re.findall(r"DFSEBV2\(\d+, (\d+),", source))
    plain = sources("kernel", RESIDUAL, Contract("TinyResNet", "build_optimizer"))
    assert any("kernel_size=5, padding=2" in source for source in plain)


def test_activations_are_swapped_as_functions_and_as_modules():
    assert any("F.gelu(self.depthwise(x))" in source for source in sources("activation", tries=80))
    modules = sources("activation", RESIDUAL, Contract("TinyResNet", "build_optimizer"))
    assert any("self.act = nn.SiLU()" in source for source in modules)
    assert not any("GELU(inplace" in source for source in modules)


def test_norms_of_single_pixels_stay_batch_norms():
    source = SEED.replace(
        "        return x * gate[:, :, None, None]", "        return x * self.point(gate[:, :, None, None])"
    ).replace(
        "        self.norm = nn.LayerNorm(cin)",
        "        self.norm = nn.LayerNorm(cin)\n        self.point = nn.BatchNorm2d(cin)",
    )
    children = sources("norm", source)
    assert children
    for child in children:
        group = re.search(r"self\.point = nn\.GroupNorm\((\d+), cin\)", child)
        assert group is None  # at 12 channels and one pixel no group would have enough values


def test_a_norm_goes_back():
    source = SEED.replace("self.norm = nn.BatchNorm2d(cout)", "self.norm = nn.GroupNorm(4, cout)")
    assert any(edit.detail.startswith("norm GroupNorm -> BatchNorm2d") for edit in sources("norm", source).values())


def test_a_block_is_repeated_behind_itself():
    source = next(s for s in sources("repeat") if "block3_2" in s)
    assert "        self.block3 = DFSEBV2(96, 3, True)\n        self.block3_2 = DFSEBV2(96, 3, True)\n" in source
    assert "x = self.block3_2(self.block3(self.down3(x)))" in source


def test_a_block_is_removed_with_its_line():
    source = next(s for s in sources("remove") if "block4" not in s)
    assert "x = self.down4(x)" in source


def test_a_shortcut_keeps_what_is_not_a_name():
    assert any("x = ((kept := self.stem(x)) + self.block1(kept))" in s for s in sources("residual"))
    assert any("(x + self.depthwise(x))" in s for s in sources("residual"))


def test_blocks_that_change_the_shape_have_no_shortcut():
    assert not any("+ self.down" in source or "+ self.stem" in source for source in sources("residual"))


def test_dropout_is_added_changed_and_removed():
    children = sources("dropout", tries=150)
    assert any("training=self.training)" in source for source in children)
    assert any("self.classifier(x)" in source and "nn.Dropout" not in source for source in children)
    rates = [float(rate) for source in children for rate in re.findall(r"nn\.Dropout\((.*?)\)", source)]
    assert all(0 <= rate <= 0.75 for rate in rates)


def test_gates_are_switched_inserted_and_removed():
    children = sources("gate", tries=150)
    assert any("DFSEBV2(192, 3, False)" in source for source in children)
    assert any("self.gate_2 = SE(384, 4)" in source for source in children)
    assert any("y = self.depthwise1(y) + x" in source for source in children)
    ratios = sources("gate", STEPWISE, Contract("Steps", "get_optimizer"))
    assert any("Gate(cin, 4)" not in source for source in ratios)


def test_pooling_is_swapped_in_all_its_forms():
    children = sources("pooling")
    for words in ("nn.AvgPool2d(2, ceil_mode=True)", "F.avg_pool2d(x, 2, ceil_mode=True)", ".amax(dim=(2, 3))"):
        assert any(words in source for source in children)


def test_groups_divide():
    children = sources("groups")
    assert any("groups=cin // 2" in source for source in children)
    assert any("groups=1" in source for source in children)
    assert any("nn.Conv2d(cin, cin, 1, bias=False, groups=4)" in source for source in children)


def test_the_optimiser_changes_in_kind_rate_momentum_and_decay():
    children = sources("optimiser", tries=150)
    for words in (
        "torch.optim.AdamW(groups, lr=lr * 0.02)",
        "momentum=0.95",
        "nesterov=False",
        "lr=lr * ",
        '"lr": lr * ',
    ):
        assert any(words in source for source in children), words
    back = SEED.replace(
        "torch.optim.SGD(groups, lr=lr, momentum=0.9, nesterov=nesterov)", "torch.optim.AdamW(groups, lr=lr * 0.02)"
    )
    assert any("torch.optim.SGD(groups, lr=lr, momentum=0.9)" in s for s in sources("optimiser", back, tries=80))


@pytest.mark.parametrize("operator", offline.OPERATORS)
def test_the_sentence_is_for_the_user(operator):
    for edit in sources(operator, tries=10).values():
        assert 10 < len(edit.detail) < 160
        assert "\n" not in edit.detail
