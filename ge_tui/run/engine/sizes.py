"""How many slots each generation has. The control may change at any time; a generation keeps what it began with."""

from __future__ import annotations

from ge_tui.run.controls import ControlBoard
from ge_tui.run.store import Store


class Sizes:
    """The slots of every generation that was begun, as they are on record."""

    def __init__(self, store: Store, board: ControlBoard, initial: int) -> None:
        """`initial` is the size of the first generation; 0: that of the others."""
        self._store = store
        self._board = board
        self._initial = initial
        self._known = store.generation_slots()

    def begin(self, generation: int) -> None:
        """Open a generation, with the size that the controls in force say; one that was begun before keeps its own."""
        if generation not in self._known:
            population = self._board.refresh().population
            self._known[generation] = (self._initial or population) if generation == 0 else population
        self._store.open_generation(generation, self.of(generation))

    def of(self, generation: int) -> int:
        """The slots of a generation; of one that an older program began, what the run was launched with."""
        launched = self._board.launched.population
        return self._known.get(generation) or ((self._initial or launched) if generation == 0 else launched)

    def before(self, generation: int) -> int:
        """The slots of all generations before one."""
        return sum(map(self.of, range(generation)))
