"""Flags, moves or deletes on the server what is safely kept, and only that."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.killpoint import killpoint
from config.settings import Mailbox
from ingest.errors import Refused
from ingest.fetch import search
from ingest.imap import Imap, Selected
from ingest.keep import Place
from store.mail import Delivery, RawMail

KEYWORD = "Smokewatch"
"""The keyword that marks a kept mail; servers without keywords get \\Flagged. Never \\Seen: that is the reader's."""

AT_ONCE = 250
"""UIDs per command, for the same reason as in a size query."""


def leaves(mailbox: Mailbox, folder: str) -> bool:
    """Whether nothing is to be done on the server in this folder."""
    return mailbox.after_keep == "leave" or (mailbox.after_keep == "move" and folder == mailbox.move_to)


def tidy(imap: Imap, mailbox: Mailbox, selected: Selected, uids: Sequence[int]) -> None:
    """Do with `uids`, all of them committed, what the mailbox is configured for. Raises `Refused`, `ConnectionLost`."""
    for start in range(0, len(uids), AT_ONCE):
        some = list(uids[start : start + AT_ONCE])
        if mailbox.after_keep == "flag":
            imap.call("add_flags", some, [_mark(selected)], True)
            killpoint("K8")
        elif mailbox.after_keep == "move":
            _move(imap, mailbox.move_to, some)
            killpoint("K9")
        else:
            _delete(imap, some)


def leftovers(session: Session, imap: Imap, mailbox: Mailbox, selected: Selected, place: Place) -> Iterator[list[int]]:
    """Kept mails that a crash between commit and tidying left as they were; oversized ones stay on the server."""
    undone = ["UNKEYWORD", KEYWORD] if selected.keywords else ["UNFLAGGED"]
    for found in search(imap, selected, 0, *(undone if mailbox.after_keep == "flag" else ["UNDELETED"])):
        kept = (
            select(Delivery.uid)
            .join(RawMail, RawMail.id == Delivery.raw_mail_id)
            .where(Delivery.folder_id == place.folder_id, Delivery.uidvalidity == place.uidvalidity)
            .where(Delivery.uid.between(min(found, default=0), max(found, default=0)), ~RawMail.truncated)
        )
        yield sorted(set(session.scalars(kept)).intersection(found))


def _mark(selected: Selected) -> str:
    return KEYWORD if selected.keywords else "\\Flagged"


def _move(imap: Imap, folder: str, uids: list[int]) -> None:
    try:
        _move_into(imap, folder, uids)
    except Refused:
        if imap.call("folder_exists", folder):
            raise
        imap.call("create_folder", folder)
        _move_into(imap, folder, uids)


def _move_into(imap: Imap, folder: str, uids: list[int]) -> None:
    if imap.has("MOVE"):
        imap.call("move", uids, folder)
        return
    imap.call("copy", uids, folder)
    killpoint("K8")
    _delete(imap, uids)


def _delete(imap: Imap, uids: list[int]) -> None:
    """Delete by UID; without UIDPLUS only marked, since a plain EXPUNGE would take what others have marked too."""
    imap.call("add_flags", uids, ["\\Deleted"], True)
    killpoint("K8")
    if imap.has("UIDPLUS"):
        imap.call("uid_expunge", uids)
    killpoint("K9")
