"""How prompts improve: a model words a passage anew, and the new wording competes with the old for their calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from ge_tui.llm.calls import CallRecord
from ge_tui.llm.prompts.wordings import Version, key_of
from ge_tui.llm.proposer import RephraseOrder, Rephraser
from ge_tui.llm.rephrasing import Passage, Refused, passages, read_rephrasing
from ge_tui.llm.temperatures import temperature_in
from ge_tui.run.crediting import MODEL, weights_in_force
from ge_tui.run.memory import helped
from ge_tui.run.pool import Pool
from ge_tui.run.store import Status, Store
from ge_tui.run.store.queries import Queries
from ge_tui.run.store.records import FINAL
from ge_tui.run.store.wordings import (
    Change,
    KeptRephrasing,
    KeptWording,
    find_rephrasing,
    keep_rephrasing,
    rephrasings_of,
    settle,
    uses,
    wordings_of,
)
from ge_tui.search import Objective, Tally, Trial, Verdict, credit, draw, judge, weighted_choice
from ge_tui.settings import Controls

CHALLENGERS = 2
"""So many versions may compete at once with the one that holds."""


def wording_trials(queries: Queries, pool: Pool, objectives: Sequence[Objective]) -> list[tuple[int, Trial]]:
    """A trial, with its generation, for each use of a version in an answered call to whose child the end is known.

    An answer that could not be read, or that gave a duplicate, counts as well: a wording may be the cause.
    """
    rows = {row.number: row for row in queries.individuals() if row.status in FINAL}
    found = []
    for number, attempt, key, ref in uses(queries.connection):
        row = rows.get(number)
        if row is None:
            continue
        valid = row.status is Status.EVALUATED and row.arguments.get("attempt") == attempt
        improved = valid and helped(pool, row, objectives)
        found.append((row.generation, Trial(number, {key: ref}, valid, improved, gain=0.0, tokens=0, seconds=0.0)))
    return found


class Rewording:
    """What is done about wordings between two generations."""

    def __init__(self, store: Store, pool: Pool, objectives: Sequence[Objective], seed: int) -> None:
        self._store = store
        self._pool = pool
        self._objectives = objectives
        self._seed = seed

    async def before(
        self, generation: int, controls: Controls, rephraser: Rephraser, may_ask: Callable[[], Awaitable[bool]]
    ) -> None:
        """End the contests that are decided and, by chance, ask for one new wording; once in a generation.

        Done again after a crash, nothing is decided or asked twice: what was decided is on record as a whole,
        and what came since has no trials.
        """
        connection = self._store.connection
        kept = wordings_of(connection)
        rng = draw(self._seed, generation, 0, "rephrase")
        asks = rng.random() < controls.rephrase_probability and find_rephrasing(connection, generation) is None
        if not asks and all(wording.parent is None for wording in kept if wording.lives):
            return
        trials = wording_trials(self._store, self._pool, self._objectives)
        changes = decided(kept, trials)
        if changes:
            settle(self._store, generation, changes)
            kept = wordings_of(connection)
        weights = _candidates(kept, trials, rephrasings_of(connection)) if asks else {}
        if not weights or not await may_ask():
            return
        heat, place, seed = (rng.random() for _ in range(3))
        holder = _holders(kept)[weighted_choice(rng, weights)]
        found = passages(holder.version.text)
        passage = found[int(place * len(found))]
        temperature = temperature_in("rephrase", heat, controls.temperature, controls.temperature_spread)
        model = weighted_choice(rng, weights_in_force(controls, MODEL, rephraser.models))
        order = RephraseOrder(
            generation, holder.version, passage.text, temperature, int(seed * (1 << 31)), model, controls.top_p or None
        )
        call = await rephraser.rephrase(order)
        keep_rephrasing(self._store, generation, holder, call, _read(call, passage, holder, kept))


def decided(kept: Sequence[KeptWording], trials: Sequence[tuple[int, Trial]]) -> list[Change]:
    """The contests that are over.

    Both sides count from when the later of them came: what a wording earned while children were easily
    improved says nothing about another that came when they no longer were.
    """
    changes: list[Change] = []
    for key, holder in _holders(kept).items():
        for challenger in kept:
            if challenger.version.key != key or not challenger.lives or challenger is holder:
                continue
            tallies = _tallies(trials, key, max(holder.holds_since or 0, challenger.born))
            tally = tallies(challenger.version.ref)
            verdict, chance = judge(tallies(holder.version.ref), tally)
            if verdict is Verdict.WON:
                changes.append(Change(holder, f"{challenger.version.ref} is better (chance {chance:.2f})"))
                changes.append(Change(challenger, None))
                break  # the others are measured against the new one, from now on
            if verdict is not Verdict.OPEN:
                changes.append(Change(challenger, _why(verdict, chance, tally)))
    return changes


def _tallies(trials: Sequence[tuple[int, Trial]], key: str, since: int) -> Callable[[str], Tally]:
    earned = credit([trial for generation, trial in trials if generation >= since], key)

    def tally(ref: str) -> Tally:
        return Tally(earned[ref].tried, earned[ref].improved) if ref in earned else Tally(0, 0)

    return tally


def _why(verdict: Verdict, chance: float, tally: Tally) -> str:
    if verdict is Verdict.LOST:
        return f"it does worse (chance to be better {chance:.2f})"
    return f"no better after {tally.tried} calls (chance to be better {chance:.2f})"


def _holders(kept: Sequence[KeptWording]) -> dict[str, KeptWording]:
    """By key, the version that others are measured against."""
    living = [wording for wording in kept if wording.lives and wording.holds_since is not None]
    return {wording.version.key: wording for wording in living}


def _candidates(
    kept: Sequence[KeptWording], trials: Sequence[tuple[int, Trial]], past: Sequence[KeptRephrasing]
) -> dict[str, float]:
    """What may be reworded: the rather the more it is used, for else it can never be judged, and the less it was."""
    tried = Counter(key for _, trial in trials for key in trial.arms)
    asked = Counter(key_of(rephrasing.of) for rephrasing in past)
    crowd = Counter(wording.version.key for wording in kept if wording.lives)
    return {
        key: tried[key] / (1 + asked[key])
        for key, holder in sorted(_holders(kept).items())
        if tried[key] and crowd[key] <= CHALLENGERS and passages(holder.version.text)
    }


def _read(call: CallRecord, passage: Passage, of: KeptWording, kept: Sequence[KeptWording]) -> Version | Refused:
    if call.failure is not None:
        return Refused(call.failure, call.detail)
    if not call.finished:
        return Refused("unfinished", "the answer was cut off")
    texts = {wording.id: wording.version.text for wording in kept if wording.version.key == of.version.key}
    whole = of.version.text
    read = read_rephrasing(call.answer, passage, whole, texts[of.original], list(texts.values()))
    return read if isinstance(read, Refused) else Version(of.version.key, read)
