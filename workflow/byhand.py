"""Opens an escalation because a person wants it, by whatever road, and tells its owner and their manager."""

from dataclasses import replace

from sqlalchemy.orm import Session

from config.words import NoticeKind
from store.notices import Evidence, NoticeDraft, post_notice
from store.people import Person
from store.record import Escalation
from workflow import record
from workflow.audience import audience
from workflow.record import By, Opening
from workflow.routing import managers_of


def open_by_hand(
    session: Session, by: By, opening: Opening, evidence: tuple[Evidence, ...] = (), *, receipt: bool = False
) -> Escalation:
    """Open it and tell everybody on it; the opener gets a mail only where that is the `receipt` of a mail of theirs."""
    owner = session.get(Person, opening.owner_id) if opening.owner_id else None
    above = managers_of(session, owner, opening.team_id)
    managers = {person.id: "you manage the team this belongs to" for person in above}
    escalation = record.open_escalation(
        session, by, replace(opening, participant_ids=(*opening.participant_ids, *managers))
    )
    for person, why in audience(session, escalation):
        if person.id == by.person_id and not receipt:
            continue
        draft = NoticeDraft(
            kind=NoticeKind.NEW_ESCALATION,
            person_id=person.id,
            event="opened",
            why="you opened it by mail" if person.id == by.person_id else managers.get(person.id, why),
            at=by.now,
            escalation_id=escalation.id,
            evidence=evidence,
            facts={"from": "low", "to": escalation.risk, "score": 0.0, "terms": []},
        )
        post_notice(session, draft, mail_domain=by.mail_domain)
    return escalation
