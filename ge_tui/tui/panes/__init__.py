"""What a pane is, which there are, and where each stands."""
