"""An escalation belongs to one anchor at a time; who may not see an anchor does not find it."""

import pytest
from sqlalchemy import select

from config.recordwords import AnchorKind
from config.words import Role
from store.anchors import Anchoring
from store.anchorviews import anchor_sheet, list_anchors
from store.people import Account
from store.tasks import ActionItem
from store.views import escalation_view
from tests.workflow.desk import Desk
from tests.workflow.pieces import anchor
from workflow.anchornames import need_name, read_name
from workflow.anchors import Name, attach, comment_on, find_anchor
from workflow.errors import NotFound, Refused

DEAL = Name(AnchorKind.DEAL, "D-7")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("deal D-7", DEAL),
        ("Deal:D-7", DEAL),
        ("deal : #D-7.", DEAL),
        ("project 10.4/x", Name(AnchorKind.PROJECT, "10.4/x")),
        ("deal", None),
        ("deal D-7 of Norvik", None),
        ("offer D-7", None),
    ],
)
def test_names_are_read(text: str, name: Name | None) -> None:
    assert read_name(text) == name


def test_a_name_that_is_none_is_refused_with_one_that_is() -> None:
    with pytest.raises(Refused, match=r"write a kind \(lead, deal, project, task\) and its id, as in deal:D-7"):
        need_name("offer D-7")


def test_the_history_has_every_stretch(desk: Desk) -> None:
    lead, deal = anchor(desk, AnchorKind.LEAD, "L-1"), anchor(desk, AnchorKind.DEAL, "D-7")
    for each in (lead, deal, None):
        attach(desk.session, desk.by(), desk.esc, each)
    rows = desk.session.scalars(select(Anchoring).order_by(Anchoring.id)).all()
    assert [(row.anchor_id, row.until is None) for row in rows] == [(lead.id, False), (deal.id, False)]
    view = escalation_view(desk.session, desk.esc.id, desk.now)
    assert (view.anchor, [each.external_id for each in view.anchors]) == (None, ["L-1", "D-7"])


def test_an_anchor_of_another_customer_is_refused(desk: Desk) -> None:
    other = Account(name="Tidewater", created_at=desk.now)
    desk.session.add(other)
    desk.session.flush()
    with pytest.raises(Refused, match="is about Norvik and deal D-7 belongs to Tidewater"):
        attach(desk.session, desk.by(), desk.esc, anchor(desk, AnchorKind.DEAL, "D-7", account_id=other.id))


def test_who_may_not_see_it_reads_the_same_as_where_there_is_none(desk: Desk) -> None:
    desk.account.team_id = desk.team.id
    anchor(desk, AnchorKind.DEAL, "D-7")
    assert find_anchor(desk.session, desk.bob.id, DEAL).external_id == "D-7"
    told = []
    for name in (DEAL, Name(AnchorKind.DEAL, "D-9")):
        with pytest.raises(NotFound) as caught:
            find_anchor(desk.session, desk.stan.id, name)
        told.append(str(caught.value).replace(name.external_id, "X"))
    assert told[0] == told[1]


@pytest.mark.parametrize("how", ["owner", "manager", "admin", "attached", "nobody's"])
def test_the_ways_to_see_it(desk: Desk, how: str) -> None:
    desk.account.team_id = desk.other_team.id
    deal = anchor(desk, AnchorKind.DEAL, "D-7")
    assert list_anchors(desk.session, desk.mona) == []
    if how == "owner":
        deal.owner_id = desk.mona.id
    if how == "manager":
        deal.owner_id = desk.bob.id
    if how == "admin":
        desk.mona.role = Role.ADMIN
    if how == "attached":
        attach(desk.session, desk.by(), desk.esc, deal)
    if how == "nobody's":
        desk.account.team_id = None
    desk.session.flush()
    assert [row.external_id for row in list_anchors(desk.session, desk.mona)] == ["D-7"]


def test_somebody_inactive_sees_none(desk: Desk) -> None:
    anchor(desk, AnchorKind.DEAL, "D-7", owner_id=desk.bob.id)
    desk.bob.active = False
    assert list_anchors(desk.session, desk.bob) == []


def test_ids_are_found_in_any_case_unless_two_differ_in_it(desk: Desk) -> None:
    upper = anchor(desk, AnchorKind.DEAL, "D-7")
    assert find_anchor(desk.session, None, Name(AnchorKind.DEAL, "d-7")) is upper
    lower = anchor(desk, AnchorKind.DEAL, "d-7")
    assert find_anchor(desk.session, None, Name(AnchorKind.DEAL, "d-7")) is lower
    anchor(desk, AnchorKind.DEAL, "D_7")
    with pytest.raises(NotFound):
        find_anchor(desk.session, None, Name(AnchorKind.DEAL, "%"))


def test_a_project_shows_the_escalations_linked_to_it_under_visibility(desk: Desk) -> None:
    project = anchor(desk, AnchorKind.PROJECT, "P-3", owner_id=desk.stan.id)
    attach(desk.session, desk.by(), desk.esc, project)
    other = desk.opened(desk.conversation("Other"))
    item = ActionItem(
        escalation_id=other.id, n=2, text="test it", assignee_id=desk.bob.id, source="hand", anchor_id=project.id,
        made_at=desk.now, changed_at=desk.now,
    )  # fmt: skip
    desk.session.add(item)
    desk.session.flush()
    linked = anchor_sheet(desk.session, desk.lena, project).linked
    assert [(each.number, each.how) for each in linked] == [
        (desk.esc.number, "attached"),
        (other.number, "action 2: test it"),
    ]
    for_stan = anchor_sheet(desk.session, desk.stan, project)
    assert (for_stan.linked, for_stan.row.escalations) == ((), 0)


def test_a_sheet_has_comments_people_and_tasks(desk: Desk) -> None:
    project = anchor(desk, AnchorKind.PROJECT, "P-3")
    anchor(desk, AnchorKind.TASK, "T-1", parent_id=project.id)
    comment_on(desk.session, desk.by(), project, "Starts in May.")
    plain = anchor_sheet(desk.session, desk.lena, project).to_json()
    assert plain["external_id"] == "P-3"
    assert [each["text"] for each in plain["comments"]] == ["Starts in May."]
    assert plain["tasks"] == ["task T-1, Task of Norvik"]
