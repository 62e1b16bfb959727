"""The log: what happened in a run, as it happens."""
