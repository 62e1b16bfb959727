"""Studies: several settings, several seeds each, run to their end and compared."""
