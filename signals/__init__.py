"""Pure rules: facts in, findings out. No database, no clock, no I/O."""
