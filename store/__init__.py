"""Every table, the one place that commits, outbox rows and migrations."""

from store import (
    anchors,
    customer,
    files,
    incidents,
    index,
    mail,
    outbox,
    people,
    record,
    risk,
    roster,
    setbacks,
    tasks,
)
from store.base import Base

__all__ = [
    "Base",
    "anchors",
    "customer",
    "files",
    "incidents",
    "index",
    "mail",
    "outbox",
    "people",
    "record",
    "risk",
    "roster",
    "setbacks",
    "tasks",
]
