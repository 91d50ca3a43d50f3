"""Which messages of the customer say that their work stands still, and when somebody says that it runs again."""

from datetime import datetime

from config.words import Direction
from signals.facts import Msg
from signals.marks import Hit
from signals.view import View

_DRILL = "drill"


def is_drill(msg: Msg) -> bool:
    """Whether the message says, in text or subject, that it is an exercise: then nothing in it is meant."""
    return msg.reading.has(_DRILL) or _DRILL in msg.reading.subject


def outages(msg: Msg) -> list[Hit]:
    """The sentences that say work stands still, `blocked` ones (`we cannot invoice`) among them."""
    return [] if is_drill(msg) else msg.reading.group("outage")


def resolved_at(view: View, msg: Msg) -> datetime | None:
    """When, after `msg`, the customer or one of us first said that it works again."""
    later = (m for m in view.messages if m.sent_at > msg.sent_at)
    return next((m.sent_at for m in later if _says_so(m)), None)


def _says_so(msg: Msg) -> bool:
    if msg.direction is Direction.IN:
        return msg.reading.has("closing", "withdrawn")
    return msg.direction is Direction.OUT and msg.reading.has("delivered")
