"""What is published of small networks on CIFAR-10, for a run's own to be seen against."""

from __future__ import annotations

from dataclasses import dataclass

DATA = "cifar10"
"""The data set that all of these figures are of; those of another do not compare."""
GE = "LLM Guided Evolution"
EXQUISITENET = "README of ExquisiteNetV2"
REFERENCE = (
    "LLM Guided Evolution: Morris, Jurado and Zutty, GECCO 2024, arXiv:2403.11446. README of ExquisiteNetV2: "
    "github.com/shyhyawJou/ExquisiteNetV2."
)
_READ_OFF = f"{GE}, read off figure 4"


@dataclass(frozen=True, slots=True)
class Published:
    """A network that others measured."""

    name: str
    accuracy: float
    """On CIFAR-10's test part, 0 to 1."""
    params: int
    source: str
    exact: bool = True
    """Not read off a picture, and not worked out of a percentage."""


PUBLISHED = (
    Published("ExquisiteNetV2", 0.9252, 518_230, EXQUISITENET),
    Published("GE-Evolved-L", 0.9334, 518_230, GE),
    Published("GE-Evolved-M", 0.9316, 295_000, f"{GE}, by the 43.1 % it saves", exact=False),
    Published("GE-Evolved-S", 0.8883, 119_254, GE),
    Published("GE-Evolved-T", 0.8745, 39_190, GE),
    Published("ResNet-8", 0.860, 75_000, _READ_OFF, exact=False),
    Published("ResNet-14", 0.890, 172_000, _READ_OFF, exact=False),
    Published("ResNet-26", 0.9105, 366_000, _READ_OFF, exact=False),
    Published("ResNet-32", 0.909, 464_000, _READ_OFF, exact=False),
    Published("ResNet-44", 0.905, 658_000, _READ_OFF, exact=False),
)
"""Each trained once, with the recipe of its authors."""
