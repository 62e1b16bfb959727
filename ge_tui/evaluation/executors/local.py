"""The executor for this machine: one slot for checks, and one for each training at a time."""

from __future__ import annotations

import asyncio
import math
import os
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from ge_tui.errors import UsageError
from ge_tui.evaluation.box.assemble import BoxPlan
from ge_tui.evaluation.box.environment import real_homes
from ge_tui.evaluation.box.limits import Quota
from ge_tui.evaluation.box.report import BoxReport, Layer
from ge_tui.evaluation.courtesy import find_hopeless
from ge_tui.evaluation.executors.answers import CheckAnswers, TrainAnswers
from ge_tui.evaluation.executors.base import CheckRequest, ExecutorError, TrainRequest
from ge_tui.evaluation.executors.cancellation import Cancellation
from ge_tui.evaluation.executors.second_look import SecondLook
from ge_tui.evaluation.executors.slot import Data, Ending, Slot
from ge_tui.evaluation.gpu_advice import why_no_gpu
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Answer, Inputs, Job, JobLimits
from ge_tui.evaluation.report import CheckReport, OnProgress, TrainReport
from ge_tui.genome import find_problem

_MAX_CPU_SLOTS = 8
_MAX_THREADS = 256
"""Each slot's conversation blocks a thread; one that waits for a thread would hold its slot for nothing."""


_QUOTA, _NO_BOX = Quota(), BoxReport()


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """How this machine is used."""

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    slots: int = 0
    """Trainings at once; 0: one a GPU, or one a core without a GPU."""
    threads: int = 1
    """CPU threads of one training."""
    memory_mb: int = 4096
    """What one child may use beyond torch itself."""
    max_output: int = 8 << 20
    """Bytes a child may print."""
    fresh: bool = sys.platform != "linux"
    """A new interpreter for every job instead of a fork of a warm one."""
    quota: Quota = _QUOTA
    """Of a child's processes and files."""
    cpu_s: float = 0.0
    """Processor seconds of one child; 0: its wall clock limit, times one more than its threads."""
    readable: tuple[str, ...] = ()
    """Folders shown to genomes besides the interpreter's."""
    without: tuple[Layer, ...] = ()
    """Layers of the box not to use."""
    look: bool = True
    """Refuse at the check, unrun, what could only fail in the box."""
    verify: bool = True
    """Build each trained network anew from its weights and compare its answers; measure what it costs elsewhere."""
    trust: bool = False
    """Run genomes even where the box does not hold what it must."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the workers found."""

    device: str
    slots: int
    torch: str
    box: BoxReport = _NO_BOX


