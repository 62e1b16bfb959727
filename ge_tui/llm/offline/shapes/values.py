"""The values of a dry run. What it cannot know is UNKNOWN, and so is all that follows from that."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final

from ge_tui.llm.offline.anatomy import ClassInfo


class Literal(int):
    """A whole number that remembers the literals in the text it was computed from."""

    origins: tuple[ast.Constant, ...] = ()

    @classmethod
    def of(cls, value: int, origins: Sequence[ast.Constant]) -> int:
        """A number with these origins; a plain one where there are none."""
        if not origins:
            return int(value)
        number = cls(value)
        number.origins = tuple(dict.fromkeys(origins))
        return number


class Rate(float):
    """A fraction that remembers the literals it was computed from."""

    origins: tuple[ast.Constant, ...] = ()

    @classmethod
    def of(cls, value: float, origins: Sequence[ast.Constant]) -> float:
        """A fraction with these origins."""
        number = cls(value)
        number.origins = tuple(dict.fromkeys(origins))
        return number


def origins_of(value: object) -> tuple[ast.Constant, ...]:
    """The literals a value was computed from."""
    return value.origins if isinstance(value, Literal | Rate) else ()


@final
class Unknown:
    """What a dry run cannot know."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(eq=False, slots=True)
class Tensor:
    """A tensor: its shape."""

    shape: tuple[int, ...]
    kept: bool = False
    """Whether the gradient needs this value, so that it must not be overwritten."""


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted name that an import leads to, such as `torch.nn.Conv2d`."""

    name: str

    @property
    def last(self) -> str:
        """Its last name: `Conv2d`."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function that needs no import."""

    name: str


@dataclass(eq=False, slots=True)
class Layer:
    """A module of `torch.nn`."""

    kind: str
    """Its class name: `Conv2d`."""
    arguments: dict[str, object]
    children: list[object]
    """The modules of a Sequential."""
    params: int
    uses: list[tuple[object, object]] = field(default_factory=list)
    """What went in and what came out, each time it was called."""


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class of the file."""

    info: ClassInfo
    attributes: dict[str, object]
    params: int = 0
    children: list[object] = field(default_factory=list)
    """What it holds as a Sequential, where its class extends that."""
    uses: list[tuple[object, object]] = field(default_factory=list)
    is_open: bool = False
    """Whether it may have attributes whose names are only known when it runs."""


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A name looked up on a tensor, a list or a layer, ready to be called."""

    owner: object
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the file, with the object it is a method of."""

    node: ast.FunctionDef
    owner: Instance | None


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """What `super()` gives: the object, seen as one of its base classes."""

    instance: Instance
    info: ClassInfo
