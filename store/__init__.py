"""Every table, the one place that commits, outbox rows and migrations."""

from store import mail, outbox, people, record, risk
from store.base import Base

__all__ = ["Base", "mail", "outbox", "people", "record", "risk"]
