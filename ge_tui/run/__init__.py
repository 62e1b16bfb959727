"""Runs: the store, the engine, and what steers it."""
