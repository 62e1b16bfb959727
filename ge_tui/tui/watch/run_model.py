"""The run as the screen knows it: updates go in, what changed comes out. Plain Python, no I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ge_tui.run.store import ControlRow, EventRow, GenerationRow, RunRow, Status
from ge_tui.run.store.acts import NOBODY, ActRow, ActState, standing_after
from ge_tui.run.store.live_calls import Key, LiveCall
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.search import Archive, Candidate, Objective
from ge_tui.tui.watch.look import EVENTS_KEPT
from ge_tui.tui.watch.spending import Spending
from ge_tui.tui.watch.values import Change, Individual, Part, Update

_NO_CHANGE = Change()


class RunModel:
    """What is known of a run. Read its attributes; only `apply` changes them."""

    def __init__(self) -> None:
        self.run: RunRow | None = None
        self.alive = False
        self.individuals: dict[int, Individual] = {}
        """By number, in the order of their numbers."""
        self.generations: tuple[GenerationRow, ...] = ()
        self._slots: dict[int, int] = {}
        """Of each generation whose begin was told."""
        self.controls: dict[str, Any] = {}
        """Each control in force, by its key (`temperature`, `persona.expert`)."""
        self.control_rows: list[ControlRow] = []
        """Every change of a control, the oldest first."""
        self.events: deque[EventRow] = deque(maxlen=EVENTS_KEPT)
        self.events_seen = 0
        """So many were added to `events` so far, dropped ones included."""
        self.calls: tuple[LiveCall, ...] = ()
        """Calls to a language model that are under way."""
        self.words: dict[Key, list[tuple[str, str]]] = {}
        """What has come of each of them: (`thinking` or `text`, words)."""
        self.front: frozenset[int] = frozenset()
        self.objectives: tuple[Objective, ...] = ()
        self.spent = Spending()
        """Of its budget."""
        self.trouble = ""
        """Why the run cannot be read at the moment; empty: it can."""
        self._event_seq = self._control_seq = self._words_seq = 0
        """The newest that were taken in."""
        self.acts: tuple[ActRow, ...] = ()
        """What the user did with individuals, the oldest first."""
        self.standing = NOBODY
        """Whom the user pinned and vetoed."""
        self._asked: dict[int, str] = {}
        self._archive: Archive | None = None
        self._elites: frozenset[int] = frozenset()

    @property
    def status(self) -> str:
        """As it is, not as last written: an engine that was killed could not write its end."""
        if self.run is None:
            return "new"
        return "crashed" if self.run.status == "running" and not self.alive else self.run.status

    @property
    def best(self) -> Individual | None:
        """The best on the front by the first objective."""
        members = self._archive.members if self._archive else ()
        return self.individuals.get(members[0].number) if members else None

    @property
    def in_training(self) -> list[Individual]:
        """Those that are being trained."""
        return [one for one in self.individuals.values() if one.status is Status.EVALUATING]

    def slots_of(self, generation: int) -> int:
        """How many slots a generation has."""
        return self._slots.get(generation) or int(self.controls.get("population", 0))

    def original(self, individual: Individual) -> Individual:
        """The individual that a duplicate stands for; itself otherwise."""
        seen = {individual.number}
        while individual.duplicate_of is not None and individual.duplicate_of not in seen:
            seen.add(individual.duplicate_of)
            individual = self.individuals.get(individual.duplicate_of, individual)
        return individual

    def gain(self, individual: Individual) -> float | None:
        """How much better than its first parent by the first objective; None where either was not measured."""
        if not self.objectives or not individual.parents or individual.parents[0] not in self.individuals:
            return None
        objective = self.objectives[0]
        own = self.original(individual).metrics.get(objective.name)
        before = self.original(self.individuals[individual.parents[0]]).metrics.get(objective.name)
        if own is None or before is None:
            return None
        return own - before if objective.direction == "max" else before - own

    def apply(self, update: Update) -> Change:
        """Take in what is new; what of the screen it touches."""
        parts: set[Part] = set()
        touched: set[int] = set()
        if update.trouble != self.trouble:
            self.trouble = update.trouble
            parts.add(Part.RUN)
        if update.alive is not None:
            self.alive = update.alive
            parts.add(Part.RUN)
        if update.run is not None and update.run != self.run:
            self._take_run(update.run)
            parts.add(Part.RUN)
        self.spent = update.spent or self.spent
        if update.generations:
            self.generations = update.generations
            parts.add(Part.GENERATIONS)
        touched |= self._take_individuals(update.individuals)
        if update.elites is not None:
            touched |= self._take_elites(update.elites)
        if update.acts is not None and update.acts != self.acts:
            touched |= self._take_acts(update.acts)
            parts.add(Part.ACTS)
        if touched:
            parts.add(Part.INDIVIDUALS)
        parts |= self._take_the_rest(update)
        return Change(frozenset(parts), frozenset(touched)) if parts else _NO_CHANGE

    def _take_run(self, run: RunRow) -> None:
        if self.run is None or self.run.objectives != run.objectives:
            self.objectives = objectives_from(run.objectives)
            self._fill_archive()
        self.run = run

    def _fill_archive(self) -> None:
        self._archive = Archive(self.objectives)
        for individual in self.individuals.values():
            self._enter(individual)

    def _take_individuals(self, individuals: Iterable[Individual]) -> set[int]:
        touched: set[int] = set()
        revised = False
        for new in individuals:
            touched.add(new.number)
            before = self.individuals.get(new.number)
            revised = revised or (before is not None and bool(before.metrics) and before.metrics != new.metrics)
            self.individuals[new.number] = self._with_marks(new)
            self._enter(new)
        if revised:
            self._fill_archive()
        if touched:
            touched |= self._mark_front(touched)
        return touched

    def _enter(self, individual: Individual) -> None:
        if individual.status is Status.EVALUATED and self._archive is not None:
            self._archive.add(Candidate(individual.number, individual.metrics))

    def _mark_front(self, new: set[int]) -> set[int]:
        """Set the mark of those that came to the front or left it, and of new ones; those that changed."""
        before = self.front
        self.front = frozenset(c.number for c in self._archive.members) if self._archive else frozenset()
        changed = before ^ self.front
        for number in (changed | (new & self.front)) & self.individuals.keys():
            self.individuals[number] = replace(self.individuals[number], front=number in self.front)
        return set(changed)

    def _take_elites(self, elites: frozenset[int]) -> set[int]:
        changed = self._elites ^ elites
        self._elites = elites
        for number in changed & self.individuals.keys():
            self.individuals[number] = replace(self.individuals[number], elite=number in elites)
        return set(changed)

    def _with_marks(self, one: Individual) -> Individual:
        number, standing = one.number, self.standing
        return replace(
            one, elite=number in self._elites, pinned=number in standing.pinned, vetoed=number in standing.vetoed,
            asked=self._asked.get(number, ""),
        )  # fmt: skip

    def _take_acts(self, acts: tuple[ActRow, ...]) -> set[int]:
        self.acts = acts
        self.standing = standing_after((row.individual, row.kind) for row in acts if row.state is ActState.DONE)
        self._asked = {row.child: row.kind.value for row in acts if row.child is not None}
        changed = set()
        for number in {row.individual for row in acts} | self._asked.keys():
            before = self.individuals.get(number)
            if before is not None and (after := self._with_marks(before)) != before:
                self.individuals[number] = after
                changed.add(number)
        return changed

    def _take_the_rest(self, update: Update) -> set[Part]:
        parts: set[Part] = set()
        # A run whose file was opened anew (an engine began) is told from its beginning again.
        controls = [row for row in update.controls if row.seq > self._control_seq]
        if controls:
            self._control_seq = controls[-1].seq
            self.control_rows += controls
            self.controls.update({row.key: row.new for row in controls})
            parts.add(Part.CONTROLS)
        events = [event for event in update.events if event.seq > self._event_seq]
        if events:
            self._event_seq = events[-1].seq
            self._slots |= {
                int(event.payload["generation"]): int(event.payload.get("slots") or 0)
                for event in events
                if event.kind == "generation_opened"
            }
            self.events += events
            self.events_seen += len(events)
            parts.add(Part.EVENTS)
        if update.calls is not None:
            before, self.calls = {call.key: call.at for call in self.calls}, update.calls
            same = {call.key for call in self.calls if before.get(call.key) == call.at}
            self.words = {key: words for key, words in self.words.items() if key in same}
            parts.add(Part.CALLS)
        for words in update.words:
            if words.seq <= self._words_seq:
                continue
            self._words_seq = words.seq
            said = self.words.setdefault(words.key, [])
            if words.kind == "again":
                said.clear()
            else:
                said.append((words.kind, words.text))
            parts.add(Part.WORDS)
        return parts
