"""The GPUs of this machine and their free memory, without loading torch.

`nvidia-smi` comes with every NVIDIA driver, takes some ten milliseconds and holds no memory. Asking through torch would
start CUDA in a process: half a gigabyte of the very memory in question, and a fork server must not do it at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Mapping

import psutil

from ge_tui.run.residency.decision import Card

_QUERY = ("nvidia-smi", "--query-gpu=uuid,name,memory.total,memory.free", "--format=csv,noheader,nounits")
_PATIENCE_S = 10.0

Cards = Callable[[], Awaitable[tuple[Card, ...]]]
"""The GPUs as they are now; none where nothing tells."""


async def read_cards(device: str, *, query: tuple[str, ...] = _QUERY) -> tuple[Card, ...]:
    """The GPUs beside trainings on `device` (cuda, mps or cpu); empty where nothing tells of their memory."""
    if device == "mps":
        memory = psutil.virtual_memory()
        return (Card("the memory of this machine", memory.total >> 20, memory.available >> 20),)
    if device != "cuda":
        return ()
    return cards_in(await _said(query), os.environ)


async def _said(command: tuple[str, ...]) -> str:
    """What a program prints; nothing where it is not there, fails, or takes too long."""
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=nowhere, stdout=pipe, stderr=nowhere)
    except OSError:
        return ""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            printed, _ = await process.communicate()
    except TimeoutError:
        return ""
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return printed.decode(errors="replace") if process.returncode == 0 else ""


def cards_in(printed: str, environment: Mapping[str, str]) -> tuple[Card, ...]:
    """The cards in nvidia-smi's answer; trainings run on those that CUDA_VISIBLE_DEVICES names, or on all."""
    rows = [[cell.strip() for cell in line.split(",")] for line in printed.splitlines()]
    visible = [name.strip() for name in environment.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    cards = []
    for number, row in enumerate(rows):
        if len(row) != 4 or not (row[2].isdecimal() and row[3].isdecimal()):
            continue  # a warning among the rows, or a card that does not say (a part of one: MIG)
        named = not visible or any(name == str(number) or row[0].startswith(name) for name in visible)
        cards.append(Card(row[1], int(row[2]), int(row[3]), trains=named))
    return tuple(cards)
