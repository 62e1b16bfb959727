"""What each slot is to be filled with, decided when it is asked for, by the controls then in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ge_tui.llm.proposer import Proposer
from ge_tui.run.controls import ControlBoard
from ge_tui.run.crediting import (
    KINDS,
    OPERATOR,
    Kind,
    has_shares,
    new_shares,
    program_chooses,
    weights_in_force,
)
from ge_tui.run.engine.selection import (
    Maker,
    SlotPlan,
    baseline_maker,
    choose_elites,
    choose_parents,
    plan_shared_slot,
    plan_slot,
)
from ge_tui.run.engine.sizes import Sizes
from ge_tui.run.pool import Pool
from ge_tui.run.store import SEED, IndividualRow, Status, Store
from ge_tui.run.store.acts import standing
from ge_tui.run.trials import TrialLog
from ge_tui.search import Objective
from ge_tui.settings import Controls

EOT_ELITES = 10
"""How many elites Evolution of Thought learns from (Morris et al. 2024)."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a slot is to be filled with, and the controls it was decided under."""

    number: int | None
    """Of its individual, where the slot was taken before the engine died."""
    plan: SlotPlan
    controls: Controls
    control_seq: int


class Deciding:
    """Decides slot by slot; before each, it shares out what is left to the program."""

    def __init__(
        self,
        store: Store,
        pool: Pool,
        board: ControlBoard,
        proposer: Proposer,
        objectives: Sequence[Objective],
        seed: int,
        sizes: Sizes,
    ) -> None:
        self._store = store
        self._pool = pool
        self._board = board
        self._proposer = proposer
        self._objectives = objectives
        self._seed = seed
        self._sizes = sizes
        self._trials = TrialLog(store, pool, objectives)
        self._chosen: tuple[int, frozenset[int], list[int]] = -1, frozenset(), []
        """The parents of a generation, with those who were vetoed when they were chosen."""
        self._shared: dict[str, tuple[object, ...]] = {}
        """Of each kind of choice, what its shares were made from."""

    def undecided(self, generation: int, known: Mapping[int, IndividualRow]) -> Iterator[Decided]:
        """The slots of a generation that are still to be filled."""
        carried = self._store.carried(generation)
        for slot in range(self._sizes.of(generation)):
            row = known.get(slot)
            if slot in carried or (row is not None and row.status is not Status.PROPOSING):
                continue
            if row is not None:  # the engine died while this one was being proposed
                yield Decided(row.number, self.plan_of(row), self._board.at(row.control_seq), row.control_seq)
                continue
            yield self.decide(slot, generation)

    def decide(self, slot: int, generation: int) -> Decided:
        """What a slot is filled with by the controls and vetoes in force now."""
        controls = self._board.refresh()
        if self._proposer.asks:
            controls = self._share_out(controls, generation)
        plan = self._plan(self._parents(generation), slot, generation, controls)
        return Decided(None, plan, controls, self._board.seq)

    def plan_of(self, row: IndividualRow) -> SlotPlan:
        """What was decided for an individual whose slot was taken before the engine died."""
        maker = Maker.of(row, self._proposer.name)
        return SlotPlan(row.slot, row.parents, tuple(row.arguments["operators"]), maker)

    def population(self, generation: int) -> list[int]:
        """Who lives at the close of a generation; the seed, where everything failed."""
        return [member.individual for member in self._store.members(generation)] or [SEED]

    def exemplars(self, generation: int) -> list[int]:
        """The elites of the generation before, from whose changes can be learned."""
        living = self._pool.candidates(self.population(generation - 1)) if generation else []
        return choose_elites(living, self._objectives, EOT_ELITES)

    def _plan(self, parents: Sequence[int], slot: int, generation: int, controls: Controls) -> SlotPlan:
        before = slot + self._sizes.before(generation)
        maker = baseline_maker(controls.baseline_share, before, asks=self._proposer.asks)
        if maker is not Maker.EVOLUTION:
            return SlotPlan(slot, (SEED,), ("create",), maker)
        if generation == 0:
            return SlotPlan(slot, (SEED,), ("create",))
        crossover, mutation = controls.crossover_probability, controls.mutation_probability
        if not self._proposer.asks:
            return plan_slot(parents, slot, self._seed, generation, crossover, mutation)
        if not program_chooses(controls, OPERATOR):
            return plan_slot(parents, slot, self._seed, generation, crossover, mutation, controls.eot_probability)
        shares = weights_in_force(controls, OPERATOR)
        return plan_shared_slot(parents, slot, self._seed, generation, crossover, mutation, shares)

    def _parents(self, generation: int) -> list[int]:
        """A parent for each slot of a generation; they are chosen before its first, and anew after a veto."""
        vetoed = standing(self._store.connection).vetoed
        if self._chosen[:2] != (generation, vetoed):
            self._chosen = generation, vetoed, self._choose_parents(generation, vetoed)
        return self._chosen[2]

    def _choose_parents(self, generation: int, vetoed: frozenset[int]) -> list[int]:
        if generation == 0:
            return []
        living = [number for number in self.population(generation - 1) if number not in vetoed]
        if not self._pool.candidates(living) and vetoed:  # whoever may still be one
            everyone = (*self._pool.evolved_front, *self._pool.measured)
            living = [one.number for one in everyone if one.number not in vetoed][:1]
        population = self._pool.tiers(living)
        return choose_parents(population, self._objectives, self._sizes.of(generation), self._seed, generation)

    def _share_out(self, controls: Controls, generation: int) -> Controls:
        """Set the shares of what is left to the program, as controls on record: once in a generation, and again
        where the user changed what they begin with. They follow from the generations before, so a run that is
        resumed or replayed comes to the same."""
        for kind in KINDS:
            if has_shares(controls, kind, self._proposer.models):
                self._share_out_kind(controls, kind, generation)
        return self._board.current

    def _share_out_kind(self, controls: Controls, kind: Kind, generation: int) -> None:
        models = self._proposer.models
        made_from = (generation, kind.mode(controls), tuple(kind.weights(controls, models).items()))
        if self._shared.get(kind.name) == made_from:
            return
        self._shared[kind.name] = made_from
        past = self._trials.before(generation)
        for arm, share in new_shares(controls, kind, models, past, self._seed, generation).items():
            self._board.set("auto", f"{kind.control}_share.{arm}", share)
