"""The diff viewer: an individual beside its parent, the seed, or any other."""
