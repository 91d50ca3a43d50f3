"""The stage of the workflow tests, for what the store shows of it."""

from tests.workflow.conftest import desk

__all__ = ["desk"]
