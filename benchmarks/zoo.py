"""Twenty varied networks: nine edits of the seed, eleven of other families. Written for this benchmark."""

from __future__ import annotations

from ge_tui.evaluation.task import find_task

_HEADER = """
import math
import torch
import torch.nn as nn
import torch.nn.functional as F


def get_optimizer(model, lr, weight_decay=0.0, nesterov=True):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay, nesterov=nesterov)


"""

_LINEAR = """
class ExquisiteNetV2(nn.Module):
    def __init__(self, class_num, img_channels):
        super().__init__()
        self.norm = nn.BatchNorm1d(img_channels * 64)
        self.out = nn.Linear(img_channels * 64, class_num)

    def forward(self, x):
        return self.out(self.norm(F.adaptive_avg_pool2d(x, 8).flatten(1)))
"""

_MLP = """
class ExquisiteNetV2(nn.Module):
    def __init__(self, class_num, img_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(), nn.LazyLinear(256), nn.BatchNorm1d(256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, class_num)
        )

    def forward(self, x):
        return self.layers(F.adaptive_avg_pool2d(x, 16))
"""

_PLAIN = """
class ExquisiteNetV2(nn.Module):
    def __init__(self, class_num, img_channels):
        super().__init__()
        layers, cin = [], img_channels
        for cout in (WIDTHS):
            layers += [nn.Conv2d(cin, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ACT(), nn.MaxPool2d(2)]
            cin = cout
        self.features = nn.Sequential(*layers)
        self.out = nn.Linear(cin, class_num)

    def forward(self, x):
        return self.out(self.features(x).mean(dim=(2, 3)))
"""

_RESNET = """
class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.one = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(cout)
        self.two = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(cout)
        self.short = nn.Conv2d(cin, cout, 1, stride, bias=False) if stride > 1 or cin != cout else nn.Identity()

    def forward(self, x):
        y = F.relu(self.norm1(self.one(x)))
        return F.relu(self.norm2(self.two(y)) + self.short(x))


class ExquisiteNetV2(nn.Module):
    def __init__(self, class_num, img_channels):
        super().__init__()
        self.stem = nn.Conv2d(img_channels, 16, 3, padding=1, bias=False)
        self.blocks = nn.Sequential(Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2))
        self.out = nn.Linear(64, class_num)

    def forward(self, x):
        return self.out(self.blocks(self.stem(x)).mean(dim=(2, 3)))
"""

_MIXER = """
class Mix(nn.Module):
    def __init__(self, tokens, width):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.across = nn.Sequential(nn.Linear(tokens, 2 * tokens), nn.GELU(), nn.Linear(2 * tokens, tokens))
        self.within = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        x = x + self.across(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.within(self.norm2(x))


class ExquisiteNetV2(nn.Module):
    def __init__(self, class_num, img_channels):
        super().__init__()
        self.patch = nn.Conv2d(img_channels, 64, 4, 4)
        self.layers = nn.Sequential(Mix(16, 64), Mix(16, 64))
        self.out = nn.Linear(64, class_num)

    def forward(self, x):
        x = self.patch(F.adaptive_avg_pool2d(x, 16)).flatten(2).transpose(1, 2)
        return self.out(self.layers(x).mean(dim=1))
"""


_SINGLE = """
class ExquisiteNetV2(nn.Module):
    def __init__(self, class_num, img_channels):
        super().__init__()
        self.conv = nn.Conv2d(img_channels, 16, 5, padding=2)
        self.out = nn.Linear(16 * 16, class_num)

    def forward(self, x):
        return self.out(F.adaptive_max_pool2d(F.relu(self.conv(x)), 4).flatten(1))
"""

_EARLY_POOLING = """
class ExquisiteNetV2(nn.Module):
    def __init__(self, class_num, img_channels):
        super().__init__()
        self.one = nn.Conv2d(img_channels, 32, 3, padding=1)
        self.two = nn.Conv2d(32, 64, 3, padding=1)
        self.norm1, self.norm2 = nn.BatchNorm2d(32), nn.BatchNorm2d(64)
        self.out = nn.Linear(64, class_num)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(x, 5)
        x = F.relu(self.norm2(self.two(F.relu(self.norm1(self.one(x))))))
        return self.out(x.mean(dim=(2, 3)))
"""

_BOTTLENECK = """
class ExquisiteNetV2(nn.Module):
    def __init__(self, class_num, img_channels):
        super().__init__()
        self.wide = nn.Conv2d(img_channels, 48, 3, padding=1)
        self.narrow = nn.Conv2d(48, 2, 1)
        self.again = nn.Conv2d(2, 64, 3, padding=1)
        self.norm1, self.norm2, self.norm3 = nn.BatchNorm2d(48), nn.BatchNorm2d(2), nn.BatchNorm2d(64)
        self.out = nn.Linear(64, class_num)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm1(self.wide(x))), 2)
        x = F.relu(self.norm2(self.narrow(x)))
        x = F.max_pool2d(F.relu(self.norm3(self.again(x))), 2)
        return self.out(x.mean(dim=(2, 3)))
"""


def networks() -> dict[str, str]:
    """Name to source text; all of them honour the contract of the task ExquisiteNetV2."""
    seed = find_task("ExquisiteNetV2").seed_source

    def edit(*pairs: tuple[str, str]) -> str:
        text = seed
        for old, new in pairs:
            if old not in text:
                raise ValueError(f"the seed no longer contains {old!r}")
            text = text.replace(old, new)
        return text

    return {
        "seed": seed,
        "half width": edit(
            ("384", "192"), (", 192)\n        self.block4 = DFSEBV2(192", ", 96)\n        self.block4 = DFSEBV2(96"),
            ("ME(192, 192)", "ME(96, 192)"),
        ),
        "wide": edit(("384", "512")),
        "5x5 kernels": edit((", 3, True)", ", 5, True)")),
        "heavy dropout": edit(("nn.Dropout(0.5)", "nn.Dropout(0.9)")),
        "no residual": edit(
            ("self.depthwise1(y)) + x", "self.depthwise1(y))"), ("self.depthwise2(y) + x", "self.depthwise2(y)")
        ),
        "sigmoid": edit(("F.silu", "torch.sigmoid"), ("F.hardswish", "torch.sigmoid")),
        "average pooling": edit(("self.pool = nn.MaxPool2d", "self.pool = nn.AvgPool2d")),
        "four stages": edit(
            ("        self.down5 = ME(192, 384)\n        self.block5 = DFSEBV2(384, 3, True)\n", ""),
            ("        x = self.block5(self.down5(x))\n", ""),
            ("DW(384, 3)", "DW(192, 3)"), ("nn.Linear(384", "nn.Linear(192"),
        ),
        "linear": _HEADER + _LINEAR,
        "mlp": _HEADER + _MLP,
        "cnn small": _HEADER + _PLAIN.replace("WIDTHS", "8, 16, 32").replace("ACT", "ReLU"),
        "cnn": _HEADER + _PLAIN.replace("WIDTHS", "32, 64, 128").replace("ACT", "ReLU"),
        "cnn sigmoid": _HEADER + _PLAIN.replace("WIDTHS", "32, 64, 128").replace("ACT", "Sigmoid"),
        "cnn thin": _HEADER + _PLAIN.replace("WIDTHS", "4, 6, 8").replace("ACT", "ReLU"),
        "one layer": _HEADER + _SINGLE,
        "early pooling": _HEADER + _EARLY_POOLING,
        "bottleneck": _HEADER + _BOTTLENECK,
        "resnet": _HEADER + _RESNET,
        "mixer": _HEADER + _MIXER,
    }  # fmt: skip
