"""What processing a mail needs beside a store: settings, workflow context and this installation's loop mark."""

from dataclasses import dataclass

from config.settings import Settings
from workflow.context import Context


@dataclass(frozen=True)
class IngestContext:
    """Wired once at the edge."""

    settings: Settings
    workflow: Context
    loop_id: str
