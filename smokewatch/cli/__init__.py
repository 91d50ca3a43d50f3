"""The command line: one module per noun, all of them thin over the same functions that mail uses."""
