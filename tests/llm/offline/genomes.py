"""Networks to try the operators on: the seed, and others that are written in other ways."""

import json
import random
import subprocess
import sys
from pathlib import Path

from ge_tui.genome import Contract, Genome, cut, syntax_hash
from ge_tui.llm import offline

HERE = Path(__file__).parent
SEED = (HERE.parents[2] / "sota/ExquisiteNetV2/network.py").read_text(encoding="utf-8")
SEED_CONTRACT = Contract("ExquisiteNetV2", "get_optimizer")

RESIDUAL = """
import torch
from torch import nn


def convolved(a, b, k=3, s=1):
    return nn.Sequential(nn.Conv2d(a, b, k, s, k // 2, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True))


class Basic(nn.Module):
    expansion = 1

    def __init__(self, before, planes, stride=1):
        super().__init__()
        self.a = nn.Conv2d(before, planes, kernel_size=3, stride=stride, padding=1, bias=False)
        self.an = nn.BatchNorm2d(planes)
        self.b = nn.Conv2d(planes, planes * self.expansion, kernel_size=3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(planes)
        self.act = nn.GELU()
        if stride != 1 or before != planes:
            self.skip = nn.Conv2d(before, planes, 1, stride=stride, bias=False)
        else:
            self.skip = nn.Identity()

    def forward(self, x):
        out = self.act(self.an(self.a(x)))
        out = self.bn(self.b(out))
        out += self.skip(x)
        return self.act(out)


class TinyResNet(nn.Module):
    def __init__(self, classes, colours, widths=(16, 32, 64), depth=2):
        super().__init__()
        self.stem = convolved(colours, widths[0])
        stages = []
        previous = widths[0]
        for i, width in enumerate(widths):
            for j in range(depth):
                stages.append(Basic(previous, width, stride=2 if j == 0 and i > 0 else 1))
                previous = width
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(previous, classes)

    def forward(self, x):
        x = self.stages(self.stem(x))
        x = torch.flatten(self.pool(x), 1)
        return self.head(self.drop(x))


def build_optimizer(net, lr=0.1, weight_decay=0.0, nesterov=True):
    from torch.optim import SGD
    return torch.optim.SGD(net.parameters(), lr, 0.9, weight_decay=weight_decay, nesterov=nesterov)
"""

MIXER = """
import torch, torch.nn as nn

class Mlp(nn.Module):
    def __init__(self, dim, hidden, drop=0.0):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)
        self.drop = nn.Dropout(drop)
    def forward(self, x):
        return self.fc2(self.drop(torch.nn.functional.gelu(self.fc1(x))))

class MixerLayer(nn.Module):
    def __init__(self, dim, tokens, ratio=2):
        super().__init__()
        self.n1 = nn.LayerNorm(dim)
        self.n2 = nn.LayerNorm(dim)
        self.token = Mlp(tokens, tokens * ratio, drop=0.1)
        self.channel = Mlp(dim, dim * ratio)
    def forward(self, x):
        x = x + self.token(self.n1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channel(self.n2(x))

class Mixer(nn.Module):
    def __init__(self, num_classes, in_chans):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(16)
        self.patch = nn.Conv2d(in_chans, 48, 4, stride=4)
        self.layers = nn.ModuleList([MixerLayer(48, 16) for _ in range(3)])
        self.norm = nn.LayerNorm(48)
        self.fc = nn.Linear(48, num_classes)
    def forward(self, x):
        x = self.patch(self.pool(x))
        x = x.flatten(2).transpose(1, 2)
        for layer in self.layers:
            x = layer(x)
        return self.fc(self.norm(x).mean(dim=1))

def make_opt(model, lr, weight_decay=0.0, nesterov=True):
    groups = [dict(params=model.parameters())]
    return torch.optim.AdamW(groups, lr * 0.01, weight_decay=weight_decay)
"""

