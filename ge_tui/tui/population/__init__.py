"""The population table: every individual of a run, to sort, to filter and to go to."""

from ge_tui.tui.population.pane import PopulationPane

__all__ = ["PopulationPane"]
