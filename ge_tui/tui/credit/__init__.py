"""The credit pane: what each choice has earned, and whether evolution pays."""