STEPWISE = """
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim import SGD

def same(k):
    return int((k - 1) * 0.5)

class Gate(nn.Module):
    def __init__(self, cin, ratio):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc1 = nn.Linear(cin, int(cin / ratio), bias=False)
        self.act1 = nn.ReLU()
        self.fc2 = nn.Linear(self.fc1.out_features, cin, bias=False)
        self.act2 = nn.Sigmoid()

    def forward(self, x):
        y = x
        x = self.pool(x)
        x = x.view(-1, x.size()[1])
        x = self.act1(self.fc1(x))
        x = self.act2(self.fc2(x))
        x = x.view(-1, x.size(1), 1, 1)
        return x * y

class Cell(nn.Module):
    def __init__(self, cin, k, gated):
        super().__init__()
        self.pw = nn.Conv2d(cin, cin, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(cin)
        self.act = nn.SiLU()
        self.dw = nn.Conv2d(cin, cin, k, 1, same(k), groups=cin)
        if gated:
            self.gate = Gate(cin, 4)
        else:
            self.gate = nn.Identity()

    def forward(self, x):
        y = x
        x = self.pw(x)
        x = self.bn(x)
        x = self.act(x)
        x = self.dw(x)
        x = self.gate(x)
        x += y
        return x

class Smaller(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.highest = nn.MaxPool2d(2, ceil_mode=True)
        self.pw = nn.Conv2d(2 * cin, cout, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(cout)

    def forward(self, x):
        x = torch.cat((self.highest(x), -F.max_pool2d(-x, 2, ceil_mode=True)), 1)
        x = self.pw(x)
        return self.bn(x)

class Steps(nn.Module):
    def __init__(self, class_num, img_channels):
        super().__init__()
        self.down1 = Smaller(img_channels, 24)
        self.cell1 = Cell(24, 3, True)
        self.down2 = Smaller(24, 48)
        self.cell2 = Cell(48, 5, False)
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(48, class_num)

    def forward(self, x):
        x = self.down1(x)
        x = self.cell1(x)
        x = self.down2(x)
        x = self.cell2(x)
        x = self.pool(x)
        x = x.view(-1, x.size(1))
        x = self.fc(x)
        return x

def get_optimizer(model, lr, weight_decay=0, nesterov=True):
    return SGD(model.parameters(), lr, 0.9, nesterov=nesterov)
"""

OTHERS = {
    "residual": (RESIDUAL, Contract("TinyResNet", "build_optimizer")),
    "mixer": (MIXER, Contract("Mixer", "make_opt")),
    "stepwise": (STEPWISE, Contract("Steps", "get_optimizer")),
}


def only(operator: str) -> dict[str, float]:
    """Weights that leave one operator."""
    return {name: float(name == operator) for name in offline.OPERATORS}


def walks(source: str, contract: Contract, seed: int, count: int, steps: int = 10) -> list[offline.Edit]:
    """Random walks from a genome: mutations of all strengths, one child in five by crossover with an earlier one."""
    rng = random.Random(seed)
    start = cut(source)
    members, edits = [start], []
    for _ in range(count):
        genome = start
        for _ in range(steps):
            edit, child = _step(genome, members, contract, rng)
            edits.append(edit)
            members.append(child)
            genome = child
    return edits


def _step(genome: Genome, members: list[Genome], contract: Contract, rng: random.Random) -> tuple[offline.Edit, Genome]:
    edit = None
    if rng.random() < 0.2:
        edit = offline.crossover(genome, rng.choice(members[-20:]), contract, rng)
    if edit is None:
        edit = offline.mutate(genome, contract, rng, temperature=rng.choice([0.2, 0.6, 1.0, 1.6]))
    assert edit is not None
    child = cut(edit.source, genome.names)
    assert syntax_hash(child) not in (None, syntax_hash(genome))
    return edit, child


def trained(sources: list[str], contract: Contract, sizes: tuple[int, ...] = (16, 32)) -> list[dict]:
    """Build and train each source for a step in a process of its own."""
    request = {
        "sources": sources,
        "network": contract.network,
        "optimizer": contract.optimizer,
        "sizes": sizes,
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "trial.py")],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
    )
    return json.loads(done.stdout)


def failures(edits: list[offline.Edit], results: list[dict]) -> list[str]:
    return [
        f"{edit.operator}: {edit.detail}: {result['problem']}"
        for edit, result in zip(edits, results, strict=True)
        if result["problem"]
    ]
