"""A lead becomes a deal and a deal a project; nothing that hung on it is lost, and no other way round is allowed."""

from typing import Any

import pytest
from sqlalchemy import select

from config.recordwords import AnchorKind, Target
from store import audit
from store.anchors import Anchor, AnchorComment, Anchoring, AnchorPerson
from store.audit import SYSTEM
from store.base import Base
from store.files import Blob, Document
from store.people import Account
from store.record import Audit
from store.tasks import ActionItem
from tests.workflow.desk import Desk
from tests.workflow.pieces import anchor, full_lead
from workflow.actions import NewItem, add_action
from workflow.anchors import attach
from workflow.carryover import BECOMES, Carried, hand_over
from workflow.errors import Refused


def _rows(desk: Desk, table: type[Base], **where: Any) -> list[Any]:
    found = select(table).filter_by(**where)
    return list(desk.session.scalars(found))


def _comments(desk: Desk, of: Anchor) -> list[tuple[Any, ...]]:
    """Everything of the comments, each with its files."""
    return [
        (each.person_id, each.at, each.text, _files(desk, Target.ANCHOR_COMMENT, each.id))
        for each in sorted(_rows(desk, AnchorComment, anchor_id=of.id), key=lambda each: each.at)
    ]


def _files(desk: Desk, target: Target, target_id: int) -> list[tuple[Any, ...]]:
    return [
        (each.name, each.content_type, each.sha256, each.person_id, each.at)
        for each in _rows(desk, Document, target=target, target_id=target_id)
    ]


def _people(desk: Desk, of: Anchor) -> list[tuple[Any, ...]]:
    return [(each.person_id, each.why, each.added_at) for each in _rows(desk, AnchorPerson, anchor_id=of.id)]


def test_every_field_goes_along(desk: Desk) -> None:
    lead, deal = full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7", account_id=None)
    hand_over(desk.session, desk.by(), lead, deal)
    carried = ("priority", "state", "account_id", "owner_id", "details")
    assert {name: getattr(deal, name) for name in carried} == {name: getattr(lead, name) for name in carried}


def test_comments_go_along_with_their_writers_times_and_files(desk: Desk) -> None:
    lead, deal = full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7")
    before = _comments(desk, lead)
    hand_over(desk.session, desk.by(), lead, deal)
    assert _comments(desk, deal) == before == _comments(desk, lead)
    assert [each[3] != [] for each in before] == [True, False]


def test_people_and_files_go_along_as_they_were(desk: Desk) -> None:
    lead, deal = full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7")
    hand_over(desk.session, desk.by(), lead, deal)
    assert _people(desk, deal) == _people(desk, lead)
    assert _files(desk, Target.ANCHOR, deal.id) == _files(desk, Target.ANCHOR, lead.id)


def test_the_bytes_of_the_files_are_kept_once(desk: Desk) -> None:
    lead, deal = full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7")
    hand_over(desk.session, desk.by(), lead, deal)
    assert (len(_rows(desk, Blob)), len(_rows(desk, Document))) == (2, 4)


def test_tasks_and_action_items_go_along(desk: Desk) -> None:
    deal, project = anchor(desk, AnchorKind.DEAL, "D-7"), anchor(desk, AnchorKind.PROJECT, "P-3")
    task = anchor(desk, AnchorKind.TASK, "T-1", parent_id=deal.id)
    item = ActionItem(
        escalation_id=desk.esc.id, n=1, text="call", assignee_id=desk.bob.id, source="hand", anchor_id=deal.id,
        made_at=desk.now, changed_at=desk.now,
    )  # fmt: skip
    desk.session.add(item)
    desk.session.flush()
    carried = hand_over(desk.session, desk.by(), deal, project)
    assert (task.parent_id, item.anchor_id, carried.work) == (project.id, project.id, 2)


