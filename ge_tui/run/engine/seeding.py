"""How the un-mutated seed comes on record: it is the first individual of every run, and takes no slot."""

from __future__ import annotations

from ge_tui.genome import syntax_hash
from ge_tui.run.store import SEED, NewIndividual, Store


def propose_seed(store: Store, run_seed: int, control_seq: int) -> None:
    """The seed has its number."""
    store.propose(NewIndividual(SEED, 0, -1, "seed", "seed", (), f"{run_seed}/seed", control_seq))


def accept_seed(store: Store, source: str) -> None:
    """The seed has its source, and waits for its evaluation."""
    store.accept(SEED, source, syntax_hash(source) or "", arguments={})
