"""Reads everything of one escalation that goes into an evidence pack, as plain records in a fixed order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from store import audit
from store.base import Base
from store.customer import CustomerMail, Rating
from store.hanging import anchors_of
from store.mail import GONE, Attachment, Conversation, Message, RawMail
from store.people import Person
from store.record import Audit, Closeout, Comment, Escalation, Participant, SignOff
from store.shapes import plain
from store.story import Event, story
from store.tasks import ActionItem, Duty, Milestone, RaciRole, RegisterEntry
from store.views import escalation_view

_CLOCK = ("next_step_overdue",)
"""Fields that the passing of time changes: a pack of the same record has the same bytes whenever it is made."""

_TABLES: dict[str, type[Base]] = {
    "comments": Comment,
    "closeouts": Closeout,
    "sign_offs": SignOff,
    "action_items": ActionItem,
    "duties": Duty,
    "milestones": Milestone,
    "risk_register": RegisterEntry,
    "raci": RaciRole,
    "participants": Participant,
    "ratings": Rating,
    "mails_to_the_customer": CustomerMail,
}
"""What hangs on an escalation by its id, by the name it has in the pack."""


@dataclass(frozen=True)
class Mail:
    """One mail of the escalation; `raw_id` names its bytes, and `emptied` says that they are no longer kept."""

    id: int
    raw_id: int
    message_id: str
    kind: str
    direction: str
    sender: str
    name: str
    to: tuple[str, ...]
    subject: str
    sent_at: datetime
    text: str
    emptied: bool

    @property
    def forgotten(self) -> bool:
        """Whether its sender was forgotten, rather than its time was over."""
        return self.sender.startswith("forgotten-")


def streams_of(session: Session, esc: Escalation) -> list[str]:
    """The audit streams that belong to the escalation: its own, and those of what was merged into it."""
    merged = session.scalars(select(Escalation.id).where(Escalation.merged_into == esc.id).order_by(Escalation.id))
    return [esc.number, *(f"ESC-{number}" for number in merged)]


def record(session: Session, esc: Escalation, now: datetime) -> dict[str, Any]:
    """The record and all that hangs on it, people by address."""
    view = escalation_view(session, esc.id, now).to_json()
    names = dict(session.execute(select(Person.id, Person.email)).all())
    shown = {key: value for key, value in view.items() if key not in _CLOCK}
    hanging = {name: _rows(session, table, esc, names) for name, table in _TABLES.items()}
    return {"escalation": shown, **hanging, "anchors": [plain(vars(each)) for each in anchors_of(session, esc.id)]}


def _rows(session: Session, table: Any, esc: Escalation, names: dict[int, str]) -> list[dict[str, Any]]:
    """Rows as plain JSON; whoever is named by id is named by address."""
    keys = list(inspect(table).primary_key)
    found = session.scalars(select(table).where(table.escalation_id == esc.id).order_by(*keys))
    return [_row(row, names) for row in found]


def _row(row: Base, names: dict[int, str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for column in inspect(type(row)).columns:
        value = getattr(row, column.key)
        is_person = any(key.column.table.name == "person" for key in column.foreign_keys)
        made[column.key] = names.get(value) if is_person and value is not None else plain(value)
    return made


def mails(session: Session, esc: Escalation) -> list[Mail]:
    """The mails of its conversations, oldest first."""
    m = Message
    rows = session.execute(
        select(m, RawMail.body == b"")
        .join(Conversation, Conversation.id == m.conversation_id)
        .join(RawMail, RawMail.id == m.raw_mail_id)
        .where(Conversation.escalation_id == esc.id)
        .order_by(m.sent_at, m.id)
    )
    return [
        Mail(
            id=row.id,
            raw_id=row.raw_mail_id,
            message_id=row.message_id,
            kind=row.kind,
            direction=row.direction,
            sender=row.from_address,
            name=row.from_name,
            to=(*row.to_addresses, *row.cc_addresses),
            subject=row.subject,
            sent_at=row.sent_at,
            text=row.new_text,
            emptied=emptied,
        )
        for row, emptied in rows
    ]


def attachments(session: Session, mail_ids: Sequence[int]) -> list[Attachment]:
    """The files of these mails that are still kept, in the order of the mails."""
    found = select(Attachment).where(Attachment.message_id.in_(mail_ids), Attachment.name != GONE)
    return list(session.scalars(found.order_by(Attachment.message_id, Attachment.position)))


def events(session: Session, esc: Escalation) -> list[Event]:
    """The whole story, oldest first."""
    return story(session, esc)


def chain(session: Session, stream: str) -> list[dict[str, str | None]]:
    """The audit rows of a stream as they were hashed: every field as text, hashes in hex."""
    at = text("to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    a = Audit
    rows = session.execute(
        select(a.stream, a.seq, at, a.actor, a.channel, a.action, a.from_value, a.to_value, a.reason, a.detail)
        .add_columns(a.prev, a.hash)
        .where(a.stream == stream)
        .order_by(a.seq)
    )
    keys = ("stream", "seq", "at", "actor", "channel", "action", "from_value", "to_value", "reason", "detail")
    made = []
    for row in rows:
        fields: dict[str, str | None] = {
            key: None if value is None else str(value) for key, value in zip(keys, row[:10], strict=True)
        }
        made.append(fields | {"prev": row[10].hex(), "hash": row[11].hex()})
    return made


def verification(session: Session, streams: Sequence[str]) -> dict[str, Any]:
    """What checking the chains gave; the root over all streams is not part, for it changes with every other record."""
    found = [each for stream in streams for each in audit.verify(session, stream)]
    breaks = [{"stream": each.stream, "seq": each.seq, "what": each.what} for each in found]
    return {"streams": list(streams), "holds": not breaks, "breaks": breaks}


def redactions(all_mails: Sequence[Mail]) -> list[dict[str, Any]]:
    """The mails whose content is no longer kept, and why."""
    return [
        {
            "message": each.id,
            "message_id": each.message_id,
            "sent_at": each.sent_at.isoformat(),
            "direction": each.direction,
            "why": "its sender was forgotten" if each.forgotten else "it was older than mail is kept",
        }
        for each in all_mails
        if each.emptied
    ]
