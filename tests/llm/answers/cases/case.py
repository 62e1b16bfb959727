"""What a case is, and the parents the answers were written for."""

from __future__ import annotations

from dataclasses import dataclass

from ge_tui.genome import Contract, cut
from ge_tui.llm.answers import Child, Refusal, RefusalReason, Request, read_answer

HEADER = '''"""A small network for tests."""

import torch
import torch.nn as nn
import torch.nn.functional as F


'''
OPTIMIZER = """def get_optimizer(model, lr, weight_decay=0.0):
    groups = [{"params": list(model.parameters()), "weight_decay": weight_decay}]
    return torch.optim.SGD(groups, lr=lr, momentum=0.9)


"""
GATE = '''class Gate(nn.Module):
    """Scale each channel by a gate."""

    def __init__(self, cin):
        super().__init__()
        self.norm = nn.LayerNorm(cin)

    def forward(self, x):
        gate = torch.sigmoid(self.norm(x.mean(dim=(2, 3))))
        return x * gate[:, :, None, None]


'''
NOTE = """# -- NOTE --
# Gate(cin) is defined elsewhere in this file.
# -- NOTE --
"""
BLOCK = """class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        self.act1 = nn.ReLU()
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        self.act2 = nn.ReLU()
        self.gate = Gate(cout)

    def forward(self, x):
        x = self.act1(self.conv1(x))
        x = self.act2(self.conv2(x))
        return self.gate(x)


"""
NET = """class Net(nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        self.block = Block(channels, 16)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        x = self.block(x).mean(dim=(2, 3))
        return self.fc(self.drop(x))
"""
MARK = "# --OPTION--\n"
PARENT = HEADER + MARK + OPTIMIZER + MARK + GATE + MARK + NOTE + BLOCK + MARK + NET
CONTRACT = Contract("Net", "get_optimizer")

PLAIN = '''"""Shapes."""

import math

SCALE = 2


def area(width, height):
    return SCALE * width * height


def diagonal(width, height):
    """The longest line."""
    total = width * width
    total = total + height * height
    return math.sqrt(total)


def report(width, height):
    first = area(width, height)
    second = diagonal(width, height)
    return f"{first} {second}"
'''
"""A file that is no network and has no markers."""
PLAIN_CONTRACT = Contract("report", "report")

NEW_GATE = """class Gate(nn.Module):
    def __init__(self, cin):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1, cin, 1, 1))

    def forward(self, x):
        return x * torch.sigmoid(self.scale)
"""
"""What most answers of the corpus mean to say."""
OTHER_GATE = NEW_GATE.replace("sigmoid", "tanh")


@dataclass(frozen=True)
class Case:
    """One answer."""

    name: str
    answer: str
    reasons: tuple[RefusalReason, ...] = ()
    """Empty: a child is expected."""
    source: str = ""
    """The child, to the letter."""
    segment: str | None = "Gate"
    edits: bool = False
    parent: str = PARENT
    rung: str = ""
    finished: bool = True

    @property
    def request(self) -> Request:
        contract = CONTRACT if self.parent == PARENT else PLAIN_CONTRACT
        return Request(cut(self.parent), self.segment, self.edits, contract)

    def read(self) -> Child | Refusal:
        return read_answer(self.answer, self.request, finished=self.finished)


def reads(
    name: str, answer: str, code: str = NEW_GATE, *, imports: str = "", rung: str = "", segment: str = "Gate"
) -> Case:
    """The segment becomes `code`, the header gets `imports`."""
    parent = cut(PARENT)
    header = HEADER.rstrip("\n") + "\n" + imports + "\n\n" if imports else HEADER
    source = parent.with_segment(segment, code).with_header(header).source
    return Case(name, answer, source=source, segment=segment, rung=rung)


def refuses(name: str, answer: str, *reasons: str, segment: str | None = "Gate", finished: bool = True) -> Case:
    return Case(name, answer, tuple(map(RefusalReason, reasons)), segment=segment, finished=finished)


def fenced(code: str, info: str = "python", mark: str = "```") -> str:
    return f"{mark}{info}\n{code.rstrip()}\n{mark}\n"


def indented(text: str, by: str = "    ") -> str:
    return "".join(by + line if line.strip() else line for line in text.splitlines(keepends=True))
