"""The form for a new run: its fields, what it will cost, and the beginning of it."""
