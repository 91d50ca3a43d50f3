"""Names who hears of an escalation, and why each of them does."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.people import Person
from store.record import Escalation, Participant


def audience(session: Session, escalation: Escalation) -> list[tuple[Person, str]]:
    """The owner and the participants who are still active, each with the end of "You get this because ..."."""
    rows = session.execute(
        select(Person, Participant.why)
        .join(Participant, Participant.person_id == Person.id)
        .where(Participant.escalation_id == escalation.id, Person.active)
        .order_by(Person.id)
    )
    return [(person, "you own it" if person.id == escalation.owner_id else why) for person, why in rows]
