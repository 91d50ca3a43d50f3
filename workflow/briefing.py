"""Hands an escalation over to a colleague: they take part, and get a mail with the summary of the record."""

from sqlalchemy.orm import Session

from config.words import NoticeKind
from store.notices import NoticeDraft, post_notice
from store.people import Person
from store.record import Escalation
from workflow.change import By, Step, written
from workflow.comments import cut
from workflow.participants import add_participant


def brief(session: Session, by: By, esc: Escalation, person: Person, text: str) -> bool:
    """Bring the person in and mail them the summary, with `text` on top; whether they are new on it.

    The owner stays: who takes it answers `own`, or somebody writes `assign`. The summary itself is written when the
    mail goes out, so it tells how things stand then.

    Raises:
        Refused: the person is no longer active.

    """
    new = add_participant(session, by, esc, person.id, f"handed over by {by.actor}")
    said = cut(text.strip())
    written(session, by, esc, Step("handed over", None, person.email, said or None))
    draft = NoticeDraft(
        kind=NoticeKind.HANDOVER,
        person_id=person.id,
        event=f"handover:{esc.version}",
        why="a colleague handed it over to you",
        at=by.now,
        escalation_id=esc.id,
        facts={"by": by.actor, "text": said},
    )
    post_notice(session, draft, mail_domain=by.mail_domain)
    return new
