"""The mutation operators, in a fixed order: the settings, the screen and a seeded run depend on it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ge_tui.llm.offline import (
    activation,
    dropout,
    gate,
    groups,
    kernel,
    norm,
    optimiser,
    pooling,
    remove,
    repeat,
    residual,
    width,
)
from ge_tui.llm.offline.edit import OfflineOperator

_ALL = (
    OfflineOperator("width", "channel widths, all that must agree together", width.propose),
    OfflineOperator("kernel", "kernel sizes, with the padding that keeps the image size", kernel.propose),
    OfflineOperator("activation", "swap, add or remove an activation", activation.propose),
    OfflineOperator("norm", "batch norm or group norm", norm.propose),
    OfflineOperator("repeat", "repeat a block that keeps the shape", repeat.propose),
    OfflineOperator("remove", "leave out a block that keeps the shape", remove.propose),
    OfflineOperator("dropout", "dropout rates and places", dropout.propose),
    OfflineOperator("residual", "shortcuts around blocks", residual.propose),
    OfflineOperator("gate", "channel gates: on, off, which kind, how narrow", gate.propose),
    OfflineOperator("pooling", "maximum or average pooling", pooling.propose),
    OfflineOperator("groups", "depthwise, grouped or full convolutions", groups.propose),
    OfflineOperator("optimiser", "optimiser, learning rate, momentum, weight decay", optimiser.propose),
)

OPERATORS: Mapping[str, OfflineOperator] = MappingProxyType({operator.name: operator for operator in _ALL})
