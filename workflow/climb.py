"""Reads how far the ladder of an escalation was climbed, and whether somebody has answered."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import Channel, Direction, MailKind, State
from store.mail import Conversation, Message
from store.record import Audit, Escalation
from store.roster import Rung
from workflow.change import name_of

NO_ANSWER = "no answer in time"
GIVEN = (Audit.action == "owner", Audit.actor != Audit.to_value)
"""Rows of the audit that say that somebody gave it to another."""


def rungs_of(session: Session, esc: Escalation) -> list[Rung]:
    """The rungs of this round, the first asked first: reopening begins another."""
    since = esc.reopened_at or esc.opened_at
    rows = select(Rung).where(Rung.escalation_id == esc.id, Rung.since >= since).order_by(Rung.id)
    return list(session.scalars(rows))


def climb_of(session: Session, esc: Escalation) -> list[Rung]:
    """The rungs that were climbed since it was given to this owner."""
    climb: list[Rung] = []
    for rung in rungs_of(session, esc):
        climb = [*climb, rung] if not climb or climb[-1].ended_why == NO_ANSWER else [rung]
    return climb


def settled(esc: Escalation) -> str:
    """Why nobody needs to be asked any more, by how the escalation stands; empty while somebody does."""
    if esc.merged_into is not None:
        return "it was merged into another"
    return "" if esc.state == State.OPEN else f"it was {esc.state.replace('_', ' ')}"


def given_away(session: Session, esc: Escalation, climb: list[Rung]) -> datetime | None:
    """When somebody gave it to another owner since the first was asked; who takes it themselves has answered."""
    rows = select(func.max(Audit.at)).where(Audit.stream == esc.number, *GIVEN, Audit.at > climb[0].since)
    return session.scalar(rows)


def answered(session: Session, esc: Escalation, climb: list[Rung]) -> str:
    """How one of those who were asked, or the owner, answered; empty when nobody did."""
    asked = {name_of(session, each) for each in (esc.owner_id, *(rung.person_id for rung in climb))}
    acts = select(Audit.seq).where(
        Audit.stream == esc.number,
        Audit.at > climb[0].since,
        Audit.actor.in_([each for each in asked if each]),
        Audit.channel != Channel.SYSTEM,
        Audit.action != "command rejected",
    )
    if session.scalar(acts.limit(1)) is not None:
        return "who was asked acted"
    mails = (
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.escalation_id == esc.id, Message.sent_at > climb[0].since)
        .where(Message.direction == Direction.OUT, Message.kind == MailKind.COLLEAGUE)
    )
    return "the customer was answered" if session.scalar(mails.limit(1)) is not None else ""
