"""The history pane: every change of a control, and what followed."""
