"""Anchors with everything on them, for tests of what hangs on an escalation."""

from datetime import timedelta
from typing import Any

from config.recordwords import AnchorKind, Target
from store.anchors import Anchor, AnchorComment, AnchorPerson
from tests.workflow.desk import Desk
from workflow.documents import File, Place, attach_file


def anchor(desk: Desk, kind: AnchorKind, external_id: str, **fields: Any) -> Anchor:
    """An anchor of the desk's customer."""
    made = Anchor(
        kind=kind,
        external_id=external_id,
        name=f"{kind.title()} of Norvik",
        created_at=desk.now,
        changed_at=desk.now,
        **{"account_id": desk.account.id} | fields,
    )
    desk.session.add(made)
    desk.session.flush()
    desk.session.refresh(made)
    return made


def full_lead(desk: Desk) -> Anchor:
    """A lead with every field set: a person, two comments, a file on it and one on a comment, and a task below it."""
    day = timedelta(days=1)
    lead = anchor(
        desk, AnchorKind.LEAD, "L-1", priority="critical", state="qualified", owner_id=desk.lena.id,
        link="https://crm.example/l/1", details={"source": "fair", "value": "120000"},
    )  # fmt: skip
    session = desk.session
    session.add(AnchorPerson(anchor_id=lead.id, person_id=desk.stan.id, why="knows them", added_at=desk.now - 3 * day))
    first = AnchorComment(anchor_id=lead.id, person_id=desk.lena.id, at=desk.now - 2 * day, text="They want it in May.")
    second = AnchorComment(anchor_id=lead.id, person_id=desk.bob.id, at=desk.now - day, text="Budget is there.")
    session.add_all([first, second])
    session.flush()
    attach_file(session, desk.by(), Place(Target.ANCHOR, lead.id, None), File("offer.pdf", "application/pdf", b"offer"))
    attach_file(session, desk.by(), Place(Target.ANCHOR_COMMENT, first.id, None), File("plan.txt", "text/plain", b"p"))
    anchor(desk, AnchorKind.TASK, "T-1", parent_id=lead.id)
    return lead
