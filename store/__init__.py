"""Every table, the one place that commits, outbox rows and migrations."""

from store import incidents, mail, outbox, people, record, risk, setbacks
from store.base import Base

__all__ = ["Base", "incidents", "mail", "outbox", "people", "record", "risk", "setbacks"]
