"""What is locked is written by no road: command, function, undo, merge, bulk; and not even past the functions."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config.recordwords import TaskState
from config.words import Role, State
from store.audit import verify
from store.tasks import ActionItem
from tests.workflow.desk import Desk, person
from workflow.actionlist import Wanted
from workflow.actions import NewItem, add_action, item_of, move_action, reassign_action, set_action_state
from workflow.bulkactions import Bulk, change_many
from workflow.closeout import Post, write_closeout
from workflow.errors import Locked, Refused
from workflow.joining import merge
from workflow.locks import lock_closeout, unlock_closeout
from workflow.record import close, move_state, set_summary
from workflow.signoff import sign_off_by_hand, sign_off_by_mail

LOCKED = "is locked"


@pytest.fixture
def locked(desk: Desk) -> Desk:
    """ESC closed with an open and a done action item, and locked by an admin, the desk's Mona."""
    desk.mona.role = Role.ADMIN
    desk.says("action: @bob by Friday: send the report\naction: @bob: call them\ndone 2")
    desk.says("close\nroot cause: a\nresolution: b", desk.bob)
    desk.says_one("lock", desk.mona)
    return desk


def _functions(desk: Desk) -> dict[str, Callable[[], object]]:
    session, by, esc = desk.session, replace(desk.by(desk.mona), reason="why"), desk.esc
    item = item_of(session, esc, 1)
    return {
        "version": lambda: write_closeout(session, by, esc, Post("c", "d")),
        "close": lambda: close(session, by, esc, Post("c", "d")),
        "reopen": lambda: move_state(session, by, esc, State.OPEN),
        "draft": lambda: set_summary(session, by, esc, "lessons", "x"),
        "sign-off": lambda: sign_off_by_hand(session, by, esc, "Ana", "fine"),
        "sign-off by mail": lambda: sign_off_by_mail(session, by, esc),
        "new item": lambda: add_action(session, by, esc, NewItem("x", desk.bob.id)),
        "item done": lambda: set_action_state(session, by, esc, item, TaskState.DONE),
        "item moved": lambda: move_action(session, by, esc, item, desk.now),
        "item given away": lambda: reassign_action(session, by, esc, item, desk.lena.id),
        "bulk": lambda: change_many(session, by, Wanted(), Bulk(state=TaskState.DONE)),
        "merged into another": lambda: merge(session, by, esc, desk.opened(desk.conversation())),
        "another merged into it": lambda: merge(session, by, desk.opened(desk.conversation()), esc),
    }  # fmt: skip


@pytest.mark.parametrize("name", [
    "version", "close", "reopen", "draft", "sign-off", "sign-off by mail", "new item", "item done", "item moved",
    "item given away", "bulk", "merged into another", "another merged into it",
])  # fmt: skip
def test_every_function_refuses_with_the_one_error(locked: Desk, name: str) -> None:
    version = locked.esc.version
    with pytest.raises(Locked, match=r"locked .* by Mona Adler"), locked.session.begin_nested():
        _functions(locked)[name]()
    locked.session.refresh(locked.esc)
    assert locked.esc.version == version


@pytest.mark.parametrize("words", [
    "close\nroot cause: c\nresolution: d", "root cause: c", "resolution: d", "customer impact: c",
    "internal impact: c", "lessons: c", "reopen: it is back", 'signed off: Ana by phone: "fine"', "signed off",
    "action: @bob by Friday: more", "done 1", "doing 1", "move 1 to Friday: why", "drop 1: why", "merge {other}",
])  # fmt: skip
def test_every_command_refuses(locked: Desk, words: str) -> None:
    other = locked.opened(locked.conversation())
    assert LOCKED in locked.refused(words.format(other=other.number), locked.mona)


@pytest.mark.parametrize("words", ["done 1", "drop 1: no", "close\nroot cause: a\nresolution: b", "action: @bob: x"])
def test_undo_does_not_get_around_it(desk: Desk, words: str) -> None:
    desk.mona.role = Role.ADMIN
    desk.says("action: @bob: call them", desk.mona)
    desk.says(words, desk.bob)
    desk.says("close\nroot cause: a\nresolution: b", desk.mona)
    desk.says_one("lock", desk.mona)
    assert LOCKED in desk.refused("undo", desk.bob)


def test_undo_of_a_merge_does_not_take_items_from_a_locked_one(desk: Desk) -> None:
    desk.mona.role = Role.ADMIN
    other = desk.opened(desk.conversation())
    desk.says(f"merge {other.number}", desk.bob)
    desk.says("close\nroot cause: a\nresolution: b\nlock", desk.mona)
    assert LOCKED in desk.refused("undo", desk.bob)


