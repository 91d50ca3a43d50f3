"""The one error of the embedded engines."""


class EngineError(Exception):
    """An embedded engine could not be started or stopped; the text says which, where, why, and what to do."""
