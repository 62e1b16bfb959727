"""Processes that the screen starts: the engine, which outlives it, and commands of ours, which do not."""
