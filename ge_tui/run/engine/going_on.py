"""Whether anything new may be begun: not while the run is paused, nor once its budget is used up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ge_tui.run.controls import ControlBoard
from ge_tui.run.engine.stopping import Spent, reason_to_stop, stop_rules
from ge_tui.run.engine.work_clock import WorkClock
from ge_tui.run.store import Store
from ge_tui.settings import BudgetSettings

LOOK_S = 0.2
"""How often requests are looked for while the engine waits."""
_RECORD_S = 10.0
"""How much working time a kill -9 may leave uncounted."""


class GoingOn:
    """Asked before each slot and each training; keeps what was spent and how long was worked."""

    def __init__(
        self,
        store: Store,
        board: ControlBoard,
        budget: BudgetSettings,
        held: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        """`held` says what the trainings that wait for their turn will cost."""
        self._store = store
        self._board = board
        self._counts_tokens = bool(budget.tokens)
        self._rules = stop_rules(budget)
        self._held = held
        self._worked_before = store.run().seconds
        self._clock = WorkClock(now)
        self._stepping = 0
        """Children under way that a paused run was told to make."""
        self.evaluations = 0.0
        """Trainings begun, in all."""
        self.enough = ""
        """Why nothing new is begun any more; empty: it is."""
        self.enough_soon = ""
        """What `enough` will be once all that is held back is trained."""

    # -- asking ------------------------------------------------------------------------------------------

    async def may_go_on(self, *, slot: bool = False) -> bool:
        """Wait while the run is paused; whether anything new may still be begun.

        A step lets one more slot be filled; whatever waits to be trained may be, until that child is done.
        """
        while self._is_paused_for(slot=slot):
            await self.rest()
        if not self.enough:
            self.enough = reason_to_stop(self._rules, self._spent())
        return not self.enough

    async def may_propose(self, *, slot: bool = False) -> bool:
        """As `may_go_on`; trainings that are held back count as if they had begun."""
        if not await self.may_go_on(slot=slot):
            return False
        self.enough_soon = reason_to_stop(self._rules, self._spent(self._held()))
        return not self.enough_soon

    async def may_train(self, cost: float) -> bool:
        """Wait while the run is paused; whether a training of this cost may begin, which then counts as spent."""
        if not await self.may_go_on():
            return False
        self.evaluations += cost
        return True

    def is_spent(self) -> bool:
        """Whether nothing new could be begun now, as far as the budget goes."""
        return bool(self.enough or reason_to_stop(self._rules, self._spent()))

    def give_back(self, cost: float) -> None:
        """What a training did not use."""
        self.evaluations -= cost

    async def rest(self) -> None:
        """Between two looks for requests."""
        await asyncio.sleep(LOOK_S)

    # -- pausing and stepping ----------------------------------------------------------------------------

    def take_step(self) -> int:
        """Use up one of the steps of a paused run, if it has any; how many are to be given to `step_done`."""
        controls = self._board.current
        if not (controls.pause and controls.steps):
            return 0
        self._board.set("auto", "steps", controls.steps - 1)
        self._stepping += 1
        return 1

    def step_done(self, steps: int) -> None:
        """The child of a step came to its end."""
        self._stepping -= steps

    def _is_paused_for(self, *, slot: bool) -> bool:
        controls = self._board.refresh()
        steps_left = controls.steps or (self._stepping and not slot)
        return controls.pause and controls.stop == "no" and not steps_left

    # -- time --------------------------------------------------------------------------------------------

    def keep_time(self) -> None:
        """Called often; puts the working time on record now and then."""
        self._tick()
        if self._clock.unrecorded > _RECORD_S:
            self.record_time()

    def record_time(self) -> None:
        """Put the time worked since on record."""
        self._tick()
        self._store.add_time(self._clock.take())

    def _tick(self) -> None:
        self._clock.tick(paused=self._board.current.pause and not self._stepping)

    def _spent(self, held: float = 0.0) -> Spent:
        self._tick()
        tokens = self._store.count_tokens() if self._counts_tokens else 0
        return Spent(self.evaluations + held, (self._worked_before + self._clock.seconds) / 3600, tokens)
