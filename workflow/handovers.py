"""Tells the rules which teams the record gave an escalation to, and whether many work on it by plan."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from signals.facts import Handover
from store.bulk import one_of
from store.mail import Conversation
from store.people import Person, Team
from store.record import Audit, Escalation

_MOVES = (
    select(Audit.stream, Audit.at, Audit.action, Audit.to_value)
    .where(one_of(Audit.stream, "streams"), Audit.action.in_(("owner", "waiting_on")), Audit.to_value.is_not(None))
    .order_by(Audit.stream, Audit.seq)
)
_TEAM_OF = select(Person.email, Team.name).join(Team, Team.id == Person.team_id).where(one_of(Person.email, "emails"))
_KNOWN = select(Team.name).where(one_of(Team.name, "names"))
_SWARMING = select(Escalation.id).where(one_of(Escalation.id, "ids"), Escalation.swarming)


def handovers(session: Session, conversations: Sequence[Conversation]) -> dict[int, tuple[Handover, ...]]:
    """The teams each escalation was given to, in order, by the id of the escalation: a new owner's, or waited on.

    `waiting on customer` gives it to none of ours.
    """
    streams = sorted({f"ESC-{c.escalation_id}" for c in conversations if c.escalation_id})
    if not streams:
        return {}
    rows = session.execute(_MOVES, {"streams": streams}).all()
    values = sorted({row.to_value or "" for row in rows})
    if not values:
        return {}
    teams: dict[str, str] = dict(session.execute(_TEAM_OF, {"emails": values}).all())
    known = set(session.scalars(_KNOWN, {"names": values}))
    found: dict[int, list[Handover]] = defaultdict(list)
    for stream, at, action, value in rows:
        team = teams.get(value or "") if action == "owner" else value if value in known else None
        if team:
            why = "became the owner's" if action == "owner" else "was waited on"
            found[int(stream.removeprefix("ESC-"))].append(Handover(at, team, why))
    return {number: tuple(moves) for number, moves in found.items()}


def swarming(session: Session, conversations: Sequence[Conversation]) -> set[int]:
    """The ids of the escalations that many teams work on by plan."""
    ids = sorted({c.escalation_id for c in conversations if c.escalation_id})
    return set(session.scalars(_SWARMING, {"ids": ids})) if ids else set()


def look_again(session: Session, esc: Escalation, now: datetime) -> None:
    """Let the next sweep look at the escalation's conversations; one that is being looked at now is left out."""
    these = select(Conversation.id).where(Conversation.escalation_id == esc.id).with_for_update(skip_locked=True)
    due = update(Conversation).where(Conversation.id.in_(these)).values(next_review_at=now)
    session.execute(due.execution_options(synchronize_session=False))
