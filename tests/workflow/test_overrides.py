"""Hand-overs against the matrix need a reason, are listed until reconciled, and can be taken back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from config.words import NoticeKind, Role
from store.outbox import Notice
from store.people import Person
from store.record import Audit
from store.roster import Assignment
from tests.workflow.desk import Desk
from tests.workflow.rota import SERVICES, context, matrix, says
from workflow.assignments import assignment_of, keep_choice
from workflow.context import Context
from workflow.joining import merge, unmerge
from workflow.matrix import choose
from workflow.overrides import open_overrides
from workflow.roster import Roster, about

ASKING = SERVICES + "review = [{}]"


@pytest.fixture
def ctx(desk: Desk, tmp_path: Path) -> Context:
    """The matrix chose Bob, who owns it."""
    return _chosen(desk, tmp_path, SERVICES)


@pytest.fixture
def asking(desk: Desk, tmp_path: Path) -> Context:
    """The matrix proposes Bob, and Mona owns it until she answers."""
    return _chosen(desk, tmp_path, ASKING)


def _chosen(desk: Desk, tmp_path: Path, text: str) -> Context:
    ctx = context(matrix(tmp_path, text))
    chosen = choose(Roster(desk.session, ctx.matrix, desk.now), about(desk.session, desk.esc))
    assert chosen is not None
    desk.esc.owner_id = chosen.owner.id
    keep_choice(desk.session, desk.by(), desk.esc, chosen)
    return ctx


def _one(desk: Desk, text: str, person: Person, ctx: Context) -> str:
    told = says(desk, text, person, ctx)
    assert [line.ok for line in told.lines] == [True], told.lines
    return told.lines[0].outcome


def _no(desk: Desk, text: str, person: Person, ctx: Context) -> str:
    told = says(desk, text, person, ctx)
    assert [line.ok for line in told.lines] == [False], told.lines
    return told.lines[0].outcome


def _state(desk: Desk) -> str | None:
    return desk.session.scalar(select(Assignment.state).order_by(Assignment.id.desc()).limit(1))


def test_against_the_matrix_a_reason_is_asked_for(desk: Desk, ctx: Context) -> None:
    said = _no(desk, "assign @mona.adler", desk.mona, ctx)
    assert said == "The matrix names Bob Stone for product: say why it should be another, `assign @mona.adler: why`."
    assert desk.esc.owner_id == desk.bob.id


def test_with_a_reason_it_is_done_and_listed(desk: Desk, ctx: Context) -> None:
    said = _one(desk, "assign @mona.adler: she knows the pump", desk.bob, ctx)
    assert said.startswith("Mona Adler owns ESC-")
    assert said.endswith("The matrix names others, so it stands on the list of overrides.")
    found = open_overrides(desk.session, desk.mona)
    assert [(each.chosen, each.now, each.by, each.reason) for each in found] == [
        ("Bob Stone", "Mona Adler", "Bob Stone", "she knows the pump")
    ]


def test_the_reason_is_in_the_audit_and_in_the_mail_to_the_new_owner(desk: Desk, ctx: Context) -> None:
    _one(desk, "assign @mona.adler: she knows the pump", desk.bob, ctx)
    reasons = desk.session.scalars(select(Audit.reason).where(Audit.action == "override")).all()
    facts = desk.session.scalars(select(Notice.facts).where(Notice.kind == NoticeKind.OWNER_CHANGED)).one()
    assert (reasons, facts["because"]) == (["she knows the pump"], "she knows the pump")


def test_another_whom_the_matrix_names_is_no_override(desk: Desk, ctx: Context) -> None:
    _one(desk, "assign @lena.vogt", desk.bob, ctx)
    assert open_overrides(desk.session, desk.mona) == []


def test_taking_it_oneself_is_listed_and_needs_no_reason(desk: Desk, ctx: Context) -> None:
    _one(desk, "own", desk.mona, ctx)
    assert [each.reason for each in open_overrides(desk.session, None)] == ["they took it themselves"]


def test_going_back_to_whom_the_matrix_named_ends_it(desk: Desk, ctx: Context) -> None:
    _one(desk, "assign @mona.adler: she knows the pump", desk.bob, ctx)
    _one(desk, "assign @bob.stone", desk.mona, ctx)
    assert open_overrides(desk.session, None) == []
    assert _state(desk) == "made"


def test_undo_takes_the_override_back_too(desk: Desk, ctx: Context) -> None:
    _one(desk, "assign @mona.adler: she knows the pump", desk.bob, ctx)
    _one(desk, "undo", desk.bob, ctx)
    assert (desk.esc.owner_id, open_overrides(desk.session, None), _state(desk)) == (desk.bob.id, [], "made")


def test_a_manager_reconciles_it(desk: Desk, ctx: Context) -> None:
    _one(desk, "assign @mona.adler: she knows the pump", desk.bob, ctx)
    assert _one(desk, "reconcile", desk.mona, ctx).startswith("Settled: Mona Adler instead of Bob Stone")
    assert (open_overrides(desk.session, None), _state(desk)) == ([], "reconciled")
    assert _no(desk, "reconcile", desk.mona, ctx) == f"No override waits to be reconciled on {desk.esc.number}."


def test_an_agent_does_not_reconcile(desk: Desk, ctx: Context) -> None:
    _one(desk, "assign @mona.adler: she knows the pump", desk.bob, ctx)
    assert _no(desk, "reconcile", desk.bob, ctx) == "Overrides are reconciled by a manager or an admin; ask yours."


def test_nobody_sees_overrides_of_what_they_may_not_see(desk: Desk, ctx: Context) -> None:
    _one(desk, "assign @mona.adler: she knows the pump", desk.bob, ctx)
    assert open_overrides(desk.session, desk.stan) == []
    desk.stan.role = Role.ADMIN
    assert len(open_overrides(desk.session, desk.stan)) == 1


def test_a_merge_ends_the_waiting_and_its_undo_brings_it_back(desk: Desk, ctx: Context) -> None:
    _one(desk, "assign @mona.adler: she knows the pump", desk.bob, ctx)
    other = desk.opened(desk.conversation())
    moved = merge(desk.session, desk.by(), desk.esc, other)
    assert open_overrides(desk.session, None) == []
    unmerge(desk.session, desk.by(), other, moved)
    assert len(open_overrides(desk.session, None)) == 1


def test_without_a_choice_nothing_is_listed(desk: Desk, tmp_path: Path) -> None:
    _one(desk, "assign @mona.adler", desk.lena, context(matrix(tmp_path)))
    assert open_overrides(desk.session, None) == []


def test_a_proposal_is_accepted_by_whom_it_was_put_to(desk: Desk, asking: Context) -> None:
    assert (desk.esc.owner_id, _state(desk)) == (desk.mona.id, "proposed")
    assert _one(desk, "accept", desk.mona, asking) == f"Bob Stone owns {desk.esc.number} now and has been told."
    assert (desk.esc.owner_id, _state(desk)) == (desk.bob.id, "made")
    assert "The matrix chose you for product" in str(
        desk.session.scalars(select(Notice.facts).where(Notice.kind == NoticeKind.OWNER_CHANGED)).one()["because"]
    )


def test_who_was_proposed_does_not_accept_for_themselves(desk: Desk, asking: Context) -> None:
    assert _no(desk, "accept", desk.bob, asking).startswith("Mona Adler was asked whether")


def test_nothing_to_accept_is_said(desk: Desk, ctx: Context) -> None:
    assert _no(desk, "accept", desk.mona, ctx).startswith("Nothing waits for a yes on ESC-")


def test_an_accept_is_taken_back_whole(desk: Desk, asking: Context) -> None:
    _one(desk, "accept", desk.mona, asking)
    _one(desk, "undo", desk.mona, asking)
    assert (desk.esc.owner_id, _state(desk)) == (desk.mona.id, "proposed")


def test_a_proposal_may_be_overridden(desk: Desk, asking: Context) -> None:
    _one(desk, "own", desk.mona, asking) if desk.esc.owner_id != desk.mona.id else None
    _one(desk, "assign @lena.vogt: closer to them", desk.mona, asking)
    assert (desk.esc.owner_id, assignment_of(desk.session, desk.esc.id)) == (desk.lena.id, None)


def test_a_new_category_goes_to_whom_the_matrix_names_for_it(desk: Desk, tmp_path: Path) -> None:
    ctx = context(matrix(tmp_path, '[categories.services]\nprimary = ["bob.stone@us.example"]'))
    said = _one(desk, "category services", desk.mona, ctx)
    assert said.endswith("It goes to Bob Stone, whom the matrix names for that, and who was told.")
    assert desk.esc.owner_id == desk.bob.id
    _one(desk, "undo", desk.mona, ctx)
    assert (desk.esc.owner_id, desk.esc.category, assignment_of(desk.session, desk.esc.id)) == (
        desk.lena.id, "product", None,
    )  # fmt: skip


def test_what_was_acknowledged_is_not_moved_by_a_new_category(desk: Desk, tmp_path: Path) -> None:
    ctx = context(matrix(tmp_path, '[categories.services]\nprimary = ["bob.stone@us.example"]'))
    _one(desk, "ack", desk.lena, ctx)
    said = _one(desk, "category services", desk.mona, ctx)
    assert said.endswith("The matrix names Bob Stone for it: `assign @bob.stone` hands it over.")
    assert desk.esc.owner_id == desk.lena.id
