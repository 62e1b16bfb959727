"""The controls pane: what can be changed while a run runs, how it is changed, and what became of each change."""
