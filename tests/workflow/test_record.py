"""Each change goes with its version, time and audit row, and the record refuses what its rules forbid."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from config.words import Priority, Risk, State
from store import audit
from store.record import Audit, Participant
from tests.workflow.desk import Desk
from workflow import record
from workflow.errors import Incomplete, NotFound, Refused


def test_an_opened_escalation_has_its_first_audit_row_and_its_owner_on_board(desk: Desk) -> None:
    assert desk.audit("opened") == [(None, "open")]
    assert desk.session.get_one(Participant, (desk.esc.id, desk.lena.id)).why == "owner"


def test_a_conversation_of_another_escalation_is_not_taken(desk: Desk) -> None:
    taken = desk.conversation("Busy", desk.esc)
    with pytest.raises(Refused, match="another escalation already"):
        desk.opened(taken)


def test_a_conversation_of_a_closed_one_goes_to_the_new_one(desk: Desk) -> None:
    again = desk.conversation("Again", desk.esc)
    desk.says("close\nroot cause: a\nresolution: b")
    assert desk.opened(again).id == again.escalation_id


def test_every_change_raises_the_version_and_sets_the_time(desk: Desk) -> None:
    before = desk.esc.version
    record.set_priority(desk.session, desk.by(), desk.esc, Priority.HIGH)
    assert (desk.esc.version, desk.esc.changed_at) == (before + 1, desk.now)


def test_the_audit_names_who_when_how_and_why(desk: Desk) -> None:
    record.set_risk(desk.session, replace(desk.by(), reason="they wrote again"), desk.esc, Risk.HIGH)
    row = desk.session.scalars(select(Audit).where(Audit.action == "risk")).one()
    assert (row.actor, row.at, row.channel, row.from_value, row.to_value, row.reason) == (
        "lena.vogt@us.example",
        desk.now,
        "mail",
        "low",
        "high",
        "they wrote again",
    )


def test_the_chain_holds(desk: Desk) -> None:
    desk.says("ack\nassign @bob\nnote: hi\nsev 1\nundo")
    assert audit.verify(desk.session) == []


def test_an_owner_must_be_one_of_us_and_active(desk: Desk) -> None:
    desk.bob.active = False
    for person_id in (desk.bob.id, 999_999):
        with pytest.raises(Refused, match="still active"):
            record.set_owner(desk.session, desk.by(), desk.esc, person_id)


def test_closing_needs_a_closeout(desk: Desk) -> None:
    record.move_state(desk.session, desk.by(), desk.esc, State.RESOLVED)
    with pytest.raises(Incomplete) as raised:
        record.move_state(desk.session, desk.by(), desk.esc, State.CLOSED)
    assert raised.value.missing == ("root cause:", "resolution:")


def test_an_old_closeout_does_not_close_a_reopened_one(desk: Desk) -> None:
    desk.says("close\nroot cause: a\nresolution: b\nreopen: it is back\nresolve")
    record.move_state(desk.session, replace(desk.by(), reason="back"), desk.esc, State.OPEN)
    record.move_state(desk.session, desk.by(), desk.esc, State.RESOLVED)
    desk.esc.reopened_at = desk.by(later=desk.now - desk.now).now.replace(year=2027)
    with pytest.raises(Incomplete):
        record.move_state(desk.session, desk.by(), desk.esc, State.CLOSED)


def test_new_evidence_puts_a_resolved_one_back_to_work(desk: Desk) -> None:
    desk.says("start\nresolve")
    record.move_state(desk.session, replace(desk.by(), reason="new mail"), desk.esc, State.IN_PROGRESS)
    assert (desk.esc.state, desk.esc.resolved_at) == ("in_progress", None)


def test_a_participant_is_added_once(desk: Desk) -> None:
    added = [record.add_participant(desk.session, desk.by(), desk.esc, desk.stan.id, "asked") for _ in range(2)]
    assert added == [True, False]
    assert desk.audit("participant")[-1] == (None, "stan.kowal@us.example")


def test_a_number_that_is_none_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="ESC-999999"):
        record.lock(desk.session, 999_999)


def test_a_path_that_is_none_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="Sev 3"):
        record.set_path(desk.session, desk.by(), desk.esc, 3)
