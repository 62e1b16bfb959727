"""The lineage pane: who descends from whom, as a grid of generations, as lanes, and as a drawing."""
