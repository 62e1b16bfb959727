"""Noticing a genome that replaces what it is trained and measured with.

A genome shares its process with the trainer, so this is no wall: it catches patches, the accidental and the
ordinary. What counts in selection does not rest on it: scores are computed outside from answers given without the
labels, sizes are counted and time is taken outside, and operations and latency are measured where no genome is.
"""

from __future__ import annotations

import builtins
import json
import math
import os
import sys
import time
from types import ModuleType

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.modules import module as module_hooks
from torch.utils.flop_counter import FlopCounterMode

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.worker.failure import GenomeFailureError

_OURS = "ge_tui.evaluation."
_OF_TORCH = ("cat", "device", "from_numpy", "Generator", "isfinite", "manual_seed", "no_grad", "randint", "randn",
             "randperm", "zeros")  # fmt: skip
_NEVER_WATCHED = {"__warningregistry__", "__builtins__", "__annotations__", "__doc__", "_"}


class Snapshot:
    """What training and measuring rely on, as it was before any genome code ran."""

    def __init__(self) -> None:
        ours = [found for name, found in sys.modules.items() if name.startswith(_OURS)]
        classes = [
            kind
            for found in ours
            for kind in vars(found).values()
            if isinstance(kind, type) and kind.__module__.startswith(_OURS)
        ]
        whole: list[ModuleType | type] = [
            builtins, json, math, os, time, F, torch.Tensor, nn.Module, nn.Parameter, torch.optim.Optimizer,
            FlopCounterMode, *ours, *classes,
        ]  # fmt: skip
        self._seen = [(place, _names(place)) for place in whole]
        self._seen.append((torch, {name: getattr(torch, name) for name in _OF_TORCH}))
        self._hooks = _global_hooks()
        self._watchers = _watchers()

    def refuse_changes(self) -> None:
        """Raises GenomeFailureError (forged) naming what the genome has replaced."""
        for place, names in self._seen:
            now = _names(place)
            for name, thing in names.items():
                if name not in now or now[name] is not thing:
                    raise _forged(f"{place.__name__}.{name}")
        if _global_hooks() != self._hooks:
            raise _forged("what torch calls for every module")
        if _watchers() != self._watchers:
            raise _forged("what Python calls for every line")
        if torch._C._len_torch_function_stack() or torch._C._len_torch_dispatch_stack():
            raise _forged("what torch does in a function's place")


def _names(place: ModuleType | type) -> dict[str, object]:
    """What is found in a module, or in a class and those it is made of."""
    places = reversed(place.__mro__) if isinstance(place, type) else [place]
    return {name: thing for each in places for name, thing in vars(each).items() if name not in _NEVER_WATCHED}


def _global_hooks() -> int:
    """How many functions torch calls for every module there is."""
    tables = [table for name, table in vars(module_hooks).items() if name.startswith("_global_") and "hooks" in name]
    return sum(len(table) for table in tables if isinstance(table, dict))


def _watchers() -> tuple[object, object]:
    """What sees, and could change, every frame of this thread."""
    return sys.gettrace(), sys.getprofile()


def _forged(what: str) -> GenomeFailureError:
    return GenomeFailureError(
        Outcome.FORGED, f"the genome replaced {what}, which training and measuring rely on; define your own instead"
    )
