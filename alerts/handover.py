"""What sender and deliverer say to each other: how far a mail came, and whether the claim on it still holds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from alerts.mail import OutgoingMail


class Phase(StrEnum):
    """How far a mail came. Only AFTER_DOT may have left a copy with the server."""

    OPEN = "open"
    ENVELOPE = "envelope"
    DATA = "data"
    REFUSED = "refused"
    AFTER_DOT = "after_dot"


@dataclass(frozen=True)
class Sent:
    """The server took the mail; `reply` is what it said."""

    reply: str = ""


@dataclass(frozen=True)
class Failed:
    """The mail was not taken, or (AFTER_DOT) nobody knows. `reason` is short enough for a metric's label."""

    permanent: bool
    phase: Phase
    reason: str
    detail: str = ""


class Watch(Protocol):
    """Lets the deliverer keep its claim while the sender works."""

    def alive(self) -> None:
        """Called between steps and while waiting."""

    def before_dot(self) -> bool:
        """Called once, right before the mail is committed; False stops it."""


class Sender(Protocol):
    """What the deliverer needs of a sender."""

    def open(self, now: datetime) -> Failed | None:
        """Be connected, or say why not."""

    def send(self, mail: OutgoingMail, watch: Watch) -> Sent | Failed:
        """Hand over one mail."""
