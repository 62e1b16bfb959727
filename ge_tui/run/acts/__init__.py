"""Acting on individuals: what may be done with whom, and how it comes on record."""
