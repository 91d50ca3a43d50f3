"""Finds the mailbox a mail was fetched from, and doubts a sender whom that mailbox's own server found false."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import Mailbox, Settings
from config.words import Direction, Doubt, MailKind
from ingest.classify import Classified, sender_of
from ingest.directory import Directory
from ingest.headers import RESULTS_CHARS
from ingest.mail import ParsedMail
from ingest.replies.authentication import disowned
from ingest.work import Kept
from store.bulk import among
from store.database import Store
from store.mail import Delivery, Folder

_AS_US = (MailKind.COLLEAGUE, MailKind.FORWARD)
"""Heard as our own words. A command is judged by itself, and automatic mail is heard as nobody's."""


def mailboxes_of(session: Session, raw_ids: Sequence[int], settings: Settings) -> dict[int, Mailbox]:
    """The mailbox each mail was first fetched from, by raw mail id; mail from files has none."""
    names = (
        select(Delivery.raw_mail_id, Folder.mailbox)
        .join(Folder, Folder.id == Delivery.folder_id)
        .where(among(Delivery.raw_mail_id, raw_ids))
        .order_by(Delivery.id)
    )
    boxes = {box.name: box for box in settings.mailboxes}
    found: dict[int, Mailbox] = {}
    for raw_id, name in session.execute(names):
        if raw_id is not None and name in boxes:
            found.setdefault(raw_id, boxes[name])
    return found


class Origins:
    """Where the mails of one batch came from; asked of the database only when a mail gives a reason to."""

    def __init__(self, store: Store, settings: Settings, raw_ids: Sequence[int]) -> None:
        self._store, self._settings, self._raw_ids = store, settings, raw_ids

    def doubted(self, kept: Kept, mail: ParsedMail, verdict: Classified) -> Classified:
        """The verdict, changed where the mailbox's own server says in its results that the sender is false.

        Only that server's word counts, so mail from files and mailboxes without `authserv_id` are never doubted.
        """
        if verdict.automatic or not _may_be_false(mail) or (box := self._boxes.get(kept.id)) is None:
            return verdict
        sender = sender_of(mail)
        if not disowned(kept.body, box.authserv_id, sender.rpartition("@")[2]):
            return verdict
        return _unheard(verdict, sender) if verdict.kind in _AS_US else replace(verdict, doubt=Doubt.SENDER)

    def overheard(self, kept: Kept, mail: ParsedMail, verdict: Classified, directory: Directory) -> Classified:
        """The verdict, changed where a mail from a file was written to others: nobody here owes it an answer.

        What a watched mailbox received was meant for it, whatever the header says (a Bcc, an alias nobody told us of).
        """
        if verdict.kind is not MailKind.CUSTOMER or not directory.knows_us:
            return verdict
        recipients = [*(a.email for a in (*mail.to, *mail.cc)), *mail.envelope_to]
        if any(map(directory.is_near_us, recipients)) or kept.id in self._boxes:
            return verdict
        return replace(verdict, kind=MailKind.LIST, why="it comes from a file and is addressed to none of us")

    @cached_property
    def _boxes(self) -> dict[int, Mailbox]:
        with self._store.transaction() as session:
            return mailboxes_of(session, self._raw_ids, self._settings)


def _may_be_false(mail: ParsedMail) -> bool:
    """A cheap look before the header is read again; results that were cut may say it in the part cut off."""
    return any("fail" in value.lower() or len(value) >= RESULTS_CHARS for value in mail.authentication_results)


def _unheard(verdict: Classified, sender: str) -> Classified:
    """A mail in the name of one of us that is nobody's: neither an answer nor a promise of ours."""
    why = (
        f"it names {sender} as its sender, but our own mail server found that false; forged, or altered by a mailing "
        "list or a forwarding server on its way"
    )
    return replace(
        verdict, kind=MailKind.UNVERIFIED, direction=Direction.IN, why=why, colleague=None, doubt=Doubt.SENDER
    )
