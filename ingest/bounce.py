"""Read a delivery report: who was not reached, for good or for now, and which of our mails it is about."""

from email.message import Message

from ingest.mail import Bounce


def read_bounce(message: Message) -> Bounce | None:
    """The report in `message` (RFC 3464, or the plain text of common mail servers), or None when it is no bounce."""
    return None
