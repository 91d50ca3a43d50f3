"""Lets the signals' reader read a mail's new text, before any transaction holds its conversation."""

from datetime import UTC

from ingest.directory import Directory
from ingest.thread import Incoming
from signals.reader import read_message
from workflow.gather import HEARD

SHORT = 300
"""Characters up to which a text may be too short to tell its language, so that the conversation's decides."""


def listen(incoming: Incoming, directory: Directory) -> None:
    """Read the text of a mail that the signals listen to; others keep an empty reading."""
    mail, verdict = incoming.mail, incoming.verdict
    if verdict.kind in HEARD:
        incoming.reading = read_message(
            mail.new_text,
            verdict.direction,
            incoming.sent_at.astimezone(mail.sent_zone or UTC),
            directory.calendar(incoming.team_id),
            incoming.language,
            mail.subject,
            mail.signature,
        )


def listen_again(incoming: Incoming, directory: Directory) -> None:
    """Read a short text once more when its conversation turned out to be in another language."""
    known = incoming.language
    if known and known != incoming.reading.language and len(incoming.mail.new_text) <= SHORT:
        listen(incoming, directory)
