"""Decides which mail may command, and runs what it says."""
