"""The record: states, commands, promises, routing, and what time alone changes."""
