"""Running a genome's text and building what it defines. Only ever called in a forked child."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import UninitializedParameter

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Job
from ge_tui.evaluation.worker.failure import GENOME_FILE, GenomeFailureError, failure_from
from ge_tui.evaluation.worker.torchvision_compat import make_torchvision_importable


class GenomeModule:
    """A genome's module, with its network class and optimiser function."""

    def __init__(self, job: Job) -> None:
        """Run the module's body. Raises GenomeFailureError (syntax, import)."""
        self._job = job
        if "torchvision" in job.source:
            make_torchvision_importable()
        module = _execute(job.source)
        self._network = _required(module, job.network)
        self._optimizer = _required(module, job.optimizer)

    def count_params(self) -> int | None:
        """Parameters, counted without allocating them; None where the constructor needs real numbers."""
        try:
            with torch.device("meta"):
                parameters = list(self._construct().parameters())
                return None if any(map(_is_lazy, parameters)) else sum(p.numel() for p in parameters)
        except BaseException:  # noqa: BLE001  (meta tensors refuse code that is fine on real ones; the real build decides)
            return None

    def network(self) -> nn.Module:
        """A newly built network, from the job's seed. Raises GenomeFailureError (build, out-of-memory)."""
        torch.manual_seed(self._job.seed)
        try:
            network = self._construct()
        except BaseException as error:
            raise failure_from(error, Outcome.BUILD, f"building {self._job.network}") from error
        if not isinstance(network, nn.Module):
            raise GenomeFailureError(
                Outcome.BUILD, f"{self._job.network}(...) gave a {type(network).__name__}, not an nn.Module"
            )
        self._fill_lazy_parameters(network)
        if not any(True for _ in network.parameters()):
            raise GenomeFailureError(Outcome.BUILD, f"{self._job.network} has no parameters to train")
        return network

    def optimizer(self, network: nn.Module) -> torch.optim.Optimizer:
        """The genome's own optimiser for a network. Raises GenomeFailureError (build)."""
        plan = self._job.plan
        arguments: list[Any] = [network, plan.lr, plan.weight_decay]
        keywords = {"nesterov": plan.nesterov} if _accepts(self._optimizer, "nesterov") else {}
        try:
            optimizer = self._optimizer(*arguments, **keywords)
        except BaseException as error:
            raise failure_from(error, Outcome.BUILD, f"calling {self._job.optimizer}") from error
        if not isinstance(optimizer, torch.optim.Optimizer):
            raise GenomeFailureError(
                Outcome.BUILD,
                f"{self._job.optimizer}(...) gave a {type(optimizer).__name__}, not a torch.optim.Optimizer",
            )
        if not all("lr" in group for group in optimizer.param_groups):
            raise GenomeFailureError(Outcome.BUILD, f"{self._job.optimizer}(...) has parameter groups without lr")
        return optimizer

    def _fill_lazy_parameters(self, network: nn.Module) -> None:
        """Give modules like nn.LazyLinear their sizes; an optimiser cannot take them without."""
        if not any(map(_is_lazy, network.parameters())):
            return
        size = self._job.plan.image_size or self._job.inputs.image_size
        try:
            with torch.no_grad():
                network(torch.zeros(2, self._job.inputs.channels, size, size))
        except BaseException as error:
            raise failure_from(error, Outcome.SHAPE, "the first forward pass, which sizes lazy modules") from error

    def _construct(self) -> Any:
        return self._network(self._job.inputs.classes, self._job.inputs.channels)


def _execute(source: str) -> ModuleType:
    module = ModuleType("genome")
    module.__file__ = GENOME_FILE
    linecache.cache[GENOME_FILE] = (len(source), None, source.splitlines(keepends=True), GENOME_FILE)
    sys.modules["genome"] = module
    try:
        code = compile(source, GENOME_FILE, "exec")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise failure_from(error, Outcome.SYNTAX, "reading the genome") from error
    try:
        exec(code, module.__dict__)
    except BaseException as error:
        raise failure_from(error, Outcome.IMPORT, "importing the genome") from error
    return module


def _required(module: ModuleType, name: str) -> Callable[..., Any]:
    found = getattr(module, name, None)
    if not callable(found):
        raise GenomeFailureError(Outcome.IMPORT, f"the genome defines no {name}")
    return found  # type: ignore[no-any-return]  # whatever the genome calls by this name


def _is_lazy(parameter: nn.Parameter) -> bool:
    return isinstance(parameter, UninitializedParameter)


def _accepts(function: Callable[..., Any], keyword: str) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(p.name == keyword or p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
