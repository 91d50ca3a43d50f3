"""Opens an escalation on the conversations that need one."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.killpoint import killpoint
from config.words import Priority, Risk, State
from store.mail import Conversation
from store.record import Escalation
from workflow.change import By, Step, append, name_of
from workflow.errors import Refused
from workflow.participants import add_participant


@dataclass(frozen=True)
class Opening:
    """What a new escalation starts with; `why` is the sentence that says what made it one."""

    title: str
    account_id: int | None
    team_id: int | None
    conversation_ids: tuple[int, ...]
    why: str
    owner_id: int | None = None
    participant_ids: tuple[int, ...] = ()
    risk: Risk = Risk.LOW
    priority: Priority = Priority.MEDIUM


def open_escalation(session: Session, by: By, opening: Opening) -> Escalation:
    """Open an escalation on these conversations, with its owner among the participants.

    No notice is posted: who must be told of a new escalation is decided by its caller.

    Raises:
        Refused: a conversation hangs on another escalation that is not closed.

    """
    esc = Escalation(
        title=opening.title.strip() or "(no subject)",
        account_id=opening.account_id,
        team_id=opening.team_id,
        opened_at=by.now,
        changed_at=by.now,
        opened_why=opening.why,
        risk=opening.risk,
        priority=opening.priority,
        state=State.OPEN,
        owner_id=opening.owner_id,
        version=1,
    )
    session.add(esc)
    session.flush()
    _take_conversations(session, esc, opening.conversation_ids)
    killpoint("K25")
    owner = name_of(session, opening.owner_id)
    detail = {"owner": owner, "priority": opening.priority, "risk": opening.risk, "title": esc.title}
    append(session, by, esc.number, Step("opened", None, State.OPEN, opening.why, detail))
    if opening.owner_id is not None:
        add_participant(session, by, esc, opening.owner_id, "owner")
    for person_id in opening.participant_ids:
        add_participant(session, by, esc, person_id, "named when it was opened")
    return esc


def _take_conversations(session: Session, esc: Escalation, ids: tuple[int, ...]) -> None:
    # A conversation of a closed escalation that burns again belongs to the new one.
    closed = select(Escalation.id).where(Escalation.state == State.CLOSED)
    free = Conversation.escalation_id.is_(None) | Conversation.escalation_id.in_(closed)
    taken = session.scalars(
        update(Conversation)
        .where(Conversation.id.in_(ids), free)
        .values(escalation_id=esc.id)
        .returning(Conversation.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    if len(taken) < len(set(ids)):
        raise Refused("A conversation belongs to another escalation already; split it off there first.")
