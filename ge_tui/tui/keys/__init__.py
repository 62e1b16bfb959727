"""Keys and what they do: the actions, the user's own keys, and where both are shown."""
