"""Exporting the selected individual: a dialog, and the command that it runs."""
