"""The dry run: shapes, ties and problems, without torch."""

import pytest

from ge_tui.genome import Contract, cut
from ge_tui.llm.offline.shapes import Tensor
from ge_tui.llm.offline.subject import examine

from .genomes import OTHERS, SEED, SEED_CONTRACT


def trace_of(source, contract=SEED_CONTRACT):
    return examine(cut(source), contract).trace


def network(init, forward, rest=""):
    """A network of a few lines; `a` is the number of classes, `b` of colours."""
    lines = [
        "import torch, torch.nn as nn, torch.nn.functional as F",
        rest,
        "class Net(nn.Module):",
        "    def __init__(self, a, b):",
        "        super().__init__()",
        *(f"        {line}" for line in init),
        "    def forward(self, x):",
        *(f"        {line}" for line in forward),
        "",
    ]
    return trace_of("\n".join(lines), Contract("Net", "opt"))


def test_the_seed_is_followed_to_the_end():
    trace = trace_of(SEED)
    assert isinstance(trace.output, Tensor)
    assert trace.output.shape == (5, 10)
    assert trace.params == 518_230
    assert trace.problems == []


def test_the_widths_of_the_seed_are_tied_by_stage():
    groups = [[literal.value for literal in group] for group in trace_of(SEED).widths()]
    wide = [group for group in groups if group[0] > 3]
    assert wide == [[12] * 3, [48] * 3, [96] * 3, [192] * 3, [384] * 4]


@pytest.mark.parametrize(("name", "params"), [("residual", 175_066), ("mixer", 34_810), ("stepwise", 7_882)])
def test_other_networks_are_followed_to_the_end(name, params):
    trace = trace_of(*OTHERS[name])
    assert trace.output.shape == (5, 10)
    assert trace.params == params
    assert trace.problems == []


@pytest.mark.parametrize(
    ("init", "forward", "words"),
    [
        (["self.c = nn.Conv2d(b, 8, 3)", "self.d = nn.Conv2d(9, 8, 3)"], ["return self.d(self.c(x))"], "gets 8"),
        (["self.c = nn.Conv2d(b, 8, 3, groups=2)"], ["return self.c(x)"], "3 channels in 2 groups"),
        (["self.c = nn.Conv2d(b, 8, 999)"], ["return self.c(x)"], "larger than the image"),
        (["self.c = nn.Conv2d(b, 8, 3)"], ["return self.c(x) + self.c(x)[:, :4]"], "does not fit"),
        (["self.c = nn.Conv2d(b, 8, 3)"], ["return self.e(x)"], "no attribute e"),
        (["self.c = nn.Conv2d(b, 8, 3)"], ["return self.c(y)"], "name y"),
        (["self.c = nn.ReLU(inplace=True)"], ["return self.c(F.gelu(x)) + self.c(torch.sigmoid(x))"], "overwritten"),
        (["self.l = nn.Linear(8, 8 // 0)"], ["return self.l(x)"], "division"),
        (["self.h = half(b, 2)"], ["return x"], "other arguments"),
        (["self.g = nn.GroupNorm(3, 8)"], ["return self.g(x)"], "8 channels in 3 groups"),
        ([""], ["return x.view(13, -1)"], "cannot be seen"),
    ],
)
def test_what_would_fail_is_a_problem(init, forward, words):
    trace = network(init, forward, rest="def half(n):\n    return n // 2\n")
    assert any(words in problem for problem in trace.problems), trace.problems


@pytest.mark.parametrize(
    ("init", "forward"),
    [
        (["self.c = nn.Conv2d(b, 8, 3, padding='same')"], ["return self.c(x)"]),
        (["self.c = nn.Sequential(*[nn.Conv2d(b, b, 3, padding=1) for _ in range(3)])"], ["return self.c(x)"]),
        (["for i in range(3):", "    setattr(self, f'c{i}', nn.ReLU())"], ["return self.c1(x)"]),
        ([""], ["x = x.mean((2, 3), keepdim=True)", "return x.squeeze(-1).squeeze(2)"]),
        ([""], ["q, k, v = torch.cat([x, x, x], 1).chunk(3, dim=1)", "return (q @ k.transpose(-2, -1)) @ v"]),
        (["self.p = nn.Parameter(torch.zeros(1, b, 1, 1))"], ["return x * self.p"]),
        ([""], ["if self.training and x.size(0) > 1:", "    x = x + torch.randn_like(x)", "return x"]),
        ([""], ["from math import sqrt", "return x / sqrt(2)"]),
        (["self.f = lambda t: t + 1"], ["try:", "    return self.f(x)", "except ValueError as e:", "    raise e"]),
        ([""], ["with torch.no_grad():", "    y = x * 2", "y += 1", "return F.relu_(y)"]),
    ],
)
def test_what_works_is_no_problem(init, forward):
    assert network(init, forward).problems == []


def test_a_size_that_suits_the_network_is_found():
    source = ["self.c = nn.Linear(3 * 32 * 32, a)"], ["return self.c(x.flatten(1))"]
    trace = network(*source)
    assert trace.problems == []
    assert trace.output.shape == (5, 10)


def test_pooling_rounds_as_torch_does():
    trace = network(
        ["self.p = nn.MaxPool2d(2, ceil_mode=True)", "self.q = nn.MaxPool2d(3, 2, 1)"],
        ["return self.q(self.p(x[:, :, :7, :7]))"],
    )
    assert trace.output.shape == (5, 3, 2, 2)
