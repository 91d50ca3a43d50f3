"""One mail on its way into a conversation: what was read of it, and what is found out before it is stored."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from ingest.classify import Classified
from ingest.mail import ParsedMail
from signals.reading import Reading

MOST_REFERENCES = 50
"""References beyond the first and the last 49 are left out: enough for any real thread, bounded for any other."""


@dataclass
class Incoming:
    """One mail on its way into a conversation."""

    raw_id: int
    body: bytes
    received_at: datetime
    sent_at: datetime
    mail: ParsedMail
    verdict: Classified
    account_id: int | None = None
    team_id: int | None = None
    hint: int | None = None
    """A conversation named by a signed token or a subject token of somebody on it; outranks the headers."""
    conversation_id: int = 0
    joined_account: int | None = None  # the conversation's, which may be another than the sender's
    language: str | None = None
    """What the conversation was written in so far; decides for texts too short to tell."""
    reading: Reading = field(default_factory=Reading)
    own_hash: bytes = field(init=False)
    ancestors: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.own_hash = node_hash(self.mail.message_id)
        ids = self.mail.references or self.mail.in_reply_to[:1]
        if len(ids) > MOST_REFERENCES:
            ids = (ids[0], *ids[1 - MOST_REFERENCES :])
        hashes = [node_hash(i) for i in ids if i != self.mail.message_id]
        self.ancestors = list(dict.fromkeys(hashes))


def node_hash(message_id: str) -> bytes:
    """A fixed-size key for a Message-ID of any length."""
    return hashlib.sha256(message_id.encode("utf-8", "replace")).digest()
