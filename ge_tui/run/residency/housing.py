"""Deciding where the models of a run live, and keeping to it."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

from ge_tui.run.language_models import LanguageModels
from ge_tui.run.residency.cards import read_cards
from ge_tui.run.residency.decision import Decision, Mode, decide
from ge_tui.run.residency.freeing import Freeing, Tell
from ge_tui.run.residency.look import look
from ge_tui.run.residency.spill_watch import SpillWatch
from ge_tui.settings import Settings


@dataclass(frozen=True, slots=True)
class Housing:
    """The decision, and what carries it out."""

    decision: Decision
    models: LanguageModels
    """Asked as the decision wants it."""
    freeing: Freeing

    async def begin(self) -> Freeing | None:
        """What must be awaited before trainings begin; None where they may begin at any time."""
        if self.decision.mode is Mode.CPU:
            await self.freeing()  # it may be on the GPU from before
        return self.freeing if self.decision.mode is Mode.PHASED else None


async def house(models: LanguageModels, settings: Settings, device: str, slots: int, tell: Tell) -> Housing:
    """Look at server and GPU, and decide for this session; `device` and `slots` are those of the trainings."""
    cards = functools.partial(read_cards, device)
    situation = await look(
        models.client,
        models.windows,
        cards,
        device=device,
        slots=slots,
        memory_mb=settings.evaluation.memory_mb,
        lanes=settings.ollama.lanes,
    )
    decision = decide(settings.ollama.residency, situation)
    tell("residency", mode=decision.mode, reason=decision.reason)
    asked = models.on_cpu() if decision.mode is Mode.CPU else models
    asked = replace(asked, model=SpillWatch(models.client, tell))
    return Housing(decision, asked, Freeing(models.client, models.installed, cards, tell))
