"""Anchors come from a CSV file: all rows or none, known ones by id or by link, and every mistake is told."""

import pytest
from sqlalchemy import select

from config.recordwords import AnchorKind
from store.anchors import Anchor, AnchorPerson
from store.audit import SYSTEM
from store.record import Audit
from tests.workflow.desk import Desk
from tests.workflow.pieces import anchor
from workflow.anchorfile import import_anchors
from workflow.csvfile import CsvError
from workflow.people import Imported

HEAD = "kind,external_id,name,link,account,owner,parent,priority,state,people,details\n"


def _import(desk: Desk, *rows: str, head: str = HEAD) -> Imported:
    return import_anchors(desk.session, desk.by(), head + "\n".join(rows), "anchors.csv")


def _wrong(desk: Desk, *rows: str, head: str = HEAD) -> str:
    with pytest.raises(CsvError) as caught:
        _import(desk, *rows, head=head)
    assert desk.session.scalars(select(Anchor)).all() == []
    return str(caught.value)


def _one(desk: Desk, external_id: str) -> Anchor:
    return desk.session.scalars(select(Anchor).where(Anchor.external_id == external_id)).one()


def test_a_row_with_everything_is_kept_whole(desk: Desk) -> None:
    row = (
        "Deal,D-7,Pumps,https://crm.example/7,norvik,Lena.Vogt@us.example,,High,won,"
        "bob.stone@us.example; stan.kowal@us.example,value=90000;source=fair"
    )
    assert _import(desk, row) == Imported(1, 0)
    deal = _one(desk, "D-7")
    assert (deal.kind, deal.name, deal.link) == ("deal", "Pumps", "https://crm.example/7")
    assert (deal.account_id, deal.owner_id, deal.priority, deal.state) == (desk.account.id, desk.lena.id, "high", "won")
    assert deal.details == {"value": "90000", "source": "fair"}
    people = desk.session.scalars(select(AnchorPerson.person_id).where(AnchorPerson.anchor_id == deal.id))
    assert set(people) == {desk.bob.id, desk.stan.id}


def test_a_known_id_is_brought_up_to_date(desk: Desk) -> None:
    _import(desk, "deal,D-7,Pumps,,,,,low,new,,")
    assert _import(desk, "deal,D-7,More pumps,,,,,high,won,,") == Imported(0, 1)
    assert (_one(desk, "D-7").name, _one(desk, "D-7").priority) == ("More pumps", "high")


def test_a_known_link_is_the_same_thing_under_its_new_id(desk: Desk) -> None:
    _import(desk, "deal,D-7,Pumps,https://crm.example/7,,,,,,,")
    before = _one(desk, "D-7").id
    assert _import(desk, "deal,D-0007,Pumps,https://CRM.example/7,,,,,,,") == Imported(0, 1)
    assert _one(desk, "D-0007").id == before


def test_a_link_alone_is_enough_for_a_known_one(desk: Desk) -> None:
    _import(desk, "deal,D-7,Pumps,https://crm.example/7,,,,,,,")
    _import(desk, "deal,,New name,https://crm.example/7,,,,,,,")
    assert _one(desk, "D-7").name == "New name"


def test_columns_that_are_not_in_the_file_are_left_alone(desk: Desk) -> None:
    anchor(desk, AnchorKind.DEAL, "D-7", priority="critical", state="won", details={"a": "b"})
    _import(desk, "deal,D-7,Pumps", head="kind,external_id,name\n")
    deal = _one(desk, "D-7")
    assert (deal.priority, deal.state, deal.details, deal.account_id) == (
        "critical", "won", {"a": "b"}, desk.account.id,
    )  # fmt: skip


def test_a_task_comes_with_its_project_in_one_file(desk: Desk) -> None:
    _import(desk, "task,T-1,Swap pump,,,,P-3,,,,", "project,P-3,New line,,,,,,,,")
    assert _one(desk, "T-1").parent_id == _one(desk, "P-3").id


def test_the_same_id_of_another_kind_is_another_thing(desk: Desk) -> None:
    assert _import(desk, "deal,7,A,,,,,,,,", "lead,7,B,,,,,,,,") == Imported(2, 0)


def test_it_is_in_the_audit(desk: Desk) -> None:
    _import(desk, "deal,D-7,Pumps,,,,,,,,")
    assert "anchors imported" in desk.session.scalars(select(Audit.action).where(Audit.stream == SYSTEM)).all()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("offer,D-7,Pumps,,,,,,,,", 'line 2, kind: "offer" is no kind. Write one of: lead, deal, project, task.'),
        ("deal,D 7,Pumps,,,,,,,,", "Ids have no blanks"),
        ("deal,D-7,,,,,,,,,", "line 2, name: it is empty"),
        ("deal,,Pumps,,,,,,,,", "A new one needs the id it has in the system it comes from"),
        ("deal,D-7,Pumps,javascript:alert(1),,,,,,,", "is no web address"),
        ("deal,D-7,Pumps,,Nobody Ltd,,,,,,", 'there is no customer "Nobody Ltd"'),
        ("deal,D-7,Pumps,,,eve@evil.example,,,,,", "eve@evil.example is not one of your people"),
        ("deal,D-7,Pumps,,,,,urgent,,,", "Write one of: low, medium, high, critical"),
        ("deal,D-7,Pumps,,,,P-3,,,,", "a deal has none. Only a task has one"),
        ("task,T-1,Swap,,,,P-3,,,,", 'there is no project "P-3"'),
        ("deal,D-7,Pumps,,,,,,,x@us.example,", "x@us.example is not one of your people"),
        ("deal,D-7,Pumps,,,,,,,,value", "Write name=value"),
    ],
)
def test_a_mistake_names_its_cell_and_what_would_do(desk: Desk, row: str, said: str) -> None:
    assert said in _wrong(desk, row)


def test_doubles_are_told_with_both_lines(desk: Desk) -> None:
    told = _wrong(desk, "deal,D-7,A,https://crm.example/7,,,,,,,", "deal,D-7,B,https://crm.example/7,,,,,,,")
    assert 'line 3, external_id: "D-7" stands on line 2 too' in told
    assert 'line 3, link: "https://crm.example/7" stands on line 2 too' in told


def test_an_id_of_one_with_the_link_of_another_is_refused(desk: Desk) -> None:
    anchor(desk, AnchorKind.DEAL, "D-7")
    anchor(desk, AnchorKind.DEAL, "D-8", link="https://crm.example/8")
    with pytest.raises(CsvError, match="it is the link of deal D-8"):
        _import(desk, "deal,D-7,Pumps,https://crm.example/8,,,,,,,")


def test_an_unknown_column_is_refused(desk: Desk) -> None:
    assert "the column `colour` is not known" in _wrong(desk, "deal,D-7,A,x", head="kind,external_id,name,colour\n")
