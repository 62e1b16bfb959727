"""The Textual app: it reads a run's store, writes controls into its inbox, and never imports torch."""
