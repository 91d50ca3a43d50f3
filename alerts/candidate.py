"""A claimed notice with everything that is looked at before it goes out, as it is now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.words import NoticeKind
from store.outbox import Notice
from store.people import Person
from store.record import Escalation, Participant

SERVICE = frozenset({NoticeKind.DIGEST, NoticeKind.QUIET, NoticeKind.ADMIN, NoticeKind.SHADOW, NoticeKind.INCIDENT})
"""About the running of Smokewatch itself, or sent by the clock."""

NEW_EVIDENCE = frozenset(
    {NoticeKind.NEW_ESCALATION, NoticeKind.RISK_UP, NoticeKind.PROMISE_MISSED, NoticeKind.EXECUTIVE_JOINED}
)
"""Something happened out there: it ends a snooze."""


@dataclass(frozen=True)
class Candidate:
    """A claimed notice with everything the gates look at."""

    notice: Notice
    kind: NoticeKind
    person: Person
    escalation: Escalation | None
    participant: Participant | None

    @property
    def snoozed_until(self) -> datetime | None:
        """Until when this person wants no mail about this escalation."""
        return self.participant.snoozed_until if self.participant else None

    @property
    def ends_snooze(self) -> bool:
        """Whether the notice brings new evidence."""
        return self.kind in NEW_EVIDENCE and bool(self.notice.facts.get("evidence"))


def load(session: Session, notice: Notice) -> Candidate:
    """The notice with its person and escalation as they are now."""
    person = session.get_one(Person, notice.person_id)
    number = notice.escalation_id
    return Candidate(
        notice,
        NoticeKind(notice.kind),
        person,
        session.get(Escalation, number) if number else None,
        session.get(Participant, (number, person.id)) if number else None,
    )
