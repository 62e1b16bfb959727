"""The language model: calls under way, calls made, and what was learned in them."""