class LocalExecutor:
    """Runs genomes in child processes of warm fork servers on this machine.

    Processes are started on first use: `await start()` only finds out what there is.
    """

    def __init__(self, settings: LocalSettings = LocalSettings()) -> None:
        self.settings = settings
        """Limits and checks that are changed hold from the next job on."""
        self._checks = self._slot({}, "cpu")
        self._trainings: list[Slot] = []
        self._free: asyncio.PriorityQueue[int] = asyncio.PriorityQueue()
        """Slots without a training; the first is taken, so that the last can be given up."""
        self._taken: set[int] = set()
        self._checking = asyncio.Lock()
        self._threads = ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="slot")
        self._machine: Machine | None = None
        self._starting = asyncio.Lock()
        self._closed = False
        self._greeting: dict[str, object] = {}
        self._natural = 1
        """Slots where none are asked for."""
        self._gpus = 0

    @property
    def slots(self) -> int:
        """How many trainings run at once."""
        return self._machine.slots if self._machine else max(1, self.settings.slots)

    async def start(self) -> Machine:
        """Start the slot for checks and learn what devices there are. Raises ExecutorError, UsageError."""
        async with self._starting:
            if self._closed:
                raise ExecutorError("the executor is closed")
            if self._machine is None:
                greeting = await asyncio.get_running_loop().run_in_executor(self._threads, self._checks.start)
                self._machine = self._plan_slots(greeting)
                self._greeting = greeting
                self._add_slots()
            return self._machine

    async def resize(self, slots: int) -> int:
        """More slots begin at once. Of fewer, the workers of those that are not needed end with their training."""
        machine = await self.start()
        self._machine = replace(machine, slots=slots or self._natural)
        self._add_slots()
        for number in range(self._machine.slots, len(self._trainings)):
            if number not in self._taken:
                await asyncio.get_running_loop().run_in_executor(self._threads, self._trainings[number].discard)
        return self._machine.slots

    def _add_slots(self) -> None:
        """As many as the machine is to have; those it has too many of stay, without a process."""
        assert self._machine is not None
        for number in range(len(self._trainings), self._machine.slots):
            self._trainings.append(self._slot(self._pin(number, self._greeting), self._machine.device))
            self._free.put_nowait(number)

    async def check(self, request: CheckRequest) -> CheckReport:
        """See Executor; what can be told from the text alone is told without a process."""
        problem = find_problem(request.source, request.contract)
        if problem:
            return CheckReport(Outcome(problem.kind), problem.detail)
        hopeless = find_hopeless(request.source) if self.settings.look else ""
        if hopeless:
            return CheckReport(Outcome.FORBIDDEN, hopeless)
        await self.start()
        answers = CheckAnswers()
        async with self._checking:
            ending = await self._run(self._checks, self._check_job(request), answers, 0)
        return answers.report(ending, request.timeout_s)

    async def train(self, request: TrainRequest, on_progress: OnProgress) -> TrainReport:
        """See Executor; the result is looked at again where the settings ask for it."""
        problem = find_problem(request.source, request.contract)
        if problem:
            return TrainReport(Outcome(problem.kind), problem.detail)
        await self.start()
        loop = asyncio.get_running_loop()
        answers = TrainAnswers(request, lambda point: loop.call_soon_threadsafe(on_progress, point))
        async with self._slot_of_its_own() as slot:
            job = self._train_job(request)
            ending = await self._run(slot, job, answers, answers.payload_bytes, _files(request))
            report = answers.report(ending, request.timeout_s)
            if report.outcome is Outcome.OK and (self.settings.verify or request.wants):
                look = SecondLook(partial(self._run, slot), job, request, judge=self.settings.verify)
                report = await look.at(report, answers)
            if report.outcome is not Outcome.OK and "CUDA" in report.reason:
                await loop.run_in_executor(self._threads, slot.discard)
            return report

    @asynccontextmanager
    async def _slot_of_its_own(self) -> AsyncIterator[Slot]:
        """A training slot that nobody else has meanwhile."""
        number = await self._free.get()
        self._taken.add(number)
        slot = self._trainings[number]
        try:
            yield slot
        finally:
            try:
                if number >= self.slots and not self._closed:  # one of those that are given up
                    await asyncio.get_running_loop().run_in_executor(self._threads, slot.discard)
            finally:  # also where it is cancelled once more meanwhile
                self._taken.discard(number)
                self._free.put_nowait(number)

    async def run_trained(
        self,
        request: TrainRequest,
        answers: Callable[[Answer, bytes], None],
        max_payload: int,
        data: tuple[Path | bytes, ...],
        *,
        on_device: bool,
        **job: object,
    ) -> Ending:
        """One more job on a network that was trained by this request; `job` says what it has besides.

        `data` are three arrays, as for a training, and what the job is about. Off the device it runs on the CPU.
        """
        await self.start()
        if not on_device:
            made = self._train_job(request).model_copy(update={**job, "device": "cpu"})
            async with self._checking:
                return await self._run(self._checks, made, answers, max_payload, data)
        async with self._slot_of_its_own() as slot:
            made = self._train_job(request).model_copy(update=job)
            return await self._run(slot, made, answers, max_payload, data)

    async def close(self) -> None:
        """See Executor."""
        self._closed = True
        loop = asyncio.get_running_loop()
        closing = [loop.run_in_executor(None, slot.close) for slot in (self._checks, *self._trainings)]
        await asyncio.gather(*closing)
        self._threads.shutdown(wait=False)

    async def _run(
        self,
        slot: Slot,
        job: Job,
        answers: Callable[[Answer, bytes], None],
        max_payload: int,
        data: tuple[Data, ...] = (),
    ) -> Ending:
        """Run a job in its slot's thread; on cancellation the child is ended before this returns."""
        if self._closed:
            raise ExecutorError("the executor is closed")
        cancellation = Cancellation()
        running = asyncio.get_running_loop().run_in_executor(
            self._threads, slot.run, job, answers, max_payload, cancellation, data
        )
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            cancellation.ask()
            while not running.done():
                with suppress(asyncio.CancelledError):  # asked twice: the child is being ended already
                    await asyncio.wait([running])
            if not running.cancelled():
                running.exception()
            raise

    def _plan_slots(self, greeting: dict[str, object]) -> Machine:
        cuda = self._gpus = int(str(greeting.get("cuda_devices", 0)))
        mps = bool(greeting.get("mps"))
        device = self.settings.device
        if device == "auto":
            device = "cuda" if cuda else "mps" if mps else "cpu"
        if (device == "cuda" and not cuda) or (device == "mps" and not mps):
            raise UsageError(f"evaluation.device={device}, but {_lacking(device, greeting)}; or use auto or cpu")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        natural = {
            "cuda": cuda,
            "mps": 1,
            "cpu": min(_MAX_CPU_SLOTS, max(1, cores // self.settings.threads)),
        }
        box = BoxReport.model_validate(greeting["box"])
        self._natural = natural[device]
        return Machine(device, self.settings.slots or self._natural, str(greeting.get("torch", "")), box)

    def _slot(self, environment: dict[str, str], device: str) -> Slot:
        settings = self.settings
        plan = BoxPlan(device=device, homes=tuple(real_homes()), readable=settings.readable, without=settings.without)
        return Slot(
            environment=environment,
            max_output=settings.max_output,
            fresh=settings.fresh,
            box=plan,
            trust=settings.trust,
        )

    def _pin(self, number: int, greeting: dict[str, object]) -> dict[str, str]:
        """Show each slot one GPU."""
        cuda = int(str(greeting.get("cuda_devices", 0)))
        if not cuda or self._machine is None or self._machine.device != "cuda":
            return {}
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        names = [name.strip() for name in visible.split(",") if name.strip()] or [str(i) for i in range(cuda)]
        return {"CUDA_VISIBLE_DEVICES": names[number % len(names)]}

    def _check_job(self, request: CheckRequest) -> Job:
        return Job(
            kind="check",
            source=request.source,
            network=request.contract.network,
            optimizer=request.contract.optimizer,
            inputs=request.inputs,
            plan=request.plan,
            seed=0,
            limits=self._limits(request.timeout_s, request.max_params, 1),
        )

    def _train_job(self, request: TrainRequest) -> Job:
        data = request.data
        return Job(
            kind="train",
            source=request.source,
            network=request.contract.network,
            optimizer=request.contract.optimizer,
            inputs=Inputs(classes=data.classes, channels=data.channels, image_size=data.image_size),
            plan=request.plan,
            seed=request.seed,
            limits=self._limits(request.timeout_s, request.max_params, self.settings.threads),
            gpu_share=self._gpu_share(),
            device=self._machine.device if self._machine else "cpu",
            threads=self.settings.threads,
            wants=() if self.settings.verify or request.wants else ("flops",),
        )

    def _limits(self, timeout_s: float, max_params: int, threads: int) -> JobLimits:
        settings = self.settings
        return JobLimits(
            **settings.quota.model_dump(),
            wall_s=timeout_s,
            memory_mb=settings.memory_mb,
            cpu_s=settings.cpu_s or timeout_s * (threads + 1),
            params=max_params,
        )

    def _gpu_share(self) -> float:
        """The part of a GPU for each of the slots that share it."""
        if self._machine is None or self._machine.device != "cuda":
            return 1.0
        return 1.0 / math.ceil(self._machine.slots / max(1, self._gpus))


def _lacking(device: str, greeting: dict[str, object]) -> str:
    if device != "cuda":
        return "torch finds no such device here"
    built = greeting.get("cuda")
    return ": ".join(why_no_gpu(str(greeting.get("torch")), str(built) if built else None))


def _files(request: TrainRequest) -> tuple[Path, ...]:
    files = request.data.files()
    return files.train_images, files.train_labels, files.val_images
