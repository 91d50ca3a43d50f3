"""Hands titles that customers' signatures name to the record, as suggestions."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from config.words import MailKind
from ingest.classify import sender_of
from ingest.thread import Incoming
from workflow.contacts import suggest_titles


def note_titles(session: Session, batch: Sequence[Incoming], ids: Sequence[int]) -> None:
    """Suggest the title of each customer whose mail of this batch names one and is not in doubt.

    `ids` are those of the messages; a reading holds only titles that matter to the signals.
    """
    found = [
        (sender_of(incoming.mail), incoming.reading.title, message_id)
        for incoming, message_id in zip(batch, ids, strict=True)
        if incoming.reading.title and incoming.verdict.kind is MailKind.CUSTOMER and incoming.verdict.doubt is None
    ]
    if found:
        suggest_titles(session, found)