def test_escalations_move_and_their_history_is_kept(desk: Desk) -> None:
    lead, deal = full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7")
    attach(desk.session, desk.by(), desk.esc, lead)
    hand_over(desk.session, desk.by(), lead, deal)
    stretches = [(each.anchor_id, each.until is None) for each in _rows(desk, Anchoring, escalation_id=desk.esc.id)]
    assert (desk.esc.anchor_id, stretches) == (deal.id, [(lead.id, False), (deal.id, True)])
    assert desk.audit("anchor") == [(None, "lead L-1"), ("lead L-1", "deal D-7")]


def test_only_those_are_counted_that_one_may_see(desk: Desk) -> None:
    lead, deal = anchor(desk, AnchorKind.LEAD, "L-1"), anchor(desk, AnchorKind.DEAL, "D-7")
    attach(desk.session, desk.by(), desk.esc, lead)
    assert hand_over(desk.session, desk.by(desk.stan), lead, deal).escalations == 0
    assert desk.esc.anchor_id == deal.id


def test_what_the_target_had_is_kept_beside_it(desk: Desk) -> None:
    lead, deal = full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7", owner_id=desk.bob.id, details={"value": "90000"})
    hand_over(desk.session, desk.by(), lead, deal)
    assert deal.details == {"value": "90000", "lead value": "120000", "source": "fair"}
    assert (deal.owner_id, desk.lena.id in [each[0] for each in _people(desk, deal)]) == (desk.bob.id, True)


def test_the_audit_has_what_the_target_was_before(desk: Desk) -> None:
    lead, deal = full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7", state="new")
    hand_over(desk.session, desk.by(), lead, deal)
    rows = select(Audit.action, Audit.from_value, Audit.to_value).where(Audit.stream == SYSTEM)
    found = {action: (before, after) for action, before, after in desk.session.execute(rows)}
    assert found["anchor state"] == ("new", "qualified")
    assert found["anchor handed over"] == ("lead L-1", "deal D-7")
    assert audit.verify(desk.session) == []


def test_a_lead_goes_all_the_way_to_the_project(desk: Desk) -> None:
    lead, deal = full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7")
    project = anchor(desk, AnchorKind.PROJECT, "P-3")
    hand_over(desk.session, desk.by(), lead, deal)
    hand_over(desk.session, desk.by(), deal, project)
    assert (_comments(desk, project), project.priority) == (_comments(desk, lead), "critical")
    assert (lead.became_id, deal.became_id) == (deal.id, project.id)


@pytest.mark.parametrize("source", list(AnchorKind))
@pytest.mark.parametrize("to", list(AnchorKind))
def test_only_one_way_is_allowed(desk: Desk, source: AnchorKind, to: AnchorKind) -> None:
    if BECOMES.get(source) is to:
        return
    with pytest.raises(Refused, match="A lead is handed over to a deal, and a deal to a project"):
        hand_over(desk.session, desk.by(), anchor(desk, source, "X-1"), anchor(desk, to, "X-2"))


def test_it_is_handed_over_once_only(desk: Desk) -> None:
    lead, deal = full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7")
    hand_over(desk.session, desk.by(), lead, deal)
    with pytest.raises(Refused, match="lead L-1 was handed over to deal D-7 already"):
        hand_over(desk.session, desk.by(), lead, anchor(desk, AnchorKind.DEAL, "D-8"))


def test_customers_are_not_mixed(desk: Desk) -> None:
    other = Account(name="Tidewater", created_at=desk.now)
    desk.session.add(other)
    desk.session.flush()
    with pytest.raises(Refused, match="two customers"):
        hand_over(desk.session, desk.by(), full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7", account_id=other.id))


def test_it_says_in_words_what_went_along() -> None:
    assert Carried(escalations=1, comments=2).sentence == "priority, state, 1 escalation and 2 comments"
    assert Carried().sentence == "priority and state"


def test_items_of_a_locked_closeout_stay_where_they_are(desk: Desk) -> None:
    lead, deal = full_lead(desk), anchor(desk, AnchorKind.DEAL, "D-7")
    item = add_action(desk.session, desk.by(), desk.esc, NewItem("call", desk.bob.id, anchor_id=lead.id))
    desk.esc.locked_at = desk.now
    hand_over(desk.session, desk.by(), lead, deal)
    desk.session.refresh(item)
    assert item.anchor_id == lead.id
