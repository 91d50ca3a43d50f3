"""Merges two escalations into one, and splits one in two; conversations, people and open work move along."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.words import Priority, Risk, State
from store.mail import Conversation, Message
from store.people import Person
from store.record import Escalation, Participant
from workflow.change import By, Step, written
from workflow.closeout import PARTS
from workflow.errors import Refused
from workflow.followers import Rows, move_back, move_rows
from workflow.joinedfields import give_back_anchor, take_fields
from workflow.locks import check_unlocked
from workflow.participants import add_participant
from workflow.record import Opening, open_escalation, set_summary


@dataclass(frozen=True)
class Moved:
    """What a merge or a split moved, enough to move it back."""

    escalation_id: int
    conversation_ids: tuple[int, ...]
    rows: Rows = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, for an undo."""
        return {"escalation": self.escalation_id, "conversations": list(self.conversation_ids), "rows": self.rows}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Moved":
        """Read what `to_json` wrote."""
        return cls(data["escalation"], tuple(data["conversations"]), data.get("rows", {}))


def merge(session: Session, by: By, source: Escalation, target: Escalation) -> Moved:
    """Merge `source` into `target`: conversations and participants move, both audits tell it.

    Raises:
        Locked: the closeout of one of them is locked.
        Refused: they are one, of two accounts, or one was merged already.

    """
    if source.id == target.id:
        raise Refused(f"{target.number} cannot be merged into itself.")
    if source.merged_into is not None or target.merged_into is not None:
        raise Refused(f"{source.number} or {target.number} was merged already.")
    if None not in (source.account_id, target.account_id) and source.account_id != target.account_id:
        raise Refused(f"{source.number} and {target.number} are of two customers; I will not mix their mail.")
    for each in (source, target):
        check_unlocked(session, each)
    moved = _move_all(session, source.id, target.id)
    rows = move_rows(session, source.id, target.id)
    source.merged_into = target.id
    written(session, by, source, Step("merged into", None, target.number))
    written(session, by, target, Step("merged from", None, source.number, detail={"conversations": list(moved)}))
    for person_id in _people(session, source):
        add_participant(session, by, target, person_id, f"took part in {source.number}")
    for part in PARTS:
        if (draft := getattr(source, part)) and not getattr(target, part) and target.state != State.CLOSED:
            set_summary(session, by, target, part, draft)
    if (anchor_id := take_fields(session, by, source, target)) is not None:
        rows["anchor"] = [[anchor_id]]
    return Moved(source.id, moved, rows)


def unmerge(session: Session, by: By, target: Escalation, moved: Moved) -> Escalation:
    """Take a merge back: the conversations that came from the other escalation return to it."""
    source = session.get(Escalation, moved.escalation_id, with_for_update=True, populate_existing=True)
    if source is None or source.merged_into != target.id:
        raise Refused(f"ESC-{moved.escalation_id} is not merged into {target.number} any more.")
    check_unlocked(session, target)
    _move(session, moved.conversation_ids, target.id, source.id)
    move_back(session, moved.rows, source.id, target.id)
    for (anchor_id,) in moved.rows.get("anchor", []):
        give_back_anchor(session, by, target, anchor_id)
    source.merged_into = None
    written(session, by, source, Step("merge undone", target.number, None))
    written(session, by, target, Step("merge undone", source.number, None))
    return source


def split(session: Session, by: By, esc: Escalation, message_id: int | None = None) -> Moved:
    """Give the newest conversation, or that of a named message, an escalation of its own.

    Raises:
        Refused: there is only one conversation, or the message is on none of them.

    """
    own = session.scalars(
        select(Conversation)
        .where(Conversation.escalation_id == esc.id, Conversation.merged_into.is_(None))
        .order_by(Conversation.first_at.desc(), Conversation.id.desc())
    ).all()
    if len(own) <= 1:
        raise Refused(f"{esc.number} has only one conversation; there is nothing to split off.")
    leaving = own[0] if message_id is None else _holding(session, esc, message_id)
    leaving.escalation_id = None
    session.flush()
    opening = Opening(
        title=leaving.subject or esc.title,
        account_id=esc.account_id,
        team_id=esc.team_id,
        conversation_ids=(leaving.id,),
        why=f"split off from {esc.number} by {by.actor}",
        owner_id=esc.owner_id,
        participant_ids=tuple(_people(session, esc)),
        risk=Risk(leaving.risk),
        priority=Priority(esc.priority),
    )
    made = open_escalation(session, by, opening)
    written(session, by, esc, Step("split off", None, made.number, detail={"conversations": [leaving.id]}))
    return Moved(made.id, (leaving.id,))


def _holding(session: Session, esc: Escalation, message_id: int) -> Conversation:
    found = session.scalar(
        select(Conversation)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.id == message_id, Conversation.escalation_id == esc.id)
    )
    if found is None:
        raise Refused(f"Message {message_id} is in no conversation of {esc.number}.")
    return found


def _people(session: Session, esc: Escalation) -> list[int]:
    return list(
        session.scalars(
            select(Participant.person_id)
            .join(Person, Person.id == Participant.person_id)
            .where(Participant.escalation_id == esc.id, Person.active)
            .order_by(Participant.person_id)
        )
    )


def _move_all(session: Session, source_id: int, target_id: int) -> tuple[int, ...]:
    ids = session.scalars(select(Conversation.id).where(Conversation.escalation_id == source_id)).all()
    _move(session, tuple(ids), source_id, target_id)
    return tuple(ids)


def _move(session: Session, ids: tuple[int, ...], source_id: int, target_id: int) -> None:
    session.execute(
        update(Conversation)
        .where(Conversation.id.in_(ids), Conversation.escalation_id == source_id)
        .values(escalation_id=target_id)
        .execution_options(synchronize_session="fetch")
    )
