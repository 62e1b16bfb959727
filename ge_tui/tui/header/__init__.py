"""The lines above the panes: what the run is, how far it is, how it does, what the machine does."""
