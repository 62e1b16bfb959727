"""The population table: every individual of a run, to sort, to filter and to go to."""
