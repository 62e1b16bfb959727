"""What is to be drawn, and what is found out of the family for it. Runs in a thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ge_tui.tui.individuals.query import And, Node
from ge_tui.tui.lineage.drawing import Drawing, Empty
from ge_tui.tui.lineage.family import Ancestry, Family
from ge_tui.tui.lineage.grid import Grid, GridData, cell_width, grid_data
from ge_tui.tui.lineage.lane_list import LaneData, LaneList
from ge_tui.tui.lineage.lanes import assign
from ge_tui.tui.lineage.layer_drawing import LayerData, LayerDrawing
from ge_tui.tui.lineage.layers import Layout, arrange
from ge_tui.tui.lineage.signs import Kin, Lit
from ge_tui.tui.watch import RunModel

MOST_DRAWN = 150
"""Individuals of a layered drawing: with more, nobody can follow its lines."""
_ROOMY = 10
"""With no more than this in a layer, there is a blank line between any two."""
_EVERYONE = And(())


class View(Enum):
    """The three ways to look at it."""

    GRID = "grid"
    LANES = "lanes"
    LAYERS = "layers"


@dataclass(frozen=True, slots=True)
class Wish:
    """How the user wants it, whatever is selected."""

    view: View = View.GRID
    ancestry: Ancestry = Ancestry.ANCESTORS
    hops: int = 4
    collapsed: frozenset[View] = frozenset({View.LANES, View.LAYERS})
    """Where dead lines are collapsed to a count."""
    turned: frozenset[int] = frozenset()
    """Individuals below whom it is the other way round."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be known. Equal ones have one answer."""

    version: int
    """Of what is known of the run."""
    number: int | None
    wish: Wish = field(default_factory=Wish)
    filter: Node = _EVERYONE
    kin: bool = True
    """Whether kinship is wanted: at the very first, the grid does without."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is drawn, without a size."""

    question: Question
    lit: Lit
    data: GridData | LaneData | LayerData

    def drawing(self, room: int, zoom: int, lit: Lit) -> Drawing:
        """For a width. `lit` is that of the answer with what only the screen knows."""
        data = self.data
        match data:
            case GridData():
                return Grid(data, lit, cell_width(data, room, zoom)) if data.columns else Empty("no individual yet")
            case LaneData():
                return LaneList(data, lit, room) if data.rows else Empty("nothing is selected")
            case LayerData():
                return LayerDrawing(data, lit) if data.layout.heights else Empty("nothing is selected")

    @property
    def left_out(self) -> int:
        """Individuals for which there was no room."""
        return self.data.left_out if isinstance(self.data, LayerData) else 0


def answer(family: Family, model: RunModel, changed: frozenset[int], question: Question) -> Answer:
    """Bring the family up to date, and find out what a question asks. `model` is a copy that nobody changes."""
    family.update(model, changed)
    kin = family.kin(question.number) if question.kin else Kin()
    matches = None if question.filter == _EVERYONE else family.matching(question.filter)
    lit = Lit(kin, matches, family.living)
    match question.wish.view:
        case View.GRID:
            return Answer(question, lit, _grid(family, kin, question.wish))
        case View.LANES:
            return Answer(question, lit, _lanes(family, kin, question.wish, model))
        case View.LAYERS:
            return Answer(question, lit, _layers(family, kin, question.wish))


def _shown(family: Family, kin: Kin, wish: Wish) -> frozenset[int]:
    return family.shown(kin, collapsed=wish.view in wish.collapsed, turned=wish.turned)


def _grid(family: Family, kin: Kin, wish: Wish) -> GridData:
    return grid_data(family.columns(), dict(family.facts), _shown(family, kin, wish))


def _lanes(family: Family, kin: Kin, wish: Wish, model: RunModel) -> LaneData:
    numbers = family.rows(wish.ancestry, kin, wish.turned)
    rows = assign(numbers, {number: family.parents(number) for number in numbers}, kin.line)
    return LaneData(rows, dict(family.facts), _below(family, numbers), model.objectives)


def _layers(family: Family, kin: Kin, wish: Wish) -> LayerData:
    numbers, left_out = family.around(kin, wish.hops, _shown(family, kin, wish), MOST_DRAWN)
    among = set(numbers)
    layer_of = family.layers(numbers)
    edges = [(parent, number) for number in numbers for parent in family.parents(number) if parent in among]
    largest = max((list(layer_of.values()).count(layer) for layer in set(layer_of.values())), default=0)
    layout: Layout = arrange(layer_of, edges, 2 if largest <= _ROOMY else 1)
    return LayerData(layout, dict(family.facts), _below(family, numbers), left_out)


def _below(family: Family, numbers: list[int]) -> dict[int, int]:
    """How many of the dead descendants of each are not shown."""
    shown = frozenset(numbers)
    counts = {number: len(family.dead_below(number) - shown) for number in numbers}
    return {number: count for number, count in counts.items() if count}
