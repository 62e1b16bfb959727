"""Acting on individuals from the screen: the menu of what can be done, its questions, and the answers."""