def test_comments_owner_and_priority_are_not_covered(locked: Desk) -> None:
    told = locked.says("note: the customer called\nown\npriority high", locked.bob)
    assert [line.ok for line in told.lines] == [True, True, True]


def test_unlocked_it_can_be_reopened_and_closed_as_the_next_version(locked: Desk) -> None:
    told = locked.says(
        "unlock: the customer found another cause\nreopen: another cause\nclose\nroot cause: c\nresolution: d",
        locked.mona,
    )
    assert [line.ok for line in told.lines] == [True, True, True]
    assert locked.audit("closeout")[-1] == ("v1", "v2")
    assert verify(locked.session) == []


def test_only_an_admin_locks(desk: Desk) -> None:
    desk.says("close\nroot cause: a\nresolution: b")
    assert "Only an admin" in desk.refused("lock", desk.mona)


def test_only_an_admin_unlocks(locked: Desk) -> None:
    assert "Only an admin" in locked.refused("unlock: I want to", locked.lena)


def test_an_admin_who_left_does_not(locked: Desk) -> None:
    locked.mona.active = False
    with pytest.raises(Refused, match="Only an admin"):
        unlock_closeout(locked.session, locked.by(locked.mona), locked.esc, "why")


def test_whoever_keeps_the_machine_may(locked: Desk) -> None:
    unlock_closeout(locked.session, replace(locked.by(), person_id=None, actor="root"), locked.esc, "the admin left")
    assert locked.esc.locked_at is None


def test_unlocking_needs_a_reason_which_the_audit_keeps(locked: Desk) -> None:
    assert "needs a reason" in locked.refused("unlock:", locked.mona)
    with pytest.raises(Refused, match="needs a reason"):
        unlock_closeout(locked.session, locked.by(locked.mona), locked.esc, "  ")
    locked.says_one("unlock: a wrong date", locked.mona)
    assert locked.audit("unlocked") == [("mona.adler@us.example", None)]


def test_only_a_closed_one_is_locked(desk: Desk) -> None:
    with pytest.raises(Refused, match="only the closeout of a closed one"):
        lock_closeout(desk.session, replace(desk.by(), person_id=None), desk.esc)


def test_locking_twice_and_unlocking_twice_say_so(locked: Desk) -> None:
    assert "locked already" in locked.refused("lock", locked.mona)
    locked.says_one("unlock: why", locked.mona)
    assert "is not locked" in locked.refused("unlock: why", locked.mona)


def test_a_lock_is_not_undone_without_a_reason(locked: Desk) -> None:
    locked.says("undo", locked.mona)
    assert locked.esc.locked_at is not None


@pytest.mark.parametrize("change", [
    "UPDATE action_item SET state = 'done'",
    "DELETE FROM action_item",
    "UPDATE escalation SET state = 'open' WHERE id = {esc}",
    "UPDATE escalation SET lessons = 'none' WHERE id = {esc}",
    "INSERT INTO closeout (escalation_id, version, root_cause, resolution, at) VALUES ({esc}, 2, 'a', 'b', now())",
    "INSERT INTO sign_off (escalation_id, by_address, quote, at) VALUES ({esc}, 'a', 'b', now())",
    "UPDATE action_item SET escalation_id = {other}",
])  # fmt: skip
def test_the_database_is_the_last_guard(locked: Desk, change: str) -> None:
    other = locked.opened(locked.conversation())
    with pytest.raises(DBAPIError, match="is locked"), locked.session.begin_nested():
        locked.session.execute(text(change.format(esc=locked.esc.id, other=other.id)))


def test_an_item_of_another_escalation_cannot_be_moved_in(locked: Desk) -> None:
    other = locked.opened(locked.conversation())
    made = add_action(locked.session, locked.by(), other, NewItem("x", locked.bob.id))
    with pytest.raises(DBAPIError, match="is locked"), locked.session.begin_nested():
        locked.session.execute(
            text(f"UPDATE action_item SET escalation_id = {locked.esc.id}, n = 9 WHERE id = {made.id}")
        )


def test_a_bulk_change_with_one_locked_item_changes_none(locked: Desk) -> None:
    other = locked.opened(locked.conversation())
    made = add_action(locked.session, locked.by(), other, NewItem("x", locked.bob.id))
    with pytest.raises(Locked), locked.session.begin_nested():
        change_many(locked.session, locked.by(locked.mona), Wanted(), Bulk(state=TaskState.DONE))
    assert locked.session.get_one(ActionItem, made.id, populate_existing=True).state == "open"


def test_another_admin_may_unlock(locked: Desk) -> None:
    other = person(locked.session, "Ada Okoye", locked.team, Role.ADMIN)
    locked.says_one("unlock: why", other)
    assert locked.esc.locked_by is None
